"""Masking in the data, before anything is drawn or written."""

from pai_notebook.redact.redaction import Masked, Redaction, RedactionLike, as_redaction

__all__ = ["Masked", "Redaction", "RedactionLike", "as_redaction"]
