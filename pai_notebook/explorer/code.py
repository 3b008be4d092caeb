"""The code that does what was clicked: Python, and the magic line that means the same."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from pai_notebook.explorer.words import DEFAULT
from pai_notebook.literals import call, literal

if TYPE_CHECKING:
    from pai_notebook.explorer.state import ExplorerState

__all__ = ["magic_line", "python_code"]


def python_code(state: ExplorerState, connect: str = "") -> str:
    """Python that ends with the object the explorer shows.

    Parameters
    ----------
    state : ExplorerState
        What was picked, and how it is compared.
    connect : str
        The call that connects to the registry; empty to leave it out.
    """
    lines = ["import pai_notebook as pai", ""]
    if connect:
        lines += [connect]
    if not state.asked:
        return "\n".join([*lines, "pai.Explorer()"])
    addresses = ", ".join(literal(str(address)) for address in state.asked)
    if len(state.results) == 1:
        return "\n".join([*lines, f"pai.get_version({addresses})"])
    lines.append(f"vs = pai.get_versions({addresses})")
    return "\n".join([*lines, call("vs.compare", **_options(state))])


def magic_line(state: ExplorerState) -> str:
    """The `%paimodel` line that does the same."""
    if not state.asked:
        return "%paimodel explore"
    addresses = " ".join(str(address) for address in state.asked)
    if len(state.results) == 1:
        return f"%paimodel {addresses}"
    terms = state.terms
    words = [f"--baseline {_baseline(state)}"] if _baseline(state) else []
    words += [] if terms.differences_only else ["--all"]
    words += [f"--metrics {_quoted(','.join(terms.metrics))}"] if terms.metrics else []
    words += [f"--mode {_quoted(f'{metric}={direction}')}" for metric, direction in terms.directions]
    return " ".join(["%paimodel compare", addresses, *words])


def _baseline(state: ExplorerState) -> str:
    """The version that is compared with; by name, as a word on the line is looked up in the registry and not among the picks."""
    if state.comparison is not None:
        return state.comparison.baseline_name
    return "" if state.terms.baseline == DEFAULT else state.terms.baseline


def _options(state: ExplorerState) -> dict[str, Any]:
    terms = state.terms
    only = None if terms.differences_only else "all"
    return {"baseline": _baseline(state), "directions": dict(terms.directions), "only": only, "include": list(terms.metrics)}


def _quoted(word: str) -> str:
    return shlex.quote(word) if re.search(r"[\s\"'\\#;]", word) else word
