"""Searching versions of all models: a few models at a time, of which only what was found is held."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pai_notebook.errors import AddressError, PaiError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.nearest import dataset_nicks
from pai_notebook.model.source import dataset_names
from pai_notebook.registry.fetcher import HOPELESS
from pai_notebook.registry.names import NameBudget
from pai_notebook.registry.result import single
from pai_notebook.versions.versions import VersionSet

if TYPE_CHECKING:
    from pai_notebook.model.searching import VersionSearch
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.registry.fetcher import Fetcher
    from pai_notebook.registry.names import NameResolver
    from pai_notebook.registry.packed_models import PackedModels
    from pai_notebook.versions.known_models import Told

# Requests of a search above which it has to be confirmed: some seconds of what the account may ask for in all.
UNCONFIRMED_REQUESTS = 200
# Names of datasets that a search asks for where its condition names one, a request each.
_MOST_NAMES = 200


class Finds:
    """What a search has found at any moment; filled on the loop thread, read anywhere.

    Parameters
    ----------
    models : PackedModels
        The models to search, in the order of the answer.
    limit : int or None
        How many versions are wanted.
    """

    def __init__(self, models: PackedModels, limit: int | None = None) -> None:
        self.models = models
        self._limit = limit
        self._found: dict[int, list[ModelVersion]] = {}
        self._errors: dict[str, PaiError] = {}
        self._ended: set[int] = set()
        self._first = 0
        self._sure = 0

    @property
    def done(self) -> int:
        """How many models have been searched."""
        return self._first + len(self._ended)

    @property
    def total(self) -> int:
        """How many models there are to search."""
        return len(self.models)

    def begin(self, place: int) -> list[ModelVersion]:
        """Begin a model; what is found in it goes into the list, and counts from then on."""
        return self._found.setdefault(place, [])  # one without finds is forgotten when it ends

    def fail(self, place: int, called: str, error: PaiError) -> None:
        """Take a model as failed, under what it is called in `errors`."""
        self._errors[called] = error
        self.end(place)

    def end(self, place: int) -> None:
        """Take a model as searched."""
        self._ended.add(place)
        if not self._found[place]:
            del self._found[place]
        while self._first in self._ended:
            self._ended.remove(self._first)
            self._sure += len(self._found.get(self._first, ()))
            self._first += 1

    @property
    def is_enough(self) -> bool:
        """Whether nothing that is found from here on can be among the versions wanted."""
        return self._limit is not None and self._sure >= self._limit

    @property
    def remark(self) -> str:
        """That there may be more than the limit lets through, empty where all models were searched and nothing was cut."""
        found = sum(map(len, self._found.values()))
        is_cut = self.is_enough and (found > (self._limit or 0) or self.done < self.total)
        return say("only the first {count} that were found; there may be more", count=self._limit) if is_cut else ""

    @property
    def versions(self) -> VersionSet:
        """What was found so far, in the order of the models and of each as its list has it, with the models that failed."""
        found = [version for place in sorted(self._found) for version in self._found[place]]
        return VersionSet(found[: self._limit], self._errors)


async def search_models(fetcher: Fetcher, search: VersionSearch, finds: Finds, workers: int) -> None:
    """Search models, a few at a time; what fails in one model does not touch the others. What was found gets its names.

    Raises
    ------
    PaiError
        What would fail in every other model too.
    """
    pending = iter(enumerate(finds.models))
    budget = NameBudget(_MOST_NAMES)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(workers, finds.total)):
                group.create_task(_work(fetcher, search, finds, pending, budget))
    except BaseExceptionGroup as error:
        raise single(error) from None
    if fetcher.resolver:
        await fetcher.resolver.resolve(finds.versions)


async def _work(fetcher: Fetcher, search: VersionSearch, finds: Finds, pending: Iterator[tuple[int, Told]], budget: NameBudget) -> None:
    known = fetcher.memory.models
    for place, model in pending:
        if finds.is_enough:
            return
        model_id = model[0]
        # of thousands those seen last are remembered, and what is found here has its model's name from there
        known.see([model] if model[1] else ())
        found = finds.begin(place)
        datasets: dict[str, str] = {}
        try:
            async for page in fetcher.stream_versions(model_id):
                found.extend(await _matching(fetcher.resolver, search, page, budget, datasets))
        except PaiError as error:
            # of all that ends a search, only what a condition means may differ from model to model
            if isinstance(error, HOPELESS) and not isinstance(error, AddressError):
                raise
            if isinstance(error, AddressError):
                found.clear()  # a name that means several things here answers nothing of this model
            finds.fail(place, finds.models.called(model) if model[1] else known.called(model_id), error)
        else:
            finds.end(place)


async def _matching(
    resolver: NameResolver | None, search: VersionSearch, page: Sequence[ModelVersion], budget: NameBudget, datasets: dict[str, str]
) -> list[ModelVersion]:
    if resolver and search.kinds:
        await _look_up(resolver, search, page, budget)
    try:
        return search.matches(page, datasets)
    except AddressError:
        if not resolver:
            raise
        # once more, so that the error names the datasets as everything else does
        await resolver.resolve(page, budget, kinds=frozenset({"datasets"}), datasets=search.measured_on(page, every=True))
        return search.matches(page, datasets)


async def _look_up(resolver: NameResolver, search: VersionSearch, page: Sequence[ModelVersion], budget: NameBudget) -> None:
    """Find the names that the condition is about.

    Raises
    ------
    AddressError
        When not all of them could be asked for and the one that is meant is not among the others.
    """
    measured_on = search.measured_on(page)
    lacking = await resolver.resolve(page, budget, kinds=search.kinds, datasets=measured_on)
    labels = dataset_names(version.provenance for version in page)
    if search.may_shorten(labels[each] for each in measured_on if each in labels):
        # a short name is what tells a dataset from all others of its model
        lacking = await resolver.resolve(page, budget, kinds=frozenset({"datasets"}))
        labels = dataset_names(version.provenance for version in page)
    if lacking and search.needs_names({*labels.values(), *dataset_nicks(labels, labels).values()}):
        raise AddressError(
            say("names of datasets left unasked: {count}; a search asks for {most} at most", count=lacking, most=_MOST_NAMES),
            hint=say("Write the id of the dataset, or search fewer models."),
        )
