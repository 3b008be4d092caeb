"""A table as LaTeX with the rules of booktabs; nothing of the data is read as a command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pai_notebook.display import visible
from pai_notebook.exports.table import PlainTable, cell_text

__all__ = ["escape_latex", "latex_text"]

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
}
_ESCAPED = re.compile("|".join(map(re.escape, _SPECIAL)))
_LONGEST = 2000
_LATIN = 0x2FF


def escape_latex(text: str) -> str:
    r"""Write a text so that LaTeX prints it and does nothing else.

    Examples
    --------
    >>> print(escape_latex(r"50% of \input{a_b} [x]"))
    50\% of \textbackslash{}input\{a\_b\} {[}x{]}
    """
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… {len(text) - _LONGEST:,} more characters"
    line = visible(" ".join(shown.split()))
    return _ESCAPED.sub(lambda match: _SPECIAL[match[0]], line).replace("--", "-{}-").replace("--", "-{}-")


def latex_text(table: PlainTable, *, label: str = "") -> str:
    r"""Write a table environment that needs only the package booktabs.

    Examples
    --------
    >>> print(latex_text(PlainTable(["a_b", "cer"], [["x", 0.5]], caption="50 %")))
    % Needs \usepackage{booktabs}.
    \begin{table}
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
    align = "".join("r" if table.is_numeric(place) else "l" for place in range(len(table.header)))
    lines = [r"\begin{table}"]
    lines += [rf"\caption{{{escape_latex(table.caption)}}}"] if table.caption else []
    lines += [rf"\label{{{label}}}"] if re.fullmatch(r"[A-Za-z0-9:._-]+", label) else []
    lines += [rf"\begin{{tabular}}{{{align}}}", r"\toprule", _row(table.header), r"\midrule"]
    lines += [*(_row([cell_text(value) for value in row]) for row in table.rows), r"\bottomrule", r"\end{tabular}"]
    lines += [rf"\par\footnotesize {escape_latex(note)}" for note in table.notes]
    body = "\n".join([*lines, r"\end{table}"])
    needs = r"% Needs \usepackage{booktabs}." + (" Compile with XeLaTeX and a font that has every script." if _is_wide(body) else "")
    return f"{needs}\n{body}"


def _row(cells: Sequence[str]) -> str:
    return " & ".join(escape_latex(cell) for cell in cells) + r" \\"


def _is_wide(text: str) -> bool:
    return any(ord(char) > _LATIN and unicodedata.category(char)[0] == "L" for char in text)
