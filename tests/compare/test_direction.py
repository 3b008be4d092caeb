import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison.direction import Directions, infer_direction, read_mode
from pai_notebook.errors import ConfigurationError
from pai_notebook.model.list_view import differing_metrics
from pai_notebook.model.metric_scales import bounds_of
from pai_notebook.model.metric_words import CHINESE, HIGHER, LOWER, chinese_ending
from pai_notebook.model.names import Name
from tests.compare.comparing import compare
from tests.examples import examples

LISTS = json.loads((Path(__file__).parents[1] / "data" / "metric_directions.json").read_text("utf-8"))["lists"]

words = str.split


def modes(names):
    return [infer_direction(name).mode for name in names.split()]


# How many names each list has and how many the rule leaves undecided; a change of the rule shows here.
ABSTAINED = {
    "torchmetrics 1.9.0": (135, 36),
    "scikit-learn 1.9.1 scorers": (58, 9),
    "scikit-learn 1.9.1 functions": (53, 5),
    "keras 3.15.1": (41, 9),
    "lm_eval 0.4.13": (183, 71),
    "autogluon.core 1.6.3": (22, 3),
}


NOT_DECIDED = [
    (
        "english",
        """
        false_pass_rate false_hit_rate false_success_rate missed_hit_rate zero_hit_rate failed_hits wrong_hits failed_success
        recall_failure missed_recall low_accuracy_rate accuracy_below_0.9 jaccard_distance dice_distance ssim_distance
        bleu_distance f1_distance noise_sensitivity sensitivity_to_noise perturbation_sensitivity reward_hacking accuracy_risk
        misprediction_accuracy adversarial_success mia_auc cosine_distance attack_success_rate map_seconds accuracy_ms
        precision_time success_time recall_period accuracy_time precision_bits fp16_precision qps_limit accuracy_goal f1_beta
        TAR@FAR tar_at_far TAR@FAR=1e-4 tar@far1e-3 GAR@FAR VR@FAR pd@far verification_rate@far latency_slo_attainment
        latency_within_sla latency_sla_met latency_ok latency_compliance cost_efficiency cost_effectiveness cost_recovery
        error_budget_left latency_budget_remaining errors_fixed errors_corrected errors_caught errors_detected failures_prevented
        mistakes_avoided loss_avoided violations_prevented time_between_failures errors.fixed latency.ok loss.weight
        robustness_to_errors false_accuracy false_precision fake_hits hits_missed recall_missed accuracy_lost failed_accuracy
        accuracy_failure hit_failure success_failure success_loss failure_success recall_gap recall_drop accuracy_shortfall
        accuracy_debt accuracy_tax accuracy_penalty no_hits non_success unsuccess success_absent success_lost accuracy_violation
        f1_violations precision_violation accuracy_decay bleu_decay bleu_drift accuracy_drift accuracyDrift auc_drift auc_shift
        auc_volatility auc_noise accuracy_noise f1_fluctuation f1_jitter f1_swing f1_spread mae_improvement mae_reduced
        mae_reduction loss_reduction loss_recovered loss_recovery loss_saved losses_averted failures_averted failures_caught
        failures_survived failures_handled failures_tolerated failure_tolerance failure_resilience failure_recovery error_recovery
        error_resilience error_tolerance error_margin error_correction error_detection error_free errors_resolved errors_removed
        errors_rectified errors_repaired errors_undone errors_healed errors_found errors_flagged errors_recovered errors_handled
        errorsFixed errors-fixed fixed_errors corrected_errors errors_closed mistakes_fixed mistakes_found outages_avoided
        outage_prevented violations_blocked violations_caught violations_fixed latency_budget latency_slo latency_sla
        latency_target latency_target_met latency_goal_met latency_ok_rate latency_compliant latency_pass latency_score
        latency_gain latency_saving latency_savings latency_reduction latency_improvement latency_margin latency_speedup
        latency_efficiency latency_attained cost_saving cost_avoidance cost_avoided cost_benefit cost_gain cost_effective
        cost_efficient cost_margin cost_savings_usd cost_reduction cost_coverage error_budget error_budget_remaining
        errorBudgetLeft error.budget.left perplexity_gain perplexity_reduction wer_reduction wer_improvement cer_gain
        relative_wer_reduction map_ms map_sec map_hours map_memory map_gb map_cost map_usd accuracy_seconds accuracy_latency
        precision_ms recall_ms f1_ms f1_time auc_time bleu_time iou_time recall_duration recall_interval recall_window recall_days
        success_duration success_latency hit_time success_cost hits_per_error precision_digits precision_decimals precision_mode
        precision_level_bits bf16_precision mixed_precision half_precision int8_precision numeric_precision floatPrecision
        precision_type precision_target f1_alpha f1_weight f1_goal f1_target f1_limit f1_min_required auc_target auc_floor
        auc_goal auc_limit accuracy_budget accuracy_limit accuracy_floor accuracy_cap accuracy_ceiling accuracy_sla accuracy_slo
        qps_target qps_budget qps_cap qps_quota throughput_limit throughput_target throughput_quota psnr_target rouge_distance
        bleu_penalty f1_risk recall_risk accuracyRisk precision_bias accuracy_bias auc_bias f1_parity_gap accuracy_disparity
        recall_disparity tpr_gap tpr_difference tpr_disparity fpr_disparity fpr_parity error_parity input_sensitivity
        prompt_sensitivity weight_sensitivity sensitivity_analysis sensitivity_index price_sensitivity parameter_sensitivity
        lr_sensitivity attack_sensitivity reward_hack reward_hacked reward_model_loss_gain reward_penalty reward_noise reward_gap
        jailbreak_rate toxicity_score adversarial_hits mia_accuracy backdoor_success poison_success gar_at_frr cmc_at_far
        dr_at_fpr detection_rate_at_fpr detection_at_far tpir@fpir VR@FAR=0.001 val@far=1e-3 tar_given_far requests_under_latency
        share_within_latency fraction_below_error time_since_failure hours_between_failures uptime_before_failure
        requests_until_failure days_until_failure negative_recall neg_recall negative_precision negative_accuracy negative_f1
        f1_neg error_neg neg_error negative_loss error_negative accuracy_negated below_accuracy accuracy_below accuracy_under
        accuracy_within zero_accuracy zero_recall wrong_accuracy incorrect_accuracy inaccurate_recall misdetection_recall
        mislabel_accuracy bad_hits poor_accuracy low_recall low_precision never_hit_rate not_hit_rate non_hit_rate no_success_rate
        un_success_rate bypass_success_rate exploit_success fraud_success spam_success unauthorized_success phishing_success
        scam_success intrusion_success theft_success
        timeouts_per_second crashes_per_second retries_per_sec oom_per_second bits_per_second usd_per_second
        gcg_success_rate pgd_success_rate adv_success_rate harmbench_success_rate unlearned_accuracy unlearned.rougeL
        forgotten_accuracy accuracy_on_forgotten_data accuracy_on_members verbatim_rougeL enemy_win_rate lose_win_rate
        decreased_accuracy wasted_throughput complement_auc minimum_accuracy ideal_accuracy naive_mae dummy_accuracy
        shuffled_accuracy discriminator_loss accuracy_on_random_labels accuracy_with_random_guessing accuracy_total
        fraud_pass_rate spam_pass_rate malware_pass_rate virus_pass_rate 1/latency 1/mse latency^-1 -log_loss -cross_entropy
        -hinge_loss −log_loss WER↑ FID↑ accuracy↓ grammar_error_f0.5 error_f0.5 error_f_0.5
        recall_total self_bleu pairwise_bleu self_bleu4 selfBLEU4 Self-BLEU4 self-bleu-4 self_chrf self_cider pairwise_rouge2 copy_bleu
        undetected_recall forbidden_hit_rate stale_hit_rate blacklist_hit_rate misinformation_success_rate watermark_removal_success_rate
        plagiarism_rouge dispreferred_reward loser_reward reject_reward rival_accuracy 敏感词命中率 黑名单命中率
        bias_error td_error time_error profit_and_loss signed_error
        win_loss win_loss_rate win_loss_ratio win_draw_loss_rate win_to_loss_rate loss_win_rate wins_losses won_lost_rate winLossRate
        hit_miss_rate hit_miss_ratio cache_hit_miss_rate pass_fail_rate pass_fail_ratio passed_failed_rate pass_failure_rate
        null_accuracy null_rmse null_log_loss permutation_accuracy permutation_auc placebo_accuracy placebo_rmse control_accuracy
        sham_accuracy untrained_accuracy random_perplexity chance_loss teacher_bleu random_balanced_accuracy chance_macro_f1
        majority_exact_match random_hit_rate random_win_rate null.accuracy control.accuracy accuracy_on_control
        c2st_accuracy c2st_auc C2ST_acc drift_auc covariate_shift_auc domain_classifier_accuracy
        ub_accuracy lb_accuracy floor_accuracy floor.recall tr_acc tr_loss
        """,
    ),
    (
        "chinese",
        """
        置换准确率 安慰剂准确率 空模型准确率
        不合格率 不正确率 非正确率 不准确率 非准确率 反准确率 不通过率 未通过率 误通过率 假通过率 错误通过率 误报通过率 未命中率
        无命中率 零命中率 非命中率 误命中率 错误命中率 虚假命中率 未检出率 误检出率 未召回率 误召回率 未成功率 不成功率 未解决率
        不满意度 标准误差 不合格准确率 误合格率 假合格率 非合格率 合格率下降 准确率下降 准确率损耗 准确率差 准确率目标 准确率下限
        目标准确率 期望准确率 要求准确率 准确率偏差 准确率波动 低准确率 低准确率占比 反合格率 假命中率 伪命中率 伪通过率 虚假通过率
        虚假成功率 攻击成功率 入侵成功率 欺诈成功率 作弊成功率 逃逸成功率 干扰成功率 劫持成功率 漏洞利用成功率 失败成功率
        未达标合格率 不合格检出率 错检出率 错召回率 误胜率 负胜率 非覆盖率 未覆盖率 无覆盖率 不覆盖率 未采纳率 不采纳率 拒绝采纳率
        不灵敏度 非相似度 不相似度 差异相似度 待解决率 噪声灵敏度 扰动灵敏度 避免损失 挽回损失 减少损失 减少误差 降低错误率
        非错误率 无错误率 零错误率 零失败率 无失败率 未失败率 不失败率 非延迟 目标延迟 延迟目标 延迟预算 允许误差 最大允许误差
        误差目标 误差阈值 误差容忍度 失败避免率 延迟达标率 延迟合规率 错误修复率 错误检出率 错误发现率 错误恢复率 损失挽回率
        成本效率 成本节省 免损失 可接受误差 可容忍误差 容许误差 公差误差 预期损失 预期误差 期望延迟 基线准确率 基准准确率
        随机准确率 人工准确率 人类准确率 教师准确率 上一版准确率 历史准确率 旧准确率 对照准确率 多数类准确率 准确率.下降
        准确率_不达标 命中率.目标 通过率.耗时 抗误差 抗延迟 容错率 失误率 不准确度 不精确率 欠精度 数值精度 浮点精度 半精度
        负均方误差 负MSE 负RMSE 负平均绝对误差 负对数损失 负损失 1-准确率 1−准确率 1减准确率 一减准确率 负准确率 逆准确率
        欺诈通过率 黑产通过率 色情通过率 赌博内容通过率 诈骗成功率 盗刷成功率 刷单成功率 -损失
        敌方胜率 输家胜率 恶意通过率 违规通过率 遗忘集准确率 记忆召回率 成员推断准确率 欺骗成功率 查重相似度 被召回率
        混合精度 单精度 双精度 量化精度 计算精度 训练精度 推理精度 int8精度 fp16精度 精度位数 非满意度 未满意度 覆盖率 预测区间覆盖率 相似度
        """,
    ),
]


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
        ("loss_total", "min"),
        ("accuracy↑", "max"),
        ("WER ↓", "min"),
        ("f0.5", "max"),
        ("F_0.5", "max"),
        ("fraud_recall", "max"),
        ("欺诈召回率", "max"),
        ("支付成功率", "max"),
        ("bits_per_byte", "min"),
        ("frames_per_second", "max"),
        ("requests_per_minute", "max"),
        ("expected_calibration_error", "min"),
        ("quantile_loss", "min"),
        ("map_small", "max"),
        ("auc_pr", "max"),
        ("rougeLsum", "max"),
        ("交并比", "max"),
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
        ("准确率P值", None),
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


ALWAYS = words("""
    false wrong fake failed failing missed missing never no not non without low bad poor invalid incorrect inaccurate broken
    rejected skipped below above under within between until target goal budget limit quota sla slo allowed acceptable
    tolerated desired expected required baseline previous avoided prevented caught corrected detected recovered resolved
    removed handled reduced free tolerance resilience mispredicted zero degraded averted mistaken
""")
BEHIND = words("""
    distance risk bias penalty rank range regret deviation drop gap margin headroom goal_met attainment compliance
    efficiency effectiveness recovery left remaining fixed ok met hacking alpha beta mode type version name id flag schedule
    weight wobble jitter disparity parity drift cap floor
""")
SEPARATORS = [".".join, "_".join, "-".join, "/".join, " ".join, lambda words: words[0] + "".join(map(str.title, words[1:]))]
TURNED_CHINESE = words("""
    不 非 未 无 零 误 错误 假 伪 反 漏 虚假 低 没 缺 欠 目标 允许 最低要求 预期 避免 减少 抗 基线
""")
MEASURED = sorted((HIGHER | LOWER) - {"hausdorff", "levenshtein", "frechet"})


@given(
    st.sampled_from(MEASURED), st.sampled_from(ALWAYS), st.sampled_from(SEPARATORS), st.booleans(), st.sampled_from(["", "val", "by_class"])
)
def test_a_word_that_turns_or_doubts_a_metric_leaves_no_direction(metric, word, join, behind, more):
    name = join([*([more] if more else []), *((metric, word) if behind else (word, metric))])
    assert infer_direction(name).mode is None or (word == "zero" and (behind or "." in name)), name


@given(
    st.sampled_from(MEASURED),
    st.sampled_from(BEHIND) | st.text("bcdfghjklmnpqrtvwxyz", min_size=6, max_size=9),
    st.sampled_from(SEPARATORS[1:]),
)
def test_behind_a_metric_any_word_but_a_harmless_one_makes_it_another_thing(metric, word, join):
    assert infer_direction(join([metric, word])).mode is None
    assert infer_direction(join(["val", metric, word, "mean"])).mode is None


@examples(400)
@given(st.sampled_from(sorted(CHINESE)), st.sampled_from(TURNED_CHINESE), st.sampled_from(["", "测试集", "val.", "平均"]))
def test_a_chinese_word_that_turns_a_metric_leaves_no_direction(metric, word, more):
    assert chinese_ending(word + metric) != metric or infer_direction(f"{more}{word}{metric}").mode is None
    assert infer_direction(f"{metric}_{word}").mode is None


@examples(400)
@given(
    st.sampled_from(sorted(HIGHER - {"sensitivity"} | LOWER)),
    st.sampled_from(["", "val", "test", "macro", "student", "wine", "dev_clean", "m3"]),
    st.sampled_from(["", "mean", "avg", "macro", "k", "5", "at_5", "on_wine", "en", "test", "for_class", "p95"]),
)
def test_what_it_is_a_metric_of_and_harmless_words_keep_its_direction(metric, front, behind):
    name = "_".join(part for part in (front, metric, behind) if part)
    assert infer_direction(name).mode == ("max" if metric in HIGHER else "min"), name


@pytest.mark.parametrize("family", NOT_DECIDED, ids=lambda family: family[0])
def test_names_that_turn_a_metric_have_no_direction(family):
    assert {name: infer_direction(name).mode for name in family[1].split() if infer_direction(name).mode} == {}


OTHERS = words("human reference ref goal sota target prev old expert previous baseline teacher random competitor")
OTHERS_IN_CHINESE = words("目标 基线 基准 参考 历史 上次 人类 教师 随机 期望 要求 竞品 对照 对手 before_")


@pytest.mark.parametrize("metric", ["accuracy", "recall", "cer", "rmse"])
def test_what_is_of_somebody_else_has_no_direction(metric):
    names = [f"{other}{mark}{metric}" for other in OTHERS for mark in "._"]
    assert [name for name in names if infer_direction(name).mode] == []


@pytest.mark.parametrize("metric", ["准确率", "召回率", "胜率", "损失", "错误率", "误差"])
def test_what_is_of_somebody_else_in_chinese_has_no_direction(metric):
    assert {name: mode for other in OTHERS_IN_CHINESE if (mode := infer_direction(name := other + metric).mode)} == {}


def test_names_with_the_words_of_others_in_what_they_measure_keep_their_direction():
    names = "random_forest.accuracy human_eval_pass@1 mmlu.human_aging.acc student.accuracy 随机森林准确率 mean_reciprocal_rank"
    assert modes(names) == ["max"] * 6
    names = "permutation_invariant_sdr floor_plan_iou drift_detection_f1 tr_bleu xnli_tr.acc domain_accuracy win_rate random_crop_accuracy"
    assert modes(names) == ["max"] * 8
    assert modes("cache_miss_rate loss hit_latency control_loss tr_wer failure_rate") == ["min"] * 6


def test_what_an_error_leaves_over_is_right_or_unknown():
    assert modes("100-wer 100-cer 1_wer val/100-cer -loss -mse val.-loss -accuracy 1_over_accuracy reciprocal_loss") == [None] * 10
    assert modes("defect_pass_rate faulty_pass_rate opponent_win_rate reciprocal_accuracy") == [None] * 4
    assert modes("1-wer val.1-wer defect_accuracy top-1-accuracy Top-1-Accuracy cifar-100-accuracy imagenet.top-5-accuracy") == ["max"] * 7
    assert infer_direction("top 1-accuracy").mode == "max"
    assert modes("1-accuracy top-1-error") == ["min"] * 2


def test_a_unit_is_one_of_an_error_or_a_time():
    assert modes("latency_ms cost_usd mae_seconds rmse_kwh hit_latency pass_latency") == ["min"] * 6
    assert modes("accuracy_s recall.seconds f1_usd errors_time success.hours accuracy_meters recall_hz") == [None] * 7
    assert modes("energy_mae_mev rmse_kcal mae_meters pitch_rmse_hz force_mae_ev") == ["min"] * 5


def test_a_point_of_operation_decides_nothing():
    assert modes("TAR@FAR val@far=1e-3 requests_per_failure recall@fpr pass@1_loss") == [None] * 5
    assert modes("far@tar accuracy@5 mean_per_class_accuracy") == ["min", "max", "max"]


def test_what_was_done_to_errors_may_have_undone_them():
    assert modes("repaired_errors hushed_failures errors_in_code_fixed latency_on_time") == [None] * 4
    assert modes("mean_squared_error errors_per_day errors_on_wine latency_for_users wer_in_the_far_field") == ["min"] * 5


def test_a_doubted_name_says_so():
    assert (
        infer_direction("false_hit_rate").reason
        == infer_direction("accuracy_goal").reason
        == "another word of the name may turn what it says"
    )


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


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *(
            (name, None)
            for name in ("mae", "wer", "latency_ms", "peak_memory_mb", "val.log_loss", "cross_entropy", "error_rate", "平均绝对误差")
        ),
        *((name, "min") for name in ("test_loss", "nll", "cost", "mse_db", "MSE (dB)", "log_mse", "log_rmse", "log_perplexity", "KID")),
    ],
)
def test_an_error_or_a_time_below_zero_has_no_direction_as_its_name_says_something_else(name, mode):
    row = compare({name: 0.1}, {name: -9.0})[name]
    assert row.direction.mode == mode
    assert mode or row.direction.reason == "it is negative, which an error of that name never is"
    assert compare({name: 0.1}, {name: -9.0}, directions={name: "min"})[name].direction.mode == "min"


SIGNED = "it can have either sign: closer to zero is better, not lower"


@pytest.mark.parametrize(
    "name", ["mean_error", "error", "val.forecast_error", "prediction_error", "平均误差", "eta_error", "mean_percentage_error"]
)
def test_an_error_that_has_a_sign_somewhere_has_no_direction_and_is_no_impossible_value(name):
    assert compare({name: 5}, {name: 3})[name].direction.mode == "min"
    c = compare({name: 5}, {name: -0.5}, {name: -9})
    assert (c[name].direction.mode, c[name].direction.reason) == (None, SIGNED)
    assert [change.kind for change in c[name].changes[1:]] == ["changed", "changed"]
    assert [(check.outcome, check.checked) for check in c.check(f"{name} >= -1").checks] == [("passed", True), ("failed", True)]
    named = c.check(f"fail if {name} worse beyond chance").checks
    assert [(check.outcome, check.reason) for check in named] == [("failed", f"which way is better is unknown ({SIGNED})")]
    told = "Not judged, as either sign is possible and closer to zero is better: "
    assert told in " ".join(str(c.verdict).replace("│", "").split())
    assert "pass directions=" not in " ".join(str(c.verdict).split())
    stars = str(VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": {name: n - 3}} for n in range(2)], "model-a"))
    assert "☆" not in stars


def test_the_ends_of_an_error_with_a_sign_are_unknown():
    assert [bounds_of(name, [3.0])[0] for name in ("mae", "mean_error", "mse_db", "test_loss")] == [0, -math.inf, -math.inf, 0]


@pytest.mark.parametrize(
    "name",
    words("""
        bias mbe mpe forecast_bias mean_bias_error mean_signed_error mean_signed_difference residual_mean val.residuals bias_pct
        残差 平均偏差
    """),
)
@pytest.mark.parametrize("values", [(0.5, 0.1), (0.5, -0.1), (-0.5, -0.1)])
def test_what_its_name_calls_signed_has_no_direction_and_says_why(name, values):
    c = compare(*({name: value} for value in values))
    assert (c[name].direction.mode, c[name].direction.reason) == (None, SIGNED)
    assert c.check(f"{name} <= 0.2").passed


def test_a_logarithm_is_told_as_it_is_and_never_in_percent():
    for name in ("mse_db", "log_mse", "log10_latency_s", "rmse_dB"):
        c = compare({name: 10.0}, {name: 8.0}, {name: -2.0})
        assert (c[name].direction.mode, c[name].scale.unit) == ("min", "")
        assert c[name].changes[2].kind == "better"
    assert compare({"rmsle": 10.0}, {"rmsle": 8.0})["rmsle"].scale.unit == "%"


FIELDS = {
    "max": """
        chrF chrF++ COMET comet22 xcomet BLEURT METEOR CIDEr CIDEr-D SPICE CLIPScore clip_score QWK NDS PQ SQ RQ PQ_th MOTA IDF1 HOTA
        AUUC Qini qini_coefficient SSIM PSNR STOI eSTOI PESQ SI-SDR SI-SDRi MOS UTMOS CTR ctr_test val_cvr click_through_rate gauc elo
        win_rate pass@k pass@1 c_index concordance_index PCK@0.2 CodeBLEU RTFx MS-SSIM throughput_rps 吞吐量_tokens sharpe_ratio NSE KGE
        tokens_per_second tok/s eval/tokens/s 吞吐 点击率 命中率 召回率
    """,
    "min": """
        mATE mASE mAOE mAVE mAAE HD95 hd_95 95HD ASSD Hausdorff FVD FAD KID FID LPIPS WIS weighted_interval_score CRPS pinball
        pinball_loss MASE sMAPE MAPE WAPE ECE Brier MetricX mpjpe minADE minFDE_5 abs_rel Cllr DCF minDCF t-DCF JER MCD WRMSSE OWA nmse
        IDSW id_switches hallucination_rate 幻觉率 TTFT TPOT ITL carbon_emissions energy_consumption_kwh gpu_memory_usage_gb 误唤醒率
        漏杀率 误报率 漏检率 时延 显存占用 能耗 误警率
    """,
    None: """
        预测能耗 adversarial.hallucination_rate MOTP weighted_score interval toxicity refusal_rate vram vram_gb flops macs energy
        energy_kwh co2 显存 max_drawdown psi mate mate_rate ctr_threshold predicted_ctr pq_bits chi_sq hallucination_score
        hallucination_detection ctr_gap ms/token
    """,
}


@pytest.mark.parametrize(("mode", "names"), FIELDS.items())
def test_names_of_a_field_have_a_direction_where_all_of_it_agrees(mode, names):
    found = {name: infer_direction(name).mode for name in names.split()}
    assert {name: each for name, each in found.items() if each != mode} == {}


def test_a_word_that_a_name_of_a_field_is_only_by_itself_turns_no_other():
    assert modes("ctr_auc ctr_logloss comet_loss spice_error nds.mae cider_accuracy") == ["max", "min", None, None, "min", "max"]


@pytest.mark.parametrize(("name", "low", "high"), [("CIDEr", 0.9, 1.3), ("COMET", 0.95, 1.02), ("AUUC", 0.8, 12.5), ("NSE", -0.2, 1)])
def test_what_may_be_above_one_is_not_taken_for_percent_beside_a_fraction(name, low, high):
    assert compare({name: low}, {name: high})[name].changes[1].kind == "better"
    assert "percent" not in str(compare({name: low}, {name: high}))


def test_percent_of_a_metric_that_may_be_above_one_is_noticed_all_the_same():
    assert "look like percent" in str(compare({"CIDEr": 0.95}, {"CIDEr": 98.2}).verdict)


KERAS = (
    {"accuracy": 0.9, "val_accuracy": 0.8, "loss": 0.3, "val_loss": 0.5},
    {"accuracy": 0.95, "val_accuracy": 0.79, "loss": 0.2, "val_loss": 0.55},
)


def test_a_metric_beside_its_validation_metric_is_one_of_training_and_decides_nothing():
    c = compare(*KERAS)
    assert [line for line in str(c.verdict).split("\n") if "ahead" in line or "behind" in line] == [
        "│ As measured, behind 0.1.0: 0.2.0 in val_accuracy (-1.0 pp), val_loss (+10.0"
    ]
    assert c.notes == (
        "accuracy, loss: training metrics, since val_accuracy, val_loss stand beside them, as in Keras; directions= says otherwise",
    )
    assert str(c["loss"].direction.said) == "unknown (it was measured on the training data, as val_loss is beside it)"
    assert str(c).index("val_loss ↓") < str(c).index("Training") < str(c).index("accuracy pp")
    assert not c.check("fail if accuracy worse beyond chance").passed


def test_a_training_metric_has_no_star_in_a_list_and_comes_last_there():
    versions = compare(*KERAS).versions
    assert str(VersionSet(versions)).count("☆") == 3  # two columns and what it means
    assert [path for path, _ in differing_metrics(versions)][2:] == ["accuracy", "loss"]


@pytest.mark.parametrize(
    ("metrics", "trained"),
    [
        ({"loss": 1.0, "eval_loss": 2.0}, ["loss"]),
        ({"accuracy": 0.9, "eval_accuracy": 0.8}, []),
        ({"accuracy": 0.9, "test_accuracy": 0.8, "val_loss": 1.0}, []),
        ({"epoch1": {"f1": 0.9, "val_f1": 0.8}}, ["epoch1.f1"]),
        ({"a": {"f1": 0.9}, "b": {"val_f1": 0.8}}, []),
        ({"latency_ms": 1.0, "val_latency_ms": 2.0}, []),
        ({"accuracy": [0.5, 0.9], "val_accuracy": [0.4, 0.8]}, ["accuracy"]),
        (
            {
                "Results": [
                    {"Dataset": {"DatasetId": "d-a"}, "Metrics": {"f1": 0.9}},
                    {"Dataset": {"DatasetId": "d-b"}, "Metrics": {"val_f1": 0.9}},
                ]
            },
            [],
        ),
    ],
)
def test_only_names_beside_each_other_on_one_dataset_say_that_one_is_of_training(metrics, trained):
    assert [row.path for row in compare(metrics, metrics).metrics if row.direction.said != infer_direction(row.path).said] == trained


def test_metrics_of_different_versions_are_not_beside_each_other():
    assert compare({"accuracy": 0.9}, {"val_accuracy": 0.8})["accuracy"].direction.mode == "max"


def test_a_direction_that_is_told_makes_a_training_metric_one_like_any_other():
    c = compare(*KERAS, directions={"accuracy": "max"})
    assert "As measured, ahead of 0.1.0: 0.2.0 in accuracy (+5.0 pp)." in c.verdict
    assert c.best("accuracy").version == "0.2.0"
