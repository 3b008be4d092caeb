"""Steps, which are calls of the public API as data, and the Python that people read: the only writer of Python source."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from pai_notebook.sanitize import without_logins


class Expression(str):
    """Python source, as opposed to a text that becomes a literal."""

    __slots__ = ()


class _It:
    """Stands for what the steps before gave; there is one, `IT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "IT"


IT: Final = _It()


@dataclass(frozen=True)
class Step:
    """One call.

    Attributes
    ----------
    verb : str
        Name of the function or method; `limit` stands for the slice of the first few, `given` for a variable that is there.
    args : tuple
        Positional arguments; `IT` is what the steps before gave.
    options : mapping
        Keyword arguments.
    of : {"it", "registry", "pnb"}
        What it is called on: the object so far, the registry, or the package.
    aside : bool
        Whether the plan goes on with the object before, not with what the call gives.
    comment : str
        What to say behind it.
    """

    verb: str
    args: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    of: Literal["it", "registry", "pnb"] = "it"
    aside: bool = False
    comment: str = ""


Plan = tuple[Step, ...]


def step(
    verb: str, *args: Any, of: Literal["it", "registry", "pnb"] = "it", aside: bool = False, comment: str = "", **options: Any
) -> Step:
    """Make a step; options that are None or empty are as by default, and left out.

    Examples
    --------
    >>> step("filter", where=None, approval="Approved").options
    {'approval': 'Approved'}
    """
    return Step(verb, args, {key: value for key, value in options.items() if value not in (None, {}, (), [], "")}, of, aside, comment)


_NAMES = {
    "get_version": "v",
    "get_versions": "vs",
    "load": "vs",
    "search_versions": "vs",
    "VersionSet": "vs",
    "list_models": "models",
    "compare": "c",
    "check": "report",
}
# Steps whose result is of the kind that they are called on.
_SAME = ("select", "newest", "filter", "sort_values", "limit", "groupby", "group_repeats")
# An expression is given a name before a chain of calls becomes longer than a line.
_LONGEST = 100


def to_python(plan: Sequence[Step], name: str = "") -> str:
    """Write a plan as Python.

    Parameters
    ----------
    plan : sequence of Step
        What to do.
    name : str
        The variable that gets the result; without it the last line is the result, for a notebook to show.

    Examples
    --------
    >>> plan = (step("get_versions", "model-a@last:9", of="registry"), step("filter", where="cer < 0.2"))
    >>> print(to_python((*plan, step("compare", IT, of="registry", baseline="approved"))))
    import pai_notebook as pnb
    <BLANKLINE>
    vs = pnb.get_versions("model-a@last:9").filter(where="cer < 0.2")
    pnb.compare(vs, baseline="approved")
    """
    writer = _Writer()
    for step in plan:
        writer.add(step)
    return without_logins("\n".join(["import pai_notebook as pnb", "", *writer.end(name)]))


class _Writer:
    """Writes step behind step; what is not yet a statement is an expression that grows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.registry = "pnb"
        self.expression = ""
        self.name = ""
        self.loop = ""

    def add(self, step: Step) -> None:
        if step.verb == "given":
            self.lines.append(f"# {step.args[0]}: {step.comment}")
            self.expression = self.name = step.args[0]
        elif step.verb == "connect":
            self._connect(step)
        elif step.of == "it":
            self._on_it(step)
        else:
            self._start(step)

    def end(self, name: str) -> list[str]:
        if self.loop:
            return [*self.lines, f"for {name or 'v'} in {self.expression}:", f"    display({name or 'v'})"]
        if name:
            self.lines += [f"{name} = {self.expression}"] if self.expression != name else []
            return self.lines
        if self.name == "vs":
            self._assign()
        return [*self.lines, self.expression] if self.expression else self.lines

    def _connect(self, step: Step) -> None:
        connecting = _call("pnb.connect", step)
        self.registry = "registry" if step.options.get("default") is False else "pnb"
        self.lines += [f"registry = {connecting}"] if self.registry == "registry" else []
        if self.registry == "pnb":
            self.expression = connecting
            self.name = ""

    def _start(self, step: Step) -> None:
        """A call of the registry or the package; what was before is an argument of it, or a statement of its own."""
        if IT in step.args:
            self._assign()
            step = replace(step, args=tuple(Expression(self.name) if each is IT else each for each in step.args))
        elif self.expression != self.name:
            self.lines.append(self.expression)
        if step.verb == "Explorer" and not step.args and self.registry != "pnb":
            step = replace(step, args=(Expression(self.registry),))
        self.expression = _call(f"{'pnb' if step.of == 'pnb' else self.registry}.{step.verb}", step)
        self.name = _NAMES.get(step.verb, "")
        self.loop = step.verb if step.verb == "watch" else ""

    def _on_it(self, step: Step) -> None:
        if step.aside or step.verb == "compare" or len(self.expression) > _LONGEST:
            self._assign()
        following = f"[:{step.args[0]}]" if step.verb == "limit" else "." + _call(step.verb, step)
        if step.aside:
            self.lines.append(self.expression + following)
            return
        self.expression += following
        self.name = _NAMES.get(step.verb, self.name if step.verb in _SAME else "")

    def _assign(self) -> None:
        """Give the object so far its name."""
        if self.expression != self.name:
            self.lines.append(f"{self.name} = {self.expression}")
            self.expression = self.name


def _call(name: str, step: Step) -> str:
    text = call(name, *map(_argument, step.args), **step.options)
    # a comment may quote a file, and ends with its line
    comment = step.comment if step.comment.isprintable() else ascii(step.comment)
    return f"{text}  # {comment}" if comment else text


def _argument(value: Any) -> str:
    """A positional argument: code as it is, a text of several lines between three quotation marks, anything else as a literal."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, str) and "\n" in value and not re.search(r'\\|"""|"$', value) and value.replace("\n", "").isprintable():
        return f'"""{value}"""'
    return literal(value)


def literal(value: Any) -> str:
    """Write JSON, a tuple of it, or a step as Python: keys in the order given, NaN and infinity so that they can be read.

    Examples
    --------
    >>> print(literal({"所有者": ["a", 'b"c', float("nan")]}))
    {"所有者": ["a", 'b"c', float("nan")]}
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, Step):
        return _call(f"pnb.{value.verb}", value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    value = value.item() if hasattr(value, "item") else value  # a number of NumPy
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    plain = isinstance(value, str) and '"' not in value and "\\" not in value and value.isprintable()
    return f'"{value}"' if plain else repr(value)


def call(name: str, *positional: str, **keywords: Any) -> str:
    """A call with code in its places and values under its names.

    Examples
    --------
    >>> call("vs.compare", baseline="0.1.0", n=100)
    'vs.compare(baseline="0.1.0", n=100)'
    """
    words = [f"{key}={literal(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join([*positional, *words])})"
