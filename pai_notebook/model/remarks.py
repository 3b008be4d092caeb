"""What a condition cannot have meant: a text that no version has, a bound that no value reaches."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import is_number
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.metric_cells import read_value
from pai_notebook.model.metric_scales import bounds_of, is_percentable
from pai_notebook.model.nearest import nearest
from pai_notebook.model.numbers import DECIMAL, choose_format, format_computed, format_number
from pai_notebook.model.order import version_key

if TYPE_CHECKING:
    from pai_notebook.model.names import Name

# Characters of a text, and how many texts, that a note names.
_LONGEST, _FEW = 40, 5
# Texts for which the nearest are looked for: it takes a look at all there are.
_MANY = 20
_ALL = 100  # percent of a fraction
_FAR_BELOW = 0.1  # of the least value: 1.5% is not meant where accuracies begin at 39 %
_WHOLE = re.compile(r"[-+]?[0-9]{1,1000}")


def missed_text(name: str, text: str, there: Collection[str], *, nearest_too: bool = True) -> Phrase | None:
    """Say that no version has a text under a name, with the nearest texts or those there are; None where there are none.

    Examples
    --------
    >>> missed_text("labels.env", "prd", ["prod", "test"])
    "no version has labels.env 'prd'; nearest: prod"
    """
    close = nearest(text, there) if nearest_too else ()
    told = "no version has {name} {text!r}; nearest: {names}" if close else "no version has {name} {text!r}; there are: {names}"
    return say(told, name=name, text=text, names=joined(close or sorted(there)[:_FEW])) if there else None


def short_texts(values: Iterable[Any]) -> list[str]:
    """Texts that a note has room for, each once; of a label that occurs more than once all values."""
    every = dict.fromkeys(each for value in values for each in values_of(value))
    return [each for each in every if isinstance(each, str) and 0 < len(each) <= _LONGEST]


class Remarks:
    """What is to be said of a condition, as each comparison in it is asked of a set.

    Attributes
    ----------
    missed : list of Phrase
        Texts that no version has, numbers where there are texts, and fractions that are bounded in percent: these may be slips.
    unmet : list of Phrase
        Between which ends the values are of bounds that no version meets.
    percent : str
        The first of `missed` that is about percent; empty where there is none.
    asked : dict of (str, str) to dict or None
        By name and text that is asked for, the texts there are where none is equal; None where one is.
    """

    def __init__(self) -> None:
        self.missed: list[Phrase] = []
        self.unmet: list[Phrase] = []
        self.percent: str = ""
        self.asked: dict[tuple[str, str], dict[str, None] | None] = {}
        self._ranged: set[tuple[str, bool]] = set()
        self._read: dict[Name, tuple[list[str], list[float]]] = {}

    def note(self, name: Name, written: str, literal: Any, values: Sequence[Any], *, is_equality: bool, is_met: bool) -> None:
        """Note what may be a slip in a comparison of a name with a literal.

        Parameters
        ----------
        name : Name
            What was compared.
        written : str
            The literal, as it was written.
        literal : object
            What it means: a number, a text or a truth value.
        values : sequence
            The value of each version.
        is_equality, is_met : bool
            Whether it asks for what is equal, and whether a version meets it.
        """
        bound = _size(literal) if is_number(literal) else None
        if is_met and is_equality:
            self.asked[name.typed, written] = None
        if is_met and (bound is None or not 1 < bound <= _ALL or name.section != "metrics"):
            return
        texts, numbers = self._texts_and_numbers(name, values)
        if numbers and (bound is not None or not texts):
            percent = _meant_percent(name, bound, numbers)
            told = name.typed, bool(percent)
            # one range a name, however many bounds it is compared with
            if (percent or not is_met) and told not in self._ranged:
                self._ranged.add(told)
                said = _range(name, bound, numbers, percent, written)
                self.percent = self.percent or (said if percent else "")
                self._add(self.missed if percent else self.unmet, said)
        elif any(isinstance(value, datetime) for value in values) or (name.path == "version_name" and not is_equality):
            self._add(self.unmet, _ends(name, values, written))
        elif is_equality:
            there = dict.fromkeys([*texts, *map(format_number, sorted(set(numbers))[:_FEW])])
            self.asked.setdefault((name.typed, written), there)
            self._add(self.missed, missed_text(name.typed, written, there, nearest_too=len(self.missed) < _MANY))
        elif bound is not None:
            self._add(self.missed, _no_number(name, written, texts))

    def _texts_and_numbers(self, name: Name, values: Sequence[Any]) -> tuple[list[str], list[float]]:
        """Read the values under a name, once however many literals they are compared with."""
        if name not in self._read:
            sizes = (_size(as_number(each)) for value in values if name.section for each in values_of(value))
            self._read[name] = short_texts(values), [number for number in sizes if number is not None]
        return self._read[name]

    @staticmethod
    def _add(where: list[Phrase], said: Phrase | None) -> None:
        where += [said] if said is not None and said not in where else []


def _meant_percent(name: Name, bound: float | None, numbers: Sequence[float]) -> str:
    """Give a bound in percent where values are fractions and it is none; empty otherwise."""
    if bound is None or not 1 < bound <= _ALL or min(numbers) < 0 or max(numbers) > 1 or bound / _ALL < min(numbers) * _FAR_BELOW:
        return ""
    is_fraction = name.section == "metrics" and (bounds_of(name.path, (min(numbers), max(numbers)))[1] == 1 or is_percentable(name.path))
    if not is_fraction:
        return ""
    return f"{format_computed(bound)}%"


def _range(name: Name, bound: float | None, numbers: Sequence[float], percent: str, written: str) -> Phrase:
    low, high = min(numbers), max(numbers)
    form = choose_format([low, high, low if bound is None else bound])
    ends = say("{low} to {high}", low=form.value(low), high=form.value(high)) if low != high else form.value(low)
    told = "{name} is {ends}; did you mean {percent}?" if percent else "{name} is {ends}"
    return say(told, name=name.typed, ends=ends, percent=percent, text=written)


def _ends(name: Name, values: Sequence[Any], written: str) -> Phrase | None:
    """Say from which to which version, or day, a set goes."""
    days = sorted(value for value in values if isinstance(value, datetime))
    known = [f"{day:%Y-%m-%d}" for day in days] or sorted(short_texts(values), key=version_key)
    if not known:
        return None
    low, high = known[0], known[-1]
    ends = say("{low} to {high}", low=low, high=high) if low != high else low
    return say("{name} is {ends}", name=name.typed, ends=ends, text=written)


def _no_number(name: Name, written: str, there: Sequence[str]) -> Phrase | None:
    """Say that texts are not compared with a number by their order."""
    told = "{name} is not a number, as {text} is; there are: {names}"
    return say(told, name=name.typed, text=written, names=joined(sorted(there)[:_FEW])) if there else None


def as_number(value: Any) -> float | None:
    """Read a number; a whole one stays exact beyond what a float can hold.

    Examples
    --------
    >>> as_number(" 0.5 "), as_number("1_000"), as_number(True)
    (0.5, None, None)
    """
    if isinstance(value, str):
        text = value.strip()
        if _WHOLE.fullmatch(text):
            return int(text)
        # float() would also read "1_000", "inf" and digits of other scripts, which no frame takes for numbers
        number = float(text) if DECIMAL.fullmatch(text) else math.inf
        return number if math.isfinite(number) else None
    return value if is_number(value) else None


def _size(number: float | None) -> float | None:
    """Give a number that is one; a whole one beyond every float is infinite, as it is shown."""
    read = None if number is None else read_value(number)[1]
    return None if read is None or math.isnan(read) else read if math.isinf(read) else number


def values_of(value: Any) -> Sequence[Any]:
    """All values of a label that occurs more than once; of anything else the one value."""
    return value if isinstance(value, tuple) else (value,)
