"""Whether results on the same examples are evidence for versions: of these very versions, and of the numbers that they state."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.evidence import SINGLE_PRECISION, as_written, last_digit
from pai_notebook.comparison.examples import OF_CLASSES, are_classes
from pai_notebook.comparison.paired_methods import bonett_price
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.group import VersionGroup
from pai_notebook.model.metric_scales import is_large_share, is_mean, is_percent_beside, is_percentable, mixed_units, says_percent
from pai_notebook.model.nearest import listed
from pai_notebook.model.numbers import choose_format

if TYPE_CHECKING:
    from pai_notebook.comparison.paired import Paired
    from pai_notebook.model.metric_cells import Cell
    from pai_notebook.model.version import ModelVersion

# How far the share of right answers may be from the stated one where only a part is there: rounding, and standard errors.
_ROOM, _FAR = 0.001, 3
_COARSEST = 0.01
# Which part of half an interval nobody sees.
_UNSEEN = 0.1
_PERCENT = 100
# What a subtraction of two floats adds to a difference of one digit.
_LAST_BITS = 1e-9
_OTHERS = say("Take the examples that the metric was measured on, and its unit.")


@dataclass(frozen=True)
class StatedMetric:
    """What versions state of a metric.

    Attributes
    ----------
    shown : str
        The metric as people read it.
    cells : sequence of Cell
        Its value in each version.
    counts : sequence of float or None
        Of how many examples each value is stated to be, None where that is not known.
    runs : sequence of bool
        Whether a spread over runs or folds is stated of each value.
    """

    shown: str
    cells: Sequence[Cell]
    counts: Sequence[float | None]
    runs: Sequence[bool]


def fitted(result: Paired, stated: StatedMetric, versions: Sequence[ModelVersion], names: Sequence[str]) -> Paired:
    """Give a result with what its versions are called here, and how another difference is than the one that they state.

    Parameters
    ----------
    result : Paired
        The result.
    stated : StatedMetric
        Its metric.
    versions, names : sequences of ModelVersion, str
        The versions that are compared, and what they are called.

    Raises
    ------
    ComparisonError
        When a version is not compared, is a group, or does not state what the examples give.
    """
    before = result.contradiction
    places = [
        _place(name, identity, versions, names)
        for name, identity in zip((result.version, result.other), result.identities or (None, None), strict=True)
    ]
    refuse_groups({names[place]: versions[place] for place in places})
    mine, theirs = places
    result = replace(
        result,
        version=names[mine],
        other=names[theirs],
        identities=(identity_of(versions[mine]), identity_of(versions[theirs])),
        contradiction="",  # another comparison may state other numbers
    )
    for place in places:
        if stated.cells[place].value is None:
            hint = say("Results are evidence for a metric that both versions state.")
            raise ComparisonError(say("{name} has no {shown}", name=names[place], shown=stated.shown), hint=hint)
    result = in_unit_of(stated, result, names)
    error, delta = held_against(result, stated, names)
    if error is not None:
        known = before.values if isinstance(before, Phrase) else {}
        raise ComparisonError(error.message, hint=known["hint"]) if known.get("text") == error.message else error
    return replace(result, stated_delta=delta)


def in_unit_of(stated: StatedMetric, result: Paired, names: Sequence[str]) -> Paired:
    """Give a result in the unit of the metric: right answers are fractions, other numbers what is nearer to what is stated."""
    path = result.metric.partition("@")[0]
    cells = [stated.cells[names.index(name)].value for name in (result.version, result.other)]
    known = [(value, found) for value, found in zip(cells, result.values, strict=True) if value is not None]
    if result.unit != 1 or len(known) < len(cells) or not (result.counts or is_percentable(path)):
        return result
    # an accuracy in percent is above 1
    is_named = says_percent(path) and not is_large_share(path)
    stated_in, found_in = (is_named or max(each) > 1 for each in zip(*known, strict=True))
    if result.counts:
        return _in_unit(result, _PERCENT) if stated_in else result
    unit = _PERCENT if stated_in else 1 / _PERCENT
    if (stated_in is found_in and not is_named) or not all(abs(unit * found - value) <= abs(found - value) for value, found in known):
        return result
    said = "the results are fractions and taken in percent, as {shown} is stated"
    if not stated_in:
        said = "the results are in percent and taken as fractions, as {shown} is stated"
    return replace(_in_unit(result, unit), remarks=(*result.remarks, say(said, shown=stated.shown)))


def refuse_classes(stated: StatedMetric, result: Paired, names: Sequence[str], scores: Sequence[Any]) -> None:
    """Refuse scores that may be classes where their means are nowhere near what the versions state.

    Raises
    ------
    ConfigurationError
        With how classes are compared.
    """
    path = result.metric.partition("@")[0]
    cells = [stated.cells[names.index(name)].value for name in (result.version, result.other)]
    pairs = [(value, found) for value, found in zip(cells, result.values, strict=True) if value is not None]
    far = any(not value / 2 <= found <= 2 * value or value <= 1 < found for value, found in pairs)
    if far and is_percentable(path) and any(map(are_classes, scores)):
        said = "paired: the scores are whole numbers, whose mean is far from {shown} as it is stated"
        by_table = say("Pass statistic= with a function that computes {shown} of a table.", shown=stated.shown)
        raise ConfigurationError(say(said, shown=stated.shown), hint=OF_CLASSES if is_mean(path, of_answers=True) else by_table)


def _in_unit(result: Paired, unit: float) -> Paired:
    """Give a result in another unit; what the columns hold is multiplied by it."""
    over = None if result.over_examples is None else unit * result.over_examples
    mine, theirs = result.values
    return replace(result, values=(unit * mine, unit * theirs), delta=unit * result.delta, over_examples=over, unit=unit)


def refuse_groups(versions: Mapping[str, ModelVersion]) -> None:
    """Refuse groups of runs, given by what they are called.

    Raises
    ------
    ComparisonError
        For a group.
    """
    for name, version in versions.items():
        if isinstance(version, VersionGroup):
            hint = say("Compare two of its members by name.")
            raise ComparisonError(say("{name} is a group: the results of one run say nothing of the others", name=name), hint=hint)


def identity_of(version: ModelVersion) -> tuple[str, str]:
    """Model and name of a version: what it is, whatever a comparison calls it."""
    return version.model_id, version.version_name


def refuse_twins(identity: tuple[str, str], versions: Sequence[ModelVersion]) -> None:
    """Refuse a model and name that several versions have: nothing else says which of them a result is about.

    Raises
    ------
    ComparisonError
        When there are several.
    """
    count = sum(identity_of(version) == identity for version in versions)
    if count > 1:
        hint = say("Give each a name of its own, or pass model_id= to from_documents.")
        raise ComparisonError(
            say("{count} versions here are named {name}: which of them the results are of is not known", count=count, name=identity[1]),
            hint=hint,
        )


def _place(name: str, identity: tuple[str, str] | None, versions: Sequence[ModelVersion], names: Sequence[str]) -> int:
    """Position of the version that a result is about."""
    found = [
        place for place in range(len(names)) if (names[place] == name if identity is None else identity_of(versions[place]) == identity)
    ]
    if identity is not None:
        refuse_twins(identity, versions)
    if len(found) != 1:
        about = name if identity is None or identity[0] in {identity_of(version)[0] for version in versions} else "@".join(identity)
        raise ComparisonError(
            say("the result is about {name}, which is not compared here", name=about),
            hint=say("Compared: {names}.", names=listed(names, 5)),
        )
    return found[0]


def contradicted(result: Paired, error: ComparisonError, hint: Phrase | None) -> Paired:
    """Give a result with what speaks against it: that it is of other examples goes before all, anything else is a remark.

    Parameters
    ----------
    result : Paired
        The result.
    error : ComparisonError
        What `held_against` gave.
    hint : Phrase or None
        What to do, where more is known than the error says.
    """
    if error.hint != _OTHERS:
        return replace(result, remarks=(*result.remarks, error.message))
    return replace(result, contradiction=say("{text}. {hint}", text=error.message, hint=hint or error.hint))


def held_against(result: Paired, stated: StatedMetric, names: Sequence[str]) -> tuple[ComparisonError | None, float | None]:
    """Hold a result against what its versions state: say why it is of other examples or runs, and which difference they state instead."""
    places = [names.index(name) for name in (result.version, result.other)]
    cells = [stated.cells[place] for place in places]
    mine, base = (cell.value for cell in cells)
    if mine is None or base is None:
        return None, None
    for place in places:
        if stated.runs[place]:
            spread = "{name} states a spread over runs of {shown}: the results of one run say nothing of the others"
            hint = say("Compare without them, or versions that state one run each.")
            return ComparisonError(say(spread, name=names[place], shown=stated.shown), hint=hint), None
    low, high = sorted((mine, base))
    if 0 < low <= 1 < high and is_percent_beside(result.metric.partition("@")[0], high, [low]):
        return mixed_units(stated.shown), None
    digits = [last_digit(as_written(cell)) for cell in cells]
    if result.counts:
        # JSON drops zeros at the end of a number, and nobody states shares with one digit
        digits = [min(digit, result.unit * _COARSEST) for digit in digits]
        said = []
        for place, found, digit in zip(places, result.values, digits, strict=True):
            other = _other_share(result, stated, place, found, digit)
            if other is not None:
                said.append(say("{name} {text}", name=names[place], text=other))
        if said:
            return ComparisonError(say("{what}: {said}", what=stated.shown, said=joined(said, "; ")), hint=_OTHERS), None
    return _other_difference(result, stated.shown, mine, base, max(digits))


def _other_share(result: Paired, stated: StatedMetric, place: int, found: float, digit: float) -> Phrase | None:
    """Say that a version states another share of right answers: of as many examples another one than rounded, else one too far off."""
    n, unit, share = result.n, result.unit, found / result.unit
    number, is_whole = stated.cells[place].value or 0.0, stated.counts[place] == n
    room = max(digit, unit * SINGLE_PRECISION) if is_whole else unit * (_ROOM + _FAR * math.sqrt(max(share * (1 - share), 1 / n) / n))
    if abs(number - found) <= room * (1 + _LAST_BITS):
        return None
    form = choose_format([number, found])
    of_all = "states {value} of {n} examples, its {n} examples give {value_2}"
    said = of_all if is_whole else "states {value}, its examples give {value_2}"
    return say(said, n=n, value=form.value(number), value_2=form.value(found))


def _other_difference(result: Paired, shown: str, mine: float, base: float, digit: float) -> tuple[ComparisonError | None, float | None]:
    """Give the difference that the versions state where it is another one, with an error where the interval excludes it."""
    delta = mine - base
    interval = result.interval
    if interval is None and result.counts:
        raw = bonett_price(result.counts["gained"], result.counts["lost"], result.n)
        interval = replace(raw, low=result.unit * raw.low, high=result.unit * raw.high)
    if interval is None:
        is_other = result.flipped.empty and abs(delta) > _ROOM * max(1.0, *map(abs, result.values))
    else:
        is_other = not interval.low <= delta <= interval.high
    half = math.inf if result.interval is None else (result.interval.high - result.interval.low) / 2
    # what was rounded in both, no more than is not seen beside an interval, and what a float of 32 bits loses
    room = max(min(digit, half * _UNSEEN), SINGLE_PRECISION * max(abs(mine), abs(base)))
    if not is_other:
        return None, delta if abs(delta - result.delta) > room * (1 + _LAST_BITS) else None
    told = replace(result, stated_delta=delta)._told_stated()  # noqa: SLF001 - no method for users
    words = result.reason if result.interval is None else result.interval.words
    hint = _OTHERS
    if result.over_examples is not None and abs(delta - result.over_examples) <= half:
        hint = say("The mean over groups is another number than the metric; read it by itself, without with_paired.")
    return ComparisonError(say("{shown}: {said} ({words})", shown=shown, said=told, words=words), hint=hint), None
