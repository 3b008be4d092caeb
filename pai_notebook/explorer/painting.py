"""Shows the state of the explorer: panels in the shapes of `display`, and the widgets brought in step."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.charting import figures_of
from pai_notebook.comparison.direction import Direction, infer_direction, read_mode
from pai_notebook.display import Card, Note, Section, Stack, describe_error, render_html, render_markdown
from pai_notebook.display.layout import map_texts
from pai_notebook.display.links import file_link
from pai_notebook.errors import PaiError
from pai_notebook.explorer.controls import CHIPS, PANELS
from pai_notebook.explorer.listing import WINDOW, amount, each
from pai_notebook.explorer.source import BASELINE_OPTIONS, DEFAULT
from pai_notebook.i18n.phrases import now, say, told
from pai_notebook.i18n.rewording import said_otherwise
from pai_notebook.model.models_view import describe_models
from pai_notebook.model.nearest import counted, listed
from pai_notebook.plan import to_line
from pai_notebook.python_source import to_python
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    import ipywidgets

    from pai_notebook.comparison import Comparison
    from pai_notebook.display import Block
    from pai_notebook.explorer.controls import Controls
    from pai_notebook.explorer.state import ExplorerState, Shown
    from pai_notebook.python_source import Plan

_MOST_PLOTS = 3
# What is said of arguments, and in its place where there is a control for it.
_BY_CONTROLS = {
    "only='all' shows it.": "without “differences only” it is shown.",
    "only='all' shows them.": "without “differences only” they are shown.",
    "Showing {shown} of {total} rows; all of them are counted, and in the object, as .rows and .to_frame().": (
        "Showing {shown} of {total} rows; all of them are counted, and in the explorer's .value, as .rows and .to_frame()."
    ),
    "Showing {shown} of {total} versions; all of them are in the object.": (
        "Showing {shown} of {total} versions; all of them are in the explorer's .value."
    ),
    "include: {pattern!r} matches no row": "Metrics shown: {pattern!r} matches none",
    "Name the metric that matters: by={name!r}.": "Choose the metric that matters in “Best by”, such as {name}.",
    "The direction of {metrics} is unknown; pass directions={{{path!r}: 'max'}} or 'min'.": (
        "The direction of {metrics} is unknown; choose the metric in “Best by”, then which way in “Better is”."
    ),
    "Pass mode='max' or mode='min', or directions={{{path!r}: 'max'}} to compare().": "Choose in “Better is” which way it is better.",
    "Pass directions={{{path!r}: 'max'}} or directions={{{path!r}: 'min'}}.": "Choose in “Better is” which way it is better.",
    "{first} and {second} are compared with {baseline} only; to compare the two with each other: baseline={first!r}": (
        "{first} and {second} are compared with {baseline} only; to compare the two with each other, choose one as “Baseline”"
    ),
    "Pass directions={{...}} to compare().": "Choose in “Better is” which way it is better.",
    "Lists of numbers are not judged: {metrics}; pass series= to choose a number.": (
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
    block = describe_result(shown) if shown.tab != "Card" else shown.version._describe() if shown.version else None  # noqa: SLF001 - the hook of shown objects
    block = block or Note(say("Nothing fetched yet.") if shown.error is None else say("Nothing could be fetched."))
    return html_of(block) if shown.tab in PANELS else render_markdown(block)


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
    if shown.comparing is not None:
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


def paint(state: ExplorerState, controls: Controls, plan: Plan, title: str) -> None:
    """Bring every control in step with the state; the panels are drawn apart, because a large table takes its time."""
    _paint_models(state, controls, title)
    _paint_versions(state, controls)
    _paint_terms(state, controls)
    notes = [text_html(note) for note in (_advice(state), _told_directions(state)) if note]
    controls.status.value = status_html(state)
    controls.trouble.value = html_of(describe_failure(state.error)) if state.error is not None else ""
    controls.note.value = f'<div class="pai-note">{"<br>".join(notes)}</div>' if notes else ""
    controls.python.value = to_python(plan)
    controls.magic.value = to_line(plan) or now("No %paimodel line expresses this; use the Python code.")
    controls.tabs.selected_index = controls.pages_of_tabs.index(state.tab)
    if state.report is not None:
        # a link that the notebook makes work, because only it knows where its files are
        name = Path(state.report.name)
        link = {"text/html": now("Report: {page}", page=file_link(name)), "text/plain": str(name)}
    controls.link.outputs = ({"output_type": "display_data", "data": link, "metadata": {}},) if state.report is not None else ()
    picking, browsing = not state.folded, state.browsing and not state.folded
    shown = {
        controls.heading: picking,
        controls.bar: state.folded,
        controls.query: picking,
        controls.browsing: browsing and (bool(state.models.found) or bool(state.model_id)),
        controls.models: bool(state.models.found),
        controls.back: bool(state.model_id),
        controls.listing: picking and not browsing,
        controls.actions: picking and (not browsing or bool(state.picks) or bool(state.waiting)),
        controls.cancel: bool(state.waiting),
        controls.clear: bool(state.picks),
        controls.fold: bool(state.results),
        controls.report: len(state.results) > 1,
        controls.trouble: state.error is not None,
        controls.link: state.report is not None,
        controls.note: bool(notes),
        controls.answer: bool(state.results) and not browsing,
        # it is of that metric alone
        controls.direction: bool(state.terms.by),
        controls.higher: state.listing.pages > 1,
        controls.lower: state.listing.pages > 1,
    }
    # never two of one control on show
    terms = () if shown[controls.answer] else (controls.metric, controls.baseline)
    controls.narrow.children = (controls.text, controls.more, *terms)
    for control, is_shown in shown.items():
        control.layout.display = None if is_shown else "none"
    waits = state.awaited("fetch") or state.is_stale
    (controls.answer.add_class if waits else controls.answer.remove_class)("pai-before")


def status_html(state: ExplorerState) -> str:
    """The status line, with a bar while the amount is known; a live region, so that a screen reader says it."""
    line = text_html(state.status)
    if state.progress is not None:
        done, total = state.progress
        line += f" · {now('{count:,} of {total:,}', count=done, total=total)}" if total else f" · {done:,}"
        line += f' <progress value="{done}" max="{total}" aria-label="progress"></progress>' if total else ""
    return f'<div role="status" class="pai-status pai-{state.phase}">{line}</div>'


def _advice(state: ExplorerState) -> str:
    """What to do next, where that is not plain."""
    if state.phase == "stale":
        return now("Below is what was fetched before, not what is picked now; Fetch brings the {versions}.", versions=amount(state.picks))
    return now("Below is what was fetched before.") if state.phase == "cancelled" and state.results else ""


def _told_directions(state: ExplorerState) -> str:
    """Name the metrics whose direction was chosen against what their names say: one control shows that of one metric."""
    chosen = [(name, read_mode(word)) for name, word in state.terms.directions]
    told = [now("{title} ({name})", title=name, name=Direction(mode).words) for name, mode in chosen if mode != infer_direction(name).mode]
    return now("Chosen here, not by name: {metrics}. To take it back, choose the metric in Best by.", metrics=listed(told)) if told else ""


def text_html(text: str) -> str:
    """A text as HTML, in the language that is spoken."""
    return html.escape(visible(told(text)))


def _paint_models(state: ExplorerState, controls: Controls, title: str) -> None:
    options = state.models.options()
    _offer(controls.models, options, state.model_id if state.model_id in dict(options).values() else None)
    controls.query.options = tuple(text for text, _ in options)
    name = state.models.name(state.model_id)
    below = f" <small>{text_html(state.model_id)}</small>" if name != state.model_id else ""
    controls.model.value = f"<div><strong>{text_html(name)}</strong>{below}</div>"
    names = text_html(listed([state.models.name(model) for model in state.results.models], 2))
    picked = now("{count} picked", count=f"{len(each(state.picks)):,}")
    controls.folded.value = f"<div><strong>{names}</strong> · {picked} <small>· {text_html(title)}</small></div>"


def _paint_versions(state: ExplorerState, controls: Controls) -> None:
    listing, picks = state.listing, each(state.picks)
    options = listing.options()
    _offer(controls.versions, options, state.shown_picks)
    controls.more.options = ("latest", "approved", "last:3", "last:5", *(name for _, name in options)) if listing.lines else ()
    controls.more.value = ""
    hidden = len(picks) - len(state.shown_picks)
    picked = f" · {now('{picks} not shown', picks=counted(hidden, 'pick'))}" if hidden else ""
    controls.window.value = f'<div class="pai-window">{listing}{picked}</div>'
    controls.keep.value = state.keep_picks
    controls.text.value = listing.text
    widths = {"version": f"{listing.name_width}ch", "approval": "12ch", "created": "12ch", "metric": "auto"}
    for column, button in controls.columns.items():
        words = (listing.words or now("no metric")) if column == "metric" else now(column)
        button.description = f"{words} {'▼' if listing.descending else '▲'}" if column == listing.column else words
        button.tooltip = now("sort by {column}", column=words)
        button.layout.width = widths[column]
    for chip, (model, name) in zip(controls.chips, picks, strict=False):
        words = f"{state.models.name(model)} {name}" if len(state.picks) > 1 else name
        chip.description = f"{visible(words)} ×"
    controls.chip_row.children = tuple(controls.chips[: len(picks)])
    controls.beyond.value = now("and {count} more", count=len(picks) - CHIPS) if len(picks) > CHIPS else ""


def _paint_terms(state: ExplorerState, controls: Controls) -> None:
    baselines = [(told(BASELINE_OPTIONS.get(name, visible(name))), name) for name in state.baselines]
    chosen = state.terms.baseline if state.terms.baseline in state.baselines else DEFAULT
    _offer(controls.baseline, baselines, chosen if baselines else None)
    metrics = [(visible(name), name) for name in state.metrics]
    _offer(controls.metric, [(now("choose one"), ""), *metrics] if metrics else [], state.terms.by if metrics else None)
    controls.direction.value = dict(state.terms.directions).get(state.terms.by, "")
    cards = dict.fromkeys([*state.names[:WINDOW], *([state.card] if state.card else [])])
    _offer(controls.card, [(visible(name), name) for name in cards], state.card or None)


def _offer(control: ipywidgets.Widget, options: Iterable[tuple[str, Any]], value: Any) -> None:
    """Options and choice in one message, so that a front-end never sees one without the other."""
    with control.hold_sync():
        control.options = tuple(options)
        control.value = value
