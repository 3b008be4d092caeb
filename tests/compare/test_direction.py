import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.comparison.direction import Directions, infer_direction, read_mode
from pai_notebook.errors import ConfigurationError
from pai_notebook.model.metric_words import HIGHER, LOWER
from pai_notebook.model.names import Name

LISTS = json.loads((Path(__file__).parents[1] / "data" / "metric_directions.json").read_text("utf-8"))["lists"]

# How many names each list has and how many the rule leaves undecided; a change of the rule shows here.
ABSTAINED = {
    "torchmetrics 1.9.0": (135, 39),
    "scikit-learn 1.9.1 scorers": (58, 9),
    "scikit-learn 1.9.1 functions": (53, 5),
    "keras 3.15.1": (41, 9),
    "lm_eval 0.4.13": (183, 70),
    "autogluon.core 1.6.3": (22, 3),
}


@pytest.mark.parametrize(
    "name",
    [
        "attack_success_rate",
        "jailbreak_success_rate",
        "membership_inference_auc",
        "unsafe_accuracy",
        "toxicity.accuracy",
        "refusalRate.success",
        "backdoor2_accuracy",
        "privacy_leakage_error",
        "hallucination_f1",
        "forget_accuracy",
        "越狱成功率",
        "time_to_success",
        "time_to_error",
        "queries_to_success",
    ],
)
def test_success_of_what_is_unwanted_has_no_direction(name):
    assert infer_direction(name).mode is None


def test_what_is_about_harm_says_why_it_has_no_direction():
    assert infer_direction("attack_success_rate").reason == "the name does not say whether harm is done, found or resisted"
    assert [infer_direction(name).mode for name in ("robust_accuracy", "success_rate", "image_to_text_recall")] == ["max"] * 3


@pytest.mark.parametrize("table", LISTS, ids=lambda table: table["library"])
def test_no_direction_contradicts_the_library_that_defines_the_metric(table):
    inferred = {name: infer_direction(name).mode for name in table["directions"]}
    wrong = {name: mode for name, mode in inferred.items() if mode not in (None, table["directions"][name])}
    assert wrong == {}
    assert (len(inferred), sum(mode is None for mode in inferred.values())) == ABSTAINED[table["library"]]


def test_most_names_of_lists_that_the_rule_was_not_written_on_are_decided():
    fresh = [infer_direction(name).mode for table in LISTS if not table["seen"] for name in table["directions"]]
    assert len(fresh) == 246
    assert sum(mode is not None for mode in fresh) >= 160


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("mape", "min"),
        ("map", "max"),
        ("maestro", None),
        ("loss_accuracy", None),
        ("error_recall", None),
        ("accuracy_std", None),
        ("accuracy.std", None),
        ("mae.Weight", "min"),
        ("loss_weight", None),
        ("neg_log_loss", "max"),
        ("negative_log_likelihood", "min"),
        ("negative_predictive_value", "max"),
        ("false_positive_rate", "min"),
        ("error_detection_rate", None),
        ("tokens_per_second", "max"),
        ("latency_ms", "min"),
        ("准确率", "max"),
        ("val.字错率", "min"),
        ("n", None),
        ("", None),
        ("learning_rate", None),
        ("recall@5", "max"),
        ("confusion_matrix", None),
        ("acc,none", "max"),
        ("acc_norm,none", "max"),
        ("acc_stderr,none", None),
        ("exact_match,strict-match", "max"),
        ("pass@1", "max"),
        ("humaneval_pass@10", "max"),
        ("pass@1_temperature", None),
        ("hit@10", "max"),
        ("em", "max"),
        ("squad_em", "max"),
        ("em_iterations", None),
        ("top1", "max"),
        ("top_5_acc", "max"),
        ("top1_error", "min"),
        ("top_k", None),
        ("mmlu", "max"),
        ("MMLU-Pro", "max"),
        ("GSM8K", "max"),
        ("HumanEval", "max"),
        ("mmlu_5shot", "max"),
        ("mmlu_temperature", None),
        ("mmlu_loss", "min"),
        ("train_loss", None),
        ("train.accuracy", None),
        ("fit.loss", None),
        ("train_seconds", "min"),
        ("train_samples_per_second", "max"),
        ("eval_samples_per_second", "max"),
        ("acc_p_value", None),
        ("p_value", None),
        ("pvalue", None),
        ("f1_threshold", None),
        ("errors.count", None),
        ("测试集准确率", "max"),
        ("测试集字错误率", "min"),
        ("训练损失", None),
        ("训练耗时", "min"),
        ("准确率标准差", None),
        ("损失权重", None),
        ("验证集F1值", "max"),
        ("top1_err", "min"),
        ("test_err", "min"),
        ("accuracy_err", None),
        ("regression_mae", "min"),
        ("information_lost", "min"),
        *((f"accuracy_{lost}", None) for lost in ("degradation", "decline", "deficit", "regression", "instability", "lost")),
        *((f"accuracy_{other}", None) for other in ("rank", "deviation", "bias", "regret", "complement", "range")),
        ("mean_reciprocal_rank", "max"),
        ("cost_savings", None),
        ("missing_recall", None),
        ("1-wer", "max"),
        ("1 - F1", "min"),
        ("1-shot_accuracy", "max"),
        ("val.1-cer", "max"),
        ("rmse_skill", None),
        ("latency_headroom", None),
        ("min_accuracy_required", None),
        *((f"{other}_accuracy", None) for other in ("random", "human", "teacher", "oracle", "majority", "spurious", "shortcut")),
        ("accuracy_human", None),
        ("random_forest_accuracy", "max"),
        ("student_accuracy", "max"),
        ("extraction_success_rate", None),
        ("extraction_f1", "max"),
    ],
)
def test_names_are_read_by_whole_tokens(name, mode):
    assert infer_direction(name).mode == mode


@given(st.sampled_from(sorted(HIGHER | LOWER)), st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6))
def test_a_word_inside_a_longer_word_decides_nothing(word, more):
    joined = f"q{word}{more}q"
    if joined not in HIGHER | LOWER:
        assert infer_direction(joined).mode is None


@given(st.text(max_size=60))
def test_any_text_has_an_answer_with_a_reason(name):
    direction = infer_direction(name)
    assert direction.reason
    assert (direction.mode is None) == (direction.source == "unknown")


def test_told_beats_inferred_and_says_so():
    direction = Directions({"cer": "max"}).of("cer", "d-a")
    assert (direction.mode, direction.source, direction.reason) == ("max", "told", "by 'cer'")


def test_the_most_specific_pattern_wins():
    directions = Directions({"*": "max", "val.*": "min", "val.cer": "max", "val.cer@d-a": "min"})
    answers = [directions.of(path, dataset).mode for path, dataset in (("x", ""), ("val.x", ""), ("val.cer", "d-b"), ("val.cer", "d-a"))]
    assert answers == ["max", "min", "max", "min"]


def test_equally_specific_patterns_that_disagree_are_an_error_that_names_both():
    with pytest.raises(ConfigurationError, match=r"'\*loss' says min.*'test\*' says max"):
        Directions({"test*": "max", "*loss": "min"}).of("testloss", "")


def test_none_told_stops_the_inference():
    assert Directions({"cer": None}).of("cer", "").mode is None


def test_a_pattern_that_matches_nothing_is_reported():
    assert Directions({"cre": "min", "cer": "min"}).unused([Name("metrics", "cer", "d-a")]) == ("cre",)


def test_none_as_a_text_is_none_as_lines_have_texts_alone():
    assert read_mode("None") is read_mode("none") is None
    assert Directions({"cer": "None"}).of("cer", "").mode is None


@pytest.mark.parametrize("word", ["lowest", "lower", "minimum"])
def test_words_for_lower_is_better_are_understood(word):
    assert read_mode(word) == "min"


@pytest.mark.parametrize("word", ["max", "MAXIMIZE", "higher", "highest", "up", "↑", "Higher is better", True, "greater_is_better"])
def test_words_of_other_libraries_are_understood(word):
    assert read_mode(word) == "max"


def test_a_word_that_is_no_direction_is_an_error():
    with pytest.raises(ConfigurationError, match="'best' is not a direction"):
        read_mode("best")
