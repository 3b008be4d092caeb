"""The words in the names of metrics: which way is better, what is measured in which unit, and what is not a quality at all.

The only list of such words: directions, scales, intervals, bars, costs and cautions all ask here. Words are
collected from the meaning of the metrics themselves, not from any library's attribute; a word with two meanings in use
(`ks`, `gini`, `fps` for frames or false positives, `sam`) is left out on purpose, and so is one on which libraries
contradict each other (`davies_bouldin`, `word_info_preserved`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import chain
from typing import Literal

from pai_notebook.model.flatten import split_path

Mode = Literal["max", "min"]
# How a comparison is told a direction that no word says.
BY_DIRECTIONS = "Pass directions={{{path!r}: 'max'}} or directions={{{path!r}: 'min'}} to compare()."
ScaleName = Literal["ratio", "points", "difference"]

_TOKEN = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+|[^\W\d_a-zA-Z]+")


def word_set(text: str) -> frozenset[str]:
    """Give the words of a text."""
    return frozenset(text.split())


def word_pairs(mode: Mode, first: str, second: str) -> dict[tuple[str, ...], Mode]:
    """Every pair of a word of the one list and a word of the other."""
    return {(before, behind): mode for before in first.split() for behind in second.split()}


TIMES = word_set("""
    decode duration elapsed hours hour itl latency minute minutes ms ns rtf runtime sec second seconds secs time tpot ttft us
    延迟 时延 耗时 时间 时长 实时率
""")
THROUGHPUTS = word_set("qps rps throughput tps 吞吐量 吞吐率")
MEMORY = word_set("memory ram rss vram 显存 内存")
# Words of what is read off rather than measured: no example and no run makes it another number.
EXACT = word_set("bytes flops macs parameters params price size 价格 大小 参数量")
UNITS = word_set("gb gib kb kib mb mib tb")
PRICES = word_set("cny cost costs dollars price rmb usd yuan 价格 成本 费用")
COUNTS = word_set("count counts epoch epochs examples iterations n num number samples step steps 样本数 数量 个数 步数")

# Rates of errors that cannot exceed 1, as the others can.
CAPPED = word_set("ece eer far fdr fnr fpr frr hter")
# Words of what is a fraction of something, so that a difference is told in percentage points.
FRACTIONS = CAPPED | word_set("""
    acc accuracy em f05 f1 f2 fbeta fmeasure fscore idf1 macrof1 microf1 npv ppv precision recall sensitivity specificity tnr tpr
""")

# Those of one field come from who defined them or keeps them: MOTA, IDF1 and HOTA from the MOT challenge, whose MOTP is an overlap
# in one tool and a distance in another, and so left out; NSE and KGE from hydrology, AUUC and Qini from uplift models, CIDEr and
# SPICE from captions, COMET and MetricX from translation (the latter an error), WIS from forecasts of epidemics, WRMSSE and OWA
# from the M competitions, DCF from speaker verification (NIST), JER from DIHARD, mATE to mAAE from nuScenes, HD95 and ASSD from MedPy.
HIGHER = word_set("""
    auuc aupro bartscore cider clipscore codebleu comet cometkiwi estoi froc gauc hitrate hota idf1 kge moverscore mota musiq nisqa nse
    pck pckh qini qwk rtfx sdri snri spice uauc utmos visqol vmaf wuauc xcomet
    acc accuracy ami ap ari auc aucpr aupr auprc auroc bertscore bleu bleurt calinski chrf completeness d2 dcg dice dnsmos dunn elbo elo
    f05 f1 f2 faithfulness fbeta fmeasure fowlkes fscore groundedness hits homogeneity iou jaccard kappa likelihood loglikelihood
    macrof1 map mapk matthews mcc meteor microf1 miou mos mrr ndcg nmi npv pesq ppv prauc precision psnr psnrb purity qps r2 recall
    reward rocauc rouge rougel rougelsum sacrebleu sdr sensitivity silhouette sisdr sisnr snr specificity ssim stoi success
    throughput tnr tpr uqi
""")

LOWER = word_set("""
    assd cllr dcf fad fvd hd95 idsw itl jer kvd maae maoe mave metricx mindcf mpjpe msis nmse owa pinball rmsse smdape tdcf wis wql wrmsse
    bpb bpc brier brisque bwer cer cost crossentropy crps der deviance dists ece eer epe ergas err error errors errs failures far
    fdr fid fnr fpr frechet frr hausdorff hter kid latency levenshtein logloss loss losses lpips mae mape mase mce mdape medae mer
    mistakes mse msle niqe nll nrmse outages perplexity ppl rase rmse rmsle rmspe rtf smape ter tpot ttft violations wape wer wil
    wmape xent
""")

# Of these anything can be said, how well they were avoided too.
ANYTHING = word_set("""
    cost err error errors errs failures fault faults latency loss losses mistakes outages success throughput violations
""")

# Behind these stands where or how something was measured, which decides nothing as a point of operation or in a rate of other things.
POINTS, RATES = word_set("at given"), word_set("per")
PREPOSITIONS = POINTS | RATES | word_set("by for in of on using with")

PHRASES: dict[tuple[str, ...], Mode] = {
    **word_pairs("min", "false", "positive positives negative negatives pos neg alarm alarms discovery omission"),
    **word_pairs("min", "false", "acceptance accept rejection reject match nonmatch"),
    **word_pairs("min", "misclassification", "error rate cost loss"),
    **word_pairs("max", "true", "positive positives negative negatives pos neg"),
    **word_pairs("max", "positive negative", "predictive"),
    **word_pairs("max", "hit win success pass solve", "rate ratio"),
    **word_pairs("min", "miss failure fail error bounce", "rate ratio"),
    **word_pairs("max", "explained", "variance"),
    **word_pairs("max", "exact", "match"),
    **word_pairs("max", "reciprocal", "rank"),
    **word_pairs("max", "inception rand", "score"),
    **word_pairs("max", "adjusted", "rand"),
    **word_pairs("max", "calinski", "harabasz"),
    **word_pairs("max", "fowlkes", "mallows"),
    **word_pairs("max", "d2", "pinball tweedie"),
    **word_pairs("min", "dimensionless", "synthesis"),
    **word_pairs("max", "rand", "index"),
    **word_pairs("max", "v", "measure"),
    **word_pairs("max", "io", "u"),
    **word_pairs("max", "mutual", "info information"),
    **word_pairs("max", "f", "beta"),
    **word_pairs("max", "noise distortion", "ratio"),
    **word_pairs("max", "structural", "similarity"),
    **word_pairs("max", "panoptic", "quality"),
    **word_pairs("max", "sharpe sortino calmar", "ratio"),
    **word_pairs("max", "mostly", "tracked"),
    **word_pairs("max", "concordance", "index"),
    **word_pairs("max", "clip", "score"),
    **word_pairs("min", "id identity", "switch switches"),
    **word_pairs("min", "interval", "score"),
    **word_pairs("min", "abs sq", "rel"),
    **word_pairs("min", "kl shannon", "divergence"),
    **word_pairs("min", "ranked", "probability"),
    **word_pairs("min", "edit", "rate"),
    **word_pairs("min", "info information", "lost"),
    **word_pairs("min", "cross", "entropy"),
    **word_pairs("min", "expected", "calibration"),
    **word_pairs("min", "quantile pinball", "loss"),
    **word_pairs("min", "bits nats", "per"),
    **word_pairs("max", "per", "second sec s minute"),
    **word_pairs("min", "fall", "out"),
    **word_pairs("min", "peak", "memory"),
    **word_pairs("min", "train training fit inference predict prediction response decode startup load wall cpu", "time seconds secs ms"),
    **word_pairs("min", "edit hamming levenshtein hausdorff frechet wasserstein chamfer", "distance"),
}

# Behind a fraction a count, behind a loss the whole of it.
SUMS = word_set("sum total")
# What is counted, alone in the plural.
_COUNT = re.compile(
    r"(?P<before># ?|n[_ ]|nr[_ ]|num[_ ]?|number[_ ]of[_ ]|total[_ ])?(?P<what>[a-z]{3,20}?)(?P<behind>[_ ](?:count|num|number|total))?"
)
_THINGS = word_set("""
    batch batches boxes clip clips detection detections dialog dialogs doc docs document documents epoch epochs example examples fold folds
    frame frames image images instance instances iteration iterations object objects page pages pair pairs prediction predictions prompt
    prompts query queries question questions record records repeat repeats row rows run runs sample samples seed seeds sentence
    sentences sequence sequences step steps token tokens trial trials user users utterance utterances video videos word words
""")
_SEVERAL = frozenset({word for word in _THINGS if word.endswith("s")} | {"count", "counts"})
_COUNTS_IN_CHINESE = word_set("图片数 图像数 文档数 句子数 问题数 查询数 用户数 条数 行数 运行数 视频数 词数")
# What happens that often in a second is throughput; other things, such as `timeouts_per_second`, may be worse.
COUNTED = word_set("""
    audio batch batches call calls char characters chars doc docs document documents example examples flops frame frames image images
    inference inferences it item items iter iteration iterations its message messages op operation operations ops page pages prediction
    predictions queries query record records request requests row rows sample samples sentence sentences sequence sequences step steps
    token tokens transaction transactions utterance utterances video videos word words gb gib kb kib mb mib tb gbit mbit img imgs req
    reqs tok toks
""")
TRAINING = word_set("train training fit trn 训练")

# Anywhere in a path: what stands there is a spread, a change, a count or a setting, no quality.
VETOES = word_set("""
    baseline change ci confusion count curve cutoff decay decrease delta diff difference drop epoch epochs estimated expected
    gain gap grad gradient headroom improvement increase inv inverse iteration iterations lack lci lcl lower margin matrix
    missing n no non not num number predicted previous pval pvalue quantile ratio reduction required requirement sample
    samples saved saving savings sd se sem size skew skill std stddev stderr stdev stdv step steps support thresh threshold
    thresholds timestamp uci ucl uncertainty upper var variance without 阈值 标准差 标准误 置信区间 方差 数量 个数 样本数
""")

# Anywhere in a path: what negates, fails, bounds, wishes for or undoes what another word says, or is of somebody or something else.
DOUBTS = word_set("""
    ceiling complement complementary contract damaged decreased deducted demanded enemy forgone ideal input irreducible lose losing
    dummy discriminator minimum naive penalized permuted persistence planned profit shuffled signed unclaimed wasted
    above absence absent acceptable allowed anti averted avoidance avoided bad before below between broken budget caught
    competitor competitors corrected correction degraded desired detected dropped eliminated erroneous exceeded exceeding
    expert experts fail failed failing fails failure fake false falsely faulty free freedom goal guaranteed handled
    inaccurate inadequate incorrect incorrectly insufficient invalid limit limits lost low misclassification miss missed
    misses mistaken mitigated never old opponent opponents opposite over permitted poor prev prevented prevention promised
    quota reciprocal recovered recovery reduced ref reference rejected removed resilience resistance resolved reverse
    reversed robustness since skipped sla slo solved sota stopped suppressed target tolerable tolerance tolerated un under
    unmet unresolved unsolved unsuccessful until within wrong wrongly
    banned blacklist blacklisted blocklist blocklisted denied disallowed disfavored dispreferred expired forbidden loser losers obsolete
    outdated prohibited reject rejects rival rivals stale undesired undetected unpreferred unwanted
""")
MISTAKEN = re.compile("mis(?:predict|detect|rank|label|identif|diagnos|recogn)[a-z]*")
CHINESE_DOUBTS = re.compile(
    "[不非未误错假伪反逆负减失漏虚低劣坏没缺欠待拒旧抗扰敌被]|噪(?!比)|零(?!样本)|无(?!监督)|标准$|基准(?!测试)|基线|对照|上一|目标|允许|容许|接受"
    "|公差|预算|上限|下限|阈|期望|预期|要求|避|免|挽回|减少|节省|节约|修复|修正|消除|防止|容忍|容错|权重|系数|下降|降低|变化|波动|偏差"
    "|差异|损耗|输家|恶意|违规|违禁|作弊|垃圾|次品|遗忘|记忆|推断|欺骗|窃取|敏感属性|抄袭|查重|类间|丢弃|浪费|抱怨|(?:侵|诈|骗|弊|盗|刷|黑产|涉黄|色情|赌|毒|暴恐|病毒|逃逸|劫持|利用).{0,3}(?:成功|通过)|(?:数值|浮点|半|混合|单|双|量化|计算|训练|推理)精度"
    "|(?:敏感词|黑名单|屏蔽词|违禁词|过期|陈旧|失效).{0,3}命中|参考|上次|竞品|对手|(?:随机|置换|安慰剂|空模型|人工|人类|教师|历史|多数类)(?:[准精正召查成胜命通覆合满灵特检解采]|$)"
)

# Behind a metric, in a key of its own too, it is another number; `regression_mae` is of another kind.
BEHIND = word_set("""
    alpha beta bias clip coef complement date decline declined deficit degradation degrade degraded deterioration deviation distance
    enabled erosion flag fluctuation fluctuations id index instability lost lr mode name penalty range rank regression regret risk scale
    schedule shortfall type variability variation version violation violations
""")

# Pairs of words that do the same: a p-value is not a quality, and what takes long may be wanted (`time_to_failure`) or not.
# Nobody that learned anything, or a bound; and others that are compared with, or what else that word may say.
GUESSES = "random chance majority null permutation placebo sham untrained oracle teacher"
OTHERS = GUESSES + " human humans control floor ub lb"
VETO_PHRASES = frozenset(
    word_pairs("max", "p", "value values val 值")
    | word_pairs("max", "time seconds minutes hours days latency cost queries attempts tries trials turns rounds", "to")
    | word_pairs("max", "extraction", "success")
    | word_pairs("max", "bug bugs defect defects defective fault faulty", "pass success")
    | word_pairs("max", "in on", "time")
    # `resolved_errors`, as `_kept` writes it
    | word_pairs("max", "?ed", "errors errs failures faults losses mistakes outages violations")
    # formats of numbers, and what happened to nothing
    | word_pairs("max", "float double half single mixed fp bf int uint tf numeric decimal compute amp weight weights", "precision 精度")
    | word_pairs("max", "prompt text token shot shots label", "sensitivity")
    | word_pairs(
        "max",
        "abuse bot fraud gambling intrusion malware phishing porn scam spam theft toxic unauthorized virus",
        "success pass bypass acceptance approval win",
    )
    # how alike texts are where they should not be
    | word_pairs(
        "max",
        "self pairwise copy copied copying duplicate",
        "bertscore bleu bleurt chrf cider codebleu meteor moverscore rouge rougel rougelsum sacrebleu spice",
    )
    | word_pairs("max", "watermark", "removal")
    | word_pairs("max", "bias td time", "error")
    | word_pairs("max", "zero", " ".join(HIGHER | LOWER | {"hit", "pass", "win"}))
    | word_pairs("max", "weight weights", "loss losses")
    | word_pairs("max", "neg negative negated fixed", " ".join(ANYTHING))
    | word_pairs("max", "sensitive", "attribute attributes")
    # of somebody else, whom the model is compared with
    | word_pairs("max", OTHERS, " ".join(FRACTIONS | {"auc", "auroc", "bleu", "cer", "performance", "rmse", "mae", "score", "wer"}))
    | word_pairs("max", " ".join(FRACTIONS), OTHERS)
    | word_pairs(
        "max",
        GUESSES,
        " ".join(HIGHER | LOWER | word_set("avg average balanced exact hit log macro mean micro pass solve top weighted win")),
    )
    # how well two sets of data are told apart, which is no quality of a model
    | word_pairs("max", "c domain", "st classifier")
    | word_pairs("max", "drift shift", " ".join(FRACTIONS | {"auc", "auroc"}))
    # of the training data, or in Turkish
    | word_pairs("max", "tr", "acc accuracy auc err error f1 loss mae mse rmse")
)

# How games and tests end: of `win_loss_rate` nobody knows which of the two it counts.
WON = word_set("hit hits pass passed passes passing solve success successes win winning wins won")
LOST = word_set("defeat defeats fail failed fails failure failures lose losing loss losses lost miss missed misses")

# Anywhere in a path: of harm, where success may be the attacker's, and a share that of what is found or of what is done.
UNWANTED = word_set("""
    adv advbench backdoored contamination copyright fgsm fooling forgotten gcg harmbench impostor impostors inversion members pgd protected
    redteam redteaming targeted triggered unlearn unlearned unlearning verbatim
    adversarial adversaries adversary attack attacker attackers attacks backdoor backdoors bypass bypassed cheating
    deanonymization deception deceptive evade evaded evasion exfiltration exploit exploits forget forgetting hack hacked hacking
    hallucinated hallucination hallucinations harm harmful harmfulness hijack hijacking injection injections jailbreak
    jailbreaking jailbreaks jailbroken leak leakage leaked leaks malicious membership memorisation memorization memorized mia
    misuse nsfw phishing poison poisoned poisoning refusal refusals refused reidentification shortcut shortcuts spoof spoofing
    disinformation misinformation piracy plagiarised plagiarism plagiarized
    spurious stereotype sycophancy toxic toxicity trojan trojans unsafe violence vulnerability vulnerable
    攻击 后门 越狱 泄露 泄漏 幻觉 投毒 毒性 有害 拒答 注入 绕过
""")

FLIPS = word_set("neg negative negated minus")

# Chinese names, known by how they end; of two that fit, the longer one decides (`检出率` ends in neither `错误率` nor `误检率`).
CHINESE: dict[str, Mode] = {
    **dict.fromkeys(
        word_set("准确率 准确度 精确率 精度 查准率 召回率 查全率 正确率 命中率 通过率 成功率 吞吐量 吞吐率 灵敏度 特异度 信噪比"), "max"
    ),
    **dict.fromkeys(word_set("检出率 胜率 合格率 满意度 结构相似度 解决率 采纳率 交并比"), "max"),
    "吞吐": "max",
    **dict.fromkeys(word_set("漏警率 误警率 虚报率 误拒率 误唤醒率 漏唤醒率 误杀率 过杀率 漏杀率 漏放率"), "min"),
    **dict.fromkeys(word_set("显存占用 内存占用 峰值显存 峰值内存 显存峰值 内存峰值"), "min"),
    **dict.fromkeys(
        word_set("损失 损失值 错误率 误差 字错率 词错率 句错率 字错误率 词错误率 误报率 漏报率 误检率 漏检率 误识率 拒识率 失败率 虚警率"),
        "min",
    ),
    **dict.fromkeys(word_set("延迟 时延 耗时 推理耗时 平均延迟 响应时间 困惑度 均方误差 均方根误差 平均绝对误差 实时率"), "min"),
}

NO_SHARES = TRAINING | word_set("""
    average avg balanced bit bits cache char character class cv diarization edge entity equal frame macro max mean median mention min
    node pairwise patch phone phoneme pix pixel px residue slot span syllable tag tile tok token tokens triplet voxel weighted word
    framewise half hamming mlm 平均 加权 宏 字 词 像素 帧 音素 槽位
""")
DIFFERENCES = word_set("corr correlation elbo elo kappa kendall likelihood loglikelihood matthews mcc nse pearson qwk r r2 reward spearman")
# What is better when higher and no part of anything: amounts, decibels, ratings, and logarithms.
NO_PARTS = word_set("""
    auuc bartscore clipscore kge musiq nisqa nse qini rtfx sdri snri utmos visqol vmaf
    bleurt calinski d2 dcg dnsmos dunn elbo elo likelihood loglikelihood mos pesq psnr psnrb qps r2 reward sdr sisdr sisnr snr
    success throughput
""")
# Ratings from 1 to 5 or 10 as well as fractions and percent.
RATED = word_set("cider comet cometkiwi faithfulness groundedness xcomet")
PERCENTABLE = FRACTIONS | word_set("""
    ap auc auroc bleu brier cer chrf der dice hit iou map mape match mer miou mrr ndcg rate rouge rouge1 rouge2 rougel rougelsum sacrebleu
    smape ter top1 top5 wape wer wil wmape
""")
_SPLITS = {
    **dict.fromkeys(word_set("train training trn 训练"), "train"),
    **dict.fromkeys(word_set("val valid validation dev 验证"), "val"),
    **dict.fromkeys(word_set("test eval evaluation holdout 测试 评测 评估"), "test"),
}


# In what something was measured: behind an error it is its unit, behind a quality another metric.
MEASURES = (
    TIMES
    | MEMORY
    | UNITS
    | PRICES
    | word_set("""
    bits bpm celsius cm day days deg ev hpa hz kcal kg khz kj km kwh m meter meters metre metres mev mhz mm mmhg period px rad radians s
""")
)
_SPEEDS = TIMES | THROUGHPUTS
COSTS = _SPEEDS | MEMORY | EXACT | UNITS | PRICES
AMOUNTS = COSTS | COUNTS
_UNBOUNDED = TIMES | MEMORY | EXACT | UNITS | PRICES | COUNTS | {"loss", "losses", "损失"}
_QUALITIES = (HIGHER | LOWER) - COSTS
# What was saved of a cost is none; which way it is better, a sign may turn around.
_SAVED = word_set("gain improvement reduction saved saving savings")
_MEASURED = (HIGHER | LOWER | frozenset(CHINESE) | _SPEEDS | MEMORY) - PRICES
_KNOWN = HIGHER | LOWER | AMOUNTS | _UNBOUNDED | NO_SHARES | VETOES | DIFFERENCES | FLIPS | PERCENTABLE | frozenset(_SPLITS)
"""Every word that a question below asks for."""


_PLAIN = re.compile("[a-z0-9_]*")
# Capitals inside of names that are one word; `mate` is another word in small letters.
_SPELT = {
    "MetricX": "metricx",
    "chrF": "chrf",
    "CIDEr": "cider",
    "RTFx": "rtfx",
    "PCKh": "pckh",
    "SI-SDRi": "si-sdri",
    "SDRi": "sdri",
    "SI-SNRi": "si-snri",
    "SNRi": "snri",
}
_SPELT |= {"mATE": "translation-error", "mASE": "mase", "mAOE": "maoe", "mAVE": "mave", "mAAE": "maae", "minDCF": "mindcf", "t-DCF": "tdcf"}
_SPELT_AGAIN = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(_SPELT, key=len, reverse=True))})(?![a-z])")


# not in milliseconds
_MULTISCALE = re.compile(r"(?i)(?<![a-z])ms[-_ ]?(?=ssim)")
# tokens/s; elsewhere `/` stands between keys
_PER_SECOND = re.compile(rf"(?i)(?<![a-z])({'|'.join(sorted(COUNTED))})/(s|sec|second|min|minute)(?![a-z])")


def _respelt(key: str) -> str:
    """Write names in small letters that have capitals inside and are one word."""
    return _SPELT_AGAIN.sub(lambda found: _SPELT[found[0]], key)


@lru_cache(maxsize=65536)
def words_of(path: str) -> tuple[tuple[str, ...], ...]:
    """Split a path into the lower-case words of each of its keys.

    Examples
    --------
    >>> words_of("val.macroF1"), words_of("exact_match,none")
    ((('val',), ('macro', 'f1')), (('exact', 'match', 'none'),))
    """
    if "ssim" in path.lower():
        path = _MULTISCALE.sub("", path)
    if "/" in path:
        path = _PER_SECOND.sub(r"\1_per_\2", path)
    # most names are written in small letters
    return tuple(
        [
            tuple(_TOKEN.findall(key) if key.islower() else [token.lower() for token in _TOKEN.findall(_respelt(key))])
            for key in split_path(path)
        ]
    )


@lru_cache(maxsize=65536)
def known_words(path: str) -> frozenset[str]:
    """Words of a path that a question below asks for; few different sets, so that what follows from them is worked out once."""
    # of a name in small letters the words are the same where it is not split into keys
    words = _TOKEN.findall(path) if path.islower() and "ssim" not in path else list(chain.from_iterable(words_of(path)))
    known = _KNOWN.intersection(words)
    return _once(known if path.isascii() else known.union(word for word in words if not word.isascii()))


@lru_cache(maxsize=4096)
def _once(words: frozenset[str]) -> frozenset[str]:
    """One object for equal sets of words."""
    return words


@lru_cache(maxsize=65536)
def plain_name(path: str) -> str:
    """Write the last key in lower case with one underscore between words; `@` stays, a filter as in `acc,none` goes.

    Examples
    --------
    >>> plain_name("val.Top-5 Accuracy"), plain_name("gsm8k.exact_match,strict-match"), plain_name("passAtOne")
    ('top_5_accuracy', 'exact_match', 'pass_at_one')
    """
    parts = split_path(path)
    last = parts[-1].partition(",")[0] if parts else ""
    if _PLAIN.fullmatch(last):
        return last.strip("_")
    last = _respelt(last)
    return re.sub(r"[^\w@]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last).lower()).strip("_")


def chinese_ending(word: str, endings: Iterable[str] = CHINESE) -> str:
    """Find the longest of some endings that a word has, an empty text where it has none.

    Examples
    --------
    >>> chinese_ending("测试集字错误率"), chinese_ending("损失权重")
    ('字错误率', '')
    """
    if word.isascii():
        return ""
    return max((ending for ending in endings if word.endswith(ending)), key=len, default="")


def holds_chinese(word: str, parts: Iterable[str]) -> bool:
    """Whether a word holds one of the Chinese parts: Chinese is written without spaces."""
    return not word.isascii() and any(part in word for part in parts if not part.isascii())


@lru_cache(maxsize=65536)
def is_unwanted(path: str) -> bool:
    """Whether a metric is about harm, so that its name does not tell whether that is done, found or resisted.

    Examples
    --------
    >>> [is_unwanted(name) for name in ("attack_success_rate", "jailbreak2.accuracy", "越狱成功率", "robust_accuracy")]
    [True, True, True, False]
    """
    return are_unwanted(chain.from_iterable(words_of(path)))


def are_unwanted(words: Iterable[str]) -> bool:
    """Whether one of the words of a metric is of harm."""
    return any(word.rstrip("0123456789") in UNWANTED or holds_chinese(word, UNWANTED) for word in words)


def is_training(path: str) -> bool:
    """Whether a metric was measured on the data the model was trained on; the time that training took is none.

    Examples
    --------
    >>> [is_training(name) for name in ("train_loss", "train.accuracy", "train_seconds", "val_loss", "训练损失")]
    [True, True, False, False, True]
    """
    return _is_training(known_words(path))


@lru_cache(maxsize=4096)
def _is_training(words: frozenset[str]) -> bool:
    trained = bool(words & TRAINING) or any(holds_chinese(word, TRAINING) for word in words)
    return trained and not _is_cost(words)


def trained_beside(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Metrics (path, dataset) that only what stands beside them shows to be of the training data, by path.

    Keras writes `accuracy` for the training data and `val_accuracy` for the validation data, for any metric; the Trainer of Transformers
    `loss` and `eval_loss`.

    Examples
    --------
    >>> trained_beside({(path, ""): None for path in ("accuracy", "val_accuracy", "loss", "eval_loss", "f1", "eval_f1")})
    {('accuracy', ''): 'val_accuracy', ('loss', ''): 'eval_loss'}
    """
    found = {}
    for path, dataset in names:
        parent, dot, last = path.rpartition(".")
        plain = "loss" if last == "eval_loss" else last.removeprefix("val_")
        key = f"{parent}{dot}{plain}", dataset
        if plain != last and key in names and kind_of_metric(key[0]) == 0:
            found[key] = path
    return found


def is_cost(path: str) -> bool:
    """Whether a metric says what a version costs: time, throughput, memory, size or price.

    Examples
    --------
    >>> [is_cost(name) for name in ("latency_ms", "model_size_mb", "tokens_per_second", "accuracy", "cost_savings")]
    [True, True, True, False, False]
    """
    return _is_cost(known_words(path))


def kind_of_metric(path: str) -> int:
    """In which order metrics are shown: quality 0, then cost 1, then training 2.

    Examples
    --------
    >>> [kind_of_metric(name) for name in ("accuracy", "latency_ms", "train_loss")]
    [0, 1, 2]
    """
    return _kind_of(known_words(path))


@lru_cache(maxsize=4096)
def _kind_of(words: frozenset[str]) -> int:
    return 1 if _is_cost(words) else 2 if _is_training(words) else 0


@lru_cache(maxsize=4096)
def _is_cost(words: frozenset[str]) -> bool:
    return has_word(words, COSTS) and not words & (_QUALITIES | _SAVED)


def is_speed(path: str) -> bool:
    """Whether a metric says how fast something is, so that the software it ran on matters.

    Examples
    --------
    >>> is_speed("latency_ms"), is_speed("tokens_per_second"), is_speed("size_mb")
    (True, True, False)
    """
    return has_word(known_words(path), _SPEEDS)


@lru_cache(maxsize=4096)
def is_count(path: str) -> bool:
    """Whether a metric only counts what was measured, as `images`, `#samples` and `run_count` do: no quality without a direction.

    Examples
    --------
    >>> [is_count(name) for name in ("images", "n_images", "# samples", "val.num_tokens", "run_count", "图片数")]
    [True, True, True, True, True, True]
    >>> [is_count(name) for name in ("n_errors", "accuracy", "word", "#params", "images_per_second")]
    [False, False, False, False, False]
    """
    key = (split_path(path) or [""])[-1].strip().lower()
    found = _COUNT.fullmatch(key)
    if found is None:
        return key in _COUNTS_IN_CHINESE
    marked = bool(found["before"] or found["behind"])
    return found["what"] in (_THINGS if marked else _SEVERAL)


def is_exact(path: str) -> bool:
    """Whether a number is read off rather than measured: a size, a number of parameters, a price.

    Examples
    --------
    >>> [is_exact(name) for name in ("model_size_mb", "n_params", "peak_memory_mb", "size_error")]
    [True, True, False, False]
    """
    return _is_exact(known_words(path))


@lru_cache(maxsize=4096)
def _is_exact(words: frozenset[str]) -> bool:
    return has_word(words, EXACT) and not has_word(words, _MEASURED)


def is_unbounded(path: str) -> bool:
    """Whether a name says that a value in 0 to 1 is not a fraction: a time, a size, a count or a loss."""
    return has_word(known_words(path), _UNBOUNDED)


@lru_cache(maxsize=4096)
def has_word(words: frozenset[str], known: frozenset[str]) -> bool:
    """Whether one of the words is known, or ends in one that is and that is Chinese."""
    return not known.isdisjoint(words) or any(chinese_ending(word, _chinese_of(known)) for word in words)


@lru_cache(maxsize=64)
def _chinese_of(known: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in known if not word.isascii())


def split_names(text: str) -> frozenset[str]:
    """Parts of the data that a key or path names, each under one name: train, val or test.

    Examples
    --------
    >>> sorted(split_names("dev.accuracy")), sorted(split_names("eval_acc")), sorted(split_names("by.a.accuracy"))
    (['val'], ['test'], [])
    """
    return _parts(known_words(text))


@lru_cache(maxsize=4096)
def _parts(words: frozenset[str]) -> frozenset[str]:
    return frozenset(part for name, part in _SPLITS.items() if name in words or holds_chinese(" ".join(words), [name]))
