"""Shapes as one HTML document: no script, nothing loaded, readable in light and dark, and on paper."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pai_notebook.display import Block, render_html
from pai_notebook.sanitize import visible

__all__ = ["html_page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_WIDE = '<div style="overflow-x:auto">'
_REACHABLE = '<div style="overflow-x:auto" tabindex="0">'
_CSS = """
:root{color-scheme:light dark}
html,body{background:#fff;color:#1a1a1a}
@media screen and (prefers-color-scheme:dark){html,body{background:#121212;color:#e8e8e8}}
body{font:15px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
body{margin:0 auto;max-width:72em;padding:1em 1.5em;overflow-wrap:anywhere}
h1{font-size:1.6em;margin:.6em 0 .2em}h2{font-size:1.2em;margin:1.6em 0 .4em;border-bottom:1px solid #8885;padding-bottom:.15em}
figure{margin:1em 0;max-width:100%}figure img{max-width:100%;height:auto;background:#fff}figcaption{font-size:90%}
pre{overflow-x:auto;background:#8881;padding:.7em 1em;border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:90%}
a{color:LinkText}
@page{size:A4;margin:14mm}@page wide{size:A4 landscape}
@media print{:root{color-scheme:light}
body{font-size:10pt;max-width:none;padding:0}h2{break-after:avoid}figure,pre,tr,caption{break-inside:avoid}
thead{display:table-header-group}div{overflow:visible!important}
table{max-width:100%;font-size:8pt!important}table *{white-space:normal!important}td b,td em{display:inline!important}
th,td{padding:.15em .4em!important}th[style*=pre-wrap],td[style]{overflow-wrap:anywhere}
h2:has(+div thead>tr>:nth-child(8)),main>div:has(thead>tr>:nth-child(8)){page:wide}
table:has(thead>tr>:nth-child(8)){font-size:7pt!important}
table:has(thead>tr>:nth-child(12)){font-size:6pt!important}table:has(thead>tr>:nth-child(12)) td{overflow-wrap:anywhere}
table:has(thead>tr>:nth-child(16)){font-size:5pt!important}
details::details-content{content-visibility:visible;block-size:auto}}
"""


def html_page(blocks: Sequence[Block | str], *, title: str, lang: str = "en") -> str:
    """Write blocks as a whole document.

    Parameters
    ----------
    blocks : sequence of Block or str
        Shapes of `display`; a str is HTML of our own making and goes in as it is.
    title : str
        Plain text.
    lang : str
        Language of the sentences, for screen readers and fonts.

    Returns
    -------
    str
        The document. It forbids itself to load anything.
    """
    body = "\n".join(block if isinstance(block, str) else render_html(block).replace(_WIDE, _REACHABLE) for block in blocks)
    shown = html.escape(visible(" ".join(title.split())))
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(lang)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{shown}</title><style>{_CSS}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )
