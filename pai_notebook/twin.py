"""The Python twin of a command: what `--code` prints, and the keyword arguments that the options mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pai_notebook.errors import ConfigurationError
from pai_notebook.grammar import Command
from pai_notebook.literals import call, literal

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
        lines.insert(2, f"pai.connect(region={literal(command.get('region'))})")
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
    text = f'"""{rules}"""' if as_written else literal(rules)
    return f"{to_python(command)}.gate({text})"


def globs(text: str | None) -> tuple[str, ...] | None:
    """Comma-separated globs of an option."""
    return tuple(part for part in text.split(",") if part) if text else None


def _set_code(command: Command) -> list[str]:
    addresses = [literal(str(address)) for address in command.addresses]
    if command.get("offline"):
        lines = [f"vs = pai.load({literal(command.get('offline'))})" + (f".select({', '.join(addresses)})" if addresses else "")]
    else:
        lines = ["vs = " + call("pai.get_versions", *addresses, refresh=command.get("refresh"))]
    narrowed = call("vs.filter", **filters(command))
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
    return call("sort_values", literal(text.removeprefix("-")), ascending=False if text.startswith("-") else None)


def _show_code(command: Command) -> list[str]:
    single = len(command.addresses) == 1 and command.addresses[0].selector.is_single and not command.get("offline")
    if single:
        return [call("pai.get_version", literal(str(command.addresses[0])), refresh=command.get("refresh"))]
    return [*_set_code(command), "vs"]


def _ls_code(command: Command) -> list[str]:
    if not command.addresses and not command.get("offline"):
        query = [literal(command.get("query"))] if command.get("query") else []
        return [call("pai.list_models", *query, workspace_id=command.get("workspace"), limit=command.number("limit"))]
    return [*_set_code(command), f"vs{_to_code(command)}"]


def _baselined_code(command: Command) -> list[str]:
    """Code of the set, with a baseline that the line names put before it."""
    extra = baseline_address(command, command.get("baseline"))
    if extra is None or _selects(command, command.get("baseline")):
        return _set_code(command)
    source = f"pai.load({literal(command.get('offline'))}).select" if command.get("offline") else "pai.get_versions"
    return [*_set_code(command), f"vs = {source}({literal(extra)}) + vs"]


def _selects(command: Command, name: str) -> bool:
    """Whether an address writes the baseline's name out, so that it is fetched anyway."""
    named = [address for address in command.addresses if address.selector.kind == "names"]
    return any(name in (each, f"{address.model}@{each}") for address in named for each in address.selector.names)


def _compare_code(command: Command) -> list[str]:
    return [*_baselined_code(command), call("vs.compare", **comparison(command)) + _to_code(command)]


def _explain_code(command: Command) -> list[str]:
    return [*_baselined_code(command), call("vs.compare", **comparison(command)) + "." + call("explain", lang=command.get("lang"))]


def _report_code(command: Command) -> list[str]:
    report = call("report", literal(report_path(command)), lang=command.get("lang"), overwrite=command.get("overwrite"))
    return [*_baselined_code(command), f"{call('vs.compare', **comparison(command))}.{report}"]


def _explore_code(command: Command) -> list[str]:
    return [*_set_code(command), "pai.Explorer(vs)"] if command.addresses or command.get("offline") else ["pai.Explorer()"]


def _watch_code(command: Command) -> list[str]:
    watching = call("pai.watch", literal(str(command.addresses[0])), every=command.number("every"))
    return [f"for v in {watching}:", "    display(v)"]


def _to_code(command: Command) -> str:
    path = command.get("to")
    return "." + call(exporter(path), literal(path), overwrite=command.get("overwrite")) if path else ""


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
