"""The widgets of the explorer: core ipywidgets only, laid out in two columns that fold into one in a narrow window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets

from pai_notebook.explorer.panels import TABS

__all__ = ["KEYS", "STYLE", "TURN", "Controls"]

# One thread at a time changes a widget: a front-end's message on whatever thread the kernel uses, or our writer.
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
