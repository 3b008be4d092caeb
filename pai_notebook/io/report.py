"""One document that still reads next year: what was compared, how it came out, and how to make it again."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pai_notebook.display import Block, Note, Section, Stack
from pai_notebook.display.html import text_html
from pai_notebook.display.layout import map_texts
from pai_notebook.i18n.phrases import in_language, say, speaking, told
from pai_notebook.io.page import html_page
from pai_notebook.io.redaction import Redaction
from pai_notebook.sanitize import visible_lines

S = TypeVar("S")
# Pixels of a page for an inch of a picture, and pixels of the file for one of these.
PIXELS, DENSITY = 110, 1.5
# How far a narrow window scales a picture down at most, which is scrolled then: its smallest letters stay at 9 pixels.
_READABLE = 0.75


@dataclass(frozen=True)
class Figure:
    """A picture, with what it shows in words.

    Attributes
    ----------
    light, dark : bytes
        The picture as PNG, for light and for dark pages.
    alt : str
        What a reader who does not see it needs to know.
    """

    light: bytes
    dark: bytes
    alt: str

    @property
    def width(self) -> int:
        """How wide it is shown, in pixels of a page; the file has more of them, for paper and dense screens."""
        return round(int.from_bytes(self.light[16:20], "big") / DENSITY)

    def html(self, *classes: str) -> str:
        """Both pictures in a frame that scrolls; a style sheet shows one of them, by their classes where they have some."""
        # that of <picture> is not exchanged in time when a dark page is printed
        kinds, alt = [f'class="{name}" ' for name in classes] or ["", ""], _plain(told(self.alt))
        least = round(_READABLE * self.width)
        pictures = "".join(
            f'<img {kind}src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}" width="{self.width}" '
            f'style="min-width:{least}px" alt="{alt}">'
            for kind, png in zip(kinds, (self.light, self.dark), strict=True)
        )
        return f"<figure tabindex='0'>{pictures}</figure>"


@dataclass(frozen=True)
class Report:
    """What a report says, in plain parts; whoever makes it has masked the data already.

    Attributes
    ----------
    title, question, scope : str
        What it is about, what it was to answer, and what was compared with what and judged by what.
    answer : sequence of Block
        The results of gates, and the verdict.
    comparison : sequence of Block
        The metrics, and what changed.
    figures : sequence of Figure
        Charts.
    notes : sequence of str
        Why there are no charts.
    cautions : sequence of str or None
        Reasons to be careful; None where nothing was compared.
    rest : sequence of Section
        What only some readers need: folded on a screen, last on paper.
    code : str
        Python that makes it again.
    """

    title: str
    question: str = ""
    scope: str = ""
    answer: Sequence[Block] = ()
    comparison: Sequence[Block] = ()
    figures: Sequence[Figure] = ()
    notes: Sequence[str] = ()
    cautions: Sequence[str] | None = None
    rest: Sequence[Section] = ()
    code: str = ""


def report_html(report: Report, *, lang: str = "en") -> str:
    """Write a report as one self-contained document: no script, nothing loaded, prints on A4.

    Raises
    ------
    ConfigurationError
        For a language other than `en` and `zh`.

    Examples
    --------
    >>> "<h2>Answer</h2>" in report_html(Report("cer", answer=[Note("cer is worse.")]))
    True
    """
    report = retold(report, lang)

    def heading(title: str, summary: str = "") -> str:
        return f"<h2>{_plain(title)}{f' <small>{_plain(summary)}</small>' if summary else ''}</h2>"

    def section(title: str, parts: Sequence[Block | str]) -> list[Block | str]:
        return [heading(say(title).in_language(lang)), *parts] if parts else []

    def folded(title: str, summary: str, part: Block | str) -> list[Block | str]:
        return [f"<details><summary>{heading(title, summary)}</summary>", part, "</details>"]

    cautions = [Note(text, "warn") for text in report.cautions or ()]
    # a line needs no heading
    none = [Note(say("Nothing found that makes these versions hard to compare.").in_language(lang), "good")]
    clear = none if report.cautions is not None and not cautions else []
    parts: list[Block | str] = [f"<h1>{_plain(report.title)}</h1>"]
    parts += [f"<p><strong>{_plain(report.question)}</strong></p>"] if report.question else []
    parts += [f"<p>{_plain(report.scope)}</p>"] if report.scope else []
    parts += section("Answer", _stacked(report.answer))
    parts += section("Before you compare", _stacked(cautions))
    parts += section("Comparison", _stacked([*clear, *report.comparison]))
    parts += section("Charts", [*(figure.html() for figure in report.figures), *map(Note, report.notes)])
    for each in report.rest:
        parts += folded(each.title, each.summary, Stack(each.blocks))
    parts += folded(say("Make it again").in_language(lang), "", _code(report.code)) if report.code else []
    with speaking(lang):
        return html_page(parts, title=report.title, lang="zh-CN" if lang == "zh" else lang)


def _stacked(blocks: Sequence[Block]) -> list[Block | str]:
    return [Stack(blocks)] if blocks else []


def _code(text: str) -> str:
    return f'<pre tabindex="0"><code>{html.escape(visible_lines(text))}</code></pre>'


def _plain(text: str) -> str:
    return text_html(" ".join(text.split()))


def retold(shape: S, lang: str, redaction: Redaction | None = None) -> S:
    """Say every text of a shape in a language, then mask it; what is masked in the data already stays as it is.

    Examples
    --------
    >>> from pai_notebook.i18n.phrases import say
    >>> retold(Note(say("Careful: {text}", text="oss://team-data/x")), "zh", Redaction())
    Note(text='注意：oss://masked-bucket-1/x', tone=None)
    """
    mask = redaction.text if redaction else str
    return map_texts(shape, lambda text: mask(in_language(text, lang)))
