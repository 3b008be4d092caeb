"""Tab completion of `%paimodel`: answered from what was seen, never from the network while a key is pressed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pai_notebook.model.fields import plain_fields
from pai_notebook.model.selector_words import BASELINES, WORDS
from pai_notebook.plan import OPTIONS, VERBS, options_of, write_word
from pai_notebook.versions.cache import Memory

_LINE = re.compile(r"(?:^|=)\s*(?P<marks>%{1,2})paimodel\s+(?P<typed>.*)$")
_ENDS = tuple(word for word in WORDS if word != "all")
_SELECTORS = (*_ENDS, "last:5")
_FIXED = {
    "--approval": ("Approved", "Pending", "Rejected"),
    "--lang": ("en", "zh"),
    "--network": ("public", "vpc"),
    "--region": ("cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "ap-southeast-1"),
}
_CONDITION = re.compile(r"""--where(?:=|\s+)(?:"(?P<double>[^"]*)|'(?P<single>[^']*))$""")
_NAME = re.compile(r"(?<![\w.@-])[\w.@-]*$")
_COMPARED = re.compile(r"[<>=]=?\s*(?P<word>\w*)$")


_NOTHING = Memory(size=0, seconds=0)


@dataclass(frozen=True)
class _Typed:
    """The line up to the cursor: whole words, and the one that is being typed."""

    words: tuple[str, ...]
    fragment: str

    @property
    def verb(self) -> str:
        return self.words[0] if self.words and self.words[0] in VERBS else ""

    @property
    def form(self) -> str:
        return f"{self.verb} without a model" if self.verb in ("ls", "explore") and not self.model else self.verb

    @property
    def model(self) -> str:
        """The model that versions are asked of, empty when none is named yet."""
        previous = ("", *self.words)
        named = [
            word
            for before, word in zip(previous, self.words[bool(self.verb) :], strict=False)
            if not word.startswith("-") and not _takes_value(before)
        ]
        return named[0].partition("@")[0] if named else ""


def _takes_value(word: str) -> bool:
    return word in OPTIONS and bool(OPTIONS[word].metavar)


def suggest(typed: str, seen: Memory = _NOTHING, *, cell: bool = False) -> tuple[str, list[str]]:
    """Return completions of the last word of a line.

    Parameters
    ----------
    typed : str
        The text after `%paimodel`, up to the cursor.
    seen : Memory, optional
        What the registry has seen so far.
    cell : bool
        Whether it is the first line of a cell, which starts with `gate`.

    Returns
    -------
    tuple of str and list of str
        The word that is being typed, and its completions in order, as they are written on the line, in quotation marks where they have a
        blank. Names that no line can hold, or with invisible characters, are not offered.

    Examples
    --------
    >>> suggest("comp")
    ('comp', ['compare'])
    >>> suggest("explain model-a@last:2 --la")
    ('--la', ['--last', '--label', '--lang'])
    """
    if cell:
        verb, space, rest = typed.partition(" ")
        return suggest(f"compare {rest}", seen) if space and verb == "gate" else (typed, ["gate"] if "gate".startswith(typed) else [])
    condition = _CONDITION.search(typed)
    if condition:
        return _begun(_NAME.search(typed), _names_in_conditions(seen))
    head, _, fragment = typed.rpartition(" ")
    line = _Typed(tuple(head.split()), fragment)
    fitting = (word for word in _candidates(line, seen) if word.startswith(fragment) and word != fragment)
    return fragment, [text for word in fitting if (text := write_word(word)) is not None]


def suggest_rule(typed: str, seen: Memory = _NOTHING) -> tuple[str, list[str]]:
    """Return completions of the last word of a rule of a gate.

    Parameters
    ----------
    typed : str
        The rule, up to the cursor.
    seen : Memory, optional
        What the registry has seen so far.

    Returns
    -------
    tuple of str and list of str
        As `suggest` returns it.

    Examples
    --------
    >>> suggest_rule("cer <= ba"), suggest_rule("cer <= baseline - 1% i")
    (('ba', ['baseline']), ('i', ['if present']))
    """
    bound = _COMPARED.search(typed)
    if bound:
        return _begun(re.search(r"(?<!\w)\w*$", typed), ["baseline", "true", "false"])
    if re.search(r"[<>=]", typed):
        return _begun(re.search(r"(?<=\s)(?:if |with )?\w*$", typed), ["with 95% confidence", "if present"])
    if re.match(r"\s*f", typed):
        found = _begun(re.search(r"f.*", typed, re.DOTALL), ["fail if worse beyond chance", "fail if worse by more than 1pp beyond chance"])
        if found[1]:
            return found
        if re.match(r"\s*fail\s+if\s+\S+\s+w", typed):
            return _begun(re.search(r"(?<=\s)w.*", typed, re.DOTALL), ["worse beyond chance", "worse by more than 1pp beyond chance"])
    return _begun(re.search(r"(?<![^\s\[])[^\s\[]*$", typed), _metrics_of(seen, typed))


def _metrics_of(seen: Memory, typed: str) -> list[str]:
    """Metrics; behind the @ or the bracket of one, the datasets."""
    metric, bracket, _ = typed.strip().partition("[")
    if bracket:
        return [f"{dataset}]" for dataset in seen.datasets()]
    metric, at, _ = metric.partition("@")
    return [f"{metric}@{dataset}" for dataset in seen.datasets()] if at else seen.metrics()


def _names_in_conditions(seen: Memory) -> list[str]:
    return [*seen.metrics(), *(f"label.{key}" for key in seen.labels()), *_fields()]


def _fields() -> list[str]:
    return [info.name for info in plain_fields()]


def _begun(match: re.Match[str] | None, words: Sequence[str]) -> tuple[str, list[str]]:
    """A word that has been begun, and those that go on with it."""
    fragment = match[0] if match else ""
    return fragment, [word for word in words if word.startswith(fragment) and word != fragment]


def _candidates(line: _Typed, seen: Memory) -> list[str]:
    previous = line.words[-1] if line.words else ""
    if _takes_value(previous):
        return _values(previous, line, seen)
    if line.fragment.startswith("-"):
        return options_of(line.form) if line.verb else [name for name, option in OPTIONS.items() if option.only != "shell"]
    if line.verb == "help":
        return list(VERBS)
    if line.verb == "connect":
        return ["demo"]
    return _addresses(line, seen)


def _addresses(line: _Typed, seen: Memory) -> list[str]:
    model, at, selector = line.fragment.partition("@")
    if at:
        # what is behind the last comma, and there behind the dots of a range
        head = selector[: selector.rfind(",") + 1]
        low, dots, _ = selector[len(head) :].partition("..")
        known = seen.names(model)
        words = (*_ENDS, *known) if dots else (*_SELECTORS, *known)
        return [f"{model}@{head}{low if dots else ''}{dots}{word}" for word in words]
    verbs = list(VERBS) if not line.words else []
    models = seen.model_words()
    versions = seen.names(line.model)
    return verbs + models + versions


def _values(option: str, line: _Typed, seen: Memory) -> list[str]:
    """What may follow an option."""
    if option in _FIXED:
        return list(_FIXED[option])
    names = seen.names(line.model)
    metrics = seen.metrics()
    sign = "-" if line.fragment.startswith("-") else ""
    head = line.fragment[: line.fragment.rfind(",") + 1]
    fields = _fields() if line.fragment else []  # there are too many to list before a letter is typed
    found = {
        "--baseline": [*BASELINES, *names],
        "--label": _labels(line, seen),
        "--mode": [f"{name}={way}" for name in metrics for way in ("max", "min")],
        "--dataset": seen.datasets(),
        "--sort": [f"{sign}{name}" for name in (*metrics, *fields)],
        "--metrics": [f"{head}{name}" for name in metrics],
        "--exclude": [f"{head}{name}" for name in metrics],
    }
    return found.get(option, [])


def _labels(line: _Typed, seen: Memory) -> list[str]:
    """Keys of labels; behind the equals sign of one, its values."""
    key, equals, _ = line.fragment.partition("=")
    return [f"{key}={value}" for value in seen.values(key)] if equals else [f"{key}=" for key in seen.labels()]


def offer(before: str, seen: Memory | None, *, rule: bool) -> tuple[str, list[str]] | None:
    """Return what goes on with a line of a notebook up to the cursor, and which of its letters that replaces; None where it is not ours.

    Parameters
    ----------
    before : str
        The line up to the cursor, its `%paimodel` included.
    seen : Memory or None
        What the registry has seen so far; None without a registry.
    rule : bool
        Whether the line is below the first one of a `%%paimodel gate`.

    Examples
    --------
    >>> offer("v = %paimodel comp", None, rule=False), offer("x = 1", None, rule=False)
    (('comp', ['compare']), None)
    """
    match = _LINE.search(before)
    if match is not None:
        return suggest(match["typed"], seen or _NOTHING, cell=match["marks"] == "%%")
    return suggest_rule(before, seen or _NOTHING) if rule else None
