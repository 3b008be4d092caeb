"""The report: whole, self-contained, and without anything that should not leave the team."""

import base64
import io
import json
import re
import sys
import zipfile
from pathlib import Path

import html5lib
import pandas as pd
import pyarrow.parquet as pq
import pytest

import pai_notebook as pnb
from pai_notebook.comparison.gate.scope import set_against
from pai_notebook.errors import AddressError, ConfigurationError, RegressionError, ServiceUnavailable
from pai_notebook.io.page import html_page
from pai_notebook.model.source import Provenance
from pai_notebook.model.version import ModelVersion
from pai_notebook.sanitize import visible
from pai_notebook.versions.versions import VersionSet, load
from tests.compare.comparing import compare

OWNER, USER, ACCOUNT = "1557702098194904", "287712345678901234", "1099876543210987"
KEY, SECRET = "LTAI" + "5tCanaryCanary99", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0"
DIGITS = "model-rbvg5wfo5d0gngz1b8"
BUCKET, SIGNATURE = "canary-team-bucket", "c2lnbmF0dXJlLWNhbmFyeQ%3D%3D"
CANARIES = [OWNER, USER, ACCOUNT, KEY, SECRET, BUCKET, SIGNATURE, "hunter2-canary", "li@canary.example"]
EVERYTHING = (
    f"owner {OWNER} user {USER} acs:ram::{ACCOUNT}:role/x key {KEY} secret {SECRET} oss://{BUCKET}/a "
    f"https://{BUCKET}.oss-cn-beijing.aliyuncs.com/k?Expires=1&Signature={SIGNATURE} password=hunter2-canary li@canary.example"
)


def canary(name, cer):
    """A version with every canary in every field."""
    return ModelVersion.from_document(
        {
            "VersionName": name,
            "VersionDescription": EVERYTHING + name,
            "OwnerId": OWNER,
            "UserId": USER,
            "Uri": f"oss://{BUCKET}.oss-cn-beijing.aliyuncs.com/m/{name}/",
            "SourceId": EVERYTHING + name,
            "SourceType": EVERYTHING,
            "Labels": [{"Key": EVERYTHING, "Value": EVERYTHING + name}, {"Key": "password", "Value": "hunter2-canary"}],
            "Options": json.dumps({"api_key": SECRET, "note": EVERYTHING + name}),
            "ExtraInfo": {"CoverUris": [f"https://{BUCKET}.oss-cn-beijing.aliyuncs.com/c.png?Signature={SIGNATURE}"]},
            "TrainingSpec": {EVERYTHING: EVERYTHING + name, "AccessKeySecret": SECRET},
            "EvaluationSpec": {"env": [{"Name": "PASSWORD", "Value": "hunter2-canary"}]},
            "InferenceSpec": {"nested": {"deep": [EVERYTHING + name]}},
            "Metrics": {"Results": [{"Dataset": {"Uri": f"oss://{BUCKET}/eval"}, "Metrics": {"cer": cer, "note": EVERYTHING + name}}]},
            "Unknown": EVERYTHING,
        },
        "model-a",
    )


@pytest.fixture
def secretive():
    errors = {"model-a@9.9.9": ServiceUnavailable(f"not there: {EVERYTHING}", hint=EVERYTHING)}
    return VersionSet([canary("0.1.0", 0.175), canary("0.2.0", 0.181)], errors)


def leaked(data):
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return [secret for secret in CANARIES if secret in text]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_canary_of_any_field_is_in_the_report(secretive, tmp_path, lang):
    compared = secretive.compare(only="all", directions={f"cer@oss://{BUCKET}/eval": "min"})
    with pytest.raises(RegressionError) as caught:
        compared.gate("cer <= 0.1")
    options = {"gates": [caught.value], "title": EVERYTHING, "question": EVERYTHING, "registry": EVERYTHING, "lang": lang}
    text = compared.report(tmp_path / "r.html", **options).read_text("utf-8")
    assert leaked(text) == []
    assert leaked("".join(html5lib.parse(text, namespaceHTMLElements=False).itertext())) == []
    assert "masked-owner-1" in text
    assert "masked-bucket-1" in text


def test_without_redaction_the_canaries_are_there(secretive, tmp_path):
    text = secretive.compare(only="all").report(tmp_path / "r.html", redact=None, charts=False).read_text("utf-8")
    assert {OWNER, BUCKET} & set(leaked(text))


def test_no_canary_is_in_a_masked_snapshot_nor_in_any_export_of_it(secretive, tmp_path):
    path = secretive.save(tmp_path / "x.json", redact="default")
    assert leaked(path.read_bytes()) == []
    masked = load(path)
    for thing in (masked, masked.compare(only="all")):
        for kind in ("html", "markdown", "latex", "csv"):
            assert leaked(getattr(thing, f"to_{kind}")(tmp_path / "x.out", overwrite=True).read_bytes()) == [], kind
        parts = zipfile.ZipFile(io.BytesIO(thing.to_excel(tmp_path / "x.xlsx", overwrite=True).read_bytes()))
        assert [secret for name in parts.namelist() for secret in leaked(parts.read(name))] == []


def test_no_canary_is_in_any_export_of_a_masked_set(secretive, tmp_path):
    masked = secretive.redact()
    assert "bucket: 1 value" in masked.origin
    for thing in (masked, masked.compare(only="all")):
        assert leaked(str(thing) + thing._repr_html_()) == []
        for kind in ("html", "markdown", "latex", "csv"):
            assert leaked(getattr(thing, f"to_{kind}")(tmp_path / "x.out", overwrite=True).read_bytes()) == [], kind
        parts = zipfile.ZipFile(io.BytesIO(thing.to_excel(tmp_path / "x.xlsx", overwrite=True).read_bytes()))
        assert [secret for name in parts.namelist() for secret in leaked(parts.read(name))] == []
    assert leaked(str(pq.read_table(masked.to_parquet(tmp_path / "x.parquet")).to_pylist())) == []
    assert leaked(masked.save(tmp_path / "x.json").read_bytes()) == []
    assert secretive.redact(None) is secretive


def test_rules_of_your_own_are_masked_and_listed(secretive, tmp_path):
    vs = VersionSet([ModelVersion.from_document({"VersionName": "0.1.0", "VersionDescription": "for apollo-7"}, "model-a")])
    text = vs.compare(only="all").report(tmp_path / "r.html", {"project": "apollo-[0-9]+"}).read_text("utf-8")
    assert "apollo-7" not in text
    assert "project: 1 value" in text


def page(digits, tmp_path, **options):
    vs = digits[-4:]
    compared = vs.compare()
    return compared, compared.report(tmp_path / "r.html", **options).read_text("utf-8")


def test_the_report_has_every_part(digits, tmp_path):
    compared, text = page(digits, tmp_path, question="Which one?", charts=["accuracy@d-digitsnoisy00001"])
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    assert [element.text.strip() for element in tree.iter("h2")] == [
        "Answer", "Comparison", "Charts",
        "More of the verdict", "Every difference", "Settings and labels", "Other fields", "How to read this",
        "Data sheet", "What was masked", "Make it again",
    ]  # fmt: skip
    open_parts = [element.tag for element in tree.find(".//main") if element.tag in ("h2", "details")]
    assert open_parts == ["h2"] * 3 + ["details"] * 8
    words = "".join(tree.itertext())
    assert compared.fingerprint in words
    assert "Which one?" in words
    assert "c = vs.compare(" in words
    told = [str(finding.text) for finding in compared.verdict.findings if not finding.advice]
    assert [sentence for sentence in told if "oss:" not in sentence and sentence not in words] == []
    picture = next(tree.iter("img"))
    assert base64.b64decode(picture.get("src").partition("base64,")[2]).startswith(b"\x89PNG")
    assert "2.5.0 0.7" in picture.get("alt")


def test_a_paired_result_is_told_with_the_first_ten_examples_on_which_two_versions_differ(tmp_path):
    right = {"0.1.0": [True] * 60 + [False] * 40, "0.2.0": [True] * 90 + [False] * 10}
    frames = {
        name: pd.DataFrame({"id": [f"x{k}." for k in range(100)], "ok": ok, "uri": f"oss://{BUCKET}/x"}) for name, ok in right.items()
    }
    docs = [{"VersionName": name, "Metrics": {"accuracy": sum(ok) / 100}} for name, ok in right.items()]
    c = VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    p = c.paired("accuracy", frames, on="id", correct="ok")
    text = c.with_paired(p).report(tmp_path / "r.html", charts=False).read_text("utf-8")
    folds = html5lib.parse(text, namespaceHTMLElements=False).findall(".//main/details")
    (found,) = ("".join(fold.itertext()) for fold in folds if str(p.sentence) in "".join(fold.find("summary").itertext()))
    assert re.findall(r"x[0-9]+\.", found) == [f"x{k}." for k in range(60, 70)]
    assert "30" in found.partition("Examples on which they differ")[2]
    assert leaked(found) == []


def test_the_first_examples_flipped_both_ways_long_texts_end_in_an_ellipsis_and_the_sentence_says_better():
    right = {"0.1.0": [False] * 30 + [True] * 70, "0.2.0": [True] * 90 + [False] * 10}
    text = "one word after the other " * 30
    frames = {name: pd.DataFrame({"id": range(100), "ok": ok, "text": text}) for name, ok in right.items()}
    docs = [{"VersionName": name, "Metrics": {"accuracy": sum(ok) / 100}} for name, ok in right.items()]
    p = VersionSet.from_documents(docs, "model-a").compare("0.1.0").paired("accuracy", frames, on="id", correct="ok")
    assert list(p.flipped["id"][:6]) == [90, 0, 91, 1, 92, 2]
    assert len(p.flipped) == 40
    page = p._repr_html_()
    assert re.search(r"<b>[^<]*: better, beyond chance \(95 %\)</b>", page)
    cells = re.findall("(?:one word[^<]*)", page)
    assert {cell.rpartition(" ")[2] for cell in cells} <= {f"{word}…" for word in text.split()}


def test_the_report_tells_registry_workspace_and_requests_without_being_told(tmp_path):
    with pnb.connect("demo", default=False, workspace_id="10241") as registry:
        listed = registry.get_versions(f"{DIGITS}@last:3")
        single = registry.get_version(DIGITS, listed[0].version_name, refresh=True)
    words = data_sheet(listed.compare().report(tmp_path / "r.html", charts=False))
    assert words["registry"] == "aiworkspace.demo.invalid (cn-hangzhou)"
    assert words["workspace"] == "10241"
    assert listed[0].provenance.request_ids[0] in words["request ids"]
    assert words["fetched"].endswith("UTC")
    offline = load(VersionSet([single, *listed[1:]]).save(tmp_path / "x.json"))
    again = data_sheet(offline.compare().report(tmp_path / "again.html", charts=False))
    assert again["registry"] == words["registry"]
    assert single.request_id in again["request ids"]
    told = data_sheet(listed.compare().report(tmp_path / "told.html", charts=False, registry="the team's own"))
    assert told["registry"] == "the team's own"


def test_the_title_has_the_name_of_the_model_where_a_list_has_shown_it(tmp_path):
    with pnb.connect("demo", default=False) as registry:
        registry.list_models()
        path = registry.compare(f"{DIGITS}@last:2").report(tmp_path / "r.html", charts=False)
    assert "<h1>Comparison of 手写数字识别</h1>" in path.read_text("utf-8")
    assert data_sheet(path)["models"] == f"手写数字识别 {DIGITS}"


def test_a_report_of_versions_without_a_model_is_titled_by_their_names(tmp_path):
    for count, said in ((2, "Comparison of run-1, run-2"), (7, "Comparison of run-1, run-2, run-3, run-4 and 3 more")):
        frame = pd.DataFrame({"f1": [place / 10 for place in range(count)]}, index=[f"run-{place + 1}" for place in range(count)])
        text = VersionSet.from_frame(frame).compare("first").report(tmp_path / f"{count}.html", charts=False).read_text("utf-8")
        assert f"<h1>{said}</h1>" in text
        assert f"<title>{said}</title>" in text
        assert ">?<" not in text


@pytest.mark.slow
def test_the_code_of_a_report_makes_the_comparison_again(tmp_path):
    with pnb.connect("demo", default=False) as registry:
        compared = registry.get_versions(f"{DIGITS}@last:3").compare(directions={"accuracy": "max"})
    tree = html5lib.parse(compared.report(tmp_path / "r.html").read_text("utf-8"), namespaceHTMLElements=False)
    code = "".join(tree.find(".//pre").itertext())
    assert 'registry = pnb.connect("demo", default=False)' in code
    space = {}
    exec(code, space)
    space["registry"].close()
    assert space["c"].fingerprint == compared.fingerprint


def test_the_code_of_a_report_makes_the_report_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def code_of(path):
        return "".join(html5lib.parse(path.read_text("utf-8"), namespaceHTMLElements=False).find(".//pre").itertext())

    with pnb.connect("demo", default=False) as registry:
        c = registry.compare(f"{DIGITS}@last:3", baseline="approved")
    told = {"question": "May 2.5.0 go live?", "gates": ["accuracy >= baseline - 1%", c.check("accuracy > 0.1")], "charts": False}
    code = code_of(c.report("r.html", **told, lang="zh"))
    first = Path("r.html").read_text("utf-8")
    space = {}
    exec(code, space)
    space["registry"].close()
    again = Path("r.html").read_text("utf-8")
    assert code_of(Path("r.html")) == code
    for text in (first, again):
        assert "May 2.5.0 go live?" in text
        assert "accuracy &gt; 0.1" in text
    assert code_of(c.report("plain.html", charts=False)).endswith('\nc.report("plain.html", charts=False, overwrite=True)')


def test_the_code_of_a_report_connects_to_where_the_versions_came_from(tmp_path):
    source = Provenance("aiworkspace.cn-beijing.aliyuncs.com", "cn-beijing", "77", ("R-1",))
    make = [ModelVersion.from_document({"VersionName": name}, "model-a", provenance=source) for name in ("0.1.0", "0.2.0")]
    text = VersionSet(make).compare().report(tmp_path / "r.html", charts=False).read_text("utf-8")
    assert (
        "pnb.connect(region=&quot;cn-beijing&quot;, workspace_id=&quot;77&quot;, default=False)  # aiworkspace.cn-beijing.aliyuncs.com"
        in text
    )


def test_what_is_not_known_is_said_to_be_not_recorded(everything, tmp_path):
    words = data_sheet(everything[:2].compare().report(tmp_path / "r.html", charts=False))
    assert [words[name] for name in ("registry", "fetched", "request ids")] == ["not recorded"] * 3
    assert "workspace" not in words


def data_sheet(path):
    """The facts of a report's data sheet by their names."""
    tree = html5lib.parse(path.read_text("utf-8"), namespaceHTMLElements=False)
    pairs = [
        (text.strip() for text in map("".join, (name.itertext(), fact.itertext())))
        for facts in tree.iter("table")
        if facts.get("class") == "facts"
        for name, fact in zip(facts.iter("th"), facts.iter("td"), strict=True)
    ]
    return dict(pairs)


@pytest.mark.slow
def test_the_report_runs_nothing_and_loads_nothing(digits, tmp_path):
    tree = html5lib.parse(page(digits, tmp_path)[1], namespaceHTMLElements=False)
    assert [element.tag for element in tree.iter() if element.tag in ("script", "iframe", "link", "object", "embed", "form", "base")] == []
    assert [name for element in tree.iter() for name in element.attrib if str(name).startswith("on")] == []
    assert [
        element.get("src") for element in tree.iter() if element.get("src") and not element.get("src").startswith("data:image/png;base64,")
    ] == []


@pytest.mark.slow
def test_the_same_comparison_gives_the_same_bytes(digits, tmp_path):
    first = page(digits, tmp_path)[1]
    assert page(digits, tmp_path, overwrite=True)[1] == first


@pytest.mark.slow
def test_words_are_in_the_language_asked_for(digits, tmp_path):
    text = page(digits, tmp_path, lang="zh")[1]
    assert '<html lang="zh-CN">' in text
    assert "<h2>结论</h2>" in text
    assert re.search("[0-9]+ 个版本均不是 Approved", text)
    assert re.search("OSS Bucket：[0-9]+ 个值，共出现 [0-9]+ 处，首次出现在", text)
    with pytest.raises(ConfigurationError, match="lang='fr'"):
        page(digits, tmp_path, lang="fr", overwrite=True)


def test_without_matplotlib_the_report_says_what_is_missing(digits, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.delitem(sys.modules, "pai_notebook.plot.pictures", raising=False)
    text = page(digits, tmp_path)[1]
    assert "pip install matplotlib" in text
    assert "<img" not in text


@pytest.mark.slow
def test_an_existing_report_is_kept_unless_told(digits, tmp_path):
    page(digits, tmp_path, charts=False)
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        page(digits, tmp_path, charts=False)


@pytest.mark.slow
def test_what_is_no_gate_result_is_refused(digits, tmp_path):
    for gate in (3, [None], [b"cer < 1"], {"cer": 1}):
        with pytest.raises(ConfigurationError, match="is not a gate result"):
            page(digits, tmp_path, charts=False, gates=gate)
    with pytest.raises(AddressError, match="rule"):
        page(digits, tmp_path, charts=False, gates="cer is low")


def test_gates_are_rules_reports_or_errors_and_the_answer_comes_first(digits, tmp_path):
    compared = digits[-4:].compare()
    rules = ["accuracy[d-digitsnoisy00001] >= baseline - 0.01", "accuracy[d-digitsholdout0001] >= 0.5"]
    report = compared.check(rules)
    with pytest.raises(RegressionError) as caught:
        compared.gate(rules)
    texts = [
        compared.report(tmp_path / "r.html", gates=gates, charts=False, overwrite=True, question="May 2.4.0 go live?").read_text("utf-8")
        for gates in ("\n".join(rules), rules, report, [report], caught.value, (caught.value,))
    ]
    assert len(set(texts)) == 1
    words = re.sub(r"\s+", " ", "".join(html5lib.parse(texts[0], namespaceHTMLElements=False).find(".//main").itertext()))
    asked = "Gate: 2.4.0 passed all of 2 checks"
    order = [
        "May 2.4.0 go live?",
        f"Is 2.4.0 better than {compared.baseline_name} beyond chance (95 % together)? Not shown, nor that it is worse.",
        "Worse: ",
        asked,
        "All versions: 2 of 6 checks failed",
        "2.3.0 (Rejected) failed 1; 2.5.0 failed 1; passed: 2.4.0",
        "Metrics",
    ]
    places = [words.index(part) for part in order]
    assert places == sorted(places)
    assert "</div>" in texts[0].split(asked, 1)[1].split("All versions", 1)[0], (
        "what others failed stands in the box of the version that passed"
    )
    assert words.index("Gate: Passed") > words.index("Nothing found that makes")


def test_several_gates_say_what_each_of_them_judges(digits, tmp_path):
    compared = digits[-4:].compare()
    few = VersionSet([version for version in compared.versions if version.version_name in ("2.4.0", "2.5.0", compared.baseline_name)])
    with pytest.raises(RegressionError) as caught:
        compared.assert_no_regression("accuracy")
    gates = [compared.check("accuracy > 0.1"), few.compare(compared.baseline_name).check("macro_f1 > 0.1\nlatency_ms < 1"), caught.value]
    text = compared.report(tmp_path / "r.html", gates=gates, charts=False).read_text("utf-8")
    words = "".join(html5lib.parse(text, namespaceHTMLElements=False).find(".//main").itertext())
    assert "Gate 1 (accuracy > 0.1) passed: 9 checks" in words
    assert "Gate 2 (macro_f1 > 0.1, latency_ms < 1; 2.4.0, 2.5.0) passed: " in words
    assert "No regression 3 (accuracy): " in words
    assert "Gate 1 (accuracy > 0.1): Checks" in words
    alone = compared.report(tmp_path / "r.html", gates=gates[0], charts=False, overwrite=True).read_text("utf-8")
    assert "Gate passed: 9 checks" in alone


def test_many_passed_checks_are_counted_by_metric_and_none_is_left_out(digits, tmp_path):
    compared = digits[-20:].compare()
    gate = compared.check("accuracy >= baseline - 17pp\nlatency_ms < 1")
    text = compared.report(tmp_path / "r.html", gates=gate, charts=False).read_text("utf-8")
    folds = html5lib.parse(text, namespaceHTMLElements=False).findall(".//main/details")
    (passed,) = (fold for fold in folds if "Gate: Passed" in "".join(fold.find("summary").itertext()))
    counts = [int("".join(row[3].itertext())) for row in passed.iter("tr") if len(row) == 5 and row[3].tag == "td"]
    assert len(counts) == 6
    assert sum(counts) == sum(check.outcome == "passed" for check in gate.checks) > 100


@pytest.mark.parametrize("name", ["r.txt", "r", "r.html.gz", "r.md"])
def test_a_report_of_an_unknown_kind_is_refused_and_nothing_is_written(everything, tmp_path, name):
    compared = VersionSet(everything[:2]).compare()
    with pytest.raises(ConfigurationError, match=r"does not end in \.html, \.htm or \.pdf"):
        compared.report(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_exports_refuse_a_name_that_says_another_format(everything, tmp_path):
    compared = VersionSet(everything[:2]).compare()
    for thing in (compared, compared.versions if isinstance(compared.versions, VersionSet) else everything, compared.coverage):
        for kind, name in (("html", "x.csv"), ("markdown", "x.html"), ("latex", "x.md"), ("csv", "x.XLSX"), ("excel", "x.csv")):
            with pytest.raises(ConfigurationError, match="does not end in"):
                getattr(thing, f"to_{kind}")(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert compared.to_csv(tmp_path / "x.txt").name == "x.txt"


@pytest.mark.slow
def test_a_result_of_other_versions_is_refused(digits, tmp_path):
    versions = digits
    with pytest.raises(ConfigurationError, match=r"gates: a result is about 2\.\d\.0, which this comparison does not have"):
        versions[-2:].compare().report(tmp_path / "r.html", gates=versions[-5:].compare().check("accuracy >= 0"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Is 2.3.0 worse?", ["Gate: 2.3.0 (Rejected): 1 of 2 checks failed"]),
        ("2.4.0 or 2.5.0?", ["Gate: 2.4.0 passed all of 2 checks", "Gate: 2.5.0: 1 of 2 checks failed"]),
        ("What of 12.4.0, 2.4.0.1, 2.4.0_rc1 and 2.4.0-rc1?", []),
        ("v2.4.0可以上线吗？", ["Gate: 2.4.0 passed all of 2 checks"]),
    ],
)
def test_versions_that_a_question_names_come_first_in_the_answer(digits, tmp_path, question, said):
    compared = digits[-4:].compare()
    rules = "accuracy[d-digitsnoisy00001] >= baseline - 0.01\naccuracy[d-digitsholdout0001] >= 0.5"
    text = compared.report(tmp_path / "r.html", gates=rules, charts=False, question=question).read_text("utf-8")
    assert re.findall(r"Gate: [0-9][0-9.]+(?: \(Rejected\))?(?: passed|: [0-9])[^<]*checks(?: failed)?", text) == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("May 2.2.0 go live?", "2.2.0 is not compared here."),
        ("2.4.0 or v9.1.0, or 9.2.0_rc1?", "9.1.0 and 9.2.0_rc1 are not compared here."),
        ("Is v2.4.0 above 0.95, as 3.5 was?", ""),
        ("2.4.0上线吗?", ""),
    ],
)
def test_a_version_that_a_question_names_and_that_is_not_compared_is_said_to_be_missing(digits, tmp_path, question, said):
    compared = digits[-3:].compare()
    text = compared.report(tmp_path / "r.html", charts=False, question=question).read_text("utf-8")
    assert re.findall(r"[^<> ][^<>]* not compared here\.", text) == ([said] if said else [])


@pytest.mark.parametrize(
    ("question", "gates", "said"),
    [
        (
            "May 2.4.0 go live?",
            ["accuracy > 0.1"],
            "2.4.0 is the baseline, which the others are measured against; it is not checked itself.",
        ),
        ("May 2.4.0 go live?", [], "2.4.0 is the baseline, which the others are measured against."),
        ("May 2.5.0 replace 2.4.0?", ["accuracy > 0.1"], ""),
    ],
)
def test_the_answer_to_a_question_that_names_the_baseline_alone_says_so_first(digits, tmp_path, question, gates, said):
    compared = digits[-3:].compare("2.4.0")
    text = compared.report(tmp_path / "r.html", gates=gates, charts=False, question=question).read_text("utf-8")
    main = list(html5lib.parse(text, namespaceHTMLElements=False).find(".//main"))
    answer = main[[each.tag for each in main].index("h2") + 1]
    words = re.sub(r"^[!\s]+", "", "".join(part for part in answer.itertext() if not part.startswith(".pai")))
    assert words.startswith(said)
    assert ("is the baseline, which" in words) == bool(said)


@pytest.mark.parametrize(
    ("question", "good", "short"),
    [
        ("May 2.4.0 go live?", True, "Is 2.4.0 better than 2.2.0 beyond chance (95 % together)? Not shown, nor that it is worse."),
        ("May 2.3.0 go live?", False, "Is 2.3.0 better than 2.2.0 beyond chance (95 % together)? No, it is worse."),
        ("May 2.3.0 or 2.4.0 go live?", False, "Against 2.2.0, beyond chance (95 % together): 2.3.0 worse; 2.4.0 not told apart."),
        ("Which one?", False, "no version is better; 2.3.0, 2.5.0 worse; 2.4.0 not told apart."),
    ],
)
def test_the_answer_is_one_box_for_a_gate_and_which_version_is_better(digits, tmp_path, question, good, short):
    names = {"2.2.0", "2.3.0", "2.4.0", "2.5.0"}
    compared = VersionSet([each for each in digits if each.version_name in names]).compare("2.2.0")
    rules = "accuracy[d-digitsnoisy00001] >= baseline - 3pp\naccuracy[d-digitsholdout0001] >= 0.5"
    text = compared.report(tmp_path / "r.html", gates=rules, charts=False, question=question).read_text("utf-8")
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    main = tree.find(".//main")
    answer = list(main)[[each.tag for each in main].index("h2") + 1]
    words = "".join(answer.itertext())
    assert (words.count("✓ "), words.count("✗ ")) == ((1, 0) if good else (0, 1))
    assert short in words.partition("Gate")[0]
    assert ("Failed" in words) == (not good)
    others = "".join(each for fold in tree.findall(".//main/details") for each in fold.find("summary").itertext())
    assert ("Failed in other versions" in others) == ("?" in question and "Which" not in question)


@pytest.mark.parametrize("by", [None, "accuracy"])
def test_a_report_says_by_what_it_judges_and_gives_its_reader_no_code_to_change(digits, tmp_path, by):
    text = VersionSet(digits)[-5:].compare("2.2.0", by=by).report(tmp_path / "r.html", charts=False).read_text("utf-8")
    scope = html5lib.parse(text, namespaceHTMLElements=False).find(".//main/p").text
    judged = "; judged by accuracy first" if by else "; every metric judged by itself, none named as the one that matters"
    assert scope == f"4 versions against 2.2.0, as asked for{judged}"
    assert "by='" not in text.partition("Make it again")[0]


def test_of_twenty_versions_the_one_asked_about_is_in_the_first_table_and_the_answer_says_once_what_it_is_against(digits, tmp_path):
    twenty = digits[-20:].compare("approved")
    text = twenty.report(tmp_path / "r.html", charts=False, question="May 1.6.0 go live?").read_text("utf-8")
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    tables = [table for table in tree.iter("table") if (table.get("class") or "").startswith("pin")]
    heads = [["".join(th.itertext()) for th in table.iter("th") if th.get("scope") == "col"] for table in tables]
    names = [
        [name for name in twenty.names for text in head if re.match(rf"{re.escape(name)}([^.0-9_]|[0-9]\s|$)", text)] for head in heads
    ]
    assert "1.6.0" in names[0]
    assert "2.5.0" in names[0]
    main = list(tree.find(".//main"))
    answer = "".join(main[[each.tag for each in main].index("h2") + 1].itertext())
    assert "Against " not in answer
    assert "Is 1.6.0 better than 2.0.0 beyond chance (95 % together)? Not shown, nor that it is worse." in answer
    assert (
        "Of the 18 other versions: no version is better; 1.5.0, 1.10.0, 1.11.0, 2.3.0, 2.5.0 worse; 13 versions not told apart." in answer
    )


@pytest.mark.parametrize(
    ("right", "answer"),
    [
        ({"accuracy": 960, "exact_match": 960}, "Yes, and worse in none of the 2 metrics judged."),
        ({"accuracy": 960}, "Yes."),
        ({"accuracy": 960, "exact_match": 800}, "In some metrics; in others it is worse."),
        ({"accuracy": 960, "exact_match": 900, "macro_f1": 0.7}, "In some metrics; in others it is behind as measured."),
        ({"accuracy": 800}, "No, it is worse."),
        ({"accuracy": 901}, "Not shown, nor that it is worse."),
    ],
)
def test_whether_the_version_that_a_question_names_is_better_is_answered_first(tmp_path, right, answer):
    def version(name, found):
        shares = {metric: value / 1000 if value > 1 else value for metric, value in found.items()}
        return {"VersionName": name, "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {**shares, "n": 1000}}]}}

    docs = [version("0.1.0", {metric: 900 if value > 1 else 0.9 for metric, value in right.items()}), version("0.2.0", right)]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    for lang, said in (("en", f"Is 0.2.0 better than 0.1.0 beyond chance (95 % together)? {answer}"), ("zh", "0.2.0 是否优于 0.1.0")):
        text = c.report(tmp_path / "r.html", question="May 0.2.0 go live?", charts=False, lang=lang, overwrite=True).read_text("utf-8")
        tree = html5lib.parse(text, namespaceHTMLElements=False)
        main = list(tree.find(".//main"))
        first_one = main[[each.tag for each in main].index("h2") + 1]
        assert "".join(next(iter(first_one.iter("b"))).itertext()).startswith(said)


def test_the_version_that_a_question_names_stands_next_to_the_baseline(digits, tmp_path):
    five = VersionSet([each for each in digits if each.version_name in {"2.1.0", "2.2.0", "2.3.0", "2.4.0", "2.5.0"}]).compare("2.1.0")
    text = five.report(tmp_path / "r.html", charts=False, question="May 2.4.0 go live?").read_text("utf-8")
    heads = re.findall(r'<th scope="col"[^>]*>(\d\.\d\.\d)', text)
    assert heads[:5] == ["2.1.0", "2.4.0", "2.2.0", "2.3.0", "2.5.0"]
    assert "versions named above first\u00a0→" in text


def test_each_table_of_many_versions_leaves_out_what_none_of_them_has_and_names_it(tmp_path):
    documents = []
    for nth in range(14):
        metrics = {
            "accuracy": 0.8 + nth / 100,
            **({"bleu": 0.5} if nth > 10 else {}),
            **({"latency_ms": 9, "size_mb": 2} if nth > 7 else {}),
        }
        documents.append({"VersionName": f"1.{nth}.0", "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": metrics}]}})
    c = VersionSet.from_documents(documents, "model-a").compare("1.0.0")
    tree = html5lib.parse(c.report(tmp_path / "r.html", charts=False).read_text("utf-8"), namespaceHTMLElements=False)
    tables = [table for table in tree.iter("table") if (table.get("class") or "").startswith("pin")]
    shown = [["".join(row[0].itertext()).partition(" ")[0] for body in table.iter("tbody") for row in body] for table in tables]
    assert shown == [["accuracy", "bleu", "Cost", "latency_ms", "size_mb"], ["accuracy", "Cost", "latency_ms", "size_mb"], ["accuracy"]]
    words = "".join(tree.itertext())
    assert "Nothing in these versions: bleu (d-a)." in words
    assert "Nothing in these versions: bleu (d-a), latency_ms (d-a), size_mb (d-a)." in words


def test_settings_of_many_versions_have_a_line_a_version_with_every_value(digits, tmp_path):
    twenty = digits[-20:].compare("approved")
    text = twenty.report(tmp_path / "r.html", charts=False, redact=None).read_text("utf-8")
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    (fold,) = (each for each in tree.findall(".//main/details") if "Settings" in "".join(each.find("summary").itertext()))
    found = {}
    for table in fold.iter("table"):
        lines = [list(row) for row in table.find("tbody")]
        assert ["".join(row[0].itertext()).removesuffix(" baseline") for row in lines] == [
            twenty.baseline_name,
            *(name for name in twenty.names if name != twenty.baseline_name),
        ]
        heads = ["".join(th.itertext()) for th in list(table.find("thead"))[-1]]
        for nth, head in enumerate(heads[1:], 1):
            found.setdefault(head, []).append(["".join(row[nth].itertext()) for row in lines])
    rows = [row for row in twenty.changed if row.section not in ("metrics", "other")]
    assert sum(map(len, found.values())) == len(rows)
    gamma = {name.removesuffix(" baseline"): value for name, value in zip(["2.0.0", *twenty.names[:-6]], found["gamma"][0], strict=False)}
    assert gamma["2.0.0"] == "0.02"
    assert all(value.endswith("≠") or value in ("0.02", "–") for value in found["gamma"][0])
    assert "changed" not in "".join(fold.itertext())


def test_a_report_of_one_version_says_once_that_it_is_alone_and_shows_its_values(digits, tmp_path):
    one = digits[-1:].compare()
    words = "".join(
        html5lib.parse(one.report(tmp_path / "r.html").read_text("utf-8"), namespaceHTMLElements=False).find(".//main").itertext()
    )
    assert words.count("nothing to compare it with") == 1
    assert "hard to compare" not in words
    assert str(one.versions[0].metrics["accuracy", "d-digitsholdout0001"].value)[:5] in words
    secret = VersionSet([canary("0.1.0", 0.175)]).compare().report(tmp_path / "s.html").read_text("utf-8")
    assert leaked(secret) == []


@pytest.mark.parametrize("title", ['a" } body{display:none} </style><script>', "back\\slash\nbreak", "长" * 200])
def test_the_title_below_every_printed_page_ends_neither_its_text_nor_the_style_sheet(title):
    sheet = re.search("<style>(.*?)</style>", html_page([], title=title), re.DOTALL)[1]
    said = re.search(r'@bottom-left\{content:"((?:[^"\\]|\\[0-9a-f]+ )*)";', sheet)[1]
    shown = re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), said)
    assert shown == visible(" ".join(title.split())) or (shown.endswith("…") and len(shown) < 50)
    assert re.search(r"[<>{}]", said) is None


@pytest.mark.slow
def test_a_hostile_title_stays_text(digits, tmp_path):
    text = page(digits, tmp_path, title="</title><script>alert(1)</script>\u202e", question="<img src=x onerror=alert(1)>")[1]
    assert re.findall(r"<script|<img src=x|\u202e", text) == []


def test_a_comparison_of_nothing_still_makes_a_report(tmp_path):
    assert "<h1>" in VersionSet().compare().report(tmp_path / "r.html").read_text("utf-8")


@pytest.mark.slow
def test_a_report_reconciles_gate_and_chance_says_what_stands_before_the_tables_and_reads_itself_after_the_first(digits, tmp_path):
    reports = {}
    for rules in ("accuracy >= baseline - 17pp", "accuracy >= 2", "latency_ms < 1"):
        options = {"gates": rules, "question": "May 2.5.0 or 1.12.2 go live?", "charts": False, "overwrite": True}
        text = digits[-20:].compare().report(tmp_path / "r.html", **options).read_text("utf-8")
        reports[rules] = re.sub(r"\s+", " ", "".join(html5lib.parse(text, namespaceHTMLElements=False).find(".//main").itertext()))
    allowed = "passed though worse beyond chance: the rules allow that much, or do not ask about it."
    assert [f"2.5.0 {allowed}" in text for text in reports.values()] == [True, False, True]
    failed = digits[-3:].compare().check("accuracy >= 2")
    more = "2.5.0 failed though better beyond chance in some metrics and shown worse in none: the rules ask for more."
    assert set_against([failed], ["2.5.0"], {"2.5.0": 1}, {}) == [more]
    assert set_against([failed], ["2.5.0"], {"2.5.0": 1}, {"2.5.0": 1}) == []
    text = reports["accuracy >= baseline - 17pp"]
    order = [
        "Passed as measured: accuracy. No interval is known",
        "2.5.0 passed though",
        "Nothing found that makes",
        "Metrics: ",
        "tables: versions asked about first",
        "☆ best",
    ]
    places = [text.index(part) for part in (*order, "Metrics: 1.9.0")]
    assert places == sorted(places)
    assert re.search(r"2\.3\.0 \(Rejected\) failed 1.*; passed(?: as measured)?: 1\d versions", text)
    plain = digits[-20:].compare().report(tmp_path / "p.html", charts=False).read_text("utf-8")
    assert "tables: from the highest names down; within a table by name" in plain


def test_what_chance_may_have_decided_is_said_of_the_passed_checks_alone(tmp_path):
    docs = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.9 - nth / 10, "n": 10000, "f1": 0.9}} for nth in (1, 2)]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    for rules, said in (("accuracy > 0.9 with 95% confidence\nf1 >= 0.8", "Passed as measured: f1. No"), ("accuracy > 0.9", "")):
        text = c.report(tmp_path / "r.html", gates=rules, charts=False, overwrite=True).read_text("utf-8")
        assert "failed" in text
        assert re.findall(r"Passed as measured: .*? No", text) == ([said] if said else [])


def test_a_rule_that_could_be_checked_in_no_version_fails_the_version_that_a_question_names(tmp_path):
    docs = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.9 + nth / 100}} for nth in (1, 2)]
    c = pnb.VersionSet.from_documents(docs, "model-a").compare("0.1.0")
    c.report(tmp_path / "r.html", question="May 0.2.0 go live?", gates="accuracy >= 0.9\nacuracy >= baseline", charts=False)
    text = (tmp_path / "r.html").read_text("utf-8")
    assert "0.2.0: 1 of 2 could not be checked" in text
    assert "passed all of" not in text
    assert "Failed in other versions" not in text


def test_the_answer_names_the_possible_loss_of_the_version_asked_about_and_says_once_what_passed_as_measured(tmp_path):
    values = (0.9, 0.5), (0.89, 0.4), (0.8, 0.6), (0.895, 0.45)
    c = compare(*({"accuracy": accuracy, "latency_ms": latency, "n": 1000} for accuracy, latency in values))
    gates = [c.check("accuracy >= baseline - 2pp\nlatency_ms < 1")]

    def answer(lang):
        c.report(tmp_path / "r.html", charts=False, question="May 0.4.0 go live?", gates=gates, lang=lang, overwrite=True)
        page = html5lib.parse((tmp_path / "r.html").read_text("utf-8"), namespaceHTMLElements=False)
        return " ".join("".join(page.find(".//main").itertext()).split()).partition(
            "Nothing found that makes" if lang == "en" else "比较前"
        )[0]

    text = answer("en")
    assert "0.4.0 could still be worse (95 % together) by up to about" in text
    assert text.index("0.4.0 could still be worse") < text.index("Worse: 0.3.0 in accuracy")
    assert "0.2.0 and 0.4.0 could still" not in text
    assert text.count("assed as measured") == text.count("as measured:") == 1
    assert "passed: 0.2.0, 0.4.0" in text
    assert "0.4.0 仍可能更差" in answer("zh")


def test_a_report_whose_only_version_is_the_baseline_says_that_there_is_nothing_to_check(digits, tmp_path):
    compared = VersionSet([digits["2.0.0"]]).compare("approved")
    question = "May 2.0.0 go live?"
    text = compared.report(tmp_path / "r.html", gates=["accuracy >= baseline"], charts=False, question=question).read_text("utf-8")
    assert "Gate passed: nothing to check, 2.0.0 is the baseline itself" in text
    assert "which the others are measured against" not in text


@pytest.mark.parametrize("others", [(), ({"accuracy": 0.95, "f1": 0.9},)])
def test_a_version_of_which_a_gate_checked_nothing_has_not_passed(tmp_path, others):
    c = compare({"accuracy": 0.9, "f1": 0.8}, {"accuracy": 0.95}, *others)

    def text(lang):
        options = {"question": "May 0.2.0 go live?", "gates": "f1 >= 0.7 if present", "charts": False, "overwrite": True}
        return c.report(tmp_path / "r.html", lang=lang, **options).read_text("utf-8")

    said = re.sub("<[^>]*>", "", text("en"))
    assert "✗ Gate: nothing was checked of 0.2.0 (1 skipped)" in said
    assert "0.2.0 passed" not in said
    assert "All versions" not in said
    assert "0.2.0 未执行任何检查（跳过 1 项）" in text("zh")


def of_model(model, *accuracies, baseline="0.1.0"):
    documents = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": value}} for nth, value in enumerate(accuracies, 1)]
    return VersionSet.from_documents(documents, model).compare(baseline)


@pytest.mark.parametrize(
    ("other", "rule", "said"),
    [
        (of_model("model-b", 0.8, 0.9), "accuracy >= baseline", r"a result is about model-b@0\.2\.0, which this comparison does not have"),
        (of_model("model-b", 0.8, 0.7), "accuracy >= 0.6", r"a result is about model-b@0\.2\.0, which"),
        (of_model("model-a", 0.8, 0.9), "accuracy >= baseline", r"in a result accuracy of 0\.2\.0 is 0\.9, and here it is 0\.7"),
        (of_model("model-a", 0.6, 0.7), "accuracy >= baseline", r"in a result accuracy of 0\.1\.0 is 0\.6, and here it is 0\.8"),
        (
            of_model("model-a", 0.8, 0.7, 0.6, baseline="0.3.0"),
            "accuracy >= baseline",
            r"a result is against 0\.3\.0, and the baseline here is 0\.1\.0",
        ),
        (of_model("model-a", 0.8, float("nan")), "accuracy >= baseline", r"in a result accuracy of 0\.2\.0 is NaN, and here it is 0\.7"),
    ],
)
def test_a_gate_of_another_model_baseline_or_measurement_is_refused(tmp_path, other, rule, said):
    bad = of_model("model-a", 0.8, 0.7)
    with pytest.raises(ConfigurationError, match=said) as caught:
        bad.report(tmp_path / "r.html", gates=other.check(rule), charts=False)
    assert "gates：" in caught.value.message.in_language("zh")


def test_a_gate_of_the_same_versions_is_taken_whatever_else_was_compared(tmp_path):
    documents = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.7 + nth / 10, "f1": float("nan")}} for nth in (1, 2, 3)]
    vs = VersionSet.from_documents(documents, "model-a")
    for other in (vs[:2].compare("0.1.0"), vs.compare("0.1.0", include="accuracy"), vs.compare("0.1.0", n=100)):
        text = vs.compare("0.1.0").report(tmp_path / "r.html", gates=other.check("* >= baseline"), charts=False, overwrite=True)
        assert "Gate" in text.read_text("utf-8")
    bound = vs.compare("0.3.0").check("accuracy >= 0.1")
    assert "Gate (0.1.0, 0.2.0) passed" in vs.compare("0.1.0").report(tmp_path / "b.html", gates=bound, charts=False).read_text("utf-8")


def answer_of(compared, tmp_path, **told):
    """What a report says before its tables, in both languages."""
    texts = []
    for lang in ("en", "zh"):
        text = compared.report(tmp_path / "r.html", lang=lang, charts=False, overwrite=True, **told).read_text("utf-8")
        texts.append(re.split("<h2>", re.sub(r"<(?!/?h2>)[^>]*>", "", text))[1])
    return texts


def test_an_answer_says_which_versions_a_gate_has_judged_where_these_are_not_all(tmp_path):
    documents = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.7 + nth / 10}} for nth in (1, 2, 3)]
    vs = VersionSet.from_documents(documents, "model-a")
    c, gate = vs.compare("0.1.0"), vs[[0, 2]].compare("0.1.0").check("accuracy >= baseline")
    for question in ("", "May 0.2.0 go live?", "May 0.2.0 or 0.3.0 go live?"):
        english, chinese = answer_of(c, tmp_path, gates=gate, question=question)
        assert "! Gate: nothing was checked of 0.2.0" in " ".join(english.split())
        assert "Gate (0.3.0)" in english
        assert "All versions" not in english
        assert "0.2.0 未执行任何检查" in chinese
        assert "质量门禁（0.3.0）" in chinese
    english, _ = answer_of(c, tmp_path, gates=gate, question="May 0.3.0 go live?")
    assert "Gate: 0.3.0 passed the only check" in english
    assert "nothing was checked" not in english
    english, _ = answer_of(c, tmp_path, gates=[gate, vs[:2].compare("0.1.0").check("accuracy >= 0.8")])
    assert "Gate 1 (accuracy &gt;= baseline; 0.3.0) passed" in english
    assert "Gate 2 (accuracy &gt;= 0.8; 0.2.0) passed" in english
    assert "nothing was checked" not in english
    assert "nothing was checked" not in answer_of(c, tmp_path, gates="accuracy >= baseline")[0]


def test_of_several_versions_asked_about_that_a_gate_judged_it_is_not_said_that_all_have_passed(tmp_path):
    documents = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.7 + nth / 20}} for nth in (1, 2, 3, 4)]
    vs = VersionSet.from_documents(documents, "model-a")
    gate = vs[[0, 2, 3]].compare("0.1.0").check("accuracy >= baseline")
    for question in ("May 0.3.0 go live?", "May 0.3.0 or 0.4.0 go live?"):
        english, _ = answer_of(vs.compare("0.1.0"), tmp_path, gates=gate, question=question)
        assert "All versions" not in english
    english, _ = answer_of(vs[[0, 2, 3]].compare("0.1.0"), tmp_path, gates=gate, question="May 0.3.0 go live?")
    assert "All versions passed: 2 checks" in english


@pytest.mark.parametrize(
    ("narrowed", "label"),
    [
        ({"dataset": "d-a"}, ("only d-a", "仅 d-a")),
        ({"include": "accuracy@d-a"}, ("only accuracy@d-a", "仅 accuracy@d-a")),
        ({"exclude": ["accuracy@d-b"]}, ("without accuracy@d-b", "不含 accuracy@d-b")),
        ({"exclude": ["labels.*", "*@d-b"], "dataset": "d-*"}, ("only d-*; without *@d-b", "仅 d-*；不含 *@d-b")),
        ({}, ("", "")),
    ],
)
def test_a_gate_of_some_datasets_says_so_and_what_it_left_out_is_not_said_to_be_allowed(tmp_path, narrowed, label):
    def on(first, second):
        results = [
            {"Dataset": {"DatasetId": name}, "Metrics": {"accuracy": value, "n": 5000}} for name, value in (("d-a", first), ("d-b", second))
        ]
        return {"Results": results}

    documents = [{"VersionName": f"0.{nth}.0", "Metrics": on(*each)} for nth, each in enumerate([(0.8, 0.9), (0.81, 0.5)], 1)]
    vs = VersionSet.from_documents(documents, "model-a")
    gate = vs.compare("0.1.0", **narrowed).check("accuracy >= baseline - 50pp")
    english, chinese = answer_of(vs.compare("0.1.0"), tmp_path, gates=gate, question="May 0.2.0 go live?")
    allowed = "0.2.0 passed though worse beyond chance: the rules allow that much"
    assert (allowed in english) is not bool(narrowed)
    assert ("0.2.0 passed though worse beyond chance in what was not asked about: accuracy (d-b)." in english) is bool(narrowed)
    assert ("在未检查的指标上变差且超出随机波动范围：accuracy（d-b）" in chinese) is bool(narrowed)
    assert (f"Gate ({label[0]}): 0.2.0" if narrowed else "Gate: 0.2.0") in english
    assert (f"质量门禁（{label[1]}）" in chinese) is bool(narrowed)
    # what the report leaves out too need not be said
    same, _ = answer_of(vs.compare("0.1.0", **narrowed), tmp_path, gates=gate, question="May 0.2.0 go live?")
    assert "Gate: 0.2.0 passed" in same
    assert "not asked about" not in same


def test_code_of_a_report_says_that_it_checks_more_than_a_gate_that_judged_a_part(tmp_path):
    documents = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.7, "f1": 0.6}} for nth in (1, 2, 3)]
    vs = VersionSet.from_documents(documents, "model-a")
    c = vs.compare("0.1.0")
    for gated, is_part in ((vs[:2].compare("0.1.0"), True), (vs.compare("0.1.0", exclude="f1"), True), (c, False)):
        gate = gated.check("accuracy >= baseline")
        text = c.report(tmp_path / "r.html", gates=gate, charts=False, overwrite=True).read_text("utf-8")
        assert ("rules checked on every version and metric, not on a part as there" in text) is is_part


@pytest.mark.parametrize(
    "rule",
    ["fail if accuracy worse beyond chance", "fail if worse beyond chance", "accuracy <= baseline + 1pp", "accuracy >= 0.5", None],
)
def test_a_gate_that_took_the_other_way_for_better_is_refused(tmp_path, rule):
    vs = VersionSet.from_documents(
        [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.9 - nth / 10, "n": 1000}} for nth in (1, 2)], "model-a"
    )
    turned = vs.compare("0.1.0", directions={"accuracy": "min"})
    gate = turned.check(rule) if rule else turned.assert_no_regression("accuracy")
    with pytest.raises(ConfigurationError, match="in a result lower is better for accuracy, and here higher is better") as caught:
        vs.compare("0.1.0").report(tmp_path / "r.html", gates=gate)
    assert "越低越好" in caught.value.message.in_language("zh")
    assert turned.report(tmp_path / "r.html", gates=gate, charts=False).exists()


@pytest.mark.parametrize(
    ("metrics", "rules", "is_said"),
    [
        ({"accuracy": 0.99, "latency_ms": 5}, "accuracy >= 1", True),
        ({"accuracy": 0.99, "latency_ms": 9, "latency_ms_stderr": 0.1}, "fail if worse beyond chance", False),
        ({"accuracy": 0.99, "latency_ms": 9, "latency_ms_stderr": 0.1}, "accuracy >= 1", False),
        ({"accuracy": 0.99}, "accuracy >= 0.9\nf1 >= 0.5", False),
    ],
)
def test_that_rules_ask_for_more_is_said_only_where_nothing_is_worse_and_all_was_checked(tmp_path, metrics, rules, is_said):
    c = compare({"accuracy": 0.8, "n": 1000, "latency_ms": 5, "latency_ms_stderr": 0.1}, {"n": 1000, **metrics})
    text = c.report(tmp_path / "r.html", question="May 0.2.0 go live?", gates=rules, charts=False).read_text("utf-8")
    assert "0.2.0 passed" not in text
    assert ("the rules ask for more" in text) is is_said


@pytest.mark.parametrize("lacking", [{}, {"auc": float("nan"), "recall": float("nan")}])
@pytest.mark.parametrize("by", [None, "f1"])
def test_the_answer_names_what_a_better_version_lacks_and_costs_more_whatever_it_is_judged_by(tmp_path, lacking, by):
    base = {"f1": 0.7, "f1_stderr": 0.01, "auc": 0.9, "auc_stderr": 0.01, "recall": 0.8, "recall_stderr": 0.01}
    costs = ({"latency_ms": cost, "latency_ms_stderr": 0.1} for cost in (5, 9))
    c = compare(base | next(costs), {"f1": 0.8, "f1_stderr": 0.01, **lacking} | next(costs), by=by)

    def answer(lang):
        text = c.report(tmp_path / "r.html", question="May 0.2.0 go live?", charts=False, lang=lang, overwrite=True).read_text("utf-8")
        main = list(html5lib.parse(text, namespaceHTMLElements=False).find(".//main"))
        return "".join(main[[each.tag for each in main].index("h2") + 1].itertext())

    text = answer("en")
    assert ("Missing: 0.2.0 in" if not lacking else "Not a finite number: 0.2.0 in") in text
    assert by is None or "Cost, beyond chance" in text
    assert ("缺失的指标：" if not lacking else "不是有限数值") in answer("zh")
