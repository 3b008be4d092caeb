"""Arguments of public functions that do not fit, and calls that Python refuses: one line each.

The annotation is the rule. Texts, truth values, paths, words of a `Literal`, lists of texts, mappings, functions and objects of this
package are checked here; any other annotation (numbers, versions, tolerances) is left to the function, which knows more.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, repeat
from types import UnionType
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from pai_notebook.arguments import described, is_truth
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, either, say
from pai_notebook.json_text import MAX_DEPTH, is_too_deep
from pai_notebook.keywords import BY_PLACE, form_of, meant_by_value, refused, remember

T = TypeVar("T", bound=Callable[..., Any])

_UNFIT = object()
# What numpy says where the stop button was pressed while it was imported; pandas quotes it.
_HALF_IMPORTED = "cannot load module more than once per process"


class _Kind(NamedTuple):
    """What fits an argument: a function that gives the value to use, or `_UNFIT`, and how it is called in a sentence."""

    read: Callable[[Any], Any]
    words: tuple[str, ...]


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


class _CheckedCall(NamedTuple):
    """What is checked of a function: its name, what stands in each place, what fits, and how a call is written where that says more."""

    name: str
    places: tuple[str, ...]
    kinds: Mapping[str, _Kind]
    form: Phrase | None


def _checked(function: T) -> T:
    parameters = list(inspect.signature(function).parameters.values())
    places = tuple(each.name for each in parameters if each.kind in BY_PLACE)
    rest = next((each.name for each in parameters if each.kind == inspect.Parameter.VAR_POSITIONAL), "")
    remember(function)

    @functools.cache
    def known() -> _CheckedCall:
        # a class checks what it is made of by itself
        found = {each.name: _kind_of(function, each) for each in parameters if function.__name__ != "__init__"}
        kinds = {name: kind for name, kind in found.items() if kind is not None}
        return _CheckedCall(function.__name__, places, kinds, form_of(function))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # IPython leaves this frame out
        of = known()
        given: list[Any] = []
        try:
            given = [_taken(name, value, of, args) for name, value in zip(places, args, strict=False)]
            return function(*given, *args[len(given) :], **{name: _taken(name, value, of) for name, value in kwargs.items()})
        except TypeError as error:
            # raised by the call itself, not by what is called
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            raise refused(function, args, kwargs, str(error)) from None
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


def _taken(name: str, value: Any, of: _CheckedCall, by_place: Sequence[Any] = ()) -> Any:
    kind = of.kinds.get(name)
    if kind is None:
        return value
    read = kind.read(value)
    if read is _UNFIT:
        hint = of.form or meant_by_value(name, value) or _swapped(name, of, by_place) or say("Pass {words}.", words=either(kind.words))
        raise ConfigurationError(say("{name}={value} cannot be used", name=name, value=described(value)), hint=hint)
    return read


def _swapped(name: str, of: _CheckedCall, by_place: Sequence[Any]) -> Phrase | None:
    """Say that a later argument stands in the wrong place, and would fit here; None where there is none."""
    given = dict(zip(of.places, by_place, strict=False))
    for other in list(given)[list(given).index(name) + 1 :] if name in given else ():
        is_at_home = other in of.kinds and of.kinds[other].read(given[other]) is not _UNFIT
        if not is_at_home and of.kinds[name].read(given[other]) is not _UNFIT:
            written = ", ".join(described(given[other]) if each == name else each for each in given if each != "self")
            return say("Use {code}.", code=f"{of.name}({written})")
    return None


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
