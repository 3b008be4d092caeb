"""Everything public: the names of `pai_notebook`, and every class whose objects they hand out, with the public methods of both."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

import pai_notebook as pnb

INTERNAL = {"Client", "Fetcher", "Field", "NumberFormat", "Scale", "Side", "Sides"}
"""Classes that public objects hand out and that only this package uses; docs/stability.md says so."""


class Member(NamedTuple):
    """A function, method or property that users see, by the name that they know."""

    name: str
    function: Callable[..., Any]
    is_property: bool = False

    @property
    def path(self) -> str:
        """Where it is defined, as an importable path."""
        return f"{self.function.__module__}.{self.function.__qualname__}"


@cache
def public_classes() -> tuple[type, ...]:
    """Classes of every object that a public call, property or attribute hands out, by the annotations."""
    known = _classes()
    found: list[type] = []
    waiting: list[Any] = [getattr(pnb, name) for name in pnb.__all__]
    while waiting:
        thing = waiting.pop(0)
        if inspect.isclass(thing):
            if thing not in found:
                found.append(thing)
                waiting += _named(known, thing)
        elif inspect.isfunction(thing):
            waiting += _words(known, thing.__module__, thing.__annotations__.get("return", ""))
    return tuple(found)


def public_members() -> Iterator[Member]:
    """Every public function of the package, and every method and property of the public classes; each is written once."""
    seen = set()
    for name in pnb.__all__:
        if inspect.isfunction(function := getattr(pnb, name)):
            yield Member(name, function)
    for owner in public_classes():
        for name in dir(owner):
            member = member_of(owner, name)
            if member is not None and member.path not in seen:
                seen.add(member.path)
                yield member


def member_of(owner: type, name: str) -> Member | None:
    """Give a public method or property of a class, its own or inherited; None for anything else."""
    held = inspect.getattr_static(owner, name)
    function = _function(held)
    if name.startswith("_") or function is None or not function.__module__.startswith(pnb.__name__):
        return None
    return Member(f"{owner.__name__}.{name}", function, not callable(getattr(held, "__func__", held)))


def _function(held: Any) -> FunctionType | None:
    """Give the function behind a method, class method, property or cached property."""
    found = held.fget if isinstance(held, property) else getattr(held, "func", None) or getattr(held, "__func__", held)
    return found if inspect.isfunction(found) else None


def _classes() -> dict[str, type]:
    """Classes of the package by name; no name is used for two."""
    found = {}
    for info in pkgutil.walk_packages(pnb.__path__, f"{pnb.__name__}."):
        if not info.name.endswith("__main__"):
            held = vars(importlib.import_module(info.name))
            found.update({name: value for name, value in held.items() if inspect.isclass(value) and value.__module__ == info.name})
    return found


def _named(known: dict[str, type], owner: type) -> list[type]:
    """Give the classes that the public attributes of a class are annotated with, and what its items are."""
    found = []
    for line in re.findall(r"^\w[\w, ]* : .*", section(owner, "Attributes"), re.MULTILINE):
        found += _words(known, owner.__module__, line)
    for base in [base for base in owner.__mro__ if base.__module__.startswith(pnb.__name__)]:
        notes = {name: note for name, note in vars(base).get("__annotations__", {}).items() if not name.startswith("_")}
        for name, held in vars(base).items():
            function = _function(held)
            if function is not None and (not name.startswith("_") or name in ("__getitem__", "__iter__")):
                notes[name] = function.__annotations__.get("return", "")
        for note in notes.values():
            found += _words(known, base.__module__, note)
    return found


def section(owner: type, name: str) -> str:
    """Give the text of one section of a class docstring, as far as the next one."""
    return re.split(r"\n\w+\n---", (inspect.getdoc(owner) or "").partition(f"{name}\n---")[2])[0]


def _words(known: dict[str, type], module: str, note: Any) -> list[type]:
    """Give the classes of the package that an annotation names; a name may be an alias of something else in its module."""
    names = [word for word in re.findall(r"(?<!pyarrow\.)\b[A-Z]\w+", str(note)) if word in known and word not in INTERNAL]
    return [known[word] for word in names if getattr(sys.modules[module], word, known[word]) is known[word]]
