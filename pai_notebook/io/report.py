"""One document that still reads next year: what was compared, how it came out, and how to make it again."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pai_notebook.display import Block, Facts, Inline, Note, Stack
from pai_notebook.display.layout import map_texts
from pai_notebook.i18n.phrases import in_language, say, speaking
from pai_notebook.io.page import html_page
from pai_notebook.io.redaction import Redaction
from pai_notebook.sanitize import visible

__all__ = ["Figure", "Report", "report_html", "retold"]

S = TypeVar("S")


@dataclass(frozen=True)
class Figure:
    """A picture, with what it shows in words.

    Attributes
    ----------
    png : bytes
        The picture.
    alt : str
        What a reader who does not see it needs to know.
    caption : str
        A line below it.
    """

    png: bytes
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Report:
    """What a report says, in plain parts; whoever makes it has masked the data already.

    Attributes
    ----------
    title, question : str
        What it is about, and what it was to answer.
    answer : Block or None
        The verdict.
    facts : sequence of (str, Inline)
        The data sheet.
    cautions : sequence of str
        Reasons to be careful.
    sentences : sequence of str
        What changed.
    gates : sequence of Block
        Results of gates.
    comparison : Block or None
        The table.
    figures : sequence of Figure
        Charts.
    code : str
        Python that makes it again.
    masked : sequence of str
        What was masked.
    notes : sequence of str
        Anything else worth a sentence.
    """

    title: str
    question: str = ""
    answer: Block | None = None
    facts: Sequence[tuple[str, Inline]] = ()
    cautions: Sequence[str] = ()
    sentences: Sequence[str] = ()
    gates: Sequence[Block] = ()
    comparison: Block | None = None
    figures: Sequence[Figure] = ()
    code: str = ""
    masked: Sequence[str] = ()
    notes: Sequence[str] = ()


def report_html(report: Report, *, lang: str = "en") -> str:
    """Write a report as one self-contained document: no script, nothing loaded, prints on A4.

    Raises
    ------
    ConfigurationError
        For a language other than `en` and `zh`.

    Examples
    --------
    >>> "<h2>What changed</h2>" in report_html(Report("cer", sentences=["cer worsened."]))
    True
    """
    report = retold(report, lang)

    def section(title: str, parts: Sequence[Block | str]) -> list[Block | str]:
        return [f"<h2>{say(title).in_language(lang)}</h2>", *parts] if parts else []

    good = Note(say("Nothing found that makes these versions hard to compare.").in_language(lang), "good")
    cautions = [Note(text, "warn") for text in report.cautions] or [good]
    parts: list[Block | str] = [f"<h1>{_plain(report.title)}</h1>"]
    parts += [f"<p><strong>{_plain(report.question)}</strong></p>"] if report.question else []
    parts += _stacked([report.answer] if report.answer else ())
    parts += section("Gates", _stacked(report.gates))
    parts += section("Comparison", _stacked([report.comparison] if report.comparison else ()))
    parts += section("Charts", [_figure(figure) for figure in report.figures])
    parts += section("Before you compare", _stacked(cautions) if report.comparison else ())
    parts += section("What changed", [f"<p>{_plain(text)}</p>" for text in report.sentences])
    parts += section("Data sheet", _stacked([Facts(report.facts)] if report.facts else ()))
    parts += section("Make it again", [_code(report.code)] if report.code else [])
    parts += section("What was masked", _stacked([Note(text) for text in report.masked]))
    parts += [Note(text) for text in report.notes]
    with speaking(lang):
        return html_page(parts, title=report.title, lang="zh-CN" if lang == "zh" else lang)


def _stacked(blocks: Sequence[Block]) -> list[Block | str]:
    return [Stack(blocks)] if blocks else []


def _code(text: str) -> str:
    lines = "\n".join(visible(line) for line in text.split("\n"))
    return f'<pre tabindex="0"><code>{html.escape(lines)}</code></pre>'


def _plain(text: str) -> str:
    return html.escape(visible(" ".join(text.split())))


def _figure(figure: Figure) -> str:
    data = base64.b64encode(figure.png).decode("ascii")
    caption = f"<figcaption>{_plain(figure.caption)}</figcaption>" if figure.caption else ""
    return f'<figure><img src="data:image/png;base64,{data}" alt="{_plain(figure.alt)}">{caption}</figure>'


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
