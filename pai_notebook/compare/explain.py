"""What changed, in sentences: one clause for one row, in a fixed order, in English or Chinese. Never says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pai_notebook.compare.digits import choose_format, format_percent
from pai_notebook.compare.rows import Kind, Row, is_blank
from pai_notebook.display import Block, Displayed, Note, Stack, visible
from pai_notebook.model.metrics import Cell, State
from pai_notebook.phrases import check_language

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Clause", "Explanation", "Language", "explain_rows"]

Language = Literal["en", "zh"]
_LONGEST = 60
LISTED = 8
"""Rows of one group that are spelled out; the others are counted."""

_EN = {
    "better": "{name} improved {change}",
    "worse": "{name} worsened {change}",
    "changed": "{name} changed {change}",
    "lost": "{name} is gone (was {before})",
    "gained": "{name} is new ({after})",
    "label": "label {name}",
    "more": "and {count} more {group}",
    "same": "nothing differs",
    "head": "{version} against {baseline}: ",
    "join": "; ",
    "stop": ".",
    "on": "{path} on {dataset}",
}
_ZH = {
    "better": "{name} 变好 {change}",
    "worse": "{name} 变差 {change}",
    "changed": "{name} 变化 {change}",
    "lost": "{name} 消失（原为 {before}）",
    "gained": "{name} 新增（{after}）",
    "label": "标签 {name}",
    "more": "另有 {count} 项{group}",
    "same": "没有差异",
    "head": "{version} 对比 {baseline}：",
    "join": "；",
    "stop": "。",
    "on": "{path}（{dataset}）",
}
_GROUPS = {
    "en": ("metrics", "metrics", "metrics", "metrics", "metrics", "settings", "labels", "fields"),
    "zh": ("指标",) * 5 + ("配置", "标签", "字段"),
}
_FIELDS_ZH = {
    "approval_status": "审批状态",
    "framework_type": "框架",
    "format_type": "格式",
    "source_type": "来源类型",
    "source_id": "来源",
    "uri": "存储地址",
    "description": "描述",
}
_SPECS_ZH = {
    "training_spec": "训练配置",
    "inference_spec": "推理配置",
    "evaluation_spec": "评估配置",
    "compression_spec": "压缩配置",
    "distillation_spec": "蒸馏配置",
    "extra_info": "附加信息",
    "options": "选项",
}


@dataclass(frozen=True)
class Clause:
    """One part of a sentence and the row that backs it.

    Attributes
    ----------
    version : str
        The version it is about.
    row : str
        Full name of the row, for example `metrics.cer@d-a`; empty for a clause that counts rows.
    text : str
        The words.
    count : int
        How many rows it stands for.
    """

    version: str
    row: str
    text: str
    count: int = 1


class Explanation(Displayed):
    """Sentences about what changed, one for each version; `clauses` has their parts, `str()` the text."""

    def __init__(self, sentences: Sequence[str], clauses: Sequence[Clause], lang: Language) -> None:
        self.sentences = tuple(sentences)
        self.clauses = tuple(clauses)
        self.lang = lang

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Explanation | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __contains__(self, text: str) -> bool:
        return text in str(self)

    def _describe(self) -> Block:
        return Stack([Note(sentence) for sentence in self.sentences])


def explain_rows(rows: Sequence[Row], names: Sequence[str], baseline: int, lang: str = "en") -> Explanation:
    """Say for every version what differs from the baseline: regressions, improvements, other metrics, settings, labels, fields.

    Raises
    ------
    ConfigurationError
        For a language other than en and zh.
    """
    check_language(lang)
    language: Language = "zh" if lang == "zh" else "en"
    words = _ZH if language == "zh" else _EN
    sentences, clauses = [], []
    for place, version in enumerate(names):
        if place == baseline:
            continue
        found = list(_clauses(rows, place, baseline, version, language))
        clauses += found
        body = words["join"].join(clause.text for clause in found) or words["same"]
        sentences.append(words["head"].format(version=version, baseline=names[baseline]) + body + words["stop"])
    return Explanation(sentences, clauses, language)


def _clauses(rows: Sequence[Row], place: int, baseline: int, version: str, lang: Language) -> Iterator[Clause]:
    words = _ZH if lang == "zh" else _EN
    groups: list[list[Row]] = [[] for _ in _GROUPS["en"]]
    for row in rows:
        kind = row.changes[place].kind
        if kind not in (Kind.SAME, Kind.BASELINE):
            groups[_group(row, kind)].append(row)
    for number, group in enumerate(groups):
        for row in group[:LISTED]:
            yield Clause(version, row.full_name, _clause(row, place, baseline, lang))
        if len(group) > LISTED:
            count = len(group) - LISTED
            yield Clause(version, "", words["more"].format(count=count, group=_GROUPS[lang][number]), count)


def _group(row: Row, kind: Kind) -> int:
    if row.section == "metrics":
        return {Kind.WORSE: 0, Kind.BETTER: 1, Kind.CHANGED: 2, Kind.LOST: 3}.get(kind, 4)
    return 6 if row.section == "labels" else 7 if row.section == "other" else 5


def _clause(row: Row, place: int, baseline: int, lang: Language) -> str:
    words = _ZH if lang == "zh" else _EN
    change, before, after = row.changes[place], row.cells[baseline], row.cells[place]
    form = choose_format([cell.value for cell in (before, after) if cell.value is not None])
    texts = ["—" if is_blank(cell) else _brief(row, cell, form.value) for cell in (before, after)]
    arrow = f"{texts[0]} → {texts[1]}"
    if change.percent is not None:
        arrow += f"（{format_percent(change.percent)}）" if lang == "zh" else f" ({format_percent(change.percent)})"
    return words[change.kind].format(name=_name(row, lang), change=arrow, before=texts[0], after=texts[1])


def _brief(row: Row, cell: Cell, number: object) -> str:
    """Write a cell in few characters; numbers as the row has them, long texts cut with a mark."""
    if row.section == "metrics" and cell.value is not None and callable(number):
        return str(number(cell.value))
    if cell.state is State.NULL:
        return "null"
    text = visible(" ".join(cell.text.split()))
    return _shortened(text.rstrip(".。") if row.path == "description" else text)


def _shortened(text: str) -> str:
    """Cut a long text: words at the end, an address or a path, which differ there, in the middle."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST - 1]}…" if " " in text else f"{text[: _LONGEST // 2]}…{text[1 - _LONGEST // 2 :]}"


def _name(row: Row, lang: Language) -> str:
    return visible(_raw_name(row, lang))


def _raw_name(row: Row, lang: Language) -> str:
    if row.section == "metrics":
        return _EN_OR_ZH_ON[lang].format(path=row.path, dataset=row.dataset) if row.dataset else row.path
    if row.section == "labels":
        return (_ZH if lang == "zh" else _EN)["label"].format(name=row.path)
    if row.section == "other":
        return _FIELDS_ZH[row.path] if lang == "zh" else row.path.replace("_", " ")
    section = _SPECS_ZH[row.section] if lang == "zh" else row.section.replace("_", " ")
    return f"{section} {row.path}"


_EN_OR_ZH_ON = {"en": _EN["on"], "zh": _ZH["on"]}
