"""Calls of public functions and attributes of public objects that Python refuses, and arguments that do not fit: one line each.

The annotation is the rule. Texts, truth values, paths, words of a `Literal`, lists of texts, mappings, functions and objects of this
package are checked here; any other annotation (numbers, versions, tolerances) is left to the function, which knows more.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import re
import sys
from abc import ABCMeta
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from itertools import chain, repeat
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from pai_notebook.arguments import described, is_truth
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, either, joined, say, with_text
from pai_notebook.json_text import MAX_DEPTH, is_too_deep

T = TypeVar("T", bound=Callable[..., Any])

_UNFIT = object()
# What numpy says where the stop button was pressed while it was imported; pandas quotes it.
_HALF_IMPORTED = "cannot load module more than once per process"
_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class _Kind(NamedTuple):
    """What fits an argument: a function that gives the value to use, or `_UNFIT`, and how it is called in a sentence."""

    read: Callable[[Any], Any]
    words: tuple[str, ...]


class CallError(ConfigurationError, TypeError):
    """A call with an argument that the function does not have, or without one that it needs: a `TypeError` without our frames."""

    def _told(self) -> Sequence[str]:
        happened, *hint = super()._told()
        return [happened.replace("CallError", "TypeError", 1), *hint]


# What the line or another package calls an argument that has another name here.
_ARGUMENTS = {
    "sections": "include",
    "section": "include",
    "metrics": "include",
    "metric": "include",
    "mode": "directions",
    "against": "baseline",
    "all": "only",
    "labels": "label",
    "tags": "label",
    "tag": "label",
    "status": "approval",
    "stage": "approval",
    "query": "where",
    "condition": "where",
    "after": "created_after",
    "limit": "last",
    "n": "last",
    "count": "last",
    "max_results": "last",
    "newest": "last",
    "x": "metric",
    "y": "metric",
    "columns": "include",
    "filter": "where",
    "filter_string": "where",
    "expr": "where",
}
# Calls whose arguments are more than values: how one is written says more than their names.
_FORMS = {
    "paired": 'c.paired("accuracy", {"0.1.0": df1, "0.2.0": df2}, on="id", correct="ok")',
    "gate": 'c.gate("accuracy >= baseline - 1pp")',
    "check": 'c.check("accuracy >= baseline - 1pp")',
}
# Arguments of another call, by the call that they are given to.
_NARROWING = ("where", "label", "approval", "framework", "format", "created_after", "last")
_ROWS = ("include", "exclude", "only", "dataset", "by", "tolerance", "directions", "baseline")
_SORTING = ("order_by", "sort", "sort_by", "sort_values")
_BEST = {"metric": "by={value} or include={value}"}
# Times by what compares with them: a day that something is since belongs to what is meant, one that it is after does not.
_TIMES = {
    **dict.fromkeys(("since", "created_since", "created_from", "from_date", "start", "start_date"), ">="),
    **dict.fromkeys(("after", "created_after"), ">"),
    **dict.fromkeys(("before", "created_before"), "<"),
    **dict.fromkeys(("until", "created_until", "end", "end_date"), "<="),
}
_CREATED = {name: f'where="created {sign} {{value}}"' for name, sign in _TIMES.items() if sign != ">"}
_OF_OTHERS = {
    "Registry.get_versions": dict.fromkeys(_NARROWING, "list_versions('model-a', {argument}={value})")
    | {name: f"list_versions('model-a', {code})" for name, code in _CREATED.items()},
    "Registry.list_versions": dict.fromkeys(_SORTING, "list_versions(...).sort_values({value})") | _CREATED,
    "VersionSet.filter": _CREATED,
    "Registry.list_models": dict.fromkeys(("search", "contains", "name_contains", "q", "text", "pattern", "filter"), "list_models({value})")
    | dict.fromkeys(("filter_string", "where"), "list_models('text') or search_versions({value})"),
    "Registry.search_versions": {name: f'search_versions("created {sign} {{value}}")' for name, sign in _TIMES.items()}
    | dict.fromkeys(_SORTING, "search_versions(...).sort_values({value})"),
    "Registry.compare": dict.fromkeys(_NARROWING, "compare(list_versions('model-a', {argument}={value}))")
    | dict.fromkeys(("versions", "model", "candidate"), "compare('model-a@0.1.0,0.2.0', baseline='approved')")
    | _BEST,
    "Comparison.to_frame": dict.fromkeys(_ROWS, "compare(..., {argument}={value}).to_frame()")
    | {"layout": "VersionSet(comparison.versions).to_frame(layout={value})"},
    "Comparison.explain": dict.fromkeys(_ROWS, "compare(..., {argument}={value}).explain()"),
    "Comparison.report": dict.fromkeys(_ROWS, "compare(..., {argument}={value}).report(path)"),
    "VersionSet.compare": dict.fromkeys(_NARROWING[:-1], "filter({argument}={value}).compare()") | _BEST,
    "VersionSet.sort_values": dict.fromkeys(("reverse", "descending", "desc"), "sort_values(..., ascending=False)"),
    "VersionSet.to_frame": {
        "format": "layout={value}",
        "wide": "layout='wide'",
        "long": "layout='long'",
        "orient": "to_frame().to_dict(orient={value})",
    },
}
# What is meant by more values than a call takes.
_TOO_MANY = {"Plots": 'c.plot.scatter("latency_ms@d-a", "accuracy@d-a")'}


def _form_of(function: Callable[..., Any]) -> Phrase | None:
    form = _FORMS.get(function.__name__)
    return say("Use {code}.", code=form) if form else None


def _refused(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], said: str) -> CallError:
    """Say what is wrong with a call that Python refuses, and which argument was meant."""
    bound = [each for each in inspect.signature(function).parameters.values() if each.name not in ("self", "cls")]
    known, named = [each.name for each in bound], [each.name for each in bound if each.kind is not each.POSITIONAL_ONLY]
    # a method that several classes share is called by that of the object
    owner = "" if "." not in function.__qualname__ or not args else getattr(args[0], "__name__", type(args[0]).__name__)
    call = f"{owner}.{function.__name__}".removesuffix(".__init__").removesuffix(".__call__") if owner else function.__qualname__
    unknown = next((name for name in kwargs if name not in named), None)
    # a letter or two are like anything
    close = get_close_matches(unknown.lower(), named, 1) if unknown and len(unknown) > 2 else []  # noqa: PLR2004
    takes = say("It takes {names}.", names=joined(known)) if known else ""
    by_place = [each for each in inspect.signature(function).parameters.values() if each.kind in _BY_PLACE]
    several = args[len(by_place) - 1 :]
    if len(args) > len(by_place) and "Sequence[str]" in str(by_place[-1].annotation) and all(isinstance(text, str) for text in several):
        as_list = f"{by_place[-1].name}={list(several)!r}"
        return CallError(
            say("{call}() takes {names} as one list", call=call, names=by_place[-1].name), hint=say("Use {code}.", code=as_list)
        )
    if unknown is None or "unexpected keyword" not in said:
        said = said.replace(function.__qualname__, call, 1)
        lacking = re.findall(r"'(\w+)'", said.partition(" missing ")[2])
        # Python's own words, which in Chinese are ours
        wrong = with_text(say("{call}() needs {names}", call=call, names=joined(lacking)), said) if lacking else said
        meant = say("Use {code}.", code=_TOO_MANY[call]) if call in _TOO_MANY and len(args) > len(by_place) else None
        return CallError(wrong, hint=_form_of(function) or meant or takes)
    argument = _ARGUMENTS.get(unknown.lower(), unknown)
    others = _OF_OTHERS.get(function.__qualname__, {})
    if other := others.get(unknown) or (others.get(argument) if argument not in named else None):
        given = kwargs[unknown]
        value = described(given.isoformat() if hasattr(given, "isoformat") else given)
        meant = say("Use {code}.", code=other.format(argument=argument, value=value))
        return CallError(say("{call}() has no argument {name!r}", call=call, name=unknown), hint=meant)
    close = [each for each in [_ARGUMENTS.get(unknown.lower(), "")] if each in named] or close
    hint = say("Did you mean {word}?", word=f"{close[0]}=") if close else takes
    if not close and "label" in named and isinstance(kwargs[unknown], str):
        hint = say("Use {code}.", code=f"label={{{unknown!r}: {described(kwargs[unknown])}}}")
    return CallError(say("{call}() has no argument {name!r}", call=call, name=unknown), hint=hint)


class MissingAttribute(ConfigurationError, AttributeError):
    """An attribute that an object does not have: an `AttributeError` without our frames."""

    def _told(self) -> Sequence[str]:
        happened, *hint = super()._told()
        return [happened.replace("MissingAttribute", "AttributeError", 1), *hint]


def guide(meant: Mapping[str, str]) -> Mapping[str, str]:
    """What stands for names that are not there, from the names, separated by blanks, that each thing may be looked for under.

    Examples
    --------
    >>> guide({"to_frame()": "df frame"})
    {'df': 'to_frame()', 'frame': 'to_frame()'}
    """
    return {name: right for right, names in meant.items() for name in names.split()}


# Operations by the method that Python looks for, and what the one that lacks is called.
_OPERATIONS = {"__getitem__": say("cannot be indexed or iterated"), "__sub__": say("cannot be subtracted"), "__lt__": say("has no order")}


class _GuidedClass(ABCMeta):
    """Answers what is asked of a class, as `ModelVersion.from_dict` is, where the class says what stands for it."""

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            # only what is known: dataclasses and tools ask classes for names that are rightly not there
            meant = cls._instead.get(name, "")
            if name.startswith("_") or not meant:
                raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}", name=name, obj=cls)
            raise missing_attribute(cls, name, meant)


class Guided(metaclass=_GuidedClass):
    """Mixin: an attribute that is not there is answered with the one that was meant, so is an operation as `a - b`.

    A class says in `_instead` what stands for names that people try first, `__getitem__` and `__sub__` among them, and in `_stands_for`
    what depends on the object.

    Examples
    --------
    >>> class Version(Guided):
    ...     _instead = guide({"approval": "status state"})
    ...     approval = "Approved"
    >>> Version().status
    Traceback (most recent call last):
    ...
    pai_notebook.calls.MissingAttribute: Version has no attribute 'status'. Use approval.
    >>> Version().aproval
    Traceback (most recent call last):
    ...
    pai_notebook.calls.MissingAttribute: Version has no attribute 'aproval'. Did you mean approval?
    """

    __slots__ = ()
    _instead: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        # Python looks for these at the class, and does not ask `__getattr__`
        for name in vars(cls).get("_instead", {}):
            if name in _OPERATIONS:
                setattr(cls, name, _refusal(name))

    def _stands_for(self, name: str) -> str:  # noqa: ARG002 - for classes that know more
        return ""

    if not TYPE_CHECKING:  # type checkers know what is missing without this

        def __getattr__(self, name: str) -> Any:
            # tools ask for names with an underscore to see what an object can do
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)  # a property that failed with an AttributeError of its own: that one is told
            raise missing_attribute(type(self), name, self._instead.get(name) or self._stands_for(name), vars_of(self))


def _refusal(operation: str) -> Callable[[Guided, Any], Any]:
    def refuse(self: Guided, other: Any) -> Any:
        meant = (self._stands_for(other) if isinstance(other, str) else "") or self._instead[operation]
        said = say("{kind} {lacks}", kind=type(self).__name__, lacks=_OPERATIONS[operation])
        raise CallError(said, hint=say("Use {code}.", code=meant))

    return refuse


def keep_tab() -> None:
    """Tell IPython, where it runs, that our `__getattr__` only refuses: else Tab in `v.metrics["` would not look at what `v.metrics` is."""
    if "IPython.core.completer" not in sys.modules:
        return
    try:
        policies = importlib.import_module("IPython.core.guarded_eval").EVALUATION_POLICIES
        policies["limited"].allowed_getattr_external.add((__name__, Guided.__name__))
    except (ImportError, AttributeError, KeyError):
        return  # a release of IPython that has no such list


keep_tab()


def vars_of(thing: object) -> list[str]:
    """Public names that an object holds itself, beside those of its class."""
    return [name for name in getattr(thing, "__dict__", ()) if not name.startswith("_")]


def missing_attribute(owner: type | str, name: str, instead: str = "", held: Sequence[str] = ()) -> MissingAttribute:
    """Say that a class, or a module by its name, has no such attribute, and what to use: what stands for it, else the nearest name."""
    names = [] if isinstance(owner, str) else [*dir(owner), *getattr(owner, "__dataclass_fields__", ())]
    known = [each for each in dict.fromkeys([*names, *held]) if not each.startswith("_")]
    wanted = name.lower()
    # a slip, else one of the words of a name: `version` for version_name
    close = get_close_matches(wanted, known, 1, cutoff=0.75) or [each for each in known if wanted in each.split("_")]
    hint = say("Use {code}.", code=instead) if instead else say("Did you mean {word}?", word=close[0]) if close else ""
    kind = owner if isinstance(owner, str) else owner.__name__
    error = MissingAttribute(say("{kind} has no attribute {name!r}", kind=kind, name=name), hint=hint)
    error.name = name  # else Python 3.12 notes the object, and adds a suggestion of its own to ours
    return error


def checked(thing: T) -> T:
    """Check the arguments of a function, or of every public method that a class defines, and refuse calls that Python refuses in a line.

    Parameters
    ----------
    thing : function or class
        What users call. A class that only holds a part of the methods of a public one names that in `_public_class`, as
        `module.Class`: errors, also Python's own, call the methods by it.

    Returns
    -------
    function or class
        A function of the same signature, or the same class.

    Examples
    --------
    >>> @checked
    ... def show(metric: str, *, only: Literal["diff", "all"] = "diff", overwrite: bool = False) -> str:
    ...     return metric
    >>> show("cer")
    'cer'
    >>> show("cer", only="some")
    Traceback (most recent call last):
    ...
    pai_notebook.errors.ConfigurationError: only='some' cannot be used. Pass 'diff' or 'all'.
    """
    if not inspect.isclass(thing):
        return _checked(thing)
    module, _, owner = vars(thing).get("_public_class", "").rpartition(".")
    for name, member in list(vars(thing).items()):
        if name.startswith("_") and name not in ("__init__", "__call__"):
            continue
        if owner and inspect.isfunction(member):
            member.__module__, member.__qualname__ = module, f"{owner}.{name}"
        if inspect.isfunction(member):
            setattr(thing, name, _checked(member))
        elif isinstance(member, classmethod):
            setattr(thing, name, classmethod(_checked(member.__func__)))
    return thing


def _checked(function: T) -> T:
    parameters = list(inspect.signature(function).parameters.values())

    @functools.cache
    def kinds() -> dict[str, _Kind]:
        if function.__name__ == "__init__":
            return {}  # which check by themselves
        found = {each.name: _kind_of(function, each) for each in parameters}
        return {name: kind for name, kind in found.items() if kind is not None}

    places = [each.name for each in parameters if each.kind in _BY_PLACE]

    rest = next((each.name for each in parameters if each.kind == inspect.Parameter.VAR_POSITIONAL), "")
    form = _form_of(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # IPython leaves this frame out
        known = kinds()
        given: list[Any] = []
        try:
            given = [_taken(name, value, known, form) for name, value in zip(places, args, strict=False)]
            return function(*given, *args[len(given) :], **{name: _taken(name, value, known, form) for name, value in kwargs.items()})
        except TypeError as error:
            # raised by the call itself, not by what is called
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            raise _refused(function, args, kwargs, str(error)) from None
        except ImportError as error:
            if _HALF_IMPORTED not in str(error):
                raise
            said = say("an import of numpy was interrupted, and cannot be made again in this process")
            raise ConfigurationError(said, hint=say("Restart the kernel.")) from error
        except RecursionError:
            deep = _too_deep([*zip(chain(places, repeat(rest)), args, strict=False), *kwargs.items()])
            if deep is None:
                raise
            raise deep from None
        finally:
            del args, kwargs, given  # a credential must not be left in a frame of an exception

    return call  # type: ignore[return-value]


def _too_deep(given: Sequence[tuple[str, Any]]) -> ConfigurationError | None:
    """Say which argument is deeper than any document, as a list in itself is; None where none is: then the recursion is ours."""
    name = next((name for name, value in given if is_too_deep(value)), None)
    if name is None:
        return None
    said = say("{name} is nested deeper than {max_depth} levels", name=name, max_depth=MAX_DEPTH)
    return ConfigurationError(said, hint=say("It may be a list in itself."))


def _taken(name: str, value: Any, kinds: Mapping[str, _Kind], form: Phrase | None) -> Any:
    kind = kinds.get(name)
    if kind is None:
        return value
    read = kind.read(value)
    if read is _UNFIT:
        words = f"label={described(value)}" if name == "where" and isinstance(value, Mapping) else either(kind.words)
        if name == "where" and callable(value):
            form = say("Use {code}.", code="VersionSet(filter(function, versions))")
        raise ConfigurationError(
            say("{name}={value} cannot be used", name=name, value=described(value)), hint=form or say("Pass {words}.", words=words)
        )
    return read


def _kind_of(function: Callable[..., Any], parameter: inspect.Parameter) -> _Kind | None:
    if parameter.annotation is parameter.empty or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        return None
    # one at a time: a name that is imported for type checkers only must not hide the others
    holder = type("Holder", (), {"__annotations__": {"argument": parameter.annotation}})
    try:
        hint = get_type_hints(holder, globalns=getattr(function, "__globals__", {}))["argument"]
    except NameError:
        return None
    return _kind(hint)


def _kind(hint: Any) -> _Kind | None:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kinds = [_kind(each) for each in arguments]
        return None if None in kinds else _any_of([kind for kind in kinds if kind is not None])
    if origin is Literal:
        return _Kind(lambda value: value if isinstance(value, str) and value in arguments else _UNFIT, tuple(map(repr, arguments)))
    if origin is Sequence and arguments == (str,):
        return _Kind(_texts, (say("a list of texts"),))
    if origin is Mapping and get_origin(arguments[-1]) in (Union, UnionType):
        return None  # the function knows what fits, and has an example
    if inspect.isclass(hint) and hint.__module__.startswith("pai_notebook"):
        words = say('a VersionSet, for example pnb.load("file")') if hint.__name__ == "VersionSet" else say("a {kind}", kind=hint.__name__)
        return _Kind(_instance(hint), (words,))
    return next((kind for known, kind in _KINDS if origin is known or hint is known), None)


def _any_of(kinds: list[_Kind]) -> _Kind:
    def read(value: Any) -> Any:
        return next((found for found in (kind.read(value) for kind in kinds) if found is not _UNFIT), _UNFIT)

    return _Kind(read, tuple(word for kind in kinds for word in kind.words))


def _instance(*types: type) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, types) else _UNFIT


def _flag(value: Any) -> Any:
    return bool(value) if is_truth(value) else _UNFIT


def _texts(value: Any) -> Any:
    """Give a list, tuple or set of texts, or a column or index of pandas as a list."""
    if getattr(value, "ndim", 0) == 1 and hasattr(value, "tolist"):
        value = value.tolist()
    is_several = isinstance(value, list | tuple | AbstractSet | Sequence) and not isinstance(value, str | bytes)
    return value if is_several and all(isinstance(text, str) for text in value) else _UNFIT


_KINDS: tuple[tuple[Any, _Kind], ...] = (
    (str, _Kind(_instance(str), (say("a text"),))),
    (bool, _Kind(_flag, ("True", "False"))),
    (type(None), _Kind(_instance(type(None)), ("None",))),
    (os.PathLike, _Kind(_instance(os.PathLike), (say("a path"),))),
    (Mapping, _Kind(_instance(Mapping), (say("a mapping"),))),
    (Callable, _Kind(lambda value: value if callable(value) else _UNFIT, (say("a function"),))),
)
