"""A table as LaTeX with the rules of booktabs; nothing of the data is read as a command.

Tried with pdfLaTeX and XeLaTeX of TeX Live; pdfLaTeX knows few scripts, so the first line of a table says what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pai_notebook.i18n.phrases import now, told
from pai_notebook.io.table import PlainTable, cell_text
from pai_notebook.sanitize import visible

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "≈": r"$\approx$",
}
_ESCAPED = re.compile("|".join(map(re.escape, _SPECIAL)))
_LONGEST = 500
_LONG_CELL = 32
_LINE = 90
_PAGE = 40
_LONG_WORD = 12
_WORD = re.compile(rf"\S{{{_LONG_WORD + 1},}}")
_PIECE = re.compile(rf"[^/._=,:@-]{{1,{_LONG_WORD}}}[/._=,:@-]*|[/._=,:@-]+")
_PDFLATEX = re.compile("[\x00-\xff–—…‘’“”•™€→←↑↓≈]*")


def _line(text: str) -> str:
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + now("… {count:,} more characters", count=len(text) - _LONGEST)
    return visible(" ".join(shown.split()))


def _escaped(line: str) -> str:
    return _ESCAPED.sub(lambda match: _SPECIAL[match[0]], line).replace("--", "-{}-").replace("--", "-{}-")


def _broken(line: str) -> str:
    """Escape a line for where it wraps: long words, such as addresses, may end at a sign or after some letters."""
    words = [_PIECE.findall(word) if _WORD.fullmatch(word) else [word] for word in line.split(" ")]
    return " ".join(r"\allowbreak{}".join(map(_escaped, word)) for word in words)


def latex_text(table: PlainTable) -> str:
    r"""Write a table environment that needs only the packages its first line names.

    Columns of text longer than 32 characters wrap and a table of more than about 40 lines goes on over pages, so that nothing is
    lost at an edge; texts beyond 500 characters are cut and say so.

    Examples
    --------
    >>> print(latex_text(PlainTable(["a_b", "cer"], [["x", 0.5]], caption="50 %")))
    % Needs \usepackage{booktabs}.
    \begin{table}
    \centering
    \caption{50 \%}
    \begin{tabular}{lr}
    \toprule
    a\_b & cer \\
    \midrule
    x & 0.5 \\
    \bottomrule
    \end{tabular}
    \end{table}
    """
    rows = [[_line(cell_text(told(value))) for value in row] for row in (table.header, *table.rows)]
    wrapped = {place for place in range(len(table.header)) if max(len(row[place]) for row in rows) > _LONG_CELL}
    share = max(0.1, min(0.4, 0.6 / max(len(wrapped), 1)))
    align = "".join(_alignment(table.is_numeric(place), share if place in wrapped else None) for place in range(len(table.header)))
    head, *body = (_row(row, wrapped) for row in rows)
    caption = rf"\caption{{{_broken(_line(told(table.caption)))}}}" if table.caption else ""
    notes = [rf"\par\footnotesize {_broken(_line(told(note)))}" for note in table.notes]
    long = sum(_lines(row, wrapped, share) for row in rows) > _PAGE
    written = "\n".join((_long if long else _floating)(caption, align, head, body, notes))
    packages = (["array"] if wrapped else []) + ["booktabs"] + (["longtable"] if long else [])
    return f"{_needs(written, packages)}\n{written}"


def _lines(row: Sequence[str], wrapped: set[int], share: float) -> int:
    """About how many lines of a page a row takes."""
    return max((1 + int(len(row[place]) / (share * _LINE)) for place in wrapped), default=1)


def _floating(caption: str, align: str, head: str, body: Sequence[str], notes: Sequence[str]) -> list[str]:
    """A table that is kept together, on whichever page it fits."""
    lines = [r"\begin{table}", r"\centering", *([caption] if caption else []), rf"\begin{{tabular}}{{{align}}}"]
    return [*lines, r"\toprule", head, r"\midrule", *body, r"\bottomrule", r"\end{tabular}", *notes, r"\end{table}"]


def _long(caption: str, align: str, head: str, body: Sequence[str], notes: Sequence[str]) -> list[str]:
    """A table that goes on over several pages, each with the header."""
    top = [r"\toprule", head, r"\midrule"]
    lines = [rf"\begin{{longtable}}{{{align}}}", *([caption + r"\\"] if caption else []), *top, r"\endfirsthead", *top, r"\endhead"]
    return [*lines, *body, r"\bottomrule", r"\end{longtable}", *([r"\begingroup", *notes, r"\par\endgroup"] if notes else [])]


def _alignment(right: bool, share: float | None) -> str:  # noqa: FBT001 - one word of a column description
    """How a column stands, and for one that wraps its share of the line."""
    if share is None:
        return "r" if right else "l"
    side = "raggedleft" if right else "raggedright"
    return rf">{{\{side}\arraybackslash}}p{{{share:.2f}\linewidth}}"


def _row(cells: Sequence[str], wrapped: set[int]) -> str:
    return " & ".join(_broken(cell) if place in wrapped else _escaped(cell) for place, cell in enumerate(cells)) + r" \\"


def _needs(text: str, packages: Sequence[str]) -> str:
    """The first line: which packages, and which engine where the text goes beyond Latin."""
    needs = rf"% Needs \usepackage{{{','.join(packages)}}}"
    if text.isascii():
        return f"{needs}."
    if _PDFLATEX.fullmatch(text):
        return rf"{needs} and, with pdfLaTeX, \usepackage[T1]{{fontenc}}."
    return rf"{needs}, XeLaTeX and a font that has every character, such as \setmainfont{{Noto Sans CJK SC}} of fontspec."
