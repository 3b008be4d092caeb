"""Pages as front-ends make them around an output, so that it can be looked at without starting any of them.

What JupyterLab's sanitiser does is imitated here for the gallery; tests/browser runs the real one.
"""

import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path

STATIC = Path(sys.prefix) / "share/jupyter/nbconvert/templates/lab/static"
_LAB_RULES = re.compile(r"jp-RenderedHTML|jp-OutputArea|^\s*(?::root|body|html|a|a:hover)\s*$")
_DROPPED = re.compile(
    r"(?:overflow-wrap:anywhere|word-break:break-word|position:sticky|font-variant-numeric:[^;\"]*|unicode-bidi:isolate|tab-size:[^;\"]*);?"
)
_GITHUB = """
table{border-collapse:collapse;display:block;overflow:auto;margin:0 0 16px}td,th{border:1px solid #8886;padding:6px 13px}
code{background:#8883;padding:.2em .4em;border-radius:6px;font-size:85%}
a:not([href]){color:inherit!important}
"""


def untrusted(html: str) -> str:
    """What is left in JupyterLab of an output of a notebook that is not trusted."""
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    html = re.sub(r' (?:id|role|aria-\w+|data-\w+)="[^"]*"', "", html)
    return re.sub(r'style="([^"]*)"', lambda match: f'style="{_DROPPED.sub("", match[1])}"', html)


def bare(html: str) -> str:
    """What is left on GitHub: no style at all."""
    return re.sub(r' (?:style|class|id)="[^"]*"', "", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))


@functools.cache
def lab_css(theme: str) -> str:
    """Those rules of JupyterLab that reach an output, and the variables of a theme."""
    css = re.sub(r"/\*.*?\*/", "", (STATIC / "index.css").read_text("utf-8"), flags=re.DOTALL)
    rules = re.findall(r"([^{}]+)(\{[^{}]*\})", css)
    kept = [name + body for name, body in rules if _LAB_RULES.search(name) and not re.search(r"data:|url\(", body)]
    return "".join(kept) + re.sub(r"/\*.*?\*/", "", (STATIC / f"theme-{theme}.css").read_text("utf-8"), flags=re.DOTALL)


def _page(body: str, *, css: str = "", attributes: str = "", background: str = "", color: str = "", title: str = "output") -> str:
    colours = f"background:{background};color:{color};" if background else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>body{{margin:16px;font:14px/1.5 system-ui,sans-serif;{colours}}}{css}</style></head>"
        f"<body {attributes}><main>{body}</main></body></html>"
    )


def lab(body: str, theme: str = "light") -> str:
    classes = ["jp-OutputArea", "jp-OutputArea-child", "jp-OutputArea-output jp-RenderedHTMLCommon jp-RenderedHTML"]
    inner = "".join(f'<div class="{name}">' for name in classes) + body
    css = lab_css(theme) + "body{background:var(--jp-layout-color0)}.jp-OutputArea-child{display:table;table-layout:fixed;width:100%}"
    return _page(inner + "</div></div></div>", css=css, attributes=f'data-jp-theme-light="{"true" if theme == "light" else "false"}"')


def vscode(body: str, kind: str, background: str, color: str) -> str:
    variables = f":root{{--vscode-editor-background:{background};--vscode-foreground:{color}}}table{{font-size:12px}}"
    return _page(body, css=variables, attributes=f'class="{kind}" data-vscode-theme-kind="{kind}"', background=background, color=color)


HOSTS: dict[str, Callable[[str], str]] = {
    "plain page, light": lambda body: _page(body, background="#fff", color="#111"),
    "plain page, dark": lambda body: _page(body, background="#111", color="#ddd"),
    "JupyterLab, light": lab,
    "JupyterLab, dark": lambda body: lab(body, "dark"),
    "JupyterLab, light, untrusted": lambda body: lab(untrusted(body)),
    "JupyterLab, dark, untrusted": lambda body: lab(untrusted(body), "dark"),
    "VS Code, light": lambda body: vscode(body, "vscode-light", "#ffffff", "#3b3b3b"),
    "VS Code, dark": lambda body: vscode(body, "vscode-dark", "#1f1f1f", "#cccccc"),
    "VS Code, high contrast": lambda body: vscode(body, "vscode-high-contrast", "#000000", "#ffffff"),
    "Colab, dark": lambda body: _page(body, css=":root{--colab-primary-surface-color:#383838}", background="#383838", color="#e1e1e1"),
    "GitHub, light": lambda body: _page(bare(body), css=_GITHUB + "a{color:#0969da}", background="#fff", color="#1f2328"),
    "GitHub, dark": lambda body: _page(bare(body), css=_GITHUB + "a{color:#4493f8}", background="#0d1117", color="#f0f6fc"),
}
