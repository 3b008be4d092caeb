"""Metrics that two versions probably mean alike and name in two ways, such as `acc,none` and `accuracy`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pai_notebook.comparison.rows import Row, is_blank
from pai_notebook.model.metric_scales import says_percent, without_percent
from pai_notebook.model.nearest import nearest

# Names of one metric each, as libraries and harnesses write them; the first stands for all.
_SYNONYMS = {
    other: names.partition(" ")[0]
    for names in (
        "accuracy acc accuracy_score top_1 top1 top_1_accuracy top1_accuracy acc1",
        "balanced_accuracy bal_acc balanced_acc balanced_accuracy_score",
        "f1 f1_score f_1 f1score",
        "macro_f1 f1_macro f1_macro_avg macro_f1_score",
        "micro_f1 f1_micro f1_micro_avg micro_f1_score",
        "weighted_f1 f1_weighted weighted_f1_score",
        "auc roc_auc auroc auc_roc roc_auc_score",
        "auprc pr_auc auc_pr aucpr",
        "average_precision ap average_precision_score",
        "map mean_average_precision",
        "exact_match em",
        "precision precision_score ppv",
        "recall recall_score sensitivity tpr",
        "mcc matthews_corrcoef matthews_correlation",
        "wer word_error_rate",
        "cer char_error_rate character_error_rate",
        "mse mean_squared_error",
        "rmse root_mean_squared_error",
        "mae mean_absolute_error",
        "mape mean_absolute_percentage_error",
        "r2 r2_score r_squared",
        "perplexity ppl",
        "bleu bleu_score",
        "log_loss logloss",
    )
    for other in names.split()
}


_DIGITS = re.compile(r"\d+")
_BETWEEN_WORDS = re.compile(r"[ -]+")


def near_dataset(name: str, known: Iterable[str]) -> str:
    """Find the dataset whose name is nearly that of another; empty for none, and for one of a series, which differs in its number.

    Examples
    --------
    >>> near_dataset("wine_holdout", ["wine-holdout", "wine-noisy"]), near_dataset("d-2", ["d-1"])
    ('wine-holdout', '')
    """
    return next((each for each in nearest(name, known) if _DIGITS.sub("", each) != _DIGITS.sub("", name)), "")


def near_rows(rows: Iterable[Row], baseline: int) -> dict[int, list[tuple[Row, Row]]]:
    """Pair metrics that a version states and the baseline lacks with those that the baseline states and it lacks, by positions.

    Parameters
    ----------
    rows : iterable of Row
        Metrics.
    baseline : int
        Position of the baseline.
    """
    alike: dict[tuple[str, str], list[Row]] = {}
    rows = list(rows)
    # names that say percent, without that
    percent = frozenset(without_percent(row.path).casefold() for row in rows if says_percent(row.path))
    for row in rows:
        meaning = _meaning(row.path, percent)
        if meaning is not None and not row.is_evidence:
            alike.setdefault(meaning, []).append(row)
    found: dict[int, list[tuple[Row, Row]]] = {}
    for group in alike.values():
        if len({row.path for row in group}) == 1:
            continue
        known = [row for row in group if not is_blank(row.cells[baseline])]
        labels = {_dataset(row): row for row in known}
        for row in group:
            if not is_blank(row.cells[baseline]):
                continue
            near = _dataset(row) if _dataset(row) in labels else near_dataset(_dataset(row), labels)
            for other in known:
                if _dataset(other) == near and _are_two(row.path, other.path):
                    places = [place for place, cell in enumerate(row.cells) if not is_blank(cell) and is_blank(other.cells[place])]
                    for place in places:
                        found.setdefault(place, []).append((row, other))
    return found


def _dataset(row: Row) -> str:
    return row.key.label or row.dataset


def _meaning(path: str, percent: frozenset[str]) -> tuple[str, str] | None:
    """Where a metric stands, and the name that stands for all of its names; None for one that is known by one name."""
    plain = without_percent(path).casefold()
    above, _, last = plain.rpartition(".")
    word = _SYNONYMS.get(_BETWEEN_WORDS.sub("_", last.partition(",")[0]), last if plain in percent else None)
    return None if word is None else (above, word)


def _are_two(path: str, other: str) -> bool:
    """Whether names differ in more than case, which is told of all names, and not in the filter of a harness alone."""
    filters = {each.partition(",")[2] for each in (path, other)}
    return path.casefold() != other.casefold() and ("" in filters or len(filters) == 1)
