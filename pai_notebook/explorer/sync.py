"""From the state to the widgets: what differs is written, what is the same is left alone."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pai_notebook.explorer.jobs import BASELINE_OPTIONS, model_option, version_option
from pai_notebook.model.nearest import counted
from pai_notebook.plan import to_line
from pai_notebook.python_source import to_python
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    import ipywidgets

    from pai_notebook.explorer.controls import Controls
    from pai_notebook.explorer.state import ExplorerState
    from pai_notebook.python_source import Plan

__all__ = ["paint", "put", "status_html"]


def paint(state: ExplorerState, controls: Controls, plan: Plan) -> None:
    """Bring every control in step with the state."""
    _paint_lists(state, controls)
    _paint_terms(state, controls)
    _set(controls.status, "value", status_html(state))
    _set(controls.tabs, "selected_index", controls.tabs.titles.index(state.tab))
    _set(controls.python, "value", to_python(plan))
    _set(controls.magic, "value", to_line(plan) or "No line says this; the Python does.")


def put(controls: Controls, tab: str, panel: str, trouble: str) -> None:
    """Put drawn HTML where it belongs."""
    if tab in controls.panels:
        _set(controls.panels[tab], "value", panel)
    _set(controls.trouble, "value", trouble)


def status_html(state: ExplorerState) -> str:
    """The status line, with a bar while the amount is known; a live region, so that a screen reader says it."""
    line = html.escape(visible(state.status))
    if state.progress is not None:
        done, total = state.progress
        line += f" · {done:,}{f' of {total:,}' if total else ''}"
        line += f' <progress value="{done}" max="{total}" aria-label="progress"></progress>' if total else ""
    return f'<div role="status" class="pai-status">{line}</div>'


def _paint_lists(state: ExplorerState, controls: Controls) -> None:
    window = state.window
    models = [(model_option(line), line.model_id) for line in state.models]
    if not any(value == state.model_id for _, value in models):
        chosen = visible(state.model_id) or f"choose one of {counted(len(models), 'model')}{' and more' if state.more else ''}"
        models.insert(0, (chosen, state.model_id))
    _offer(controls.models, models, state.model_id)
    _offer(controls.approval, [("any", ""), *((visible(word), word) for word in state.approvals)], state.narrowing.approval)
    _offer(controls.versions, [(version_option(line), line.name) for line in window.lines], state.shown_picks)
    _set(controls.more, "options", _suggestions(state))
    _set(controls.more, "value", "")
    hidden = sum(map(len, state.picks.values())) - len(state.shown_picks)
    picked = f" · {counted(hidden, 'pick')} not shown" if hidden else ""
    _set(controls.window, "value", f'<div class="pai-window">{window}{picked}</div>')
    _set(controls.keep, "value", state.keep_picks)
    _set(controls.text, "value", state.narrowing.text)


def _suggestions(state: ExplorerState) -> tuple[str, ...]:
    """What may be typed to pick versions: selectors first, then names that are listed."""
    return ("latest", "approved", "last:3", "last:5", *(line.name for line in state.window.lines)) if state.lines else ()


def _paint_terms(state: ExplorerState, controls: Controls) -> None:
    baselines = [(BASELINE_OPTIONS.get(name, visible(name)), name) for name in state.baselines]
    _offer(controls.baseline, baselines, state.terms.baseline if baselines else None)
    _offer(controls.metric, [(visible(name), name) for name in state.metrics], state.metric or None)
    _set(controls.direction, "value", dict(state.terms.directions).get(state.metric, ""))
    _offer(controls.card, [(visible(name), name) for name in state.names], state.card or None)


def _offer(control: ipywidgets.Widget, options: Iterable[tuple[str, Any]], value: Any) -> None:
    """Options and choice in one message, so that a front-end never sees one without the other."""
    offered = tuple(options)
    with control.hold_sync():
        if control.options != offered:
            control.options = offered
        _set(control, "value", value)


def _set(control: ipywidgets.Widget, trait: str, value: Any) -> None:
    if getattr(control, trait) != value:
        setattr(control, trait, value)
