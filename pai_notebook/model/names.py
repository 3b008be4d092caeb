"""Names of a version's values, and every text that means one exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from itertools import count

from pai_notebook.guides import snake_case
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import natural_key, split_path, unescaped
from pai_notebook.model.nearest import dataset_nicks
from pai_notebook.sanitize import printable

# What a condition reads as a name.
_BARE = re.compile(r"[^\W\d](?:[\w.@/:%\\]|-(?=\w))*+")


@dataclass(frozen=True, slots=True)
class Name:
    """The name of one value: its section, path and dataset.

    Attributes
    ----------
    section : str
        `metrics`, `labels`, the name of a spec, or empty for a plain field.
    path : str
        A metric's or a spec's dotted path, keys with dots of their own escaped; a label's key; the name of a field.
    dataset : str
        The dataset of a metric; empty where none is named.
    label : str
        What the registry calls the dataset, which patterns may use instead; no part of what makes names equal.
    nick : str
        What tables shorten the dataset to, where that is no other dataset's; understood and never written.

    Examples
    --------
    >>> str(Name("metrics", "cer", "d-a")), Name("metrics", "cer", "d-a").short, str(Name("", "uri"))
    ('metrics.cer@d-a', 'cer@d-a', 'uri')
    """

    section: str
    path: str
    dataset: str = ""
    label: str = field(default="", compare=False)
    nick: str = field(default="", compare=False)

    def __str__(self) -> str:
        return "\n".join(printable([self.full]))

    def __format__(self, spec: str) -> str:
        return format(self.full, spec)

    @property
    def full(self) -> str:
        """The name with its section, as frames have it: `metrics.cer@d-a`. `str` is the same, in characters that stdout can encode."""
        return full_name(self.section, self.path, self.dataset)

    @property
    def short(self) -> str:
        """The name without its section: `cer@d-a`."""
        return full_name("", self.path, self.dataset)

    @property
    def shown(self) -> str:
        """The name as people read it: without its section, dots of keys bare, the dataset as the registry calls it."""
        path, dataset = unescaped(self.path), self.label or self.dataset
        return f"{path}@{dataset}" if dataset else path

    @property
    def typed(self) -> str:
        """The shortest text that a condition understands: metrics and fields bare, everything else with its section.

        The dataset is named as the registry calls it, and what a condition would not read as a name stands in backticks.
        """
        if self.section != "metrics":
            return self.full
        text = f"{self.path}@{self.label or self.dataset}" if self.dataset else self.path
        return text if _BARE.fullmatch(text) or "`" in text else f"`{text}`"

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Natural order of paths, then of datasets."""
        return self.section, natural_key(self.path), natural_key(self.dataset)


def full_name(section: str, path: str, dataset: str) -> str:
    """Write the name with its section of what is named so, where a `Name` is made for nothing else."""
    short = f"{path}@{dataset}" if dataset else path
    return f"{section}.{short}" if section else short


def metric_named(path: str, dataset: str) -> Name:
    """Name of a metric of whose dataset nothing else is known."""
    return Name("metrics", path, dataset)


# What gives a metric its name.
Naming = Callable[[str, str], Name]


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """Number names that were there before, past those that another has of its own, so that no two are one.

    Examples
    --------
    >>> numbered(["a", "a", "b", "a (2)", "a"])
    ('a', 'a (3)', 'b', 'a (2)', 'a (4)')
    """
    taken = set(names)
    if len(taken) == len(names):
        return tuple(names)
    seen: dict[str, Iterator[int]] = {}
    found = []
    for name in names:
        if name in seen:
            found.append(next(each for number in seen[name] if (each := f"{name} ({number})") not in taken))
            taken.add(found[-1])
        else:
            seen[name] = count(2)
            found.append(name)
    return tuple(found)


def naming_of(datasets: Iterable[str], labels: Mapping[str, str]) -> Naming:
    """Give what names metrics on these datasets as patterns know them: with what the registry and tables call the dataset.

    Examples
    --------
    >>> naming_of(["d-a", "d-b"], {"d-a": "wine-holdout", "d-b": "wine-noisy"})("cer", "d-a").nick
    'holdout'
    """
    nicks = dataset_nicks(sorted(set(datasets)), labels)
    return partial(_metric_name, labels, nicks)  # which can be pickled


def _metric_name(labels: Mapping[str, str], nicks: Mapping[str, str], path: str, dataset: str) -> Name:
    return Name("metrics", path, dataset, labels.get(dataset, ""), nicks.get(dataset, ""))


@lru_cache(maxsize=1024)
def field_words(field: str) -> tuple[str, ...]:
    """Every word for a field."""
    info = field_named(field)
    return (field, snake_case(field)) if info is None else (info.name, *info.aliases, info.key)


def spellings(name: Name) -> dict[str, tuple[int, int]]:
    """Every text that means a name exactly, with whether it names the dataset and whether it is the escaped form."""
    # equal names may have different labels
    return _spelled(name, name.label, name.nick)


@lru_cache(maxsize=65536)
def _spelled(name: Name, label: str, nick: str) -> dict[str, tuple[int, int]]:
    words = field_words(name.section or name.path)
    if not name.section:
        return dict.fromkeys((word for word in words if word), (0, 1))
    prefixes = [f"{word}." for word in words if word]
    if name.section == "metrics":
        prefixes.append("")
    plain = name.path if name.section == "labels" else ".".join(split_path(name.path)) or name.path
    found: dict[str, tuple[int, int]] = {}
    for path, escaped in ((plain, 0), (name.path, 1)):
        for prefix in prefixes:
            found[f"{prefix}{path}"] = (0, escaped)
            for dataset in filter(None, (name.dataset, label, nick)):
                found[f"{prefix}{path}@{dataset}"] = found[f"{prefix}{path}[{dataset}]"] = (1, escaped)
    return found


def is_on(name: Name, dataset: str) -> bool:
    """Whether a metric was measured on the dataset that an id, an address, a name, a short name or a glob of these means.

    Examples
    --------
    >>> [is_on(Name("metrics", "cer", "d-a", "hold-out"), text) for text in ("d-a", "hold-out", "hold*", "")]
    [True, True, True, False]
    """
    return any(each and (each == dataset or fnmatchcase(each, dataset)) for each in (name.dataset, name.label, name.nick))
