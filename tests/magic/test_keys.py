"""Tab inside brackets: the keys that what people hold has, not the files of a folder."""

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import pai_notebook as pnb

DIGITS = "model-rbvg5wfo5d0gngz1b8"


@pytest.fixture(scope="module")
def keys():
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "pai_notebook")
    with pnb.connect("demo", default=False) as registry:
        vs = registry.get_versions(f"{DIGITS}@2.3.0..2.5.0")
        shell.user_ns.update(vs=vs, v=vs[-1], c=vs.compare())

        def ask(text):
            with provisionalcompleter():
                return [found.text for found in shell.Completer.completions(text, len(text))]

        yield ask
    shell.run_line_magic("unload_ext", "pai_notebook")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("v.metrics['", {"accuracy", "accuracy@d-digitsholdout0001", "latency_ms"}),
        ('v.metrics["accu', {"accuracy", "accuracy@d-digitsholdout0001"}),
        ("v.labels['", {"team", "env", "所有者"}),
        ("v.labels['所", {"所有者"}),
        ("vs['", {"2.3.0", "2.4.0", "2.5.0"}),
        ("vs['2.4", {"2.4.0"}),
        ("c['", {"accuracy@d-digitsholdout0001", "labels.env"}),
        ("x = c['labels.e", {"labels.env"}),
    ],
)
def test_tab_in_brackets_completes_keys(keys, typed, expected):
    found = set(keys(typed))
    assert expected <= found
    assert not {name for name in found if name.endswith(".md")}
