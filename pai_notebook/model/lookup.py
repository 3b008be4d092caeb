"""Looks up names and their values in a whole set of versions at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from pai_notebook.errors import NameNotFound
from pai_notebook.guides import snake_case
from pai_notebook.i18n.phrases import say
from pai_notebook.model.differing import known
from pai_notebook.model.fields import NAMED, PEOPLE, FieldInfo, catalogue, field_named, leaves
from pai_notebook.model.flatten import SCALARS, are_paths, join_path, metric_leaves, split_path
from pai_notebook.model.metric_cells import State, read_value, text_of
from pai_notebook.model.metric_words import trained_beside
from pai_notebook.model.metrics_document import read_entries
from pai_notebook.model.names import Name, Naming, naming_of
from pai_notebook.model.nearest import dataset_nicks, is_end, nearest, nearest_or_known
from pai_notebook.model.numbers import EXACT
from pai_notebook.model.patterns import Pattern
from pai_notebook.model.remarks import Remarks
from pai_notebook.model.resolving import dataset_meant, metric_meant, resolve
from pai_notebook.model.source import dataset_names
from pai_notebook.model.value_index import ValueIndex

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion


# So many versions say which columns there are.
_FEW = 20
# The versions of one model: their positions in the whole set, and their names.
_Part: TypeAlias = "tuple[list[int], Lookup]"
# What a version has under a name that it does not state.
NOT_STATED = object()


_NUMBERS = frozenset({int, float})


class MetricColumns:
    """Metrics of some versions by name: every version is read once, a metric when it is asked for.

    Parameters
    ----------
    versions : sequence of ModelVersion
        The set.

    Attributes
    ----------
    names : dict of (path, dataset)
        Every metric that occurs, in the order of the versions.
    measured : set of int
        Positions of the versions that state a metric.
    labels : dict of str to str
        What the registry calls the datasets.
    by_name : dict of str to str
        Datasets that some versions name as the registry calls them, and what others call these: they are taken together.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> make = lambda name, cer: ModelVersion.from_document({"VersionName": name, "Metrics": {"cer": cer}})
    >>> columns = MetricColumns([make("0.1.0", 0.2), make("0.2.0", "0.3")])
    >>> list(columns.names), list(columns.stated("cer"))
    ([('cer', '')], [(0, 0.2), (1, '0.3')])
    """

    def __init__(self, versions: Sequence[ModelVersion]) -> None:
        self.labels = dataset_names(version.provenance for version in versions)
        self._count = len(versions)
        self.by_name: dict[str, str] = {}
        self.names: dict[tuple[str, str], None] = {}
        self.measured: set[int] = set()
        # two lists, not one of pairs: an object a version makes the collector of Python walk through all versions, again and again
        self._flat: dict[str, tuple[list[int], list[dict[str, Any]]]] = {}
        self._deep: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        shapes: dict[tuple[str, tuple[Any, ...]], bool] = {}
        together: set[tuple[str, ...]] = set()
        for place, version in enumerate(versions):
            of_version = read_entries(version._document.get("Metrics"))[0]  # noqa: SLF001 - reads without a copy
            together.add(tuple([dataset for dataset, _ in of_version]))
            for dataset, content in of_version:
                is_flat = type(content) is dict and SCALARS.issuperset(map(type, content.values()))
                if is_flat:
                    self.measured.add(place)
                    shape = dataset, tuple(content)
                    has_paths = shapes.get(shape)
                    if has_paths is None:
                        has_paths = shapes[shape] = are_paths(content)
                        paths = content if has_paths else [join_path((str(key),)) for key in content]
                        self.names.update(dict.fromkeys([(path, dataset) for path in paths]))
                    if has_paths:
                        places, contents = self._flat.setdefault(dataset, ([], []))
                        places.append(place)
                        contents.append(content)
                        continue
                for path, raw in metric_leaves(content):
                    self.measured.add(place)
                    self.names[path, dataset] = None
                    self._deep.setdefault((path, dataset), []).append((place, raw))
        self._take_together(together)

    def _take_together(self, together: set[tuple[str, ...]]) -> None:
        """Give a dataset under two names one of them: its id where some versions state what the registry, or a table, calls it."""
        every = set().union(*together)
        identities = {name: identity for identity, name in self.labels.items() if name != identity}
        identities = _nicknamed(together, every, self.labels) | identities
        self.by_name = {name: identity for name, identity in identities.items() if name in every}
        if not self.by_name:
            return
        self.names = dict.fromkeys((path, self.by_name.get(dataset, dataset)) for path, dataset in self.names)
        flat, deep = self._flat, self._deep
        self._flat, self._deep = {}, {}
        for dataset, (places, contents) in flat.items():
            of_one = self._flat.setdefault(self.by_name.get(dataset, dataset), ([], []))
            of_one[0].extend(places)
            of_one[1].extend(contents)
        for (path, dataset), stated in deep.items():
            self._deep.setdefault((path, self.by_name.get(dataset, dataset)), []).extend(stated)

    @cached_property
    def _naming(self) -> Naming:
        return naming_of((dataset for _, dataset in self.names), self.labels)

    def name(self, path: str, dataset: str) -> Name:
        """Give the name of a metric, with what the registry and tables call its dataset."""
        return self._naming(path, dataset)

    @cached_property
    def _whole(self) -> frozenset[str]:
        """Datasets on which every version states its metrics once, all of them scalars."""
        return frozenset(dataset for dataset, (places, _) in self._flat.items() if len(set(places)) == len(places) == self._count)

    @cached_property
    def same_numbers(self) -> dict[tuple[str, str], float]:
        """Numbers that every version states under one name, once each; found together, as most of many metrics are of this kind."""
        found: dict[tuple[str, str], float] = {}
        for dataset in self._whole:
            first, *others = self._flat[dataset][1]
            same = {path: raw for path, raw in first.items() if type(raw) in _NUMBERS}
            for content in others:
                if not same:
                    break
                same = {path: raw for path, raw in same.items() if content.get(path) == raw and type(content[path]) is type(raw)}
            found.update({(path, dataset): raw for path, raw in same.items()})
        for name in found.keys() & self._deep.keys():
            del found[name]
        return found

    @cached_property
    def trained(self) -> dict[tuple[str, str], str]:
        """What some version states beside metrics so that they are of the training data; see `trained_beside`."""
        found = trained_beside(self.names)
        places = {key: {place for place, _ in self.stated(*key)} for key in (*found, *((path, key[1]) for key, path in found.items()))}
        return {key: path for key, path in found.items() if places[key] & places[path, key[1]]}

    def is_same_number(self, name: tuple[str, str]) -> bool | None:
        """Whether every version states the same number under a name; None where only a look at what is stated tells."""
        if name in self.same_numbers:
            return True
        return False if name[1] in self._whole and name not in self._deep else None

    def stated(self, path: str, dataset: str = "") -> list[tuple[int, Any]]:
        """Give what is stated under a name: position of the version and value as sent, in the order of the versions."""
        places, contents = self._flat.get(dataset, ((), ()))
        found = [(place, content[path]) for place, content in zip(places, contents, strict=True) if path in content]
        found += self._deep.get((path, dataset), ())
        return sorted(found, key=itemgetter(0)) if len(found) > 1 else found

    def numbers(self, key: tuple[str, str]) -> dict[int, float]:
        """Give the numbers of a metric by the position of the version."""
        return {place: number for place, raw in self.stated(*key) if (number := read_value(raw)[1]) is not None}


def _nicknamed(together: set[tuple[str, ...]], every: set[str], labels: Mapping[str, str]) -> dict[str, str]:
    """Datasets by what tables shorten them to, where some versions call them so and none names both."""
    if every <= {"", *labels}:
        return {}
    nicks = dataset_nicks(sorted(every & labels.keys()), labels)
    meant = {nick: dataset for dataset, nick in nicks.items() if nick in every}
    return {nick: dataset for nick, dataset in meant.items() if not any({nick, dataset} <= set(each) for each in together)}


class Lookup:
    """Resolves names in a set of versions, and looks up their values.

    Parameters
    ----------
    versions : sequence of ModelVersion
        The set.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0", "Labels": [{"Key": "env", "Value": "test"}], "Metrics": {"cer": 0.2}})
    >>> found = Lookup([version])
    >>> found.values(found.resolve("cer")), found.values(found.resolve("label.env"))
    ([0.2], [('test',)])
    """

    def __init__(self, versions: Sequence[ModelVersion]) -> None:
        self.versions = versions
        self.remarks = Remarks()
        self._names: dict[str, tuple[Name, ...]] = {}
        self._specs: dict[str, list[dict[str, Any]]] = {}
        self._indexes: dict[Name, ValueIndex] = {}
        self._ids: dict[Name, list[str]] = {}
        self._parts: dict[Name, list[tuple[_Part, Name]]] = {}

    @cached_property
    def _metrics(self) -> MetricColumns:
        return MetricColumns(self.versions)

    def _named(self, path: str, dataset: str) -> Name:
        return self._metrics.name(path, dataset)

    @cached_property
    def fields(self) -> dict[str, FieldInfo]:
        """Every field by its name, those beyond the catalogue included."""
        return {info.name: info for info in catalogue(self.versions)}

    def names(self, section: str) -> tuple[Name, ...]:
        """Names of one section that occur: `metrics`, `labels`, a spec, or the plain fields for an empty name."""
        if section not in self._names:
            self._names[section] = tuple(dict.fromkeys(self._gathered(section)))
        return self._names[section]

    def _gathered(self, section: str) -> Iterable[Name]:
        if not section:
            return [Name("", info.name) for info in self.fields.values() if info.is_plain]
        if section == "metrics":
            return (self._named(*key) for key in self._metrics.names)
        if section == "labels":
            return [Name("labels", key) for key in dict.fromkeys(key for version in self.versions for key in version.labels)]
        return [Name(section, path) for path in dict.fromkeys(path for each in self._leaves(section) for path in each)]

    def _leaves(self, section: str) -> list[dict[str, Any]]:
        """Leaves of a spec, of every version, read once."""
        if section not in self._specs:
            self._specs[section] = [leaves(version, self.fields[section]) for version in self.versions]
        return self._specs[section]

    def all_names(self) -> list[Name]:
        """Every name that occurs, metrics first."""
        sections = ["metrics", "", "labels", *(info.name for info in self.fields.values() if info.kind == "spec")]
        return [name for section in sections for name in self.names(section)]

    def resolve(self, text: str, *, dataset: str | None = None) -> Name:
        """Find the one name that a text refers to.

        Raises
        ------
        NameNotFound
            When it occurs nowhere; the nearest names are in the hint.
        ComparisonError
            When it could be several.
        """
        parts = self._of_each_model(text, dataset) if isinstance(text, str) else []
        if parts:
            return self._joined(parts, dataset or dataset_meant(text))
        section = Pattern(text).section(self.fields) if isinstance(text, str) else ""
        known = self.names("") + (self.names(section) if section else ())
        return resolve(text, known, dataset=dataset, missing="no version has {text!r}", others=self.all_names)

    def meant(self, text: str) -> list[Name]:
        """Metrics that a name or a glob means in the whole set, and those that a short name of a dataset means in each model."""
        pattern = Pattern(text)
        fitting = [name for name in self.names("metrics") if pattern.fits(name)]
        return fitting + [name for _, name in self._of_each_model(text, None)]

    @cached_property
    def _models(self) -> list[_Part]:
        """The versions of each model, where there are several."""
        places: dict[str, list[int]] = {}
        for place, version in enumerate(self.versions):
            places.setdefault(version.model_id, []).append(place)
        return [(mine, Lookup([self.versions[place] for place in mine])) for mine in places.values()] if len(places) > 1 else []

    def _of_each_model(self, text: str, dataset: str | None) -> list[tuple[_Part, Name]]:
        """Give what a metric on a dataset means in each model that has it: what a dataset is called for short is a matter of its model."""
        asked = dataset_meant(text if dataset is None else f"{text}@{dataset}")
        found: list[tuple[_Part, Name]] = []
        for part in self._models if asked else ():
            names = part[1].names("metrics")
            try:
                name = resolve(text, names, dataset=dataset)
            except NameNotFound:
                # the versions that are left may have too few datasets to shorten their names
                metric = metric_meant(text)
                ending = [name for name in names if is_end(asked, name.label) and (metric.rank(name) or (0,))[0]]
                if len(ending) != 1:
                    continue
                name = ending[0]
            found.append((part, name))
        return found

    def _joined(self, parts: list[tuple[_Part, Name]], asked: str) -> Name:
        """Give one name for what models call alike: that of the dataset where it is one, else with the dataset as it was asked for."""
        identities = self._metrics.by_name
        every = {(name.path, identities.get(name.dataset, name.dataset)) for _, name in parts}
        if len(every) == 1:
            return self._named(*every.pop())
        name = Name("metrics", parts[0][1].path, asked)
        self._parts[name] = parts
        return name

    def _of_parts(self, name: Name, of: Callable[[Lookup, Name], list[Any]], absent: Any) -> list[Any]:
        found = [absent] * len(self.versions)
        for (places, lookup), own in self._parts[name]:
            for place, value in zip(places, of(lookup, own), strict=True):
                found[place] = value
        return found

    def check_named(self, name: Name, text: str) -> None:
        """Refuse a name of nobody, or of no model, so that a slip is not a silent no; an id of another one is no slip.

        Raises
        ------
        NameNotFound
            When no version has it; the nearest names are in the hint.
        """
        known = self.known_under(name)
        if self.versions and text not in known:
            refuse_unknown(name, text, known)

    def known_under(self, name: Name) -> list[str]:
        """Every id and name of the accounts or models in a field."""
        if name not in self._ids:
            self._ids[name] = list(dict.fromkeys(each for value in self.values(name) for each in value or ()))
        return self._ids[name]

    def values(self, name: Name) -> list[Any]:
        """Value of every version under a name, None where a version has none, or a group several.

        Numbers are floats, or whole numbers where no float is exact; other metrics are truth values or texts, NaN where a version
        states two values; times are UTC datetimes, labels tuples of all values of the key, accounts and models tuples of the id
        and the name, everything else is text.
        """
        if name in self._parts:
            return self._of_parts(name, Lookup.values, None)
        if name.section == "metrics":
            found: dict[int, Any] = {}
            for place, raw in self._metrics.stated(name.path, name.dataset):
                value = raw if type(raw) is float else _read(raw)
                other = found.get(place, value)
                # to Python 1 is True, here a truth value is no number
                agree = value == other and isinstance(value, bool) is isinstance(other, bool)
                found[place] = value if agree else math.nan
            return [found.get(place) for place in range(len(self.versions))]
        if name.section == "labels":
            return [
                tuple(each for each in version.labels.get_all(name.path) if known(each) is not None) or None for version in self.versions
            ]
        if name.section:
            return [_leaf(found, name.path) for found in self._leaves(name.section)]
        info = self.fields[name.path]
        if name.path in NAMED:
            return [_called(info.of(version), name.path, version) for version in self.versions]
        return [known(info.of(version)) if info.known else _read(info.of(version)) for version in self.versions]

    def index(self, name: Name) -> ValueIndex:
        """Give the values under a name by what equals them, read once."""
        if name not in self._indexes:
            self._indexes[name] = ValueIndex(name, self.values(name))
        return self._indexes[name]

    def stated(self, name: Name) -> list[Any]:
        """As `values`, but lists as they were sent, an object as a mapping of its leaves, and `NOT_STATED` where there is nothing."""
        if name in self._parts:
            return self._of_parts(name, Lookup.stated, NOT_STATED)
        if name.section not in ("", "metrics", "labels"):
            return [_part(found, name.path) for found in self._leaves(name.section)]
        found = [NOT_STATED if value is None else value for value in self.values(name)]
        sent = self._metrics.stated(name.path, name.dataset) if name.section == "metrics" else ()
        for place, raw in sent:
            if (raw is None or isinstance(raw, list)) and found[place] == found[place]:  # not NaN: stated twice
                found[place] = raw
        return found


def refuse_unknown(name: Name, text: str, known: Iterable[str]) -> None:
    """Raise for a name that is not among those of a field, with the nearest; not for an id."""
    is_person = name.path in PEOPLE
    is_id = str.isdigit if is_person else _is_model_id
    if is_id(text):
        return
    names = [each for each in known if not is_id(each)]
    people, models = "Names of people are not known here; write the id of the account.", "Names of models are not known here; write the id."
    hint = nearest_or_known(nearest(text, names), names, none=say(people if is_person else models))
    raise NameNotFound(say("no version has {name} {text!r}", name=name.path, text=text), hint=hint)


def _called(identity: str, field: str, version: ModelVersion) -> tuple[str, ...] | None:
    """Id of an account or a model, and its name where that is known."""
    source = version.provenance
    pairs = source.people if field in PEOPLE else ((identity, source.model_name),)
    return (identity, *(name for each, name in pairs if each == identity and name)) if known(identity) else None


def _is_model_id(text: str) -> bool:
    return text.startswith("model-")


def _leaf(found: dict[str, Any], path: str) -> Any:
    """Give a leaf of a spec; a number sent as text stays text."""
    if path not in found:
        return None
    raw = found[path]
    return known(raw) if isinstance(raw, str) else _read(raw)


def _part(found: dict[str, Any], path: str) -> Any:
    """Give a leaf of a spec, or an object as a mapping of its leaves."""
    if path in found:
        return found[path]
    return {rest: leaf for name, leaf in found.items() if name.startswith(f"{path}.") and (rest := name[len(path) + 1 :])} or NOT_STATED


def _read(raw: Any) -> Any:
    """Give a JSON value as conditions see it: a number, a truth value or text; None for null."""
    # as a float a larger whole number would equal its neighbours
    if raw is None or isinstance(raw, bool) or (isinstance(raw, int) and abs(raw) > EXACT):
        return raw
    state, value, _ = read_value(raw)
    if state is State.DIFFERS:
        return None
    return value if value is not None and state is not State.TEXT else text_of(raw)


def column_of(versions: Sequence[ModelVersion], text: str) -> str:
    """Find the column of a frame that the name of a metric, label, setting or field means, the first of several; empty where there is none.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> docs = [{"VersionName": "0.1.0", "Metrics": {"cer": 0.2}, "TrainingSpec": {"HyperParameters": {"lr": 0.1}}}]
    >>> versions = list(map(ModelVersion.from_document, docs))
    >>> [column_of(versions, text) for text in ("cer", "lr", "approval_status", "wer")]
    ['metrics.cer', 'training_spec.HyperParameters.lr', 'approval_status', '']
    """
    names = Lookup(versions[:_FEW]).all_names()
    exact = [name for name in names if text in (name.full, name.short, name.path)]
    # a word of the service for a field is no setting
    ending = [name for name in names if name.section not in ("", "metrics", "labels") and split_path(name.path)[-1:] == (text,)]
    found = exact or ([] if field_named(snake_case(text)) else ending)
    return found[0].full if found else ""
