"""The JUnit XML of a gate: what the schema of Jenkins asks for, and what an independent reader finds."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

import pai_notebook as pnb
from pai_notebook.comparison import Comparison
from pai_notebook.errors import ConfigurationError, RegressionError
from pai_notebook.shell.as_json import as_json
from tests.compare.comparing import compare, make, results

BASE = results(d_a={"cer": 0.175, "accuracy": 0.93})
CANDIDATE = results(d_a={"cer": 0.181, "accuracy": 0.95})
DIGITS = "model-rbvg5wfo5d0gngz1b8"
RULES = "accuracy > 0.9\ncer <= baseline\nfoo > 1\nbar > 1 if present"

# Jenkins' schema (junit-10.xsd of its xunit plugin): attributes an element must have, those it may have, and its children.
SCHEMA = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    **dict.fromkeys(("failure", "error", "skipped"), (set(), {"type", "message"}, set())),
    "system-out": (set(), set(), set()),
}


def departures(xml):
    """Where a document is not as the schema has it."""
    for element in ET.fromstring(xml).iter():
        needed, allowed, children = SCHEMA[element.tag]
        given = set(element.attrib)
        yield from (f"{element.tag} {name}" for name in (needed - given) | (given - needed - allowed))
        yield from (f"{child.tag} in {element.tag}" for child in element if child.tag not in children)


def outcomes(xml):
    found = {}
    for suite in JUnitXml.fromstring(xml.encode()):
        for case in suite:
            found[case.name] = type(case.result[0]) if case.result else None
    return found


def test_each_check_is_a_case_that_passes_fails_errs_or_is_skipped():
    report = compare(BASE, CANDIDATE).check(RULES)
    assert outcomes(report.to_junit()) == {
        "0.2.0: accuracy > 0.9: accuracy@d-a": None,
        "0.2.0: cer <= baseline: cer@d-a": Failure,
        "foo > 1": Error,
        "bar > 1 if present": Skipped,
    }
    read = JUnitXml.fromstring(report.to_junit().encode())
    assert (read.tests, read.failures, read.errors) == (4, 1, 1)
    failure = next(case.result[0] for suite in read for case in suite if case.result and isinstance(case.result[0], Failure))
    assert failure.message == "0.181, allowed <= 0.175 (baseline) (baseline 0.175)"
    assert failure.text == str(report.breaches[0])
    error = next(case.result[0] for suite in read for case in suite if case.result and isinstance(case.result[0], Error))
    assert error.message == error.text == "not checked: foo > 1: no version has this metric"


def test_a_gate_with_nothing_new_is_skipped():
    approved = make("0.1.0", CANDIDATE, ApprovalStatus="Approved")
    read = JUnitXml.fromstring(Comparison([approved]).check("cer <= baseline\naccuracy > 0.9").to_junit().encode())
    assert (read.tests, read.failures, read.errors, read.skipped) == (2, 0, 0, 1)
    cases = [case for suite in read for case in suite]
    assert [(case.name, [each.message for each in case.result]) for case in cases] == [
        ("0.1.0: cer <= baseline", ["0.1.0: the baseline itself"]),
        ("0.1.0: accuracy > 0.9: accuracy@d-a", []),
    ]


def test_cases_name_datasets_and_models_as_the_registry_does_and_properties_have_the_ids():
    with pnb.connect("demo", default=False) as registry:
        registry.list_models()
        xml = registry.compare(f"{DIGITS}@last:2", baseline="first").check("accuracy > 0").to_junit()
        several = (
            registry.get_versions(f"{DIGITS}@1.9.0", "wine-cultivar@1.8.0,1.9.0").compare("first").check("train_seconds > 0").to_junit()
        )
    assert "2.5.0: accuracy > 0: accuracy@digits-noisy" in outcomes(xml)
    assert list(departures(xml)) == []
    found = {each.get("name"): each.get("value") for each in ET.fromstring(xml).iter("property")}
    assert found["dataset digits-noisy"] == "d-digitsnoisy00001"
    assert found["model 手写数字识别"] == DIGITS
    assert {element.get("classname") for element in ET.fromstring(xml).iter("testcase")} == {"手写数字识别"}
    assert [(element.get("classname"), element.get("name")) for element in ET.fromstring(several).iter("testcase")] == [
        ("wine-cultivar", "1.9.0: train_seconds > 0"),
        ("手写数字识别", "1.9.0: train_seconds > 0"),
    ]


@pytest.mark.parametrize(
    ("models", "rules", "classes"),
    [
        (["qwen2.5-7b"] * 2, "cer < 1\nnowhere > 1", ["qwen2_5-7b", "qwen2_5-7b"]),
        (["model-a", "model-a", "model-b"], "cer < 1\nnowhere > 1", ["model-a", "model-b", "Gate"]),
        ([""] * 2, "cer < 1", ["Gate"]),
    ],
)
def test_the_class_of_a_case_is_its_model_so_that_pages_tell_gates_apart(models, rules, classes):
    versions = [make(f"0.{number}.0", {"cer": 0.1}, model=model) for number, model in enumerate(models)]
    xml = Comparison(versions, baseline=versions[0]).check(rules).to_junit()
    assert [element.get("classname") for element in ET.fromstring(xml).iter("testcase")] == classes
    assert ET.fromstring(xml).find("testsuite").get("name") == ("Gate: qwen2.5-7b" if "qwen2.5-7b" in models else "Gate")


NOTHING = [
    "f1 >= 0.7 if present",
    "f1 >= 0.7 with 95% confidence if present",
    "fail if f1 worse beyond chance if present",
    "f* >= 0.7 if present",
    "nope >= 0.7 if present",
]


def unequal():
    return compare({"accuracy": 0.9, "n": 1000, "f1": 0.8}, {"accuracy": 0.95, "n": 1000})


@pytest.mark.parametrize("rule", NOTHING)
def test_that_nothing_was_checked_is_an_error_in_junit_and_unchecked_in_json(rule):
    report = unequal().check(rule)
    assert not report.passed
    read = JUnitXml.fromstring(report.to_junit().encode())
    assert (read.tests, read.failures, read.errors) == (2, 0, 1)
    assert outcomes(report.to_junit())["nothing was checked"] is Error
    assert [(each["outcome"], each["rule"], each["reason"]) for each in as_json(report)["checks"]][1:] == [
        ("unchecked", "nothing was checked", "1 skipped")
    ]


@pytest.mark.parametrize("options", [{"metrics": "f1", "missing": "skip"}, {"metrics": [], "unknown": "skip"}])
def test_an_assertion_that_checked_nothing_is_an_error_in_junit(options):
    with pytest.raises(RegressionError, match="nothing was checked") as caught:
        unequal().assert_no_regression(**options)
    assert Error in outcomes(caught.value.report.to_junit()).values()


values = st.one_of(st.floats(0, 1), st.just(float("nan")), st.just("text"), st.booleans(), st.none())
metrics_of = st.dictionaries(st.sampled_from(["accuracy", "f1", "n", "latency_ms"]), values, max_size=4)
a_rule = st.sampled_from([*NOTHING, "accuracy >= baseline", "f1 > 0.5", "fail if worse beyond chance", "latency_ms <= 0.5 if present"])


@given(st.lists(metrics_of, min_size=1, max_size=3), st.lists(a_rule, max_size=3))
def test_junit_and_json_have_something_that_failed_exactly_where_a_gate_is_not_passed(metrics, rules):
    report = compare(*metrics).check(rules)
    read = JUnitXml.fromstring(report.to_junit().encode())
    assert (read.failures + read.errors == 0) is report.passed
    assert {"failed", "unchecked"}.isdisjoint(each["outcome"] for each in as_json(report)["checks"]) is report.passed


@given(st.dictionaries(st.text(max_size=12), st.floats(), max_size=4), st.text(min_size=1, max_size=12), st.text(max_size=12))
def test_whatever_a_registry_holds_is_xml_as_the_schema_has_it(metrics, name, dataset):
    report = compare(
        {**metrics, "m": 1.0}, {name: 2.0, **metrics}, {"Results": [{"Dataset": {"DatasetId": dataset}, "Metrics": metrics}]}
    ).check("* >= baseline\nm < 0")
    xml = report.to_junit()
    assert list(departures(xml)) == []
    assert len(list(ET.fromstring(xml).iter("testcase"))) == len(report.checks)


def test_equal_results_give_equal_files_and_a_file_is_not_replaced_unasked(tmp_path):
    report = compare(BASE, CANDIDATE).check(RULES)
    path = report.to_junit(tmp_path / "gate.xml")
    assert path.read_text("utf-8") == compare(BASE, CANDIDATE).check(RULES).to_junit()
    with pytest.raises(ConfigurationError, match="exists"):
        report.to_junit(path)
    with pytest.raises(ConfigurationError, match="html"):
        report.to_junit(tmp_path / "gate.html")
    assert report.to_junit(path, overwrite=True) == path


def test_a_gate_is_markdown_and_html_too(tmp_path):
    report = compare(BASE, CANDIDATE).check(RULES)
    assert "1 of 3 checks failed, 1 could not be checked" in report.to_markdown()
    assert report.to_markdown(tmp_path / "gate.md").read_text("utf-8") == report.to_markdown()
    assert "1 of 3 checks failed, 1 could not be checked" in report.to_html(tmp_path / "gate.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("rules", "checked"),
    [
        ("cer <= baseline", True),
        ("cer <= baseline with 95% confidence", True),
        ("cer <= baseline + 0.1 with 95% confidence", False),
        ("nowhere > 1", False),
        ("text > 1", False),
        ("flag == true", True),
        ("fail if cer worse beyond chance", False),
        ("only_base >= 1", False),
        ("", False),
    ],
)
def test_a_check_that_fails_for_want_of_something_is_told_from_one_that_does_not_hold(rules, checked):
    base = {"cer": 0.17, "text": "a", "flag": True, "only_base": 1.0}
    (check,) = compare(base, {"cer": 0.18, "text": "a", "flag": False}).check(rules).breaches
    assert check.checked is checked
