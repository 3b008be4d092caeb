"""Shapes as one HTML document: no script, nothing loaded, readable in light and dark, and on paper."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pai_notebook.display import Block, render_html
from pai_notebook.display.width import cells
from pai_notebook.sanitize import visible

# How much of a title stands below every printed page, in columns.
_FOOTER = 90
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_CSS = """
:root{color-scheme:light dark}
html,body{background:#fff;color:#1a1a1a}main table{--page:#fff!important}
@media screen and (prefers-color-scheme:dark){html,body{background:#111;color:#e8e8e8}main table{--page:#111!important}}
body{font:15px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
body{margin:0 auto;max-width:84em;padding:1em;overflow-wrap:anywhere}
h1{font-size:1.6em;margin:.3em 0 .2em}main>p{margin:.3em 0}
h2{font-size:1.2em;margin:1.2em 0 .3em;border-bottom:1px solid #8885;padding-bottom:.15em}
h2 small{font-weight:400;font-size:75%;opacity:.8}
table{font-size:14px!important}[class^=pin]{--room:5.4em}
[class^=pin] tr>:nth-child(n+4){padding-left:1.1em!important}
@media screen{.facts td:has(>br:nth-of-type(8)){columns:28em}}
main>details>summary{cursor:pointer;margin-top:.8em;border-bottom:1px solid #8885}summary h2{display:inline;border:0}
figure{margin:1em 0;max-width:100%;overflow-x:auto}figure img{max-width:100%;height:auto}figure img+img{display:none}
@media screen and (prefers-color-scheme:dark){figure img{display:none}figure img+img{display:inline}}
pre{overflow-x:auto;background:#8881;padding:.7em 1em;border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:90%}
a{color:LinkText}
@media screen{[class^=pin] tr>:is(:first-child:not([colspan]),:nth-child(2)),.pin3 tr>:nth-child(3)
{position:sticky;left:0;z-index:1;background:var(--page)}}
@page{size:A4;margin:12mm 12mm 14mm}@page wide{size:A4 landscape;margin:10mm 12mm 13mm}
@media print{:root{color-scheme:light;print-color-adjust:exact;-webkit-print-color-adjust:exact}
[class^=pin] td:has(>:is(b,strong)),td>:is(b,strong){font-weight:700!important}
main:has(thead>tr>:nth-child(6)){page:wide}
body{font-size:9pt;line-height:1.35;max-width:none;padding:0}main div{line-height:inherit!important;max-width:none!important}
h1{margin:0 0 .2em}h2{font-size:11pt;margin:.8em 0 .2em}
h2,summary,caption,div[style*="10px 0 2px"],h2+div>div:first-of-type:not(:last-child,:has(table)),tr:has(>th[colspan]){break-after:avoid}
tbody:first-of-type>tr:first-child{break-before:avoid}tbody:first-of-type>tr:first-child:not(:last-child){break-after:avoid}
main>details>summary{margin-top:0}summary{list-style:none!important}
[class^=pin] del,caption small{display:none}
details::details-content{content-visibility:visible;block-size:auto}
pre{margin:.3em 0;padding:.3em .7em}figure,pre,tr,caption{break-inside:avoid}
tbody>tr:is(:has(>td:first-child:empty),:last-child:not(:first-child)),div:has(>[class^=pin])+div:not(:has(table)){break-before:avoid}
main{orphans:1;widows:1}main>*{orphans:2;widows:2}
figure{display:inline-block;margin:.3em 0;vertical-align:top}
figure img{zoom:.78;min-width:0!important;max-height:225mm;object-fit:contain;object-position:0 0}
thead{display:table-header-group}div{overflow:visible!important}div:has(>table){display:block!important}
table{max-width:100%;font-size:8pt!important}table :is(b,strong,small,var,cite,i){font-size:7pt!important}
table *{white-space:normal!important}th,td{padding:.08em .4em!important}th[style*=pre-wrap],td[style]{overflow-wrap:anywhere}
[class^=pin] tr>:nth-child(n+4){padding-left:1em!important}[class^=pin]{margin:4pt 0 8pt!important}[class^=pin] *{box-shadow:none!important}
table:not([class^=pin]) [style*=max-width]{max-width:none!important}
table:not([class^=pin]) td:not([style*=pre-wrap],:last-child),table:not([class^=pin]) td>small{white-space:nowrap!important}
table:not(.facts) td>br:has(+small){display:none}table:not(.facts) td>br+small{margin-left:.6em}
.facts :is(th,td){padding-block:0!important}
.facts:has(td>br:nth-of-type(8)) :is(tbody,tr,th,td){display:block!important;break-inside:auto;break-before:auto}
.facts:has(td>br:nth-of-type(8)) tbody{columns:3;column-gap:14pt;font-size:7.5pt!important;line-height:1.25}
.facts:has(td>br:nth-of-type(8)) th{font-weight:600!important;opacity:1!important;break-after:avoid}
.facts:has(td>br:nth-of-type(8)) td{margin-bottom:5pt!important}}
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
    body = "\n".join(block if isinstance(block, str) else render_html(block) for block in blocks)
    plain = visible(" ".join(title.split()))
    shown = html.escape(plain)
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(lang)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{shown}</title><style>{_CSS}{_footer(plain)}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


def _footer(title: str) -> str:
    """Style that has the title and the number of each page below it on paper, whoever prints: a browser, or `pdf.write_pdf`."""
    while cells(title) > _FOOTER:
        title = f"{title[: min(len(title), _FOOTER) - 2]}…"
    # what is no letter could end the text, or the style sheet
    said = "".join(char if char.isalnum() or char == " " else f"\\{ord(char):x} " for char in title)
    look = 'font:7.5pt system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif;color:#555;vertical-align:top;padding-top:2mm'
    return f'@page{{@bottom-left{{content:"{said}";{look}}}@bottom-right{{content:counter(page) " / " counter(pages);{look}}}}}\n'
