"""Which versions a question is about: those that it names, and no other that one of them begins like."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.comparison.asked import asked_about
from pai_notebook.model.version import ModelVersion
from tests.compare.comparing import compare


def asked(question, *names, model="model-a"):
    versions = [ModelVersion.from_document({"VersionName": name}, model) for name in names or ("0.1.0", "0.2.0", "0.3.0")]
    return asked_about(question, versions, [version.version_name for version in versions])


@pytest.mark.parametrize(
    ("another", "said"),
    [
        *((each, each) for each in ("0.2.0-rc1", "0.2.0-hotfix", "0.2.0-SNAPSHOT", "0.2.0+build7", "0.2.0~1", "0.2.0 RC1", "0.2.0 beta")),
        *(
            (each, each)
            for each in ("other@0.2.0", "resnet-0.2.0", "resnet/0.2.0", "0.2.0rc1", "0.2.0.1", "0.2.0.dev3", "0.2.0_rc1", "0.2")
        ),
        ("0.2.0（rc1）", "0.2.0(rc1)"),
        ("0.2.0\N{NON-BREAKING HYPHEN}rc1", "0.2.0-rc1"),
        ("0.2.0测试版", "0.2.0测试版"),
    ],
)
@pytest.mark.parametrize("question", ["May {} go live?", "{}可以上线吗？", "请问 {}", "What of {}, then?"])
def test_what_goes_on_behind_a_version_or_is_of_another_model_is_another_version(another, said, question):
    assert asked(question.format(another)) == ([], [said])


@pytest.mark.parametrize(
    "way", ["0.2.0", "v0.2.0", "V0.2.0", "model-a@0.2.0", "model-a@v0.2.0", "(0.2.0)", "0.2.0's", "“0.2.0”", "0.2.0。"]
)
@pytest.mark.parametrize("question", ["May {} go live?", "{}可以上线吗？", "请问{} 可以吗", "What of {}, then, for +0.2?"])
def test_a_version_may_be_named_with_a_v_or_its_model_or_amid_chinese(way, question):
    assert asked(question.format(way)) == (["0.2.0"], [])


@pytest.mark.parametrize(
    "way", ["0.1.0 or 0.2.0?", "0.1.0..0.2.0", "0.1.0 → 0.2.0", "0.1.0->0.2.0", "0.1.0-0.2.0", "0.1.0/0.2.0", "0.1.0和0.2.0"]
)
def test_a_question_names_both_ends(way):
    assert asked(way) == (["0.1.0", "0.2.0"], [])


def test_the_longest_name_that_is_compared_is_meant():
    assert asked("May 0.2.0-rc1 go live?", "0.1.0", "0.2.0", "0.2.0-rc1") == (["0.2.0-rc1"], [])
    assert asked("May 0.2.0 go live?", "0.1.0", "0.2.0", "0.2.0-rc1") == (["0.2.0"], [])
    assert asked("May v0.2.0 go live?", "0.1.0", "0.2.0", "v0.2.0") == (["v0.2.0"], [])
    assert asked("run 1 or run 10?", "run 1", "run 10", "run 100") == (["run 1", "run 10"], [])


def test_a_model_is_its_id_or_its_name():
    versions = [ModelVersion.from_document({"VersionName": "0.2.0"}, model) for model in ("model-a", "model-b")]
    names = ["model-a@0.2.0", "model-b@0.2.0"]
    assert asked_about("model-b@0.2.0?", versions, names) == (["model-b@0.2.0"], [])
    assert asked_about("model-c@0.2.0?", versions, names) == ([], ["model-c@0.2.0"])
    assert asked_about("0.2.0?", versions, names) == (names, [])


@pytest.mark.parametrize("question", ["Is a gain of 0.2% enough?", "Which one?", "", "Is 0.2.0 a 5% gain?"])
def test_a_number_is_no_version(question):
    assert asked(question).absent == []


@given(st.from_regex(r"[-+~.][A-Za-z0-9]{1,6}", fullmatch=True), st.sampled_from(["May 0.2.0{} go live?", "0.2.0{}可以上线吗", "0.2.0{}"]))
def test_whatever_goes_on_is_not_answered_for_the_version_before(rest, question):
    assert asked(question.format(rest)).named == []


@given(st.text("0.2v-+~@/ rc1（）可以", max_size=30))
def test_every_question_can_be_read(text):
    found = asked(text)
    assert all(text for text in found.absent)


@pytest.mark.parametrize("text", ["a-" * 20000, "1." * 20000, "0.2.0-" * 5000, "0" * 20000, "可" * 20000, "0.2.0 " + " " * 20000])
def test_long_questions_are_read(text):
    assert len(asked(text).named) <= 1


def test_a_report_does_not_answer_for_the_version_that_another_begins_like(tmp_path):
    c = compare({"accuracy": 0.9}, {"accuracy": 0.95}, {"accuracy": 0.8})

    def text(question, lang):
        options = {"gates": "accuracy >= 0.9", "charts": False, "overwrite": True}
        return re.sub("<[^>]*>", "", c.report(tmp_path / "r.html", question=question, lang=lang, **options).read_text("utf-8"))

    said = text("May 0.2.0-rc1 go live?", "en")
    assert "0.2.0-rc1 is not compared here." in said
    assert "Gate: 0.2.0 passed" not in said
    assert "Gate: 0.2.0 passed the only check" in text("May v0.2.0 go live?", "en")
    assert "0.2.0-rc1 不在此次比较中。" in text("0.2.0-rc1可以上线吗", "zh")
