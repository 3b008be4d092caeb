"""What a notebook asks an object for: HTML, Markdown and text from one description; and an error as a small panel."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pai_notebook.display.blocks import Block, Card, Facts, Note, Table
from pai_notebook.display.html import render_html
from pai_notebook.display.layout import map_texts
from pai_notebook.display.markdown import render_markdown
from pai_notebook.display.plain import inline
from pai_notebook.display.spans import Code, Inline
from pai_notebook.display.text import render_text
from pai_notebook.errors import FetchErrors, PaiError
from pai_notebook.guides import Guided
from pai_notebook.i18n.phrases import joined, say, speaking, told, with_text
from pai_notebook.sanitize import Printed, encodable, stdout_encoding

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pai_notebook.display.blocks import Block

# Failures that an error panel lists.
_MOST = 20


def describe_error(error: PaiError) -> Card:
    """Describe an error of this package.

    Examples
    --------
    >>> from pai_notebook.display import render_text
    >>> print(render_text(describe_error(PaiError("no answer", hint="Try again.", code="ServiceUnavailable", status=503)), 50))
    ✗ no answer
    PaiError
    ──────────────────────────────────────────────────
    Try again.
    <BLANKLINE>
    code ServiceUnavailable · HTTP 503
    """
    blocks: list[Block] = [Note(error.hint)] if error.hint else []
    about = [
        (say("model"), error.model_name or error.model_id),
        (say("version"), error.version_name),
        (say("region"), error.region),
        (say("action"), error.action),
    ]
    facts: list[tuple[str, Inline]] = [(name, Code(value)) for name, value in about if value]
    if error.attempts > 1:
        facts.append((say("attempts"), f"{error.attempts:,}"))
    if facts:
        blocks.append(Facts(facts))
    if isinstance(error, FetchErrors) and error.errors:
        rows: list[list[Inline]] = [[Code(cause.called(address)), cause.headline] for address, cause in error.errors.items()]
        blocks.append(Table([say("address"), say("what happened")], rows, limit=_MOST, unit=say("failures")))
    return Card(
        with_text(error.headline, error.headline.rstrip(".")),
        type(error).__name__,
        tone="bad",
        blocks=blocks,
        footer=_evidence(error),
    )


def _evidence(error: PaiError) -> str:
    parts = [
        error.model_id if error.model_name else "",
        say("code {code}", code=error.code) if error.code else "",
        f"HTTP {error.status}" if error.status else "",
        say("request {id}", id=error.request_id) if error.request_id else "",
    ]
    return joined([part for part in parts if part], " · ")


_LINE = 160

_RENDERERS = {"text/html": render_html, "text/markdown": render_markdown, "text/plain": render_text}


def mimebundle(block: Block, include: Container[str] | None = None, exclude: Container[str] | None = None) -> dict[str, str]:
    """Render a block in every type asked for; without `include` in all three.

    Examples
    --------
    >>> from pai_notebook.display import Note
    >>> mimebundle(Note("ready"), include={"text/plain", "text/markdown"})
    {'text/markdown': 'ready', 'text/plain': 'ready'}
    """
    return {
        kind: render(block)
        for kind, render in _RENDERERS.items()
        if (include is None or kind in include) and (exclude is None or kind not in exclude)
    }


def notebook_display() -> tuple[Callable[..., Any] | None, int]:
    """IPython's `display` in the kernel of a notebook, None elsewhere, and the number of the cell that runs."""
    if "ipykernel" not in sys.modules:
        return None, 0
    from IPython import get_ipython  # noqa: PLC0415 - only where a kernel already runs
    from IPython.display import display  # noqa: PLC0415 - as above

    shell: Any = get_ipython()
    return (display, shell.execution_count) if hasattr(shell, "kernel") else (None, 0)


def front_end_message(shell: Any) -> dict[str, dict[str, Any]]:
    """The message of a front-end that is being answered, empty where there is none."""
    try:
        return dict(shell.kernel.get_parent())
    except (AttributeError, LookupError):
        return {}


class Brief(Guided, Printed):
    """Gives an object a `repr` of one short line, for lists, tracebacks and bound methods. The class defines `_brief`.

    Examples
    --------
    >>> class Answer(Brief):
    ...     def _brief(self):
    ...         return "42"
    >>> [Answer()]
    [<Answer 42>]
    """

    __slots__ = ()

    def _brief(self) -> str:
        return ""

    def __repr__(self) -> str:
        return self._in_brackets(_LINE)

    def _in_brackets(self, longest: int) -> str:
        brief = encodable(inline(told(self._brief()), longest), stdout_encoding())
        return f"<{type(self).__name__}{' ' if brief else ''}{brief}>"


class Answered:
    """Makes answers equal that say the same, copies too. The class defines `_content`, which can be hashed."""

    def _content(self) -> tuple[object, ...]:
        raise TypeError(f"{type(self).__name__} does not say what it answers")

    def __eq__(self, other: object) -> bool:
        return self._content() == other._content() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._content())


class Displayed(Brief):
    """Gives an object its card in a notebook and its text in a terminal. The class defines `_describe`, which must not fetch.

    IPython shows the whole object when it is the value of a cell, and so does `print`; `repr` is one line. The text is as wide as
    the terminal it is printed in and 80 columns everywhere else, so that what a notebook stores does not depend on a window;
    signs that stdout cannot encode have stand-ins.

    Examples
    --------
    >>> from pai_notebook.display import Note
    >>> class Answer(Displayed):
    ...     def _describe(self):
    ...         return Note("42")
    >>> print(Answer())
    42
    """

    _lang: str | None = None
    """The language that it was asked for in; None is the one being spoken when it is shown."""
    _rewording: Callable[[str], str] | None = None
    """How to say its texts where it was asked for in other words than those of Python."""

    def _describe(self) -> Block:
        raise TypeError(f"{type(self).__name__} does not say how it looks")

    def _shown(self) -> Block:
        block = self._describe()
        return block if self._rewording is None else map_texts(block, self._rewording)

    def to_html(self) -> str:
        """Return the HTML of what a notebook shows.

        Returns
        -------
        str
            It needs no script and no other file.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     registry.get_model("wine-cultivar").to_html().startswith("<div")
        True
        """
        return self._repr_html_()

    def _repr_html_(self) -> str:
        with speaking(self._lang):
            return render_html(self._shown())

    def _repr_mimebundle_(self, include: Container[str] | None = None, exclude: Container[str] | None = None, **_: Any) -> dict[str, str]:
        with speaking(self._lang):
            return mimebundle(self._shown(), include, exclude)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's own signature
        # IPython prefers its printer of tuples to the bundle of a subclass; inside a list, one line is enough
        alone = len(printer.stack) == 1 and not cycle
        printer.text(str(self) if alone else repr(self))

    def _lines(self) -> Sequence[str]:
        with speaking(self._lang):
            return render_text(self._shown()).split("\n")
