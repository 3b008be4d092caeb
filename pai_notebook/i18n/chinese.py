"""Chinese translations by the English text; only `phrases` reads them, when something is first said in Chinese.

Entries stand in `zh.po`, as gettext writes them: the English sentence, then the Chinese one, with the same names in braces.
"""

import importlib.resources
import json
import re

_TEXT = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
_ENTRY = re.compile(rf"^msgid {_TEXT}msgstr {_TEXT}", re.MULTILINE)


def read_entries(text: str) -> dict[str, str]:
    r"""Read the entries of a catalogue.

    Examples
    --------
    >>> read_entries('# states\nmsgid "absent"\nmsgstr "缺失"\n')
    {'absent': '缺失'}
    """

    def joined(texts: str) -> str:
        return "".join(json.loads(each) for each in re.findall(r'"(?:[^"\\]|\\.)*"', texts))

    return {joined(english): joined(chinese) for english, chinese in _ENTRY.findall(text)}


SEPARATORS = {" ": "", ", ": "、", "; ": "；", " and ": " 与 ", "\n": "\n", " · ": " · "}
"""How a separator of joined values is written."""

TEMPLATES = read_entries(importlib.resources.files("pai_notebook.i18n").joinpath("zh.po").read_text("utf-8"))
