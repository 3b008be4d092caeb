"""Numbers of examples of one part of the data: `n_test` beside `test_accuracy`, as `n` in an object `test` is."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

from pai_notebook.model.evidence_names import EvidenceName
from pai_notebook.model.evidence_words import Role, fold
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_scales import is_share
from pai_notebook.model.metric_words import words_of

# Path and dataset of a metric.
_Key = tuple[str, str]
# Words for one part of the data, each under one name: `eval` beside `test` may be another one.
_PARTS = {
    **dict.fromkeys(("val", "valid", "validation", "验证", "验证集"), "val"),
    **dict.fromkeys(("test", "测试", "测试集"), "test"),
    **dict.fromkeys(("eval", "evaluation", "评测", "评测集", "评估", "评估集"), "eval"),
    **dict.fromkeys(("dev", "holdout"), ""),
}
_PART = "|".join(_PARTS)
_COUNT = re.compile(
    rf"(?:n|num|nobs|support)_(?P<behind>{_PART})(?:_(?:samples|examples|items|size))?"
    rf"|(?P<before>{_PART})_?(?:(?:n|num)_(?:samples|examples)|n|nobs|n_obs|support|samples|examples|set_size|sample_size|size|样本数量?|样本量)"
    rf"|(?:样本数量?|样本量)_?(?P<last>{_PART})"
)

# Averages over classes in a classification report of scikit-learn, and those that each has which has averages.
IN_EVERY_REPORT = "macro avg", "weighted avg"
AVERAGES = frozenset({*IN_EVERY_REPORT, "micro avg", "samples avg"})
# What such a report has of each class.
OF_CLASSES = "precision", "recall", "f1-score", "support"


@lru_cache(maxsize=65536)
def part_counted(path: str) -> str:
    """Which part of the data a name counts the examples of; empty for every other name.

    Examples
    --------
    >>> [part_counted(name) for name in ("n_test", "val_samples", "num_validation_examples", "测试样本数", "n", "test_accuracy")]
    ['test', 'val', 'val', 'test', '', '']
    """
    found = _COUNT.fullmatch(fold((split_path(path) or ("",))[-1]))
    word = next(filter(None, found.groups()), "") if found else ""
    return _PARTS.get(word, "") or word


def parts_named(path: str) -> frozenset[str]:
    """Parts of the data that the last key of a metric names.

    Examples
    --------
    >>> sorted(parts_named("valid_accuracy")), sorted(parts_named("测试集准确率")), sorted(parts_named("accuracy"))
    (['val'], ['test'], [])
    """
    words = (words_of(path) or ((),))[-1]
    chinese = [part for part in _PARTS if not part.isascii() and any(part in word for word in words if not word.isascii())]
    return frozenset(_PARTS[word] or word for word in (*words, *chinese) if word in _PARTS)


def counts_of_parts(
    names: Iterable[_Key], read: Collection[_Key], numbers: Callable[[_Key], Mapping[int, float]]
) -> dict[_Key, EvidenceName]:
    """Read the numbers of examples of parts of the data of which a metric stands beside them, as if each stood in an object of its part."""
    names = list(names)
    counting = {key: part for key in names if key not in read and (part := part_counted(key[0]))}
    if not counting:
        return {}
    measured = {(key[1], split_path(key[0])[:-1], part) for key in names if key not in counting for part in parts_named(key[0])}
    # in Chinese that of the test set is how the number of examples is called where no metric names a part
    plain = {(dataset, split_path(path)[:-1]) for path, dataset in names if is_share(path) and not parts_named(path)}
    tested = {
        key: EvidenceName(Role.EXAMPLES, split_path(key[0])[:-1], sibling=True)
        for key, part in counting.items()
        if part == "test" and not key[0].isascii() and (key[1], split_path(key[0])[:-1]) in plain and _are_counts(numbers(key))
    }
    return tested | {
        key: EvidenceName(Role.EXAMPLES, (*above, part), sibling=True)
        for key, part in counting.items()
        if (key[1], above := split_path(key[0])[:-1], part) in measured and _are_counts(numbers(key))
    }


def reports_among(names: Iterable[_Key]) -> dict[tuple[str, tuple[str, ...]], str]:
    """Find the objects, with their dataset, that hold a class each and their averages, and the path that counts all examples of each.

    It is empty where an example may have several classes or none of them, as reports with other averages say.

    Examples
    --------
    >>> reports_among([("test.cat.support", ""), ("test.macro avg.support", "")])
    {('', ('test',)): 'test.macro avg.support'}
    >>> reports_among([("macro avg.support", ""), ("micro avg.support", "")])
    {('', ()): ''}
    """
    found: dict[tuple[str, tuple[str, ...]], str] = {}
    for path, dataset in names:
        keys = split_path(path)
        if keys[-1:] == ("support",) and keys[-2:-1] and keys[-2].endswith("avg"):
            place = dataset, keys[:-2]
            found[place] = path if keys[-2] in IN_EVERY_REPORT and found.get(place, path) else ""
    return found


def _are_counts(stated: Mapping[int, float]) -> bool:
    # `test_size` is a share of the data as often
    return bool(stated) and all(number > 1 and number % 1 == 0 for number in stated.values())
