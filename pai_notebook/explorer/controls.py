"""The widgets of the explorer: core ipywidgets only, picking above and the answer below; and how they follow the state."""

from __future__ import annotations

import base64
import html
import os
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from pai_notebook.explorer.jobs import BASELINE_OPTIONS, DEFAULT
from pai_notebook.explorer.listing import COLUMNS, WINDOW, model_option, name_width, version_options
from pai_notebook.explorer.panels import PANELS
from pai_notebook.explorer.state import QUICK
from pai_notebook.i18n.phrases import joined, now, say, told, with_text
from pai_notebook.model.nearest import counted
from pai_notebook.plan import to_line
from pai_notebook.python_source import to_python
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pathlib import Path

    from pai_notebook.explorer.state import ExplorerState
    from pai_notebook.python_source import Plan

# One thread at a time changes a widget: a front-end's message, on any thread of the kernel, or our writer.
TURN = threading.RLock()

# A notebook takes the plain arrow keys for itself, from whatever has the focus in an output, and leaves those with Ctrl alone.
KEYS = say("Ctrl+↑ ↓ moves and Ctrl+Space picks in the list; Ctrl+← → moves and Enter shows in the tabs")
# ipywidgets 8, whose tabs have titles and whose buttons can be given the focus; Colab has an older one.
LIVE = hasattr(widgets, "TagsInput")
# Picks that have a button each; the list shows the others.
CHIPS = 12

STYLE = """
.pai-explorer{max-width:1400px;padding-top:1px;background:var(--jp-layout-color0,transparent)}
body[data-jp-theme-light="false"] .pai-explorer{color-scheme:dark}
.pai-explorer .pai-stacked{flex-direction:column;align-items:stretch;height:auto}
.pai-explorer .pai-stacked>.widget-label{flex:none;width:auto;max-width:none;height:auto;line-height:1.4;text-align:left}
.pai-explorer .pai-stacked>.widget-label{font-size:12px;opacity:.85}
.pai-explorer .pai-stacked>:is(select,input,textarea){flex:none;width:100%;max-width:none;margin:0}
.pai-explorer .widget-dropdown>select{height:var(--jp-widgets-inline-height,28px);line-height:1.4;appearance:auto;background-image:none}
.pai-explorer .pai-list select{padding:2px;overflow:auto}
.pai-explorer .pai-list option{padding:1px 4px;line-height:1.5}
.pai-explorer :is(.pai-mono select,.pai-columns button,.pai-code textarea){font-family:var(--jp-code-font-family,monospace);font-size:12px}
.pai-explorer .pai-columns button{flex:none;text-align:left;padding:0;background:transparent;line-height:20px;height:20px}
.pai-explorer .pai-columns button:last-child{flex:0 1 auto}
.pai-explorer .pai-mono>.widget-label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.pai-explorer .pai-columns button:hover{text-decoration:underline;box-shadow:none}
.pai-explorer .pai-chips button{border-radius:12px;height:24px;line-height:22px;padding:0 8px}
.pai-explorer .pai-head>div{font-size:14px;line-height:1.4}
.pai-explorer .pai-small>div{font-size:12px;line-height:1.5}
.pai-explorer .pai-panel{overflow-x:auto}
.pai-explorer .pai-panel>div{min-width:0;width:100%;line-height:1.5}
.pai-explorer .pai-status{padding-left:1.3em;text-indent:-1.3em}
.pai-explorer .pai-status::before{content:"·";display:inline-block;width:1.3em;text-indent:0;font-weight:700}
.pai-explorer .pai-empty::before{content:"○"}
.pai-explorer .pai-ready::before{content:"✓"}
.pai-explorer :is(.pai-searching,.pai-loading)::before{content:"…"}
.pai-explorer .pai-nothing::before{content:"?"}
.pai-explorer .pai-failed::before{content:"✗"}
.pai-explorer .pai-partly::before{content:"!"}
.pai-explorer .pai-cancelled::before{content:"–"}
.pai-explorer .pai-stale::before{content:"↻"}
.pai-explorer .pai-before{opacity:.55}
.pai-explorer .widget-checkbox{height:28px;display:flex;align-items:center}
.pai-explorer .widget-checkbox label{white-space:normal;line-height:1.4}
.pai-explorer .widget-tab,.pai-explorer .widget-tab>div{min-width:0;background:transparent}
.pai-explorer .jupyter-widgets.widget-tab>.widget-tab-contents{border-width:1px 0 0;padding:6px 0 0;background:transparent}
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


_KINDS = ("Select", "SelectMultiple", "Dropdown", "Combobox", "Text", "Checkbox", "Tab")
_INPUTS: dict[str, Any] = {kind: type(f"_{kind}", (_OneAtATime, getattr(widgets, kind)), {}) for kind in _KINDS}


def _layout(**wanted: str) -> widgets.Layout:
    return widgets.Layout(**{"width": "auto", "min_width": "0", "margin": "0", **wanted})


def _stacked(kind: str, description: str, **wanted: Any) -> Any:
    """A control with its name above it, as wide as there is room."""
    made = _INPUTS.get(kind, widgets.Textarea)
    words = {name: told(wanted[name]) for name in ("placeholder",) if name in wanted}
    control = made(description=told(description), layout=_layout(), style={"description_width": "auto"}, **{**wanted, **words})
    control.add_class("pai-stacked")
    return control


def _html(kind: str) -> Any:
    return widgets.HTML(layout=_layout(overflow="auto" if kind == "pai-panel" else "visible")).add_class(kind)


def _button(description: str, tooltip: str = "", **wanted: Any) -> Any:
    return widgets.Button(description=told(description), tooltip=told(tooltip) or None, layout=_layout(), **wanted)


def _checkbox(description: str, **wanted: Any) -> Any:
    return _INPUTS["Checkbox"](description=told(description), indent=False, layout=_layout(), **wanted)


def _row(*children: Any, share: str = "0 1 auto", **layout: str) -> widgets.HBox:
    """Children beside each other, each with a share of the width, below each other where that is too narrow."""
    for child in children:
        child.layout.flex = child.layout.flex or share
    return widgets.HBox(
        children,
        layout=_layout(**{"flex_flow": "row wrap", "align_items": "flex-end", "grid_gap": "4px 8px", "overflow": "visible", **layout}),
    )


def _column(*children: Any) -> widgets.VBox:
    return widgets.VBox(children, layout=_layout(grid_gap="4px", overflow="visible"))


class Controls:
    """Every widget of one explorer, by name; `root` holds them all."""

    def __init__(self) -> None:
        self.heading, self.status, self.note, self.trouble = _html("pai-head"), _html("pai-small"), _html("pai-small"), _html("pai-panel")
        hint = say("name, task, label or id; also provider=pai, workspace=…, label=…")
        self.query = _stacked("Combobox", say("Find models"), placeholder=hint, continuous_update=False)
        self.models = _stacked("Select", say("Models"), options=[], rows=6).add_class("pai-list")
        self.back = _button(say("‹ Back to versions"))
        self.link = widgets.Output(layout=_layout())
        terms = self._make_answer()
        self.listing = self._make_listing()
        self.browsing = _column(self.models, _row(self.back))
        words = with_text(say("change what is picked"), "change")
        self.folded, self.change = (
            _html("pai-head"),
            _button(words, say("pick other versions or another model")),
        )
        self.report, self.cancel = (
            _button(say("Report"), say("write the comparison into a file beside the notebook")),
            _button(say("Cancel")),
        )
        self.bar = _row(self.folded, self.change, self.report, self.cancel, align_items="center")
        self.fetch = _button(say("Fetch"), button_style="primary")
        self.keep, self.clear, self.fold = (
            _checkbox(say("keep picks across models")),
            _button(say("Clear picks")),
            _button(say("Back to the result")),
        )
        self.actions = _row(self.fetch, self.cancel, self.clear, self.fold, self.keep, align_items="center")
        self.answer = _column(_row(*terms, share="1 1 9rem"), self.tabs)
        parts = [self.heading, self.bar, self.query, self.status, self.browsing, self.listing, self.actions]
        parts += [self.trouble, self.link, self.note, self.answer]
        self.root = _column(*parts).add_class("pai-explorer")

    def _make_listing(self) -> widgets.VBox:
        """The list of versions with all that picks from it."""
        self.all_models = _button(say("‹ Models"), say("choose another model"))
        self.model = _html("pai-head")
        self.text = _stacked("Text", say("Filter"), placeholder=say("name, approval, label"), continuous_update=True)
        self.more = _stacked("Combobox", say("Pick by typing"), placeholder=say("last:3, 0.1.0..0.9.0"), continuous_update=False)
        self.quick = {words: _button(say(words), say("pick {words}", words=say(words))) for words in QUICK}
        self.columns = {column: _button(say(column), say("sort by {column}", column=say(column))) for column in COLUMNS}
        heads = widgets.HBox(list(self.columns.values()), layout=_layout(padding="0 0 0 7px")).add_class("pai-columns")
        self.versions = _stacked("SelectMultiple", say("Versions"), options=[], rows=7).add_class("pai-list").add_class("pai-mono")
        self.window = _html("pai-small")
        self.higher, self.lower = _button(say("‹ Previous")), _button(say("Next ›"))
        self.pages = _row(self.window, self.higher, self.lower)
        layout, style = _layout(), widgets.ButtonStyle()
        self.chips = [widgets.Button(layout=layout, style=style) for _ in range(CHIPS)]
        self.chip_row, self.beyond = _row().add_class("pai-chips"), _html("pai-small")
        self.narrow = _row(self.text, self.more, self.metric, self.baseline, share="1 1 7rem")
        head = _row(self.all_models, self.model, *self.quick.values(), align_items="center")
        self.baseline.layout.flex = "2 1 7rem"
        return _column(head, self.narrow, heads, self.versions, self.pages, _row(self.chip_row, self.beyond, align_items="center"))

    def _make_answer(self) -> list[Any]:
        """How to compare, and the tabs; gives the controls of their row."""
        self.baseline = _stacked("Dropdown", say("Baseline"), options=[])
        self.metrics = _stacked("Text", say("Metrics shown"), placeholder=say("all, or acc, f1*"), continuous_update=False)
        self.metric = _stacked("Dropdown", say("Metric"), options=[])
        directions = [(told(say("as its name suggests")), ""), (told(say("higher")), "max"), (told(say("lower")), "min")]
        self.direction = _stacked("Dropdown", say("Better is"), options=directions)
        self.differences = _checkbox(say("differences only"), value=True)
        self.card = _stacked("Dropdown", say("Version shown"), options=[])
        self.panels = {name: _html("pai-panel") for name in PANELS}
        self.python, self.magic, self.markdown = (
            _stacked("Textarea", say("{name} (Ctrl+A, Ctrl+C copies it)", name=name), rows=rows).add_class("pai-code")
            for name, rows in (("Python", 6), (say("Magic line"), 2), ("Markdown", 6))
        )
        pages = {**self.panels, "Card": _column(self.card, self.panels["Card"]), "Code": _column(self.python, self.magic, self.markdown)}
        self.pages_of_tabs = list(pages)
        titles = [told(say(name)) for name in pages]
        self.tabs = _INPUTS["Tab"](children=list(pages.values()), titles=titles, selected_index=0, layout=_layout())
        return [self.baseline, self.metric, self.direction, self.metrics, self.differences]

    @property
    def inputs(self) -> list[widgets.Widget]:
        """Every widget that a front-end sends messages of."""
        return [widget for widget in self.everything() if isinstance(widget, (_OneAtATime, widgets.Button))]

    def everything(self) -> Iterator[widgets.Widget]:
        """Every widget, on show or not, each with its layout and style, children first."""
        yield from _below(self.root)
        for chip in self.chips:
            yield from _below(chip)

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


def paint(state: ExplorerState, controls: Controls, plan: Plan, title: str) -> None:
    """Bring every control in step with the state."""
    _paint_models(state, controls, title)
    _paint_versions(state, controls)
    _paint_terms(state, controls)
    _set(controls.status, "value", status_html(state))
    _set(controls.note, "value", f'<div class="pai-note">{html.escape(_advice(state))}</div>' if _advice(state) else "")
    _set(controls.tabs, "selected_index", controls.pages_of_tabs.index(state.tab))
    _set(controls.python, "value", to_python(plan))
    _set(controls.magic, "value", to_line(plan) or now("No %paimodel line expresses this; use the Python code."))
    _paint_link(state, controls)
    picking, browsing = not state.folded, state.browsing and not state.folded
    shown = {
        controls.heading: picking,
        controls.bar: state.folded,
        controls.query: picking,
        controls.browsing: browsing and (bool(state.models) or bool(state.model_id)),
        controls.models: bool(state.models),
        controls.back: bool(state.model_id),
        controls.listing: picking and not browsing,
        controls.actions: picking and (not browsing or bool(state.picks) or state.busy),
        controls.cancel: state.busy,
        controls.clear: bool(state.picks),
        controls.fold: bool(state.results),
        controls.report: len(state.results) > 1,
        controls.trouble: state.error is not None,
        controls.link: state.report is not None,
        controls.note: bool(controls.note.value),
        controls.answer: bool(state.results) and not browsing,
    }
    # never two of one control on show
    terms = () if shown[controls.answer] else (controls.metric, controls.baseline)
    _set(controls.narrow, "children", (controls.text, controls.more, *terms))
    for control, is_shown in shown.items():
        _set(control.layout, "display", None if is_shown else "none")
    waits = any(job.lane == "fetch" for job in state.pending) or state.is_stale
    (controls.answer.add_class if waits else controls.answer.remove_class)("pai-before")


def put(controls: Controls, tab: str, panel: str, trouble: str) -> None:
    """Put drawn text where it belongs."""
    if tab in controls.panels:
        _set(controls.panels[tab], "value", panel)
    elif tab == "Code":
        _set(controls.markdown, "value", panel)
    _set(controls.trouble, "value", trouble)


def status_html(state: ExplorerState) -> str:
    """The status line, with a bar while the amount is known; a live region, so that a screen reader says it."""
    line = html.escape(visible(told(state.status)))
    if state.progress is not None:
        done, total = state.progress
        line += f" · {now('{count:,} of {total:,}', count=done, total=total)}" if total else f" · {done:,}"
        line += f' <progress value="{done}" max="{total}" aria-label="progress"></progress>' if total else ""
    return f'<div role="status" class="pai-status pai-{state.phase}">{line}</div>'


def _advice(state: ExplorerState) -> str:
    """What to do next, where that is not plain."""
    phase = state.phase
    if phase == "stale":
        return now("Below is what was fetched before, not what is picked now; Fetch brings the {versions}.", versions=state.picked_text)
    if phase == "cancelled" and state.results:
        return now("Below is what was fetched before.")
    return ""


def _paint_models(state: ExplorerState, controls: Controls, title: str) -> None:
    lines = state.model_lines
    options = [(model_option(line), line.model_id) for line in lines]
    _offer(controls.models, options, state.model_id if any(line.model_id == state.model_id for line in lines) else None)
    _set(controls.query, "options", tuple(text for text, _ in options))
    name = html.escape(visible(state.model_name(state.model_id)))
    _set(controls.model, "value", f"<strong>{name}</strong>")
    count = f"{sum(map(len, state.picks.values())):,}"
    models = [html.escape(visible(state.model_name(model))) for model in state.results.models]
    names = told(say("{shown} and {count} more", shown=joined(models[:2]), count=len(models) - 2) if models[2:] else joined(models))
    picked = now("{count} picked", count=count)
    _set(controls.folded, "value", f"<div><strong>{names}</strong> · {picked} <small>· {html.escape(visible(told(title)))}</small></div>")


def _paint_versions(state: ExplorerState, controls: Controls) -> None:
    window = state.window
    options = version_options(window, state.measure, state.older)
    _offer(controls.versions, options, state.shown_picks)
    suggestions = ("latest", "approved", "last:3", "last:5", *(name for _, name in options)) if state.lines else ()
    _set(controls.more, "options", suggestions)
    _set(controls.more, "value", "")
    hidden = sum(map(len, state.picks.values())) - len(state.shown_picks)
    picked = f" · {now('{picks} not shown', picks=counted(hidden, 'pick'))}" if hidden else ""
    _set(controls.window, "value", f'<div class="pai-window">{window}{picked}</div>')
    for button in (controls.higher, controls.lower):
        _set(button.layout, "display", None if window.pages > 1 else "none")
    _set(controls.keep, "value", state.keep_picks)
    _set(controls.text, "value", state.text)
    widths = {"version": name_width(window), "approval": 12, "created": 12, "metric": 0}
    column, descending = state.order
    for name, button in controls.columns.items():
        words = told(state.measure.words) if name == "metric" else now(name)
        _set(button, "description", f"{words} {'↓' if descending else '↑'}" if name == column else words)
        _set(button.layout, "width", f"{widths[name]}ch" if widths[name] else "auto")
    picks = state.all_picks
    for chip, (model, name) in zip(controls.chips, picks, strict=False):
        words = f"{state.model_name(model)} {name}" if len(state.picks) > 1 else name
        _set(chip, "description", f"{visible(words)} ×")
    _set(controls.chip_row, "children", tuple(controls.chips[: len(picks)]))
    _set(controls.beyond, "value", now("and {count} more", count=len(picks) - CHIPS) if len(picks) > CHIPS else "")


def _paint_terms(state: ExplorerState, controls: Controls) -> None:
    baselines = [(told(BASELINE_OPTIONS.get(name, visible(name))), name) for name in state.baselines]
    chosen = state.terms.baseline if state.terms.baseline in state.baselines else DEFAULT
    _offer(controls.baseline, baselines, chosen if baselines else None)
    metrics = [(visible(name), name) for name in state.metrics]
    _offer(controls.metric, [(now("choose one"), ""), *metrics] if metrics else [], state.terms.by if metrics else None)
    _set(controls.direction, "value", dict(state.terms.directions).get(state.metric, ""))
    cards = dict.fromkeys([*state.names[:WINDOW], *([state.card] if state.card else [])])
    _offer(controls.card, [(visible(name), name) for name in cards], state.card or None)


def _paint_link(state: ExplorerState, controls: Controls) -> None:
    """A link that the notebook makes work, because only it knows where its files are; Voila serves none, so there it has the file."""
    name = html.escape(state.report.name if state.report else "", quote=True)
    if state.report is not None and os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        page = f'<a href="{_file_itself(state.report, state.report.stat().st_mtime_ns)}" download="{name}">{name}</a>'
    else:
        page = f'<a href="{name}" target="_blank">{name}</a>'
    outputs = ({"output_type": "display_data", "data": {"text/html": page, "text/plain": name}, "metadata": {}},) if name else ()
    _set(controls.link, "outputs", outputs)


@lru_cache(maxsize=1)
def _file_itself(path: Path, _: int) -> str:
    """A page as an address; read anew when it was written anew."""
    return f"data:text/html;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _offer(control: widgets.Widget, options: Iterable[tuple[str, Any]], value: Any) -> None:
    """Options and choice in one message, so that a front-end never sees one without the other."""
    offered = tuple(options)
    with control.hold_sync():
        if control.options != offered:
            control.options = offered
        _set(control, "value", value)


def _set(control: Any, trait: str, value: Any) -> None:
    if getattr(control, trait) != value:
        setattr(control, trait, value)
