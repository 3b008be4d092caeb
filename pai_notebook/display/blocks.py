"""Shapes that stand below each other: tables, facts, trees, notes, sections and cards, made of spans.

Everything in this package describes how it looks with these and the shapes of `spans`: a room above writes one
description and gets HTML, Markdown and text.

Examples
--------
A model version, as a room above describes it:

>>> from pai_notebook.display import Chips, Code, Missing, Number, render_text
>>> metrics = Table(
...     ["metric", Column("d-a", align="right", group="dataset"), Column("d-b", align="right", group="dataset")],
...     [
...         ["accuracy", Number("0.9132", bar=0.9132), Number("0.9005", bar=0.9005)],
...         ["rtf", Number("1.08"), Missing("absent")],
...     ],
...     caption="Metrics",
... )
>>> card = Card(
...     "sentiment@1.2.0",
...     "Pytorch · SavedModel · created 2024-05-03 12:51:33 UTC",
...     badges=[Badge("Approved", "good")],
...     blocks=[
...         Note("Fine-tuned on the reviews of 2024."),
...         metrics,
...         Facts([("labels", Chips([("env", "prod"), ("team", "nlp")])), ("storage", Code("oss://bucket/model/"))]),
...         Section("Training spec", [Tree([Node("lr", "0.001"), Node("epochs", "3")])], folded=True, summary="2 values"),
...     ],
...     footer="request 5A14 · fetched 2024-05-05 09:00:00 UTC",
... )
>>> print(render_text(card, width=60))
sentiment@1.2.0  ✓ Approved
Pytorch · SavedModel · created 2024-05-03 12:51:33 UTC
────────────────────────────────────────────────────────────
Fine-tuned on the reviews of 2024.
<BLANKLINE>
Metrics
             dataset
metric       d-a     d-b
────────────────────────
accuracy  0.9132  0.9005
rtf       1.08    absent
<BLANKLINE>
labels   env=prod  team=nlp
storage  oss://bucket/model/
<BLANKLINE>
▾ Training spec · 2 values
  lr: 0.001
  epochs: 3
<BLANKLINE>
request 5A14 · fetched 2024-05-05 09:00:00 UTC
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pai_notebook.display.spans import Badge, Inline, Mark, Tone, check_tone, keep
from pai_notebook.i18n.phrases import Phrase, codes_of, say

_ROWS = say("rows")

Align: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, how its cells are aligned, and the group that it shares with its neighbours.

    The numbers of a `mixed` column are of different kinds, such as all metrics of a version, so their points need not line up.
    Remarks in the last column stand `below` their rows as text where they are too long for it.

    Examples
    --------
    >>> Column("d-a", align="right", group="cer")
    Column(header='d-a', align='right', group='cer', mixed=False, below=False)
    """

    header: Inline
    align: Align = field(default="left", kw_only=True)
    group: str = field(default="", kw_only=True)
    mixed: bool = field(default=False, kw_only=True)
    below: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Heading:
    """A row of a table that names the rows below it."""

    text: str
    summary: str = field(default="", kw_only=True)


Row: TypeAlias = Sequence[Inline] | Heading


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of inline shapes under columns.

    Parameters
    ----------
    columns : sequence of Column or str
        A `str` is a left-aligned column.
    rows : sequence of rows
        Each a sequence with one inline shape for each column, or a `Heading`.
    caption : str
        What the table shows; also what a screen reader announces.
    note : Inline
        Below the table: footnotes, how to see the rest. Use `Lines` for several.
    row_headers : int
        How many leading columns name the row, 0 to all.
    pinned : int
        How many leading columns stay in sight while a wide table scrolls: 2 or 3, the last of them set apart; 0 for the name.
    limit : int
        At most this many rows are rendered.
    total : int or None
        How many there are, if the describer has already left some out.
    unit : str
        What a row is, for "showing 20 of 143 versions".

    Raises
    ------
    ValueError
        If a row has not as many cells as there are columns.

    Examples
    --------
    >>> from pai_notebook.display import Number
    >>> Table(["version", Column("cer", align="right")], [["0.1.0", Number("0.175")]], unit="versions", total=143).total
    143
    """

    columns: Sequence[Column | str]
    rows: Sequence[Row]
    caption: str = field(default="", kw_only=True)
    note: Inline = field(default="", kw_only=True)
    row_headers: int = field(default=1, kw_only=True)
    pinned: int = field(default=0, kw_only=True)
    limit: int = field(default=100, kw_only=True)
    total: int | None = field(default=None, kw_only=True)
    unit: str = field(default=_ROWS, kw_only=True)

    def __post_init__(self) -> None:
        columns = tuple(column if isinstance(column, Column) else Column(column) for column in self.columns)
        rows = tuple(row if isinstance(row, Heading) else tuple(row) for row in self.rows)
        keep(self, columns=columns, rows=rows)
        for row in rows:
            if not isinstance(row, Heading) and len(row) != len(columns):
                raise ValueError(f"a row of {len(row)} cells in a table of {len(columns)} columns")


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one pair a line.

    Examples
    --------
    >>> from pai_notebook.display import Code
    >>> Facts({"storage": Code("oss://bucket/")}.items()).pairs
    (('storage', Code(text='oss://bucket/')),)
    """

    pairs: Sequence[tuple[str, Inline]]

    def __post_init__(self) -> None:
        keep(self, pairs=tuple((name, value) for name, value in self.pairs))


@dataclass(frozen=True, slots=True)
class Node:
    """One entry of a `Tree`: a key, its value, and what lies below it."""

    key: str
    value: Inline = ""
    children: Sequence[Node] = ()

    def __post_init__(self) -> None:
        keep(self, children=tuple(self.children))


@dataclass(frozen=True, slots=True)
class Tree:
    """Nested keys and values; `remark` says what was left out.

    Examples
    --------
    >>> Tree([Node("HyperParameters", children=[Node("lr", "0.001")])]).items[0].children[0].key
    'lr'
    """

    items: Sequence[Node]
    remark: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        keep(self, items=tuple(self.items))


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph. With a tone it is set apart and starts with a shape; line breaks of a text are kept. A `lead` is a first line in bold.

    `codes` is the code with blanks in a text of ours, which a line may not break.

    Examples
    --------
    >>> Note("No metrics recorded"), Note("2 of 3 could not be fetched", "warn")
    (Note(text='No metrics recorded', tone=None), Note(text='2 of 3 could not be fetched', tone='warn'))
    """

    text: Inline
    tone: Tone | None = None
    lead: str = field(default="", kw_only=True, repr=False)
    codes: tuple[str, ...] = field(default=(), kw_only=True, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.tone is not None:
            check_tone(self.tone)
        # a text that is said in another language has lost what it was made of
        if isinstance(self.text, Phrase):
            object.__setattr__(self, "codes", tuple(code for code in codes_of(self.text) if " " in code))


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a title; `folded` ones open on a click. Text and Markdown show them open. `summary` says what is inside.

    Examples
    --------
    >>> Section("Training spec", [Note("none")], folded=True, summary="12 values").summary
    '12 values'
    """

    title: str
    blocks: Sequence[Block]
    folded: bool = field(default=False, kw_only=True)
    summary: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        keep(self, blocks=tuple(self.blocks))


@dataclass(frozen=True, slots=True)
class Card:
    """One thing in a frame: title, badges, a line of essentials, blocks, a small footer. A `bad` card is an error panel.

    A wide one takes the width there is, for tables of values side by side.

    Examples
    --------
    >>> Card("sentiment@1.2.0", "Pytorch", badges=[Badge("Approved", "good")], blocks=[Note("No metrics recorded")]).title
    'sentiment@1.2.0'
    """

    title: str
    subtitle: Inline = ""
    badges: Sequence[Badge | Mark] = field(default=(), kw_only=True)
    blocks: Sequence[Block] = field(default=(), kw_only=True)
    footer: Inline = field(default="", kw_only=True)
    tone: Tone = field(default="neutral", kw_only=True)
    is_wide: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        check_tone(self.tone)
        keep(self, badges=tuple(self.badges), blocks=tuple(self.blocks))


@dataclass(frozen=True, slots=True)
class Stack:
    """Blocks below each other without a frame.

    Examples
    --------
    >>> len(Stack([Note("a"), Note("b")]).blocks)
    2
    """

    blocks: Sequence[Block]

    def __post_init__(self) -> None:
        keep(self, blocks=tuple(self.blocks))


Block: TypeAlias = Table | Facts | Tree | Note | Section | Card | Stack
