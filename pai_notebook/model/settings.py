"""Settings of a version: the leaves of its specs, by name; with labels, which of them say nothing of what was tried."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import described
from pai_notebook.calls import checked
from pai_notebook.display import Brief
from pai_notebook.i18n.phrases import say
from pai_notebook.model.differing import Differing
from pai_notebook.model.document import copy_json
from pai_notebook.model.equality import value_key
from pai_notebook.model.fields import catalogue, leaves
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import text_of
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import counted
from pai_notebook.model.resolving import resolve
from pai_notebook.model.setting_words import is_hyperparameter

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

# What settings of labels begin with.
LABELS = "labels."

# Words of settings that people look at first, the most important first.
FIRST_SETTINGS = ("learning_rate", "lr", "epoch", "steps", "batch", "max_length", "optimizer", "weight_decay", "warmup", "lora", "dropout")

Leaves = dict[str, Any]

_IGNORED_SPECS = ("extra_info", "options")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_OWNERS = frozenset(
    {"creator", "experiment", "instance", "job", "node", "owner", "pipeline", "request", "run", "session", "task", "trace", "trial", "user"}
)
_PEOPLE = frozenset(
    {"assignee", "author", "contact", "creator", "maintainer", "owner", "submitter", "user"}
    | {"作者", "创建人", "创建者", "拥有者", "所有者", "提交人", "提交者", "用户", "维护人", "维护者", "联系人", "负责人"}
)
_TARGETS = frozenset({"artifact", "artifacts", "checkpoint", "checkpoints", "log", "logs", "output", "outputs", "tensorboard"})
_TIMES = frozenset({"timestamp", "gmt"})
_REPEATS = frozenset({"repeat", "repetition", "replicate", "rerun", "run", "trial", "重复", "试验"})
# Words of settings that say how far one training had come, and words before them.
_STEPS = frozenset({"step", "epoch", "iteration", "iter", "轮次", "当前步", "当前步数", "当前轮数"})
_BEFORE_STEPS = frozenset({"global", "train", "training", "trainer", "current", "checkpoint"})
# Whose ids are those of one training.
_RUNS = frozenset({"run", "job", "trial"})
# Seeds that mean another one each time, and specs whose seeds are not those of the training.
_NO_SEED, _AFTER_TRAINING = (None, "", -1), ("evaluation_spec.", "inference_spec.")
# Words that say that a number follows.
_NUMBERS = frozenset({"id", "idx", "index", "no", "nr", "num", "number", "编号", "序号"})
# Chinese is written without spaces, so a word for a seed ends in this; 折数 is no fold but how many there are.
_SEED, _FOLDS = "种子", frozenset({"fold", "折", "折号", "折次", "第几折", "折编号", "折序号", "交叉验证折"})
_CHINESE_REPEATS = frozenset({"重复编号", "重复序号", "运行编号", "运行序号", "试验编号", "试验序号", "第几次"})
_MOMENTS = frozenset(
    {"create", "created", "end", "ended", "finish", "finished", "modified", "start", "started", "submit", "update", "updated"}
)


def _words(path: str) -> list[str]:
    """Words of the last key of a path, in lower case."""
    keys = split_path(path)
    return [word.lower() for word in _WORD.findall(keys[-1])] if keys else []


def is_identity(path: str) -> bool:
    """Whether a leaf names a run, a person, a moment or a place for output, by the words of its last key.

    Examples
    --------
    >>> [is_identity(path) for path in ("JobId", "owner", "Outputs.model.OutputUri", "GmtCreateTime", "Inputs.train.InputUri", "seed")]
    [True, True, True, True, False, False]
    """
    words = _words(path)
    if not words:
        return False
    found = set(words)
    names = words[-1] in ("id", "ids", "name") and bool(found & _OWNERS)
    moment = bool(found & _TIMES) or (words[-1] in ("time", "at", "date") and bool(found & _MOMENTS))
    place = words[-1] in ("uri", "url", "path", "dir", "directory", "key", "bucket") and bool(found & _TARGETS)
    person = len(words) == 1 and words[0] in _PEOPLE
    return names or person or moment or place or split_path(path)[0] in ("Outputs", "outputs")


def is_seed(path: str) -> bool:
    """Whether a leaf only says which random numbers a run had, by the words of its last key.

    Examples
    --------
    >>> [is_seed(path) for path in ("HyperParameters.seed", "random_state", "randomSeed", "随机种子", "seed_layer", "lr")]
    [True, True, True, True, False, False]
    """
    words = _words(path)
    return bool(words) and (words[-1] in ("seed", "rng") or words[-2:] == ["random", "state"] or words[-1].endswith(_SEED))


def looks_set(path: str) -> bool:
    """Whether a number is called as settings are, so that it may have been taken for a metric.

    Examples
    --------
    >>> [looks_set(path) for path in ("dropout", "seed", "batch_size", "lr", "fold", "accuracy", "train.loss")]
    [True, True, True, True, True, False, False]
    """
    return is_seed(path) or is_fold(path) or is_hyperparameter(path)


def is_repeat(path: str) -> bool:
    """Whether a leaf only tells repeats of one experiment apart: a seed, a date, or the number of a fold, a repeat, a run or a trial.

    Examples
    --------
    >>> [is_repeat(path) for path in ("HyperParameters.seed", "fold", "run_index", "date", "n_folds", "data_date", "lr")]
    [True, True, True, True, False, False, False]
    """
    moment = not _without_number(path) and bool(_words(path))
    return is_identity(path) or moment or _is_numbered(path)


def _without_number(path: str) -> list[str]:
    words = _words(path)
    return words[:-1] if words[-1:] and words[-1] in (*_NUMBERS, "date", "datetime") else words


def _is_numbered(path: str) -> bool:
    """Whether a leaf is a seed, or the number of a fold, a repeat, a run or a trial."""
    words = _without_number(path)
    return is_seed(path) or is_fold(path) or (len(words) == 1 and words[0] in _REPEATS) or not _CHINESE_REPEATS.isdisjoint(_words(path))


def is_step(path: str) -> bool:
    """Whether a leaf says how far one training had come.

    Examples
    --------
    >>> [is_step(path) for path in ("HyperParameters.step", "trainer/global_step", "epoch", "epochs", "max_step")]
    [True, True, True, False, False]
    """
    words = _words(path)
    return bool(words) and words[-1] in _STEPS and _BEFORE_STEPS.issuperset(words[:-1])


def tells_runs(path: str) -> bool:
    """Whether a leaf tells runs of one experiment apart, or how far a run had come.

    Examples
    --------
    >>> [tells_runs(path) for path in ("seed", "fold", "run_id", "step", "user_id", "lr")]
    [True, True, True, True, False, False]
    """
    return is_step(path) or _is_numbered(path) or is_run_id(path)


def is_run_id(path: str) -> bool:
    """Whether a leaf is the id of the run, job or trial that made a version.

    Examples
    --------
    >>> [is_run_id(path) for path in ("run_id", "JobId", "run", "owner")]
    [True, True, False, False]
    """
    return is_identity(path) and not _RUNS.isdisjoint(_words(path))


def is_fold(path: str) -> bool:
    """Whether a leaf says which part of the data a version was tested on, in cross-validation.

    Examples
    --------
    >>> [is_fold(path) for path in ("HyperParameters.fold", "cv_fold", "fold_index", "折", "n_folds", "折数")]
    [True, True, True, True, False, False]
    """
    words = _words(path)
    return not _FOLDS.isdisjoint(words[-2:] if words[-1:] and words[-1] in _NUMBERS else words[-1:])


@checked
class SpecSettings(Brief, Mapping[str, Any]):
    """Settings of a version by dotted path; the end of one path, such as `lr`, is enough.

    Parameters
    ----------
    values : mapping of Name to value
        The leaves of the specs, as sent.

    Examples
    --------
    >>> from pai_notebook import ModelVersion
    >>> spec = {"AlgorithmName": "SVC", "HyperParameters": [{"Name": "gamma", "Value": "0.2"}]}
    >>> settings = ModelVersion.from_document({"VersionName": "0.1.0", "TrainingSpec": spec}, "model-a").settings
    >>> settings["gamma"], list(settings)
    ('0.2', ['training_spec.AlgorithmName', 'training_spec.HyperParameters.gamma'])
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[Name, Any]) -> None:
        self._values = dict(values)

    _leads_to = (("ModelVersion", "version"),)

    def _stands_for(self, name: str) -> str:
        return f"settings[{name!r}]" if name in self else ""

    def __getitem__(self, name: str) -> Any:
        """Return the value of a setting, by its path or the end of it.

        Raises
        ------
        NameNotFound
            When there is none, or several paths end so; a KeyError too.
        """
        if not isinstance(name, str):
            raise TypeError(str(say("settings[{name}]: the name of a setting is text, such as settings['lr']", name=described(name))))
        return copy_json(self._values[resolve(name, self._values, missing="no setting {text!r}")])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        return (name.full for name in self._values)

    def __len__(self) -> int:
        return len(self._values)

    def _brief(self) -> str:
        return counted(len(self), "setting")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)


def spec_settings(version: ModelVersion) -> dict[Name, Any]:
    """Leaves of the specs of a version."""
    specs = [info for info in catalogue([version]) if info.kind == "spec" and info.name not in _IGNORED_SPECS]
    return {Name(info.name, path): leaf for info in specs for path, leaf in leaves(version, info).items()}


def settings_of(version: ModelVersion) -> Leaves:
    """Leaves of specs and labels of a version."""
    found: Leaves = {f"{LABELS}{key}": value for key, value in version.labels.by_key.items()}
    return found | {name.full: leaf for name, leaf in spec_settings(version).items()}


def tried_settings(versions: Iterable[ModelVersion]) -> tuple[list[Leaves], set[str]]:
    """Settings of each version without those that name a run; and the paths of these."""
    settings = [settings_of(version) for version in versions]
    named = {path for path in set[str]().union(*settings) if is_identity(path.partition(".")[2])}
    return [{path: leaf for path, leaf in each.items() if path not in named} for each in settings], named


def differing_settings(versions: Sequence[ModelVersion], count: int) -> dict[str, list[str]]:
    """The first settings of specs that tell versions apart, by their paths, and what each version has of them; labels are not among them.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> make = lambda lr: ModelVersion.from_document(
    ...     {"VersionName": "0.1.0", "TrainingSpec": {"HyperParameters": {"lr": lr, "epochs": 3}}}
    ... )
    >>> differing_settings([make(0.1), make(0.2)], 4)
    {'training_spec.HyperParameters.lr': ['0.1', '0.2']}
    """
    settings, _ = tried_settings(versions)
    found: dict[str, list[str]] = {}
    for path in dict.fromkeys(path for each in settings for path in each if not path.startswith(LABELS)):
        values = [each.get(path) for each in settings]
        alike = len({value_key(value) for value in values}) == 1
        if len(found) < count and not alike and not any(type(value) is Differing for value in values):
            found[path] = ["" if value is None else text_of(value) for value in values]
    return found


def runs_of(members: Sequence[ModelVersion], *, folds: bool) -> list[Hashable]:
    """Give the run of each member, of folds the fold: two that are equal are results of one training, or one result given twice.

    Those of one run have the same settings but for steps, ids and dates, and the same seed or number, else the same id of a run; where
    neither is stated, only those that differ in a step are of one.
    """
    settings = [settings_of(member) for member in members]
    kinds = {path: path.partition(".")[2] for each in settings for path in each}
    if folds:
        paths = sorted(path for path, rest in kinds.items() if is_fold(rest))
        return [tuple(value_key(each.get(path)) for path in paths) for each in settings]
    steps = {path for path, rest in kinds.items() if is_step(rest)}
    ids = {path for path, rest in kinds.items() if is_run_id(rest)}
    numbers = {path for path, rest in kinds.items() if _is_numbered(rest) and not is_identity(rest)}
    told = numbers | {path for path, rest in kinds.items() if path not in steps and not is_repeat(rest)}
    found: list[tuple[bool, Hashable]] = []
    steps_of: dict[Hashable, set[Hashable]] = {}
    for each in settings:
        is_told = any(each.get(path) not in _NO_SEED and not path.startswith(_AFTER_TRAINING) for path in numbers)
        known = {path: value_key(value) for path, value in each.items()}
        run = frozenset((path, key) for path, key in known.items() if path in told or (path in ids and not is_told))
        found.append((is_told or not ids.isdisjoint(known), run))
        steps_of.setdefault(run, set()).add(frozenset((path, key) for path, key in known.items() if path in steps))
    return [run if is_one or len(steps_of[run]) > 1 else place for place, (is_one, run) in enumerate(found)]
