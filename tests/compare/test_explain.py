"""What a comparison found, as a list: the verdict first, then what changed; everything that differs when asked."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.comparison import Comparison
from pai_notebook.display import render_html, render_markdown, render_text
from pai_notebook.errors import ConfigurationError, ServiceUnavailable
from tests.compare.comparing import compare, make, results
from tests.display.structure import text_of_html, text_of_markdown
from tests.examples import examples

BOOKKEEPING = ("uri", "source_type", "source_id", "description")


@pytest.fixture(scope="module")
def five():
    """Five versions of the embedded registry against the newest approved one."""
    with pnb.connect("demo", default=False) as registry:
        return registry.compare("model-rbvg5wfo5d0gngz1b8@last:5", baseline="approved")


def pair():
    first = make(
        "0.9.0",
        {**results(d_a={"cer": 0.175, "rtf": 0.08, "ks": 1.0}), "old": 1.0},
        Labels=[{"Key": "env", "Value": "test"}],
        ApprovalStatus="Pending",
        InferenceSpec={"image": "1.12"},
        Uri="oss://bucket/0.9.0/",
    )
    second = make(
        "0.10.0",
        {**results(d_a={"cer": 0.181, "rtf": 0.07, "ks": 2.0}), "fresh": [1, 2]},
        Labels=[{"Key": "owner", "Value": "张三"}],
        ApprovalStatus="Approved",
        InferenceSpec={"image": "1.15"},
        Uri="oss://bucket/0.10.0/",
    )
    return Comparison([first, second], baseline="0.9.0")


def test_the_verdict_comes_first_then_what_changed_and_where_versions_lie_is_left_out():
    assert str(pair().explain()).split("\n") == [
        "model-a: 1 version against 0.9.0, as asked for",
        *(f"- {sentence}" for sentence in pair().verdict.sentences[:-1]),  # the last one is advice for who asks
        "- 0.10.0: image: 1.12 → 1.15 · env: test → — · owner: — → 张三 · approval status: Pending → Approved",
    ]


def test_the_same_in_chinese():
    assert str(pair().explain("zh")).split("\n") == [
        "model-a：1 个版本，以 0.9.0 为基线（用户指定）",
        *(f"- {sentence}" for sentence in pair().verdict.in_language("zh").split("\n")[:-1]),
        "- 0.10.0：image：1.12 → 1.15 · env：test → — · owner：— → 张三 · 准入状态：Pending → Approved",
    ]


def test_everything_is_a_line_a_row_with_both_values_what_is_worse_first():
    first = {"auc": 0.8, "accuracy": 0.90, "em": 0.5, "acc": 0.9, "n": 1000, "model_size_mb": 100}
    second = {"auc": 0.9, "accuracy": 0.95, "em": 0.4, "acc": 0.901, "n": 2000, "model_size_mb": 90, "words": "a"}
    c = compare(first, second, directions={"model_size_mb": "min"})
    assert str(c.explain(everything=True)).split("\n")[-10:] == [
        "- 0.2.0",
        "  - em 0.5 → 0.4 (-10.0 pp), worse",
        "  - accuracy 0.90 → 0.95 (+5.0 pp), better",
        "  - model_size_mb 100 → 90 (-10.0 %), better",
        "  - acc 0.900 → 0.901 (+0.1 pp), could be chance",
        "  - auc 0.8 → 0.9 (+0.1), no interval known",
        "  - words — → a",
        "  - n 1000 → 2000",
        "",
        "better, worse: beyond chance (95 % together)",
    ]
    told = str(c.explain("zh", everything=True))
    assert "  - em 0.5 → 0.4（-10.0 个百分点），变差" in told
    assert told.endswith("变好、变差：超出随机波动范围（联合置信度 95%）")


def test_everything_has_addresses_and_descriptions_too():
    told = str(pair().explain(everything=True))
    assert "  - uri: oss://bucket/0.9.0/ → oss://bucket/0.10.0/" in told
    assert "uri" not in str(pair().explain())


def test_settings_of_one_name_are_told_with_their_section():
    versions = [make(f"0.{n}.0", {"cer": 0.1}, TrainingSpec={"a": {"lr": n}, "b": {"lr": n}, "seed": n}) for n in (1, 2)]
    assert str(Comparison(versions, baseline="first").explain()).split("\n")[-1] == (
        "- 0.2.0: training spec a.lr: 1 → 2 · training spec b.lr: 1 → 2 · seed: 1 → 2"
    )


def test_reasons_to_be_careful_and_failures_are_told():
    errors = {"model-a@9.9.9": ServiceUnavailable("not there")}
    c = Comparison([make("0.1.0", results(d_a={"cer": 0.1})), make("0.2.0", results(d_b={"cer": 0.1}))], baseline="first", errors=errors)
    told = str(c.explain())
    assert "- 1 of 3 versions could not be fetched: model-a@9.9.9 (not there)" in told
    assert "- Careful: no dataset in common with 0.1.0: 0.2.0" in told


def test_five_versions_fit_into_a_mail(five):
    told = str(five.explain())
    # a line for each thing that is said, and none that is a paragraph
    assert len(told.split("\n")) <= 30
    assert max(len(line) for line in told.split("\n") if line.startswith("  ") and "→" not in line) <= 120
    assert len(told) <= 2_400
    assert "\n- 2.3.0: worse: accuracy (noisy -73.0 pp, …/shifted/ -12.2 pp)\n  behind as measured: macro_f1 (" in told
    assert "; behind" not in told + text_of_html(five.explain()._repr_html_())
    assert not re.search("pai-demo-models|PipelineRun", told)
    assert "…/shifted/: oss://pai-demo-data/digits/shifted/" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("everything", [False, True])
def test_in_markdown_the_note_below_the_list_is_a_paragraph_of_its_own(five, everything, lang):
    told = five.explain(lang, everything=everything)
    *listed, empty, note = str(told).split("\n")
    assert (empty, note) == ("", told.note)
    assert "" not in listed
    assert str(pair().explain(lang)).split("\n")[-1].startswith("- ")  # and without a note nothing stands behind the list


@pytest.mark.parametrize("everything", [False, True])
def test_html_markdown_and_text_say_the_same(five, everything):
    told = five.explain(everything=everything)
    facts = [*told.sentences, *(finding.text for found in told.changes.values() for finding in found), *told.changes]
    shape = told._describe()
    for twin in (text_of_html(render_html(shape)), text_of_markdown(render_markdown(shape)), render_text(shape), str(told)):
        assert [fact for fact in facts if re.sub(r"[\s│]", "", fact) not in re.sub(r"[\s│]", "", twin)] == []


def test_a_long_line_of_changes_is_counted_and_everything_has_them_all():
    versions = [make(f"0.{n}.0", {"cer": 0.1}, TrainingSpec={f"s{number}": n for number in range(20)}) for n in (1, 2)]
    c = Comparison(versions, baseline="first")
    assert str(c.explain()).endswith(" · 12 more")
    assert str(c.explain(everything=True)).count(" 1 → 2") == 20


def test_long_values_are_cut_between_words():
    told = str(
        Comparison(
            [
                make("0.1.0", {}),
                make("0.2.0", {}, SourceId="region=cn-hangzhou,workspaceId=10241,kind=PipelineRun,id=run-ea1dddd3e187",
                     VersionDescription="Trained again with twice as many of the noisy examples as before"),
                make("0.3.0", {}, SourceId="0123456789" * 9),
            ],
            baseline="0.1.0",
        ).explain(everything=True)
    )  # fmt: skip
    assert "region=cn-hangzhou,workspaceId…,id=run-ea1dddd3e187" in told
    assert "Trained again with twice as many of the noisy examples as…" in told
    assert "012345678901234567890123456789…" in told  # one word


def test_long_addresses_are_cut_where_they_are_alike():
    first, second = (
        make(name, {}, Uri=f"oss://a-bucket.oss-cn-hangzhou.aliyuncs.com/sentiment/models/{name}/") for name in ("0.1.0", "0.2.0")
    )
    text = str(Comparison([first, second], baseline="0.1.0").explain(everything=True))
    assert text.endswith("sentiment/models/0.1.0/ → oss://a-bucket.oss-cn-hangzhou….com/sentiment/models/0.2.0/")


def test_equal_versions_have_no_changes():
    told = compare({"cer": 0.1}, {"cer": 0.1}).explain(everything=True)
    assert (told.changes, told.sentences) == ({}, ("Equal to 0.1.0 as measured in every quality metric.",))


def test_sentences_never_say_why():
    for lang in ("en", "zh"):
        assert (
            re.search(r"because|due to|caused|since|因为|由于", str(pair().explain(lang)) + str(pair().explain(lang, everything=True)))
            is None
        )


def test_another_language_is_an_error():
    with pytest.raises(ConfigurationError, match="lang='de' is not known"):
        pair().explain("de")


def test_names_that_act_on_a_terminal_are_spelled_out():
    text = str(compare({"a\x1b[2J\u202eb": 1.0}, {"a\x1b[2J\u202eb": 2.0}).explain(everything=True))
    assert "\x1b" not in text
    assert "\u202e" not in text


values = st.sampled_from([0.1, 0.2, None, float("nan"), float("inf"), "A", "0.5", True, [1, 2], [[1]]])
metrics = st.dictionaries(st.sampled_from(["cer", "wer", "accuracy", "ks", "a.b", "train.loss", "n", "latency_ms"]), values, max_size=5)
labels = st.lists(st.fixed_dictionaries({"Key": st.sampled_from(["env", "team"]), "Value": st.sampled_from(["a", "b"])}), max_size=2)
fields = st.fixed_dictionaries(
    {},
    optional={
        "Uri": st.sampled_from(["oss://a/", "oss://b/"]),
        "FrameworkType": st.sampled_from(["Pytorch", "Keras"]),
        "TrainingSpec": st.dictionaries(st.sampled_from(["lr", "a.lr", "b"]), values, max_size=2),
    },
)


@examples(150)
@given(st.lists(st.tuples(metrics, labels, fields), min_size=1, max_size=4), st.sampled_from(["en", "zh"]))
def test_every_difference_is_told_and_nothing_else_is(contents, lang):
    versions = [make(f"0.{number}.0", raw, Labels=pairs, **more) for number, (raw, pairs, more) in enumerate(contents)]
    c = Comparison(versions, baseline="first")
    differences = {
        (row.full_name, name) for place, name in enumerate(c.names) for row in c.rows if row.changes[place].kind not in ("same", "baseline")
    }
    full = c.explain(lang, everything=True)
    told = [row for found in full.changes.values() for finding in found for row in finding.rows]
    assert sorted(told) == sorted(differences)
    for found in full.changes.values():
        for finding in found:
            before, _, after = finding.text.partition(" → ")
            assert not before.endswith(f" {after}")
            assert finding.text in str(full)
    short = c.explain(lang)
    told = {row for finding in short.findings for row in finding.rows}
    told |= {row for found in short.changes.values() for finding in found for row in finding.rows}
    evidence = {row.full_name for row in c.rows if row.is_evidence}
    assert {row for row in differences - told if row[0] not in evidence} <= {(name, version) for name in BOOKKEEPING for version in c.names}


def test_a_model_is_called_by_its_name_where_a_list_has_shown_it():
    with pnb.connect("demo", default=False) as registry:
        registry.list_models()
        named = registry.compare("model-rbvg5wfo5d0gngz1b8@last:2", baseline="approved")
    head = "手写数字识别: model-rbvg5wfo5d0gngz1b8 · 2 versions against 2.0.0, the newest approved version"
    assert str(named.explain()).split("\n")[0] == head
    assert " ".join(str(named).split()).startswith(head.replace(": ", " · "))


def test_findings_speak_the_language_that_was_asked_for():
    told = pair().explain(lang="zh")
    assert [each.text for each in told.findings] == pair().verdict.in_language("zh").split("\n")[: len(told.findings)]
    assert all(each.rows for each in told.findings)


def test_versions_of_several_models_are_told_with_theirs():
    versions = [make("0.1.0", {"cer": 0.1}), make("0.2.0", {"cer": 0.2}), make("0.3.0", {"cer": 0.3}, model="model-b")]
    assert "model-a: 0.1.0, 0.2.0 · model-b: 0.3.0" in Comparison(versions).explain()
    assert "model-a: 0.1.0" not in Comparison(versions[:2]).explain()


def test_a_candidate_is_called_not_registered_in_the_language_of_the_list():
    registered = pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "ApprovalStatus": "Approved", "Metrics": {"accuracy": 0.9}}])
    candidate = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a"], "accuracy": [0.95]}), name="run")
    c = (registered + candidate).compare("0.1.0")
    for everything in (False, True):
        told = str(c.explain(lang="zh", everything=everything))
        assert "准入状态：Approved → 未注册" in told
        assert "registered" not in told
    assert "approval status: Approved → Not registered" in str(c.explain())


def test_every_line_of_a_version_is_in_the_language_that_is_asked_for():
    values = ((0.9, 0.9), (0.95, 0.8), (0.95, 0.8))
    docs = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": one, "f1": other}} for nth, (one, other) in enumerate(values)]
    told = str(pnb.VersionSet.from_documents(docs, "model-a").compare("0.0.0").explain("zh"))
    assert "ahead" not in told
    assert told.count("按测量值领先") == 2
