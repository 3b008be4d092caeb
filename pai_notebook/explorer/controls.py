"""The widgets of the explorer: core ipywidgets only, laid out in two columns that fold into one in a narrow window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets

from pai_notebook.explorer.panels import TABS

__all__ = ["STYLE", "TURN", "Controls"]

# One thread at a time changes a widget: a front-end's message on whatever thread the kernel uses, or our writer.
TURN = threading.RLock()

STYLE = """
.pai-explorer{max-width:1280px;gap:12px}
.pai-explorer .widget-html-content{line-height:1.5}
.pai-explorer .pai-stacked{flex-direction:column;align-items:stretch;height:auto}
.pai-explorer .pai-stacked>.widget-label{width:auto;max-width:none;height:auto;line-height:1.5;text-align:left;font-size:12px;opacity:.85}
.pai-explorer .pai-stacked>select,.pai-explorer .pai-stacked>input{width:100%;max-width:none}
.pai-explorer .pai-list>select{font-variant-numeric:tabular-nums}
.pai-explorer :focus-visible{outline:2px solid #47c;outline-offset:1px}
"""


class _OneAtATime:
    """A widget that waits for its turn before it takes a front-end's message."""

    def set_state(self, sync_data: Any) -> None:
        """Take a message of the front-end."""
        with TURN:
            super().set_state(sync_data)  # type: ignore[misc] # the widget's own


class _Select(_OneAtATime, widgets.Select):  # type: ignore[misc] # ipywidgets has no types
    ...


class _SelectMultiple(_OneAtATime, widgets.SelectMultiple):  # type: ignore[misc] # ipywidgets has no types
    ...


class _Dropdown(_OneAtATime, widgets.Dropdown):  # type: ignore[misc] # ipywidgets has no types
    ...


class _Tab(_OneAtATime, widgets.Tab):  # type: ignore[misc] # ipywidgets has no types
    ...


def _layout(**wanted: str) -> widgets.Layout:
    return widgets.Layout(**{"width": "auto", "min_width": "0", "margin": "0", **wanted})


def _text(description: str, placeholder: str = "", *, live: bool = False) -> widgets.Text:
    text = widgets.Text(
        description=description, placeholder=placeholder, continuous_update=live, layout=_layout(flex="1 1 7rem"), style=_NARROW
    )
    text.add_class("pai-stacked")
    return text


def _dropdown(description: str, options: list[Any], flex: str = "1 1 7rem") -> widgets.Dropdown:
    dropdown = _Dropdown(description=description, options=options, layout=_layout(flex=flex), style=_NARROW)
    dropdown.add_class("pai-stacked")
    return dropdown


def _row(*children: widgets.Widget, **layout: str) -> widgets.HBox:
    return widgets.HBox(children, layout=_layout(flex_flow="row wrap", align_items="flex-end", grid_gap="8px", **layout))


def _column(*children: widgets.Widget, **layout: str) -> widgets.VBox:
    return widgets.VBox(children, layout=_layout(grid_gap="8px", overflow="visible", **layout))


_NARROW = {"description_width": "auto"}


class Controls:
    """Every widget of one explorer, by name; `root` holds them all."""

    def __init__(self, *, searchable: bool) -> None:
        self.heading = widgets.HTML(layout=_layout())
        self.query = _text("Find models", "name, task or label, then Enter")
        self.workspace = _text("Workspace", "any")
        self.model_label = _text("Model label", "any")
        self.provider = _text("Provider", "own models")
        self.models = _Select(description="Models", options=[], rows=6, layout=_layout(), style=_NARROW)
        self.text = _text("Version", "part of the name", live=True)
        self.approval = _dropdown("Approval", [("any", "")])
        self.label = _text("Label", "key=value", live=True)
        self.versions = _SelectMultiple(description="Versions", options=[], rows=9, layout=_layout(), style=_NARROW)
        self.window = widgets.HTML(layout=_layout(flex="1 1 auto"))
        self.earlier = widgets.Button(description="‹ Higher", tooltip="higher versions", layout=_layout(flex="0 0 auto"))
        self.later = widgets.Button(description="Lower ›", tooltip="lower versions", layout=_layout(flex="0 0 auto"))
        self.keep = widgets.Checkbox(description="keep picks when the model changes", indent=False, layout=_layout(flex="1 1 12rem"))
        self.clear = widgets.Button(description="Clear picks", layout=_layout(flex="0 0 auto"))
        self.fetch = widgets.Button(description="Fetch", button_style="primary", layout=_layout(flex="1 1 6rem"))
        self.cancel = widgets.Button(description="Cancel", layout=_layout(flex="1 1 6rem"))
        self.status = widgets.HTML(layout=_layout())
        self.trouble = widgets.HTML(layout=_layout())
        self.baseline = _dropdown("Baseline", [])
        self.metrics = _text("Metrics", "all, or names like acc, f1*")
        self.metric = _dropdown("Better for", [], flex="1 1 8rem")
        self.direction = _dropdown("is", [("as the name suggests", ""), ("higher", "max"), ("lower", "min")], flex="1 1 8rem")
        self.differences = widgets.Checkbox(value=True, description="differences only", indent=False, layout=_layout(flex="0 1 auto"))
        self.shown = _dropdown("Version shown", [])
        self.panels = {name: widgets.HTML(layout=_layout(overflow="auto")) for name in TABS}
        self.python = widgets.Textarea(description="Python", rows=6, layout=_layout(), style=_NARROW)
        self.magic = widgets.Textarea(description="Magic line", rows=2, layout=_layout(), style=_NARROW)
        for stacked in (self.models, self.versions, self.python, self.magic):
            stacked.add_class("pai-stacked")
        for listed in (self.models, self.versions):
            listed.add_class("pai-list")
        self.tabs = self._tabs()
        self.root = self._root(searchable=searchable)

    def _tabs(self) -> widgets.Tab:
        children = [_column(self.shown, self.panels["Card"]), *(panel for name, panel in self.panels.items() if name != "Card")]
        children.append(_column(self.python, self.magic))
        tabs = _Tab(children=children, titles=[*self.panels, "Code"], layout=_layout())
        tabs.selected_index = 0
        return tabs

    def _root(self, *, searchable: bool) -> widgets.VBox:
        find = [self.query, _row(self.workspace, self.model_label, self.provider)] if searchable else [self.query]
        pick = _column(
            *find,
            self.models,
            _row(self.text, self.approval, self.label),
            self.versions,
            _row(self.window, self.earlier, self.later),
            _row(self.keep, self.clear),
            _row(self.fetch, self.cancel),
            self.status,
            flex="1 1 300px",
        )
        show = _column(
            self.trouble,
            _row(self.baseline, self.metrics, self.metric, self.direction),
            self.differences,
            self.tabs,
            flex="3 1 460px",
        )
        root = _column(self.heading, widgets.HBox([pick, show], layout=_layout(flex_flow="row wrap", grid_gap="16px")))
        root.add_class("pai-explorer")
        return root

    def everything(self) -> Iterator[widgets.Widget]:
        """Every widget below the root, each with its layout and style, children first."""
        yield from _below(self.root)


def _below(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    for child in getattr(widget, "children", ()):
        yield from _below(child)
    for part in ("layout", "style"):
        model = getattr(widget, part, None)
        if isinstance(model, widgets.Widget):
            yield model
    yield widget
