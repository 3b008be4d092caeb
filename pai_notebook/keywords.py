"""Calls that Python refuses: which argument was meant, or which call takes it."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pai_notebook.arguments import described, is_number
from pai_notebook.guides import CallError, guided_class, snake_case
from pai_notebook.i18n.phrases import Phrase, joined, say, with_text

BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
"""Parameters that take an argument by its place."""

# What the line or another package calls an argument that has another name here; the first of these that a function has is meant.
_ARGUMENTS = {
    "include": "sections section metrics metric columns",
    "metric": "x y by",
    "mode": "direction higher_is_better greater_is_better maximize goal",
    "directions": "mode modes direction higher_is_better greater_is_better goal",
    "baseline": "against reference base control champion",
    "only": "all",
    "label": "labels tags tag",
    "approval": "status stage state approval_status",
    "framework": "framework_type",
    "format": "format_type",
    "where": "query condition filter filter_string expr",
    "created_after": "after",
    "last": "limit n count max_results newest top head",
    "limit": "n count max_results last top",
    "path": "filename file fname filepath out output dest path_or_buf buf excel_writer",
    "overwrite": "force exist_ok",
    "credentials": "access_key access_key_id access_key_secret ak sk secret token api_key",
    "workspace_id": "workspace",
    "region": "region_id",
    "endpoint": "url base_url host tracking_uri",
    "attempt_timeout": "timeout",
    "progress": "verbose quiet show_progress",
    "max_attempts": "retries max_retries",
    "max_workers": "workers threads n_jobs",
    "lang": "language locale",
    "title": "heading",
    "redact": "mask anonymize",
}
_MEANT = {name: [own for own, names in _ARGUMENTS.items() if name in names.split()] for name in " ".join(_ARGUMENTS.values()).split()}
# Calls whose arguments are more than values: how one is written says more than their names.
_FORMS = {
    "paired": 'c.paired("accuracy", {"0.1.0": df1, "0.2.0": df2}, on="id", correct="ok")',
    "gate": 'c.gate("accuracy >= baseline - 1pp")',
    "check": 'c.check("accuracy >= baseline - 1pp")',
}
# Arguments of another call, by the call that they are given to.
_NARROWING = ("where", "label", "approval", "framework", "format", "created_after", "last")
_ROWS = ("include", "exclude", "only", "dataset", "by", "tolerance", "directions", "baseline")
_WHOLE = ("tolerance", "directions", "baseline")
_SORTING = ("order_by", "sort", "sort_by", "sort_values")
_TURNED = dict.fromkeys(("order", "ascending", "descending", "reverse"), "{call}(...).sort_values('created', ascending=False)")
_GROUPING = dict.fromkeys(("by", "on", "key", "keys", "level", "names", "columns", "group_by", "groupby", "settings"), "groupby({values})")
_BEST = {"metric": "by={value} or include={value}"}
_RAISING = ("raise_error", "raise_errors", "raise_on_error", "raise_on_failure", "raise_on_fail", "raises", "raise_", "throw", "strict")
# Times by what compares with them: a day that something is since belongs to what is meant, one that it is after does not.
_TIMES = {
    **dict.fromkeys(("since", "created_since", "created_from", "from_date", "start", "start_date"), ">="),
    **dict.fromkeys(("after", "created_after"), ">"),
    **dict.fromkeys(("before", "created_before"), "<"),
    **dict.fromkeys(("until", "created_until", "end", "end_date"), "<="),
}
_CREATED = {name: sign for name, sign in _TIMES.items() if sign != ">"}
# Variables of the environment that say what others pass to a connection, each with a value as code and what it is called there.
ENVIRONMENT = {
    "SSL_CERT_FILE": ("'ca.pem'", ("verify", "verify_ssl", "ssl_verify", "ssl", "cert", "ca", "ca_bundle", "insecure")),
    "HTTPS_PROXY": ("'http://host:8080'", ("proxy", "proxies", "http_proxy", "https_proxy")),
    "ALIBABA_CLOUD_PROFILE": ("{value}", ("profile", "profile_name")),
}
_SORTED = "{call}(...).sort_values({order})"
_OF_OTHERS = {
    "connect": {"offline": 'load("versions.json") or connect("demo")', "demo": 'connect("demo")'}
    | {word: f"os.environ[{name!r}] = {value}" for name, (value, words) in ENVIRONMENT.items() for word in words}
    | dict.fromkeys(("file", "path", "snapshot"), "load({value})"),
    "Registry.get_versions": dict.fromkeys(_NARROWING, "list_versions('model-a', {argument}={value})")
    | {name: f"list_versions('model-a', where=\"created {sign} {{value}}\")" for name, sign in _CREATED.items()}
    | dict.fromkeys(("version", "version_name"), "get_version('model-a', {value})"),
    **dict.fromkeys(("Registry.list_versions", "VersionSet.filter"), dict.fromkeys(_SORTING, _SORTED) | _TURNED),
    "Registry.list_models": dict.fromkeys(("search", "contains", "name_contains", "q", "text", "pattern", "filter"), "list_models({value})")
    | dict.fromkeys(("filter_string", "where"), "list_models('text') or search_versions({value})"),
    "Registry.search_versions": dict.fromkeys(_SORTING, _SORTED) | _TURNED,
    "Registry.compare": dict.fromkeys(_NARROWING, "compare(list_versions('model-a', {argument}={value}))")
    | dict.fromkeys(("versions", "model", "candidate"), "compare('model-a@0.1.0,0.2.0', baseline='approved')")
    | _BEST,
    "Comparison": dict.fromkeys(_WHOLE, "compare(..., {argument}={value}).{call}(...)"),
    "Comparison.gate": dict.fromkeys(_RAISING, "check(rules)"),
    "Comparison.to_frame": dict.fromkeys(_ROWS, "compare(..., {argument}={value}).to_frame()")
    | {"layout": "VersionSet(comparison.versions).to_frame(layout={value})"},
    "Comparison.explain": dict.fromkeys(_ROWS, "compare(..., {argument}={value}).explain()")
    | dict.fromkeys(("verbose", "all", "full", "detailed", "details", "long"), "everything={value}"),
    "Comparison.report": dict.fromkeys(_ROWS, "compare(..., {argument}={value}).report(path)")
    | dict.fromkeys(("format", "fmt", "type", "kind"), 'report("report.{word}")'),
    # each gives the axes of matplotlib
    "Plots": {
        **dict.fromkeys(_WHOLE, "compare(..., {argument}={value}).plot"),
        "title": "plot(metric).set_title({value})",
        **dict.fromkeys(("xlabel", "ylabel", "xlim", "ylim"), "plot(metric).set_{argument}({value})"),
        "figsize": "plot(metric).figure.set_size_inches({value})",
    },
    "VersionSet.compare": dict.fromkeys(_NARROWING[:-1], "filter({argument}={value}).compare()") | _BEST,
    "VersionSet.group_repeats": _GROUPING,
    "VersionSet.groupby": _GROUPING,
    "VersionSet.sort_values": dict.fromkeys(("reverse", "descending", "desc"), "sort_values(..., ascending=False)"),
    "VersionSet.from_frame": {"layout": "VersionSet.from_frame(versions.to_frame())"},
    "VersionSet.to_frame": {
        "format": "layout={value}",
        "wide": "layout='wide'",
        "long": "layout='long'",
        "orient": "to_frame().to_dict(orient={value})",
    },
}
# What is meant by more values than a call takes.
_TOO_MANY = {
    "Plots": 'c.plot.scatter("latency_ms@d-a", "accuracy@d-a")',
    **dict.fromkeys(("Registry.drift", "drift"), "drift(saved)"),
    "VersionSet.group_repeats": "groupby({values})",
}
# Sections of a comparison by what they are called; True says that they are to be shown.
_SECTIONS = {"labels": "labels label tags", "settings": "settings setting specs params parameters hyperparameters", "metrics": "metrics"}
# States of a version, as arguments that are True.
_STATE = re.compile(r"(?:(?:is|only)_)?(approved|pending|rejected)(?:_only)?")
# What is meant by a value of another kind than an argument takes.
_OTHER_VALUES: tuple[tuple[str, Any, str], ...] = (
    ("where", Mapping, "label={value}"),
    ("where", Callable, "VersionSet(filter(function, versions))"),
)
# What a list does without being told.
_OF_PAGES = frozenset({"page", "page_number", "page_size", "page_token", "next_token", "offset"})
# Calls by the arguments that they take.
_takers: dict[str, list[str]] = {}
# Between conditions of which each has to hold.
_AND = " and "
# So many calls are named that take an argument.
_FEW = 3
# Options of pandas that say what ours do anyhow: files have no column of row numbers, sheets have names, and nothing changes in place.
_AS_EVER = frozenset({"index", "sheet_name", "inplace"})


def remember(function: Callable[..., Any]) -> None:
    """Remember what a call takes, so that others can name it."""
    call = function.__qualname__.removesuffix(".__call__")
    for name in inspect.signature(function).parameters:
        # objects are made by other calls
        if name not in ("self", "cls") and "<" not in call and not call.endswith(".__init__"):
            _takers.setdefault(name, []).append(call)


def form_of(function: Callable[..., Any]) -> Phrase | None:
    """How a call is written whose arguments are more than values; None for others."""
    return _use(_FORMS.get(function.__name__, ""))


def meant_by_value(name: str, value: Any) -> Phrase | None:
    """What stands for a value of a kind that an argument does not take; None where nothing is known."""
    code = next((code for argument, kind, code in _OTHER_VALUES if argument == name and isinstance(value, kind)), "")
    if isinstance(value, Mapping):
        value = {re.sub(r"^labels?\.", "", key) if isinstance(key, str) else key: each for key, each in value.items()}
    return _use(code.format(value=described(value)))


def refused(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], said: str) -> CallError:
    """Say what is wrong with a call that Python refuses, and which argument was meant."""
    bound = [each for each in inspect.signature(function).parameters.values() if each.name not in ("self", "cls")]
    named = [each.name for each in bound if each.kind is not each.POSITIONAL_ONLY]
    call = _called(function, args)
    unknown = next((name for name in kwargs if name not in named), None)
    takes = say("It takes {names}.", names=joined([each.name for each in bound])) if bound else ""
    if unknown is not None and "unexpected keyword" in said:
        hint = next(filter(None, _meant_by(function, named, unknown, args, kwargs)), takes)
        return CallError(say("{call}() has no argument {name!r}", call=call, name=unknown), hint=hint)
    by_place = [each for each in inspect.signature(function).parameters.values() if each.kind in BY_PLACE]
    several = args[len(by_place) - 1 :]
    beside = ["where"] if "where" in kwargs and "multiple values" in said else []
    if (beside or len(args) > len(by_place)) and by_place[-1].name == "where" and all(isinstance(text, str) for text in several):
        given = [*several, *(kwargs[name] for name in beside)]
        told = say("{call}() takes one condition", call=call)
        code = _with_condition(function, args[: len(by_place) - 1], kwargs, given)
        return CallError(told, hint=say("Use {code}.", code=code))
    if len(args) > len(by_place) and "Sequence[str]" in str(by_place[-1].annotation) and all(isinstance(text, str) for text in several):
        as_list = f"{by_place[-1].name}={list(several)!r}"
        return CallError(
            say("{call}() takes {names} as one list", call=call, names=by_place[-1].name), hint=say("Use {code}.", code=as_list)
        )
    said = said.replace(function.__qualname__, call, 1)
    lacking = re.findall(r"'(\w+)'", said.partition(" missing ")[2])
    # Python's own words, which in Chinese are ours
    wrong = with_text(say("{call}() needs {names}", call=call, names=joined(lacking)), said) if lacking else said
    meant = _TOO_MANY.get(call, "") if len(args) > len(by_place) else ""
    if call == "Plots" and meant and isinstance(args[-1], str) and hasattr(args[0], args[-1]):
        meant = f"c.plot.{args[-1]}({described(args[1])})"
    meant = meant.replace("{values}", _one_by_one(args[len(by_place) :]))
    # versions, of which the first is what the others are compared with
    names = [getattr(each, "version_name", each) for each in args[1:]] if call == "VersionSet.compare" and len(args) > len(by_place) else []
    if names and all(isinstance(each, str) for each in names):
        meant = f"versions[{names!r}].compare({names[0]!r})"
    return CallError(wrong, hint=form_of(function) or _use(meant) or takes)


def _one_by_one(given: Sequence[Any]) -> str:
    """Write values, those of lists among them, as arguments of a call."""
    return ", ".join(described(each) for value in given for each in (value if isinstance(value, list | tuple) else [value]))


def _called(function: Callable[..., Any], args: Sequence[Any]) -> str:
    """What a call is named in a sentence; a method that several classes share by that of the object."""
    if "." not in function.__qualname__ or not args or args[0] is None:
        return function.__qualname__
    owner = getattr(args[0], "__name__", type(args[0]).__name__)
    return f"{owner}.{function.__name__}".removesuffix(".__init__").removesuffix(".__call__")


def _meant_by(
    function: Callable[..., Any], named: Sequence[str], unknown: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Iterator[Phrase | None]:
    """Say what may be meant by an argument that a call does not have, the surest first; None where nothing is known."""
    plain, value, owner = snake_case(unknown), kwargs[unknown], function.__qualname__.rpartition(".")[0]
    meanings = [*([plain] if plain != unknown else []), *_MEANT.get(plain, [])]
    if value is True and (state := _STATE.fullmatch(plain)):
        meanings, value = ["approval"], state[1]
        yield _use(f"approval={value!r}" if "approval" in named else "")
    if value is True and (section := next((own for own, names in _SECTIONS.items() if plain in names.split()), "")):
        argument = next((each for each in ("include", "section") if each in named), "")
        more = ", or only='all' for those that do not differ too" if "only" in named else ""
        yield _use(f"{argument}={section!r}{more}" if argument else "")
    if plain != unknown and plain in named:
        yield _did_you_mean(plain)
    others = {**_OF_OTHERS.get(owner, {}), **_OF_OTHERS.get(function.__qualname__, {})}
    yield _use(_of_another(others, [unknown, *meanings], named, value).replace("{call}", function.__name__))
    if "lang" in (plain, *meanings) and "lang" not in named:
        yield _use(f"pnb.options.lang = {described(value)}")
    yield _did_you_mean(next((each for each in meanings if each in named), ""))
    if "where" in named and (condition := _as_condition(plain, value)):
        place = list(inspect.signature(function).parameters).index("where")
        before = [each for each in (*args[place : place + 1], kwargs.get("where")) if isinstance(each, str)]
        others = {name: each for name, each in kwargs.items() if name not in (unknown, "where")}
        yield _use(_with_condition(function, args[:place], others, [*before, condition]) if before else f"where={condition!r}")
    yield _use(_of_frame(function, named, args, kwargs))
    if plain in _OF_PAGES and function.__name__.startswith(("list_", "search_", "get_versions")):
        yield say("Leave it out: all pages are fetched.")
    # a letter or two are like anything
    yield _did_you_mean(*get_close_matches(plain, named, 1, cutoff=0.75)) if len(unknown) > 2 else None  # noqa: PLR2004
    yield form_of(function)
    if taken := next((each for each in (plain, *meanings) if each in _takers), ""):
        calls = sorted(dict.fromkeys(_takers[taken]), key=lambda call: (call.rpartition(".")[0] != owner, _takers[taken].index(call)))
        yield say("{names} is an argument of {calls}.", names=f"{taken}=", calls=joined([f"{call}()" for call in calls[:_FEW]], " and "))
    elif "label" in named and isinstance(value, str):
        yield _use(f"label={{{unknown!r}: {described(value)}}}")
    elif "where" in named and is_number(value):
        yield _use(f"where={f'{unknown} == {described(value)}'!r}")


def _use(code: str) -> Phrase | None:
    return say("Use {code}.", code=code) if code else None


def _did_you_mean(name: str = "") -> Phrase | None:
    return say("Did you mean {word}?", word=f"{name}=") if name else None


def _of_another(others: Mapping[str, str], meanings: Sequence[str], named: Sequence[str], value: Any) -> str:
    """Write the other call that takes an argument, under its own name or what that means."""
    argument = next((each for each in meanings if each in others and each not in named), "")
    if not argument:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else value
    text, order = described(text), _order(value)
    return others[argument].format(argument=argument, value=text, values=_one_by_one([value]), word=value, order=order, call="{call}")


def _with_condition(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], conditions: Sequence[str]) -> str:
    """Write a call again with all that its versions have to meet as one condition."""
    several = len(conditions) > 1
    whole = _AND.join(f"({each})" if several and re.search(r"\bor\b", each, re.IGNORECASE) else each for each in conditions)
    own = args[1:] if next(iter(inspect.signature(function).parameters)) == "self" else args
    told = [
        *(described(getattr(each, "model_id", each)) for each in own),
        repr(whole),
        *(f"{name}={described(value)}" for name, value in kwargs.items() if name != "where"),
    ]
    return f"{function.__name__}({', '.join(told)})"


def _order(value: Any) -> str:
    """Write arguments of `sort_values` for an order as the line, Django or SQL has it.

    Examples
    --------
    >>> _order("-created"), _order("created desc"), _order("cer"), _order(["-created"])
    ("'created', ascending=False", "'created', ascending=False", "'cer'", "'created', ascending=False")
    """
    value = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
    if not isinstance(value, str) or not value.strip("-"):
        return described(value)
    told = value.removeprefix("-")
    last = next((word for word in ("ascending", "descending", "asc", "desc") if told.lower().endswith(word)), "")
    name = told[: len(told) - len(last)].rstrip(" :\t")
    if not last or not name or len(name) + len(last) == len(told):
        name, last = told, ""
    return repr(name) + (", ascending=False" if told != value or last.startswith("desc") else "")


def _as_condition(plain: str, value: Any) -> str:
    """Write a field of a version, by its name here or that of the service, or a bound of the time when it was created, as a condition."""
    if plain in _TIMES:
        return f"created {_TIMES[plain]} {described(value.isoformat() if hasattr(value, 'isoformat') else value)}"
    version: Any = guided_class("ModelVersion")
    fields = {} if version is None else version.fields()
    name = next((name for name, field in fields.items() if plain in (name, snake_case(field.key))), "")
    return f"{name} == {described(value)}" if name and isinstance(value, str) else ""


def _of_frame(function: Callable[..., Any], named: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Write a call with options that only the method of a DataFrame has; without them where ours does as they say."""
    method = getattr(getattr(sys.modules.get("pandas"), "DataFrame", None), function.__name__, None)
    options = {name: value for name, value in kwargs.items() if name not in named}
    if method is None or not args or not hasattr(args[0], "to_frame") or not options.keys() <= inspect.signature(method).parameters.keys():
        return ""
    given = [*map(described, args[1:]), *(described(value) for name, value in kwargs.items() if name == "path")]
    # pandas writes no times with zones into workbooks
    if function.__name__ == "to_excel" or options.keys() <= _AS_EVER:
        return f"{function.__name__}({', '.join(given)})"
    told = [*given, *(f"{name}={described(value)}" for name, value in options.items())]
    return f"to_frame().{function.__name__}({', '.join(told)})"
