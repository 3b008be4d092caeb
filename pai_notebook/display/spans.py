"""Shapes that stand in a line or in a table cell; several side by side are a tuple.

A shape holds plain, untrusted text. Renderers escape it, make control and direction characters visible, say what they
leave out, and never round, sort or compute. Sequences may be given as any iterable; they are kept as tuples, so that
shapes hash and compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Tone: TypeAlias = Literal["neutral", "info", "good", "bad", "warn", "ahead", "behind"]

_TONES = ("neutral", "info", "good", "bad", "warn", "ahead", "behind")


def keep(shape: Any, **values: Any) -> None:
    """Set fields of a frozen shape while it is being made."""
    for name, value in values.items():
        object.__setattr__(shape, name, value)


def check_tone(tone: str) -> None:
    """Refuse a tone that no renderer knows.

    Raises
    ------
    ValueError
        If it is none of neutral, info, good, bad, warn, ahead and behind.
    """
    if tone not in _TONES:
        raise ValueError(f"tone must be one of {', '.join(_TONES)}, not {tone!r}")


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be copied as it is: a storage address, an id, a command. Shown in a fixed-width font, bars of characters `small`.

    Examples
    --------
    >>> Code("oss://bucket/model/")
    Code(text='oss://bucket/model/')
    """

    text: str
    small: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to `href`; only public `https:` addresses become links, others are shown as text beside it.

    Where nothing can be followed, as on a terminal, the address stands behind the text unless the link is `quiet`.

    Examples
    --------
    >>> Link("training job", "https://pai.console.aliyun.com/?regionId=cn-hangzhou#/job")
    Link(text='training job', href='https://pai.console.aliyun.com/?regionId=cn-hangzhou#/job')
    """

    text: str
    href: str
    quiet: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class Picture(Link):
    """A picture from a public `https:` address, above the text that leads to it; Markdown and text show only the link.

    The browser fetches the picture from its host, so describe one only where the user asked for it.

    Examples
    --------
    >>> Picture("cover", "https://example.com/cover.png")
    Picture(text='cover', href='https://example.com/cover.png')
    """


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a word and a shape: ✓ good, ✗ bad, ! warn, ● info, ○ neutral, or the `symbol` given.

    Examples
    --------
    >>> Badge("Approved", "good"), Badge("Pending"), Badge("Rejected", "bad")  # doctest: +ELLIPSIS
    (Badge(word='Approved', tone='good', symbol=''), Badge(word='Pending', tone='neutral', symbol=''), ...)
    """

    word: str
    tone: Tone = "neutral"
    symbol: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        check_tone(self.tone)


@dataclass(frozen=True, slots=True)
class Mark:
    """A small remark beside a value, as symbol and word: ▲ worse, ▼ better, = same, ≠ changed, ★ best.

    The symbol says which way the value went, the tone whether that is good; the two are independent. `ahead` and `behind` are
    good and bad as measured only. Without a word the symbol has to be explained beside the table, without a symbol it is a remark.
    Of good and bad ones in a pinned table the `step`, 1 to 3, says how strongly their cell is filled; a neutral one of step 2 is
    left out where the table has so much room that other columns show the same.

    Examples
    --------
    >>> Mark("▲", "worse", tone="bad")
    Mark(symbol='▲', word='worse', tone='bad')
    """

    symbol: str
    word: str
    tone: Tone = field(default="neutral", kw_only=True)
    step: int = field(default=1, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        check_tone(self.tone)


@dataclass(frozen=True, slots=True)
class Number:
    """A number already written out, with an optional star, bar, difference and marks.

    Parameters
    ----------
    text : str
        The digits as they are to be read; renderers do not round. In a right-aligned column decimal points line up.
    bar : float or None
        Share of the full width of a small bar, 0 to 1; values outside and NaN draw none.
    star : str
        A sign before the digits, such as ★, that says it is the best; it has to be explained beside the table.
    strong : bool
        Whether it is set in bold.
    delta : str
        Difference to a baseline, already written out with its sign.
    marks : sequence of Mark
        What the difference means.

    Examples
    --------
    >>> Number("0.181", delta="+0.006 (+3.4 %)", marks=[Mark("▲", "worse", tone="bad")]).marks[0].word
    'worse'
    """

    text: str
    bar: float | None = None
    star: str = field(default="", kw_only=True)
    strong: bool = field(default=False, kw_only=True)
    delta: str = field(default="", kw_only=True)
    marks: Sequence[Mark] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        keep(self, marks=tuple(self.marks))


@dataclass(frozen=True, slots=True)
class Missing:
    """Where a value would be: `absent`, `null`, `NaN`, `no metrics`, `fetch failed`. Set apart from text that reads the same.

    Examples
    --------
    >>> Missing("absent")
    Missing(word='absent')
    """

    word: str


@dataclass(frozen=True, slots=True)
class Chips:
    """Labels: key and value pairs, or plain words. The first `limit` are shown, then "+476 more".

    Examples
    --------
    >>> Chips([("env", "prod"), "release"]).items
    (('env', 'prod'), 'release')
    """

    items: Sequence[str | tuple[str, str]]
    limit: int = field(default=24, kw_only=True)

    def __post_init__(self) -> None:
        keep(self, items=tuple(item if isinstance(item, str) else tuple(item) for item in self.items))


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two texts, word by word; long unchanged stretches are left out and counted.

    Examples
    --------
    >>> from pai_notebook.display import render_text
    >>> print(render_text(Diff("trained on 2023 data", "trained on 2024 data")))
    trained on [-2023-] {+2024+} data
    """

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Inline shapes below each other, for example the values of a label key that occurs twice.

    Examples
    --------
    >>> Lines(["prod", "test"]).items
    ('prod', 'test')
    """

    items: Sequence[Inline]

    def __post_init__(self) -> None:
        keep(self, items=tuple(self.items))


Inline: TypeAlias = str | Code | Link | Badge | Mark | Number | Missing | Chips | Diff | Lines | tuple["Inline", ...]
