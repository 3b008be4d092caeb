import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.errors import AddressError, ComparisonError
from pai_notebook.model.version import ModelVersion
from pai_notebook.model.where import parse_where

VERSION = ModelVersion.from_document(
    {
        "VersionName": "0.10.0",
        "ApprovalStatus": "Approved",
        "GmtCreateTime": "2024-06-07T02:10:41.117Z",
        "TrainingSpec": {"HyperParameters": [{"Name": "lr", "Value": "5e-5"}], "layers": 12, "fp16": True},
        "Labels": [{"Key": "env", "Value": "prod"}, {"Key": "batch", "Value": "64"}, {"Key": "所有者", "Value": "张三"}],
        "Metrics": {
            "Results": [
                {"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.17}},
                {"Dataset": {"DatasetId": "d-b"}, "Metrics": {"cer": 0.3}},
            ],
            "rtf": 0.08,
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
        "created > '2024-06-07' and created < '2024-06-08'",
        "label.batch >= 64",
        "label.所有者 == '张三'",
        "`odd name` == 1",
        "passed == true",
        "passed != false",
        "wer == none",
        "rtf != none",
        "text > 0.9",
        "training_spec.HyperParameters.lr == '5e-5'",
        "training_spec.HyperParameters.lr < 1e-4",
        "training_spec.layers >= 12",
        "training_spec.fp16 == true",
        "training_spec.dropout == none",
        "metrics.rtf < 1",
        "wer != 0.5",
        "nan != 0",
        "a_name_that_is_not_there != 'x'",
    ],
)
def test_a_condition_holds(text):
    assert parse_where(text)(VERSION)
    assert not parse_where(f"not ({text})")(VERSION)


@pytest.mark.parametrize(
    "text", ["wer < 1", "wer >= 1", "nan < 1", "nan >= 1", "nan == nan", "grade < 1", "wer == 0", "label.env > 3", "created > 'soon'"]
)
def test_what_is_missing_or_of_another_kind_meets_no_condition(text):
    assert not parse_where(text)(VERSION)


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
    with pytest.raises(AddressError) as caught:
        parse_where(text)
    assert where in str(caught.value)


def test_a_metric_of_several_datasets_must_say_which():
    with pytest.raises(ComparisonError, match="measured more than once"):
        parse_where("cer < 0.2")(VERSION)


@given(st.text("a<>=!()'\"` \nandornot.01[]", max_size=30))
def test_any_text_is_read_or_refused_in_words(text):
    answer = read(text)
    assert answer in (True, False) or answer.startswith("line ")


def read(text):
    try:
        return parse_where(text)(VERSION)
    except AddressError as error:
        return str(error)


def test_a_tower_of_parentheses_is_refused():
    with pytest.raises(AddressError, match="too many parentheses"):
        parse_where("(" * 5000 + "a < 1" + ")" * 5000)
