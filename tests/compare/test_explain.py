import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.comparison import Comparison
from pai_notebook.errors import ConfigurationError
from tests.compare.comparing import compare, make, results
from tests.examples import examples


def pair():
    first = make(
        "0.9.0",
        {**results(d_a={"cer": 0.175, "rtf": 0.08, "ks": 1.0}), "old": 1.0},
        Labels=[{"Key": "env", "Value": "test"}],
        ApprovalStatus="Pending",
        InferenceSpec={"image": "1.12"},
    )
    second = make(
        "0.10.0",
        {**results(d_a={"cer": 0.181, "rtf": 0.07, "ks": 2.0}), "fresh": [1, 2]},
        Labels=[{"Key": "owner", "Value": "张三"}],
        ApprovalStatus="Approved",
        InferenceSpec={"image": "1.15"},
    )
    return Comparison([first, second], baseline="0.9.0")


def test_sentences_are_in_a_fixed_order_regressions_first():
    assert str(pair().explain()) == (
        "0.10.0 against 0.9.0: cer on d-a 0.175 → 0.181 (+3.43 %), higher, no interval known; "
        "rtf on d-a 0.08 → 0.07 (-12.5 %), lower, no interval known; ks on d-a changed 1 → 2; old is gone (was 1); "
        "fresh is new (2 values); "
        'inference spec image changed "1.12" → "1.15"; label env is gone (was test); label owner is new (张三); '
        "approval status changed Pending → Approved."
    )


def test_the_same_in_chinese():
    assert str(pair().explain("zh")) == (
        "0.10.0 对比 0.9.0：cer（d-a）：0.175 → 0.181（+3.43 %），升高，置信区间未知；"
        "rtf（d-a）：0.08 → 0.07（-12.5 %），降低，置信区间未知；ks（d-a）：1 → 2；old：已移除，原值为 1；fresh：新增，值为 2 个值；"
        '推理配置 image："1.12" → "1.15"；标签“env”：已移除，原值为 test；标签“owner”：新增，值为 张三；准入状态：Pending → Approved。'
    )


def test_only_what_is_beyond_chance_improved_or_worsened_and_it_comes_first():
    first = {"auc": 0.8, "accuracy": 0.90, "em": 0.5, "acc": 0.9, "n": 1000, "model_size_mb": 100}
    second = {"auc": 0.9, "accuracy": 0.95, "em": 0.4, "acc": 0.901, "n": 1000, "model_size_mb": 90}
    c = compare(first, second, directions={"model_size_mb": "min"})
    assert str(c.explain()) == (
        "0.2.0 against 0.1.0: em worsened 0.5 → 0.4 (-10.0 pp), beyond chance (95 %); accuracy improved 0.90 → 0.95 (+5.0 pp), "
        "beyond chance (95 %); model_size_mb improved 100 → 90 (-10.0 %); acc 0.900 → 0.901 (+0.1 pp), could be chance; "
        "auc 0.8 → 0.9, higher, no interval known."
    )
    assert str(c.explain("zh")).startswith("0.2.0 对比 0.1.0：em：变差，0.5 → 0.4（-10.0 个百分点），超出随机波动范围（95%）；")
    assert "变好，100 → 90（-10.0 %）；acc：0.900 → 0.901（+0.1 个百分点），可能是随机波动；auc：0.8 → 0.9，升高，置信区间未知。" in str(
        c.explain("zh")
    )


def test_evidence_is_not_told_as_a_change():
    assert str(compare({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.9, "n": 2000}).explain()) == "0.2.0 against 0.1.0: nothing differs."


def test_a_description_that_is_a_sentence_ends_with_one_stop():
    first, second = make("0.1.0", {}, VersionDescription="Trained twice."), make("0.2.0", {}, VersionDescription="训练三次。")
    compared = Comparison([first, second], baseline="0.1.0")
    assert str(compared.explain()) == "0.2.0 against 0.1.0: description changed Trained twice → 训练三次."
    assert str(compared.explain("zh")) == "0.2.0 对比 0.1.0：版本描述：Trained twice → 训练三次。"


def test_long_addresses_are_cut_where_they_are_alike():
    first, second = (
        make(name, {}, Uri=f"oss://a-bucket.oss-cn-hangzhou.aliyuncs.com/sentiment/models/{name}/") for name in ("0.1.0", "0.2.0")
    )
    text = str(Comparison([first, second], baseline="0.1.0").explain())
    assert text.endswith("sentiment/models/0.1.0/ → oss://a-bucket.oss-cn-hangzhou…s.com/sentiment/models/0.2.0/.")


def test_equal_versions_differ_in_nothing():
    assert str(compare({"cer": 0.1}, {"cer": 0.1}).explain()) == "0.2.0 against 0.1.0: nothing differs."
    assert str(compare({"cer": 0.1}, {"cer": 0.1}).explain("zh")) == "0.2.0 对比 0.1.0：无差异。"


def test_many_rows_of_one_kind_are_counted():
    first = {f"m{number}": 1.0 for number in range(20)}
    text = str(compare(first, dict.fromkeys(first, 2.0)).explain())
    assert text.count("changed") == 8
    assert "and 12 more metrics" in text


def test_sentences_never_say_why():
    assert re.search(r"because|due to|caused|since|因为|由于", str(pair().explain()) + str(pair().explain("zh"))) is None


def test_another_language_is_an_error():
    with pytest.raises(ConfigurationError, match="lang='de' is not known"):
        pair().explain("de")


def test_names_that_act_on_a_terminal_are_spelled_out():
    text = str(compare({"a\x1b[2J\u202eb": 1.0}, {"a\x1b[2J\u202eb": 2.0}).explain())
    assert "\x1b" not in text
    assert "\u202e" not in text


values = st.sampled_from([0.1, 0.2, None, float("nan"), float("inf"), "A", "0.5", True, [1, 2], [[1]]])
metrics = st.dictionaries(st.sampled_from(["cer", "wer", "accuracy", "ks", "a.b"]), values, max_size=5)
labels = st.lists(st.fixed_dictionaries({"Key": st.sampled_from(["env", "team"]), "Value": st.sampled_from(["a", "b"])}), max_size=2)


@examples(150)
@given(st.lists(st.tuples(metrics, labels), min_size=1, max_size=4), st.sampled_from(["en", "zh"]))
def test_every_clause_is_backed_by_a_row_and_every_difference_has_a_clause(contents, lang):
    versions = [make(f"0.{number}.0", raw, Labels=pairs) for number, (raw, pairs) in enumerate(contents)]
    c = Comparison(versions, baseline="first")
    explanation = c.explain(lang)
    for clause in explanation.clauses:
        row = next(row for row in c.rows if row.full_name == clause.row)
        change = row.changes[c.names.index(clause.version)]
        assert change.kind not in ("same", "baseline")
        assert clause.text in str(explanation)
    differences = [
        (name, row.full_name) for place, name in enumerate(c.names) for row in c.rows if row.changes[place].kind not in ("same", "baseline")
    ]
    assert sorted((clause.version, clause.row) for clause in explanation.clauses) == sorted(differences)
