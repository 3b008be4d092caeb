"""What a comparison found, as a list to read or to send: the verdict, reasons to be careful, and what changed. Never says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pai_notebook.comparison.changes import changed_rows, is_bookkeeping, lacking_settings, told_changes, told_lack
from pai_notebook.comparison.legend import BEYOND, UNKNOWN, chance_sign
from pai_notebook.comparison.rows import Row, Verdict, passing_by_chance
from pai_notebook.comparison.tables_view import from_data_count, model_names
from pai_notebook.comparison.unused import unused_evidence
from pai_notebook.comparison.verdict import MANY, Finding, OfVersion, describe_findings
from pai_notebook.comparison.view import failures, subject, unsaid_notes
from pai_notebook.display import Answered, Block, Displayed, Facts, Inline, Lines, Mark, Note, Section, Stack
from pai_notebook.display.layout import map_texts
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import Phrase, first, in_language, joined, say
from pai_notebook.language import language
from pai_notebook.model.document import FrozenDict
from pai_notebook.model.version_view import dataset_notes
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison

# How many changes of a version are told where not everything was asked for, and of each of many versions.
_FEW, _FEWER = 8, 4


class Explanation(Answered, Displayed):
    """What a comparison found, the most important first; `str()` is a list to send.

    Attributes
    ----------
    findings : tuple of Finding
        The sentences of the verdict, each with the rows it is based on.
    cautions : tuple of str
        Versions that could not be fetched, and reasons to be careful.
    changes : mapping of str to tuple of Finding
        What each version has that the baseline does not.
    note : str
        What the words of `changes` mean, where they say something of better or worse, and the full names of datasets.
    everything : bool
        Whether `changes` has every row that differs.
    lang : {"en", "zh"}
        The language of all this.
    """

    _instead = guide({"str(explanation)": "summary"})
    _leads_to = (("Comparison", "comparison"),)

    def __init__(
        self,
        head: tuple[str, str],
        findings: Sequence[Finding],
        cautions: Sequence[str],
        changes: Mapping[str, Sequence[Finding]],
        note: str,
        *,
        called: Mapping[str, str] | None = None,
        each: Sequence[OfVersion] = (),
        everything: bool,
        lang: str,
    ) -> None:
        self._head = head
        self._called = called or {}
        self._each = {in_language(one.name, lang): one for one in each}
        self.findings = tuple(_said(each, lang) for each in findings)
        self._cautions = tuple(cautions)
        self.cautions = tuple(in_language(text, lang) for text in cautions)
        self.changes: Mapping[str, tuple[Finding, ...]] = FrozenDict(
            {name: tuple(_said(each, lang) for each in found) for name, found in changes.items()}
        )
        self.note = in_language(note, lang)
        self.everything = everything
        self.lang = self._lang = lang

    def _content(self) -> tuple[object, ...]:
        return self.findings, self.cautions, tuple(self.changes.items()), self.note, self.everything, self.lang

    @property
    def sentences(self) -> tuple[str, ...]:
        """The list without what is said of single versions, a text an entry."""
        told = (*(finding.text for finding in self._told()), *self._in_words())
        return tuple(visible(in_language(text, self.lang)) for text in told)

    def _told(self) -> Sequence[Finding]:
        """The sentences that are not repeated version by version."""
        return [finding for finding in self.findings if not (self._each and finding.listing)]

    def _in_words(self) -> list[str]:
        """The cautions in the words of where they are shown, which are options on a line."""
        return [in_language(text if self._rewording is None else self._rewording(text), self.lang) for text in self._cautions]

    def __contains__(self, text: str) -> bool:
        return text in str(self)

    def _lines(self) -> Sequence[str]:
        if not self.findings and not self.cautions:
            return []
        if not self._head[0]:
            return self.sentences
        lines: list[str] = [say("{what}: {said}", what=self._head[0], said=self._head[1]), *(f"- {text}" for text in self.sentences)]
        for name, result, told in self._by_version():
            if self.everything:
                lines += [f"- {in_language(name, self.lang)}", *(f"  - {in_language(text, self.lang)}" for text in told)]
                continue
            parts = [text for _, text in result.parts] if result else []
            first_line, *second = [*parts, *([joined(told, " · ")] if told else [])]
            lines += [
                f"- {in_language(say('{what}: {said}', what=name, said=first_line), self.lang)}",
                *(f"  {in_language(text, self.lang)}" for text in second),
            ]
        # without an empty line Markdown takes the note into the last item of the list
        return [visible(in_language(line, self.lang)) for line in (*lines, *(["", self.note] if self.note else []))]

    def _by_version(self) -> Iterator[tuple[str, OfVersion | None, Sequence[str]]]:
        """Each version with what the verdict says of it and what changed, those that are better or worse first."""
        for name in dict.fromkeys([*self._each, *self.changes]):
            result = self._each.get(name)
            yield result.called if result else self._called.get(name, name), result, [each.text for each in self.changes.get(name, ())]

    def _brief(self) -> str:
        return self.sentences[0] if self.sentences else say("of no versions")

    def _describe(self) -> Block:
        blocks: list[Block] = [*describe_findings(self._told()), *(Note(text, "warn") for text in self._in_words())]
        changes = self._describe_changes()
        title = say("Version by version") if self._each else say("What changed")
        blocks += [Section(title, changes)] if changes else []
        found = Section(self._head[0], blocks, summary=self._head[1]) if self._head[0] else Stack(blocks)
        return map_texts(found, lambda text: in_language(text, self.lang))

    def _describe_changes(self) -> list[Block]:
        """Describe each version: what the verdict says of it, what changed below it; or everything that differs in a list."""
        facts: list[tuple[str, Inline]] = []
        for name, result, told in self._by_version():
            changed = joined(told, " · ")
            if self.everything or result is None:
                facts.append((name, Lines(told) if self.everything else changed))
            else:
                facts.append((name, Lines([*result.lines(), *([Mark("", changed)] if told else [])])))
        if not facts:
            return []
        count = sum(each.is_decided for each in self._each.values())
        few = len(facts) <= MANY or not 0 < count < len(facts) - 1
        shown: list[Block] = [Facts(facts if few else facts[:count])]
        if not few:
            rest = say("{count} versions", count=len(facts) - count)
            shown.append(Section(say("The other versions"), [Facts(facts[count:])], folded=True, summary=rest))
        return [*shown, *([Note(Mark("", self.note))] if self.note else [])]


def _said(finding: Finding, lang: str) -> Finding:
    return replace(finding, text=in_language(finding.text, lang))


def explain(comparison: Comparison, lang: str | None = None, *, everything: bool = False, signs: bool = False) -> Explanation:
    """Make the list; see `Comparison.explain`. With `signs` lines are short enough for columns on paper.

    Raises
    ------
    ConfigurationError
        For a language other than en and zh.
    """
    lang = language(lang)
    findings = [finding for finding in comparison.verdict.findings if not finding.advice]
    told = {row for finding in findings for row in finding.rows}
    verdict = comparison.verdict
    most = _FEWER if len(verdict.counts) > MANY else _FEW
    changes: dict[str, list[Finding]] = {}
    for place, name in enumerate(comparison.names):
        rows = changed_rows(comparison, comparison.rows, place)
        if not everything:
            # differences that could be chance are left out: the verdict says once how large a loss may go unseen
            rows = [
                row
                for row in rows
                if not is_bookkeeping(row)
                and (row.full_name, name) not in told
                and comparison._together.verdict(row, place) is not Verdict.CHANCE  # noqa: SLF001 - a part of it
            ]
            rows.sort(key=lambda row: row.section == "metrics")  # the verdict has told the others
        lacking = [] if everything else lacking_settings(comparison, rows, place)
        rows = [row for row in rows if row not in lacking]
        found = _findings(comparison, rows, place, len(rows) if everything else most, signs=signs)
        lack = told_lack(comparison, lacking, place)
        found[:0] = [Finding(text, tuple((row.full_name, name) for row in of_kind)) for text, of_kind in lack]
        if found:
            changes[name] = found
    kept = len(comparison.notes) - (0 if everything else len(comparison._by_position))  # noqa: SLF001 - how lists were compared is bookkeeping
    cautions = [
        *failures(comparison),
        *(say("Careful: {text}", text=text) for text in comparison.comparability),
        *unsaid_notes(comparison, kept),
    ]
    if not comparison.versions:
        cautions.append(say("No versions to compare."))
    chance = (_note(comparison) if everything else "", *unused_evidence(comparison))
    datasets = dataset_notes(comparison.short_datasets, comparison.dataset_names)
    notes = (*_legend(comparison, signs=signs), *chance, _models(comparison), *datasets)
    note = joined([text for text in notes if text], " · ")
    each = () if everything else verdict._each  # noqa: SLF001 - of the same answer
    head = subject(comparison) if comparison.versions else ("", "")
    called = comparison._spoken  # noqa: SLF001 - how sentences call versions
    return Explanation(head, findings, cautions, changes, note, called=called, each=each, everything=everything, lang=lang)


def _models(comparison: Comparison) -> Phrase | str:
    """Say which versions are of which model, where there are several and their names do not say it."""
    names = model_names(comparison.versions)
    if len(names) == 1 or comparison.names[:1] != tuple(version.version_name for version in comparison.versions[:1]):
        return ""
    told = []
    for model, name in names.items():
        versions = [version.version_name for version in comparison.versions if version.model_id == model]
        told.append(say("{what}: {said}", what=name or model, said=first(versions, _FEW)))
    return joined(told, " · ")


def _findings(comparison: Comparison, rows: Sequence[Row], place: int, most: int, *, signs: bool) -> list[Finding]:
    name = comparison.names[place]
    most = most if len(rows) > most + 1 else len(rows)
    told = told_changes(comparison, rows, place, most, signs=signs)
    found = [Finding(text, ((row.full_name, name),)) for row, text in zip(rows, told, strict=False)]
    rest = tuple((row.full_name, name) for row in rows[most:])
    return [*found, *([Finding(say("{count} more", count=len(rest)), rest)] if rest else [])]


def _legend(comparison: Comparison, *, signs: bool) -> list[Phrase]:
    varied = comparison._varied if signs else ()  # noqa: SLF001 - a part of it
    changes = [change for row in varied for change in row.changes]
    said = {change.verdict for change in changes}
    legend = {Verdict.CHANCE: say(chance_sign(changes)), Verdict.UNKNOWN: say(UNKNOWN)}
    return [phrase for verdict, phrase in legend.items() if verdict in said]


def _note(comparison: Comparison) -> str:
    """Say what the words better and worse rest on, row by row."""
    changes = [change for row in comparison._varied for change in row.changes]  # noqa: SLF001 - a part of it
    said = [say(BEYOND)] if any(change.verdict in (Verdict.BETTER, Verdict.WORSE) for change in changes) else []
    said += from_data_count(comparison)
    expected = passing_by_chance(changes)
    return joined([*said, *([expected] if expected else [])], " · ") if said else expected or ""
