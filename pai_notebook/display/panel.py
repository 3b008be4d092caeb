"""An error as a small panel: what happened, what to do, and the evidence for a support ticket."""

from __future__ import annotations

from pai_notebook.display.blocks import Block, Card, Facts, Note, Table
from pai_notebook.display.spans import Code, Inline
from pai_notebook.errors import FetchErrors, PaiError

__all__ = ["describe_error"]

_MOST = 20


def describe_error(error: PaiError) -> Card:
    """Describe an error of this package.

    Examples
    --------
    >>> from pai_notebook.display import render_text
    >>> print(render_text(describe_error(PaiError("no answer", hint="Try again.", code="ServiceUnavailable", status=503)), 50))
    ✗ no answer
    PaiError
    ──────────────────────────────────────────────────
    Try again.
    <BLANKLINE>
    code ServiceUnavailable · HTTP 503
    """
    blocks: list[Block] = [Note(error.hint)] if error.hint else []
    about = [("model", error.model_id), ("version", error.version_name), ("region", error.region), ("action", error.action)]
    facts: list[tuple[str, Inline]] = [(name, Code(value)) for name, value in about if value]
    if error.attempts > 1:
        facts.append(("attempts", f"{error.attempts:,}"))
    if facts:
        blocks.append(Facts(facts))
    if isinstance(error, FetchErrors) and error.errors:
        rows: list[list[Inline]] = [[Code(address), cause.message] for address, cause in error.errors.items()]
        blocks.append(Table(["address", "what happened"], rows, limit=_MOST, unit="failures"))
    return Card(
        error.message.rstrip("."),
        type(error).__name__,
        tone="bad",
        blocks=blocks,
        footer=_evidence(error),
    )


def _evidence(error: PaiError) -> str:
    parts = [
        f"code {error.code}" if error.code else "",
        f"HTTP {error.status}" if error.status else "",
        f"request {error.request_id}" if error.request_id else "",
    ]
    return " · ".join(part for part in parts if part)
