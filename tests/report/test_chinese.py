"""A report in Chinese: what is left in Latin letters is data, code, or a name."""

import re

import pytest

from pai_notebook.errors import RegressionError
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.resolve import KnownNames, no_version
from pai_notebook.versions.versions import VersionSet
from tests.latin import strings, text_of, words_of

NAMES = {
    "series",
    "last",
    "mean",
    "max",
    "min",
    "approved",
    "pai_notebook",
    "UTC",
    "Python",
    "ID",
    "NaN",
    "null",
    "only",
    "all",
    "rows",
    "to_frame",
    "comparability",
    "n",
    "html",
    "zh",
    "CN",
}
NAMES |= {"max", "min", "e", "true", "false", "approval_status", "description", "framework_type", "nosuch", "z", "labels"}
NAMES |= {
    "evaluation_spec",
    "include",
    "metrics",
    "dataset",
    "repeats",
    "by",
    "directions",
    "True",
    "False",
    "URL",
    "pai",
    "notebook",
    "plot",
    "matplotlib",
}
RULES = "accuracy >= baseline\nrtf <= baseline + 5%\ncer > 0.1\nnothing < 1\ndone == true\nwords == baseline"


def version(name, results, **fields):
    spec = {"Results": [{"Dataset": {"DatasetId": place}, "Metrics": metrics} for place, metrics in results.items()]}
    return ModelVersion.from_document({"VersionName": name, "Metrics": spec, "OwnerId": "203418754219876543", **fields}, "model-a")


FIRST = version(
    "0.1.0",
    {"d-a": {"accuracy": 0.9, "rtf": "0.2", "cer": 0.1, "n": 100, "done": True, "curve": [1.0, 2.0, 3.0], "matrix": [[1, 2], [3, 4]]}},
    FrameworkType="Pytorch",
    Labels=[{"Key": "env", "Value": "test"}, {"Key": "ENV", "Value": "x"}],
    VersionDescription="甲 " * 200,
    EvaluationSpec={"beam": 4},
    ApprovalStatus="Approved",
)
SECOND = version(
    "0.2.0",
    {
        "d-a": {
            "accuracy": 91.0,
            "rtf": 0.3,
            "cer": None,
            "n": 200,
            "done": False,
            "curve": [1.0, 2.5],
            "matrix": [[1, 2], [3, 5]],
            "words": "yes",
        },
        "d-b": {"accuracy": 0.8, "wer": 0.2, "WER": 0.2, "words": "yes"},
    },
    FrameworkType="XGBoost",
    VersionDescription="乙 " * 300,
    EvaluationSpec={"beam": 8},
)
ELSEWHERE = version("0.3.0", {"d-c": {"loss": 1.5, "long": "字" * 400}})
NOTHING = version("0.4.0", {})
FAILED = {"model-a@9.9.9": no_version("model-a", "9.9.9", KnownNames(("0.1.0",), whole=True))}
WHOLE = [FIRST, SECOND, ELSEWHERE, NOTHING]


def english_of(page):
    """Latin words of a page that neither the data nor the rules have."""
    data = " ".join(text for each in WHOLE for text in [*strings(each.raw), each.model_id])
    return sorted(words_of(text_of(page)) - words_of(data) - words_of(RULES) - NAMES)


@pytest.fixture
def written(tmp_path):
    def write(comparison, **options):
        return comparison.report(tmp_path / "r.html", overwrite=True, **options).read_text("utf-8")

    return write


def breach_of(comparison, rules=RULES):
    with pytest.raises(RegressionError) as caught:
        comparison.gate(rules)
    return caught.value


@pytest.mark.slow
@pytest.mark.parametrize(
    ("versions", "errors", "options"),
    [
        (WHOLE, FAILED, {}),
        (WHOLE, {}, {"only": "all", "directions": {"cer": "min", "nosuch": "max"}, "include": ["accuracy", "labels.*", "nosuch*"]}),
        ([FIRST, SECOND], {}, {"baseline": "latest"}),
        ([SECOND, ELSEWHERE], {}, {"baseline": "previous"}),
        ([NOTHING, FIRST], {}, {"baseline": "0.4.0"}),
        ([FIRST], {}, {}),
        ([FIRST], FAILED, {}),
        ([], FAILED, {}),
        (WHOLE, {}, {"dataset": "d-a*"}),
    ],
)
def test_no_english_is_left_but_data_and_names(versions, errors, options, written):
    comparison = VersionSet(versions, errors).compare(**options)
    gates = [breach_of(comparison), breach_of(comparison, "")]
    with pytest.raises(RegressionError) as caught:
        comparison.assert_no_regression(["accuracy", "cer", "done", "words", "matrix", "curve", "nosuch"])
    page = written(comparison, lang="zh", gates=[*gates, caught.value])
    assert english_of(page) == []
    assert "质量门禁 1" in page
    assert "项检查中有" in page
    assert [text_of(page).count(caution.in_language("zh")) for caution in comparison.comparability] == [1] * len(comparison.comparability)
    assert 'lang="zh-CN"' in page


@pytest.mark.slow
def test_a_report_in_english_is_in_english_before_and_after(written):
    comparison = VersionSet(WHOLE, FAILED).compare()
    before = written(comparison)
    written(comparison, lang="zh")
    assert written(comparison) == before
    assert "Before you compare" in before
    assert re.findall("[一-龥]+", re.sub("[甲乙字]+", "", text_of(before))) == []
    assert all(text.isascii() for text in comparison.comparability)


@pytest.mark.slow
def test_what_is_masked_is_masked_in_chinese_too(written):
    page = written(VersionSet(WHOLE).compare(only="all"), lang="zh")
    assert "203418754219876543" not in page
    assert "所有者：1 个值" in page
