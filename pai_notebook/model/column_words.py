"""What columns of a stranger's table are called: names of versions, datasets, remarks, ids, and results that are written as texts."""

from __future__ import annotations

import re

from pai_notebook.guides import snake_case
from pai_notebook.model.metric_wholes import HARMLESS
from pai_notebook.model.metric_words import CHINESE, HIGHER, LOWER, PRICES, THROUGHPUTS, TIMES, chinese_ending, word_set, words_of
from pai_notebook.model.settings import is_identity, is_repeat

# What columns with the names of versions are called, the likeliest first.
OF_NAMES = ("version", "run", "model", "name", "checkpoint")
_CALLED = {"tags.mlflow.runName": "version", "版本": "version", "运行": "run", "模型": "model", "名称": "name", "检查点": "checkpoint"}
# What has the names where nothing else has, the likeliest first; Optuna numbers its trials.
_ALSO = (
    *(
        "method",
        "approach",
        "system",
        "algorithm",
        "experiment",
        "config",
        "configuration",
        "variant",
        "方法",
        "算法",
        "实验",
        "配置",
        "变体",
    ),
    *("model_id", "commit", "number", "trial_number", "id", "编号", "序号", "index", "idx", "no", "no.", "#"),
)
# What says on which dataset a row was measured.
_DATASET = re.compile(
    r"datasets?|dataset_id|data_?set|data|(?:eval|test)_?(?:data)?set|splits?|subsets?|tasks?|langs?|languages?|benchmarks?|domains?|category"
    r"|categories|corpus|corpora|env|environments?|class|classes|subjects?|topics?"
    r"|数据集|测试集|评测集|子集|语言|语种|任务|任务名|基准|领域|类别|学科|科目|环境|场景"
)
# Words of columns of texts that say how a run went.
_OF_RESULTS = word_set("status state error exception message note notes comment comments remark remarks reason 状态 备注 说明 原因 错误")
# Columns that say how a run ended, and what they say of one whose numbers are not its result.
_ENDED = word_set("status state run_status run_state 状态 运行状态")
_FAILED = word_set("""
    crashed crash failed failure fail killed error aborted canceled cancelled pruned diverged timeout preempted
    失败 崩溃 中断 终止 出错 异常 取消 超时
""")
# Names of ids and of what tools count for themselves, whole or as the last word.
_IDS = word_set("id ids uuid guid sha hash commit version timestamp date datetime 编号 序号 版本 版本号 时间戳 日期")
_COUNTERS = word_set("index idx row number no nr # pid rank 行号 排名 名次")
_RANK = re.compile(r"rank_test_.*")
# Words of qualities and costs that texts name too: a loss function, fp16, a map of a game.
_ALSO_SET = word_set("d2 loss losses map memory precision reward time 精度 损失 时间 环境")


def word_of_names(column: str) -> str:
    """The word for names of versions that a column is called by, empty for another column.

    Examples
    --------
    >>> word_of_names("VersionName"), word_of_names("版本"), word_of_names("模型名称"), word_of_names("accuracy")
    ('version', 'version', 'model', '')
    """
    word = word_of(column)
    word = _CALLED.get(column, _CALLED.get(word, word))
    return word if word in OF_NAMES else ""


def rank_of_names(column: str) -> int | None:
    """How likely a column that is not called by such a word has the names where no other column has, the likeliest 0; None for others.

    Examples
    --------
    >>> rank_of_names("Method"), rank_of_names("number") > rank_of_names("commit"), rank_of_names("accuracy")
    (0, True, None)
    """
    if word_of(column) in _ALSO:
        return _ALSO.index(word_of(column))
    is_name = word_of(column) != snake_case(column).replace(" ", "_") and not is_of_datasets(column) and not is_identity(column)
    return len(_ALSO) if is_name else None


def word_of(column: str) -> str:
    """The name of a column in small letters, without a word for a name behind it."""
    return snake_case(column).replace(" ", "_").removesuffix("_name").removesuffix("名称") or column


def is_of_datasets(column: str) -> bool:
    """Whether a column says on which dataset a row was measured, by its name.

    Examples
    --------
    >>> [is_of_datasets(column) for column in ("Dataset", "language", "任务名称", "train_data", "optimizer")]
    [True, True, True, False, False]
    """
    return _DATASET.fullmatch(word_of(column)) is not None


def is_remark(column: str) -> bool:
    """Whether a text says how a run went.

    Examples
    --------
    >>> [is_remark(column) for column in ("notes", "error_message", "备注", "optimizer")]
    [True, True, True, False]
    """
    return not _OF_RESULTS.isdisjoint(word_of(column).split("_"))


def tells_rows(column: str) -> bool:
    """Whether a number that is no metric may say what was tried: the id or version of something, a task or class, a rank of LoRA.

    Examples
    --------
    >>> [tells_rows(column) for column in ("task_version", "model_id", "rank", "rank_test_score", "_timestamp", "pid", "start_time")]
    [True, True, True, False, False, False, False]
    """
    word = word_of(column)
    is_one = not _IDS.isdisjoint([word.rpartition("_")[2], word.rpartition(".")[2]]) or word == "rank" or word_of_names(column)
    return (bool(is_one) or is_of_datasets(column)) and not column.startswith("_") and not is_repeat(column)


def says_failed(column: str, value: object) -> bool:
    """Whether a cell says that a run did not end well, so that its numbers are hardly its result.

    Examples
    --------
    >>> says_failed("State", "crashed"), says_failed("state", "TrialState.PRUNED"), says_failed("note", "failed")
    (True, True, False)
    """
    said = str(value).strip().rpartition(".")[2].lower()
    return word_of(column) in _ENDED and said in _FAILED


def is_bookkeeping(column: str) -> bool:
    """Whether a number is an id, a moment or a counter of a tool, or of a dataset, by the name of its column, and so no metric.

    Examples
    --------
    >>> [is_bookkeeping(column) for column in ("model_id", "_runtime", "start_time", "Version", "#", "c_index", "latency", "fid")]
    [True, True, True, True, True, False, False, False]
    """
    word = word_of(column)
    is_id = not _IDS.isdisjoint([word.rpartition("_")[2], word.rpartition(".")[2]]) or word in _COUNTERS
    return column.startswith("_") or is_id or is_of_datasets(column) or is_identity(column) or _RANK.fullmatch(word) is not None


def is_result(column: str) -> bool:
    """Whether texts are results that are written otherwise, as the column is called by a quality or a cost.

    Examples
    --------
    >>> [is_result(column) for column in ("accuracy", "F1 (macro)", "latency_ms", "准确率", "loss", "optimizer", "accuracy_note")]
    [True, True, True, True, False, False, False]
    """
    words = [word for key in words_of(column) for word in key]
    while len(words) > 1 and HARMLESS.fullmatch(words[-1]):
        words.pop()
    last = words[-1] if words else ""
    ending = chinese_ending(last, CHINESE)
    return last not in _ALSO_SET and (last in HIGHER | LOWER | TIMES | THROUGHPUTS | PRICES or (bool(ending) and ending not in _ALSO_SET))
