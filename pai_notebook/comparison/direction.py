"""Which way a metric is better: told by the user, inferred from its name, or unknown.

The rule for names has three answers. It splits a path into whole tokens and decides only when every token that means
anything points the same way; a token such as `std`, `gap` or `threshold` turns the whole name into something that is no
quality, and contradictory tokens (`error_recall`, `loss_accuracy`) mean unknown. `mae` does not fire in `maestro`, nor
`map` in `mape`. A metric of the training data has no direction: a lower training loss is no better model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Literal

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say, with_text
from pai_notebook.model.metric_words import (
    BENCHMARK,
    CHINESE,
    FLIPS,
    HIGHER,
    LAST_VETOES,
    LOCAL_VETOES,
    LOWER,
    NEUTRAL,
    PHRASES,
    SETTINGS,
    TOP,
    TURNED,
    UNWANTED,
    VETO_PHRASES,
    VETOES,
    Mode,
    are_unwanted,
    chinese_ending,
    is_training,
    is_unwanted,
    plain_name,
    words_of,
)
from pai_notebook.model.names import Naming, metric_named
from pai_notebook.model.patterns import ByName
from pai_notebook.sanitize import Printed

_MODES: dict[str, Mode] = {
    **dict.fromkeys(
        (
            "max",
            "maximize",
            "maximise",
            "maximum",
            "higher",
            "highest",
            "greater",
            "larger",
            "bigger",
            "higher_is_better",
            "greater_is_better",
            "up",
            "↑",
        ),
        "max",
    ),
    **dict.fromkeys(
        ("min", "minimize", "minimise", "minimum", "lower", "lowest", "smaller", "lower_is_better", "less", "down", "↓"), "min"
    ),
}
_WORDS: dict[str, Mode] = {**dict.fromkeys(LOWER, "min"), **dict.fromkeys(HIGHER, "max")}
_NOT_ALONE = VETOES | FLIPS | LOCAL_VETOES
_TELLING = frozenset(
    (*_WORDS, *_NOT_ALONE, *LAST_VETOES, *SETTINGS, *UNWANTED, "per", *chain.from_iterable((*PHRASES, *TURNED, *VETO_PHRASES)))
)
"""Every word that a rule asks for."""
_ONE_MINUS = re.compile(r"(?<!\w)(?<![0-9]\.)1\s*[-\u2212\u2013]\s*([A-Za-z]+[0-9]*)")
_OPPOSITE: dict[Mode, Mode] = {"max": "min", "min": "max"}


@dataclass(frozen=True)
class Direction(Printed):
    """Which way a metric is better, and how that is known.

    Attributes
    ----------
    mode : "max", "min" or None
        None when it is not known.
    source : "told", "inferred" or "unknown"
        Where the answer comes from.
    reason : str
        The pattern that told it, the word it was inferred from, or why it is not known.
    """

    mode: Mode | None = None
    source: Literal["told", "inferred", "unknown"] = "unknown"
    reason: str = ""

    def _lines(self) -> Sequence[str]:
        return [self.said]

    @property
    def said(self) -> Phrase:
        """The direction in words, with its source and the reason."""
        source, reason = say(self.source), self.reason
        return say("{mode} ({source}: {reason})" if self.mode else "{source} ({reason})", mode=self.told_mode, source=source, reason=reason)

    @property
    def words(self) -> Phrase:
        """The direction in words: `higher is better`, `lower is better` or `direction unknown`."""
        return {"max": say("higher is better"), "min": say("lower is better")}.get(self.mode or "", say("direction unknown"))

    @property
    def told_mode(self) -> str:
        """`max` or `min`, which is told in other words where it is not English; empty where the direction is unknown."""
        return _mode_in_words(self.mode) if self.mode else ""

    @property
    def arrow(self) -> str:
        """An arrow up or down; empty where the direction is unknown."""
        return {"max": "↑", "min": "↓"}.get(self.mode or "", "")


def _mode_in_words(mode: Mode) -> str:
    return with_text(say("higher is better") if mode == "max" else say("lower is better"), mode)


_TRAINED = Direction(reason=say("it was measured on the training data"))
_NO_QUALITY = Direction(reason=say("the name says what it is measured by, not how good it is"))
_HARM = Direction(reason=say("the name does not say whether harm is done, found or resisted"))
_UNKNOWN = Direction(reason=say("the name does not say"))


def read_mode(value: Any, argument: str = "mode") -> Mode | None:
    """Read a direction in the words of other libraries: `maximize`, `lower`, `True` for greater-is-better, None for unknown.

    A line has texts alone, so the text `None` is None.

    Raises
    ------
    ConfigurationError
        For any other word.

    Examples
    --------
    >>> read_mode("minimize"), read_mode(True), read_mode("higher is better"), read_mode(None)
    ('min', 'max', 'max', None)
    """
    if isinstance(value, bool):
        return "max" if value else "min"
    word = "_".join(value.casefold().split()) if isinstance(value, str) else ""
    if value is None or word == "none":
        return None
    mode = _MODES.get(word)
    if mode is None:
        # a name of its own in the template is what a line can call by its option
        template = "directions: {value} is not a direction" if argument == "directions" else "{argument}={value} is not a direction"
        raise ConfigurationError(
            say(template, argument=argument, value=described(value)),
            hint=say("Use 'max' (higher is better), 'min' or None."),
        )
    return mode


@lru_cache(maxsize=65536)
def infer_direction(path: str) -> Direction:
    """Infer the direction of a metric from its name, or abstain.

    Examples
    --------
    >>> [infer_direction(name).mode for name in ("val.cer", "macro_f1", "loss_accuracy", "maestro", "accuracy_std", "neg_log_loss")]
    ['min', 'max', None, None, None, 'max']
    >>> [infer_direction(name).mode for name in ("acc,none", "pass@10", "mmlu", "测试集准确率", "train_loss")]
    ['max', 'max', 'max', 'max', None]
    """
    if is_training(path):
        return _TRAINED
    if "1" in path:
        path = _ONE_MINUS.sub(lambda found: f"minus {found[1]}" if found[1].lower() in _WORDS else found[0], path)
    # many names differ in words that say nothing
    said = _said(tuple([tuple([word if _may_say(word) else "" for word in words]) for words in words_of(path)]))
    if said is not None:
        return said
    votes = _votes_of_name(plain_name(path))
    if not votes:
        return _UNKNOWN
    return _HARM if is_unwanted(path) else _voted(tuple(votes.items()))


def _may_say(word: str) -> bool:
    """Whether a word is one that a rule asks for, with the digits behind it or without."""
    return word in _TELLING or word.rstrip("0123456789") in _TELLING or not word.isascii()


@lru_cache(maxsize=4096)
def _said(keys: tuple[tuple[str, ...], ...]) -> Direction | None:
    """What the words of a path say; None where only the name as a whole could say something."""
    votes: dict[str, Mode] = {}
    silenced = False
    for words in keys:
        found = _votes_of_key(words)
        if found is None:
            return _NO_QUALITY
        votes.update(found)
        silenced |= not SETTINGS.isdisjoint(words)
    if not votes:
        return _UNKNOWN if silenced else None
    return _HARM if are_unwanted(chain.from_iterable(keys)) else _voted(tuple(votes.items()))


@lru_cache(maxsize=4096)
def _voted(votes: tuple[tuple[str, Mode], ...]) -> Direction:
    modes = {mode for _, mode in votes}
    if len(modes) > 1:
        told = joined([say("{word!r} ({mode})", word=word, mode=_mode_in_words(mode)) for word, mode in votes], " and ")
        return Direction(reason=say("{words} disagree", words=told))
    return Direction(modes.pop(), "inferred", say("from {words}", words=joined([repr(word) for word, _ in votes], " and ")))


def _votes_of_name(name: str) -> dict[str, Mode]:
    """What a name says as a whole where none of its words says anything: `em`, `top1`, `pass@k`, or a benchmark."""
    match = TOP.search(name)
    if match is None:
        match = BENCHMARK.search(name)
        rest = name if match is None else name[: match.start()] + name[match.end() :]
        if match is None or not all(NEUTRAL.fullmatch(word) for word in re.split("[_@]", rest)):
            return {}
    return {match[0].strip("_"): "max"}


def _votes_of_key(tokens: Sequence[str]) -> dict[str, Mode] | None:
    if len(tokens) == 1 and tokens[0] not in _NOT_ALONE:
        return _vote(tokens[0])  # as most names are
    votes: dict[str, Mode] = {}
    flipped = local_veto = False
    position = 0
    while position < len(tokens):
        token, pair = tokens[position], tuple(tokens[position : position + 2])
        if pair in PHRASES:
            votes[" ".join(pair)] = PHRASES[pair]
            position += 2
            continue
        rate = pair[1:] == ("per",)  # samples per second are not count of samples
        if (token in VETOES and not rate) or pair in TURNED or pair in VETO_PHRASES:
            return None
        flipped ^= token in FLIPS
        local_veto |= token in LOCAL_VETOES
        votes.update(_vote(token))
        position += 1
    lost = len(tokens) > 1 and tokens[-1] in LAST_VETOES and tuple(tokens[-2:]) not in PHRASES
    if (local_veto or lost) and votes:
        return None
    return {f"negated {word}": _OPPOSITE[mode] for word, mode in votes.items()} if flipped else votes


def _vote(token: str) -> dict[str, Mode]:
    """What one word says: by itself, without the digits behind it, or by its Chinese ending."""
    mode = _WORDS.get(token) or _WORDS.get(token.rstrip("0123456789"))
    if mode is not None:
        return {token: mode}
    ending = chinese_ending(token)
    return {ending: CHINESE[ending]} if ending else {}


class Directions(ByName[Mode | None]):
    """Directions told by the user, by name or glob; the most specific wins, and what is not told is inferred.

    Parameters
    ----------
    told : mapping of str to "max", "min", bool or None
        Keys are metric names, `metric@dataset`, or globs over either. None says that nothing is to be inferred.
    naming : callable, optional
        What gives a metric its name.

    Raises
    ------
    ConfigurationError
        For a word that is not a direction.

    Examples
    --------
    >>> directions = Directions({"val.*": "max", "val.cer": "min"})
    >>> directions.of("val.cer", "d-a").mode, directions.of("val.other", "").mode, directions.of("wer", "").source
    ('min', 'max', 'inferred')
    """

    def __init__(self, told: Mapping[str, Any] | None = None, naming: Naming = metric_named) -> None:
        if told is not None and not isinstance(told, Mapping):
            raise ConfigurationError(
                say("directions={told} is not a mapping", told=described(told)), hint=say("Pass directions={{'cer': 'min'}}.")
            )
        by_pattern = sorted((f"{key}", mode) for key, mode in (told or {}).items())
        super().__init__("directions", {pattern: read_mode(mode, "directions") for pattern, mode in by_pattern}, naming)

    def of(self, path: str, dataset: str) -> Direction:
        """Direction of a metric.

        Raises
        ------
        ConfigurationError
            When two equally specific patterns say different things.
        """
        found = self._choose(path, dataset)
        if found is None:
            return infer_direction(path)
        pattern, mode = found
        by = say("by {pattern!r}" if mode else "set to unknown by {pattern!r}", pattern=pattern.text)
        return Direction(mode, "told", by) if mode else Direction(reason=by)
