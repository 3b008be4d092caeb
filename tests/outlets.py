"""Every way in which text of a registry leaves for a terminal, Markdown, a completion list or an exception (HTML has its own tests)."""

import traceback
from collections.abc import Mapping, Sequence

from pai_notebook.display import describe_error, render_markdown, render_text
from pai_notebook.errors import PaiError
from pai_notebook.magic.completion import suggest
from pai_notebook.sanitize import Printed

PROMPTS = (
    "",
    "show ",
    "compare model-a@",
    "ls model-a --label ",
    "ls model-a --sort ",
    "compare model-a --mode ",
    "compare model-a --metrics ",
)
MISSING = "zz9"
LONGEST = 12


class Seen:
    """What a completion draws on, made of a set of versions."""

    def __init__(self, versions):
        self._versions = versions

    def model_words(self):
        return [*self._versions.models, *(version.version_name for version in self._versions)]

    def names(self, model_id):
        return [version.version_name for version in self._versions]

    def labels(self):
        return [key for version in self._versions for key in version.labels]

    def values(self, key):
        return [value for version in self._versions for name, value in version.labels.pairs if name == key]

    def datasets(self):
        return [name for version in self._versions for name in version.metrics.datasets]

    def metrics(self):
        return [name for version in self._versions for name in version.metrics.names]


def outlets(versions):
    """Yield the way, as words, and the text that left."""
    yield from shown("set", versions)
    for version in versions[:2]:
        for name, part in _parts(version):
            yield from shown(f"version.{name}", part)
    yield from _comparison(versions)
    yield from _completions(versions)
    for name, call in _questions(versions):
        yield from answered(name, call)


def _parts(version):
    yield "card", version
    for name in ("labels", "metrics", "storage", "source", "provenance"):
        yield name, getattr(version, name)
    for cell in version.metrics[:LONGEST]:
        yield "cell", cell


def _comparison(versions):
    comparison = versions.compare(baseline="first", directions={"*": "max"})
    yield from shown("comparison", comparison)
    for lang in ("en", "zh"):
        for everything in (False, True):
            yield from shown(f"explain {lang}", comparison.explain(lang, everything=everything))
    for row in comparison.rows[:LONGEST]:
        for part in (row, row.direction, *row.changes, *row.cells):
            yield from shown("row", part)
    yield from shown("plots", comparison.plot)


def _questions(versions):
    """Calls that answer, or fail and quote the registry."""
    comparison = versions.compare(baseline="first", directions={"*": "max"})
    metrics = list(dict.fromkeys(row.name for row in comparison.metrics))[:2]
    names = [version.version_name for version in versions]
    labels = [key for version in versions for key in version.labels][:2]
    for name in (*metrics, MISSING, *names[:1]):
        yield "best", lambda name=name: comparison.best(name)
        yield "rank", lambda name=name: comparison.rank(name)
        yield "row", lambda name=name: comparison[name]
        yield "pareto", lambda name=name: comparison.pareto([name, metrics[0] if metrics else MISSING])
        yield "minimal_pairs", lambda name=name: versions.minimal_pairs(name, max_changes=9)
        yield "interval", lambda name=name: comparison.interval(name, names[-1])
        yield "sort_values", lambda name=name: versions.sort_values(name)
        yield "plot.dot", lambda name=name: comparison.plot.data.find(name)
        yield "gate", lambda name=name: comparison.gate(f"`{name}` >= baseline")
        yield "where", lambda name=name: versions.filter(f"`{name}` > 0")
    for name in (MISSING, names[0] + "x", f"model-a@{names[0]}"):
        yield "set[...]", lambda name=name: versions[name]
        yield "select", lambda name=name: versions.select(name)
        yield "baseline", lambda name=name: versions.compare(baseline=name)
        yield "labels[...]", lambda name=name: versions[0].labels[name]
        yield "metrics[...]", lambda name=name: versions[0].metrics[name]
    for key in labels:
        yield "filter", lambda key=key: versions.filter(label={key: MISSING}).latest
    yield "no regression", comparison.assert_no_regression
    yield "directions", lambda: versions.compare(directions=dict.fromkeys(names, "max"), baseline="first").comparability
    yield "raise_for_errors", versions.raise_for_errors
    yield "redact", versions.redact
    yield "redacted", lambda: versions.redact().compare(baseline="first").explain()
    yield "drift", lambda: _drift(versions)
    yield "raise_if_changed", lambda: _drift(versions).raise_if_changed()


def _drift(versions):
    from pai_notebook.io.drift import find_drift

    return find_drift(
        list(versions), [type(version).from_document({**version.raw, "Uri": "x"}, version.model_id) for version in versions[1:]]
    )


def _completions(versions):
    for typed in PROMPTS:
        for word in suggest(typed, Seen(versions))[1]:
            yield f"Tab behind {typed!r}", word


def answered(name, call):
    """Give what a call says, whether it answers or refuses."""
    try:
        found = call()
    except PaiError as error:
        yield from error_texts(name, error)
    except KeyError as error:
        yield f"{name} KeyError", "".join(traceback.format_exception_only(error))
    else:
        yield from shown(name, found)


def error_texts(name, error):
    """Every way in which an error is shown."""
    error.add_note(f"seen by {error.message}")
    yield f"{name} str", str(error)
    yield f"{name} traceback", "".join(traceback.format_exception_only(error))
    yield f"{name} repr", repr(error)
    for part in ("message", "hint", "code", "request_id"):
        yield f"{name} {part}", getattr(error, part)
    for line in error._render_traceback_():
        yield f"{name} line of a notebook", line
        assert "\n" not in line, name
    panel = describe_error(error)
    for render in (render_text, render_markdown):
        yield f"{name} panel", render(panel)


def shown(name, value):
    """Every way in which an object is shown."""
    if isinstance(value, str):
        yield name, value
        return
    if not isinstance(value, Printed):
        if isinstance(value, Sequence | Mapping):
            for item in value:
                yield from shown(name, item)
        return
    yield f"{name} str", str(value)
    yield f"{name} repr", repr(value)
    if hasattr(value, "_repr_mimebundle_"):
        for kind, text in value._repr_mimebundle_(exclude={"text/html"}).items():
            yield f"{name} {kind}", text
