"""Which requests answer a set of addresses: pages where they are cheaper, single versions where they are not."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ModelNotFound, NotFound, PaiError, VersionNotFound
from pai_notebook.model.address import Address, nearest
from pai_notebook.model.document import canonical_json
from pai_notebook.model.version import ModelVersion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from pai_notebook.wire import Client, Listing, Reply

__all__ = ["Arrivals", "Fetcher"]

PAGE = 100
FEW = 2
MODELS_AT_ONCE = 4

Key = tuple[str, str]


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
        Version names of models that were listed whole, and of the approved ones under (model_id, "approved").
    progress : callable, optional
        Called with the number of versions that arrived.
    remember : bool
        Whether the versions may answer later questions.
    """

    versions: dict[Key, ModelVersion] = field(default_factory=dict)
    failures: dict[Key, PaiError] = field(default_factory=dict)
    listed: dict[Any, list[str]] = field(default_factory=dict)
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
            names = address.selector.pick(self.listed.get(address.model, []), self.listed.get((address.model, "approved"), []))
            if whole is not None and not names:
                errors[str(address)] = whole
            elif not names and address.selector.kind != "all":
                errors[str(address)] = _nothing(address, self.listed.get(address.model, []))
            for name in names:
                key = (address.model, name)
                if key in self.versions:
                    found.append(self.versions[key])
                elif key in self.failures or whole is not None:
                    errors[f"{address.model}@{name}"] = self.failures.get(key) or whole or PaiError("not fetched")
        return found, errors


def _nothing(address: Address, available: Sequence[str]) -> PaiError:
    if address.selector.kind == "approved":
        return VersionNotFound(
            f"no version of {address.model} is approved", model_id=address.model, hint="Choose one by name, or use @latest."
        )
    hint = f"It has {len(available)} versions." if available else "The model has no version yet."
    return VersionNotFound(f"{address} selects no version", model_id=address.model, hint=hint)


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
    """

    def __init__(self, client: Client, *, cache_size: int = 4096, cache_seconds: float = 60.0) -> None:
        self._client = client
        self._cache: OrderedDict[Key, ModelVersion] = OrderedDict()
        self._cache_size = cache_size
        self._cache_seconds = cache_seconds
        self._trust: bool | None = None
        self._seen: dict[str, None] = {}
        self.notes: list[str] = []

    def __len__(self) -> int:
        return len(self._cache)

    def names(self, model_id: str) -> list[str]:
        """Version names of a model that are remembered, for completion; makes no request."""
        return [name for model, name in list(self._cache) if model == model_id]

    def models(self) -> list[str]:
        """Ids of models that were listed, or of which a version is remembered; makes no request."""
        return list(dict.fromkeys([*self._seen, *(model for model, _ in list(self._cache))]))

    def see(self, model_ids: Iterable[str]) -> None:
        """Remember ids of models, for completion."""
        self._seen.update(dict.fromkeys(model_ids))

    def recent(self, count: int = 50) -> list[ModelVersion]:
        """Versions that were asked for last, for completion; makes no request."""
        return list(self._cache.values())[-count:]

    async def fetch(self, addresses: Sequence[Address], arrivals: Arrivals, *, refresh: bool = False) -> Arrivals:
        """Fetch everything the addresses mean into `arrivals`."""
        singles: dict[Key, None] = {}
        jobs: list[tuple[str, set[str], set[str]]] = []
        for model, selectors in _by_model(addresses).items():
            names = dict.fromkeys(name for selector in selectors if selector.kind == "names" for name in selector.names)
            wanted = {name for name in names if refresh or not self._recall(arrivals, (model, name))}
            kinds = {selector.kind for selector in selectors} - {"names"}
            if kinds or len(wanted) > FEW:
                jobs.append((model, kinds, wanted))
            else:
                singles.update(((model, name), None) for name in names if name in wanted)
        await self._each(jobs, lambda job: self._model(job[0], job[1], job[2], arrivals))
        await self._get(list(singles), arrivals)
        await self._explain_missing(arrivals)
        return arrivals

    async def list_versions(self, model_id: str, arrivals: Arrivals, **filters: Any) -> list[ModelVersion]:
        """Every version of a model that meets the service's own filters, checked against a single GET once."""
        try:
            listing = await self._client.list_versions(model_id, **filters)
        except NotFound as error:
            raise await self.no_model(model_id, error) from error
        return await self._take(model_id, listing, arrivals)

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
                if not listing.complete:
                    self.notes.append(f"the service counts {listing.total:,} versions of {model_id} and hands out fewer")
        except NotFound as error:
            raise await self.no_model(model_id, error) from error

    async def _model(self, model_id: str, kinds: set[str], names: set[str], arrivals: Arrivals) -> None:
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
        self._name_missing(model_id, names, arrivals)

    async def _approved(self, model_id: str, arrivals: Arrivals) -> None:
        """Names of the approved versions, from what is already listed or by the service's filter."""
        if model_id in arrivals.listed:
            versions = [arrivals.versions[model_id, name] for name in arrivals.listed[model_id] if (model_id, name) in arrivals.versions]
        else:
            versions = await self.list_versions(model_id, arrivals, approval="Approved")
        arrivals.listed[model_id, "approved"] = [
            version.version_name for version in versions if version.approval_status.casefold() == "approved"
        ]

    async def _names(self, model_id: str, names: set[str], arrivals: Arrivals) -> None:
        """Several named versions: one page first, then whatever is cheaper for the rest."""
        try:
            listing = await self._client.list_versions(model_id, limit=PAGE)
        except NotFound as error:
            raise await self.no_model(model_id, error) from error
        await self._take(model_id, listing, arrivals, only=names)
        rest = [name for name in names if (model_id, name) not in arrivals.versions]
        pages = math.ceil((listing.total or 0) / PAGE)
        if not rest:
            return
        if pages <= 1 and listing.total is not None:
            arrivals.listed[model_id] = [str(item.get("VersionName", "")) for item in listing.items]
        elif len(rest) < pages:
            await self._get([(model_id, name) for name in rest], arrivals)
        else:
            versions = await self.list_versions(model_id, arrivals)
            arrivals.listed[model_id] = [version.version_name for version in versions]

    async def _take(self, model_id: str, listing: Listing, arrivals: Arrivals, only: set[str] | None = None) -> list[ModelVersion]:
        """Versions of a listing; what a list item lacks is fetched singly."""
        items = [item for item in listing.items if only is None or item.get("VersionName") in only]
        lacking = await self._lacking(model_id, items, arrivals)
        for item in items:
            if item.get("VersionName") not in lacking:
                self._keep(ModelVersion.from_document(item, model_id, fetched=listing.fetched), arrivals)
        await self._get([(model_id, name) for name in lacking], arrivals)
        keys = [(model_id, str(item.get("VersionName", ""))) for item in items]
        return [arrivals.versions[key] for key in keys if key in arrivals.versions]

    async def _lacking(self, model_id: str, items: Sequence[Mapping[str, Any]], arrivals: Arrivals) -> list[str]:
        """Names of the items that a list does not carry whole; looked into once a registry, by one GET."""
        if self._trust is None and items:
            sample = min(items, key=len)
            try:
                reply = await self._client.get_version(model_id, str(sample.get("VersionName", "")))
            except PaiError:
                return []
            self._keep(_version(reply, model_id), arrivals)
            self._judge(sample, reply.document)
        if self._trust is not False:
            return []
        return [str(item.get("VersionName", "")) for item in items]

    def _judge(self, item: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        """Decide whether lists can be believed, from one version seen both ways."""
        single = {key: value for key, value in document.items() if key != "RequestId"}
        listed = {key: value for key, value in item.items() if key != "RequestId"}
        if canonical_json(single) == canonical_json(listed):
            self._trust = True
        elif single.get("GmtModifiedTime") == listed.get("GmtModifiedTime"):
            self._trust = False
            missing = sorted(set(single) - set(listed))
            what = f"lacks {', '.join(missing)}" if missing else "differs from GetModelVersion"
            self.notes.append(f"ListModelVersions {what}; every version is fetched singly")

    async def _get(self, keys: Sequence[Key], arrivals: Arrivals) -> None:
        """Fetch single versions, at most the client's number of workers in flight."""

        def keep(key: Key, result: Reply | PaiError) -> None:
            if isinstance(result, PaiError):
                arrivals.failures[key] = result
            else:
                self._keep(_version(result, key[0]), arrivals)

        if keys:
            await self._client.get_many(keys, on_result=keep)

    def _keep(self, version: ModelVersion, arrivals: Arrivals) -> None:
        key = (version.model_id, version.version_name)
        if arrivals.remember:
            self._cache[key] = version
            self._cache.move_to_end(key)
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        arrivals.add(version)

    def _recall(self, arrivals: Arrivals, key: Key) -> bool:
        """Answer from memory when the answer is young enough; the version then says when it was fetched."""
        version = self._cache.get(key)
        if version is None or version.fetched is None or (datetime.now(UTC) - version.fetched).total_seconds() > self._cache_seconds:
            return False
        self._cache.move_to_end(key)
        arrivals.add(version.remembered())
        return True

    def _name_missing(self, model_id: str, names: Iterable[str], arrivals: Arrivals) -> None:
        """Say which named versions a model that was listed whole does not have."""
        available = arrivals.listed.get(model_id)
        for name in names:
            if available is not None and name not in available:
                arrivals.failures[model_id, name] = _no_version(model_id, name, available, None)

    async def _explain_missing(self, arrivals: Arrivals) -> None:
        """Turn a bare 404 into the nearest names, with one list call a model."""
        for (model_id, name), error in list(arrivals.failures.items()):
            if isinstance(error, VersionNotFound) and error.status is not None and name:
                arrivals.failures[model_id, name] = await self._explained(model_id, name, error)

    async def _explained(self, model_id: str, name: str, error: PaiError) -> PaiError:
        try:
            listing = await self._client.list_versions(model_id, limit=PAGE)
        except NotFound as missing:
            return await self.no_model(model_id, missing)
        except PaiError:
            return error
        return _no_version(model_id, name, [str(item.get("VersionName", "")) for item in listing.items], error)

    async def no_model(self, model_id: str, error: NotFound) -> PaiError:
        """Say that a model does not exist, with the ids nearest to it."""
        try:
            listing = await self._client.list_models(limit=PAGE)
        except PaiError:
            return error
        ids = [str(item.get("ModelId", "")) for item in listing.items]
        close = get_close_matches(model_id, ids, 2, cutoff=0.5)
        hint = f"Nearest are {' and '.join(close)}; %paimodel ls shows all." if close else "%paimodel ls shows the models of this registry."
        return ModelNotFound(
            f"no model {model_id}",
            hint=hint,
            code=error.code,
            status=error.status,
            request_id=error.request_id,
            action=error.action,
            model_id=model_id,
            region=error.region,
        )

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


def _version(reply: Reply, model_id: str) -> ModelVersion:
    return ModelVersion.from_document(reply.document, model_id, fetched=reply.fetched)


def _no_version(model_id: str, name: str, available: Sequence[str], error: PaiError | None) -> PaiError:
    close = nearest(name, available)
    return VersionNotFound(
        f"no version {name} in {model_id}",
        hint=f"Nearest are {' and '.join(close)}." if close else "The model has no version yet.",
        code=error.code if error else "",
        status=error.status if error else None,
        request_id=error.request_id if error else "",
        action=error.action if error else "ListModelVersions",
        model_id=model_id,
        version_name=name,
        region=error.region if error else "",
    )
