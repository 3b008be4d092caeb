"""What the panels of the explorer show, in the shapes of `display`."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING

from pai_notebook.comparison.charting import figures_of
from pai_notebook.display import Block, Card, Note, Section, Stack, describe_error, render_html, render_markdown
from pai_notebook.display.layout import map_texts
from pai_notebook.errors import PaiError
from pai_notebook.explorer.state import Shown
from pai_notebook.i18n.phrases import say
from pai_notebook.i18n.rewording import said_otherwise
from pai_notebook.model.models_view import describe_models
from pai_notebook.model.nearest import counted

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison

# Tabs with HTML in them; "Code" has text to copy.
PANELS = ("Card", "Compare", "Chart")
_MOST_PLOTS = 3
# What is said of arguments, and in its place where there is a control for it.
_BY_CONTROLS = {
    "only='all' shows it.": "without “differences only” it is shown.",
    "only='all' shows them.": "without “differences only” they are shown.",
    "include: {pattern!r} matches no row": "Metrics shown: {pattern!r} matches none",
    "Name the metric that matters: by={name!r}.": "Choose the metric that matters in “Best by”, such as {name}.",
    "The direction of {metrics} is unknown; pass directions={{{path!r}: 'max'}} or 'min'.": (
        "The direction of {metrics} is unknown; choose the metric in “Best by”, then which way in “Better is”."
    ),
    "{first} and {second} are compared with {baseline} only; to compare the two with each other: baseline={first!r}": (
        "{first} and {second} are compared with {baseline} only; to compare the two with each other, choose one as “Baseline”"
    ),
    "Pass directions={{{path!r}: 'max'}} or directions={{{path!r}: 'min'}} to compare().": "Choose in “Better is” which way it is better.",
    "Lists of numbers are not judged: {metrics}; pass series= to choose a number, or repeats= if they are of runs or folds.": (
        "Lists of numbers are not judged: {metrics}; .selected.compare(series=...) chooses a number."
    ),
    "Pass series='mean', 'last', 'max' or 'min' to compare(); whether the list is a curve, folds or runs is not known.": (
        "In the next cell .selected.compare(series='mean') judges it, or 'last', 'max' or 'min'."
    ),
}


def tab_text(shown: Shown) -> str:
    """What the tab on show shows: HTML, or of the tab "Code" the comparison as Markdown."""
    if shown.tab == "Chart":
        return chart_html(shown.comparison, shown.metric)
    card = shown.version._describe() if shown.version else None  # noqa: SLF001 - the hook of shown objects
    block = card if shown.tab == "Card" else describe_result(shown)
    return "" if block is None else html_of(block) if shown.tab in PANELS else render_markdown(block)


def chart_html(comparison: Comparison | None, metric: str) -> str:
    """A dot plot of a metric for each of its first datasets, and a heat map of all metrics."""
    if comparison is None:
        return render_html(Note(say("Pick and fetch two or more versions to see a chart.")))
    names = [row.full_name for row in comparison.metrics if row.path == metric][:_MOST_PLOTS]
    with warnings.catch_warnings(record=True) as odd:
        warnings.simplefilter("always")
        figures, notes = figures_of(comparison, by=names)
    notes += dict.fromkeys(str(warning.message) for warning in odd)
    notes += [] if figures or notes else [say("No metric differs between these versions.")]
    pictures = [figure.html("pai-chart pai-light", "pai-chart pai-dark") for figure in figures]
    return "".join([*(render_html(Note(text, "info")) for text in notes), *pictures])


def html_of(block: Block) -> str:
    """HTML beside the controls, which are named in place of arguments; a copy that stands without them keeps those."""
    return render_html(map_texts(block, partial(said_otherwise, templates=_BY_CONTROLS)))


def describe_result(shown: Shown) -> Block | None:
    """The comparison, the version where there is only one, and the list of what cannot be compared; never one in place of another."""
    if shown.comparison is not None:
        return shown.comparison._describe()  # noqa: SLF001 - the hook of shown objects
    if shown.comparing:
        return Note(say("Comparing {count} …", count=counted(len(shown.results), "version")))
    if not shown.results:
        return None
    return (shown.results[0] if len(shown.results) == 1 else shown.results)._describe()  # noqa: SLF001 - as above


def describe_failure(error: Exception) -> Card:
    """An error as a panel; an unexpected one is shown with its type and text."""
    if isinstance(error, PaiError):
        return describe_error(error)
    return Card(f"{type(error).__name__}: {error}"[:500], say("unexpected error; explorer.last_error has the exception"), tone="bad")


def describe_shown(shown: Shown, title: str) -> Block:
    """The whole result as it stands, for a saved notebook, an export, or a terminal."""
    failure = describe_failure(shown.error) if shown.error is not None else None
    result = describe_result(shown) or (describe_models(shown.models) if shown.models else None)
    blocks = [block for block in (failure, result) if block is not None]
    return Stack([Section(title, blocks or [Note(say("Nothing fetched yet."))])])
