"""Versions as pandas DataFrames, wide and long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pai_notebook.errors import ConfigurationError
from pai_notebook.frames.long import long_frame
from pai_notebook.frames.wide import wide_frame
from pai_notebook.i18n.phrases import say
from pai_notebook.model.patterns import Chooser

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.model.version import ModelVersion

__all__ = ["to_frame"]


def to_frame(
    versions: Sequence[ModelVersion],
    *,
    layout: Literal["wide", "long"] = "wide",
    flat: bool = True,
    include: str | Sequence[str] | None = None,
    exclude: str | Sequence[str] | None = None,
    whole: bool = False,
    names: bool = False,
) -> pd.DataFrame:
    """Build a DataFrame of versions, rows in the order given, columns in an order that depends on their names alone.

    Parameters
    ----------
    versions : sequence of ModelVersion
        Of one model or several.
    layout : {"wide", "long"}
        `wide`: one row a version, indexed by version name (by model and version where there are several models), with the
        plain fields, `labels.<key>`, `metrics.<path>` or `metrics.<path>@<dataset>`, and `training_spec.<path>` and its
        like. `long`: one row a metric cell with its `state`, so that nothing is lost in NaN. A version that states no metric
        has one row of state `no metrics`, whatever is included; that a version lacks a metric which others have is not a row,
        since it depends on the others (`Comparison.coverage` has it).
    flat : bool
        With False the columns of the wide frame are a MultiIndex of section, path and dataset.
    include, exclude : str or list of str
        Globs over flat column names (`wide`), or over metric, `metric@dataset` and `metrics.metric` (`long`). One that matches
        nothing is a `PatternWarning` with the nearest names.
    whole : bool
        Keep whole numbers of the wide frame as they were sent, and write what is no number into its gaps, in columns of Python objects;
        for exports.
    names : bool
        Call datasets, models and people by their names, where the registry has said them and no other has the same, instead of by
        their ids.

    Returns
    -------
    pandas.DataFrame
        Metrics are float64 (truth or text where no version has a number), texts, ids and words such as approval `string`, times
        UTC in microseconds; so frames that are put together keep their types. A setting that is a number here and a text there
        is text, with quotes around what was sent as text. A metric that one version states twice with
        different values is NaN in the wide frame and has both rows in the long one. What differs among the members of a
        `VersionGroup` is missing in the wide frame, as its `members` have the values; a metric's row in the long one says so.

    Raises
    ------
    ConfigurationError
        For a layout of another name.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> documents = [{"VersionName": name, "Metrics": {"cer": cer}} for name, cer in (("0.1.0", 0.175), ("0.2.0", 0.172))]
    >>> frame = to_frame([ModelVersion.from_document(document, "model-a") for document in documents], include="metrics.*")
    >>> float(frame.loc["0.2.0", "metrics.cer"]), list(frame.columns), str(frame.dtypes.iloc[0])
    (0.172, ['metrics.cer'], 'float64')
    """
    wanted = Chooser(include, exclude)
    if layout == "wide":
        return wide_frame(tuple(versions), wanted, flat=flat, whole=whole, names=names)
    if layout == "long":
        frame, found = long_frame(tuple(versions), wanted, named=names)
        wanted.warn_of_unused(found)
        return frame
    raise ConfigurationError(say("unknown layout {layout!r}", layout=layout), hint=say("Use layout='wide' or layout='long'."))
