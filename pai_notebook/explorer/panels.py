"""Panels of the explorer, in the shapes of `display`: result, chart, errors, and the static copy beside the widget.

A widget lives in the kernel. A notebook that is saved and opened again, exported or not trusted shows only what stands in
its outputs, and a saved widget view shadows the HTML beside it. So the explorer shows itself as two outputs: the widget,
and a table that follows it. The table is hidden by a style sheet that the widget itself brings; where the widget cannot be
shown, the style sheet is not there either, and the table is.
"""

from __future__ import annotations

import base64
import html
import uuid
import warnings
from typing import TYPE_CHECKING, Any

from pai_notebook.display import Card, Note, Section, Stack, describe_error, mimebundle, render_html, render_markdown
from pai_notebook.errors import PaiError
from pai_notebook.i18n.phrases import say, told
from pai_notebook.model.models_view import describe_models
from pai_notebook.model.nearest import counted
from pai_notebook.plot.theme import load_matplotlib
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison
    from pai_notebook.display import Block
    from pai_notebook.explorer.jobs import Shown
    from pai_notebook.io.report import Figure

VIEW = "application/vnd.jupyter.widget-view+json"


class Copy:
    """The copies of one explorer that are on display, all under one display id, which is their class name too."""

    def __init__(self) -> None:
        self.name = f"pai-copy-{uuid.uuid4().hex[:12]}"
        self._sent: dict[str, str] | None = None

    def bundle(self, block: Block) -> dict[str, str]:
        """The table as HTML and as text."""
        bundle = mimebundle(block, include={"text/html", "text/plain"})
        return {**bundle, "text/html": f'<div class="{self.name}">{bundle["text/html"]}</div>'}

    @property
    def hiding_style(self) -> str:
        """The style sheet that the widget brings: it hides the copy, and itself once its kernel is gone."""
        live = f".{self.name}-live"
        gone = "jupyter-widgets-disconnected"
        return f"body:has({live}:not(.{gone})) .{self.name},{live}.{gone}{{display:none}}"

    def show(self, view: dict[str, Any], title: str, block: Block) -> None:
        """Display the widget, and its copy below it."""
        from IPython.display import display  # noqa: PLC0415 - only where there is something to display on

        display(
            {**mimebundle(Note(say("{title}, interactive in a running notebook. Below is what it showed last.", title=title))), VIEW: view},
            raw=True,
        )  # type: ignore[no-untyped-call]
        self._sent = self.bundle(block)
        display(self._sent, raw=True, display_id=self.name)  # type: ignore[no-untyped-call]

    def update(self, bundle: dict[str, str]) -> None:
        """Let every copy on display follow; sends nothing when nothing was displayed or changed."""
        if self._sent in (None, bundle):
            return
        from IPython.display import update_display  # noqa: PLC0415 - as above

        self._sent = bundle
        update_display(bundle, display_id=self.name, raw=True)  # type: ignore[no-untyped-call]

    @property
    def on_display(self) -> bool:
        """Whether the explorer was displayed."""
        return self._sent is not None


_MOST_PLOTS = 3


def chart_html(comparison: Comparison | None, metric: str) -> str:
    """A dot plot of a metric for each of its first datasets, and a heat map of all metrics."""
    if comparison is None:
        return render_html(Note(say("Pick and fetch two or more versions to see a chart.")))
    try:
        load_matplotlib()
        from pai_notebook.plot.pictures import report_figures  # noqa: PLC0415 - matplotlib is an optional extra
    except ImportError:
        return render_html(Note(say("Charts need matplotlib: pip install matplotlib, then restart the kernel."), "info"))
    data = comparison.plot.data
    names = [f"{each.path}@{each.dataset}" for each in data.measures if each.path == metric and each.has_numbers]
    with warnings.catch_warnings(record=True) as odd:
        warnings.simplefilter("always")
        figures = [*report_figures(data, names[:_MOST_PLOTS]), *report_figures(data)]
    if not figures:
        return render_html(Note(say("No metric differs between these versions.")))
    notes = [render_html(Note(text, "info")) for text in dict.fromkeys(str(warning.message) for warning in odd)]
    return "".join([*notes, *(_pictures(figure) for figure in figures)])


def _pictures(figure: Figure) -> str:
    """Both pictures of a pair; the explorer's style sheet shows the one that suits the theme."""
    alt = html.escape(visible(told(figure.alt)), quote=True)
    return "".join(
        f'<img class="pai-chart pai-{kind}" src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}"'
        f' width="{figure.width}" alt="{alt}">'
        for kind, png in (("light", figure.light), ("dark", figure.dark))
    )


# Tabs with HTML in them; "Code" has text to copy.
PANELS = ("Card", "Compare", "Chart")


def tab_text(shown: Shown) -> str:
    """What the tab on show shows: HTML, or of the tab "Code" the comparison as Markdown."""
    if shown.tab == "Chart":
        return chart_html(shown.comparison, shown.metric)
    block = describe_result(shown) if shown.tab != "Card" else shown.version._describe() if shown.version else None  # noqa: SLF001 - the hook of shown objects
    block = block or Note(say("Nothing fetched yet.") if shown.error is None else say("Nothing could be fetched."))
    return render_html(block) if shown.tab in PANELS else render_markdown(block)


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
    blocks: list[Block] = [describe_failure(shown.error)] if shown.error is not None else []
    result = describe_result(shown)
    if result is not None:
        blocks.append(result)
    elif shown.models:
        blocks.append(describe_models(shown.models))
    elif not blocks:
        blocks.append(Note(say("Nothing fetched yet.")))
    return Stack([Section(title, blocks)])
