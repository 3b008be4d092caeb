"""A static copy beside a widget, for wherever the widget cannot be shown.

A widget lives in the kernel. A notebook that is saved and opened again, exported or not trusted shows only what stands in
its outputs, and a saved widget view shadows the HTML beside it. So an object with a widget shows two outputs: the widget,
and a block that follows it. The block is hidden by a style sheet that the widget itself brings; where the widget cannot be
shown, the style sheet is not there either, and the block is.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pai_notebook.display.blocks import Note
from pai_notebook.display.bundle import mimebundle
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from pai_notebook.display.blocks import Block

VIEW = "application/vnd.jupyter.widget-view+json"


class Copy:
    """The copies of one object that are on display, all under one display id, which is their class name too."""

    def __init__(self) -> None:
        self.name = f"pai-copy-{uuid.uuid4().hex[:12]}"
        self._sent: dict[str, str] | None = None

    def bundle(self, block: Block) -> dict[str, str]:
        """The block as HTML and as text."""
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
        """Whether the object was displayed."""
        return self._sent is not None
