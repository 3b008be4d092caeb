"""The words that say which way a metric is better, and those that take the answer away.

Collected from the meaning of the metrics themselves, not from any library's attribute; a word with two meanings in use
(`ks`, `gini`, `fps` for frames or false positives, `sam`, `em`) is left out on purpose, and so is one on which libraries
contradict each other (`davies_bouldin`, `word_info_preserved`).
"""

from __future__ import annotations

from typing import Literal

__all__ = ["CHINESE", "FLIPS", "HIGHER", "LOCAL_VETOES", "LOWER", "PHRASES", "TURNED", "VETOES", "Mode"]

Mode = Literal["max", "min"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(mode: Mode, first: str, second: str) -> dict[tuple[str, ...], Mode]:
    """Every pair of a word of the one list and a word of the other."""
    return {(before, behind): mode for before in first.split() for behind in second.split()}


HIGHER = _words("""
    acc accuracy ami ap ari auc aucpr aupr auprc auroc bertscore bleu bleurt calinski chrf completeness d2 dcg dice dnsmos dunn elbo elo
    f05 f1 f2 faithfulness fbeta fmeasure fowlkes fscore groundedness hits homogeneity iou jaccard kappa likelihood loglikelihood
    macrof1 map mapk matthews mcc meteor microf1 miou mos mrr ndcg nmi npv pesq ppv prauc precision psnr psnrb purity qps r2 recall
    reward rocauc rouge rougel rougelsum sacrebleu sdr sensitivity silhouette sisdr sisnr snr specificity ssim stoi success
    throughput tnr tpr uqi
""")

LOWER = _words("""
    bpb bpc brier brisque bwer cer cost crossentropy crps der deviance dists ece eer epe ergas error errors failures far
    fdr fid fnr fpr frechet frr hausdorff hter kid latency levenshtein logloss loss losses lpips mae mape mase mce mdape medae mer
    mistakes mse msle niqe nll nrmse outages perplexity ppl rase rmse rmsle rmspe rtf smape ter tpot ttft violations wape wer wil
    wmape xent
""")

PHRASES: dict[tuple[str, ...], Mode] = {
    **_pairs("min", "false", "positive positives negative negatives pos neg alarm alarms discovery omission"),
    **_pairs("min", "false", "acceptance accept rejection reject match nonmatch"),
    **_pairs("max", "true", "positive positives negative negatives pos neg"),
    **_pairs("max", "positive negative", "predictive"),
    **_pairs("max", "hit win success pass solve", "rate ratio"),
    **_pairs("min", "miss failure fail error bounce", "rate ratio"),
    **_pairs("max", "explained", "variance"),
    **_pairs("max", "exact", "match"),
    **_pairs("max", "reciprocal", "rank"),
    **_pairs("max", "inception rand", "score"),
    **_pairs("max", "adjusted", "rand"),
    **_pairs("max", "rand", "index"),
    **_pairs("max", "v", "measure"),
    **_pairs("max", "io", "u"),
    **_pairs("max", "mutual", "info information"),
    **_pairs("max", "f", "beta"),
    **_pairs("max", "noise distortion", "ratio"),
    **_pairs("max", "structural", "similarity"),
    **_pairs("max", "panoptic", "quality"),
    **_pairs("min", "kl shannon", "divergence"),
    **_pairs("min", "ranked", "probability"),
    **_pairs("min", "edit", "rate"),
    **_pairs("min", "info information", "lost"),
    **_pairs("min", "cross", "entropy"),
    **_pairs("min", "bits nats", "per"),
    **_pairs("max", "per", "second sec s minute"),
    **_pairs("min", "fall", "out"),
    **_pairs("min", "peak", "memory"),
    **_pairs("min", "train training fit inference predict prediction response decode startup load wall cpu", "time seconds secs ms"),
    **_pairs("min", "edit hamming levenshtein hausdorff frechet wasserstein chamfer", "distance"),
}

VETOES = _words("""
    baseline change ci confusion count curve cutoff decay decrease delta diff difference drop estimated expected gain gap grad
    gradient improvement increase inv inverse lower margin matrix n no non not num number predicted previous quantile ratio
    reduction sample samples se sem size skew std stddev stderr stdev step steps support threshold thresholds timestamp uncertainty
    upper var variance without
""")
"""Anywhere in a path: what stands there is a spread, a change, a count or a setting, no quality."""

LOCAL_VETOES = _words(
    "alpha clip coef correction date enabled flag id index lr mode name scale schedule target type version weight weights"
)
"""Beside a quality's own word: `loss_weight` is a setting, but the `Weight` of `mae.Weight` is what was predicted."""

FLIPS = _words("neg negative negated minus")

TURNED = frozenset(_pairs("max", "error errors", "detection handling free recovery analysis") | _pairs("max", "loss", "coef"))
"""Words behind which the meaning turns: an error detection rate is better when it is higher, a loss coefficient is a setting."""

CHINESE: dict[str, Mode] = {
    **dict.fromkeys(_words("准确率 精确率 查准率 召回率 查全率 正确率 命中率 通过率 成功率 吞吐量 灵敏度 特异度 信噪比"), "max"),
    **dict.fromkeys(_words("损失 错误率 误差 字错率 词错率 字错误率 词错误率 误报率 漏报率 失败率"), "min"),
    **dict.fromkeys(_words("延迟 时延 耗时 推理耗时 平均延迟 困惑度 均方误差 均方根误差 平均绝对误差 实时率"), "min"),
}
