"""Which requests answer a set of addresses: pages where they are cheaper, single versions where they are not."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pai_notebook.belief import Belief
from pai_notebook.errors import (
    AuthenticationError,
    ConfigurationError,
    CredentialsNotFound,
    DeadlineExceeded,
    ModelNotFound,
    NotFound,
    PaiError,
    VersionNotFound,
)
from pai_notebook.memory import Key, Memory
from pai_notebook.missing import hint_models, hint_versions, no_version, nothing_selected
from pai_notebook.model.address import Address
from pai_notebook.model.order import is_approved
from pai_notebook.model.provenance import Provenance
from pai_notebook.model.version import ModelVersion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from pai_notebook.wire import Client, Listing, Reply

__all__ = ["Arrivals", "Fetcher"]

PAGE = 100
FEW = 2
SAMPLE = 3
MODELS_AT_ONCE = 4
HINTS = 20
HOPELESS = (AuthenticationError, ConfigurationError, CredentialsNotFound, DeadlineExceeded)
"""What ends a list and would end single requests as well."""


@dataclass
class Arrivals:
    """What a bulk fetch has so far; filled on the loop thread, read anywhere once the fetch has ended.

    Attributes
    ----------
    versions : dict of (model_id, version_name) to ModelVersion
        The good ones.
    failures : dict of (model_id, version_name) to PaiError
        The bad ones.
    listed : dict of model_id to list of str
        Version names of models that were listed, and of the approved ones under (model_id, "approved").
    whole : set of str
        Models of which every version was listed, so that a name that is not among them does not exist.
    progress : callable, optional
        Called with the number of versions that arrived.
    remember : bool
        Whether the versions may answer later questions.
    """

    versions: dict[Key, ModelVersion] = field(default_factory=dict)
    failures: dict[Key, PaiError] = field(default_factory=dict)
    listed: dict[Any, list[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    progress: Callable[[int], None] | None = None
    remember: bool = True

    def add(self, version: ModelVersion) -> None:
        """Keep one version and report progress."""
        self.versions[version.model_id, version.version_name] = version
        if self.progress is not None:
            self.progress(len(self.versions))

    def answer(self, addresses: Sequence[Address]) -> tuple[list[ModelVersion], dict[str, PaiError]]:
        """Versions in the order of the addresses, and the errors by address."""
        found: list[ModelVersion] = []
        errors: dict[str, PaiError] = {}
        for address in addresses:
            whole = self.failures.get((address.model, ""))
            names = address.selector.pick(self._listed(address))
            if whole is not None and not names:
                errors[str(address)] = whole
            elif not names and address.selector.kind != "all":
                errors[str(address)] = nothing_selected(address, self.listed.get(address.model, []))
            for name in names:
                key = (address.model, name)
                if key in self.versions:
                    found.append(self.versions[key])
                elif key in self.failures or whole is not None:
                    errors[f"{address.model}@{name}"] = self.failures.get(key) or whole or PaiError("not fetched")
        return found, errors

    def _listed(self, address: Address) -> list[ModelVersion]:
        key = (address.model, "approved") if address.selector.kind == "approved" else address.model
        names = self.listed.get(key, [])
        return [self.versions[address.model, name] for name in names if (address.model, name) in self.versions]


class Fetcher:
    """Answers addresses with as few requests as the service allows, and remembers what it saw.

    Everything runs on the client's loop thread, so nothing here needs a lock.

    Parameters
    ----------
    client : Client
        The wire.
    cache_size : int
        How many versions are remembered, least recently used first to go.
    cache_seconds : float
        How long a remembered version answers without a request.

    Attributes
    ----------
    memory : Memory
        Versions and names seen so far; may be read from any thread.
    """

    def __init__(self, client: Client, *, cache_size: int = 4096, cache_seconds: float = 60.0) -> None:
        self._client = client
        self._belief = Belief(client)
        self._gaps: dict[str, str] = {}
        self.memory = Memory(size=cache_size, seconds=cache_seconds)

    @property
    def notes(self) -> list[str]:
        """What turned out to be odd about the service, a sentence each."""
        return [note for note in (self._belief.note, *self._gaps.values()) if note]

    async def fetch(self, addresses: Sequence[Address], arrivals: Arrivals, *, refresh: bool = False, suggest: bool = False) -> Arrivals:
        """Fetch everything the addresses mean into `arrivals`; `suggest` asks for names near to those that do not exist."""
        singles: dict[Key, None] = {}
        jobs: list[tuple[str, set[str], list[str]]] = []
        for model, selectors in _by_model(addresses).items():
            names = dict.fromkeys(name for selector in selectors if selector.kind == "names" for name in selector.names)
            wanted = [name for name in names if refresh or not self._recall(arrivals, (model, name))]
            kinds = {selector.kind for selector in selectors} - {"names"}
            if kinds or len(wanted) > FEW:
                jobs.append((model, kinds, wanted))
            else:
                singles.update(((model, name), None) for name in wanted)
        await self._each(jobs, lambda job: self._model(job[0], job[1], job[2], arrivals))
        await self._get(list(singles), arrivals)
        await self._explain_missing(arrivals, suggest=suggest)
        return arrivals

    async def list_versions(self, model_id: str, arrivals: Arrivals, **options: Any) -> list[ModelVersion]:
        """Every version of a model that meets the service's own filters, checked against a single GET once."""
        try:
            listing = await self._client.list_versions(model_id, **options)
        except NotFound as error:
            self.hint(error)
            raise
        if not options.keys() - {"on_page"}:
            self._saw(model_id, listing, arrivals)
        return await self._take(model_id, listing, arrivals)

    def _saw(self, model_id: str, listing: Listing, arrivals: Arrivals) -> None:
        """Note which versions a model has, as a list of all of them says."""
        names = [str(item.get("VersionName", "")) for item in listing.items]
        self.memory.see_versions(model_id, names, whole=listing.complete)
        self._note_gap(model_id, listing)
        if listing.complete:
            arrivals.whole.add(model_id)

    def _note_gap(self, model_id: str, listing: Listing) -> None:
        self._gaps.pop(model_id, None)
        if not listing.complete:
            self._gaps[model_id] = f"the service counts {listing.total:,} versions of {model_id} and hands out fewer"

    async def stream_versions(self, model_id: str) -> AsyncGenerator[list[ModelVersion], None]:
        """Every version of a model a page at a time, the newest page first; nothing is remembered."""
        try:
            async for listing in self._client.stream_versions(model_id):
                arrivals = Arrivals(remember=False)
                versions = await self._take(model_id, listing, arrivals)
                for error in arrivals.failures.values():
                    if not isinstance(error, NotFound):  # what was deleted since the page was read is no failure
                        raise error
                yield versions
                self._note_gap(model_id, listing)
        except NotFound as error:
            self.hint(error)
            raise

    async def _model(self, model_id: str, kinds: set[str], names: list[str], arrivals: Arrivals) -> None:
        """One model whose versions have to be listed; its failure does not touch the others."""
        try:
            if kinds - {"approved"}:
                versions = await self.list_versions(model_id, arrivals)
                arrivals.listed[model_id] = [version.version_name for version in versions]
            elif names:
                await self._names(model_id, names, arrivals)
            if "approved" in kinds:
                await self._approved(model_id, arrivals)
        except PaiError as error:
            arrivals.failures[model_id, ""] = error
        await self._rest(model_id, names, arrivals)

    async def _rest(self, model_id: str, names: list[str], arrivals: Arrivals) -> None:
        """Named versions that no list has shown: missing where the list was whole, else fetched singly."""
        rest = [name for name in names if (model_id, name) not in arrivals.versions and (model_id, name) not in arrivals.failures]
        failed = arrivals.failures.get((model_id, ""))
        if model_id in arrivals.whole:
            known = self.memory.known(model_id)
            arrivals.failures.update({(model_id, name): no_version(model_id, name, known) for name in rest})
        elif failed is None:
            await self._get([(model_id, name) for name in rest], arrivals)
        elif not isinstance(failed, HOPELESS):
            # a list that cannot be had is no reason to give up, unless the first few cannot be had singly either
            await self._get([(model_id, name) for name in rest[:SAMPLE]], arrivals)
            if any((model_id, name) in arrivals.versions for name in rest[:SAMPLE]):
                await self._get([(model_id, name) for name in rest[SAMPLE:]], arrivals)

    async def _approved(self, model_id: str, arrivals: Arrivals) -> None:
        """Names of the approved versions, from what is already listed or by the service's filter."""
        if model_id in arrivals.listed:
            versions = [arrivals.versions[model_id, name] for name in arrivals.listed[model_id] if (model_id, name) in arrivals.versions]
        else:
            versions = await self.list_versions(model_id, arrivals, approval="Approved")
        arrivals.listed[model_id, "approved"] = [version.version_name for version in versions if is_approved(version)]

    async def _names(self, model_id: str, names: list[str], arrivals: Arrivals) -> None:
        """Several named versions: one page first, then whatever is cheaper for the rest."""
        listing = await self._client.list_versions(model_id, limit=PAGE)
        await self._take(model_id, listing, arrivals, only=names)
        rest = [name for name in names if (model_id, name) not in arrivals.versions]
        pages = math.ceil((listing.total or 0) / PAGE)
        if not rest:
            return
        if pages <= 1 and listing.total is not None:
            self._saw(model_id, listing, arrivals)
        elif len(rest) >= pages:
            await self.list_versions(model_id, arrivals)

    async def _take(self, model_id: str, listing: Listing, arrivals: Arrivals, only: Iterable[str] | None = None) -> list[ModelVersion]:
        """Versions of a listing; what a list item lacks is fetched singly."""
        wanted = None if only is None else set(only)
        items = [item for item in listing.items if wanted is None or item.get("VersionName") in wanted]
        lacking = dict.fromkeys(await self._lacking(model_id, items, arrivals))
        provenance = self._provenance(listing.request_ids)
        for item in items:
            if item.get("VersionName") not in lacking:
                self._keep(ModelVersion(item, model_id=model_id, fetched=listing.fetched, provenance=provenance), arrivals)
        await self._get([(model_id, name) for name in lacking], arrivals)
        keys = [(model_id, str(item.get("VersionName", ""))) for item in items]
        return [arrivals.versions[key] for key in keys if key in arrivals.versions]

    async def _lacking(self, model_id: str, items: Sequence[Mapping[str, Any]], arrivals: Arrivals) -> list[str]:
        """Names of the items that a list does not carry whole."""
        seen = await self._belief.test(model_id, items)
        if seen is not None:
            self._keep(self._version(seen, model_id), arrivals)
        return [str(item.get("VersionName", "")) for item in items] if self._belief.whole is False else []

    def _version(self, reply: Reply, model_id: str) -> ModelVersion:
        provenance = self._provenance((reply.request_id,))
        return ModelVersion(reply.document, model_id=model_id, fetched=reply.fetched, provenance=provenance)

    def _provenance(self, request_ids: tuple[str, ...]) -> Provenance:
        settings = self._client.settings
        return Provenance(settings.endpoint.host, settings.region, settings.workspace_id, tuple(filter(None, request_ids)))

    async def _get(self, keys: Sequence[Key], arrivals: Arrivals) -> None:
        """Fetch single versions, at most the client's number of workers in flight."""

        def keep(key: Key, result: Reply | PaiError) -> None:
            if isinstance(result, PaiError):
                arrivals.failures[key] = result
            else:
                self._keep(self._version(result, key[0]), arrivals)

        if keys:
            await self._client.get_many(keys, on_result=keep)

    def _keep(self, version: ModelVersion, arrivals: Arrivals) -> None:
        if arrivals.remember:
            self.memory.keep(version)
        arrivals.add(version)

    def _recall(self, arrivals: Arrivals, key: Key) -> bool:
        """Answer from memory when the answer is young enough."""
        version = self.memory.recall(key)
        if version is not None:
            arrivals.add(version)
        return version is not None

    async def _explain_missing(self, arrivals: Arrivals, *, suggest: bool) -> None:
        """Name what is near to the first things that the service says do not exist; nobody reads a thousand hints."""
        missing = [(key, error) for key, error in arrivals.failures.items() if isinstance(error, NotFound) and error.status is not None]
        for key, error in missing[:HINTS]:
            arrivals.failures[key] = await self._asked(error) if suggest else error
            self.hint(arrivals.failures[key])

    def hint(self, error: PaiError) -> bool:
        """Put the nearest of the names seen so far into the hint of an error; false when there are none. Makes no request."""
        if isinstance(error, VersionNotFound):
            return hint_versions(error, self.memory.known(error.model_id))
        return isinstance(error, ModelNotFound) and hint_models(error, self.memory.models())

    async def _asked(self, error: PaiError) -> PaiError:
        """The error after a look at what there is, for a person who may have mistyped: up to two requests more."""
        if isinstance(error, VersionNotFound) and not self.memory.known(error.model_id).listed:
            try:
                listing = await self._client.list_versions(error.model_id, limit=PAGE, order="DESC")
            except ModelNotFound as missing:
                error = missing
            except PaiError:
                return error
            else:
                names = [str(item.get("VersionName", "")) for item in listing.items]
                self.memory.see_versions(error.model_id, names, whole=listing.total == len(names))
        if isinstance(error, ModelNotFound) and not self.hint(error):
            with suppress(PaiError):
                models = await self._client.list_models(limit=PAGE)
                self.memory.see(str(item.get("ModelId", "")) for item in models.items)
        return error

    async def _each(self, jobs: Sequence[Any], work: Callable[[Any], Any]) -> None:
        """Run jobs, a few at a time; the first unexpected exception ends all."""
        pending = iter(jobs)

        async def worker() -> None:
            for job in pending:
                await work(job)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(MODELS_AT_ONCE, len(jobs))):
                group.create_task(worker())


def _by_model(addresses: Sequence[Address]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for address in addresses:
        grouped.setdefault(address.model, []).append(address.selector)
    return grouped
