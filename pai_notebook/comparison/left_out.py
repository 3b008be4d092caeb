"""What the tables of a comparison leave out: how much it is, and its names in folds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pai_notebook.comparison.legend import within_tolerance
from pai_notebook.comparison.rows import Row
from pai_notebook.display import Lines, Note, Section
from pai_notebook.display.plain import CELL
from pai_notebook.i18n.phrases import Phrase, first, joined, say

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison

# How many names a fold has, and how many datasets of one metric.
_NAMED, DATASETS = 300, 20


def describe_identical(comparison: Comparison, *, in_file: bool) -> Iterator[Section]:
    """Name the rows that are left out because all versions state the same."""
    identical = comparison.hidden if len(comparison.names) > 1 else ()
    if identical:
        one = len(identical) == 1
        said = say("{count} identical row hidden" if one else "{count} identical rows hidden", count=len(identical))
        if within_tolerance(comparison, identical):
            told = "{count} row hidden, within the tolerance" if one else "{count} rows hidden, identical or within the tolerance"
            said = say(told, count=len(identical))
        if not in_file:
            said = joined([said, say("only='all' shows it." if one else "only='all' shows them.")], "; ")
        yield _named(said, *row_names(comparison, identical))


def not_shown(comparison: Comparison, places: Sequence[int], hidden: Sequence[Row], total: int) -> Iterator[Section]:
    """Say above the table of how much it shows a part, and name the rest in a fold."""
    yield from hidden_rows(comparison, hidden, total)
    left = [name for place, name in enumerate(comparison._spoken.values()) if place not in places]  # noqa: SLF001 - how sentences call them
    if left:
        shown = len(comparison.names) - len(left)
        said = say("Showing {shown} of {total} versions; all of them are in the comparison.", shown=shown, total=len(comparison.names))
        yield _named(said, left, len(left))


def hidden_rows(comparison: Comparison, hidden: Sequence[Row], total: int) -> Iterator[Section]:
    """Say of how many rows a part is shown, and name the rest in a fold; nothing where all are."""
    if hidden:
        several = "Showing {shown} of {total} rows; all of them are counted, and in the comparison, as .rows and .to_frame()."
        yield _named(say(several, shown=total - len(hidden), total=total), *row_names(comparison, hidden))


def _named(said: Phrase, names: Sequence[str], total: int) -> Section:
    """The first of some names, in lines that are short enough to be shown in full, and how many more there are."""
    lines: list[list[str]] = [[]]
    for name in names[:_NAMED]:
        if lines[-1] and sum(len(each) + 2 for each in [*lines[-1], name]) > CELL:
            # an empty name, so that the line ends in a comma, as the next one goes on
            lines[-1].append("")
            lines.append([])
        lines[-1].append(name)
    more = say("and {count} more", count=total - _NAMED)
    return Section(said, [Note(Lines([*map(joined, lines), *([more] if total > _NAMED else [])]))], folded=True)


def row_names(comparison: Comparison, rows: Sequence[Row]) -> tuple[list[str], int]:
    """Names of the first rows, a metric once with its datasets, and how many names there are."""
    found: dict[str, list[str]] = {}
    more: set[str] = set()
    paths, short = comparison.plain_paths, comparison.short_datasets
    placed = set() if all(row.dataset for row in rows) else {row.path for row in comparison.metrics if row.dataset}
    for row in rows:
        name = paths[row.path] if row.section == "metrics" else replace(row.key, path=paths[row.path]).full
        if name not in found and len(found) >= _NAMED:
            more.add(name)
        else:
            # beside rows of the metric that have a dataset, one that has none is told from them
            nowhere = [say("no dataset")] if row.path in placed else []
            found.setdefault(name, []).extend([short.get(row.dataset, row.dataset)] if row.dataset else nowhere)
    names = [
        say("{metric} ({datasets})", metric=name, datasets=first(datasets, DATASETS)) if datasets else name
        for name, datasets in found.items()
    ]
    return names, len(found) + len(more)
