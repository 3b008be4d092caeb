"""What words and signs in tables and explanations mean, said once for both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.leaders import Leaders
from pai_notebook.comparison.rows import Change, Row, Verdict, is_alike, passing_by_chance
from pai_notebook.comparison.series import is_course
from pai_notebook.i18n.phrases import Phrase, first, say
from pai_notebook.model.metric_cells import BEST, State
from pai_notebook.model.metric_words import is_cost
from pai_notebook.plot.data import ALONE, CHANCE, STARS, WITHIN

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.together import Together

BEYOND, UNKNOWN = "better, worse: beyond chance (95 % together)", "? no interval known"
_UNITS = {
    "pp": "pp after a name: its differences are percentage points",
    "%": "% after a name: its differences are percent of the baseline",
}
# How many lists of numbers are named.
_LISTS = 20


def _leaders(comparison: Comparison, rows: Sequence[Row]) -> list[Leaders]:
    """The leaders of those rows that have some."""
    return [found for row in rows if (found := comparison.leaders(row)) is not None]


def stars_of(comparison: Comparison, rows: Sequence[Row]) -> list[Phrase]:
    """What the stars in some rows mean, and that other rows have none as every version may be the best."""
    leaders = _leaders(comparison, rows)
    alone = {found.is_alone for found in leaders if not found.is_tie}
    told = [meaning for star, meaning in STARS.items() if (star == BEST) in alone]
    return [*told, *([say("row without a star: any may be the best")] if told and any(found.is_tie for found in leaders) else [])]


def within_tolerance(comparison: Comparison, rows: Sequence[Row]) -> bool:
    """Whether some rows of values that count as the same have others than the baseline's, within the tolerance."""
    tolerance = comparison._tolerance  # noqa: SLF001 - for these words alone
    differing = [row for row in rows if row.section == "metrics" and not is_alike(row)]
    return bool(tolerance.words) and any(change.delta for row in differing for change in row.changes)


def _same(comparison: Comparison, changes: Sequence[Change]) -> list[Phrase]:
    """What = means in some cells, and how large the tolerance is, which everything above depends on."""
    tolerance: str = comparison._tolerance.words  # noqa: SLF001 - as above
    if any(change.verdict is Verdict.SAME for change in changes):
        return [say("= same, or within the tolerance ({tolerance})", tolerance=tolerance) if tolerance else say("= same")]
    return [say("tolerance: {tolerance}", tolerance=tolerance)] if tolerance else []


def chance_sign(changes: Iterable[Change]) -> str:
    """What ≈ means in some cells: with a tolerance a difference may be beyond chance and yet within it."""
    return WITHIN if any(change.is_within_tolerance for change in changes) else CHANCE


def words_of_chance(together: Together, rows: Sequence[Row], places: Sequence[int]) -> list[Phrase]:
    """Say what the words and signs in some cells mean, those of chance only."""
    changes = [row.changes[place] for row in rows for place in places]
    verdicts = {change.verdict for change in changes}
    beyond = [(row, place) for row in rows for place in places if row.changes[place].is_beyond_chance]
    alone = [together.is_alone(row, place) for row, place in beyond]
    known = [
        (not all(alone), BEYOND),
        (any(alone), ALONE),
        (Verdict.CHANCE in verdicts or any(alone), chance_sign(changes)),
        (Verdict.UNKNOWN in verdicts, UNKNOWN),
    ]
    return [say(meaning) for is_there, meaning in known if is_there]


def signs_below(comparison: Comparison, rows: Sequence[Row], places: Sequence[int], *, starred: bool) -> list[Phrase]:
    """The legend in a line: what cells say against the baseline, and what stars say of rows; `read_signs` has the rest."""
    signs = words_of_chance(comparison._together, rows, places)  # noqa: SLF001 - for this table alone
    signs += _same(comparison, [row.changes[place] for row in rows for place in places])
    as_text = any(row.cells[place].state is State.NUMERIC_TEXT for row in rows for place in places)
    return [*signs, *(stars_of(comparison, rows) if starred else []), *([say("† a number that was sent as text")] if as_text else [])]


def read_signs(comparison: Comparison, rows: Sequence[Row], places: Sequence[int], *, one_table: bool) -> list[Phrase]:
    """What is to be known of signs and columns beyond the line below a table."""
    changes = [row.changes[place] for row in rows for place in places]
    expected = passing_by_chance(changes)
    told = [expected] if expected else []
    together = comparison._together  # noqa: SLF001 - for this table alone
    if any(together.is_beyond_chance(row, place) for row in rows for place in places):
        told.append(say("where cells are filled: stronger colour, larger difference within the metric"))
    if any(not found.is_tie for found in _leaders(comparison, rows)):
        told.append(say("a star: best of its row (95 % a row)"))
    counted = (row.changes[place].verdict for row in rows if not is_cost(row.path) for place in places)
    if any(verdict not in (None, Verdict.SAME) for verdict in counted):
        told.append(say("below a version: how many of its cells are so; costs and = are not counted"))
    if any(row.direction.mode for row in rows):
        told.append(say("↑ ↓ which way is better"))
    cells = [(row, row.cells[place]) for row in rows for place in places]
    lists = {comparison.plain_paths[row.path]: None for row, cell in cells if cell.state is State.SERIES and is_course(cell)}
    if lists:
        told.append(say("{names}: a list of numbers, its course as bars, then its last number", names=first(list(lists), _LISTS)))
    units = {row.scale.unit for row in rows if any(row.changes[place].delta for place in places)}
    told += [say(meaning) for unit, meaning in _UNITS.items() if unit in units]
    if one_table and list(places[1:]) != sorted(places[1:]):
        told.append(say("columns: versions that the verdict names first, then the others"))
    return told
