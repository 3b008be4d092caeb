"""Which rows of a comparison are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pai_notebook.comparison.rows import Row
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.names import Pattern, Patterns

__all__ = ["Selection"]


@dataclass(frozen=True)
class Selection:
    """Names and globs; a pattern narrows the kind of row it names.

    ``cer*`` and ``metrics.cer*`` are about metrics, ``labels.env`` or ``training_spec.*`` about that section, ``uri`` about
    the field. `include` leaves sections whole that none of its patterns names.

    Attributes
    ----------
    include, exclude : Patterns
        An empty `include` keeps everything.
    dataset : str
        Keep only metrics of this dataset (a glob); empty for all.
    sections : tuple of str
        Sections that occur.

    Examples
    --------
    >>> Selection.read("cer", ["labels.*"]).exclude.texts
    ('labels.*',)
    """

    include: Patterns
    exclude: Patterns
    dataset: str = ""
    sections: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        include: str | Sequence[str] | None,
        exclude: str | Sequence[str] | None,
        dataset: str | None = None,
        sections: Sequence[str] = (),
    ) -> Selection:
        """Read the arguments of a comparison."""
        return cls(Patterns(include, "include"), Patterns(exclude, "exclude"), dataset or "", tuple(sections))

    def keeps(self, row: Row) -> bool:
        """Whether a row is wanted."""
        return self.leaves_out(row) is None

    def leaves_out(self, row: Row) -> Phrase | None:
        """Say which argument leaves a row out, None where none does."""
        if row.section == "metrics" and self.dataset and not _is_dataset(row.dataset, self.dataset):
            return say("it was left out by dataset (--dataset)")
        included = self._about(self.include, row)
        if included and not any(pattern.fits(row.key) for pattern in included):
            return say("it was left out by include (--metrics)")
        return (
            say("it was left out by exclude (--exclude)")
            if any(pattern.fits(row.key) for pattern in self._about(self.exclude, row))
            else None
        )

    def _about(self, patterns: Patterns, row: Row) -> list[Pattern]:
        return [pattern for pattern in patterns.patterns if pattern.section(self.sections) == row.key.section]

    def unused(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Say which patterns fit no row, a sentence each; nothing when there is no row at all."""
        if not rows:
            return ()
        names = [row.key for row in rows]
        missed = [say("include: {pattern!r} fits no row", pattern=text) for text in self.include.unused(names)]
        missed += [say("exclude: {pattern!r} fits no row", pattern=text) for text in self.exclude.unused(names)]
        datasets = {row.dataset for row in rows if row.section == "metrics"}
        if self.dataset and datasets and not any(_is_dataset(name, self.dataset) for name in datasets):
            missed.append(say("dataset: {dataset!r} is none of those measured on", dataset=self.dataset))
        return tuple(missed)


def _is_dataset(name: str, wanted: str) -> bool:
    return name == wanted or fnmatchcase(name, wanted)
