"""The widgets of the explorer: core ipywidgets only, in two columns that fold into one; and how they follow the state."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from pai_notebook.explorer.jobs import BASELINE_OPTIONS
from pai_notebook.explorer.listing import model_option, version_option
from pai_notebook.explorer.panels import TABS
from pai_notebook.model.nearest import counted
from pai_notebook.plan import to_line
from pai_notebook.python_source import to_python
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.explorer.state import ExplorerState
    from pai_notebook.python_source import Plan

# One thread at a time changes a widget: a front-end's message, on any thread of the kernel, or our writer.
TURN = threading.RLock()

# A notebook takes the plain arrow keys for itself, from whatever has the focus in an output, and leaves those with Ctrl alone.
KEYS = "Keys: Ctrl+↑ ↓ and Ctrl+Space in the list, Ctrl+← → and Enter in the tabs"

STYLE = """
.pai-explorer{max-width:1400px;background:var(--jp-layout-color0,transparent)}
body[data-jp-theme-light="false"] .pai-explorer{color-scheme:dark}
.pai-explorer .pai-stacked{flex-direction:column;align-items:stretch;height:auto}
.pai-explorer .pai-stacked>.widget-label{flex:none;width:auto;max-width:none;height:auto;line-height:1.6;text-align:left}
.pai-explorer .pai-stacked>.widget-label{font-size:12px;opacity:.85}
.pai-explorer .pai-stacked>:is(select,input,textarea){flex:none;width:100%;max-width:none;margin:0}
.pai-explorer .widget-dropdown>select{height:var(--jp-widgets-inline-height,28px);line-height:1.4}
.pai-explorer .pai-list,.pai-explorer .pai-list>select{flex:1 1 auto}
.pai-explorer .pai-list>select{font-variant-numeric:tabular-nums;padding:2px}
.pai-explorer .pai-list option{padding:1px 4px;line-height:1.5}
.pai-explorer .pai-code textarea{font-family:var(--jp-code-font-family,monospace);font-size:12px}
.pai-explorer .pai-head>div{font-size:15px;line-height:1.4;font-weight:600}
.pai-explorer .pai-head small{font-size:12px;font-weight:400;opacity:.8;margin-left:1em}
.pai-explorer .pai-small>div{font-size:12px;line-height:1.6}
.pai-explorer .pai-panel{overflow-x:auto}
.pai-explorer .pai-panel>div{min-width:0;width:100%;line-height:1.5}
.pai-explorer .widget-checkbox{height:28px;display:flex;align-items:center}
.pai-explorer .widget-checkbox label{white-space:normal;line-height:1.4}
.pai-explorer .pai-terms{border-top:1px solid rgba(128,128,128,.4);padding-top:6px}
.pai-explorer .widget-tab,.pai-explorer .widget-tab>div{min-width:0;background:transparent}
.pai-explorer .jupyter-widgets.widget-tab>.widget-tab-contents{border-width:1px 0 0;padding:10px 0 0;background:transparent}
.pai-explorer .lm-TabBar-tab .lm-TabBar-tabLabel{color:var(--jp-ui-font-color1,inherit)}
.pai-explorer summary{padding:2px 0}
.pai-explorer .pai-chart{max-width:100%;margin:4px 0;display:block}
.pai-explorer .pai-chart.pai-dark{display:none}
body:is([data-jp-theme-light="false"],.vscode-dark,.vscode-high-contrast) .pai-explorer .pai-chart.pai-dark{display:block}
body:is([data-jp-theme-light="false"],.vscode-dark,.vscode-high-contrast) .pai-explorer .pai-chart.pai-light{display:none}
.pai-explorer progress{vertical-align:middle;width:8em}
.pai-explorer :focus-visible{outline:2px solid #47c;outline-offset:1px}
"""


class _OneAtATime:
    """A widget that waits for its turn before it takes a front-end's message."""

    def set_state(self, sync_data: Any) -> None:
        """Take a message of the front-end."""
        with TURN:
            super().set_state(sync_data)  # type: ignore[misc] # the widget's own


class _SelectMultiple(_OneAtATime, widgets.SelectMultiple):  # type: ignore[misc] # ipywidgets has no types
    ...


class _Dropdown(_OneAtATime, widgets.Dropdown):  # type: ignore[misc] # ipywidgets has no types
    ...


class _Combobox(_OneAtATime, widgets.Combobox):  # type: ignore[misc] # ipywidgets has no types
    ...


class _Text(_OneAtATime, widgets.Text):  # type: ignore[misc] # ipywidgets has no types
    ...


class _Checkbox(_OneAtATime, widgets.Checkbox):  # type: ignore[misc] # ipywidgets has no types
    ...


class _Tab(_OneAtATime, widgets.Tab):  # type: ignore[misc] # ipywidgets has no types
    ...


def _layout(**wanted: str) -> widgets.Layout:
    return widgets.Layout(**{"width": "auto", "min_width": "0", "margin": "0", **wanted})


def _stacked(kind: type, description: str, **wanted: Any) -> Any:
    """A control with its name above it, as wide as there is room."""
    control = kind(description=description, layout=_layout(), style={"description_width": "auto"}, **wanted)
    control.add_class("pai-stacked")
    return control


def _text(description: str, placeholder: str, *, live: bool = False) -> Any:
    return _stacked(_Text, description, placeholder=placeholder, continuous_update=live)


def _html(kind: str) -> Any:
    return widgets.HTML(layout=_layout(overflow="auto" if kind == "pai-panel" else "visible")).add_class(kind)


def _button(description: str, **wanted: Any) -> Any:
    return widgets.Button(description=description, layout=_layout(), **wanted)


def _checkbox(description: str, **wanted: Any) -> Any:
    return _Checkbox(description=description, indent=False, layout=_layout(), **wanted)


def _row(*children: Any, share: str = "1 1 6rem") -> widgets.HBox:
    """Children beside each other, each with a share of the width, below each other where that is too narrow."""
    for child in children:
        child.layout.flex = share
    return widgets.HBox(children, layout=_layout(flex_flow="row wrap", align_items="flex-end", grid_gap="6px 8px"))


def _column(*children: Any, **layout: str) -> widgets.VBox:
    return widgets.VBox(children, layout=_layout(grid_gap="6px", overflow="visible", **layout))


class Controls:
    """Every widget of one explorer, by name; `root` holds them all.

    Parameters
    ----------
    searchable : bool
        Whether there is a service that takes filters for models.
    """

    def __init__(self, *, searchable: bool) -> None:
        self.heading = _html("pai-head")
        self._make_pickers()
        self._make_terms()
        self.panels = {name: _html("pai-panel") for name in (*TABS, "Chart")}
        self.python = _stacked(widgets.Textarea, "Python", rows=7).add_class("pai-code")
        self.magic = _stacked(widgets.Textarea, "Magic line", rows=2).add_class("pai-code")
        self.tabs = self._lay_tabs()
        self.root = self._lay_out(searchable=searchable)

    def _make_pickers(self) -> None:
        self.query = _text("Find models", "name, task, label or id, then Enter")
        self.workspace = _text("Workspace", "any")
        self.model_label = _text("Model label", "any")
        self.provider = _text("Provider", "own models")
        self.models = _stacked(_Dropdown, "Model", options=[])
        self.text = _text("Version name", "contains", live=True)
        self.approval = _stacked(_Dropdown, "Approval", options=[("any", "")])
        self.label = _text("Label", "key=value", live=True)
        self.more = _stacked(_Combobox, "Pick by typing", placeholder="last:3, approved, 0.1.0", continuous_update=False)
        self.versions = _stacked(_SelectMultiple, "Versions", options=[], rows=8).add_class("pai-list")
        self.window = _html("pai-small")
        self.higher = _button("‹ Higher", tooltip="show higher versions")
        self.lower = _button("Lower ›", tooltip="show lower versions")
        self.keep = _checkbox("keep picks across models")
        self.clear = _button("Clear picks")
        self.fetch = _button("Fetch", button_style="primary")
        self.cancel = _button("Cancel")
        self.status = _html("pai-small")

    def _make_terms(self) -> None:
        self.trouble = _html("pai-panel")
        self.baseline = _stacked(_Dropdown, "Baseline", options=[])
        self.metrics = _text("Metrics shown", "all, or acc, f1*")
        self.metric = _stacked(_Dropdown, "Metric", options=[])
        directions = [("as its name suggests", ""), ("higher", "max"), ("lower", "min")]
        self.direction = _stacked(_Dropdown, "Better is", options=directions)
        self.differences = _checkbox("differences only", value=True)
        self.card = _stacked(_Dropdown, "Version shown", options=[])

    def _lay_tabs(self) -> widgets.Tab:
        children = {**self.panels, "Card": _column(self.card, self.panels["Card"]), "Code": _column(self.python, self.magic)}
        return _Tab(children=list(children.values()), titles=list(children), selected_index=0, layout=_layout())

    def _lay_out(self, *, searchable: bool) -> widgets.VBox:
        filters = [self.workspace, self.model_label, self.provider]
        self._unused = [] if searchable else filters
        filters = [] if self._unused else filters
        search = _row(self.query, *filters, share="1 1 7rem")
        self.query.layout.flex = "3 1 14rem"
        narrow = _row(self.text, self.approval, self.label, self.more, share="1 1 7rem")
        self.more.layout.flex = "2 1 11rem"
        pages = _row(self.window, self.higher, self.lower, share="0 1 6rem")
        self.window.layout.flex = "1 1 6rem"
        actions = _row(self.fetch, self.cancel, self.clear, self.keep, share="0 1 9rem")
        self.keep.layout.flex = "0 1 15rem"
        terms = _row(self.baseline, self.metrics, self.metric, self.direction, self.differences, share="1 1 8rem")
        for wide in (self.baseline, self.direction):
            wide.layout.flex = "2 1 11rem"
        parts = [self.heading, search, self.models, narrow, self.versions, pages, actions, self.status, self.trouble]
        return _column(*parts, terms.add_class("pai-terms"), self.tabs).add_class("pai-explorer")

    @property
    def inputs(self) -> list[widgets.Widget]:
        """Every widget that a front-end sends messages of."""
        kinds = (_OneAtATime, widgets.Button)
        return [widget for widget in self.everything() if isinstance(widget, kinds)]

    def everything(self) -> Iterator[widgets.Widget]:
        """Every widget, on show or not, each with its layout and style, children first."""
        yield from _below(self.root)
        for unused in self._unused:
            yield from _below(unused)

    def close(self) -> None:
        """Take every widget away."""
        for widget in self.everything():
            widget.close()


def _below(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    for child in getattr(widget, "children", ()):
        yield from _below(child)
    for part in ("layout", "style"):
        model = getattr(widget, part, None)
        if isinstance(model, widgets.Widget):
            yield model
    yield widget


def paint(state: ExplorerState, controls: Controls, plan: Plan) -> None:
    """Bring every control in step with the state."""
    _paint_lists(state, controls)
    _paint_terms(state, controls)
    _set(controls.status, "value", status_html(state))
    _set(controls.tabs, "selected_index", controls.tabs.titles.index(state.tab))
    _set(controls.python, "value", to_python(plan))
    _set(controls.magic, "value", to_line(plan) or "No %paimodel line expresses this; use the Python code.")


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


def _offer(control: widgets.Widget, options: Iterable[tuple[str, Any]], value: Any) -> None:
    """Options and choice in one message, so that a front-end never sees one without the other."""
    offered = tuple(options)
    with control.hold_sync():
        if control.options != offered:
            control.options = offered
        _set(control, "value", value)


def _set(control: widgets.Widget, trait: str, value: Any) -> None:
    if getattr(control, trait) != value:
        setattr(control, trait, value)
