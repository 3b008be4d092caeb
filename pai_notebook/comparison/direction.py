"""Which way a metric is better: told by the user, inferred from its name, or unknown.

The rule for names has three answers. It splits a path into whole tokens, as `mae` does not fire in `maestro`, and decides
only when every token that means anything points the same way: `error_recall` is unknown, and so is a metric of the training
data, as a lower training loss is no better model. A wrong answer lets a worse model pass, so a name is doubted by its shape:

- behind a metric stand its averages, parts of the data, units and numbers alone; any other word there makes it another thing
  (`accuracy_goal`, `errors_fixed`, `jaccard_distance`);
- in front of it stands what it is a metric of, any word but those that negate, bound, wish for or undo (`false_hit_rate`);
- what stands behind `at` or `@` says where it was measured, and decides nothing (`TAR@FAR`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say, with_text
from pai_notebook.model.flatten import join_path
from pai_notebook.model.metric_wholes import BENCHMARK, HARMLESS, named_as_a_whole, whole_mode
from pai_notebook.model.metric_words import (
    ANYTHING,
    BEHIND,
    CHINESE,
    CHINESE_DOUBTS,
    COSTS,
    COUNTED,
    DOUBTS,
    FLIPS,
    FRACTIONS,
    HIGHER,
    LOST,
    LOWER,
    MEASURES,
    MISTAKEN,
    OTHERS,
    PHRASES,
    POINTS,
    PREPOSITIONS,
    RATES,
    SUMS,
    THROUGHPUTS,
    UNWANTED,
    VETO_PHRASES,
    VETOES,
    WON,
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

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

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
_TELLING = frozenset(
    (*_WORDS, *VETOES, *COUNTED, *DOUBTS, *BEHIND, *MEASURES, *PREPOSITIONS, *FLIPS, *UNWANTED, *SUMS, *THROUGHPUTS, *WON, *LOST)
) | frozenset(chain.from_iterable((*PHRASES, *VETO_PHRASES)))
"""Every word that a rule asks for."""
_OTHERS = frozenset(OTHERS.split())
_ONE_MINUS = re.compile(r"(?<![\w\u2212\u2013-])(?<![0-9]\.)(?<![Tt]op )1\s*[-\u2212\u2013]\s*([A-Za-z]+[0-9]*)")
# what `1-wer` may have become, or a sign
_TURNED = re.compile(r"(?:^|[./]) ?(?:1|100)?(?: ?[-\u2212\u2013] ?|(?<=[10])_)([A-Za-z]+[0-9]*|[^\W\d_a-zA-Z]+)")
# a sign in front of a name, and what may be one over it
_INVERSE = re.compile(r"^ ?(?:[-\u2212\u2013] ?[^\W\d_]|1 ?/ ?[^\W\d_])|\^ ?[-\u2212\u2013]")
_ARROWS: dict[str, Mode] = {"↑": "max", "↓": "min"}
_HALF = re.compile(r"(?<![^\W_])([fF])_?0[._]5(?![0-9])")
# ends a name with the averages and units that may follow
_SIGN = re.compile(
    r"(?:(?:^|_)(?:bias|mbd|mbe|mfe|mpe|pbias|residuals?|signed)(?:_(?:deviation|difference|err|error|avg|average|mean|median|pct|percent|percentage|val|test))*"
    "|(?:偏差|残差|偏置|系统误差)(?:_?(?:均值|平均|平均值|中位数))?)$"
)
_HALLUCINATED = frozenset({"hallucination_rate", "幻觉率"})
_MEASURED = frozenset(_WORDS) - {"err", "error"}
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
_DOUBTED = Direction(reason=say("another word of the name may turn what it says"))
_HARM = Direction(reason=say("the name does not say whether harm is done, found or resisted"))
SIGNED = Direction(reason=say("it can have either sign: closer to zero is better, not lower"))
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
    arrows = {mode for arrow, mode in _ARROWS.items() if arrow in path}
    if arrows:
        found = infer_direction(path.translate(dict.fromkeys(map(ord, _ARROWS), " ")))
        return found if found.mode is None or arrows == {found.mode} else _DOUBTED
    if is_training(path):
        return _TRAINED
    if "1" in path:
        path = _ONE_MINUS.sub(lambda found: f"minus {found[1]}" if found[1].lower() in _WORDS else found[0], path)
    path = _HALF.sub(r"\g<1>05", path)
    turned = _TURNED.search(path)
    if _INVERSE.search(path) or (turned and (turned[1].lower() in _WORDS or chinese_ending(turned[1]))):
        return _DOUBTED
    # many names differ in words that say nothing; a filter (`acc,none`) is how something was measured
    parted = path.replace("@", "_at_").replace(",", "_with_") if "@" in path or "," in path else path
    said = _said(tuple([tuple([_kept(word) for word in words]) for words in words_of(parted)]))
    if said is not None:
        return SIGNED if said.mode is None and _says_sign(path) else said
    votes = _votes_of_name(plain_name(path))
    if not votes:
        return SIGNED if _says_sign(path) else _HARM if is_unwanted(path) else _UNKNOWN
    # a rate of hallucinations says itself that it is one
    about = [word for key in words_of(path)[: -1 if _HALLUCINATED.issuperset(votes) else None] for word in key]
    return _HARM if are_unwanted(about) else _voted(tuple(votes.items()))


def _says_sign(path: str) -> bool:
    """Whether a name is that of an error with a sign: `forecast_bias`, `mean_signed_error`, `residual_mean`, 残差."""
    return _SIGN.search(plain_name(path)) is not None and _MEASURED.isdisjoint(chain.from_iterable(words_of(path)))


def _kept(word: str) -> str:
    """A word that a rule asks for, with the digits behind it or without; nothing for one that is harmless, `?` for any other."""
    if word in _TELLING or word.rstrip("0123456789") in _TELLING or not word.isascii():
        return word
    if HARMLESS.fullmatch(word) or BENCHMARK.fullmatch(word):
        return ""
    return "false" if MISTAKEN.fullmatch(word) else "?ed" if word.endswith("ed") else "?"


@lru_cache(maxsize=4096)
def _said(keys: tuple[tuple[str, ...], ...]) -> Direction | None:
    """What the words of a path say; None where only the name as a whole could say something."""
    votes: dict[str, Mode] = {}
    for words in keys:
        refused = _DOUBTED if len(words) == 1 and words[0] in _OTHERS else _read_key(words, votes)
        if refused is not None:
            return refused
    if not votes:
        return None
    if "sensitivity" in votes and not all(
        word in _WORDS or HARMLESS.fullmatch(word) or word in PREPOSITIONS for key in keys for word in key
    ):
        return _DOUBTED  # to noise, as likely as of a test
    return _HARM if are_unwanted(chain.from_iterable(keys)) else _voted(tuple(votes.items()))


@lru_cache(maxsize=4096)
def _voted(votes: tuple[tuple[str, Mode], ...]) -> Direction:
    modes = {mode for _, mode in votes}
    if len(modes) > 1:
        told = joined([say("{word!r} ({mode})", word=word, mode=_mode_in_words(mode)) for word, mode in votes], " and ")
        return Direction(reason=say("{words} disagree", words=told))
    return Direction(modes.pop(), "inferred", say("from {words}", words=joined([repr(word) for word, _ in votes], " and ")))


def _votes_of_name(name: str) -> dict[str, Mode]:
    """What a name says as a whole where none of its words says anything: `em`, `top1`, `pass@k`, a benchmark, or `ctr`."""
    if whole := whole_mode(name):
        return dict([whole])
    found = named_as_a_whole(name)
    return {found: "max"} if found else {}


def _read_key(tokens: Sequence[str], votes: dict[str, Mode]) -> Direction | None:
    """Add what the words of a key say to the votes, or give the reason why the name says nothing.

    A noun in front of another describes it, so that the last one is what a name is about: in front of a metric only words that
    turn it count (`false_hit_rate`), behind it all but harmless ones do (`accuracy_goal`).
    """
    if not (WON.isdisjoint(tokens) or LOST.isdisjoint(tokens)):
        return _DOUBTED
    found: dict[str, Mode] = {}
    last = next(reversed(votes), "")
    # a key below `errors` or `latency` may say how many were fixed, or how well a bound was kept; one below `accuracy` is a class
    strict = last in ANYTHING or CHINESE.get(last) == "min"
    flipped = ignored = False
    free = position = 0
    while position < len(tokens):
        token, pair = tokens[position], tuple(tokens[position : position + 2])
        per = pair[1:] == ("per",)  # samples per second are not count of samples
        mode = PHRASES.get(pair)
        plain = tuple([word.rstrip("0123456789") for word in pair])
        if mode is None and ((token in VETOES and not per) or not VETO_PHRASES.isdisjoint({(plain[0], *pair[1:]), plain})):
            return _NO_QUALITY
        is_doubtful = token in DOUBTS or (token in FLIPS and strict) or _is_doubtful_chinese(token) or (free and token in _OTHERS)
        if is_doubtful if mode is None else not COUNTED.issuperset(_counted(tokens, position)):
            return _DOUBTED
        vote = _vote(token) if mode is None else {" ".join(pair): mode}
        position += 1 if mode is None else 2
        flipped ^= mode is None and token in FLIPS
        if vote and not ignored:
            strict = (strict or not (free and found)) and (mode is None or not per)
            last = next(reversed(vote))
            found.update(vote)
        elif token in PREPOSITIONS:
            before = tokens[: position - 1]
            described = len(before) if token in POINTS else token in RATES and not all(map(HARMLESS.fullmatch, before))
            ignored |= bool(described and not found)
            free, strict = position + 1, strict and token != "using" and (token in POINTS or last in ANYTHING)  # noqa: S105
        elif last and not vote:
            rated = position == free and tokens[position - 2] in RATES
            if not rated and not _may_follow(token, last, {**votes, **found}[last], strict=strict and position > free):
                return _DOUBTED
    if flipped and "minus" not in tokens and any(mode == "max" and not word.endswith("likelihood") for word, mode in found.items()):
        return _DOUBTED  # `negative_recall` is that of the negative class
    votes.update({f"negated {word}": _OPPOSITE[mode] for word, mode in found.items()} if flipped else found)
    return None


def _counted(tokens: Sequence[str], position: int) -> Sequence[str]:
    """What is counted in a time, as `timeouts` in `timeouts_per_second`, where a phrase of two words stands there."""
    if tokens[position] == "per":
        return tokens[max(position - 1, 0) : position]
    return tokens[position : position + 1] if ("per", *tokens[position + 2 : position + 3]) in PHRASES else ()


def _is_doubtful_chinese(word: str) -> bool:
    if word.isascii():
        return False
    ending = chinese_ending(word)
    return CHINESE_DOUBTS.search(word.removesuffix(ending) if CHINESE.get(ending) == "min" else word) is not None


def _may_follow(word: str, metric: str, mode: Mode, *, strict: bool) -> bool:
    """Whether a metric is still what a name is about where a word follows it; in a key of its own or behind `on` more words may."""
    if metric in THROUGHPUTS and (word in THROUGHPUTS or word in COUNTED):
        return True  # its unit
    if word in MEASURES:
        return metric in COSTS or (mode == "min" and metric not in ANYTHING)
    if word.startswith("weight") and not HARMLESS.fullmatch(word):
        return not strict and mode == "min" and metric not in ANYTHING  # what `mae.Weight` predicts, or a setting
    if word in BEHIND or (word in ("score", "scores", "zero") and metric in ANYTHING) or (word in SUMS and metric in FRACTIONS):
        return False
    return not strict or HARMLESS.fullmatch(word) is not None


def _vote(token: str) -> dict[str, Mode]:
    """What one word says: by itself, without the digits behind it, or by its Chinese ending."""
    mode = _WORDS.get(token) or _WORDS.get(token.rstrip("0123456789"))
    if mode is not None:
        return {token: mode}
    ending = chinese_ending(token)
    return {ending: CHINESE[ending]} if ending else {}


def stated_directions(versions: Iterable[ModelVersion]) -> dict[tuple[str, str], Direction]:
    """Directions that results of lm-evaluation-harness state where the names of metrics say another one or none, by path and dataset."""
    found: dict[tuple[str, str], set[Mode]] = {}
    for spec in (version.evaluation_spec for version in versions if not version.is_registered):
        told = spec.get("directions") if isinstance(spec, Mapping) else None
        for task, modes in told.items() if isinstance(told, Mapping) else ():
            for metric, mode in modes.items() if isinstance(modes, Mapping) else ():
                if mode in ("max", "min"):
                    found.setdefault((join_path((metric,)), task), set()).add(mode)
    reason = say("from {words}", words="higher_is_better")
    return {key: Direction(modes.pop(), "inferred", reason) if len(modes) == 1 else _DOUBTED for key, modes in found.items()}


class Directions(ByName[Mode | None]):
    """Directions told by the user, by name or glob; the most specific wins, and what is not told is inferred.

    Parameters
    ----------
    told : mapping of str to "max", "min", bool or None
        Keys are metric names, `metric@dataset`, or globs over either. None says that nothing is to be inferred.
    naming : callable, optional
        What gives a metric its name.
    stated : mapping of (path, dataset) to Direction, optional
        What results state of themselves, see `stated_directions`.
    trained : mapping of (path, dataset) to str, optional
        Metrics of the training data, by what stands beside them, see `trained_beside`.

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

    def __init__(
        self,
        told: Mapping[str, Any] | None = None,
        naming: Naming = metric_named,
        stated: Mapping[tuple[str, str], Direction] | None = None,
        trained: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._stated = stated or {}
        self._trained = trained or {}
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
            if beside := self.beside(path, dataset):
                return Direction(reason=say("it was measured on the training data, as {name} is beside it", name=beside))
            return self._stated.get((path, dataset)) or infer_direction(path)
        pattern, mode = found
        by = say("by {pattern!r}" if mode else "set to unknown by {pattern!r}", pattern=pattern.text)
        return Direction(mode, "told", by) if mode else Direction(reason=by)

    def beside(self, path: str, dataset: str) -> str:
        """What stands beside a metric and shows that it is of the training data; empty where nothing does, or a direction is told."""
        key = path, dataset
        return "" if key in self._stated or self._choose(path, dataset) is not None else self._trained.get(key, "")
