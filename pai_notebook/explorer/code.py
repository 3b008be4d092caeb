"""The code that does what was clicked: Python, and the magic line that means the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    addresses = ", ".join(_text(str(address)) for address in state.asked)
    if len(state.results) == 1:
        return "\n".join([*lines, f"pai.get_version({addresses})"])
    lines.append(f"vs = pai.get_versions({addresses})")
    return "\n".join([*lines, f"vs.compare({_arguments(_options(state))})"])


def magic_line(state: ExplorerState) -> str:
    """The `%paimodel` line that does the same."""
    if not state.asked:
        return "%paimodel explore"
    addresses = " ".join(str(address) for address in state.asked)
    if len(state.results) == 1:
        return f"%paimodel {addresses}"
    terms = state.terms
    words = [f"--baseline {terms.baseline}"]
    words += [] if terms.differences_only else ["--all"]
    words += [f"--metrics {_quoted(','.join(terms.metrics))}"] if terms.metrics else []
    words += [f"--mode {_quoted(f'{metric}={direction}')}" for metric, direction in terms.directions]
    return " ".join(["%paimodel compare", addresses, *words])


def _options(state: ExplorerState) -> dict[str, Any]:
    terms = state.terms
    options: dict[str, Any] = {"baseline": terms.baseline, "directions": dict(terms.directions)}
    options |= {} if terms.differences_only else {"only": "all"}
    options |= {"include": list(terms.metrics)} if terms.metrics else {}
    return {key: value for key, value in options.items() if value}


def _arguments(options: dict[str, Any]) -> str:
    return ", ".join(f"{key}={_literal(value)}" for key, value in options.items())


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_text, value)) + "]" if isinstance(value, list) else _text(value)


def _text(value: str) -> str:
    """A literal in double quotes where that needs no escape."""
    return f'"{value}"' if '"' not in value and "\\" not in value and value.isprintable() else repr(value)


def _quoted(word: str) -> str:
    return f'"{word}"' if any(mark.isspace() for mark in word) else word
