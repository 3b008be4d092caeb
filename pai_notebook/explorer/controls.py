"""The widgets of the explorer, core ipywidgets only: what each does to the state, and what it shows of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from pai_notebook.client.loop import shared_loop
from pai_notebook.display import Note
from pai_notebook.display.html import text_html
from pai_notebook.display.links import file_bundle
from pai_notebook.explorer.listing import COLUMNS, QUICK, WINDOW, amount, each, kept
from pai_notebook.explorer.panels import PANELS, describe_failure, html_of
from pai_notebook.explorer.source import BASELINE_OPTIONS
from pai_notebook.explorer.state import ExplorerState
from pai_notebook.i18n.phrases import joined, now, say, told, with_text
from pai_notebook.model.nearest import counted, listed
from pai_notebook.plan import to_line
from pai_notebook.python_source import Plan, to_python
from pai_notebook.sanitize import visible

# One thread at a time changes a widget: a front-end's message, on any thread of the kernel, or our writer.
TURN = threading.RLock()
# A notebook takes the plain arrow keys for itself, from whatever has the focus in an output, and leaves those with Ctrl alone.
KEYS = say("Ctrl+↑ ↓ moves and Ctrl+Space picks in the list; Ctrl+← → moves and Enter shows in the tabs")
# ipywidgets 8, whose tabs have titles and whose buttons can be given the focus; Colab has an older one.
LIVE = hasattr(widgets, "TagsInput")
# Picks that have a button each; the list shows the others.
CHIPS = 12
TABS = (*PANELS, "Code")
STYLE = resources.files("pai_notebook.explorer").joinpath("explorer.css").read_text("utf-8")


class _OneAtATime:
    """A widget that waits for its turn before it takes a front-end's message."""

    def set_state(self, sync_data: Any) -> None:
        with TURN:
            super().set_state(sync_data)  # type: ignore[misc] # the widget's own


_KINDS = ("Button", "Checkbox", "Combobox", "Dropdown", "Select", "SelectMultiple", "Tab", "Text", "Textarea")
_INPUTS: dict[str, Any] = {kind: type(f"_{kind}", (_OneAtATime, getattr(widgets, kind)), {}) for kind in _KINDS}


def _input(kind: str, description: str, does: Callable[..., Any] | None = None, **wanted: Any) -> Any:
    """A widget with what it does: a button when it is clicked, anything else with its new value. Only a button has its name in itself."""
    wanted = {"description": description, **wanted} if description else wanted
    made = _INPUTS[kind](**{name: told(value) for name, value in wanted.items()})
    made.does = does
    return made if kind in ("Button", "Checkbox", "Tab") else made.add_class("pai-stacked")


def _row(*children: Any) -> Any:
    """Children beside each other, below each other where that is too narrow."""
    return widgets.HBox(children).add_class("pai-row")


class Controls:
    """Every widget of one explorer, by name, with what it does to a state; `root` holds them all."""

    def __init__(self, state: ExplorerState) -> None:
        self.heading, self.folded, self.model = (widgets.HTML().add_class("pai-head") for _ in range(3))
        self.status, self.note, self.window, self.beyond = (widgets.HTML().add_class("pai-small") for _ in range(4))
        self.trouble = widgets.HTML().add_class("pai-panel")
        hint, more = say("name, task, label or id"), say("also provider=pai, workspace=…, label=…")
        self.query = _input("Combobox", say("Find models"), state.find, placeholder=hint, tooltip=more, continuous_update=False)
        self.models = _input("Select", say("Models"), state.choose_model, rows=10).add_class("pai-list")
        self.back = _input("Button", say("‹ Back to versions"), partial(state.go, "versions"))
        self.browsing = widgets.VBox([self.models, _row(self.back)])
        self.link = widgets.Output()
        terms = self._make_answer(state)
        self.listing = self._make_listing(state)
        change = with_text(say("change what is picked"), "change")
        self.change = _input("Button", change, partial(state.go, "versions"), tooltip=say("pick other versions or another model"))
        written = say("write the comparison into a file beside the notebook")
        self.report = _input("Button", say("Report"), state.write_report, tooltip=written)
        self.cancel = _input("Button", say("Cancel"), state.cancel)
        self.bar = _row(self.folded, self.change, self.report, self.cancel).add_class("pai-bar")
        self.fetch = _input("Button", say("Fetch"), state.fetch, button_style="primary")
        self.clear = _input("Button", say("Clear picks"), state.clear)
        self.fold = _input("Button", say("Back to the result"), partial(state.go, "result"))
        self.keep = _input("Checkbox", say("keep picks across models"), lambda kept: state.keep(picks=kept), indent=False)
        self.actions = _row(self.fetch, self.cancel, self.clear, self.fold, self.keep)
        self.answer = widgets.VBox([_row(*terms).add_class("pai-terms"), self.tabs])
        picking = [self.heading, self.bar, self.query, self.status, self.trouble, self.browsing, self.listing, self.actions]
        self.root = widgets.VBox([*picking, self.link, self.note, self.answer]).add_class("pai-explorer")
        # what does something; the shell in use, the button that was clicked last, and the place that was painted last
        self._inputs = [widget for widget in self.everything() if getattr(widget, "does", None) is not None]
        self._shell = ""
        self._clicked: widgets.Button | None = None
        self._place = state.place

    def _make_listing(self, state: ExplorerState) -> Any:
        """The list of versions with all that picks from it."""
        self.all_models = _input("Button", say("‹ Models"), partial(state.go, "models"), tooltip=say("choose another model"))
        self.text = _input("Text", say("Filter"), state.listing.narrow, placeholder=say("name or label"))
        self.more = _input("Combobox", say("Pick by typing"), state.pick_more, placeholder=say("last:3, 1.*"), continuous_update=False)
        tips = {words: say("pick and fetch {words}", words=say(words)) for words in QUICK}
        self.quick = {words: _input("Button", say(words), partial(state.pick_quick, words), tooltip=tip) for words, tip in tips.items()}
        self.columns = {column: _input("Button", say(column), partial(state.listing.sort, column)) for column in COLUMNS}
        heads = widgets.HBox(list(self.columns.values())).add_class("pai-columns")
        self.versions = _input("SelectMultiple", say("Versions"), state.pick, rows=7).add_class("pai-list").add_class("pai-mono")
        layout, style = widgets.Layout(), widgets.ButtonStyle()
        self.chips = [_input("Button", "", partial(state.unpick, place), layout=layout, style=style) for place in range(CHIPS)]
        self.chip_row = _row().add_class("pai-chips")
        self.narrow = _row(self.text, self.more, self.metric, self.baseline).add_class("pai-filters")
        head = _row(self.all_models, self.model, *self.quick.values())
        return widgets.VBox([head, self.narrow, heads, self.versions, self.window, _row(self.chip_row, self.beyond)])

    def _make_answer(self, state: ExplorerState) -> list[Any]:
        """How to compare, and the tabs; gives the controls of their row."""
        self.baseline = _input("Dropdown", say("Baseline"), lambda name: state.set_terms(baseline=name)).add_class("pai-wide")
        self.metrics = _input("Text", say("Metrics shown"), state.set_metrics, placeholder=say("all, or acc, f1*"), continuous_update=False)
        self.metric = _input("Dropdown", say("Best by"), state.choose_metric)
        directions = [(told(say("as its name says")), ""), (told(say("higher")), "max"), (told(say("lower")), "min")]
        self.direction = _input("Dropdown", say("Better is"), state.set_direction, options=directions)
        show = lambda only: state.set_terms(only="" if only else "all")  # noqa: E731 - as its neighbours
        self.differences = _input("Checkbox", say("differences only"), show, indent=False, value=True)
        self.card = _input("Dropdown", say("Version shown"), lambda name: state.look(card=name))
        self.panels = {name: widgets.HTML().add_class("pai-panel") for name in PANELS}
        self.python, self.magic, self.markdown = (
            _input("Textarea", say("{name} (Ctrl+A, Ctrl+C copies it)", name=name), rows=rows).add_class("pai-code")
            for name, rows in (("Python", 6), (say("Magic line"), 2), ("Markdown", 6))
        )
        code = widgets.VBox([self.python, self.magic, self.markdown])
        self.drawing = widgets.HTML(html_of(Note(say("Drawing the chart …")))).add_class("pai-panel")
        chart = widgets.VBox([self.drawing, self.panels["Chart"]])
        pages = {"Compare": self.panels["Compare"], "Chart": chart, "Card": widgets.VBox([self.card, self.panels["Card"]]), "Code": code}
        shown = {"children": [pages[name] for name in TABS], "titles": [told(say(name)) for name in TABS], "selected_index": 0}
        self.tabs = _input("Tab", "", lambda index: state.look(tab=TABS[index]), **shown)
        return [self.baseline, self.metric, self.direction, self.metrics, self.differences]

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

        for control in self._inputs:
            if isinstance(control, widgets.Button):
                control.on_click(clicked)
            else:
                control.observe(changed, names="value" if hasattr(control, "value") else "selected_index")

    def keep_order(self, shell: str) -> None:
        """Write to each control from the shell in use, so that all of a front-end's messages come in on that one.

        ipykernel 7.4 hands them to the shell that wrote to a widget last: with two shells, to two threads, in any order.
        """
        for control in self._inputs if shell not in ("", self._shell) else ():
            control.send_state("tabbable")
        self._shell = shell

    def paint(self, state: ExplorerState, plan: Plan, title: str) -> None:
        """Bring every control in step with the state; the panels are drawn apart, because a large table takes its time."""
        self._paint_models(state, title)
        self._paint_versions(state)
        self._paint_terms(state)
        self.status.value = status_html(state)
        self.trouble.value = html_of(describe_failure(state.error)) if state.error is not None else ""
        advice = _advice(state)
        self.note.value = text_html(advice)
        self.cancel.description = now("Cancel the report") if {*state.waiting} == {"report"} else now("Cancel")
        self.python.value = to_python(plan)
        self.magic.value = to_line(plan) or now("No %paimodel line expresses this; use the Python code.")
        self.tabs.selected_index = TABS.index(state.tab)
        # a link that the notebook makes work, because only it knows where its files are
        link = file_bundle(Path(state.report.name)) if state.report is not None else {}
        self.link.outputs = ({"output_type": "display_data", "data": link, "metadata": {}},) if link else ()
        picking, browsing = state.place != "result", state.place == "models"
        shown = {
            self.heading: picking,
            self.bar: not picking,
            self.query: picking,
            self.browsing: browsing and (state.models.found or state.model_id),
            self.models: state.models.found,
            self.back: state.model_id,
            self.listing: picking and not browsing,
            self.actions: picking and (not browsing or state.picks or state.waiting),
            self.cancel: state.waiting,
            self.clear: state.picks,
            self.fold: state.results,
            self.report: len(state.results) > 1,
            self.trouble: state.error is not None,
            self.link: state.report,
            self.note: advice,
            self.answer: state.results and not browsing,
            self.direction: state.by,  # it is of that metric alone
        }
        # never two of one control on show
        terms = () if shown[self.answer] else (self.metric, self.baseline)
        self.narrow.children = (self.text, self.more, *terms)
        for control, is_shown in shown.items():
            control.layout.display = None if is_shown else "none"
        # the old result stays, pale, until the new one is drawn: a page that grows shorter and longer again moves what is below
        waits = state.is_before or not {"fetch", "compare"}.isdisjoint(state.waiting)
        (self.answer.add_class if waits else self.answer.remove_class)("pai-before")
        self._keep_focus(state)

    def _keep_focus(self, state: ExplorerState) -> None:
        """Give the focus to what takes the place of a clicked button: else it is lost, and the next key is the notebook's."""
        clicked, ended = self._clicked, self._clicked is self.cancel and not state.waiting
        gone = state.place != self._place or ended or clicked in self.chips[len(self.chip_row.children) :]
        if clicked is not None and gone:
            {"models": self.query, "versions": self.versions, "result": self.change}[state.place].focus()
            self._clicked = None
        self._place = state.place

    def _paint_models(self, state: ExplorerState, title: str) -> None:
        options = state.models.options()
        _offer(self.models, options, state.model_id if state.model_id in dict(options).values() else None)
        self.query.options = tuple(text for text, _ in options)
        name = state.models.name(state.model_id)
        below = f" <small>{text_html(state.model_id)}</small>" if name != state.model_id else ""
        self.model.value = f"<div><strong>{text_html(name)}</strong>{below}</div>"
        names = text_html(_models_of(state))
        fetched = text_html(counted(len(state.results), "version"))
        below = "" if text_html(title) == fetched else f" <small>· {text_html(title)}</small>"
        self.folded.value = f"<div><strong>{names}</strong> · {fetched}{below}</div>"

    def _paint_versions(self, state: ExplorerState) -> None:
        listing, picks = state.listing, each(state.picks)
        options = listing.options()
        _offer(self.versions, options, [name for _, name in options if (state.model_id, name) in picks])
        self.more.options = ("latest", "approved", "last:3", "last:5", *(name for _, name in options)) if listing.lines else ()
        self.more.value = ""
        self.window.value = str(listing)
        self.keep.value = state.keep_picks
        self.text.value = listing.text
        self.columns["version"].layout.width = f"{listing.name_width}ch"
        for column, button in self.columns.items():
            words = (listing.words or now("no metric")) if column == "metric" else now(column)
            button.description = f"{words} {'▼' if listing.descending else '▲'}" if column == listing.column else words
            button.tooltip = now("sort by {column}", column=words)
        for chip, (model, name) in zip(self.chips, picks, strict=False):
            words = f"{state.models.name(model)} {name}" if len(state.picks) > 1 else name
            chip.description = f"{visible(words)} ×"
        self.chip_row.children = tuple(self.chips[: len(picks)])
        self.beyond.value = now("and {count} more", count=len(picks) - CHIPS) if len(picks) > CHIPS else ""

    def _paint_terms(self, state: ExplorerState) -> None:
        baselines = [(told(BASELINE_OPTIONS.get(name, visible(name))), name) for name in state.baselines]
        _offer(self.baseline, baselines, kept(state.terms.get("baseline", ""), state.baselines) if baselines else None)
        metrics = [(visible(name), name) for name in state.metrics]
        _offer(self.metric, [(now("choose one"), ""), *metrics] if metrics else [], state.by if metrics else None)
        self.direction.value = state.terms.get("directions", {}).get(state.by, "")
        cards = dict.fromkeys([*state.names[:WINDOW], *([state.card] if state.card else [])])
        _offer(self.card, [(visible(name), name) for name in cards], state.card or None)

    def close(self) -> None:
        """Take every widget away."""
        for widget in self.everything():
            widget.close()


def _below(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    for child in getattr(widget, "children", ()):
        yield from _below(child)
    yield from (part for name in ("layout", "style") if isinstance(part := getattr(widget, name, None), widgets.Widget))
    yield widget


def _offer(control: widgets.Widget, options: Iterable[tuple[str, Any]], value: Any) -> None:
    """Options and choice in one message, so that a front-end never sees one without the other."""
    with control.hold_sync():
        control.options = tuple(options)
        control.value = value


def status_html(state: ExplorerState) -> str:
    """The status line, with a bar while the amount is known; a live region, so that a screen reader says it."""
    line = text_html(state.status)
    if state.progress is not None:
        done, total = state.progress
        line += f" · {now('{count:,} of {total:,}', count=done, total=total)}" if total else f" · {done:,}"
        line += f' <progress value="{done}" max="{total}" aria-label="progress"></progress>' if total else ""
    # what the line above the verdict says as well is for a screen reader alone
    plain = "" if state.phase != "ready" or state.place != "result" or state.comparison is None or state.report else " pai-unsaid"
    return f'<div role="status" class="pai-status pai-{state.phase}{plain}">{line}</div>'


def _models_of(state: ExplorerState) -> str:
    return listed([state.models.name(model) for model in state.results.models], 2)


def _advice(state: ExplorerState) -> str:
    """What to do next, where that is not plain."""
    if state.results and "fetch" not in state.waiting and (state.is_before or state.phase == "cancelled"):
        names, fetched = _models_of(state), counted(len(state.results), "version")
        below = say("Below: {fetched} of {models}, fetched before.", fetched=fetched, models=names)
        brings = [say("Fetch brings the {versions} picked now.", versions=amount(state.picks))] if state.is_before and state.picks else []
        return str(told(joined([below, *brings], " ")))
    if state.by and "by" not in state.arguments:
        return now("The name {metric} does not say which way is better: choose it in “Better is”.", metric=visible(state.by))
    return ""
