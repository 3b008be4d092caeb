"""Which of the metrics that versions state say how sure others are: those with such a name whose metric is there, and that can be it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pai_notebook.model.evidence_names import (
    USUAL_LEVELS,
    EvidenceName,
    folded,
    is_level_of_all,
    last_key,
    read_evidence_name,
    read_level,
    read_mapped_name,
    stems_of,
    unread_of,
    unwrapped,
)
from pai_notebook.model.evidence_parts import counts_of_parts
from pai_notebook.model.evidence_words import BOUND_ROLES, Role, end_of, fold, may_say
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_scales import HOLDERS, bounds_of, scale_of
from pai_notebook.model.metric_wholes import BENCHMARK
from pai_notebook.model.metric_words import HIGHER, LOWER, chinese_ending, kind_of_metric, known_words, plain_name

# Path and dataset of a metric.
_Key = tuple[str, str]
# Dataset, and keys of an object.
_Place = tuple[str, tuple[str, ...]]
# Names of a value to which a sibling such as `stderr` belongs.
OWNERS = (*HOLDERS, "mean", "accuracy")
# Endings of names that are codes of languages where others stand beside them: Hindi, Lao, Luxembourgish, Sindhi and Northern Sami.
_AMBIGUOUS = ("hi", "lo", "lb", "sd", "se")
_LANGUAGES = (
    " ar bg bn ca cs da de el en es et fa fi fr gu he hr hu it ja kk km kn ko lt lv mk ml mr ms my nb ne nl nn no pa pl ps pt ro ru sk sl "
    "sq sr sv sw ta te th tl tr uk ur uz vi zh zu "
)
# Numbers of examples and runs stand beside whatever metrics there are.
_OF_ALL = (Role.EXAMPLES, Role.RUNS, Role.FOLDS)
# What is the complement of its metric as often, or a metric of its own.
_ERRORS = ("err", "error", "errors")
_STANDARD = ("std", "st", "standard")
_DOUBTFUL = (*_ERRORS, "moe", "pm")
# In medicine `se` is a sensitivity, which one of these stands beside.
_SENSITIVITY = re.compile(r"(?<![a-z0-9])se(?![a-z0-9])")
_SPECIFICITIES = ("sp", "spec", "specificity", "ppv", "npv", "tnr", "特异度")
# An error is at most such a part of the scale of its metric: one that names none, one that names it, and what is surely one.
_BARE, _NAMED, _SURE = 10, 4, 2
_BARE_ERRORS = ("se", "sem", "err")


def evidence_among(names: Iterable[_Key], numbers: Callable[[_Key], Mapping[int, float]]) -> dict[_Key, EvidenceName]:
    """Read the names that say how sure others are: those whose metric is there, as is the other one of two bounds.

    Numbers of examples and runs need no metric that they name.

    Parameters
    ----------
    names : iterable of (path, dataset)
        Every metric.
    numbers : callable
        Gives the numbers of a metric by version: what cannot be a bound or an error of its metric is none.

    Examples
    --------
    >>> stated = {"bleu": 30.1, "bleu_hi": 28.4, "f1": 0.8, "f1_hi": 0.83, "f1_lo": 0.77, "f1_se": 0.7, "acc_sem": 0.01}
    >>> numbers = {(path, ""): {0: value} for path, value in stated.items()}
    >>> [path for path, _ in evidence_among(numbers, numbers.__getitem__)]
    ['f1_hi', 'f1_lo']
    """
    names = list(names)
    read = _read_among(names, numbers)
    return read | counts_of_parts(names, read, numbers)


def _read_among(names: Sequence[_Key], numbers: Callable[[_Key], Mapping[int, float]]) -> dict[_Key, EvidenceName]:
    telling = [key for key in names if may_say(key[0])]
    read = {key: name for key in telling if (name := read_evidence_name(key[0])) is not None}
    mapped = {key: name for key in names if "." in key[0] and (name := read_mapped_name(key[0])) is not None}
    plain = not mapped and all(name.role is Role.EXAMPLES and name.sibling for name in read.values())
    if plain and not any(unread_of(path) for path, _ in telling):
        return read
    places = owned_places(read)
    others = (key for key in names if key not in read and key not in mapped)
    metrics = _Metrics(names, owners_by_place(others, places) if places else {})
    for key, name in mapped.items():
        own = read.get(key)
        if metrics.of(key, name) and (own is None or own.role is Role.PART or not metrics.of(key, own)):
            read[key] = name
    read = {key: metrics.judged(key, name) for key, name in read.items()}
    read = {key: name for key, name in read.items() if (name.role in _OF_ALL and name.sibling) or metrics.of(key, name)}
    # lists of runs are no numbers of them
    read = {key: name for key, name in read.items() if name.sibling or name.role not in _OF_ALL or _are_counts(numbers(key))}
    read |= {key: name for key in names if key not in read and (name := metrics.unread(key[0], key[1], read)) is not None}
    read = {key: name for key, name in read.items() if not metrics.is_other(key, name)}
    read = {key: name for key, name in read.items() if not (name.is_vague and _is_too_large(key, name, metrics.of(key, name), numbers))}
    _leave_bounds(read, metrics, numbers)
    spreads = {(key[1], *place) for key, name in read.items() if name.role is Role.SPREAD for place in _above(_place(name))}
    perhaps = [key for key, name in read.items() if name.sibling and name.is_vague and name.role in (Role.RUNS, Role.FOLDS)]
    for key in perhaps:
        if (key[1], *read[key].of) not in spreads:
            del read[key]
    _leave_parts(read, numbers)
    return read


def _are_counts(stated: Mapping[int, float]) -> bool:
    return bool(stated) and all(number >= 1 and number % 1 == 0 for number in stated.values())


def _above(place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The keys of an object and of those that hold it."""
    return (place[:depth] for depth in range(len(place) + 1))


def _leave_parts(read: dict[_Key, EvidenceName], numbers: Callable[[_Key], Mapping[int, float]]) -> None:
    """Take away levels and the like of intervals that are not there, and of `confidence` alone where all say their level."""
    bounded = {(key[1], name.of, name.sibling) for key, name in read.items() if name.role in BOUND_ROLES}
    for key, name in read.items():
        # beside its two bounds `ci` is no half of a width
        beside = name.role is Role.INTERVAL and fold(last_key(key[0])) == "ci" and (key[1], name.of, name.sibling) in bounded
        if beside and numbers(key) and _are_usual_levels(key, numbers(key)):
            read[key] = replace(name, role=Role.PART)
    intervals = [(key[1], name) for key, name in read.items() if name.role in (*BOUND_ROLES, Role.INTERVAL)]
    # whether one of them has no level of its own
    below: dict[tuple[str, ...], bool] = {}
    for dataset, name in intervals:
        for place in _above(_place(name)):
            below[dataset, *place] = below.get((dataset, *place), False) or name.level is None
    named = {(dataset, name.of) for dataset, name in intervals}
    for key, name in [(key, name) for key, name in read.items() if name.role is Role.PART]:
        place = key[1], *name.of
        if is_level_of_all(key[0]):
            is_part = place in below and (not name.is_vague or (below[place] and _are_usual_levels(key, numbers(key))))
        else:
            is_part = name.sibling or len(unwrapped(split_path(key[0]))) != len(name.of) or (key[1], name.of) in named
        if not is_part:
            del read[key]


def _are_usual_levels(key: _Key, stated: Mapping[int, float]) -> bool:
    """Whether numbers are levels that people use; those that are no numbers are read elsewhere."""
    levels = {100 * (read_level(key[0], number) or 0.0) for number in stated.values()}
    # what differs among versions may be the coverage of a model
    if len(levels) > 1 and fold(last_key(key[0])) == "coverage":
        return False
    return all(any(math.isclose(level, usual, rel_tol=1e-6) for usual in USUAL_LEVELS) for level in levels)


class _Metrics:
    """Metrics by the names under which others may say something of them."""

    def __init__(self, names: Collection[_Key], owners: Mapping[_Place, Mapping[tuple[str, ...], _Key]]) -> None:
        self._named: dict[tuple[str, tuple[str, ...]], list[_Key]] = {}
        self._owners = owners
        self._languages: set[tuple[str, tuple[str, ...]]] = set()
        for key in names:
            path, dataset = key
            for stem in stems_of(path):
                self._named.setdefault((dataset, stem), []).append(key)
            word, comma, filtered = path.partition(",")
            if word[-3:-2] in ("_", "-") and f" {word[-2:].lower()} " in _LANGUAGES:
                self._languages.add((dataset, folded(split_path(word[:-3] + comma + filtered))))

    def of(self, key: _Key, name: EvidenceName) -> Sequence[_Key]:
        """Metrics of which such a name says something; of the level of all intervals beside it the row itself."""
        if is_level_of_all(key[0]):
            return (key,)
        if name.sibling:
            found: Sequence[_Key] = tuple(self._owners.get((key[1], name.of), {}).values())
        else:
            found = self._named.get((key[1], name.of), ())
        # what a list says of a named metric stands below the metric itself
        return found or (name.sibling and self._named.get((key[1], folded(name.of)))) or ()

    def unread(self, path: str, dataset: str, read: Collection[_Key]) -> EvidenceName | None:
        """Read a name that states something of a metric in words that are not read; where they are vague its scale has two ends."""
        for of, is_sure in unread_of(path):
            for metric in self._named.get((dataset, of), ()):
                if metric not in read and (is_sure or math.isfinite(bounds_of(metric[0], ())[1])):
                    return EvidenceName(Role.UNREAD, of, sibling=False, is_vague=True)
        return None

    def has_middle(self, key: _Key, name: EvidenceName) -> bool:
        """Whether low and high are two of three groups, as `accuracy_medium` beside them tells."""
        return bool(name.of) and any(
            (key[1], (*name.of[:-1], f"{name.of[-1]}_{word}")) in self._named for word in ("medium", "middle", "mid")
        )

    def judged(self, key: _Key, name: EvidenceName) -> EvidenceName:
        """Let the size decide where the only metric beside has a name of its own: `ci` may be a concordance index there."""
        owners = self._owners.get((key[1], name.of), {}) if name.sibling and name.role is not Role.PART else {}
        return name if all(fold(own[-1]) in OWNERS for own in owners) else replace(name, is_vague=True)

    def is_other(self, key: _Key, name: EvidenceName) -> bool:
        """Whether a name that ends as a bound or an error does is a language, a sensitivity or the error of a model."""
        word = last_key(key[0]).lower()
        if not name.sibling and not name.is_interval and (key[1], name.of) in self._languages:
            return word[-2:] in _AMBIGUOUS and word[-3:-2] in ("_", "-")
        if name.role not in (Role.ERROR, Role.UNREAD):
            return False
        keys = tuple(map(fold, unwrapped(split_path(key[0]))))
        if any(map(_SENSITIVITY.search, keys)) and not any(map(_SENSITIVITY.search, name.of)):
            return any((key[1], tuple(_SENSITIVITY.sub(other, each) for each in keys)) in self._named for other in _SPECIFICITIES)
        words = {word for each in keys for word in each.split("_")}
        if words.isdisjoint(_ERRORS) or not words.isdisjoint(_STANDARD):
            return False
        # `rotation_err` is that of a model, `accuracy_err` how sure the accuracy is; alone, `err` is only of what is called a value
        metrics = ((path, split_path(path)) for path, _ in self.of(key, name))
        return not any(fold(own[-1]) in OWNERS[:-1] if name.sibling and own[:-1] == name.of else is_quality(path) for path, own in metrics)


def is_quality(path: str) -> bool:
    """Whether a metric is called by a word for how good something is, or for what is measured of it."""
    words = known_words(path)
    known = not words.isdisjoint(HIGHER | LOWER) or any(map(chinese_ending, words)) or BENCHMARK.search(plain_name(path)) is not None
    return known or fold(last_key(path)) in OWNERS


def _place(name: EvidenceName) -> tuple[str, ...]:
    """Keys of the object in which the metric stands."""
    return name.of if name.sibling else name.of[:-1]


def _is_too_large(key: _Key, name: EvidenceName, metrics: Sequence[_Key], numbers: Callable[[_Key], Mapping[int, float]]) -> bool:
    """Whether what may be something else is too large a part of the scale of its metric, or is what its metric leaves over."""
    if name.role not in (Role.ERROR, Role.SPREAD, Role.INTERVAL, Role.UNREAD):
        return False
    if name.role is Role.UNREAD and (end := end_of(fold(last_key(key[0])))) is not None:
        return not _enclose({end: [key]}, metrics, numbers)
    word = fold(last_key(key[0]))
    mine, is_doubtful = numbers(key), word.endswith(_DOUBTFUL)
    is_named = is_doubtful or (name.role is Role.ERROR and not name.sibling)
    part = _BARE if name.sibling and word in _BARE_ERRORS else _NAMED if is_named else _SURE
    complements = []
    for metric in metrics:
        for place, value in numbers(metric).items():
            low, high = bounds_of(metric[0], [value])
            number = mine.get(place, 0.0)
            # where the scale has no end, what names no metric is no larger than the value
            largest = abs(value) if name.sibling and not math.isfinite(high - low) else (high - low) / part
            if is_doubtful and place in mine:
                largest = min(largest, abs(value))
                complements.append(math.isclose(value + number, high, rel_tol=1e-3))
            if number > largest:
                return True
    return bool(complements) and all(complements)


def _leave_bounds(read: dict[_Key, EvidenceName], metrics: _Metrics, numbers: Callable[[_Key], Mapping[int, float]]) -> None:
    """Take away bounds that do not enclose their metric, or that stand alone on the wrong side of it or may be languages."""
    pairs: dict[tuple[str, bool, tuple[str, ...]], dict[Role, list[_Key]]] = {}
    for key, name in read.items():
        if name.role in BOUND_ROLES:
            pairs.setdefault((key[1], name.sibling, name.of), {}).setdefault(name.role, []).append(key)
    for rows in pairs.values():
        vague = [key for keys in rows.values() for key in keys if not read[key].is_interval]
        beside = metrics.of(vague[0], read[vague[0]]) if vague else ()
        is_pair = len(rows) == len(BOUND_ROLES) or not any(_may_be_alone(key, beside) for key in vague)
        if vague and not (is_pair and not metrics.has_middle(vague[0], read[vague[0]]) and _enclose(rows, beside, numbers)):
            for key in vague:
                del read[key]


def _may_be_alone(key: _Key, metrics: Sequence[_Key]) -> bool:
    """Whether a word for a bound is as often a language, or one of several quantiles of a metric that is not a share."""
    word = fold(last_key(key[0]))
    is_quantile = any(digit.isdigit() for digit in word.rpartition("_")[2])
    # alone, `lb` is a bound more often than a language
    is_language = word[-2:] in _AMBIGUOUS and word[-2:] != "lb"
    return is_language or (is_quantile and not all(scale_of(metric) == "points" for metric, _ in metrics))


def _enclose(rows: Mapping[Role, Sequence[_Key]], metrics: Sequence[_Key], numbers: Callable[[_Key], Mapping[int, float]]) -> bool:
    """Whether bounds hold their metric between them, one alone on its side, and some version has both where both are there."""
    ends: dict[Role, dict[int, float]] = {role: {} for role in BOUND_ROLES}
    for role, keys in rows.items():
        for key in keys:
            for place, number in numbers(key).items():
                ends[role][place] = (min if role is Role.LOW else max)(number, ends[role].get(place, number))
    lows, highs = ends[Role.LOW], ends[Role.HIGH]
    for place in lows.keys() | highs.keys():
        there = [numbers(metric)[place] for metric in metrics if place in numbers(metric)]
        if there and not any(lows.get(place, -math.inf) <= value <= highs.get(place, math.inf) for value in there):
            return False
    return len(rows) < len(BOUND_ROLES) or bool(lows.keys() & highs.keys()) or not (lows or highs)


def owned_places(read: Mapping[_Key, EvidenceName]) -> dict[_Place, bool]:
    """Find the objects in which something stands that belongs to a value beside it, and whether that may be any, or `OWNERS` alone."""
    places: dict[_Place, bool] = {}
    for key, name in read.items():
        if name.sibling and name.role not in _OF_ALL:
            # low and high may be groups
            of_any = name.role in (Role.ERROR, Role.SPREAD, Role.INTERVAL) or (name.role in BOUND_ROLES and name.is_interval)
            places[key[1], name.of] = places.get((key[1], name.of), False) or of_any
    return places


def owners_by_place(names: Iterable[_Key], places: Mapping[_Place, bool]) -> dict[_Place, dict[tuple[str, ...], _Key]]:
    """Values to which what stands beside them belongs, by the object in which they stand: `OWNERS`, or else every quality there.

    Examples
    --------
    >>> names = [("acc", ""), ("latency_ms", ""), ("a.accuracy", ""), ("a.f1", "")]
    >>> owners_by_place(names, {("", ()): True, ("", ("a",)): True})
    {('', ()): {('acc',): ('acc', '')}, ('', ('a',)): {('a', 'accuracy'): ('a.accuracy', '')}}
    """
    named: dict[_Place, dict[tuple[str, ...], _Key]] = {}
    others: dict[_Place, dict[tuple[str, ...], _Key]] = {}
    items: set[_Place] = set()
    for key in names:
        keys = split_path(key[0])
        items.add((key[1], keys))
        for own in dict.fromkeys((keys, unwrapped(keys))):
            place = key[1], own[:-1]
            if own and place in places:
                if fold(own[-1]) in OWNERS:
                    named.setdefault(place, {})[own] = key
                elif places[place] and kind_of_metric(key[0]) == 0:
                    others.setdefault(place, {})[own] = key
    # what stands in the item of a list is of the value of the item, not of another quality in it
    return {**{place: owned for place, owned in others.items() if place not in items}, **named}
