import itertools
import math
import operator
import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import ModelVersion, VersionSet
from pai_notebook.errors import AddressError, ConfigurationError
from pai_notebook.model.conditions import _holds
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import nearest_names
from pai_notebook.model.remarks import values_of
from pai_notebook.model.value_index import ValueIndex

VERSION = ModelVersion.from_document(
    {
        "VersionName": "0.10.0",
        "ApprovalStatus": "Approved",
        "FrameworkType": "TensorFlow",
        "NewField": "x",
        "NewSpec": {"bits": 4},
        "GmtCreateTime": "2024-06-07T02:10:41.117Z",
        "TrainingSpec": {"HyperParameters": [{"Name": "lr", "Value": "5e-5"}], "layers": 12, "fp16": True},
        "Labels": [
            {"Key": "env", "Value": "prod"},
            {"Key": "batch", "Value": "64"},
            {"Key": "twice", "Value": "a"},
            {"Key": "twice", "Value": "b"},
            {"Key": "所有者", "Value": "张三"},
        ],
        "Metrics": {
            "Results": [
                {"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.17}},
                {"Dataset": {"DatasetId": "d-b"}, "Metrics": {"cer": 0.3}},
            ],
            "rtf": 0.08,
            "val.loss": 0.4,
            "nothing": None,
            "grade": "A",
            "passed": True,
            "odd name": 1.0,
            "nan": float("nan"),
            "text": "0.91",
        },
    },
    "model-a",
)


@pytest.mark.parametrize(
    "text",
    [
        "rtf < 0.1",
        "0.1 > rtf",
        "rtf <= .08",
        "cer[d-a] < 0.2",
        "cer@d-b == 0.3",
        "rtf < 0.1 and label.env == 'prod'",
        'rtf > 1 or label.env == "prod"',
        "not rtf > 1",
        "not (rtf > 1 or grade == 'B') and grade == 'A'",
        "approval == 'approved'",
        "approval_status != 'Pending'",
        "version > '0.2.0'",
        "version < '1.0.0' and version_name >= '0.10.0'",
        "created >= '2024-06-07' and created < '2024-06-08'",
        "label.batch >= 64",
        "label.所有者 == '张三'",
        "`odd name` == 1",
        "passed == true",
        "passed != false",
        "rtf != none",
        "text > 0.9",
        "training_spec.HyperParameters.lr == '5e-5'",
        "training_spec.HyperParameters.lr < 1e-4",
        "training_spec.layers >= 12",
        "training_spec.fp16 == true",
        "metrics.rtf < 1",
        "nan != 0",
        "`val.loss` < 0.5",
        "val.loss == 0.4",
        "metrics.val.loss < 0.5",
        "metrics['odd name'] == 1",
        "metrics['cer', 'd-a'] < 0.2",
        'metrics["cer","d-a"] < 0.2',
        "cer['d-a'] < 0.2",
        "metrics.`odd name` == 1",
        "label.env in ('prod', 'test')",
        "label.env not in ('test')",
        "rtf in (0.08, 0.09)",
        "rtf < 9%",
        "rtf between 0.05 and 0.1",
        "rtf not between 0.1 and 0.2",
        "grade is not null",
        "nothing is null",
        "label.env contains 'RO'",
        "created >= 2024-06-07",
        "created < 2024-06-07T02:11:00Z",
        "created < -30d",
        "not created > -2w",
        "framework == 'TENSORFLOW'",
        "FrameworkType == 'TensorFlow'",
        "NewField == 'x'",
        "NewSpec.bits == 4",
        "new_spec.bits > 3",
        "label.twice == 'a' and label.twice == 'b'",
    ],
)
def test_a_condition_holds(text):
    assert holds(text)
    assert not holds(f"not ({text})")


def holds(text):
    return len(VersionSet([VERSION]).filter(text)) == 1


@pytest.mark.parametrize("text", ["nan < 1", "nan >= 1", "nan == nan", "grade < 1", "nothing == 0", "label.env > 3", "nothing < 5"])
def test_what_is_missing_or_of_another_kind_meets_no_condition(text):
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("acuracy > 0.5", "line 1, column 1: no version has 'acuracy'. Available: "),
        ("rtff > 0.5", "Nearest is rtf."),
        ("not gradee == 'A'", "line 1, column 5: no version has 'gradee'. Nearest is grade."),
        ("envv == 'prod'", "Nearest is labels.env."),
        ("status == 'Approved'", "Nearest is approval_status."),
        ("label.envv == 'prod'", "Nearest is labels.env."),
        ("aproval != 'Approved'", "Nearest is approval_status."),
        ("approval == Approved", "Quote texts: 'Approved'."),
        ("'odd name' > 0.75", "put a name with special characters in backticks: `odd name`"),
        ('"val.loss" < 1', "in backticks: `val.loss`"),
        ("created > 'soon'", "'soon' is not a time and created is one"),
        ("created > 30", "30 is not a time and created is one"),
        ("rtf > 'high'", "rtf holds numbers and 'high' is a text"),
        ("cer < 0.2", "cer was measured on 2 datasets. Name one: cer@d-a, cer@d-b."),
        ("avg model score > 0.5", "Put a name with commas, blanks or parentheses in backticks"),
        ("acc,none > 0.5", "Put a name with commas, blanks or parentheses in backticks"),
        ("map(B) > 0.5", "Put a name with commas, blanks or parentheses in backticks"),
        ("rtf in 0.1", "expected a list in parentheses"),
        ("rtf between 1", "expected between LOW and HIGH"),
        ("label.env contains 3", "contains takes a quoted text"),
        ("rtf like 'x'", "expected a comparison such as <, ==, in or contains"),
        ("version > 0.2.0", "Quote versions: '0.2.0'."),
        ("version <= -1", "line 1, column 12: -1 is not a version name. Quote versions: '1'."),
        ("version <= 1.5%", "1.5% is not a version name. Quote versions: '1.5'."),
        ("1.5e0 >= version", "line 1, column 1: 1.5e0 is not a version name. Quote versions: '1.5'."),
        ("version in (0.1, .5)", ".5 is not a version name."),
        ("SVC", "A word alone is no condition: write description contains 'SVC', or look for models: registry.list_models('SVC')."),
    ],
)
def test_a_name_or_value_that_cannot_be_meant_is_refused_with_what_to_write(text, said):
    with pytest.raises(AddressError, match=re.escape(said)):
        holds(text)


def test_an_empty_set_asks_no_questions_about_names():
    assert len(VersionSet().filter("no_such_name > 1")) == 0


@pytest.mark.parametrize("label", [{"env": "prod"}, {"env": ["test", "prod"]}, {"batch": 64}, {"twice": "b"}])
def test_labels_match_any_of_the_values_given(label):
    assert len(VersionSet([VERSION]).filter(label=label)) == 1


@pytest.mark.parametrize(
    "label",
    [
        *("env=prod", "env == 'prod'", ' env = "prod" ', ("env", "prod"), [("env", "prod")], ["env=test", "env=prod"], {"env=prod"}),
        *([{"Key": "env", "Value": "prod"}], {"key": "env", "value": "prod"}, ["env=prod", "twice=b"]),
    ],
)
def test_labels_may_be_written_as_on_the_line_as_pairs_and_as_the_service_does(label):
    assert len(VersionSet([VERSION]).filter(label=label)) == 1
    assert not VersionSet([VERSION]).filter(label=("env", "test"))


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("env:prod", {"env": "prod"}),
        ("env=prod,twice=b", {"env": "prod", "twice": "b"}),
        ("env=prod; twice=b", {"env": "prod", "twice": "b"}),
        ("env", {"env": "..."}),
    ],
)
def test_a_text_that_is_not_one_label_is_answered_with_the_mapping(label, meant):
    with pytest.raises(ConfigurationError, match=re.escape(f"Pass label={meant}.")):
        VersionSet([VERSION]).filter(label=label)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"label": ["env", "twice"]}, "is not a mapping. Pass label={'env': 'prod'} or label="),
        ({"label": "label.env=prod"}, "Nearest is env."),
        ({"where": {"env": "prod"}}, "Use label={'env': 'prod'}."),
        ({"label": {"env": None}}, "is not a word"),
        ({"label": {"envv": "prod"}}, "Nearest is env."),
        ({"approval": "OK"}, "Available: Approved, Pending and Rejected."),
        ({"approval": 3}, "approval=3 cannot be used"),
        ({"created_after": 30}, "is not a time"),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused(asked, said):
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        VersionSet([VERSION]).filter(**asked)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ("cer", "line 1, column 4"),
        ("cer <", "line 1, column 6"),
        ("cer = 3", "line 1, column 5: cannot read '='. Equality is written =="),
        ("cer < 'a", 'line 1, column 7: cannot read "\'". The quote is not closed'),
        ("a < b < c", "line 1, column 7: two comparisons in a row"),
        ("(a < 1", "line 1, column 7: a parenthesis is not closed"),
        ("a < 1)", "line 1, column 6: did not expect ')'"),
        ("a < 1 && b > 2", "line 1, column 7: cannot read '&'. Write and"),
        ("a < 1\nand ? 3", "line 2, column 5: cannot read '?'"),
        ("and", "line 1, column 1"),
        ("__import__('os') == 1", "line 1, column 11"),
    ],
)
def test_a_mistake_is_named_with_line_and_column(text, where):
    with pytest.raises(AddressError, match=re.escape(where)):
        holds(text)


@given(st.text("rtf<>=!()'\"` \nandornot.01[]", max_size=30))
def test_any_text_is_read_or_refused_in_words(text):
    answer = read(text)
    assert answer in (True, False) or answer.startswith("line ")


def read(text):
    try:
        return holds(text)
    except AddressError as error:
        return str(error)


def test_a_tower_of_parentheses_is_refused():
    with pytest.raises(AddressError, match="too many parentheses"):
        holds("(" * 5000 + "a < 1" + ")" * 5000)


@pytest.mark.parametrize("text", ["created > {}", "created between {} and 2025-11-01", "created in ({})", "created != {}"])
@pytest.mark.parametrize("day", ["2025-13-02", "2025-02-30", "2025-10-40", "'2025-02-30'", "2025-02-30T10:00"])
def test_a_day_that_does_not_exist_is_said_to_be_no_time_in_quotes_and_without(text, day):
    with pytest.raises(AddressError, match=r"is not a time and created is one.*2026-01-31"):
        VersionSet([VERSION]).filter(text.format(day))


def test_a_day_that_does_not_exist_is_refused_for_labels_and_settings_too():
    with pytest.raises(AddressError, match="2025-02-30 is not a time"):
        VersionSet([VERSION]).filter("label.env == 2025-02-30")
    with pytest.raises(AddressError, match="quoted text"):
        VersionSet([VERSION]).filter("label.env contains 2025-02-30")


def dated(*times):
    return VersionSet.from_documents([{"VersionName": f"1.{nth}.0", "GmtCreateTime": time} for nth, time in enumerate(times)], "model-a")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("created == {}", [1, 2]),
        ("created != {}", [0, 3]),
        ("created > {}", [3]),
        ("created >= {}", [1, 2, 3]),
        ("created < {}", [0]),
        ("created <= {}", [0, 1, 2]),
        ("{} > created", [0]),
        ("created in ({})", [1, 2]),
        ("created between 2026-01-01 and {}", [0, 1, 2]),
        ("not created > {}", [0, 1, 2]),
    ],
)
@pytest.mark.parametrize("day", ["2026-01-02", "'2026-01-02'"])
def test_a_date_without_a_time_is_its_whole_day_in_utc(text, kept, day):
    vs = dated("2026-01-01T23:59:59Z", "2026-01-02T00:00:00Z", "2026-01-03T01:59:59+02:00", "2026-01-03T00:00:00Z")
    assert [version.version_name for version in vs.filter(text.format(day))] == [f"1.{nth}.0" for nth in kept]


def test_a_date_with_a_time_is_that_moment():
    vs = dated("2026-01-02T00:00:00Z", "2026-01-02T10:00:00Z")
    assert [version.version_name for version in vs.filter("created > 2026-01-02T00:00Z")] == ["1.1.0"]
    assert not vs.filter("created == 2026-01-02T09:00")


@pytest.mark.parametrize("given", ["2026-01-02", date(2026, 1, 2), np.datetime64("2026-01-02")])
def test_created_after_a_date_begins_after_that_day_as_the_condition_does(given):
    vs = dated("2026-01-02T00:00:00Z", "2026-01-02T10:00:00Z", "2026-01-03T00:00:00Z")
    assert vs.filter(created_after=given) == vs.filter("created > 2026-01-02") == vs[2:]
    assert vs.filter(created_after=given).removed == ("created after 2026-01-02 UTC removed 2 of 3",)
    assert len(vs.filter(created_after="2026-01-02T00:00Z")) == 2


@given(st.integers(2**53, 2**70), st.integers(-2, 2), st.sampled_from(["i", "training_spec.i", "label.i"]))
def test_whole_numbers_are_compared_exactly_however_large(number, more, name):
    document = {"VersionName": "1.0.0", "Metrics": {"i": number}, "TrainingSpec": {"i": number}}
    vs = VersionSet.from_documents({**document, "Labels": [{"Key": "i", "Value": str(number)}]}, "model-a")
    other = number + more
    assert [bool(vs.filter(f"{name} {sign} {other}")) for sign in ("==", "<", ">", "!=")] == [not more, more > 0, more < 0, bool(more)]


def test_the_hint_of_a_condition_names_labels_as_they_are_written():
    with pytest.raises(AddressError, match=r"labels?\.env in \('a', 'b'\)") as caught:
        VersionSet([VERSION]).filter("rtf 3")
    assert " env in (" not in str(caught.value)


def test_a_metric_stated_twice_is_there_but_not_one_number():
    twice = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": acc}} for acc in (0.8, 0.9)]
    vs = VersionSet.from_documents([{"VersionName": "1.0.0", "Metrics": {"Results": twice}}, {"VersionName": "1.1.0"}], "model-a")
    kept = {
        text: [version.version_name for version in vs.filter(text)] for text in ("acc is null", "acc is not null", "acc > 0", "acc < 1")
    }
    assert kept == {"acc is null": ["1.1.0"], "acc is not null": ["1.0.0"], "acc > 0": [], "acc < 1": []}


SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
stated = st.sampled_from([0.5, -1.0, 0.25, 1, 3, 2**60 + 1, float("nan"), float("inf"), None, "A", "0.5", True, False])
documents = st.one_of(
    st.builds(lambda value: {"m": value}, stated),
    st.builds(lambda value: {"n": 1, "m": value, "deep": {"er": 2}}, stated),
    st.builds(lambda value: {"Results": [{"Dataset": {}, "Metrics": {"m": value}}]}, stated),
    st.builds(lambda *values: {"Results": [{"Dataset": {}, "Metrics": {"m": value}} for value in values]}, stated, stated),
    st.builds(lambda value: {"group": [{"name": "m", "value": value}]}, stated),
    st.just({"n": 1}),
    st.none(),
)


def one_value(version):
    """What a version states of m, read cell by cell."""
    read = [one_read(cell) for cell in version.metrics.cells if cell.name == "m"]
    return None if not read else read[0] if len({(type(value) is bool, value) for value in read}) == 1 else float("nan")


def one_read(cell):
    if isinstance(cell.raw, bool) or (isinstance(cell.raw, int) and cell.raw > 2**53):
        return cell.raw
    return cell.value if cell.raw is None or cell.value is not None else cell.text


def meets(value, sign, number):
    if value is None or isinstance(value, str | bool):
        return sign == "!="
    return SIGNS[sign](value, number)


@given(st.lists(documents, min_size=1, max_size=5), st.sampled_from(sorted(SIGNS)), st.sampled_from([0.5, 1, -1.0, 2**60 + 1, 2**60]))
def test_a_condition_of_a_set_holds_as_it_does_version_by_version(metrics, sign, number):
    vs = VersionSet([ModelVersion({"VersionName": f"0.{nth}.0", "Metrics": each}) for nth, each in enumerate(metrics)])
    text = f"m {sign} {number}"
    if not any(cell.name == "m" for version in vs for cell in version.metrics):
        with pytest.raises(AddressError, match="no version has"):
            vs.filter(text)
        return
    expected = [version for version in vs if meets(one_value(version), sign, number)]
    assert list(vs.filter(text)) == expected
    kept = [value for value in map(one_value, vs) if isinstance(value, int | float) and type(value) is not bool and not math.isnan(value)]
    if kept:
        in_order = [value for value in map(one_value, vs.sort_values("m")) if value in kept and not isinstance(value, bool)]
        assert in_order == sorted(kept)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("flag > 0.5", ["3"]),
        ("acc < flag", ["3"]),
        ("flag > '0'", ["3"]),
        ("flag != 0.95", ["1", "2"]),
        ("flag == true", ["1"]),
        ("flag == 'false'", ["2"]),
    ],
)
def test_a_truth_value_is_no_number(condition, kept):
    flags = {"1": True, "2": False, "3": 0.95}
    versions = VersionSet.from_documents(
        [{"VersionName": name, "Metrics": {"flag": flag, "acc": 0.9}} for name, flag in flags.items()], "m"
    )
    assert [version.version_name for version in versions.filter(condition)] == kept


def test_a_text_is_the_number_for_a_condition_that_it_is_for_sorting():
    texts = ["1_000", "inf", "1e999", "\u0663", "0.7", " 5 ", "2e1"]
    documents = [{"VersionName": f"0.{place}.0", "Metrics": {"m": text}} for place, text in enumerate(texts)]
    versions = VersionSet.from_documents([*documents, {"VersionName": "1.0.0", "Metrics": {"m": 0.1}}], "m")
    assert [version.raw["Metrics"]["m"] for version in versions.filter("m > 0.5")] == ["0.7", " 5 ", "2e1"]
    assert [version.raw["Metrics"]["m"] for version in versions.sort_values("m")][:4] == [0.1, "0.7", " 5 ", "2e1"]


SEVERAL = VersionSet.from_documents(
    [
        {
            "VersionName": f"1.{nth}.0",
            "ApprovalStatus": "Approved",
            "GmtCreateTime": f"2026-01-0{nth + 1}T12:00:00Z",
            "Labels": [{"Key": "env", "Value": env}, {"Key": "batch", "Value": "64"}],
            "Metrics": {"accuracy": accuracy, "latency_ms": 3 + nth},
            "TrainingSpec": {"seed": nth, "password": 5},
        }
        for nth, (env, accuracy) in enumerate([("prod", 0.91), ("test", 0.97), ("test", 0.95)])
    ],
    "model-a",
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("version > 1.1", ["1.2.0"]),
        ("version > '1.1'", ["1.2.0"]),
        ("version >= 1.1", ["1.1.0", "1.2.0"]),
        ("version <= 1.1", ["1.0.0", "1.1.0"]),
        ("version < 1.1", ["1.0.0"]),
        ("1.1 < version", ["1.2.0"]),
        ("1.1 >= version", ["1.0.0", "1.1.0"]),
        ("1.1 <= version", ["1.1.0", "1.2.0"]),
        ("not version > 1.1", ["1.0.0", "1.1.0"]),
        ("version <= '1'", ["1.0.0", "1.1.0", "1.2.0"]),
        ("version <= 'v1.1'", ["1.0.0", "1.1.0"]),
        ("version > 'v1.1'", ["1.2.0"]),
        ("version >= 'v1.1.0' and version <= 'V1.1.0'", ["1.1.0"]),
        ("version between 'v1' and 'v1.1'", ["1.0.0", "1.1.0"]),
        ("version > '1.1.0'", ["1.2.0"]),
        ("1.2 > version", ["1.0.0", "1.1.0"]),
        ("version between 1.0 and 1.1", ["1.0.0", "1.1.0"]),
        ("version_name < 1.10", ["1.0.0", "1.1.0", "1.2.0"]),
        ("label.batch == 64", ["1.0.0", "1.1.0", "1.2.0"]),
    ],
)
def test_a_number_is_the_name_or_the_text_that_it_looks_like(text, kept):
    assert [version.version_name for version in SEVERAL.filter(text)] == kept
    assert SEVERAL.filter(text).removed == (f"where {text!r} removed {3 - len(kept)} of 3",)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("version == 1.1", "no version has version_name '1.1'; nearest: 1.1.0"),
        ("label.env == 1", "no version has labels.env '1'; there are: prod, test"),
        (
            "label.env in (1, true)",
            "no version has labels.env '1'; there are: prod, test; no version has labels.env 'true'; there are: prod, test",
        ),
        ("label.env > 1", "labels.env is not a number, as 1 is; there are: prod, test"),
        ("approval == 3", "no version has approval_status '3'; there are: Approved"),
        ("label.batch == 'big'", "no version has labels.batch 'big'; there are: 64"),
        ("accuracy >= 98", "accuracy is 0.91 to 0.97; did you mean 98%?"),
        ("accuracy == 'high'", "accuracy is 0.91 to 0.97"),
        ("accuracy > 0.98", "accuracy is 0.91 to 0.97"),
        ("accuracy > 0 and latency_ms < 2", "latency_ms is 3 to 5"),
        ("training_spec.seed == 7", "training_spec.seed is 0 to 2"),
        ("version > 1", "version_name is 1.0.0 to 1.2.0"),
        ("version >= 1.10", "version_name is 1.0.0 to 1.2.0"),
        ("created < 2020-01-01", "created is 2026-01-01 to 2026-01-03"),
        ("created == '2020-01-01'", "created is 2026-01-01 to 2026-01-03"),
        ("created < -3000d", "created is 2026-01-01 to 2026-01-03"),
    ],
)
def test_a_condition_that_nothing_meets_says_what_there_is_instead(text, remark):
    kept = SEVERAL.filter(text)
    assert kept.removed == (f"where {text!r} removed 3 of 3; {remark}",)
    assert not kept


@pytest.mark.parametrize("text", ["accuracy < 98", "not accuracy >= 98", "accuracy between 0 and 98"])
def test_a_fraction_that_is_bounded_in_percent_is_remarked_on_where_all_meet_it_too(text):
    assert SEVERAL.filter(text).removed == (f"where {text!r} removed 0 of 3; accuracy is 0.91 to 0.97; did you mean 98%?",)


@pytest.mark.parametrize(
    "text", ["latency_ms < 98", "accuracy > 0.92", "training_spec.seed in (1, 7)", "latency_ms < 4 or accuracy > 2000"]
)
def test_a_bound_that_some_meet_is_not_remarked_on(text):
    assert "; " not in SEVERAL.filter(text).removed[0]


def test_what_is_there_under_the_name_of_a_secret_is_not_told_of_a_masked_set():
    assert SEVERAL.filter("training_spec.password > 6").redact().removed[0].endswith("no version has training_spec.password 'masked-key-1'")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("created after 2026-01-01", "Write > instead of after."),
        ("version.startswith('1.')", "Write version between 1 and 1."),
        ("version startswith '1.'", "Write version between 1 and 1."),
        ("version like '1.2.%'", "Write version between 1.2 and 1.2."),
        ("version like '%1.2%'", "Write contains instead of like."),
        ("label.env.startswith('1.')", "Write NAME contains 'TEXT'."),
        ("accuracy in [0.9, 1]", "A list stands in parentheses, as in ('a', 'b')."),
        ("created >= 10/01/2025", "Write a date such as '2026-01-31' or 2026-01-31T12:00Z, or how long ago, as in -30d, -12h or -2w."),
        ("created before 2026-01-01", "Write < instead of before."),
        ("label.env like 'pr'", "Write contains instead of like."),
        ("label.env is 'prod'", "Equality is written ==, and its opposite !=."),
        ("accuracy >= 0,9", "Write 0.9."),
        ("accuracy => 0.9", "Write >=."),
        ("accuracy > = 0.9", "Write >=."),
        ("accuracy <> 0.9", "Write !=."),
        ("label.batch contains 4", "Write contains '4'."),
    ],
)
def test_a_sign_that_is_not_one_is_answered_with_the_one_that_is_meant(text, hint):
    with pytest.raises(AddressError) as caught:
        SEVERAL.filter(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize("name", ["train_seconds", "em", "auc_pct"])
def test_percent_of_what_is_no_fraction_is_refused(name):
    versions = VersionSet([ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {name: 92.5, "auc": 0.9}}, "model-a")])
    with pytest.raises(AddressError, match="a bound in percent needs a fraction"):
        versions.filter(f"{name} > 5%")
    assert len(versions.filter("auc > 85%")) == 1


def test_a_bound_in_percent_is_none_for_what_says_percent_itself():
    versions = VersionSet([ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"win_rate_pct": 0.8}}, "model-a")])
    with pytest.raises(AddressError, match="win_rate_pct says percent itself"):
        versions.filter("win_rate_pct > 50%")
    assert not versions.filter("win_rate_pct > 50")


def _measured(name, *values):
    return VersionSet.from_documents(
        [{"VersionName": f"0.{nth}.0", "Metrics": {name: value}} for nth, value in enumerate(values)], "model-a"
    )


@pytest.mark.parametrize(
    "text", ["loss == 0.95", "loss > 95", "loss in (0.5, 0.7)", "loss == 'x'", f"loss == {10**401}", "loss between 2 and 3"]
)
def test_whole_numbers_beyond_every_float_are_infinite_in_remarks(text):
    said = _measured("loss", 10**400, 0.9).filter(text).removed
    assert not said or "10000" not in said[0].replace(text, "")
    assert len(_measured("loss", 10**400, 0.9).filter(f"loss == {10**400}")) == 1


@pytest.mark.parametrize("values", [(math.nan, 0.5, 0.9), (0.5, math.nan, 0.9)])
def test_remarks_leave_out_what_is_no_number(values):
    assert _measured("accuracy", *values).filter("accuracy > 0.95").removed[0].endswith("accuracy is 0.50 to 0.90")
    assert "did you mean 95%?" in _measured("accuracy", *values).filter("accuracy > 95").removed[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accuracy in (0.55, 0.7)", "; accuracy is 0.80 to 0.90"),
        ("accuracy between 90 and 95", "; accuracy is 0.8 to 0.9; did you mean 90%?"),
        ("accuracy > 0.95 and accuracy > 95", "; accuracy is 0.8 to 0.9; did you mean 95%?; accuracy is 0.80 to 0.90"),
    ],
)
def test_a_range_is_said_once_a_name(text, said):
    assert _measured("accuracy", 0.9, 0.8).filter(text).removed == (f"where {text!r} removed 2 of 2{said}",)


def test_numbers_beside_texts_are_among_those_there_are():
    assert (
        _measured("grade", 0.9, "y", 0.8).filter("grade == 'xyz'").removed[0].endswith("no version has grade 'xyz'; there are: 0.8, 0.9, y")
    )


TEXTS = ["", "1", "1.0", " 1 ", "true", "TRUE", "prod", "Prod", "approved", "Approved", "v1.5.0", "1.5.0"]
EQUAL = [None, True, False, 0, 1, 1.0, 0.5, 2**60 + 1, *TEXTS]


@pytest.mark.parametrize("name", [Name("", "version_name"), Name("", "approval_status"), Name("labels", "env"), Name("metrics", "cer")])
def test_what_equals_a_literal_is_found_as_a_comparison_of_each_value_finds_it(name):
    values = [*EQUAL, *itertools.combinations(TEXTS[:6], 2)] if name.section == "labels" else EQUAL
    if not name.section:
        values = [None, *TEXTS]
    index = ValueIndex(name, values)
    assert index.is_whole
    for literal in EQUAL:
        if name.path == "version_name" and not isinstance(literal, str):
            continue  # a number is read as a name there
        held = [any(_holds(operator.eq, each, literal, (name, None)) for each in values_of(value)) for value in values]
        assert sorted(set(index.places(literal))) == [place for place, is_held in enumerate(held) if is_held], literal


def test_the_nearest_texts_are_told_of_the_first_that_are_missed():
    documents = [{"VersionName": f"0.{n}.0", "Labels": [{"Key": "env", "Value": f"prod{n}"}]} for n in range(30)]
    versions = VersionSet.from_documents(documents, "m")
    removed = str(versions.filter("label.env in ({})".format(", ".join(f"'prd{n}'" for n in range(30)))).removed)
    assert removed.count("nearest: ") == 20
    assert removed.count("there are: ") == 10


@pytest.mark.parametrize(
    "text",
    [
        "accuracy > 0.85 AND approval == 'Approved'",
        "NOT accuracy < 0.85 And NOT (accuracy IS NULL)",
        "accuracy < 0.1 OR accuracy BETWEEN 0.85 AND 0.95",
        "accuracy NOT BETWEEN 0.7 AND 0.85 AND version IN ('0.1.0', '0.2.0')",
        "approval CONTAINS 'app' AND NOT not accuracy IS NOT NULL",
    ],
)
def test_words_of_the_grammar_may_be_in_capitals(text):
    documents = [
        {"VersionName": f"0.{place}.0", "ApprovalStatus": state, "Metrics": {"accuracy": value}}
        for place, (state, value) in enumerate([("Approved", 0.9), ("Pending", 0.8)], 1)
    ]
    kept = VersionSet.from_documents(documents, "m").filter(text)
    assert [version.version_name for version in kept] == ["0.1.0"]


@pytest.mark.parametrize("name", ["IS", "NOT", "In", "AND", "BETWEEN", "`and`", "OR"])
def test_metrics_that_are_called_as_such_words_in_capitals_stay_names(name):
    versions = _measured(name.strip("`"), 0.9, 0.8)
    for text in (f"{name} > 0.85", f"{name} is not null AND {name} > 0.85", f"0.85 < {name}", f"NOT {name} < 0.85"):
        assert len(versions.filter(text)) == 1, text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accuracy between 0.97 and 0.9", "column 18: the range between 0.97 and 0.9 runs backwards. Write between 0.9 and 0.97."),
        ("accuracy between 97% and 0.9", "Write between 0.9 and 97%."),
        ("version between '1.9' and '1.2'", "Write between '1.2' and '1.9'."),
        ("version between 1.10 and 1.9", "Write between 1.9 and 1.10."),
        ("created between 2025-10-01 and 2025-09-01", "Write between 2025-09-01 and 2025-10-01."),
        ("created > 01.10.2025", "cannot read '0'. Write a date such as '2026-01-31'"),
        ("created > 2025.10.01", "cannot read '2'. Write a date such as '2026-01-31'"),
        ("accuracy > baseline", "A condition cannot name the baseline; a rule can: compare().check('NAME >= baseline')."),
        ("accuracy > baseline - 0.01", "A condition cannot name the baseline; a rule can: "),
        ("accuracy > baseline -0.01", "A condition cannot name the baseline; a rule can: "),
    ],
)
def test_what_a_condition_cannot_be_is_answered_with_what_is_written(text, said):
    with pytest.raises(AddressError, match=re.escape(said)):
        _measured("accuracy", 0.9, 0.8).filter(text)


@pytest.mark.parametrize("text", ["version between 1.9 and 1.10", "version between '1.9' and '1.9'", "accuracy between 0.8 and 0.8"])
def test_a_range_that_does_not_run_backwards_is_read(text):
    _measured("accuracy", 0.9, 0.8).filter(text)


def test_a_percentage_far_below_all_values_is_not_meant():
    assert _measured("accuracy", 0.9, 0.8).filter("accuracy > 1.5").removed[0].endswith("; accuracy is 0.8 to 0.9")


@pytest.mark.parametrize("text", ["wine-holdout.accuracy", "d-a.accuracy", "accuracy/wine-holdout"])
def test_a_dataset_that_is_written_as_a_key_is_answered_with_the_metric_on_it(text):
    names = [Name("metrics", path, "d-a", "wine-holdout") for path in ("n", "accuracy")]
    assert nearest_names(text, names) == ("accuracy@wine-holdout",)
