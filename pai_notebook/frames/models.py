"""Models as a DataFrame: one row a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from pai_notebook.frames.columns import as_texts, as_times, as_values, as_words, text_index
from pai_notebook.model.flatten import natural_key

if TYPE_CHECKING:
    from pai_notebook.model.labels import Labels
    from pai_notebook.model.registered_model import Model

__all__ = ["models_frame"]

_TEXTS = {
    "workspace_id": "WorkspaceId",
    "provider": "Provider",
    "origin": "Origin",
    "model_type": "ModelType",
    "accessibility": "Accessibility",
    "owner_id": "OwnerId",
    "user_id": "UserId",
    "description": "ModelDescription",
}


def models_frame(models: Sequence[Model]) -> pd.DataFrame:
    """Build a DataFrame of models, rows in the order given, indexed by model id.

    Examples
    --------
    >>> from pai_notebook.model.registered_model import Model
    >>> frame = models_frame([Model.from_document({"ModelId": "model-a", "Labels": [{"Key": "env", "Value": "prod"}]})])
    >>> frame.loc["model-a", "labels.env"]
    'prod'
    """
    documents = [model._document for model in models]  # noqa: SLF001 - reads without a copy
    latest = [model.latest_version for model in models]
    columns: dict[str, Any] = {
        "name": as_texts([model.name for model in models]),
        "latest_version": as_texts([version.version_name if version else None for version in latest]),
        "approval_status": as_words([version.approval_status if version else None for version in latest]),
        "domain": as_words([model.domain for model in models]),
        "task": as_words([model.task for model in models]),
        "created": as_times([document.get("GmtCreateTime") for document in documents]),
        "modified": as_times([document.get("GmtModifiedTime") for document in documents]),
        "parameter_size": as_values([model.parameter_size for model in models]),
        **_keyed("labels", [model.labels for model in models]),
        **_keyed("tags", [model.tags for model in models]),
        **{name: as_texts([document.get(key) or None for document in documents]) for name, key in _TEXTS.items()},
    }
    return pd.DataFrame(columns, index=text_index([model.model_id for model in models], "model_id"))


def _keyed(section: str, found: Sequence[Labels]) -> dict[str, Any]:
    keys = sorted({key for labels in found for key in labels}, key=natural_key)
    return {f"{section}.{key}": as_texts([", ".join(labels.get_all(key)) if key in labels else None for labels in found]) for key in keys}
