"""Every kind of output in every host frame, light and dark, to be looked at: `python -m tests.gallery FOLDER`.

`FOLDER/index.html` shows each kind in each frame; the frames imitate what the hosts do (tests/display/hosts.py), and nothing is
fetched. Where there is a Chromium, each kind is also a picture at two widths, light and dark, trusted, untrusted and as on GitHub,
and `FOLDER/sheet.png` has all pictures at a glance. With `--kind` only that kind is drawn, with `--lang zh` all of them in Chinese; with
`--twins` the page has Markdown and text too.
"""

import argparse
import base64
import functools
import html
import random
import re
import shutil
import tempfile
from pathlib import Path

import pai_notebook as pnb
from pai_notebook.display import Stack, describe_error, mimebundle
from pai_notebook.errors import PaiError
from pai_notebook.plan.help import Manual
from tests.display.hosts import HOSTS
from tests.display.shape_samples import SAMPLES

DIGITS = "model-rbvg5wfo5d0gngz1b8"
ACCURACY, LATENCY = "accuracy@d-digitsholdout0001", "latency_ms@d-digitsholdout0001"
WIDTHS = (1280, 700)
DRAWN = ("JupyterLab, {}", "JupyterLab, {}, untrusted", "GitHub, {}")
"""Frames of the pictures, each light and dark."""
RULES = (
    "accuracy >= baseline - 17pp",
    "macro_f1 >= baseline - 20pp",
    "latency_ms <= baseline + 200%",
    "latency_ms < 1",
    "train_seconds < 1",
)
"""26 checks of two versions, 4 of which fail."""

_STYLE = """
body{margin:24px;font:15px/1.5 system-ui,sans-serif;background:#fff;color:#1f2328}
section{display:grid;grid-template-columns:repeat(auto-fill,minmax(640px,1fr));gap:16px}
figure{margin:0}figcaption{font-size:13px;color:#59636e}
iframe{width:100%;height:420px;border:1px solid #d1d9e0;border-radius:6px}
pre{max-height:420px;overflow:auto;border:1px solid #d1d9e0;border-radius:6px;padding:12px;font-size:12px}
"""
_SHEET_STYLE = """
body{margin:16px;font:13px/1.3 system-ui,sans-serif;background:#fff;color:#1f2328}
table{border-spacing:8px}td{vertical-align:top;width:300px}th{text-align:left;width:9em}
div{width:300px;height:300px;overflow:hidden;outline:1px solid #d1d9e0}img{width:300px}
"""
_CHART = """<!doctype html><html lang="en"><meta charset="utf-8"><title>chart</title>
<style>:root{{color-scheme:light dark}}img{{max-width:100%}}</style>
<picture><source media="(prefers-color-scheme:dark)" srcset="{}"><img alt="chart" src="{}"></picture></html>"""


def figure(caption: str, content: str) -> str:
    return f"<figure><figcaption>{html.escape(caption)}</figcaption>{content}</figure>"


def frame(name: str, kind: str, page: str) -> str:
    return figure(name, f'<iframe title="{html.escape(f"{kind} in {name}")}" srcdoc="{html.escape(page)}"></iframe>')


def many_metrics() -> pnb.Comparison:
    """Five versions with fifteen metrics on three datasets, which are told together, and some intervals."""
    dice = random.Random(3)
    names = ("accuracy", "macro_f1", "log_loss", "bleu", "rouge_l", "recall", "precision", "auc", "exact_match", "perplexity", "cer", "wer")
    names += ("mrr", "ndcg", "latency_ms")
    documents = []
    for place in range(5):
        found = [{name: round(dice.uniform(0.5, 0.6) + 0.05 * place * dice.random(), 4) for name in names} for _ in range(3)]
        results = [
            {"Dataset": {"DatasetId": f"d-eval-{name}"}, "Metrics": {**metrics, "accuracy": round(metrics["accuracy"], 3), "n": 2000}}
            for name, metrics in zip(("news", "law", "medicine"), found, strict=True)
        ]
        documents.append({"VersionName": f"1.{place}.0", "Metrics": {"Results": results}})
    return pnb.VersionSet.from_documents(documents, "model-many-metrics").compare()


@functools.cache
def outputs() -> dict[str, dict[str, str]]:
    """What real objects of the embedded registry show, by kind."""
    with pnb.connect("demo", default=False) as registry:
        models, versions = registry.list_models(), registry.list_versions(DIGITS)
        comparison = versions[-5:].compare()
        gated = versions[-3:].compare()
        found: dict[str, object] = {
            "registry": registry,
            "models": models,
            "model": registry.get_model(DIGITS),
            "version": versions.latest,
            "versions": versions,
            "versions of several models": versions[-3:] + registry.list_versions(models[0].model_id)[-2:],
            **{f"a comparison of {count}": versions[-count:].compare() for count in (3, 5, 12, 20)},
            "a comparison by accuracy": versions[-5:].compare(by=ACCURACY),
            "a comparison of 45 rows": many_metrics(),
            "a verdict": comparison.verdict,
            "an explanation": comparison.explain(),
            "an explanation, zh": comparison.explain(lang="zh"),
            "a failed gate": gated.check(RULES),
            "a passed gate": gated.check(RULES[-2:]),
            "best": comparison.best(ACCURACY),
            "a ranking": comparison.rank(ACCURACY),
            "pareto": comparison.pareto([ACCURACY, LATENCY]),
            "coverage": versions[-20:].compare().coverage,
            "pairs": versions.minimal_pairs(ACCURACY),
            "drift": _drift(registry, versions),
            "help": Manual(),
            "help of gate": Manual("gate"),
            "errors": _errors(registry),
            "the explorer's copy": _explorer(versions[-4:]),
        }
        return {kind: shown if isinstance(shown, dict) else _bundle(shown) for kind, shown in found.items()}


@functools.cache
def drawn_pages() -> dict[str, str]:
    """What is a page of its own, with charts that take a while to draw, by kind."""
    with pnb.connect("demo", default=False) as registry:
        versions = registry.list_versions(DIGITS)
    comparison = versions[-5:].compare()
    return {
        **_charts(comparison, dot=(ACCURACY,), bar=(ACCURACY,), slope=(ACCURACY,), heatmap=(), scatter=(LATENCY, ACCURACY)),
        **_charts(versions[-30:].compare(), slope=(ACCURACY,), heatmap=(), scatter=(LATENCY, ACCURACY)),
        **{f"a report, {lang}": _report(comparison, lang) for lang in ("en", "zh")},
    }


def _bundle(shown: object) -> dict[str, str]:
    if hasattr(shown, "_repr_mimebundle_"):
        return shown._repr_mimebundle_()
    return {"text/html": shown._repr_html_(), "text/plain": str(shown)}  # a DataFrame


def _drift(registry: pnb.Registry, versions: pnb.VersionSet) -> object:
    """Versions as if they had been saved before something was changed in the registry."""
    saved = [version.raw for version in versions[-3:]]
    saved[0] = {**saved[0], "ApprovalStatus": "Pending", "VersionDescription": "as it was"}
    return registry.drift(pnb.VersionSet.from_documents(saved, DIGITS))


def _errors(registry: pnb.Registry) -> dict[str, str]:
    blocks = []
    for ask in (
        lambda: registry.get_version(DIGITS, "9.9.9"),
        lambda: registry.get_versions(f"{DIGITS}@2.4.0").compare().best("acuracy"),
        lambda: registry.get_versions(f"{DIGITS}@2.4.0..").compare().gate("accuracy >> 1"),
    ):
        try:
            ask()
        except PaiError as error:
            blocks.append(describe_error(error))
    return mimebundle(Stack(blocks))


def _explorer(versions: pnb.VersionSet) -> dict[str, str]:
    explorer = pnb.Explorer(versions)
    explorer.wait()
    copy = mimebundle(explorer._describe())
    explorer.close()
    return copy


def _charts(comparison: pnb.Comparison, **drawn: tuple[str, ...]) -> dict[str, str]:
    """Pages with charts, light and dark; those of many versions are in Chinese."""
    from matplotlib import pyplot as plt

    from pai_notebook.i18n.phrases import speaking
    from pai_notebook.plot.pictures import png_of

    def address(name: str, arguments: tuple[str, ...], theme: str) -> str:
        figure = getattr(comparison.plot, name)(*arguments, theme=theme).figure
        picture = png_of(figure)
        plt.close(figure)
        return f"data:image/png;base64,{base64.b64encode(picture).decode()}"

    count = len(comparison.names)
    with speaking("zh" if count > 5 else "en"):
        return {
            f"a chart, {name} of {count}": _CHART.format(*(address(name, given, theme) for theme in ("dark", "light")))
            for name, given in drawn.items()
        }


def _report(comparison: pnb.Comparison, lang: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        gates = [comparison.check(RULES)]
        path = comparison.report(Path(folder) / "report.html", lang=lang, question="May 2.4.0 go live?", gates=gates)
        return path.read_text("utf-8")


def bundles() -> dict[str, dict[str, str]]:
    """HTML, Markdown and text of every sample, and of what the embedded registry gives."""
    return {name: mimebundle(shape) for name, shape in SAMPLES.items()} | outputs()


def twins(bundle: dict[str, str]) -> str:
    texts = (("Markdown", bundle.get("text/markdown", "")), ("text", bundle.get("text/plain", "")))
    return "".join(figure(name, f'<pre tabindex="0">{html.escape(text)}</pre>') for name, text in texts if text)


def section(kind: str, bundle: dict[str, str], *, with_twins: bool) -> str:
    body = bundle["text/html"]
    frames = "".join(frame(name, kind, host(body)) for name, host in HOSTS.items())
    heading = f"<h2>{html.escape(kind)} <small>{len(body.encode()):,} bytes</small></h2>"
    return f"{heading}<section>{frames}{twins(bundle) if with_twins else ''}</section>"


def gallery(kinds: list[str] | None = None, *, with_twins: bool = False) -> str:
    found = bundles()
    if (unknown := set(kinds or ()) - set(found)) and (unknown := unknown - set(drawn_pages())):
        raise SystemExit(f"no such kind: {', '.join(sorted(unknown))}")
    sections = "".join(section(kind, found[kind], with_twins=with_twins) for kind in kinds or found if kind in found)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>pai_notebook: the look</title><style>{_STYLE}</style></head>'
        f"<body><h1>The look, kind by kind and host by host</h1>{sections}</body></html>"
    )


def pages(shown: dict[str, str] | str) -> dict[tuple[str, bool], str]:
    """A kind of output as whole pages, by the name of the frame and whether it is dark."""
    schemes = ((False, "light"), (True, "dark"))
    if isinstance(shown, str):
        return {(f"page, {scheme}", dark): shown for dark, scheme in schemes}
    names = [(name.format(scheme), dark) for name in DRAWN for dark, scheme in schemes]
    return {(name, dark): HOSTS[name](shown["text/html"]) for name, dark in names}


def draw(folder: Path, executable: str, kinds: list[str] | None = None) -> list[Path]:
    """Draw a picture of each kind in each frame at each width, and a sheet of all; nothing may be asked for."""
    from tests.browser.fronts import Chromium

    browser, rows, drawn = Chromium(executable), [], []
    try:
        page = browser.context.new_page()
        for kind, shown in {**outputs(), **drawn_pages()}.items():
            if kinds and kind not in kinds:
                continue
            cells = []
            for (name, dark), body in pages(shown).items():
                page.emulate_media(color_scheme="dark" if dark else "light")
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 600})
                    page.set_content(body)
                    title = f"{name}, {width}"
                    path = folder / (re.sub("[^a-z0-9]+", "-", f"{kind} {title}".lower()) + ".png")
                    page.screenshot(path=path, full_page=True)
                    drawn.append(path)
                    cells.append(f'<td>{html.escape(title)}<div><img alt="" src="{path.name}"></div></td>')
            rows.append(f"<tr><th>{html.escape(kind)}</th>{''.join(cells)}</tr>")
        sheet = folder / "sheet.html"
        sheet.write_text(
            f'<!doctype html><meta charset="utf-8"><style>{_SHEET_STYLE}</style><table>{"".join(rows)}</table>', encoding="utf-8"
        )
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 3950, "height": 600})
        page.goto(sheet.as_uri())
        page.screenshot(path=sheet.with_suffix(".png"), full_page=True)
        if browser.outside:
            raise SystemExit(f"outputs ask for {browser.outside}")
    finally:
        browser.stop()
    return drawn


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", action="append")
    parser.add_argument("--twins", action="store_true")
    parser.add_argument("--lang", default="en")
    chosen = parser.parse_args(arguments)
    pnb.options.lang = chosen.lang
    chosen.folder.mkdir(parents=True, exist_ok=True)
    (chosen.folder / "index.html").write_text(gallery(chosen.kind, with_twins=chosen.twins), "utf-8")
    if executable := shutil.which("chromium") or shutil.which("google-chrome"):
        print(f"{len(draw(chosen.folder, executable, chosen.kind))} pictures and a sheet of them in {chosen.folder}")
    else:
        print(f"no Chromium, so no pictures; {chosen.folder / 'index.html'} shows everything")


if __name__ == "__main__":
    main()
