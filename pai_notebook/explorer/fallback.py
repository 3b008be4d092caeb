"""The static copy beside the widget, for the time when there is no widget.

A widget lives in the kernel. A notebook that is saved and opened again, exported or not trusted shows only what stands in
its outputs, and a saved widget view shadows the HTML beside it. So the explorer shows itself as two outputs: the widget,
and a table that follows it. The table is hidden by a style sheet that the widget itself brings; where the widget cannot be
shown, the style sheet is not there either, and the table is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pai_notebook.display import Note, mimebundle

if TYPE_CHECKING:
    from pai_notebook.display import Block

__all__ = ["VIEW", "Copy", "copy_bundle"]

VIEW = "application/vnd.jupyter.widget-view+json"


def copy_bundle(block: Block, name: str) -> dict[str, str]:
    """The table as HTML under a class of this name, and as text."""
    bundle = mimebundle(block, include={"text/html", "text/plain"})
    return {**bundle, "text/html": f'<div class="{name}">{bundle["text/html"]}</div>'}


class Copy:
    """The copies of one explorer that are on display, all under one display id.

    Parameters
    ----------
    name : str
        Display id and class name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._sent: dict[str, str] | None = None

    @property
    def hiding_style(self) -> str:
        """The style sheet that the live widget brings."""
        return f".{self.name}{{display:none}}"

    def show(self, view: dict[str, Any], title: str, block: Block) -> None:
        """Display the widget, and its copy below it."""
        from IPython.display import display  # noqa: PLC0415 - only where there is something to display on

        display({**mimebundle(Note(f"{title}, interactive in a running notebook. Below is what it showed last.")), VIEW: view}, raw=True)  # type: ignore[no-untyped-call]
        self._sent = copy_bundle(block, self.name)
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
