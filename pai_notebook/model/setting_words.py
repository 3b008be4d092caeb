"""The names of hyperparameters: what numbers are called that were set rather than measured."""

from __future__ import annotations

import re

from pai_notebook.guides import snake_case
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_words import HIGHER, LOWER

# What may stand before a size, a dimension or a length that is set; those of models and files are measured.
_SIZED = (
    "batch|bucket|buffer|beam|block|chunk|codebook|context|crop|embed|embedding|ensemble|feature|ff|ffn|filter|grid|group|head|hidden"
    "|image|img|input|intermediate|kernel|latent|layer|mlp|parallel|patch|pool|population|pp|projection|prompt|queue|seq|sequence|step"
    "|test|text|tile|tp|train|training|val|vocab|vocabulary|window|world"
)
# What is counted before training: n_estimators, num_layers, max_tokens.
_COUNTED = (
    "beams|bins|blocks|clusters|components|convs|dims|draws|envs|epochs|estimators|experts|features|fewshots?|few_shots?|filters|gpus"
    "|heads|attention_heads|hidden_layers|iterations?|iters?|kernels|layers|leaves|levels|nodes|hidden_units|neighbors|neighbours|new_tokens|shots?"
    "|splines|embd|head|layer|stages|steps|threads|tokens|train_epochs|training_epochs|train_steps|training_steps|trees|units|workers"
)
_ANYWHERE = (
    # before these any part of a model or of a training may stand, as in head_lr and attention_dropout
    "lr(?:_?[0-9]|_pg[0-9]|_decay|_gamma|_min|_max|_init|_start|_end|_peak|_ratio|_mult|_multiplier|_factor|_power|_warmup)?"
    "|learning_?rate|weight_?decay(?:_rate)?|dropout(?:_rate|_prob|_p)?|drop_?(?:rate|path|out)|batch_?size|momentum|label_smoothing"
    "|warmup(?:_steps|_ratio|_epochs|_iters|_proportion)?|accum(?:ulation)?_steps|grad(?:ient)?_accum(?:ulation)?|clip_(?:norm|grad|value)"
    "|max_grad_norm|grad(?:ient)?_clip(?:ping)?|(?:repetition|presence|frequency|length)_penalty"
    "|lora_(?:r|rank|alpha|dropout)|seq(?:uence)?_len(?:gth)?|max_(?:len(?:gth)?|depth)|d_model|d_ff"
)
_WHOLE = (
    "(?:(?:train|eval|micro|mini|global)_)?batch|(?:(?:sampling|softmax)_)?temperature|top_?[pk]|min_p|(?:max_)?n_?gram"
    "|(?:(?:conf|iou|score|decision|similarity|confidence|nms)_)?thres(?:h|hold)?|wd|bs|eta|eta0|tol|l1_ratio|l[12]_(?:reg|regularization|penalty)|reg_(?:alpha|lambda)|(?:kl|entropy)_coef(?:f|ficient)?|target_kl|clip_ratio|alpha|beta|beta_?[12]|adam_(?:beta_?[12]|epsilon)|gamma|lambda_?|epsilon"
    "|depth|num_leaves|min_(?:samples_(?:leaf|split)|child_weight|child_samples|data_in_leaf|split_gain)|subsample|colsample_by[a-z]+"
    "|(?:bagging|feature|train|data|sample|sampling)_(?:fraction|frac)|max_(?:features|bin|leaf_nodes|samples)|degree|coef0"
    "|imgsz|resolution|stride|width_mult|chunk_overlap|ema_decay|epochs|steps|layers|heads|filters|hidden_units|shots|fewshot|few_?shot|[nk]_shot|hidden|units"
    "|gpus|gpu_count|concurrency|max_concurrency|request_rate|(?:input|output|prompt)_len|max_num_seqs|sampl(?:e|ing)_rate|bits|bit_?width"
    "|(?:embedding|hidden)_dimension|dim|discount|gae_lambda|clip_range|ent_coef|vf_coef|guidance_scale|cfg_scale|cfg"
)
_NAME = re.compile(
    rf"(?:[a-z0-9_]+_)?(?:{_ANYWHERE})|{_WHOLE}"
    rf"|(?:[a-z0-9]+_)*(?:{_SIZED})_?(?:size|dim)|(?:context|max_[a-z]+|prompt)_(?:len(?:gth)?|size)"
    rf"|(?:n|num|max|total|nb|number_of)_(?:{_COUNTED})|(?:train|training|eval|accum)_(?:epochs|steps)|(?:n|num)_?bits|n_ctx"
)
# What came out of a training, and what counts something in a time.
_RESULTS = re.compile(r"(?:^|_)(?:best|final|optimal|stopped|early|per(?!_device)|time|avg|mean|(?<!max_)grad_norm)(?:_|$)")
_CHINESE = re.compile(
    ".*(?:学习率|批大小|批量大小|批次大小|批处理大小|批尺寸|批量|隐藏层大小|窗口大小|卷积核大小|权重衰减|衰减系数|衰减率|丢弃率|失活率|dropout率|动量|预热步数|预热比例|温度|采样温度|最大长度|序列长度"
    "|隐藏层?维度|隐藏单元数|嵌入维度|网络层数|层数|头数|注意力头数|最大深度|树的?深度|树的?数量|树数|正则化?系数|标签平滑|梯度累积步数|梯度裁剪|上下文长度)"
    "|(?:最大|训练|总)?(?:轮数|步数|迭代次数|训练轮次)|阈值|示例数|样例数|并发数|卡数|GPU数量?"
)


_SCHEDULED = re.compile(r"(?<![^/_.])(?:lr|learning_?rate|学习率)(?![^/_.-])")
_OF_GROUP = re.compile(r"(?:.*[/.])?(?:lr|learning_?rate)[/-][^/]+")


def is_scheduled(path: str) -> bool:
    """Whether a schedule sets a number anew in every step of a training.

    Examples
    --------
    >>> [is_scheduled(name) for name in ("lr", "train/learning_rate", "lr/pg0", "lr-Adam", "dropout")]
    [True, True, True, True, False]
    """
    return _SCHEDULED.search(snake_case(path)) is not None


def is_of_group(path: str) -> bool:
    """Whether a rate is that of one group of parameters, which trainers log in every step and nobody sets by this name.

    Examples
    --------
    >>> [is_of_group(name) for name in ("lr/pg0", "lr-Adam", "lr", "train/lr")]
    [True, True, False, False]
    """
    return _OF_GROUP.fullmatch(snake_case(path)) is not None


def is_hyperparameter(path: str) -> bool:
    """Whether a number is called as one that was set.

    Examples
    --------
    >>> [is_hyperparameter(name) for name in ("lr", "Batch Size", "max_depth", "n_estimators", "train/lr", "head.dropout", "学习率", "C")]
    [True, True, True, True, True, True, True, True]
    >>> [is_hyperparameter(name) for name in ("acc_top_k", "best_epoch", "steps_per_second", "model_size", "epoch_time", "损失", "n", "c")]
    [False, False, False, False, False, False, False, False]
    """
    keys = split_path(path)
    last = keys[-1].strip() if keys else ""
    if last == "C" or _CHINESE.fullmatch(last):
        return True
    name = re.sub(r"[ \-/.]+", "_", snake_case(last))
    is_measured = _RESULTS.search(name) is not None or not (HIGHER | LOWER).isdisjoint(name.replace("iou_thres", "").split("_"))
    return _NAME.fullmatch(name) is not None and not is_measured
