"""Cells of a comparison: value, difference and verdict on one line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from pai_notebook.comparison.cell_changes import in_percent, is_one_unit, told_between, told_difference
from pai_notebook.comparison.comparability import looks_mixed, with_sign
from pai_notebook.comparison.rows import Kind, Row, Verdict, is_blank, kind_of_row
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import is_course
from pai_notebook.comparison.together import ALONE
from pai_notebook.display import Diff, Inline, Mark, Missing, Number, Tone
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.equality import cut_between_words, shorten_apart
from pai_notebook.model.group import VersionGroup
from pai_notebook.model.metric_cells import Cell, State, matrix_size, nulls_at_end, series_points
from pai_notebook.model.metric_scales import percent_among
from pai_notebook.model.names import Name
from pai_notebook.model.numbers import EXACT, NumberFormat, choose_format, choose_row_formats
from pai_notebook.model.version import NOT_REGISTERED
from pai_notebook.model.version_view import number_text

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.together import Together

_TEXT = 120
# Characters of a version where the head of its column has the whole.
_NAME = 24
# From the lowest to the highest of several rows: other words than those of an interval.
SPAN = "{low}\u00a0…\u00a0{high}"
# How a part of some rows that is beyond chance is set off, and the whole of them.
_BEYOND: dict[Verdict, tuple[Tone, Tone]] = {Verdict.BETTER: ("ahead", "good"), Verdict.WORSE: ("behind", "bad")}
_BARS = "▁▂▃▄▅▆▇"
_COURSE = 6
# Which part of the largest value one step of a course is at least, where no interval is known.
_FLAT = 0.01
# Above which shares of the largest difference of its metric a cell is filled more strongly.
_STEPS = (1 / 3, 2 / 3)
# with a space that keeps a line together, so that no sign stands alone in the next one
_TALLIED = (
    (Verdict.BETTER, "{count}\u00a0better"),
    (Verdict.WORSE, "{count}\u00a0worse"),
    (Verdict.CHANCE, "{count}\u00a0≈"),
    (Verdict.UNKNOWN, "{count}\u00a0?"),
)


def forms_of(rows: Sequence[Row], places: Sequence[int], *, differences: bool = True) -> dict[Name, NumberFormat]:
    """Choose how to write the values of each metric, by its row: alike on all its datasets.

    The differences beside them count where they are written in the unit of the metric.
    """
    several: dict[str, list[Row]] = {}
    for row in rows:
        if row.section == "metrics":
            several.setdefault(row.path, []).append(row)
    forms: dict[Name, NumberFormat] = {}
    for each in several.values():
        values = [[value for place in places if (value := row.cells[place].value) is not None] for row in each]
        beside = [_deltas(row, places) for row in each] if differences else ()
        forms.update(zip([row.key for row in each], choose_row_formats(values, beside), strict=True))
    return forms


def _deltas(row: Row, places: Sequence[int]) -> list[float]:
    """The differences of a row that are written in the unit of the metric."""
    found = [delta for place in places if (delta := row.changes[place].delta)]
    return found if found and not row.scale.unit else []


def describe_cells(comparison: Comparison, row: Row, places: Sequence[int], form: NumberFormat) -> list[Inline]:
    """Describe what some versions have in a row."""
    leaders = comparison.leaders(row)
    stars = {place: leaders.star_at(place) if leaders else "" for place in places}
    form = _apart(row, stars, form)
    # numbers are written otherwise, and a table has hundreds
    has_words = any(not _is_without_words(row, place) for place in places)
    words, base = _words(row, places) if has_words else dict.fromkeys(places, ""), comparison.baseline_place
    silent = frozenset() if row.section == "metrics" else comparison._silent.get(kind_of_row(row), frozenset())  # noqa: SLF001 - as below
    # beside a baseline that states nothing of the kind, nothing is new
    marks = {place: [] if base in silent else _marks(comparison, row, place) for place in places}
    return [
        ""
        if place in silent and is_blank(row.cells[place])
        else _cell(comparison, row, place, form, text=words[place], star=stars[place], marks=marks[place])
        for place in places
    ]


def _apart(row: Row, stars: Mapping[int, str], form: NumberFormat) -> NumberFormat:
    """Choose more decimals for a row in which values would read the same although only some of them have a star."""
    values = [
        (value, bool(stars[place])) for place in (stars if any(stars.values()) else ()) if (value := row.cells[place].value) is not None
    ]
    alike = {form.value(value) for value, starred in values if starred} & {form.value(value) for value, starred in values if not starred}
    if not alike:
        return form
    more = choose_format([value for value, _ in values if form.value(value) in alike])
    return more if form.decimals is None or more.decimals is None else replace(form, decimals=max(form.decimals, more.decimals))


def best_of(comparison: Comparison, row: Row, form: NumberFormat | None) -> tuple[str, Inline]:
    """Name the version with the best value of a row and count the others with its star; `all` where every version may be the best.

    Its value stands behind where a form for it is given, as of many versions the best may be out of sight.
    """
    leaders = comparison.leaders(row)
    if leaders is None:
        return "", ""
    if leaders.is_tie:
        return say("all"), ""
    best, more = leaders.best[0], len(leaders.shown) - 1
    # with spaces that keep all of it in a line
    short = (
        comparison.names[best] if len(comparison.names[best]) <= _NAME else shorten_apart(comparison.names, _NAME, cut_between_words)[best]
    )
    star, name = leaders.star_at(best), with_sign(comparison.versions[best], short, "\u00a0")
    value = None if form is None else row.cells[best].value
    # a number with a plus would read as a difference
    shown = f"{star}\u00a0{name}\u00a0&\u00a0{more}" if more else f"{star}\u00a0{name}"
    return shown, "" if form is None or value is None else Mark("", form.value(value), step=2)


def tally(together: Together, rows: Sequence[Row], place: int) -> Phrase:
    """Count what a version's cells say: better and worse beyond chance together, could be chance, no interval known."""
    verdicts = [together.verdict(row, place) for row in rows]
    return joined([say(template, count=count) for verdict, template in _TALLIED if (count := verdicts.count(verdict))])


def describe_group(comparison: Comparison, rows: Sequence[Row], places: Sequence[int]) -> list[Inline]:
    """Describe some rows together: the smallest and the largest difference in each version, and how many are better, worse and so on."""
    baseline, together = comparison.baseline_place, comparison._together  # noqa: SLF001 - for this table alone
    return [_values(rows, place) if place == baseline else _differences(together, rows, place, baseline) for place in places]


def _values(rows: Sequence[Row], place: int) -> Inline:
    """The smallest and the largest value of one metric; nothing of several metrics, whose values have no order."""
    values = [value for row in rows if (value := row.cells[place].value) is not None and math.isfinite(value)]
    form = choose_format(values)
    if len({row.path for row in rows}) > 1 or not values:
        return ""
    low, high = form.value(min(values)), form.value(max(values))
    return low if low == high else say(SPAN, low=low, high=high)


def _differences(together: Together, rows: Sequence[Row], place: int, baseline: int | None) -> Inline:
    """The span of the differences and what they are; coloured is what is beyond chance, and filled a cell of which all is."""
    changes = [row.changes[place] for row in rows]
    verdicts = [together.verdict(row, place) for row in rows]
    found = {verdict: say(template, count=verdicts.count(verdict)) for verdict, template in _TALLIED if verdict in verdicts}
    counts = [
        ("{count} =", verdicts.count(Verdict.SAME)),
        ("{count} changed", sum(change.verdict is None and change.kind in (Kind.CHANGED, Kind.GAINED) for change in changes)),
        ("{count} missing", sum(is_blank(row.cells[place]) for row in rows)),
    ]
    beyond = [verdict for verdict in found if verdict in _BEYOND]
    # filled as a whole only where all of it is so
    is_whole = len(beyond) == 1 and {*verdicts} <= {*beyond, Verdict.SAME, None}
    others = [text for verdict, text in found.items() if verdict not in beyond]
    others += [say(template, count=count) for template, count in counts if count]
    parts: list[tuple[Tone, Phrase]] = [(_BEYOND[verdict][is_whole], found[verdict]) for verdict in beyond]
    parts += [("neutral", joined(others))] if others else []
    if (ends := _range(rows, place, baseline)) and not beyond:
        return Mark("", joined([ends, joined(others)], "; ") if others else ends)
    marks = [Mark("", text if nth == len(parts) else say("{text},", text=text), tone=tone) for nth, (tone, text) in enumerate(parts, 1)]
    return (*([Mark("", say("{ends};", ends=ends))] if ends else []), *marks)


def _range(rows: Sequence[Row], place: int, baseline: int | None) -> Phrase | str:
    """Write the smallest and the largest difference of one metric; nothing where they are not told alike."""
    known = [row for row in rows if (delta := row.changes[place].delta) is not None and math.isfinite(delta)]
    as_percent = {in_percent(row, place) for row in known}
    if baseline is None or len({row.path for row in rows}) > 1 or len(as_percent) != 1 or not is_one_unit(known):
        return ""
    size = {row.key: row.changes[place].percent if as_percent == {True} else row.changes[place].delta for row in known}
    ends = [pick(known, key=lambda row: size[row.key] or 0.0) for pick in (min, max)]
    form = choose_format([value for row in ends for each in (place, baseline) if (value := row.cells[each].value) is not None])
    low, high = (told_between(row, place, baseline, form, unit=False) for row in ends)
    return low if low == high else say(SPAN, low=low, high=high)


def trend(values: Sequence[float | None], step: float = 0.0) -> str:
    """Draw values as bars of characters, a dot where there is no number; nothing for fewer than two numbers.

    Parameters
    ----------
    values : sequence of float or None
        The values in their order.
    step : float
        The smallest difference between one height of a bar and the next.

    Examples
    --------
    >>> trend([0.1, 0.4, None, 0.7]), trend([2, 2, 2]), trend([2**60, 2**60 + 1])
    ('▁▄·▇', '▄▄▄', '▁▇')
    >>> trend([0.90, 0.91, 0.905], 0.02), trend([0.90, 0.91, 0.85], 0.02)
    ('▄▄▄', '▅▆▂')
    """
    stated = [value if value is not None and (isinstance(value, int) or math.isfinite(value)) else None for value in values]
    # exact where whole numbers are beyond what a float tells apart, or differences beyond the largest
    exact = any(value is not None and abs(value) > EXACT for value in stated)
    known = [value if value is None or not exact else Fraction(value) for value in stated]
    finite = [value for value in known if value is not None]
    if len(finite) < 2:  # noqa: PLR2004 - one number is no course
        return ""
    low, high = min(finite), max(finite)
    height, middle = max((high - low) / (len(_BARS) - 1), Fraction(step) if exact else step), (low + high) / 2

    def bar(value: float | Fraction | None) -> str:
        if value is None:
            return "·"
        return _BARS[round(len(_BARS) // 2 + (value - middle) / height) if height else len(_BARS) // 2]

    return "".join(map(bar, known))


def trend_of(comparison: Comparison, row: Row, places: Sequence[int]) -> str:
    """Draw the course of a row through some versions, without steps smaller than `least_step`."""
    return course_of(row.path, [row.cells[place] for place in sorted(places)], least_step(comparison, row, places))


def course_of(path: str, cells: Sequence[Cell], step: float) -> str:
    """Draw the course of some cells of a metric, whole numbers as they were sent; nothing where some look like percent beside fractions."""
    if percent_among(path, {place: cell.value for place, cell in enumerate(cells) if cell.value is not None}):
        return ""
    return trend([cell.raw if type(cell.raw) is int else cell.value for cell in cells], step)


def least_step(comparison: Comparison, row: Row, places: Sequence[int]) -> float:
    """The smallest step of a course: the tolerance, or half of the narrowest interval; less may show too, by rounding.

    Without an interval it is a hundredth of the largest value, so that a row of which less is known does not look more dramatic.
    """
    known = [each.evidence.interval for place in places if (each := row.changes[place]).evidence is not None]
    halves = [half for each in known if each is not None and math.isfinite(half := (each.high - each.low) / 2)]
    values = [abs(value) for place in places if (value := row.cells[place].value) is not None and math.isfinite(value)]
    least = min(halves) if halves else _FLAT * max(values, default=0.0)
    base = None if comparison.baseline_place is None else row.cells[comparison.baseline_place].value
    bound = 0.0 if base is None else comparison._tolerance.bound(row.path, row.dataset, base)  # noqa: SLF001 - for this table alone
    return max(least, bound if math.isfinite(bound) else 0.0)


def _marks(comparison: Comparison, row: Row, place: int) -> list[Mark]:
    """Say what the difference means; only what is beyond chance together with all others is better or worse, and filled."""
    change, baseline, together = row.changes[place], comparison.baseline_place, comparison._together  # noqa: SLF001 - for this table alone
    if change.is_beyond_chance:
        better = change.verdict is Verdict.BETTER
        if together.is_alone(row, place):
            return [Mark("", ALONE[Verdict.BETTER if better else Verdict.WORSE], tone="ahead" if better else "behind")]
        step = 1 + sum(abs(together.share(row, place)) > bound for bound in _STEPS)
        return [Mark("", say("better") if better else say("worse"), tone="good" if better else "bad", step=step)]
    if change.verdict in (Verdict.CHANCE, Verdict.UNKNOWN):
        # the same colours, so that who reports no number of examples gains nothing over who does
        tone: Tone = "neutral" if looks_mixed(row) else "ahead" if change.kind is Kind.BETTER else "behind"
        return [Mark("≈" if change.verdict is Verdict.CHANCE else "?", "", tone=tone)]
    if change.verdict is Verdict.SAME and place != baseline:
        return [Mark("=", "")]
    if change.kind is Kind.GAINED:
        return [Mark("+", say("new"))]
    return [Mark("≠", _changed(row, place, baseline))] if change.kind is Kind.CHANGED and not change.delta else []


def _changed(row: Row, place: int, baseline: int | None) -> Phrase:
    """Say that a value is another one, and of which type where that is another one too."""
    kinds = None if baseline is None else row.kinds(place, baseline)
    return say("changed") if kinds is None else say("changed from {before} to {after}", before=kinds[0], after=kinds[1])


def _cell(comparison: Comparison, row: Row, place: int, form: NumberFormat, *, text: str, star: str, marks: list[Mark]) -> Inline:
    cell, change = row.cells[place], row.changes[place]
    base = None if comparison.baseline_place is None else row.cells[comparison.baseline_place]
    if is_blank(cell):
        return (Missing(say(cell.state)), Mark("-", say("gone"))) if change.kind is Kind.LOST else Missing(say(cell.state))
    if cell.state in (State.NULL, State.NAN):
        return (Missing(say(cell.state)), *marks) if marks else Missing(say(cell.state))
    if row.section == "metrics" and cell.value is not None:
        runs = comparison._runs(row, place)  # noqa: SLF001 - for this table alone
        failed = 0 if runs is None or not isinstance(comparison.versions[place], VersionGroup) else runs.failed
        text = _number(cell, form, runs, failed)
        return Number(text, star=star, delta=_delta(comparison, row, place, form), marks=marks)
    if base is not None and change.kind is Kind.CHANGED and _is_prose(row, base, cell):
        return Diff(base.text, cell.text)
    return (text, *marks) if marks else text


def _is_prose(row: Row, *cells: Cell) -> bool:
    """Whether two texts are shown by what changed in them: descriptions, and settings of which a cell has no room for the whole."""
    if row.path == "description" and row.section == "other":
        return True
    return row.section != "metrics" and all(cell.state is State.TEXT for cell in cells) and max(len(cell.text) for cell in cells) > _TEXT


def _number(cell: Cell, form: NumberFormat, runs: Runs | None, failed: int) -> str:
    text = number_text(cell, form)
    if runs is not None and not runs.is_single:
        sd = choose_format([math.sqrt(runs.variance)]).value(math.sqrt(runs.variance))
        if failed:
            told = "{mean} (sd {sd}, {count} of {total} folds)" if runs.folds else "{mean} (sd {sd}, {count} of {total} runs)"
            return say(told, mean=text, sd=sd, count=runs.count, total=runs.count + failed)
        return say("{mean} (sd {sd})", mean=text, sd=sd)
    if cell.state is State.NUMERIC_TEXT:
        return f"{text}†"
    if cell.state is State.SERIES:
        return joined([_course(cell) if is_course(cell) else say(cell.note), text], " ")
    return text


def _course(cell: Cell) -> str:
    """Draw a list of numbers in a few bars, the last number among them, so that it takes no more room than a difference does."""
    points = (series_points(cell.raw) or ())[: len(cell.raw) - nulls_at_end(cell.raw)]
    every = max(1, math.ceil(len(points) / _COURSE))
    return trend(points[::-1][::every][::-1])


def _delta(comparison: Comparison, row: Row, place: int, form: NumberFormat) -> str:
    if row.changes[place].kind is Kind.SAME or comparison.baseline_place is None:
        return ""
    return told_difference(row, place, comparison.baseline_place, form, unit=False)  # which the name of the row says


def _is_without_words(row: Row, place: int) -> bool:
    """Whether a cell shows a number, or in the place of one why there is none."""
    cell = row.cells[place]
    return is_blank(cell) or cell.state in (State.NULL, State.NAN) or (row.section == "metrics" and cell.value is not None)


def _words(row: Row, places: Sequence[int]) -> dict[int, str]:
    """What versions state, in words: those that differ look different, however long they are."""
    found = {place: row.shown(place) for place in places}
    cut = dict(zip(found, shorten_apart(list(found.values()), _TEXT), strict=True))
    return {place: _in_words(row, place) or _counted(found[place], cut[place]) for place in places}


def _in_words(row: Row, place: int) -> str:
    """What a version states, where words of ours say it; else empty."""
    if row.cells[place].state is State.DIFFERS:
        return row.cells[place].text
    if row.section == "metrics":
        return _measured(row.cells[place])
    return say("Not registered") if row.cells[place].raw == NOT_REGISTERED else ""


def _counted(text: str, cut: str) -> str:
    """Say how much was cut off the end."""
    more = len(text) - len(cut) + 1
    return say("{text}… {count} more characters", text=cut[:-1], count=more) if more > 1 and text.startswith(cut[:-1]) else cut


def _measured(cell: Cell) -> str:
    """Write a metric that is neither a number nor text: a truth value, the size of a matrix; empty for everything else."""
    if cell.state is State.BOOLEAN:
        return say("✓ true") if cell.text == "true" else say("✗ false")
    if cell.state is State.SERIES:
        return say("{count} values", count=len(series_points(cell.raw) or ()))
    return matrix_size(cell)
