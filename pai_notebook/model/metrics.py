"""Metrics of a version: its cells by dataset and path, found by the names that people type."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import index
from typing import Any, overload

from pai_notebook.arguments import described
from pai_notebook.calls import checked
from pai_notebook.display import Brief
from pai_notebook.errors import ComparisonError, NameNotFound
from pai_notebook.guides import guide, one_of
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.document import FrozenDict, copy_json
from pai_notebook.model.equality import bag_key
from pai_notebook.model.flatten import metric_leaves, natural_key
from pai_notebook.model.metric_cells import Cell, cell_order, make_cell
from pai_notebook.model.metrics_document import Entry, read_entries
from pai_notebook.model.names import Name, naming_of
from pai_notebook.model.nearest import counted, listed
from pai_notebook.model.resolving import resolve
from pai_notebook.model.source import Provenance, dataset_names


class Metrics(Brief, Sequence[Cell]):
    """The cells of one version, in an order that depends on their names alone.

    Parameters
    ----------
    raw : object
        The `Metrics` field as sent, whatever its form.
    provenance : Provenance, optional
        Where it came from, which says what datasets are called.

    Examples
    --------
    >>> metrics = read_metrics({"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.175}}]})
    >>> metrics["cer"].value, metrics.get("cer", "d-a").state, metrics.datasets
    (0.175, <State.NUMBER: 'number'>, ('d-a',))
    """

    __slots__ = ("__dict__", "_provenance", "_raw")
    _instead = guide(
        {
            "{cell.name: cell.value for cell in metrics}": "items keys values to_dict as_dict to_json dict",
            "pnb.VersionSet([version]).to_frame()": "to_frame df to_df to_pandas to_series",
        }
    )
    _leads_to = (("Cell", "[cell.{} for cell in metrics]"), ("ModelVersion", "version"), ("VersionSet", "pnb.VersionSet([version])"))

    def __init__(self, raw: Any = None, provenance: Provenance | None = None) -> None:
        self._raw = raw
        self._provenance = provenance

    def _stands_for(self, name: str) -> str:
        if "@" in name and self.__contains__(name):
            return f"metrics[{name!r}]"
        datasets = [dataset for path, dataset in self._stated if path == name]
        return f"metrics[{name!r}]" if len(datasets) == 1 else one_of([f"metrics[{name!r}, {dataset!r}]" for dataset in datasets])

    @cached_property
    def _read(self) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        return read_entries(self._raw)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """(dataset, content) pairs before flattening, as copies."""
        return tuple((dataset, copy_json(content)) for dataset, content in self._read[0])

    @cached_property
    def _stated(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """Values as sent by path and dataset, in the order of the document: what is read without making cells."""
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        for dataset, content in self._read[0]:
            for path, raw in metric_leaves(content):
                name = path, dataset
                found[name] = (*found[name], raw) if name in found else (raw,)
        return found

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, ordered by path and dataset in natural order, duplicates by their text."""
        order = sorted(self._stated, key=lambda name: (natural_key(name[0]), natural_key(name[1])))
        return tuple([cell for name in order for cell in self._made(name)])

    def _made(self, name: tuple[str, str]) -> list[Cell]:
        """Cells of one name, in their order."""
        path, dataset = name
        values = self._stated.get(name, ())
        cells = [make_cell(dataset, path, raw, duplicate=len(values) > 1) for raw in values]
        return sorted(cells, key=cell_order) if len(cells) > 1 else cells

    @property
    def names(self) -> tuple[str, ...]:
        """Paths without repetition, in order."""
        return tuple(dict.fromkeys(cell.path for cell in self.cells))

    @property
    def datasets(self) -> tuple[str, ...]:
        """Datasets without repetition, in natural order; an empty name stands for cells without one."""
        return tuple(sorted({cell.dataset for cell in self.cells}, key=natural_key))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not as documented, and what should be known: one sentence each."""
        return (*self._read[1], *_duplicates(self.cells), *similar_names(self.names))

    @cached_property
    def _by_name(self) -> dict[Name, tuple[Cell, ...]]:
        labels = dataset_names([self._provenance] if self._provenance else [])
        naming = naming_of(self.datasets, labels)
        return {naming(*key): cells for key, cells in self.groups.items()}

    @cached_property
    def groups(self) -> Mapping[tuple[str, str], tuple[Cell, ...]]:
        """Cells by path and dataset, in their order."""
        found: dict[tuple[str, str], tuple[Cell, ...]] = {}
        for cell in self.cells:
            key = cell.path, cell.dataset
            found[key] = (*found[key], cell) if key in found else (cell,)
        return FrozenDict(found)

    @checked
    def first(self, path: str, dataset: str = "") -> Cell | None:
        """Return the cell of exactly this path and dataset.

        Parameters
        ----------
        path : str
            Name of the metric, exactly.
        dataset : str
            Dataset, exactly; empty for values without one.

        Returns
        -------
        Cell or None
            The first where there are several; None where there is none.

        Examples
        --------
        >>> Metrics({"cer": 0.2}).first("cer"), Metrics({"cer": 0.2}).first("wer")
        (<Cell cer: 0.2>, None)
        """
        return next(iter(self.every(path, dataset)), None)

    @checked
    def every(self, path: str, dataset: str = "") -> tuple[Cell, ...]:
        """Return the cells of exactly this path and dataset.

        Parameters
        ----------
        path : str
            Name of the metric, exactly.
        dataset : str
            Dataset, exactly; empty for values without one.

        Returns
        -------
        tuple of Cell
            None, one, or several where it is stated more than once.

        Examples
        --------
        >>> len(Metrics({"cer": 0.2}).every("cer"))
        1
        """
        return self.groups.get((path, dataset), ()) if "cells" in self.__dict__ else tuple(self._made((path, dataset)))

    @checked
    def get(self, path: str, dataset: str | None = None, default: Cell | None = None) -> Cell | None:
        """Return the cell of a name, or a default where there is none.

        Parameters
        ----------
        path : str
            The name, as in `metrics[...]`: `cer`, `cer@d-a`, `cer[d-a]`, with `metrics.` or without.
        dataset : str, optional
            The dataset, where the name does not say it and there are several.
        default : Cell, optional
            What comes back for a metric that is not there.

        Returns
        -------
        Cell or None
            The cell, or the default.

        Raises
        ------
        ComparisonError
            When the metric was measured on several datasets and none is named, or is stated twice.

        Examples
        --------
        >>> metrics = read_metrics({"cer": 0.175})
        >>> metrics.get("cer").value, metrics.get("wer"), metrics.get("cer", "d-a")
        (0.175, None, None)
        """
        try:
            return self._cell(path, dataset)
        except NameNotFound:
            return default

    @overload
    def __getitem__(self, key: int | str | tuple[str, str]) -> Cell: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Cell, ...]: ...
    def __getitem__(self, key: int | str | tuple[str, str] | slice) -> Cell | tuple[Cell, ...]:
        """Return a cell by name (`cer`, `cer@d-a`), by name and dataset, or by position; several by a slice.

        Raises
        ------
        NameNotFound
            When the metric does not exist, or it was not measured on the dataset; a KeyError too.
        ComparisonError
            When the metric was measured on several datasets and none is named, or is stated twice.
        """
        if isinstance(key, slice):
            return self.cells[key]
        if isinstance(key, tuple) and len(key) == 2:  # noqa: PLR2004 - a path and its dataset
            return self._cell(*key)
        if isinstance(key, str):
            return self._cell(key)
        try:
            return self.cells[index(key)]
        except TypeError:
            raise TypeError(
                f"metrics[{described(key)}]: a metric is named by text, as in metrics['cer'] or metrics['cer', 'd-a']"
            ) from None

    def _cell(self, path: str, dataset: str | None = None) -> Cell:
        name = resolve(path, self._by_name, dataset=dataset, missing="no metric {text!r}")
        cells = self._by_name[name]
        if len(cells) > 1:
            said = joined([cell.text[:40] for cell in cells[:3]], " and ")
            raise ComparisonError(
                say("{short} is stated {count} times: {said}", short=name.shown, count=len(cells), said=said),
                hint=say("Look at .cells, which has all of them."),
            )
        return cells[0]

    def __contains__(self, key: object) -> bool:
        if isinstance(key, Cell):
            return key in self.cells
        path, dataset = key if isinstance(key, tuple) and len(key) == 2 else (key, None)  # noqa: PLR2004 - as above
        if not isinstance(path, str):
            return False
        try:
            resolve(path, self._by_name, dataset=dataset)
        except NameNotFound:
            return False
        except ComparisonError:
            return True  # on several datasets
        return True

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Metrics) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    @cached_property
    def _key(self) -> Hashable:
        """What is equal for metrics that do not differ."""
        return bag_key((cell.dataset, cell.path, cell.raw) for cell in self.cells)

    def _brief(self) -> str:
        shown = {(name.path, name.dataset): name.shown for name in self._by_name}
        stated = [say("{name} {text}", name=shown[cell.path, cell.dataset], text=cell.said) for cell in self.cells]
        count = counted(len(self), "cell")
        return say("of {count}: {names}", count=count, names=listed(stated, 4)) if stated else say("of {count}", count=count)

    def __reduce__(self) -> tuple[Any, ...]:
        return Metrics, (self._raw, self._provenance)

    def _ipython_key_completions_(self) -> list[str]:
        return list(dict.fromkeys([*self.names, *(cell.name for cell in self.cells)]))


def read_metrics(raw: Any) -> Metrics:
    """Read a `Metrics` field of any form; never raises.

    The documented form is a list `Results` of one entry a dataset. Flat and nested maps, JSON inside a text, a bare
    value and mixtures are read too; what is not as documented is kept and noted.
    """
    return Metrics(raw)


def _duplicates(cells: Sequence[Cell]) -> list[str]:
    names = dict.fromkeys(cell.name for cell in cells if cell.duplicate)
    return [say("{name} occurs more than once", name=name) for name in names]


def _plain(name: str) -> str:
    """A name in usual width, without characters of format, which are not seen."""
    known = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return known if known.isascii() else "".join(each for each in known if unicodedata.category(each) != "Cf")


def similar_names(names: Sequence[str]) -> list[Phrase]:
    """Say which names differ only in case, width, accents' encoding, characters that are not seen or surrounding blanks.

    Examples
    --------
    >>> similar_names(["cer", "CER", "wer"])
    ["'cer' and 'CER' differ only in case or encoding"]
    """
    plain = [_plain(name).casefold().strip() for name in names]
    if len(set(plain)) == len(plain):
        return []
    groups: dict[str, list[str]] = {}
    for name, key in zip(names, plain, strict=True):
        groups.setdefault(key, []).append(name)
    alike = [joined([repr(name) for name in group], " and ") for group in groups.values() if len(group) > 1]
    return [say("{names} differ only in case or encoding", names=names) for names in alike]
