"""What a search asks of each version, a part of a registry at a time; names are only known to be nowhere when all parts were seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ComparisonError, NameNotFound
from pai_notebook.i18n.phrases import either, joined, say
from pai_notebook.model.conditions import parse_condition, to_quote
from pai_notebook.model.fields import NAMED, PEOPLE, field_named
from pai_notebook.model.filtering import (
    LabelsLike,
    Words,
    check_labels,
    check_states,
    has_labels,
    is_one_of,
    missed_values,
    read_labels_wanted,
    read_words,
)
from pai_notebook.model.lookup import Lookup, refuse_unknown
from pai_notebook.model.names import Name, Naming, naming_of
from pai_notebook.model.remarks import missed_text
from pai_notebook.model.resolving import dataset_meant, metric_meant, resolve

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

# Names that are kept for an error at most: a registry may have any number.
_MOST_NAMES = 10_000
_FEW = 3  # remarks
_NOWHERE = Name("metrics", "")
_KINDS = {"model_id": "models", **dict.fromkeys(PEOPLE, "people")}


class _NamesSeen:
    """Names that were seen while some name of the condition was not: the nearest to it are among them."""

    def __init__(self) -> None:
        self.under: dict[str, dict[str, None]] = {}
        self._names: dict[Name, None] = {}

    def see(self, names: Sequence[Name]) -> None:
        if len(self._names) < _MOST_NAMES:
            self._names |= dict.fromkeys(replace(name, nick="") for name in names)

    def nowhere(self, text: str) -> NameNotFound | None:
        """Error for a name that none of the models has, with the nearest of all; None where together they have it."""
        try:
            resolve(text, self._names, missing="no version has {text!r}")
        except NameNotFound as error:
            return error
        except ComparisonError:
            pass
        return None


class _Several:
    """Names of the condition that mean several metrics in some models: the models, and what tables call the datasets."""

    def __init__(self) -> None:
        self.models: set[str] = set()
        self.datasets: dict[str, dict[str, str]] = {}

    def note(self, text: str, names: Iterable[Name], model_id: str) -> None:
        self.models.add(model_id)
        known = self.datasets.setdefault(text, {})
        if len(known) < _MOST_NAMES:
            known.update({name.dataset: name.nick or name.label or name.dataset for name in names if name.dataset})


class _PartialLookup(Lookup):
    """Looks names up in a part of a larger set, where a name that does not occur is one that no version of this part states."""

    def __init__(
        self,
        versions: Sequence[ModelVersion],
        missing: dict[str, NameNotFound],
        known: set[str],
        seen: _NamesSeen,
        *,
        several: _Several,
        datasets: dict[str, str],
    ) -> None:
        super().__init__(versions)
        self._several = several
        self._datasets = datasets
        self._seen = seen
        self._missing = missing
        self._known = known

    def resolve(self, text: str, *, dataset: str | None = None) -> Name:
        try:
            name = super().resolve(text, dataset=dataset)
        except NameNotFound as error:
            self._missing.setdefault(text, error)
            if text not in self._known:
                self._seen.see(self.all_names())
            return _NOWHERE
        except ComparisonError:
            metric = metric_meant(text)
            self._several.note(text, (name for name in self.names("metrics") if metric.fits(name)), self.versions[0].model_id)
            raise
        self._known.add(text)
        return name

    def check_named(self, name: Name, text: str) -> None:
        who = f"{name.path} {text}"
        seen = self._seen.under.setdefault(name.path, {})
        seen |= dict.fromkeys(self.known_under(name))
        try:
            if text not in seen:
                refuse_unknown(name, text, seen)
        except NameNotFound as error:
            # the last one has the most names to choose the nearest from
            self._missing[who] = error
        else:
            self._known.add(who)

    @cached_property
    def _naming(self) -> Naming:
        labels = self._metrics.labels
        self._datasets.update({each: labels.get(each) or self._datasets.get(each, "") for _, each in self._metrics.names if each})
        return naming_of(self._datasets, {each: label for each, label in self._datasets.items() if label})

    def _named(self, path: str, dataset: str) -> Name:
        # as in the whole model, of which this may be a page
        return self._naming(path, dataset)

    def values(self, name: Name) -> list[Any]:
        return [None] * len(self.versions) if name is _NOWHERE else super().values(name)


class VersionSearch:
    """Conditions on versions of many models.

    Parameters
    ----------
    where : str, optional
        In the grammar of `VersionSet.filter`.
    label : mapping, optional
        Key and value, or a list of accepted values.
    approval : str or list of str, optional
        The state or states wanted, in any case.

    Raises
    ------
    AddressError, ConfigurationError
        When a condition cannot be read.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> search = VersionSearch("cer < 0.2 or accuracy > 0.9")
    >>> [version.version_name for version in search.matches([ModelVersion({"VersionName": "0.1.0", "Metrics": {"accuracy": 0.95}})])]
    ['0.1.0']
    """

    def __init__(self, where: str | None = None, *, label: LabelsLike | None = None, approval: Words | None = None) -> None:
        self._condition = None if where is None else parse_condition(where)
        self._labels = {} if label is None else read_labels_wanted(label)
        self._states = () if approval is None else read_words(approval, "approval")
        self._missing: dict[str, NameNotFound] = {}
        self._known: set[str] = set()
        names = self._condition.names if self._condition else ()
        self._datasets = frozenset(filter(None, map(dataset_meant, names)))
        self._metrics = {text: metric_meant(text) for text in names}
        fields = {info.name for name in names if (info := field_named(name)) is not None}
        self._kinds = frozenset(_KINDS[name] for name in fields & set(NAMED))
        self._seen_keys: set[str] = set()
        self._seen = _NamesSeen()
        self._several = _Several()
        self._seen_states: set[str] = set()
        self._asked: dict[tuple[str, str], dict[str, None] | None] = {}
        self._seen_labels: dict[str, dict[str, None]] = {key: {} for key in self._labels}
        self._percent = ""

    @property
    def remark(self) -> str:
        """What may be a slip where nothing was found: a fraction bounded in percent, a text that no version has, with those there are."""
        missed = [said for (name, text), there in self._asked.items() if there and (said := missed_text(name, text, there)) is not None]
        return self._percent or joined([*missed_values(self._labels, self._seen_labels), *missed][:_FEW], "; ")

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the condition, as written."""
        return tuple(self._metrics)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of names that the condition is about: of `models`, `datasets`, `people`."""
        return self._kinds | ({"datasets"} if self.needs_names() else set())

    def needs_names(self, known: Iterable[str] = ()) -> bool:
        """Whether the condition names a dataset that is not among some names, rather than its id or address."""
        return not self._datasets <= set(known)

    def measured_on(self, versions: Sequence[ModelVersion], *, every: bool = False) -> set[str]:
        """Datasets of the metrics for which the condition names a dataset, or of `every` metric in it."""
        wanted = [metric for text, metric in self._metrics.items() if every or dataset_meant(text)]
        return {name.dataset for name in Lookup(versions).names("metrics") if any(metric.fits(name) for metric in wanted)}

    def may_shorten(self, labels: Iterable[str]) -> bool:
        """Whether a name of a dataset in the condition may be what tables shorten one of these to."""
        return any(label.endswith(text) and label != text for label in labels for text in self._datasets)

    def matches(self, versions: Sequence[ModelVersion], datasets: dict[str, str] | None = None) -> list[ModelVersion]:
        """Versions of one model that meet everything.

        Parameters
        ----------
        versions : sequence of ModelVersion
            The model's versions, or a page of them.
        datasets : dict of str to str, optional
            Datasets of earlier pages of the model and what the registry calls them, to which those of this page are added: short names
            tell all of them apart.

        Raises
        ------
        AddressError
            When a name of the condition could be several in this model, or is compared with what it cannot be.
        """
        kept = list(versions)
        if self._states:
            self._seen_states.update(version.approval_status for version in kept)
            kept = [version for version in kept if is_one_of(version.approval_status, self._states)]
        if self._labels:
            self._seen_keys.update(key for version in versions for key in version.labels)
            for key, seen in self._seen_labels.items():
                if len(seen) < _MOST_NAMES:
                    seen.update((value, None) for version in versions for value in version.labels.get_all(key))
            kept = [version for version in kept if has_labels(version, self._labels)]
        if self._condition is None or not versions:
            return kept
        # asked of all versions, so that what other conditions leave over does not decide what a name means
        lookup = _PartialLookup(
            versions, self._missing, self._known, self._seen, several=self._several, datasets={} if datasets is None else datasets
        )
        held = self._condition.mask_of(lookup)
        self._percent = self._percent or lookup.remarks.percent
        for asked, there in lookup.remarks.asked.items():
            known = self._asked.setdefault(asked, {})
            if there is None or known is None:
                self._asked[asked] = None
            elif len(known) < _MOST_NAMES:
                known |= there
        chosen = set(map(id, kept))
        return [version for version, holds in zip(versions, held, strict=True) if holds and id(version) in chosen]

    def refuse_several(self, failed: int) -> None:
        """Raise once for all models that failed, where a name of the condition means several metrics in each; one alone says it itself.

        Raises
        ------
        ComparisonError
            With the condition on the datasets that most of these models have.
        """
        if failed < 2 or len(self._several.models) < failed or self._condition is None:  # noqa: PLR2004 - several
            return
        text, shown = next(((text, shown) for text, shown in self._several.datasets.items() if shown), ("", {}))
        if not shown:  # several settings or labels, which each model names
            return
        names = [each for each, _ in Counter(shown.values()).most_common(2)]
        typed = Name("metrics", text, names[0]).typed.replace("\\", r"\\")
        way = re.sub(rf"(?<![\w.@`]){re.escape(text)}(?![\w.@\[`])", typed, self._condition.text)
        raise ComparisonError(
            say("{text} is several metrics in each of the {count} models that have it", text=text, count=failed),
            hint=say("Name a dataset, such as {names}: {way}.", names=either(names), way=way),
        )

    def check(self) -> None:
        """Raise when something that was asked for occurred in nothing that was seen: a slip would be a silent no.

        Raises
        ------
        NameNotFound
            For a name of the condition.
        ConfigurationError
            For a label or a state.
        """
        for text, error in self._missing.items():
            if text not in self._known:
                missing = (self._seen.nowhere(text) if text in self._metrics else None) or error
                if self._condition is not None and text in self._condition.others:
                    missing.hint = to_quote(text, missing.hint)
                raise missing
        check_labels(self._labels, self._seen_keys)
        check_states(self._states, self._seen_states)
