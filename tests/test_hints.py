"""What a refusal says to write is understood where it is written."""

import re

import pytest

from pai_notebook import VersionSet
from pai_notebook.comparison.gate.parse import parse_rules
from pai_notebook.errors import AddressError
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.address import parse_address
from pai_notebook.model.conditions import parse_condition
from pai_notebook.plan.grammar import parse_line

# What stands for a name in the words of a hint.
_NAMES = {"MODEL": "model-a", "METRIC": "accuracy", "DATASET": "d-a", "VERSION": "0.1.0"}
_WRITTEN = re.compile(r"(?:Write what has to hold:|Write the metric first:|Write the rule alone:|Write|Did you mean) (\S.*?)[.?](?: |\Z)")
# Advice in words.
_WORDS = re.compile(
    r"(?:one rule|two rules|the |if present|numbers?|comparisons|:|how |and\b|or\b|>= or <=|==|accuracy >= baseline, or|[<>=!,()]+\Z)"
)


def written(hint):
    """Texts that a hint says to write."""
    found = [text for text in _WRITTEN.findall(hint) if not _WORDS.match(text)]
    for name, value in _NAMES.items():
        found = [text.replace(name, value) for text in found]
    return found


CONDITIONS = {
    "label.env == “prod”": "label.env == {}",
    "label.env == ‘prod’": "label.env == {}",
    "label.env == 「prod」": "label.env == {}",
    "label.env == ＂prod": "label.env == {}",
    "accuracy between 0.9 and 0.8": "accuracy {}",
    "label.env contains prod": "label.env {}",
    "accuracy > 0,9": "accuracy > {}",
    "version startswith '2.'": "{}",
}
RULES = [
    "fail if accuracy < 0.9",
    "FAIL IF cer[d-a] >= BASELINE + 1%",
    "0.9 <= accuracy",
    "Baseline - 1PP < accuracy",
    "accuracy drop <= 1pp",
    "max_drop=0.01",
]
LINES = [
    "compare model-a@2.5.0 and 2.4.0",
    "compare model-a 2.5.0 and 2.4.0",
    "model-a latest vs approved",
    "compare 2.5.0 and 2.4.0",
    "model-a@latest 0.1.0",
    "model-a@latest,0.2.0 0.1.0 0.3.0",
    "compare model-a@1.0.0 with model-b@2.0.0",
    "model-a@1.0.0 model-b 2.0.0 and 2.1.0",
    "model-a latest",
    "model-a@0.1.0 show",
]
ADDRESSES = [
    "model-a@2.5.0 and 2.4.0",
    "model-a@2.5.0;2.4.0",
    "model-a@latest vs approved",
    "model-a@last 3",
    "model-a＠latest",
    "model-a@1.0.0 to 1.2.0",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_what_a_condition_says_to_write_is_read(text):
    with pytest.raises(AddressError) as refused:
        parse_condition(text)
    (cure,) = written(refused.value.hint)
    parse_condition(CONDITIONS[text].format(cure))


@pytest.mark.parametrize("text", RULES)
def test_what_a_gate_says_to_write_is_read(text):
    with pytest.raises(AddressError) as refused:
        parse_rules(text)
    (cure,) = written(refused.value.hint)
    assert len(parse_rules(cure)) == 1


@pytest.mark.parametrize("text", LINES)
def test_what_a_line_says_to_write_is_read(text):
    with pytest.raises(AddressError) as refused:
        parse_line(text)
    (cure,) = written(refused.value.hint)[:1]
    assert parse_line(cure).addresses
    with speaking("zh"):
        assert cure in str(refused.value).replace("MODEL", "model-a")


@pytest.mark.parametrize("text", ADDRESSES)
def test_what_an_address_says_to_write_is_read(text):
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    cure = written(refused.value.hint)[0]
    assert str(parse_address(cure if "@" in cure else f"model-a@{cure}"))


@pytest.mark.parametrize(
    "rule",
    [
        "accuracy >= BASELINE - 1PP",
        "accuracy >= 0.9 IF PRESENT",
        "Accuracy == TRUE",
        "FAIL IF accuracy WORSE BY MORE THAN 1PP BEYOND CHANCE",
    ],
)
def test_words_of_a_rule_may_be_in_capitals(rule):
    metric, space, rest = rule.partition(" ")
    assert [str(each).casefold() for each in parse_rules(rule)] == [
        str(each).casefold() for each in parse_rules(metric + space + rest.lower())
    ]


@pytest.mark.parametrize(
    ("margin", "said"),
    [
        *(
            (margin, "Write 1pp for a percentage point")
            for margin in ("1p", "1pt", "1 pts", "1ppt", "1%p", "1 percentage points", "1个百分点")
        ),
        *((margin, "Write the sign, as in baseline - 1%") for margin in ("1 percent", "1 per cent", "1pct")),
        ("1ms", "Write the number without its unit."),
    ],
)
@pytest.mark.parametrize("rule", ["accuracy >= baseline - {}", "fail if accuracy worse by more than {} beyond chance"])
def test_a_unit_of_another_kind_is_answered_with_the_one_that_is_meant(rule, margin, said):
    with pytest.raises(AddressError) as refused:
        parse_rules(rule.format(margin))
    assert refused.value.hint.startswith(said)


def test_a_list_of_one_may_end_with_a_comma():
    assert parse_condition("label.env in ('prod',)").names == ("label.env",)
    for text in ("label.env in (,)", "label.env in ('a',,)", "label.env in ('a'"):
        with pytest.raises(AddressError):
            parse_condition(text)


def test_no_sign_is_left_out_of_what_is_said_of_two_comparisons():
    with pytest.raises(AddressError, match=r"write NAME between LOW and HIGH\. Write"):
        parse_condition("0.8 < accuracy < 0.9")


def test_a_version_that_is_not_there_has_what_continues_it_as_the_nearest():
    documents = [{"VersionName": name, "Metrics": {"accuracy": 0.9}} for name in ("0.2.0", "1.2.0", "2.0.0", "2.0.1", "12.0")]
    vs = VersionSet.from_documents(documents, "model-a")
    assert vs.filter("version == 2.0").removed[-1].endswith("no version has version_name '2.0'; nearest: 2.0.0, 2.0.1, 0.2.0")
    assert vs.filter("version == 2").removed[-1].endswith("nearest: 2.0.0, 2.0.1")
