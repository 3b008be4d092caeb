"""Leaves of specs and labels that name a run rather than describe it, so that they differ between any two versions."""

from __future__ import annotations

import re

from pai_notebook.model.flatten import split_path

__all__ = ["is_identity", "is_seed"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_OWNERS = frozenset(
    {"creator", "experiment", "instance", "job", "node", "owner", "pipeline", "request", "run", "session", "task", "trace", "trial", "user"}
)
_TARGETS = frozenset({"artifact", "artifacts", "checkpoint", "checkpoints", "log", "logs", "output", "outputs", "tensorboard"})
_TIMES = frozenset({"timestamp", "gmt"})
_MOMENTS = frozenset(
    {"create", "created", "end", "ended", "finish", "finished", "modified", "start", "started", "submit", "update", "updated"}
)


def is_identity(path: str) -> bool:
    """Whether a leaf names a run, a person, a moment or a place for output, by the words of its last key.

    Examples
    --------
    >>> [is_identity(path) for path in ("JobId", "Outputs.model.OutputUri", "GmtCreateTime", "Inputs.train.InputUri", "seed")]
    [True, True, True, False, False]
    """
    keys = split_path(path)
    words = [word.lower() for word in _WORD.findall(keys[-1])] if keys else []
    if not words:
        return False
    found = set(words)
    names = words[-1] in ("id", "ids", "name") and bool(found & _OWNERS)
    moment = bool(found & _TIMES) or (words[-1] in ("time", "at", "date") and bool(found & _MOMENTS))
    place = words[-1] in ("uri", "url", "path", "dir", "directory", "key", "bucket") and bool(found & _TARGETS)
    return names or moment or place or keys[0] in ("Outputs", "outputs")


def is_seed(path: str) -> bool:
    """Whether a leaf only says which random numbers a run had, by the words of its last key.

    Examples
    --------
    >>> [is_seed(path) for path in ("HyperParameters.seed", "random_state", "randomSeed", "seed_layer", "lr")]
    [True, True, True, False, False]
    """
    keys = split_path(path)
    words = [word.lower() for word in _WORD.findall(keys[-1])] if keys else []
    return bool(words) and (words[-1] in ("seed", "rng") or words[-2:] == ["random", "state"])
