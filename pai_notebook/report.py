"""One document that still reads next year: what was compared, how it came out, and how to make it again."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from pai_notebook.display import Block, Facts, Inline, Note, Stack, visible
from pai_notebook.errors import ConfigurationError
from pai_notebook.exports.page import html_page
from pai_notebook.redact import Redaction

__all__ = ["Figure", "Report", "masked_shape", "report_html", "words_of"]

S = TypeVar("S")

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "report": "Comparison of {models}",
        "sheet": "Data sheet",
        "careful": "Before you compare",
        "changed": "What changed",
        "gates": "Gates",
        "comparison": "Comparison",
        "charts": "Charts",
        "again": "Make it again",
        "masked": "What was masked",
        "models": "models",
        "versions": "versions",
        "baseline": "baseline",
        "reason": "{name}, {reason}",
        "region": "registry",
        "workspace": "workspace",
        "fetched": "fetched",
        "requests": "request ids",
        "fingerprint": "fingerprint",
        "software": "written by",
        "unknown": "not recorded",
        "no_cautions": "Nothing found that stands in the way of comparing.",
        "of_masked": "The fingerprint is that of the data before masking; the code compares the data as the registry has it.",
        "charts_need": "Charts need matplotlib: install pai-notebook[plot].",
    },
    "zh": {
        "report": "{models} 的版本比较",
        "sheet": "数据说明",
        "careful": "比较之前",
        "changed": "变化",
        "gates": "门禁",
        "comparison": "比较",
        "charts": "图表",
        "again": "如何重现",
        "masked": "已遮盖的内容",
        "models": "模型",
        "versions": "版本",
        "baseline": "基线",
        "reason": "{name}（{reason}）",
        "chosen": "指定",
        "the highest approved version": "已批准版本中最高的",
        "the first version, because none is approved": "没有已批准的版本，取第一个",
        "the latest version": "最新版本",
        "the version before the latest": "最新版本之前的一个",
        "the first version": "第一个版本",
        "region": "注册中心",
        "workspace": "工作空间",
        "fetched": "获取时间",
        "requests": "请求 ID",
        "fingerprint": "指纹",
        "software": "生成工具",
        "unknown": "无记录",
        "no_cautions": "没有发现妨碍比较的问题。",
        "of_masked": "指纹对应遮盖之前的数据；代码重现的是注册中心里的数据。",
        "charts_need": "图表需要 matplotlib：请安装 pai-notebook[plot]。",
    },
}


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
        For a language other than en and zh.

    Examples
    --------
    >>> "<h2>What changed</h2>" in report_html(Report("cer", sentences=["cer worsened."]))
    True
    """
    words = words_of(lang)
    parts: list[Block | str] = [f"<h1>{_plain(report.title)}</h1>"]
    parts += [f"<p><strong>{_plain(report.question)}</strong></p>"] if report.question else []
    cautions = [Note(text, "warn") for text in report.cautions] or [Note(words["no_cautions"], "good")]
    parts += _section(words["gates"], report.gates)
    parts += _section(words["careful"], cautions if report.comparison else ())
    parts += [f"<h2>{words['changed']}</h2>", *(f"<p>{_plain(text)}</p>" for text in report.sentences)] if report.sentences else []
    parts += _section(words["comparison"], [report.comparison] if report.comparison else ())
    parts += [f"<h2>{words['charts']}</h2>", *map(_figure, report.figures)] if report.figures else []
    parts += _section(words["sheet"], [Facts(report.facts)] if report.facts else ())
    parts += [f"<h2>{words['again']}</h2>", _code(report.code)] if report.code else []
    parts += _section(words["masked"], [Note(text) for text in report.masked])
    parts += [Note(text) for text in report.notes]
    return html_page(parts, title=report.title, lang="zh-CN" if lang == "zh" else lang)


def words_of(lang: str) -> dict[str, str]:
    """Words of a language."""
    if lang not in _WORDS:
        raise ConfigurationError(f"lang={lang!r} is not known", hint="Write lang='en' or lang='zh'.")
    return _WORDS[lang]


def _section(title: str, blocks: Sequence[Block]) -> list[Block | str]:
    return [f"<h2>{title}</h2>", Stack(blocks)] if blocks else []


def _code(text: str) -> str:
    lines = "\n".join(visible(line) for line in text.split("\n"))
    return f'<pre tabindex="0"><code>{html.escape(lines)}</code></pre>'


def _plain(text: str) -> str:
    return html.escape(visible(" ".join(text.split())))


def _figure(figure: Figure) -> str:
    data = base64.b64encode(figure.png).decode("ascii")
    caption = f"<figcaption>{_plain(figure.caption)}</figcaption>" if figure.caption else ""
    return f'<figure><img src="data:image/png;base64,{data}" alt="{_plain(figure.alt)}">{caption}</figure>'


def masked_shape(shape: S, redaction: Redaction | None) -> S:
    """Mask every text of a shape; what is masked in the data already stays as it is.

    Examples
    --------
    >>> masked_shape(Note("oss://team-data/x"), Redaction())
    Note(text='oss://masked-bucket-1/x', tone=None)
    """
    return shape if redaction is None else _masked(shape, redaction)


def _masked(node: Any, redaction: Redaction) -> Any:
    if isinstance(node, str):
        return redaction.text(node)
    if isinstance(node, tuple | list):
        return tuple(_masked(item, redaction) for item in node)
    if is_dataclass(node) and not isinstance(node, type):
        texts = {each.name: getattr(node, each.name) for each in fields(node) if each.name not in ("tone", "align", "symbol")}
        return replace(node, **{name: _masked(value, redaction) for name, value in texts.items()})
    return node
