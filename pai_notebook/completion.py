"""Tab completion of `%paimodel`: answered from what was seen, never from the network while a key is pressed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from pai_notebook.grammar import OPTIONS, VERBS, write_word

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["Seen", "install", "suggest", "uninstall"]

_LINE = re.compile(r"(?:^|=)\s*(?P<marks>%{1,2})paimodel\s+(?P<typed>.*)$")
_SELECTORS = ("latest", "approved", "last:5")
_FIXED = {
    "--approval": ("Approved", "Pending", "Rejected"),
    "--lang": ("en", "zh"),
    "--network": ("public", "vpc"),
    "--region": ("cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "ap-southeast-1"),
}


class Seen(Protocol):
    """What a completion may draw on; a registry's memory, or nothing."""

    def remembered_models(self) -> Sequence[str]:
        """Ids of models."""

    def remembered_names(self, model_id: str) -> Sequence[str]:
        """Version names of a model."""

    def remembered_labels(self) -> Sequence[str]:
        """Label keys."""

    def remembered_metrics(self) -> Sequence[str]:
        """Metric names."""


@dataclass(frozen=True)
class _Typed:
    """The line up to the cursor: whole words, and the one that is being typed."""

    words: tuple[str, ...]
    fragment: str

    @property
    def verb(self) -> str:
        return self.words[0] if self.words and self.words[0] in VERBS else ""

    @property
    def model(self) -> str:
        """The model that versions are asked of, empty when none is named yet."""
        named = [word for word in self.words[bool(self.verb) :] if not word.startswith("-")]
        return named[0].partition("@")[0] if named else ""


def suggest(typed: str, seen: Seen | None = None, *, cell: bool = False) -> tuple[str, list[str]]:
    """Return what the last word of a line may become.

    Parameters
    ----------
    typed : str
        What stands behind `%paimodel`, up to the cursor.
    seen : Seen, optional
        What is known of the registry.
    cell : bool
        Whether it is the first line of a cell, which starts with `gate` and goes on as `compare` does.

    Returns
    -------
    tuple of str and list of str
        The word that is being typed, and what it may become, in order: as the line has to hold it, in quotation marks where it has a
        blank. Names that no line can hold, or with characters that nobody sees, are not offered.

    Examples
    --------
    >>> suggest("comp")
    ('comp', ['compare'])
    >>> suggest("explain model-a@last:2 --la")
    ('--la', ['--label', '--last', '--lang'])
    """
    if cell:
        verb, space, rest = typed.partition(" ")
        return suggest(f"compare {rest}", seen) if space and verb == "gate" else (typed, ["gate"] if "gate".startswith(typed) else [])
    head, _, fragment = typed.rpartition(" ")
    line = _Typed(tuple(head.split()), fragment)
    fitting = (word for word in _candidates(line, seen) if word.startswith(fragment) and word != fragment)
    return fragment, [text for word in fitting if (text := write_word(word)) is not None]


def _candidates(line: _Typed, seen: Seen | None) -> list[str]:
    previous = line.words[-1] if line.words else ""
    if previous in OPTIONS and OPTIONS[previous].metavar:
        return _values(previous, line, seen)
    if line.fragment.startswith("-"):
        return [name for name, option in OPTIONS.items() if not option.verbs or not line.verb or line.verb in option.verbs]
    if line.verb == "help":
        return [*VERBS, "gate"]
    if line.verb == "connect":
        return ["demo"]
    return _addresses(line, seen)


def _addresses(line: _Typed, seen: Seen | None) -> list[str]:
    model, at, _ = line.fragment.partition("@")
    if at:
        return [f"{model}@{name}" for name in (*_SELECTORS, *(seen.remembered_names(model) if seen else ()))]
    verbs = list(VERBS) if not line.words else []
    models = list(seen.remembered_models()) if seen else []
    versions = list(seen.remembered_names(line.model)) if seen and line.model else []
    return verbs + models + versions


def _values(option: str, line: _Typed, seen: Seen | None) -> list[str]:
    if option in _FIXED:
        return list(_FIXED[option])
    if option == "--baseline":
        return ["approved", "previous", "first", *(seen.remembered_names(line.model) if seen else ())]
    if option == "--label":
        return [f"{key}=" for key in seen.remembered_labels()] if seen else []
    if option == "--mode":
        return [f"{name}={way}" for name in seen.remembered_metrics() for way in ("max", "min")] if seen else []
    if option in ("--metrics", "--exclude", "--sort"):
        return list(seen.remembered_metrics()) if seen else []
    return []


def install(shell: InteractiveShell, seen: Callable[[], Seen | None]) -> Any:
    """Add the completion to a shell; give the result to `uninstall`."""

    @context_matcher()  # type: ignore[untyped-decorator]
    def paimodel_matcher(context: CompletionContext) -> SimpleMatcherResult:
        match = _LINE.search(context.line_with_cursor[: context.cursor_position])
        if match is None:
            return {"completions": []}
        fragment, words = suggest(match["typed"], seen(), cell=match["marks"] == "%%")
        return {
            "completions": [SimpleCompletion(text=word, type="magic") for word in words],
            "suppress": True,
            "matched_fragment": fragment,
        }

    if shell.Completer is not None:
        shell.Completer.custom_matchers.append(paimodel_matcher)
    return paimodel_matcher


def uninstall(shell: InteractiveShell, matcher: Any) -> None:
    """Remove what `install` added."""
    if shell.Completer is not None and matcher in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(matcher)
