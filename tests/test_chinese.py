"""Every display in Chinese: what is left in Latin letters is data, code, or a name that people type."""

import re
from collections.abc import Mapping
from enum import Enum

import ipywidgets
import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.comparison.judged import Standing
from pai_notebook.comparison.rows import Kind, Verdict
from pai_notebook.display import describe_error, render_html
from pai_notebook.errors import PaiError
from pai_notebook.i18n import chinese
from pai_notebook.i18n.phrases import told
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.metric_cells import State
from pai_notebook.model.version import NOT_REGISTERED
from pai_notebook.plan import OPTIONS, VERBS
from pai_notebook.plan.help import Manual
from pai_notebook.registry.progress import Progress
from pai_notebook.sanitize import Printed
from tests.latin import strings, text_of, words_of

WINE = "model-rbvg5w0xvkg09sgeed"
HOLDOUT, LATENCY = "accuracy@d-wineholdout0001", "latency_ms@d-wineholdout0001"
RULES = "accuracy >= baseline - 0.01\nmacro_f1 > 0.99 with 95% confidence\nnothing > 1\nfail if worse beyond chance"
# Names that stand in sentences because people type them, and abbreviations that Chinese has too.
TYPED = words_of(
    "ADDRESS AccessKey AddressError Approved ComparisonError ConfigurationError DriftError EXPR Endpoint Explorer FILE FetchErrors "
    "GLOB GetModelVersion HTTP ID JSON JUnit K ListModelVersions M MODEL Markdown ModelNotFound N NAME NaN NameNotFound Notebook "
    "OwnerId PAI PaiError Pending Python RAM REGION RegressionError Rejected S SECONDS TEXT Tags TrainedWords True URL UTC V VERB "
    "VersionNotFound XML a access_key address all approval approval_status approved as baseline by cer code comparability compare "
    "connect credentials csv dataset debug demo description details directions drift en endpoint errors evaluation_spec every exclude "
    "explain explore false first format_type framework_type gate get_version get_versions gz help highest holdout html if include "
    "inference_spec json junit kind label labels lang last latency latest limit list_models ls max md mean metrics min mode model "
    "model_id ms n n_runs network noisy null of offline only options or other overwrite paimodel partial pdf pp present previous "
    "public query raise_for_errors refresh region registry report request rows rules s save series shifted show sort source_id "
    "source_type specs tex to to_frame training_spec true uri v verb vpc vs watch where without workspace xlsx zh "
)
TYPED |= words_of(" ".join([*VERBS, *OPTIONS, "PAI_NOTEBOOK_LANG"]))


@pytest.fixture(scope="module")
def registry():
    with pnb.connect("demo", default=False) as found:
        yield found


@pytest.fixture(scope="module")
def data(registry):
    """Every Latin word of the embedded registry."""
    versions = registry.get_versions(WINE, "手写数字识别")
    models = [model.raw for model in registry.list_models()]
    return words_of(" ".join(text for each in [*(v.raw for v in versions), *models] for text in [*strings(each), WINE]))


@pytest.fixture(autouse=True)
def untranslated(monkeypatch):
    """Speak Chinese, and note the templates that have no translation."""
    missing = []

    class Recording(dict):
        def get(self, key, default=None):
            if key not in self:
                missing.append(key)
            return super().get(key, default)

    monkeypatch.setattr(chinese, "TEMPLATES", Recording(chinese.TEMPLATES))
    pnb.options.lang = "zh"
    return missing


def latin(text):
    """Latin words beside request ids."""
    return words_of(re.sub(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}|[A-Za-z_.-]+…|oss://\\S+|https://\\S+", "", text))


def versions(registry):
    return registry.get_versions(f"{WINE}@last:4,9.9.9")


def compared(registry, **options):
    return registry.compare(f"{WINE}@last:4", baseline="approved", **options)


def drifted(registry):
    saved = registry.get_versions(WINE)
    store = demo.Store.bundled()
    store.update_version(WINE, "1.9.0", {"ApprovalStatus": "Approved", "VersionDescription": "改 " * 90})
    with pnb.connect("demo", default=False, transport=demo.transport(store)) as later:
        return later.drift(saved)


DISPLAYS = {
    "card": lambda r: r.get_version(WINE, "1.7.0"),
    "list": versions,
    "models": lambda r: r.list_models(),
    "model": lambda r: r.get_model(WINE),
    "no models": lambda r: r.list_models("zzz"),
    "comparison": compared,
    "comparison of all rows": lambda r: compared(r, only="all", by=HOLDOUT),
    "comparison of many": lambda r: r.compare("手写数字识别@2.*", only="all"),
    "comparison of one": lambda r: r.get_versions(f"{WINE}@1.9.0").compare(),
    "verdict": lambda r: compared(r, by=HOLDOUT).verdict,
    "explanation": lambda r: compared(r).explain(),
    "gate": lambda r: compared(r).check(RULES),
    "passed gate": lambda r: compared(r).check("accuracy >= 0.1"),
    "ranking": lambda r: compared(r).rank(HOLDOUT),
    "ranking with gaps": lambda r: compared(r).rank("log_loss@d-wineholdout0001"),
    "best": lambda r: compared(r).best(LATENCY),
    "trade-offs": lambda r: r.compare(f"{WINE}@all").pareto([HOLDOUT, LATENCY]),
    "pairs": lambda r: r.get_versions(WINE).minimal_pairs(HOLDOUT),
    "coverage": lambda r: compared(r).coverage,
    "drift": drifted,
    "registry": lambda r: r,
    "help": lambda r: Manual(),
    "help of a verb": lambda r: Manual("compare"),
    "help of the shell": lambda r: Manual("", "shell"),
}


@pytest.mark.parametrize("name", DISPLAYS)
def test_no_english_is_left_in_a_display(name, registry, data, untranslated):
    shown = DISPLAYS[name](registry)
    bundle = shown._repr_mimebundle_()
    assert 'lang="zh-CN"' in bundle["text/html"]
    assert sorted(latin(text_of(bundle["text/html"])) - data - TYPED - words_of(f"{RULES} zzz")) == []
    assert untranslated == []


def candidates():
    table = {"run": ["a", "b", "c", "d"], "lr": [0.1, 0.1, 0.2, 0.2], "seed": [1, 2, 1, 2], "accuracy": [0.5, 0.6, 0.7, 0.8]}
    return pnb.VersionSet.from_frame(pd.DataFrame(table), name="run", labels=["lr", "seed"])


def paired(registry):
    tables = {name: pd.DataFrame({"id": range(60), "right": [n % step != 0 for n in range(60)]}) for name, step in (("a", 3), ("b", 5))}
    return candidates()[["a", "b"]].compare().paired("accuracy", tables, on="id", correct="right")


# Objects beside those that have a display of their own.
OBJECTS = DISPLAYS | {
    "candidates": lambda r: candidates(),
    "groups": lambda r: candidates().groupby("lr"),
    "repeats": lambda r: candidates().group_repeats()[0],
    "groups compared": lambda r: candidates().groupby("lr").compare(),
    "paired": paired,
    "interval": lambda r: compared(r).interval(HOLDOUT, "1.9.0"),
    "two models": lambda r: r.get_versions(f"{WINE}@last:2", "手写数字识别@last:2"),
    "masked": lambda r: r.get_versions(WINE).redact("default"),
    "plots": lambda r: compared(r).plot,
}


def said_by(thing, depth=2):
    """What `str` and `repr` of an object say, and what its public attributes say."""
    if isinstance(thing, PaiError) or (isinstance(thing, str) and not isinstance(thing, Enum)):
        yield str(thing)
    elif isinstance(thing, Printed):
        yield from (str(thing), repr(thing))
        names = [name for name in dir(thing) if depth and not name.startswith("_")]
        yield from (text for name in names for text in said_by(asked(thing, name), depth - 1))
    elif isinstance(thing, Mapping | list | tuple):
        yield from (text for each in [*getattr(thing, "values", lambda: thing)()][:4] for text in said_by(each, depth))


def asked(thing, name):
    try:
        value = getattr(thing, name)
    except PaiError as error:
        return error
    return "" if callable(value) and not isinstance(value, Printed) else value


@pytest.mark.parametrize("name", OBJECTS)
def test_what_is_printed_and_what_attributes_say_has_no_two_english_words_in_a_row(name, registry, data, untranslated):
    texts = {re.sub(r"'[^']*'|`[^`]*`|<[A-Z]\w+|\w+=", "", text) for text in said_by(OBJECTS[name](registry))}
    assert len(texts) > 1
    prose = {words for text in texts for words in re.findall(r"\b[A-Za-z]{2,}(?:,? [A-Za-z]{2,})+", text)}
    own = {str(each) for kinds in (Kind, Verdict, Standing, State, Role) for each in kinds} | {NOT_REGISTERED}
    typed = (
        data
        | TYPED
        | words_of(f"{RULES} by more than 1pp zzz fail lr seed cer run right None False masked bucket Redaction OSS Bucket Bonett Price")
    )
    assert sorted(words for words in prose if not words_of(words) <= typed and words not in own) == []
    assert untranslated == []


FAILING = {
    "no such version": lambda r: r.get_version(WINE, "9.9.9"),
    "no such model": lambda r: r.get_version("没有这个模型@latest"),
    "no selector": lambda r: r.get_versions(f"{WINE}@@"),
    "gate": lambda r: compared(r).gate("accuracy > 0.999"),
    "no baseline": lambda r: r.get_versions(f"{WINE}@last:2").compare("approved"),
    "no metric": lambda r: compared(r).rank("nothing"),
    "several datasets": lambda r: compared(r).rank("accuracy"),
    "no direction": lambda r: compared(r).rank("n@d-wineholdout0001"),
    "no kind": lambda r: compared(r).plot(HOLDOUT, kind="pie"),
    "no condition": lambda r: r.get_versions(WINE).filter(label={"nolabel": "x"}),
    "some failed": lambda r: versions(r).raise_for_errors(),
    "wrong theme": lambda r: compared(r).plot.dot(HOLDOUT, theme="pink"),
}


# Errors of each part of the package whose reasons and hints are made of other sentences.
SUGGESTED = {
    "verb": lambda r: run("diff model-a"),
    "no verb": lambda r: run("zzzz model-a"),
    "option": lambda r: run("compare model-a --directions cer=min"),
    "python": lambda r: run("compare model-a --frames x"),
    "helpful": lambda r: run("help --code"),
    "argument": lambda r: compared(r, only="some"),
    "list": lambda r: compared(r, include=5),
    "number": lambda r: r.get_versions(WINE).compare(n=0.5),
    "level": lambda r: compared(r).interval(HOLDOUT, "1.9.0", level=2),
    "kind": lambda r: r.get_versions(WINE).save(5),
    "version set": lambda r: r.drift(5),
    "file": lambda r: pnb.load("/nowhere/x.json"),
    "folder": lambda r: r.get_versions(WINE).to_csv("/nowhere/x.csv"),
    "document": lambda r: pnb.ModelVersion.from_document({"Models": []}),
    "text": lambda r: pnb.ModelVersion.from_document("{"),
    "condition": lambda r: r.get_versions(WINE).filter("created > 'x'"),
    "person": lambda r: r.get_versions(WINE).filter("owner == 'x'"),
    "baseline": lambda r: compared(r, tolerance="x"),
    "endpoint": lambda r: pnb.connect(endpoint="http://example.com", default=False),
    "key": lambda r: pnb.connect("demo", credentials=("a b", "c"), default=False).list_models(),
    "form": lambda r: pnb.connect("demo", credentials=5, default=False),
    "refused": lambda r: pnb.connect("demo", credentials=("x", "y"), default=False).list_models(),
}


def run(line):
    from pai_notebook.plan import parse_line

    parse_line(line)


@pytest.mark.parametrize("name", SUGGESTED)
def test_reasons_and_suggestions_are_in_chinese(name, registry, data, untranslated):
    with pytest.raises(pnb.PaiError) as caught:
        SUGGESTED[name](registry)
    shown = re.sub(
        r"'[^']*'|\"[^\"]*\"|`[^`]*`|[\w.]+=\S+|--?\w+|%+paimodel|/\S+|\w+\([^)]*\)", "", "\n".join(caught.value._render_traceback_()[0:])
    )
    lines = shown.replace(type(caught.value).__name__, "")
    assert re.findall(r"[a-z]{2,}(?: [a-z]{2,})+", lines) == [], lines
    assert re.search("[\u4e00-\u9fff]", lines)
    assert untranslated == []


@pytest.mark.parametrize("name", FAILING)
def test_no_english_is_left_in_an_error_and_its_hint(name, registry, data, untranslated):
    with pytest.raises(pnb.PaiError) as caught:
        FAILING[name](registry)
    error = caught.value
    shown = [*error._render_traceback_(), str(error), text_of(render_html(describe_error(error)))]
    asked = words_of("breaches error SELECTOR VERSION b nothing pie nolabel x pink dot bar slope light dark theme kind pareto compare")
    assert sorted(latin("\n".join(shown)) - data - TYPED - asked) == []
    assert untranslated == []
    assert error.message.isascii() or WINE not in error.message
    pnb.options.lang = "en"
    assert str(error) != shown[1]


def test_progress_is_told_in_chinese(capsys, monkeypatch):
    told_lines = []
    monkeypatch.setattr("pai_notebook.registry.progress._notebook_line", lambda text: told_lines.append(text) or told_lines.append)
    clock = iter([0.0, 1.0, 2.0, 3.0])
    with Progress(lambda: 3, wanted=lambda: 9, clock=lambda: next(clock)) as progress:
        progress.tick()
    assert told_lines == ["正在获取：3/9 个版本，1 秒", "已获取 3 个版本，用时 2.0 秒"]


def test_a_phrase_without_a_translation_is_noticed(untranslated):
    from pai_notebook.i18n.phrases import say

    assert told(say("never translated")) == "never translated"
    assert untranslated == ["never translated"]


def texts_of(explorer):
    """Everything that the widgets of an explorer say, but for code and what is typed to pick."""
    controls = explorer._controls
    said = []
    for widget in controls.everything():
        said += [getattr(widget, name, None) or "" for name in ("description", "tooltip", "placeholder")]
        said += [label for label, _ in getattr(widget, "_options_full", ())] + list(getattr(widget, "titles", ()))
        said.append(text_of(widget.value) if isinstance(widget, ipywidgets.HTML) else "")
    return "\n".join([*said, text_of(controls.markdown.value)])


@pytest.mark.slow
def test_no_english_is_left_in_the_explorer(registry, data, untranslated, tmp_path, monkeypatch):
    """At every stop of a visit, errors and the words around charts with it."""
    monkeypatch.chdir(tmp_path)
    explorer = pnb.Explorer(registry)
    controls = explorer._controls
    stops = [
        lambda: None,
        lambda: setattr(controls.query, "value", "zzzz"),
        lambda: setattr(controls.query, "value", "provider=zzzz"),
        lambda: setattr(controls.query, "value", ""),
        lambda: setattr(controls.models, "value", WINE),
        lambda: setattr(controls.more, "value", "9.9.9"),
        lambda: setattr(controls.more, "value", "!!"),
        controls.fetch.click,
        controls.cancel.click,
        controls.quick["approved + latest"].click,
        controls.quick["latest 5"].click,
        lambda: setattr(controls.metric, "value", "accuracy"),
        lambda: setattr(controls.direction, "value", "min"),
        lambda: setattr(controls.baseline, "value", "latest"),
        lambda: setattr(controls.text, "value", "nothing"),
        controls.clear.click,
        controls.report.click,
        *(lambda place=place: setattr(controls.tabs, "selected_index", place) for place in range(len(controls.tabs.titles))),
        lambda: explorer._state.note(ValueError("ValueError"), "act") or controls.fold.click(),
    ]
    left = {}
    for place, stop in enumerate(stops):
        stop()
        explorer.wait()
        left[place] = sorted(
            latin(texts_of(explorer)) - data - TYPED - words_of("zzzz provider workspace label acc f Ctrl Enter Space c SELECTOR")
        )
    explorer.close()
    assert {place: words for place, words in left.items() if words} == {}
    assert untranslated == []


def test_what_is_said_of_infinite_numbers_is_said_in_chinese_too():
    told = {text: chinese.TEMPLATES[text] for text in chinese.TEMPLATES if "infinite" in text.lower()}
    assert told
    assert [text for text, translated in told.items() if "无穷" not in translated] == []
