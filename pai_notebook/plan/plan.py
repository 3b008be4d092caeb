"""Plans: what a line means as an ordered list of steps, which is run, or printed as Python or as a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import AddressError, ConfigurationError
from pai_notebook.files import ENDINGS, UnreadableFile, check_target, read_file
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.selectors import Selector
from pai_notebook.plan.command import Command
from pai_notebook.plan.options import BY_KEYWORD, OPTIONS
from pai_notebook.plan.words import write_word
from pai_notebook.python_source import IT, Plan, Step, step

if TYPE_CHECKING:
    from pathlib import Path

    from pai_notebook.registry.registry import Registry

_EXPORTS = {ending[1:]: method for method in ("to_html", "to_markdown", "to_latex", "to_csv", "to_excel") for ending in ENDINGS[method]}
_FETCHING = ("get_version", "get_versions", "compare")
_LONGEST_RULES = 2**20
_SETTINGS = ("region", "workspace", "network", "endpoint")


def plan_of(command: Command, *, settings: Mapping[str, Any] | None = None, lang: str = "en") -> Plan:
    """Plan what a line does.

    Parameters
    ----------
    command : Command
        The line.
    settings : mapping, optional
        Region and the like of the registry to connect to; by default what the line says. Empty for the default registry.
    lang : str
        Language of sentences where the line names none.

    Returns
    -------
    tuple of Step
        The steps, in order.

    Raises
    ------
    ConfigurationError
        When a file cannot be written in the format that its ending says.

    Examples
    --------
    >>> from pai_notebook.plan.grammar import parse_line
    >>> from pai_notebook.python_source import to_python
    >>> print(to_python(plan_of(parse_line("model-a --last 5 --where 'cer < 0.2' --region cn-shanghai"))))
    import pai_notebook as pnb
    <BLANKLINE>
    registry = pnb.connect(region="cn-shanghai", default=False)
    vs = registry.get_versions("model-a@last:5").filter(where="cer < 0.2")
    vs
    """
    told = {str(OPTIONS[f"--{name}"].keyword): command.get(name) for name in _SETTINGS if command.get(name)}
    if command.verb == "connect":
        return (step("connect", *command.words, of="pnb", **{**(settings or {}), **told}),)
    if command.form in ("ls without a model", "search"):  # the list itself is of a workspace
        told.pop("workspace_id", None)
    chosen = settings if settings is not None else told
    demo = ["demo"] if command.get("demo") else []
    connecting = [step("connect", *demo, of="pnb", **({} if demo else chosen), default=False)] if chosen or demo else []
    return (*connecting, *_STEPS[command.verb](command, command.get("lang", None if lang == "en" else lang)))


def _arguments(command: Command, owner: str) -> dict[str, Any]:
    """Keyword arguments of a step that the options of a line mean."""
    found = {}
    for name, option in OPTIONS.items():
        if option.argument.startswith(f"{owner}.") and command.get(name.removeprefix("--")) is not None:
            found[option.keyword] = _value(command, name.removeprefix("--"))
    return found


def _value(command: Command, name: str) -> Any:
    option = OPTIONS[f"--{name}"]
    if option.repeats:
        return command.pairs(name)
    if option.metavar == "GLOB":
        return tuple(part for part in command.get(name).split(",") if part)
    if option.metavar in ("N", "SECONDS"):
        return command.number(name)
    return "all" if name == "all" else command.get(name)


def _addresses(command: Command) -> tuple[list[str], bool]:
    """Addresses, with the newest few of whole models selected by the address itself; and whether --last needs a step besides."""
    last = command.number("last")
    whole = [last is not None and address.selector.kind == "all" for address in command.addresses]
    newest = Selector("last", count=last or 0)
    narrowed = [
        replace(address, selector=newest) if changed else address for address, changed in zip(command.addresses, whole, strict=True)
    ]
    return [str(address) for address in narrowed], last is not None and not (len(whole) == 1 and whole[0])


def _set(command: Command) -> list[Step]:
    """Select, filter, sort, limit."""
    addresses, narrowing = _addresses(command)
    path = command.get("offline")
    if path is None:
        steps = [step("get_versions", *addresses, of="registry", refresh=command.get("refresh"))]
    else:
        steps = [step("load", path, of="pnb"), *([step("select", *addresses)] if addresses else [])]
    if narrowing:
        steps.append(step("newest", command.number("last")))
    filters = _arguments(command, "filter")
    steps += [step("filter", **filters)] if filters else []
    by = command.get("sort")
    if by:
        steps.append(step("sort_values", by.removeprefix("-"), ascending=False if by.startswith("-") else None))
    limit = command.number("limit")
    return [*steps, *([step("limit", limit)] if limit is not None else [])]


def _show(command: Command, _: str | None) -> list[Step]:
    steps = _set(command)
    if len(command.addresses) == 1 and command.addresses[0].selector.is_single and [each.verb for each in steps] == ["get_versions"]:
        return [replace(steps[0], verb="get_version")]
    return steps


def _ls(command: Command, _: str | None) -> list[Step]:
    if command.form == "ls":
        return [*_set(command), *_written(command)]
    query = [command.get("query")] if command.get("query") else []
    return [step("list_models", *query, of="registry", workspace_id=command.get("workspace"), limit=command.number("limit"))]


def _compared(command: Command, *, baseline: str | None = None) -> list[Step]:
    """A comparison, straight from the addresses where nothing narrows what they select."""
    arguments = {"baseline": baseline, **_arguments(command, "compare")}
    steps = _set(command)
    whole = [each.verb for each in steps] in (["get_versions"], ["load", "select"])
    selected: Sequence[Any] = steps[-1].args if whole else (IT,)
    setup = [] if whole else steps
    if command.get("offline") is None:
        return [*setup, step("compare", *selected, of="registry", **arguments, refresh=command.get("refresh"))]
    if len(steps) == 1:
        return [*steps, step("compare", **arguments)]
    return [*setup, step("compare", *selected, of="pnb", **arguments, among=steps[0])]


def _compare(command: Command, _: str | None) -> list[Step]:
    return [*_compared(command), *_written(command)]


def _explain(command: Command, lang: str | None) -> list[Step]:
    return [*_compared(command), step("explain", lang=lang, everything=command.get("everything"))]


def _report(command: Command, lang: str | None) -> list[Step]:
    path = str(command.get("to", "report.html"))
    if not path.lower().endswith((".html", ".htm", ".pdf")):
        hint = say("Write --to report.html or --to report.pdf; compare --to FILE writes tables.")
        raise ConfigurationError(say("a report is HTML or PDF, and {path} is not", path=path), hint=hint)
    told = {"lang": lang, **_arguments(command, "report"), "gates": _rules(command).strip("\n") or None}
    return [*_compared(command), step("report", path, **told, overwrite=command.get("overwrite"))]


def _gate(command: Command, _: str | None) -> list[Step]:
    compared, rules, files = _compared(command, baseline="approved"), _rules(command).strip("\n"), _gate_files(command)
    # files are written of a gate that fails, too
    return [*compared, step("check", rules), *files, step("raise_for_breaches")] if files else [*compared, step("gate", rules)]


def _gate_files(command: Command) -> list[Step]:
    files = _written(command, {name: _EXPORTS[name] for name in ("html", "htm", "md")})
    junit = command.get("junit")
    return [*files, *([step("to_junit", junit, aside=True, overwrite=command.get("overwrite"))] if junit is not None else [])]


def write_unchecked(command: Command, reason: str) -> list[Path]:
    """Write the files of a gate that could not be checked, so that none of an earlier run is taken for its result.

    Parameters
    ----------
    command : Command
        Any line; of one that is no gate, or whose files cannot be written, nothing is written.
    reason : str
        What happened.

    Returns
    -------
    list of Path
        What was written.
    """
    if command.verb != "gate" or command.get("code"):
        return []
    from pai_notebook.comparison.gate.report import Check, GateReport  # noqa: PLC0415 - loading the extension loads nothing that compares

    models = {address.model: "" for address in command.addresses}
    check = Check("failed", say("check"), reason=reason, checked=False)
    report = GateReport((check,), say("Gate"), model_names=models if len(models) == 1 else {})
    try:
        files = _gate_files(command)
        _check_targets(files)
        return [getattr(report, each.verb)(*each.args, **each.options) for each in files]
    except ConfigurationError:
        return []  # where files cannot be written is what the error of the gate says, or comes after it


def _rules(command: Command) -> str:
    path = command.get("rules")
    if path is None:
        return command.rules
    from pai_notebook.comparison.gate.parse import parse_rules  # noqa: PLC0415 - loading the extension loads nothing that compares

    try:
        text = read_file(path, max_bytes=_LONGEST_RULES).decode("utf-8-sig")
        parse_rules(text)
    except AddressError as error:
        raise AddressError(say("{what}: {said}", what=path, said=error.message), hint=error.hint) from error
    except UnreadableFile as error:
        hint = say(
            "Pass --rules a file with one rule a line, or write the rules below %%paimodel gate in a cell; "
            "in a shell, --rules - reads them from stdin."
        )
        raise ConfigurationError(say("{path} {error}", path=path, error=error.args[0]), hint=hint) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            say("{path} is not a text in UTF-8: {reason} at byte {start}", path=path, reason=error.reason, start=error.start)
        ) from error
    return text


def _save(command: Command, _: str | None) -> list[Step]:
    return [*_set(command), step("save", command.get("to"), overwrite=command.get("overwrite"))]


def _drift(command: Command, _: str | None) -> list[Step]:
    return [step("load", *command.words, of="pnb"), step("drift", IT, of="registry")]


def _search(command: Command, _: str | None) -> list[Step]:
    found = {"approval": command.get("approval"), "label": command.pairs("label"), "limit": command.number("limit")}
    found |= {"workspace_id": command.get("workspace"), "confirm": command.get("yes")}
    return [step("search_versions", *command.words, of="registry", **found)]


def _explore(command: Command, _: str | None) -> list[Step]:
    return [*_set(command), step("Explorer", IT, of="pnb")] if command.form == "explore" else [step("Explorer", of="pnb")]


def _watch(command: Command, _: str | None) -> list[Step]:
    return [step("watch", str(command.addresses[0]), of="registry", every=command.number("every"))]


def _written(command: Command, exports: Mapping[str, str] = _EXPORTS) -> list[Step]:
    """Write a file, and go on with what is in it."""
    path = command.get("to")
    if path is None:
        return []
    method = exports.get(path.rpartition(".")[2].lower())
    if method is None:
        hint = say("Use one of {names}.", names=joined([f".{ending}" for ending in exports]))
        if path.lower().endswith(".pdf") and command.verb in ("show", "ls", "compare", "explain"):
            hint = joined([hint, say("The verb report writes .pdf.")], " ")
        raise ConfigurationError(say("cannot tell the format from {path}", path=path), hint=hint)
    return [step(method, path, aside=True, overwrite=command.get("overwrite"))]


_STEPS: dict[str, Callable[[Command, str | None], list[Step]]] = {
    "show": _show,
    "ls": _ls,
    "compare": _compare,
    "explain": _explain,
    "report": _report,
    "gate": _gate,
    "save": _save,
    "drift": _drift,
    "search": _search,
    "explore": _explore,
    "watch": _watch,
}


def run(
    plan: Sequence[Step],
    connect: Callable[[Step | None], Registry],
    explore: Callable[[Any], Any] | None = None,
    notice: Callable[[Any], None] = lambda _: None,
) -> Any:
    """Do what a plan says.

    Parameters
    ----------
    plan : sequence of Step
        The steps.
    connect : callable
        Gives the registry of a step that connects, and the default one for None.
    explore : callable, optional
        Makes an explorer of a registry or of versions, for a plan that ends in one.
    notice : callable
        Is told what each step gives, a file beside the result too.

    Returns
    -------
    object
        What the last step gives.

    Raises
    ------
    PaiError
        What a step raises; and why, when nothing that was asked for could be fetched.
    """
    from pai_notebook.registry.connection import compare  # noqa: PLC0415 - loading the extension loads nothing of this
    from pai_notebook.registry.result import raise_when_empty  # noqa: PLC0415 - as above
    from pai_notebook.versions.versions import load  # noqa: PLC0415 - as above

    registry: Registry | None = None
    found: Any = None
    result: Any
    _check_targets(plan)
    for each in plan:
        args = tuple(found if value is IT else value for value in each.args)
        options: dict[str, Any] = {name: load(*value.args) if isinstance(value, Step) else value for name, value in each.options.items()}
        if each.verb == "connect":
            result = registry = connect(each)
        elif each.verb == "Explorer" and explore is not None:
            result = explore(*(args or (registry or connect(None),)))
        elif each.verb == "load":
            result = load(*args)
        elif each.verb == "compare" and each.of == "pnb":
            result = compare(*args, **options)
        elif each.verb == "limit":
            result = found[: args[0]]
        elif each.of == "registry":
            registry = registry or connect(None)
            # what does not exist is worth a question more to a person who looks at the answer
            hints = {"suggest": True} if each.verb in _FETCHING else {}
            result = getattr(registry, each.verb)(*args, **options, **hints)
            if each.verb == "get_versions":
                raise_when_empty(result)
        else:
            result = getattr(found, each.verb)(*args, **options)
            if each.verb == "select":
                raise_when_empty(result)
        notice(result)
        found = found if each.aside else result
    return found


def _check_targets(plan: Sequence[Step]) -> None:
    """Refuse files that cannot be written before anything is fetched."""
    for each in plan:
        if each.verb in ENDINGS:
            check_target(each.args[0], each.verb, overwrite=bool(each.options.get("overwrite")))


_POSITIONAL = {"newest": "--last", "limit": "--limit", "load": "--offline", "report": "--to", "save": "--to", "list_models": "--query"}
_POSITIONAL["to_junit"] = "--junit"
_POSITIONAL.update(dict.fromkeys(_EXPORTS.values(), "--to"))
_VERBS = {"get_version": "", "Explorer": "explore", "raise_for_breaches": "gate"}
_VERBS.update({verb: verb for verb in ("compare", "explain", "report", "gate", "watch", "connect", "save", "drift")})
_VERBS["search_versions"] = "search"
_RULED = ("gate", "check")


def to_line(plan: Sequence[Step]) -> str:
    """Write a plan as the line that means it, a gate as the cell; empty when no line does.

    Of a connection only the region is written: everything else belongs to a line of its own, `%paimodel connect`.

    Examples
    --------
    >>> from pai_notebook.plan.grammar import parse_line
    >>> to_line(plan_of(parse_line("explain model-a@last:2 --mode cer=min --where 'cer < 1'")))
    "%paimodel explain model-a@last:2 --where 'cer < 1' --mode cer=min"
    """
    verb = _VERBS.get([each.verb for each in plan if not each.aside][-1], "ls")
    positional = {**_POSITIONAL, **({"load": ""} if verb == "drift" else {})}
    words: list[str] = []
    options: dict[str, list[str]] = {}
    for each in plan:
        connecting = each.verb == "connect" and verb != "connect"
        given = {
            keyword: value for keyword, value in each.options.items() if keyword != "ascending" and (not connecting or keyword == "region")
        }
        if each.verb == "sort_values":
            options["--sort"] = ["--sort", "-" * (each.options.get("ascending") is False) + each.args[0]]
        # versions that only the caller holds have no address
        elif each.verb in ("given", "VersionSet"):
            return ""
        elif positional.get(each.verb) and each.args:
            options[positional[each.verb]] = [positional[each.verb], str(each.args[0])]
        # the rules of a gate are the lines of its cell
        elif each.verb not in _RULED:
            words += [str(value) for value in each.args if value is not IT and not connecting]
            options |= {"--demo": ["--demo"]} if each.args and connecting else {}
        for keyword, value in given.items():
            if isinstance(value, Step):
                options["--offline"] = ["--offline", *value.args]
                continue
            name = BY_KEYWORD.get(keyword, "")
            texts = _texts(name, value) if name else None
            if texts is None:
                return ""
            options[name] = texts
    written = [write_word(word) for word in [*words, *(text for texts in options.values() for text in texts)]]
    line = " ".join(filter(None, ["%%paimodel" if verb == "gate" else "%paimodel", verb, *(word or "" for word in written)]))
    if None in written:
        return ""
    return f"{line}\n{next(each.args[0] for each in plan if each.verb in _RULED)}" if verb == "gate" else line


def _texts(name: str, value: Any) -> list[str] | None:
    """An option as the words of a line, None where it cannot be said there."""
    if not OPTIONS[name].metavar:
        return [name]
    if isinstance(value, Mapping):
        pairs = [(key, each) for key, values in value.items() for each in (values if isinstance(values, list | tuple) else [values])]
        return (
            [word for key, each in pairs for word in (name, f"{key}={each}")] if all(isinstance(each, str) for _, each in pairs) else None
        )
    if isinstance(value, list | tuple):
        return [name, ",".join(value)] if not any("," in each for each in value) else None
    return [name, str(value)]
