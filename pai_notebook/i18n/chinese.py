"""Chinese translations by the English text; only `phrases` reads them, when something is first said in Chinese.

Entries stand in `zh.po`, as gettext writes them: the English sentence, then the Chinese one, with the same names in braces.
"""

import importlib.resources
import json
import re

# one text a line, and a line that begins with a quotation mark goes on with the text above; possessive, since no part is read twice
_TEXT = r'"((?:[^"\\\n]|\\.)*+)"'
_LINE = re.compile(rf"^(msgid |msgstr |){_TEXT}$", re.MULTILINE)


def read_entries(text: str) -> dict[str, str]:
    r"""Read the entries of a catalogue.

    Examples
    --------
    >>> read_entries('# states\nmsgid "absent"\nmsgstr "缺失"\n')
    {'absent': '缺失'}
    """
    texts: list[tuple[str, str]] = []
    for keyword, said in _LINE.findall(text):
        if keyword:
            texts.append((keyword, said))
        elif texts:
            texts[-1] = texts[-1][0], texts[-1][1] + said
    told = [json.loads(f'"{said}"') for _, said in texts]
    return dict(zip(told[::2], told[1::2], strict=True))


SEPARATORS = {" ": " ", ", ": "、", "; ": "；", " and ": " 与 ", "\n": "\n", " · ": " · ", "=": "="}
"""How a separator of joined values is written."""

TEMPLATES = read_entries(importlib.resources.files("pai_notebook.i18n").joinpath("zh.po").read_text("utf-8"))
