"""The answer of a comparison: sentences, each with the rows it is based on, and counts for every version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pai_notebook.comparison.judging import Judged, Standing
from pai_notebook.display import Block, Displayed, Note, Section, Stack
from pai_notebook.i18n.phrases import Phrase, check_language, joined, say
from pai_notebook.sanitize import Printed, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Finding", "OverallVerdict"]

_TOP = 3
"""Number of sentences shown at the top."""
_STANDINGS = tuple(Standing)


@dataclass(frozen=True)
class Finding(Printed):
    """One sentence of a verdict.

    Attributes
    ----------
    text : str
        The sentence.
    rows : tuple of (str, str)
        The rows it is based on: the full name of each and the version.
    """

    text: Phrase
    rows: tuple[tuple[str, str], ...] = field(default=(), repr=False)


class OverallVerdict(Displayed):
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
        `missing` and of `unknown direction`; a metric counts once for each dataset. Better and worse hold with 95 % confidence
        for everything that is counted.
    standings : dict of (str, str) to str
        The same for each version and full name of a row.
    """

    def __init__(self, by: str, baseline: str, names: Sequence[str], judged: Sequence[Judged], findings: Sequence[Finding]) -> None:
        self.by = by
        self.baseline = baseline
        self.findings = tuple(findings)
        self.standings = {(names[each.place], each.row.full_name): str(each.standing) for each in judged}
        self.counts = {name: dict.fromkeys(map(str, _STANDINGS), 0) for name in names if name != baseline}
        for (name, _), standing in self.standings.items():
            self.counts[name][standing] += 1

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence, in English."""
        return tuple(visible(finding.text) for finding in self.findings)

    def in_language(self, lang: str) -> str:
        """Give the sentences in English (`en`) or Chinese (`zh`).

        Parameters
        ----------
        lang : {"en", "zh"}
            Which language.

        Returns
        -------
        str
            A sentence a line.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> "1.5.0" in c.verdict.in_language("zh")
        True
        """
        check_language(lang)
        return "\n".join(visible(finding.text.in_language(lang)) for finding in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Give the counts as a DataFrame.

        Returns
        -------
        DataFrame
            One row a version but the baseline, one column a word.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.verdict.to_frame().loc["1.9.0"].to_dict()
        {'better': 0, 'worse': 0, 'could be chance': 1, 'no interval known': 2, 'same': 3, 'missing': 3, 'unknown direction': 0}
        """
        import pandas as pd  # noqa: PLC0415 - pandas loads on first use

        frame = pd.DataFrame.from_dict(self.counts, orient="index", columns=list(map(str, _STANDINGS)), dtype="int64")
        return frame.rename_axis("version")

    def __contains__(self, text: str) -> bool:
        return any(text in sentence for sentence in self.sentences)

    def _brief(self) -> str:
        return self.sentences[0] if self.sentences else "of nothing"

    def _describe(self) -> Block:
        sentences = [finding.text for finding in self.findings]
        top, rest = sentences[:_TOP], sentences[_TOP:]
        count = say("{count} sentence" if len(rest) == 1 else "{count} sentences", count=len(rest))
        more = [Section(say("More"), [Note(text) for text in rest], folded=True, summary=count)] if rest else []
        return Stack([Note(joined(top, "\n"), "info"), *more])
