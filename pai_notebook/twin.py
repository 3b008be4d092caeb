"""The Python twin of a command: what `--code` prints, and the keyword arguments that the options mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pai_notebook.errors import ConfigurationError
from pai_notebook.grammar import Command

__all__ = ["EXPORTS", "baseline_address", "comparison", "exporter", "filters", "gate_to_python", "report_path", "to_python"]

EXPORTS = {"html": "to_html", "md": "to_markdown", "tex": "to_latex", "csv": "to_csv", "xlsx": "to_excel"}


def to_python(command: Command) -> str:
    """Python that does what the line does.

    Examples
    --------
    >>> from pai_notebook.grammar import parse_line
    >>> print(to_python(parse_line("model-a@0.1.0,0.2.0 --baseline 0.1.0 --mode cer=min")))
    import pai_notebook as pai
    <BLANKLINE>
    vs = pai.get_versions("model-a@0.1.0,0.2.0")
    vs.compare(baseline="0.1.0", directions={"cer": "min"})
    """
    lines = ["import pai_notebook as pai", ""]
    if command.get("region"):
        lines.insert(2, f"pai.connect(region={_text(command.get('region'))})")
    return "\n".join([*lines, *_WRITERS[command.verb](command)])


def gate_to_python(command: Command, rules: str) -> str:
    """Python that does what a gate does.

    Examples
    --------
    >>> from pai_notebook.grammar import parse_line
    >>> print(gate_to_python(parse_line("compare model-a@0.2.0 --baseline 0.1.0"), "cer <= 0.2"))
    import pai_notebook as pai
    <BLANKLINE>
    vs = pai.get_versions("model-a@0.2.0")
    vs = pai.get_versions("model-a@0.1.0") + vs
    vs.compare(baseline="0.1.0").gate("cer <= 0.2")
    """
    rules = rules.strip()
    as_written = "\n" in rules and not re.search(r'\\|"""|"$', rules)
    literal = f'"""{rules}"""' if as_written else _text(rules)
    return f"{to_python(command)}.gate({literal})"


def _text(value: Any) -> str:
    """A Python literal in double quotes where that needs no escape."""
    return f'"{value}"' if isinstance(value, str) and '"' not in value and "\\" not in value and value.isprintable() else repr(value)


def _call(name: str, *positional: str, **keywords: Any) -> str:
    words = [f"{key}={_literal(value)}" for key, value in keywords.items() if value not in (None, {}, ())]
    return f"{name}({', '.join([*positional, *words])})"


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(_text(item) for item in value) + "]" if isinstance(value, tuple | list) else _text(value)


def globs(text: str | None) -> tuple[str, ...] | None:
    """Comma-separated globs of an option."""
    return tuple(part for part in text.split(",") if part) if text else None


def _set_code(command: Command) -> list[str]:
    addresses = [_text(str(address)) for address in command.addresses]
    if command.get("offline"):
        lines = [f"vs = pai.load({_text(command.get('offline'))})" + (f".select({', '.join(addresses)})" if addresses else "")]
    else:
        lines = ["vs = " + _call("pai.get_versions", *addresses, refresh=command.get("refresh"))]
    narrowed = _call("vs.filter", **filters(command))
    if narrowed != "vs.filter()":
        lines.append(f"vs = {narrowed}")
    if command.get("sort"):
        lines.append("vs = vs." + _sort_code(command.get("sort")))
    if command.number("last"):
        lines.append(f"vs = vs[-{command.number('last')}:]")
    if command.number("limit"):
        lines.append(f"vs = vs[:{command.number('limit')}]")
    return lines


def baseline_address(command: Command, baseline: str | None) -> str | None:
    """Address of a baseline that has to be fetched beside the versions of a line, None when there is nothing to fetch.

    Examples
    --------
    >>> from pai_notebook.grammar import parse_line
    >>> baseline_address(parse_line("model-a@last:2 --baseline approved"), "approved")
    'model-a@approved'
    """
    if baseline in (None, "first") or not command.addresses:
        return None
    selector = {"approved": "approved", "previous": "last:2"}.get(str(baseline), baseline)
    return f"{command.addresses[0].model}@{selector}"


def filters(command: Command) -> dict[str, Any]:
    """Keyword arguments of `VersionSet.filter` that the options mean."""
    found = {"where": command.get("where"), "label": command.pairs("label"), "approval": command.get("approval")}
    return {key: value for key, value in found.items() if value}


def comparison(command: Command) -> dict[str, Any]:
    """Keyword arguments of `VersionSet.compare` that the options mean."""
    found: dict[str, Any] = {
        "baseline": command.get("baseline"),
        "directions": command.pairs("mode"),
        "only": "all" if command.get("all") else None,
        "include": globs(command.get("metrics")),
        "exclude": globs(command.get("exclude")),
        "dataset": command.get("dataset"),
    }
    return {key: value for key, value in found.items() if value}


def _sort_code(text: str) -> str:
    return _call("sort_values", _text(text.removeprefix("-")), ascending=False if text.startswith("-") else None)


def _show_code(command: Command) -> list[str]:
    single = len(command.addresses) == 1 and command.addresses[0].selector.is_single and not command.get("offline")
    if single:
        return [_call("pai.get_version", _text(str(command.addresses[0])), refresh=command.get("refresh"))]
    return [*_set_code(command), "vs"]


def _ls_code(command: Command) -> list[str]:
    if not command.addresses and not command.get("offline"):
        query = [_text(command.get("query"))] if command.get("query") else []
        return [_call("pai.list_models", *query, workspace_id=command.get("workspace"), limit=command.number("limit"))]
    return [*_set_code(command), f"vs{_to_code(command)}"]


def _baselined_code(command: Command) -> list[str]:
    """Code of the set, with a baseline that the line names put before it."""
    extra = baseline_address(command, command.get("baseline"))
    if extra is None or _selects(command, command.get("baseline")):
        return _set_code(command)
    source = f"pai.load({_text(command.get('offline'))}).select" if command.get("offline") else "pai.get_versions"
    return [*_set_code(command), f"vs = {source}({_text(extra)}) + vs"]


def _selects(command: Command, name: str) -> bool:
    """Whether the first address writes the baseline's name out, so that it is fetched anyway."""
    return name in command.addresses[0].selector.names if command.addresses[0].selector.kind == "names" else False


def _compare_code(command: Command) -> list[str]:
    return [*_baselined_code(command), _call("vs.compare", **comparison(command)) + _to_code(command)]


def _explain_code(command: Command) -> list[str]:
    return [*_baselined_code(command), _call("vs.compare", **comparison(command)) + "." + _call("explain", lang=command.get("lang"))]


def _report_code(command: Command) -> list[str]:
    report = _call("report", _text(report_path(command)), lang=command.get("lang"), overwrite=command.get("overwrite"))
    return [*_baselined_code(command), f"{_call('vs.compare', **comparison(command))}.{report}"]


def _explore_code(command: Command) -> list[str]:
    return [*_set_code(command), "pai.Explorer(vs)"] if command.addresses or command.get("offline") else ["pai.Explorer()"]


def _watch_code(command: Command) -> list[str]:
    call = _call("pai.watch", _text(str(command.addresses[0])))
    every = f", every={command.number('every')})" if command.get("every") else ")"
    return [f"for v in {call[:-1]}{every}:", "    display(v)"]


def _to_code(command: Command) -> str:
    path = command.get("to")
    return "." + _call(exporter(path), _text(path), overwrite=command.get("overwrite")) if path else ""


def report_path(command: Command) -> str:
    """File of a report, which is HTML.

    Examples
    --------
    >>> from pai_notebook.grammar import parse_line
    >>> report_path(parse_line("report model-a@last:2"))
    'report.html'
    """
    path = str(command.get("to", "report.html"))
    if not path.lower().endswith((".html", ".htm")):
        raise ConfigurationError(f"a report is HTML, and {path} is not", hint="Write --to report.html; compare --to FILE writes tables.")
    return path


def exporter(path: str) -> str:
    """Name of the method that writes a file of this ending."""
    kind = EXPORTS.get(path.rpartition(".")[2].lower())
    if kind is None:
        raise ConfigurationError(f"{path} has no ending that says the format", hint=f"Use one of .{', .'.join(EXPORTS)}.")
    return kind


_WRITERS: dict[str, Callable[[Command], list[str]]] = {
    "show": _show_code,
    "ls": _ls_code,
    "compare": _compare_code,
    "explain": _explain_code,
    "report": _report_code,
    "explore": _explore_code,
    "watch": _watch_code,
}
