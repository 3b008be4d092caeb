"""Versions and errors as they may be shared."""

from __future__ import annotations

from collections.abc import Sequence

from pai_notebook.errors import PaiError
from pai_notebook.model.version import ModelVersion
from pai_notebook.redact.redaction import Redaction

__all__ = ["masked_error", "masked_versions"]


def masked_versions(versions: Sequence[ModelVersion], redaction: Redaction) -> list[ModelVersion]:
    """Mask versions; what one of them gives away is masked in all, names of versions and models stay."""
    documents = redaction.documents((version.raw, version.address) for version in versions)
    return [
        ModelVersion(document, model_id=version.model_id, fetched=version.fetched, provenance=version.provenance)
        for version, document in zip(versions, documents, strict=True)
    ]


def masked_error(error: PaiError, redaction: Redaction) -> PaiError:
    """Mask what an error says; its kind, which may carry more, is not kept."""
    hint = redaction.text(error.hint)
    return PaiError(redaction.text(error.message), hint=hint, code=error.code, status=error.status, request_id=error.request_id)
