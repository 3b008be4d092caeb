"""Every kind of output in every host frame, light and dark, on one page: `python -m tests.gallery OUT.html`.

The frames imitate what the hosts do (tests/display/hosts.py); nothing on the page is fetched. Besides the samples there
are real objects of the embedded registry. With `--kind card` only that kind is shown, with `--twins` the Markdown and
the text of each kind as well.
"""

import argparse
import html
from pathlib import Path

import pai_notebook as pnb
from pai_notebook.display import describe_error, mimebundle
from pai_notebook.errors import PaiError
from tests.display.hosts import HOSTS
from tests.display.shape_samples import SAMPLES

_STYLE = """
body{margin:24px;font:15px/1.5 system-ui,sans-serif;background:#fff;color:#1f2328}
section{display:grid;grid-template-columns:repeat(auto-fill,minmax(640px,1fr));gap:16px}
figure{margin:0}figcaption{font-size:13px;color:#59636e}
iframe{width:100%;height:420px;border:1px solid #d1d9e0;border-radius:6px}
pre{max-height:420px;overflow:auto;border:1px solid #d1d9e0;border-radius:6px;padding:12px;font-size:12px}
"""


def figure(caption: str, content: str) -> str:
    return f"<figure><figcaption>{html.escape(caption)}</figcaption>{content}</figure>"


def frame(name: str, kind: str, page: str) -> str:
    return figure(name, f'<iframe title="{html.escape(f"{kind} in {name}")}" srcdoc="{html.escape(page)}"></iframe>')


def bundles() -> dict[str, dict[str, str]]:
    """HTML, Markdown and text of every sample, and of what the embedded registry gives."""
    found = {name: mimebundle(shape) for name, shape in SAMPLES.items()}
    with pnb.connect("demo") as registry:
        models = registry.list_models()
        versions = registry.list_versions(next(model for model in models if model.name == "手写数字识别").model_id)
        comparison, metric = versions[-6:].compare(), "accuracy@d-digitsnoisy00001"
        objects = {"models": models, "model": models[0], "version": versions.latest, "versions": versions, "a comparison": comparison}
        objects |= {
            "a wide comparison": versions.compare(),
            "explanation": comparison.explain(),
            "explanation, zh": comparison.explain(lang="zh"),
        }
        objects |= {"best": comparison.best(metric), "ranking": comparison.rank(metric), "registry": registry}
        found |= {name: shown._repr_mimebundle_() for name, shown in objects.items()}
        try:
            registry.get_version(models[0].model_id, "9.9.9")
        except PaiError as error:
            found["a real error"] = mimebundle(describe_error(error))
    return found


def twins(bundle: dict[str, str]) -> str:
    texts = (("Markdown", bundle["text/markdown"]), ("text", bundle["text/plain"]))
    return "".join(figure(name, f'<pre tabindex="0">{html.escape(text)}</pre>') for name, text in texts)


def section(kind: str, bundle: dict[str, str], *, with_twins: bool) -> str:
    body = bundle["text/html"]
    frames = "".join(frame(name, kind, host(body)) for name, host in HOSTS.items())
    heading = f"<h2>{html.escape(kind)} <small>{len(body.encode()):,} bytes</small></h2>"
    return f"{heading}<section>{frames}{twins(bundle) if with_twins else ''}</section>"


def gallery(kinds: list[str] | None = None, *, with_twins: bool = False) -> str:
    found = bundles()
    sections = "".join(section(kind, found[kind], with_twins=with_twins) for kind in kinds or found)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>pai_notebook: the look</title><style>{_STYLE}</style></head>'
        f"<body><h1>The look, kind by kind and host by host</h1>{sections}</body></html>"
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind", action="append")
    parser.add_argument("--twins", action="store_true")
    chosen = parser.parse_args(arguments)
    chosen.out.write_text(gallery(chosen.kind, with_twins=chosen.twins), "utf-8")


if __name__ == "__main__":
    main()
