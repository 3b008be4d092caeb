"""Metric and dataset in one name, as `accuracy@d-a` is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pai_notebook.model.evidence_names import behind_metric

# A metric with where it is cut off or held, and what is said of it: recall@5, mAP@0.5:0.95, pass@k, pass@1_stderr, tpr@fpr=0.01.
_CUT = re.compile(
    r"[^@]+@(?:(?:(?:top|iou|k|fpr|far|fnr|frr|precision|recall|specificity|sensitivity|threshold)[-_]?=?)?[0-9][0-9.:\\]*(?:e-[0-9]+)?%?|k)"
    r"(?:_[^@]*)?(?=@|$)",
    re.IGNORECASE,
)


def key_of(name: str) -> tuple[str, str]:
    """Metric and dataset in a name; a cut-off, as in `recall@5`, is no dataset and part of the metric.

    Examples
    --------
    >>> key_of("accuracy@d-a"), key_of("recall@5@d-a"), key_of("tpr@fpr=0.01"), key_of("accuracy")
    (('accuracy', 'd-a'), ('recall@5', 'd-a'), ('tpr@fpr=0.01', ''), ('accuracy', ''))
    """
    cut = _CUT.match(name)
    return (cut[0], name[cut.end() + 1 :]) if cut else (name.partition("@")[0], name.partition("@")[2])


def keys_of(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Metric and dataset of each of several names, of which some say something of others.

    Examples
    --------
    >>> keys_of(["accuracy@d-a", "accuracy@d-a_stderr"])["accuracy@d-a_stderr"]
    ('accuracy_stderr', 'd-a')
    """
    keys = {name: key_of(name) for name in names}
    known = set(keys.values())
    return {name: behind_metric(*key, known) for name, key in keys.items()}
