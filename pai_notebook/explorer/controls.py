"""The widgets of the explorer: core ipywidgets only, picking above and the answer below."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from pai_notebook.client.loop import shared_loop
from pai_notebook.explorer.listing import COLUMNS, QUICK
from pai_notebook.i18n.phrases import say, told, with_text

if TYPE_CHECKING:
    from pai_notebook.explorer.state import ExplorerState

# One thread at a time changes a widget: a front-end's message, on any thread of the kernel, or our writer.
TURN = threading.RLock()
# A notebook takes the plain arrow keys for itself, from whatever has the focus in an output, and leaves those with Ctrl alone.
KEYS = say("Ctrl+↑ ↓ moves and Ctrl+Space picks in the list; Ctrl+← → moves and Enter shows in the tabs")
# ipywidgets 8, whose tabs have titles and whose buttons can be given the focus; Colab has an older one.
LIVE = hasattr(widgets, "TagsInput")
# Picks that have a button each; the list shows the others.
CHIPS = 12
# Tabs with HTML in them; "Code" has text to copy.
PANELS = ("Card", "Compare", "Chart")
STYLE = resources.files("pai_notebook.explorer").joinpath("explorer.css").read_text("utf-8")


class _OneAtATime:
    """A widget that waits for its turn before it takes a front-end's message."""

    def set_state(self, sync_data: Any) -> None:
        """Take a message of the front-end."""
        with TURN:
            super().set_state(sync_data)  # type: ignore[misc] # the widget's own


_KINDS = ("Button", "Checkbox", "Combobox", "Dropdown", "Select", "SelectMultiple", "Tab", "Text", "Textarea")
_INPUTS: dict[str, Any] = {kind: type(f"_{kind}", (_OneAtATime, getattr(widgets, kind)), {}) for kind in _KINDS}


def _input(kind: str, does: Callable[..., Any] | None, **wanted: Any) -> Any:
    """A widget with what it does: a button when it is clicked, anything else with its new value."""
    made = _INPUTS[kind](**{name: told(value) for name, value in wanted.items()})
    made.does = does
    return made


def _field(kind: str, description: str, does: Callable[[Any], Any] | None = None, **wanted: Any) -> Any:
    """A control with its name above it."""
    return _input(kind, does, description=description, **wanted).add_class("pai-stacked")


def _button(description: str, does: Callable[[], Any], tooltip: str | None = None, **wanted: Any) -> Any:
    return _input("Button", does, description=description, tooltip=tooltip, **wanted)


def _html(kind: str) -> Any:
    return widgets.HTML().add_class(kind)


def _row(*children: Any) -> Any:
    """Children beside each other, below each other where that is too narrow."""
    return widgets.HBox(children).add_class("pai-row")


class Controls:
    """Every widget of one explorer, by name, with what it does to a state; `root` holds them all."""

    def __init__(self, state: ExplorerState) -> None:
        self.heading, self.status, self.note, self.trouble = map(_html, ("pai-head", "pai-small", "pai-small", "pai-panel"))
        hint = say("name, task, label or id; also provider=pai, workspace=…, label=…")
        self.query = _field("Combobox", say("Find models"), state.find, placeholder=hint, continuous_update=False)
        self.models = _field("Select", say("Models"), state.choose_model, rows=10).add_class("pai-list")
        self.back = _button(say("‹ Back to versions"), lambda: state.browse(models=False))
        self.browsing = widgets.VBox([self.models, _row(self.back)])
        self.link = widgets.Output()
        terms = self._make_answer(state)
        self.listing = self._make_listing(state)
        self.folded = _html("pai-head")
        change = with_text(say("change what is picked"), "change")
        self.change = _button(change, lambda: state.fold(folded=False), say("pick other versions or another model"))
        self.report = _button(say("Report"), state.write_report, say("write the comparison into a file beside the notebook"))
        self.cancel = _button(say("Cancel"), state.cancel)
        self.bar = _row(self.folded, self.change, self.report, self.cancel).add_class("pai-bar")
        self.fetch = _button(say("Fetch"), state.fetch, button_style="primary")
        self.clear = _button(say("Clear picks"), state.clear)
        self.fold = _button(say("Back to the result"), lambda: state.fold(folded=True))
        self.keep = _input("Checkbox", lambda kept: state.keep(picks=kept), description=say("keep picks across models"), indent=False)
        self.actions = _row(self.fetch, self.cancel, self.clear, self.fold, self.keep)
        self.answer = widgets.VBox([_row(*terms).add_class("pai-terms"), self.tabs])
        picking = [self.heading, self.bar, self.query, self.status, self.browsing, self.listing, self.actions]
        self.root = widgets.VBox([*picking, self.trouble, self.link, self.note, self.answer]).add_class("pai-explorer")
        # the shell in use, and the button that was clicked last, with what was folded then
        self._shell = ""
        self._clicked: widgets.Button | None = None
        self._shape = (False, True)

    def _make_listing(self, state: ExplorerState) -> Any:
        """The list of versions with all that picks from it."""
        self.all_models = _button(say("‹ Models"), lambda: state.browse(models=True), say("choose another model"))
        self.model = _html("pai-head")
        self.text = _field("Text", say("Filter"), state.listing.narrow, placeholder=say("name or label"))
        self.more = _field("Combobox", say("Pick by typing"), state.pick_more, placeholder=say("last:3, 1.*"), continuous_update=False)
        tips = {words: say("pick and fetch {words}", words=say(words)) for words in QUICK}
        self.quick = {words: _button(say(words), partial(state.pick_quick, words), tip) for words, tip in tips.items()}
        self.columns = {column: _button(say(column), partial(state.listing.sort, column)) for column in COLUMNS}
        heads = widgets.HBox(list(self.columns.values())).add_class("pai-columns")
        self.versions = _field("SelectMultiple", say("Versions"), state.pick, rows=7).add_class("pai-list").add_class("pai-mono")
        self.window = _html("pai-small")
        self.higher = _button(say("‹ Previous"), lambda: state.listing.turn(-1))
        self.lower = _button(say("Next ›"), lambda: state.listing.turn(1))
        layout, style = widgets.Layout(), widgets.ButtonStyle()
        self.chips = [_input("Button", partial(state.unpick, place), layout=layout, style=style) for place in range(CHIPS)]
        self.chip_row, self.beyond = _row().add_class("pai-chips"), _html("pai-small")
        self.narrow = _row(self.text, self.more, self.metric, self.baseline).add_class("pai-filters")
        head, pages = _row(self.all_models, self.model, *self.quick.values()), _row(self.window, self.higher, self.lower)
        return widgets.VBox([head, self.narrow, heads, self.versions, pages, _row(self.chip_row, self.beyond)])

    def _make_answer(self, state: ExplorerState) -> list[Any]:
        """How to compare, and the tabs; gives the controls of their row."""
        self.baseline = _field("Dropdown", say("Baseline"), lambda name: state.set_terms(baseline=name)).add_class("pai-wide")
        self.metrics = _field("Text", say("Metrics shown"), state.set_metrics, placeholder=say("all, or acc, f1*"), continuous_update=False)
        self.metric = _field("Dropdown", say("Best by"), state.choose_metric)
        directions = [(told(say("as its name says")), ""), (told(say("higher")), "max"), (told(say("lower")), "min")]
        self.direction = _field("Dropdown", say("Better is"), lambda word: state.set_direction(state.terms.by, word), options=directions)
        only = say("differences only")
        self.differences = _input(
            "Checkbox", lambda only: state.set_terms(differences_only=only), description=only, indent=False, value=True
        )
        self.card = _field("Dropdown", say("Version shown"), lambda name: state.look(card=name))
        self.panels = {name: _html("pai-panel") for name in PANELS}
        self.python, self.magic, self.markdown = (
            _field("Textarea", say("{name} (Ctrl+A, Ctrl+C copies it)", name=name), rows=rows).add_class("pai-code")
            for name, rows in (("Python", 6), (say("Magic line"), 2), ("Markdown", 6))
        )
        card, code = [self.card, self.panels["Card"]], [self.python, self.magic, self.markdown]
        pages = {**self.panels, "Card": widgets.VBox(card), "Code": widgets.VBox(code)}
        self.pages_of_tabs = list(pages)
        titles = [told(say(name)) for name in pages]
        look = lambda index: state.look(tab=self.pages_of_tabs[index])  # noqa: E731 - as above
        self.tabs = _input("Tab", look, children=list(pages.values()), titles=titles, selected_index=0)
        return [self.baseline, self.metric, self.direction, self.metrics, self.differences]

    @property
    def inputs(self) -> list[widgets.Widget]:
        """Every widget that does something."""
        return [widget for widget in self.everything() if getattr(widget, "does", None) is not None]

    def everything(self) -> Iterable[widgets.Widget]:
        """Every widget once, on show or not, each with its layout and style, children first."""
        return dict.fromkeys(part for widget in (self.root, *self.chips) for part in _below(widget))

    def listen(self, act: Callable[[Callable[[], Any]], None]) -> None:
        """Have acted on what a front-end does to the controls."""

        def clicked(button: Any) -> None:
            self._clicked = button
            act(button.does)

        def changed(change: dict[str, Any]) -> None:
            # what the loop's thread writes is our own doing, and None is what a list has while it is empty
            if not shared_loop.inside and change["new"] is not None:
                self._clicked = None
                act(partial(change["owner"].does, change["new"]))

        for control in self.inputs:
            if isinstance(control, widgets.Button):
                control.on_click(clicked)
            else:
                control.observe(changed, names="value" if hasattr(control, "value") else "selected_index")

    def keep_focus(self, state: ExplorerState) -> None:
        """Give the focus to what takes the place of a clicked button: else it is lost, and the next key is the notebook's."""
        shape, clicked = (state.folded, state.browsing), self._clicked
        gone = (
            shape != self._shape or (clicked is self.cancel and not state.waiting) or clicked in self.chips[len(self.chip_row.children) :]
        )
        if clicked is not None and gone:
            (self.change if state.folded else self.query if state.browsing else self.versions).focus()
            self._clicked = None
        self._shape = shape

    def keep_order(self, shell: str) -> None:
        """Let all of a front-end's messages come in on one shell.

        ipykernel 7.4 hands a widget's message to the shell that wrote to that widget last, so two controls that were written
        to from different shells are answered by two threads, in any order. So each control is written to from the shell in use.
        """
        for control in self.inputs if shell not in ("", self._shell) else ():
            control.send_state("tabbable")
        self._shell = shell

    def close(self) -> None:
        """Take every widget away."""
        for widget in self.everything():
            widget.close()


def _below(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    for child in getattr(widget, "children", ()):
        yield from _below(child)
    yield from (part for name in ("layout", "style") if isinstance(part := getattr(widget, name, None), widgets.Widget))
    yield widget
