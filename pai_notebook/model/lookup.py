"""Finding a value of a version by the name people write: a field, a label, a spec leaf or a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ComparisonError
from pai_notebook.model.flatten import flatten
from pai_notebook.model.metrics import State, read_value, text_of

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

__all__ = ["PLAIN_FIELDS", "lookup"]

PLAIN_FIELDS = (
    "model_id",
    "version_name",
    "description",
    "uri",
    "created",
    "modified",
    "user_id",
    "owner_id",
    "format_type",
    "framework_type",
    "source_type",
    "source_id",
    "approval_status",
)
_LABEL = ("labels.", "label.")
_METRIC = ("metrics.", "metric.")
_SPECS = ("training_spec", "inference_spec", "evaluation_spec", "compression_spec", "distillation_spec", "extra_info", "options")


def lookup(version: ModelVersion, name: str, *, dataset: str | None = None) -> Any:
    """Value of a version under a name, None when the version has none.

    Parameters
    ----------
    version : ModelVersion
        The version to look into.
    name : str
        A plain field (`approval_status`), a label (`labels.env`), a leaf of a spec (`training_spec.HyperParameters.lr`), or a
        metric (`cer`, `metrics.cer`, `cer@d-a`).
    dataset : str, optional
        The dataset of a metric that has several.

    Returns
    -------
    object
        Text, a UTC datetime, a float, or None.

    Raises
    ------
    ComparisonError
        When the metric was measured on several datasets and none is named: one number cannot stand for all.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0", "Labels": [{"Key": "env", "Value": "test"}], "Metrics": {"cer": 0.2}})
    >>> lookup(version, "labels.env"), lookup(version, "cer"), lookup(version, "wer")
    ('test', 0.2, None)
    """
    if name in PLAIN_FIELDS:
        return getattr(version, name)
    for prefix in _LABEL:
        if name.startswith(prefix):
            return version.labels.get(name.removeprefix(prefix))
    section, dot, path = name.partition(".")
    if dot and section in _SPECS:
        return _leaf(getattr(version, section), path)
    for prefix in _METRIC:
        name = name.removeprefix(prefix)
    cells = [cell for cell in version.metrics if name in (cell.path, cell.name) and dataset in (None, cell.dataset)]
    if len(cells) > 1:
        names = ", ".join(dict.fromkeys(cell.name for cell in cells))
        raise ComparisonError(
            f"{name} was measured more than once in {version.address}: {names}", hint="Name the dataset, as in metric@dataset."
        )
    if not cells:
        return None
    return cells[0].value if cells[0].value is not None else cells[0].text


def _leaf(spec: Any, path: str) -> Any:
    """Give a leaf of a spec: a number as float, everything else as text."""
    leaves = flatten(spec)
    if path not in leaves:
        return None
    state, value, _ = read_value(leaves[path])
    return value if state is State.NUMBER else text_of(leaves[path])
