"""Brings the widgets of the explorer in step with its state."""

from __future__ import annotations

import base64
import html
import os
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.direction import Direction, infer_direction, read_mode
from pai_notebook.explorer.controls import CHIPS
from pai_notebook.explorer.listing import WINDOW, amount, each
from pai_notebook.explorer.panels import describe_failure, html_of
from pai_notebook.explorer.source import BASELINE_OPTIONS, DEFAULT
from pai_notebook.i18n.phrases import now, told
from pai_notebook.model.nearest import counted, listed
from pai_notebook.plan import to_line
from pai_notebook.python_source import to_python
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pathlib import Path

    import ipywidgets

    from pai_notebook.explorer.controls import Controls
    from pai_notebook.explorer.state import ExplorerState
    from pai_notebook.python_source import Plan


def paint(state: ExplorerState, controls: Controls, plan: Plan, title: str) -> None:
    """Bring every control in step with the state; the panels are drawn apart, because a large table takes its time."""
    _paint_models(state, controls, title)
    _paint_versions(state, controls)
    _paint_terms(state, controls)
    notes = [text_html(note) for note in (_advice(state), _told_directions(state)) if note]
    values = {
        controls.status: status_html(state),
        controls.trouble: html_of(describe_failure(state.error)) if state.error is not None else "",
        controls.note: f'<div class="pai-note">{"<br>".join(notes)}</div>' if notes else "",
        controls.python: to_python(plan),
        controls.magic: to_line(plan) or now("No %paimodel line expresses this; use the Python code."),
    }
    for control, value in values.items():
        set_value(control, "value", value)
    set_value(controls.tabs, "selected_index", controls.pages_of_tabs.index(state.tab))
    _paint_link(state, controls)
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
    set_value(controls.narrow, "children", (controls.text, controls.more, *terms))
    for control, is_shown in shown.items():
        set_value(control.layout, "display", None if is_shown else "none")
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
    set_value(controls.query, "options", tuple(text for text, _ in options))
    name = state.models.name(state.model_id)
    below = f" <small>{text_html(state.model_id)}</small>" if name != state.model_id else ""
    set_value(controls.model, "value", f"<div><strong>{text_html(name)}</strong>{below}</div>")
    names = text_html(listed([state.models.name(model) for model in state.results.models], 2))
    picked = now("{count} picked", count=f"{len(each(state.picks)):,}")
    set_value(controls.folded, "value", f"<div><strong>{names}</strong> · {picked} <small>· {text_html(title)}</small></div>")


def _paint_versions(state: ExplorerState, controls: Controls) -> None:
    listing, picks = state.listing, each(state.picks)
    options = listing.options()
    _offer(controls.versions, options, state.shown_picks)
    set_value(controls.more, "options", ("latest", "approved", "last:3", "last:5", *(name for _, name in options)) if listing.lines else ())
    set_value(controls.more, "value", "")
    hidden = len(picks) - len(state.shown_picks)
    picked = f" · {now('{picks} not shown', picks=counted(hidden, 'pick'))}" if hidden else ""
    set_value(controls.window, "value", f'<div class="pai-window">{listing}{picked}</div>')
    set_value(controls.keep, "value", state.keep_picks)
    set_value(controls.text, "value", listing.text)
    widths = {"version": f"{listing.name_width}ch", "approval": "12ch", "created": "12ch", "metric": "auto"}
    for column, button in controls.columns.items():
        words = (listing.words or now("no metric")) if column == "metric" else now(column)
        set_value(button, "description", f"{words} {'▼' if listing.descending else '▲'}" if column == listing.column else words)
        set_value(button, "tooltip", now("sort by {column}", column=words))
        set_value(button.layout, "width", widths[column])
    for chip, (model, name) in zip(controls.chips, picks, strict=False):
        words = f"{state.models.name(model)} {name}" if len(state.picks) > 1 else name
        set_value(chip, "description", f"{visible(words)} ×")
    set_value(controls.chip_row, "children", tuple(controls.chips[: len(picks)]))
    set_value(controls.beyond, "value", now("and {count} more", count=len(picks) - CHIPS) if len(picks) > CHIPS else "")


def _paint_terms(state: ExplorerState, controls: Controls) -> None:
    baselines = [(told(BASELINE_OPTIONS.get(name, visible(name))), name) for name in state.baselines]
    chosen = state.terms.baseline if state.terms.baseline in state.baselines else DEFAULT
    _offer(controls.baseline, baselines, chosen if baselines else None)
    metrics = [(visible(name), name) for name in state.metrics]
    _offer(controls.metric, [(now("choose one"), ""), *metrics] if metrics else [], state.terms.by if metrics else None)
    set_value(controls.direction, "value", dict(state.terms.directions).get(state.terms.by, ""))
    cards = dict.fromkeys([*state.names[:WINDOW], *([state.card] if state.card else [])])
    _offer(controls.card, [(visible(name), name) for name in cards], state.card or None)


def _paint_link(state: ExplorerState, controls: Controls) -> None:
    """A link that the notebook makes work, because only it knows where its files are; Voila serves none, so there it has the file."""
    name = html.escape(state.report.name if state.report else "", quote=True)
    if state.report is not None and os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        page = f'<a href="{_file_itself(state.report, state.report.stat().st_mtime_ns)}" download="{name}">{name}</a>'
    else:
        page = f'<a href="{name}" target="_blank">{name}</a>'
    texts = {"text/html": now("Report: {page}", page=page), "text/plain": name}
    outputs = ({"output_type": "display_data", "data": texts, "metadata": {}},) if name else ()
    set_value(controls.link, "outputs", outputs)


@lru_cache(maxsize=1)
def _file_itself(path: Path, _: int) -> str:
    """A page as an address; read anew when it was written anew."""
    return f"data:text/html;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _offer(control: ipywidgets.Widget, options: Iterable[tuple[str, Any]], value: Any) -> None:
    """Options and choice in one message, so that a front-end never sees one without the other."""
    offered = tuple(options)
    with control.hold_sync():
        if control.options != offered:
            control.options = offered
        set_value(control, "value", value)


def set_value(control: Any, trait: str, value: Any) -> None:
    """Send a value where it is another than what the front-end has."""
    if getattr(control, trait) != value:
        setattr(control, trait, value)
