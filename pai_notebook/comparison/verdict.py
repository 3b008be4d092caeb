"""The answer of a comparison: what is counted of every version, and sentences with the rows they are based on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pai_notebook.comparison.judged import Judged, Standing
from pai_notebook.comparison.rows import is_alike
from pai_notebook.display import Answered, Block, Displayed, Facts, Inline, Mark, Note, Section, Stack, Tone
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import Phrase, first, joined, say, with_text
from pai_notebook.language import language
from pai_notebook.sanitize import Printed, visible

if TYPE_CHECKING:
    import pandas as pd


# Number of sentences shown at the top.
_TOP = 3
# Up to how many characters are in bold: several lines in bold would be as hard to read as none.
LEAD = 260
# Up to how many characters the names of versions in one line have.
_LINE = 100
# From more candidates on, sentences count the versions, a fold goes through them, and a table begins with those that are named.
MANY = 6
# How many versions the shortest answer names of each kind, and of names so long that it would not be in bold.
_NAMED = (8, 3, 1)
# What a version is in all quality metrics together, in the order in which it is told.
_BETTER = (
    "{versions} better in some metrics, worse in none ({count} metrics judged)",
    "{versions} better in some metrics, worse in none ({count} values judged)",
    "{versions} better",
    "{versions} better in some metrics, behind as measured in others",
    "{versions} better in some metrics, worse in others if those are compared alone",
    "{versions} better in some metrics, worse in others",
)
_WORSE, _NOT_TOLD_APART, _UNKNOWN = "{versions} worse", "{versions} not told apart", "of {versions} no interval is known"
_NOTHING = "of {versions} nothing can be compared"
_JUDGED = (Standing.BETTER, Standing.WORSE, Standing.CHANCE)
# The same of the one version that a question names; nothing where that no interval is known is told metric by metric.
_ANSWERS = {
    _BETTER[0]: "Yes, and worse in none of the {count} metrics judged.",
    _BETTER[1]: "Yes, and worse in none of the {count} values judged.",
    _BETTER[2]: "Yes.",
    _BETTER[3]: "In some metrics; in others it is behind as measured.",
    _BETTER[4]: "In some metrics; in others it is worse if those are compared alone.",
    _BETTER[5]: "In some metrics; in others it is worse.",
    _WORSE: "No, it is worse.",
    _NOT_TOLD_APART: "Not shown, nor that it is worse.",
}


@dataclass(frozen=True)
class Finding(Printed):
    """One sentence of a verdict.

    Attributes
    ----------
    text : str
        The sentence.
    rows : tuple of (str, str)
        The rows it is based on: the full name of each and the version.
    advice : bool
        Whether it tells the person who asks what to do next, and not what was found.
    listing : bool
        Whether it goes through the versions one by one.
    brief : str
        The same in a few words, which are in bold where the sentence is too long for that; empty where there are none.
    detail : bool
        Whether it says in full what another sentence says in short, and is folded.
    loss : bool
        Whether it says by how much versions could still be worse.
    caution : bool
        Whether it says what a gain in one metric does not: which metrics versions lack, or what they cost more beyond chance.
    """

    text: Phrase
    rows: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    advice: bool = field(default=False, repr=False)
    listing: bool = field(default=False, repr=False)
    brief: Phrase | str = field(default="", repr=False)
    detail: bool = field(default=False, repr=False)
    loss: bool = field(default=False, repr=False)
    caution: bool = field(default=False, repr=False)


class OfVersion(NamedTuple):
    """What a verdict says of one version.

    Attributes
    ----------
    name, called : str
        Its name, and how sentences call it.
    parts : tuple of (Tone, Phrase)
        What is said, the most important first; good and bad is what is beyond chance.
    """

    name: str
    called: str
    parts: tuple[tuple[Tone, Phrase], ...]

    @property
    def is_decided(self) -> bool:
        """Whether it is better or worse in something beyond chance."""
        return any(tone != "neutral" for tone, _ in self.parts)

    def lines(self) -> list[Inline]:
        """Describe it in a line for each of its parts."""
        return [text if tone == "neutral" else Mark("", text, tone=tone) for tone, text in self.parts]

    def describe(self) -> Inline:
        """Describe it in one line; what is beyond chance is set off."""
        sure = [(tone, text) for tone, text in self.parts if tone != "neutral"]
        others = [text for tone, text in self.parts if tone == "neutral"]
        marks = [
            Mark("", say("{ends};", ends=text) if others or nth < len(sure) else text, tone=tone)
            for nth, (tone, text) in enumerate(sure, 1)
        ]
        return (*marks, joined(others, "; "))


class OverallVerdict(Answered, Displayed):
    """What a comparison answers, at most three short sentences first.

    Attributes
    ----------
    by : str
        The metric that matters, as asked for with `by=`; empty where none was named.
    baseline : str
        What the versions are compared with.
    findings : tuple of Finding
        Every sentence, the most important first, with the rows it is based on.
    counts : dict of str to dict of str to int
        For each version but the baseline, how many metrics are `better`, `worse`, `could be chance`, `no interval known`, `same`,
        `missing`, `not in the baseline` and of `unknown direction`; a metric counts once for each dataset. Better and worse hold
        with 95 % confidence for everything that is counted.
    standings : dict of (str, str) to str
        The same for each version and full name of a row.
    """

    _instead = guide({"str(verdict)": "summary", "counts": "better worse improved regressed", "counts[name]": "__getitem__ get"})
    _leads_to = (("Comparison", "comparison"),)
    _it = "verdict"

    def __init__(
        self,
        by: str,
        baseline: str,
        names: Sequence[str],
        judged: Sequence[Judged],
        findings: Sequence[Finding],
        *,
        called: Mapping[str, str] | None = None,
        each: Sequence[OfVersion] = (),
        counted: Phrase | None = None,
        tolerant: bool = False,
    ) -> None:
        self.by = by
        self._is_tolerant = tolerant
        self._counted = counted
        self._each = tuple(each)
        # how sentences call the versions
        self._called = called or dict(zip(names, names, strict=True))
        self.baseline = baseline
        self.findings = tuple(findings)
        self._names = tuple(names)
        self._judged = tuple(judged)
        found = Counter([each[1:3] for each in judged])
        self._counts = {
            name: {str(standing): found[place, standing] for standing in Standing} for place, name in enumerate(names) if name != baseline
        }

    def _content(self) -> tuple[object, ...]:
        return self.by, self.baseline, self._names, tuple(map(str, self.sentences)), tuple(self._standings.items())

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many metrics of each version are what; see the class. A fresh dict, so that a change of it is none of the verdict."""
        return {name: dict(found) for name, found in self._counts.items()}

    @cached_property
    def _singly(self) -> list[list[int]]:
        """Positions of versions that are better, and of those that are worse, beyond chance by a metric alone."""
        return [sorted({each.place for each in self._judged if each.alone and each.is_ahead is ahead}) for ahead in (True, False)]

    @cached_property
    def _by_name(self) -> Mapping[str, list[Judged]]:
        """What was judged of each version."""
        found: dict[str, list[Judged]] = {name: [] for name in self._names}
        for each in self._judged:
            found[self._names[each.place]].append(each)
        return found

    @property
    def standings(self) -> dict[tuple[str, str], str]:
        """The result of each version in each row, by their names; see the class. A fresh dict."""
        return dict(self._standings)

    @cached_property
    def _standings(self) -> Mapping[tuple[str, str], str]:
        return {(self._names[each.place], each.row.full_name): str(each.standing) for each in self._judged}

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence; printed in the language that is set, compared in English."""
        return tuple(with_text(finding.text, visible(finding.text)) for finding in self.findings)

    def in_language(self, lang: str) -> str:
        """Return the sentences in English (`en`) or Chinese (`zh`).

        Parameters
        ----------
        lang : {"en", "zh"}
            Which language.

        Returns
        -------
        str
            A sentence a line.

        Raises
        ------
        ConfigurationError
            For another language.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> "1.5.0" in c.verdict.in_language("zh")
        True
        """
        known = language(lang)
        return "\n".join(visible(finding.text.in_language(known)) for finding in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Return the counts as a DataFrame.

        Returns
        -------
        DataFrame
            One row a version but the baseline, one column a word.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> counts = c.verdict.to_frame().loc["1.9.0"]
        >>> counts[counts > 0].to_dict()
        {'could be chance': 1, 'no interval known': 2, 'same': 3, 'not in the baseline': 3}
        """
        import pandas as pd  # noqa: PLC0415 - pandas loads on first use

        from pai_notebook.model.text_columns import text_index  # noqa: PLC0415 - as above

        names = text_index(list(self.counts), "version")
        return pd.DataFrame(list(self.counts.values()), names, list(map(str, Standing)), dtype="int64")

    def __contains__(self, text: str) -> bool:
        return any(text in sentence for sentence in self.sentences)

    def _brief(self) -> str:
        return self.sentences[0] if self.sentences else say("of no versions")

    def _describe(self) -> Block:
        return Stack(self._blocks())

    @property
    def _is_long(self) -> bool:
        """Whether there are so many versions that sentences count them and a fold goes through them."""
        return len(self._counts) > MANY

    def _blocks(self) -> list[Block]:
        """The first sentences; the others are folded, of many versions by version."""
        if self._is_long:
            blocks = describe_findings([finding for finding in self.findings if not finding.listing])
            return [*blocks[:1], self._by_version(blocks[1:], folded=True)]
        blocks = describe_findings(self.findings)
        # a fold of one line would be as high as the line
        is_folded = len(blocks) > 2 or any(finding.detail for finding in self.findings)  # noqa: PLR2004
        return [blocks[0], Section(_more(blocks[1:]), blocks[1:], folded=True)] if is_folded else blocks

    def _by_version(self, more: Sequence[Block] = (), *, folded: bool) -> Section:
        facts: list[tuple[str, Inline]] = [(joined([each.called for each in several]), several[0].describe()) for several in self._alike]
        total, part = len(self._counts), say("{shown} of {total} shown", shown=len(self._each), total=len(self._counts))
        summary = part if len(self._each) < total else self._counted or say("{count} versions", count=total)
        return Section(say("By version"), [Facts(facts), *more], folded=folded, summary=joined([summary, *([_more(more)] if more else [])]))

    @property
    def _alike(self) -> Iterator[list[OfVersion]]:
        """The versions in lines: neighbours that are neither better nor worse and of which the same is said share one."""
        line: list[OfVersion] = []
        for each in self._each:
            is_full = sum(len(one.called) + 2 for one in (*line, each)) > _LINE
            if line and (each.is_decided or each.parts != line[0].parts or is_full):
                yield line
                line = []
            line.append(each)
        if line:
            yield line

    def _for_report(self, asked: Sequence[str], losses: Sequence[Finding]) -> tuple[list[Block], list[Section]]:
        """The first sentences, those of the versions that somebody asked about before the others, and what a report keeps for its end.

        What these versions could lose comes before what all could. Who reads a report runs no code, so advice on calls is left out.
        """
        told = [finding for finding in self.findings if not (finding.advice or (finding.listing and self._is_long))]
        if asked and (short := _answer(self, asked) or in_short(self, asked)):
            whole, rest_of = in_short(self), in_short(self, asked, others=True) if self._is_long else None
            told = [short, *([rest_of] if rest_of else []), *(finding for finding in told if whole is None or finding.text != whole.text)]
        if losses:
            # what another version could lose is no answer
            others = [finding for finding in told if not finding.loss]
            told = [*others[:1], *losses, *others[1:], *(finding for finding in told if finding.loss and finding not in losses)]
        if self.by:
            # by one metric a version may be best that lacks others
            cautions = [each for each in told if each.caution and (not asked or any(version in asked for _, version in each.rows))]
            first_ones = [each for each in told if each not in cautions][: _TOP - 1]
            told = [*first_ones, *cautions, *(each for each in told if each not in first_ones and each not in cautions)]
            blocks = describe_findings(told, max(_TOP, len(first_ones) + len(cautions)))
        else:
            blocks = describe_findings(told)
        parts: list[Block] = [*blocks[1:], *([self._by_version(folded=False)] if self._is_long else [])]
        return blocks[:1], [Section(say("More of the verdict"), parts)] if parts else []


def _more(sentences: Sequence[Block]) -> Phrase:
    return say("{count} more sentence" if len(sentences) == 1 else "{count} more sentences", count=len(sentences))


def in_short(verdict: OverallVerdict, asked: Sequence[str] = (), *, others: bool = False) -> Finding | None:
    """Say in one sentence which versions are better and which are worse; None where nothing was judged.

    Parameters
    ----------
    verdict : OverallVerdict
        The results.
    asked : sequence of str
        Versions of which somebody wants to know; without any, all.
    others : bool
        Whether it is about all versions but these.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> with pnb.connect("demo", default=False) as registry:
    ...     c = registry.compare("wine-cultivar@last:3")
    >>> print(in_short(c.verdict, ["1.9.0"]).text)
    Against 1.5.0, beyond chance (95 % together): 1.9.0 not told apart.
    """
    sides: dict[tuple[str, int], list[str]] = {}
    about = {name for name in verdict.counts if not asked or (name in asked) is not others}
    judged = verdict._by_name  # noqa: SLF001 - a part of it
    for name, found in verdict.counts.items():
        if name in about and any(count for word, count in found.items() if word != Standing.NO_DIRECTION):
            sides.setdefault(_side(found, judged[name]), []).append(verdict._called[name])  # noqa: SLF001 - as above
    if {words for words, _ in sides} <= {_UNKNOWN, _NOTHING}:
        return None  # that no interval is known is told metric by metric, and so is what is missing
    order = (*_BETTER, _WORSE, _NOT_TOLD_APART, _UNKNOWN, _NOTHING)
    ordered = sorted(sides.items(), key=lambda item: (order.index(item[0][0]), -item[0][1]))
    none = [say("no version is better")] if (others or not asked) and not any(words in _BETTER for words, _ in sides) else []
    told = "Against {baseline}, beyond chance (95 % together): {parts}."
    if others:
        told = "The other version: {parts}." if len(about) == 1 else "Of the {count} other versions: {parts}."
    elif verdict._is_tolerant:  # noqa: SLF001 - as above
        told = "Against {baseline}, beyond chance and the tolerance (95 % together): {parts}."
    for most in _NAMED:
        parts = [
            *none,
            *(
                say(words, versions=_named(names, most, is_open=words in (_NOT_TOLD_APART, _UNKNOWN, _NOTHING)), count=count)
                for (words, count), names in ordered
            ),
        ]
        text = say(told, baseline=verdict._called[verdict.baseline], count=len(about), parts=joined(parts, "; "))  # noqa: SLF001 - as above
        if len(text) <= LEAD:
            break
    rows = tuple((row, name) for (name, row) in verdict._standings if name in about)  # noqa: SLF001 - as above
    return Finding(text, rows)


def _answer(verdict: OverallVerdict, asked: Sequence[str]) -> Finding | None:
    """Say of the one version that a question names whether it is better than the baseline; None of several, or where that is not known."""
    version = asked[0]
    if len(asked) > 1 or version not in verdict.counts:
        return None
    side, count = _side(verdict.counts[version], verdict._by_name[version])  # noqa: SLF001 - a part of it
    if side not in _ANSWERS:
        return None
    told = "Is {version} better than {baseline} beyond chance (95 % together)? {answer}"
    if verdict._is_tolerant:  # noqa: SLF001 - as above
        told = "Is {version} better than {baseline} beyond chance and the tolerance (95 % together)? {answer}"
    called = verdict._called  # noqa: SLF001 - as above
    text = say(told, version=called[version], baseline=called[verdict.baseline], answer=say(_ANSWERS[side], count=count))
    return Finding(text, tuple((row, name) for (name, row) in verdict._standings if name == version))  # noqa: SLF001 - as above


def _side(found: Mapping[str, int], judged: Sequence[Judged]) -> tuple[str, int]:
    """What a version is in all its metrics, and in how many it was judged where that is told.

    That it is shown worse in none is said only where nothing points the other way: no loss by a metric alone, none as measured,
    and no metric that it lacks.
    """
    if not found[Standing.BETTER]:
        return _not_better(found, judged), 0
    if found[Standing.WORSE]:
        return _BETTER[5], 0
    if any(each.alone and not each.is_ahead for each in judged):
        return _BETTER[4], 0
    if any(each.standing is Standing.UNKNOWN and not each.is_ahead for each in judged):
        return _BETTER[3], 0
    known = [each.row.path for each in judged if each.standing in _JUDGED or _is_same_in_interval(each)]
    if found[Standing.MISSING] or len(known) == 1:
        return _BETTER[2], 0
    # a metric on several datasets has a value on each
    return _BETTER[len(set(known)) < len(known)], len(known)


def _is_same_in_interval(judged: Judged) -> bool:
    """Whether it is equal and an interval is known: equal as measured alone is no judgement."""
    if judged.standing is not Standing.SAME or is_alike(judged.row):
        return False
    evidence = judged.change.evidence
    return evidence is not None and evidence.interval is not None


def _not_better(found: Mapping[str, int], judged: Sequence[Judged]) -> str:
    """What a version is that is better in nothing; of one that is only equal as measured, without an interval, nothing more is known."""
    if found[Standing.WORSE]:
        return _WORSE
    if found[Standing.CHANCE] or any(map(_is_same_in_interval, judged)):
        return _NOT_TOLD_APART
    return _UNKNOWN if found[Standing.UNKNOWN] or found[Standing.SAME] else _NOTHING


def _named(versions: Sequence[str], most: int, *, is_open: bool) -> Phrase:
    """Name versions; many of which nothing is known are counted."""
    return say("{count} versions", count=len(versions)) if is_open and len(versions) > most else first(versions, most)


def _first_and_rest(findings: Sequence[Finding], top: int) -> tuple[list[Phrase | str], list[Phrase]]:
    """The sentences at the top and those behind them, details first; a long one stands there in a few words, and in full behind."""
    count = min(top, sum(not finding.detail for finding in findings))  # details are the last of all
    long = [finding for finding in findings[1:count] if finding.brief and len(finding.text) > LEAD]
    first_ones = [finding.brief if finding in long else finding.text for finding in findings[:count]]
    behind = sorted(findings[count:], key=lambda finding: not finding.detail)
    return first_ones, [finding.text for finding in (*long, *behind)]


def describe_findings(findings: Sequence[Finding], top: int = _TOP) -> list[Block]:
    """Describe sentences: the first ones together, the very first in bold, then each by itself."""
    sentences, rest = _first_and_rest(findings, top)
    if not sentences:
        return []
    lead = sentences.pop(0) if len(sentences[0]) <= LEAD else findings[0].brief
    return [Note(joined(sentences, "\n"), "info", lead=lead), *map(Note, rest)]
