"""Plans and makes the requests for a set of addresses: pages where they are cheaper, else single versions.

Of one model: what goes by time of creation takes one page, newest first; a range, a glob or everything takes the whole list, which then
answers all other selectors too; a few names are fetched one by one.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import check_version_name, is_version_name
from pai_notebook.client.pages import PAGE_SIZE, Page, Reading
from pai_notebook.errors import (
    AddressError,
    AuthenticationError,
    ConfigurationError,
    CredentialsNotFound,
    DeadlineExceeded,
    ModelNotFound,
    NotFound,
    PaiError,
)
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.address import Address
from pai_notebook.model.order import is_approved
from pai_notebook.model.registered_model import Model
from pai_notebook.model.selectors import Need
from pai_notebook.model.source import Provenance
from pai_notebook.model.version import ModelVersion, adopt_document
from pai_notebook.registry.list_probe import ListProbe
from pai_notebook.registry.models import ModelNames
from pai_notebook.registry.names import NameResolver
from pai_notebook.registry.result import Arrivals, single
from pai_notebook.registry.suggestions import Suggestions
from pai_notebook.versions.cache import Key, Memory

if TYPE_CHECKING:
    from pai_notebook.client import Client, Listing, Reply

# Versions that are remembered; the least recently used go first.
_REMEMBERED = 4096

# Names of one model that are fetched one by one; from three on a page of the list takes fewer requests.
FEW = 2
# Versions that are tried by themselves when their list fails, before all are.
SAMPLE = 3
# What ends a list and would end single requests as well.
HOPELESS = (AuthenticationError, ConfigurationError, CredentialsNotFound, DeadlineExceeded)


class _Shared:
    """A list that is being read, and its listeners; a late listener gets the earlier pages first."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._pages: list[Page] = []
        self._told: list[Callable[[Page], None]] = []

    def join(self, tell: Callable[[Page], None]) -> None:
        """Add a listener, and call it with the pages read so far."""
        for page in self._pages:
            tell(page)
        self._told.append(tell)

    def leave(self, tell: Callable[[Page], None]) -> bool:
        """Remove a listener; true when none is left."""
        self._told.remove(tell)
        return not self._told

    def tell(self, page: Page) -> None:
        """Pass a page to every listener."""
        self._pages.append(page)
        for tell in self._told:
            tell(page)


class Fetcher:
    """Answers addresses with as few requests as the service allows, and remembers what it saw.

    Everything runs on the client's loop thread, so nothing here needs a lock.

    Parameters
    ----------
    client : Client
        The client of the service.
    cache_seconds : float
        How long a remembered version answers without a request.
    names : bool
        Whether names of models, datasets and people are asked for.

    Attributes
    ----------
    memory : Memory
        Versions and names seen so far; may be read from any thread.
    """

    def __init__(self, client: Client, *, cache_seconds: float = 60.0, names: bool = True) -> None:
        self._client = client
        self._seconds = cache_seconds
        self._probe = ListProbe(client)
        self._gaps: dict[str, Phrase] = {}
        self._lists: dict[tuple[str, int], _Shared] = {}
        self._unfinished: dict[str, Reading] = {}
        self._unsorted = ""
        self.memory = Memory(size=_REMEMBERED, seconds=cache_seconds)
        self.names = ModelNames(client, self.memory)
        self.resolver = NameResolver(client, self.memory, seconds=cache_seconds) if names else None
        self.suggestions = Suggestions(client, self.memory)

    @property
    def notes(self) -> list[str]:
        """Deviations of the service from its documentation, a sentence each."""
        told = self.resolver.notes if self.resolver else []
        return [note for note in (self._probe.note, self._unsorted, *self._gaps.values(), *told) if note]

    async def fetch(self, addresses: Sequence[Address], arrivals: Arrivals, *, refresh: bool = False, suggest: bool = False) -> Arrivals:
        """Fetch everything the addresses mean into `arrivals`; `suggest` asks the service for similar names where one does not exist."""
        texts = dict.fromkeys(address.model for address in addresses)
        arrivals.name_in = self.memory.name_in
        arrivals.ids.update({text: model_id for text in texts if (model_id := self.names.known(text))})
        done = False
        try:
            await self._find([text for text in texts if text not in arrivals.ids], arrivals)
            await self._ask(_needs(addresses, arrivals.ids), arrivals, refresh=refresh)
            # only now the service has said which ids it does not know; these may be names
            wrong = [text for text, model_id in arrivals.ids.items() if text == model_id and self._may_be_name(text, arrivals)]
            await self._find(wrong, arrivals)
            found = {text: arrivals.ids[text] for text in wrong if arrivals.ids[text] != text}
            await self._ask(_needs(addresses, found), arrivals, refresh=refresh)
            await self.suggestions.explain(arrivals, ask=suggest)
            if self.resolver:
                arrivals.is_naming = True
                await self.resolver.resolve([version for known in arrivals.models.values() for version in known.versions.values()])
            done = arrivals.all_answered
        finally:
            # a repeat asks only for the rest: of lists that were read to their end only whether they are still the same
            if not done:
                self._unfinished.update({model_id: known.reading for model_id, known in arrivals.models.items() if known.reading})
        return arrivals

    def _may_be_name(self, text: str, arrivals: Arrivals) -> bool:
        """Whether the service does not know what was taken for an id, so that it may be the name of a model."""
        return self.names.may_be_name(text) and not arrivals.of(text).versions and _missing(text, arrivals) is not None

    async def _find(self, names: Sequence[str], arrivals: Arrivals) -> None:
        """Find the ids of models by name, with one list of models; one that is not found is a failure of that model."""
        if not names:
            return
        try:
            await self.names.refresh(names)
        except PaiError as error:
            arrivals.failures.update({(name, ""): error for name in names if not _missing(name, arrivals)})
            return
        for name in names:
            missing = _missing(name, arrivals)
            try:
                arrivals.ids[name] = self.names.look_up(name, missing)
            except PaiError as error:
                if error is not missing:
                    arrivals.failures.update({(name, ""): error, **{key: error for key in arrivals.failures if key[0] == name}})
            else:
                arrivals.failures = {key: error for key, error in arrivals.failures.items() if key[0] != name}

    async def _ask(self, needs: Mapping[str, Need], arrivals: Arrivals, *, refresh: bool) -> None:
        """Fetch what is needed of each model, a few models at a time."""
        singles: list[Key] = []
        jobs: list[tuple[str, Need, list[str]]] = []
        for model_id, need in needs.items():
            legal = self._legal(model_id, need.names, arrivals)
            left = [name for name in legal if refresh or not self._recall(arrivals, (model_id, name))]
            # pages of an earlier reading may be out of date
            if refresh:
                self._unfinished.pop(model_id, None)
            if need.whole or need.newest or need.approved or len(left) > FEW:
                jobs.append((model_id, need, left))
            else:
                singles += [(model_id, name) for name in left]
                arrivals.of(model_id).wanted = len(legal)
        pending = iter(jobs)

        async def work() -> None:
            for model_id, need, names in pending:
                await self._model(model_id, need, names, arrivals)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._client.settings.limits.max_workers, len(jobs))):
                    group.create_task(work())
                await self._get(singles, arrivals)
        except BaseExceptionGroup as error:
            raise single(error) from None

    def _legal(self, model_id: str, names: Iterable[str], arrivals: Arrivals) -> list[str]:
        """Names that the service may have; the others are refused without a request."""
        legal = []
        for name in names:
            if is_version_name(name):
                legal.append(name)
                continue
            try:
                check_version_name(name)
            except AddressError as error:
                arrivals.failures[model_id, name] = error
        return legal

    async def get_model(self, text: str) -> Model:
        """One model by id or name, with the names of its people."""
        reply = await self.names.by_id(text, self._client.get_model)
        model = Model(reply.document, fetched=reply.fetched)
        people = await self.resolver.people(model) if self.resolver else ()
        return Model(reply.document, fetched=reply.fetched, people=people)

    async def list_versions(self, model_id: str, arrivals: Arrivals) -> list[ModelVersion]:
        """Every version of a model; raises when not everything could be had."""
        address = Address(model_id)
        await self.fetch([address], arrivals)
        found, errors = arrivals.answer([address])
        for error in errors.values():
            raise error
        return found

    async def stream_versions(self, text: str) -> AsyncGenerator[list[ModelVersion], None]:
        """Every version of a model a page at a time, the newest page first; nothing is remembered."""
        model_id = self.names.known(text)
        if not model_id or (model_id == text and self.names.may_be_name(text)):
            model_id = str((await self.names.by_id(text, self._client.get_model)).document["ModelId"])
        try:
            async for listing in self._client.stream_versions(model_id):
                arrivals = Arrivals(remember=False)
                versions = await self._take(model_id, listing, arrivals)
                for error in arrivals.failures.values():
                    if not isinstance(error, NotFound):  # what was deleted since the page was read is not a failure
                        raise error
                yield versions
                self._note_gap(model_id, listing, arrivals)
        except PaiError as error:
            self.memory.name_in(error)
            self.suggestions.hint(error)
            raise

    async def _model(self, model_id: str, need: Need, names: list[str], arrivals: Arrivals) -> None:
        """One model of which something has to be listed; its failure does not touch the others."""
        try:
            if need.whole or (self._unsorted and (need.newest or need.approved)):
                await self._whole(model_id, arrivals)
            elif need.newest or len(names) > FEW:
                await self._newest(model_id, need, names, arrivals)
            else:
                await self._approved(model_id, arrivals)
        except PaiError as error:
            arrivals.failures[model_id, ""] = error
        await self._rest(model_id, names, arrivals)

    async def _newest(self, model_id: str, need: Need, names: list[str], arrivals: Arrivals) -> None:
        """One page, newest first, of the size needed; what it does not show is asked for in the cheapest way."""
        known = arrivals.of(model_id)
        # one more than needed, so that it can be seen that the page is in order and cuts no tie
        limit = need.newest + 1
        if need.approved or len(names) > FEW:
            limit = max(limit, PAGE_SIZE)
        known.wanted = len(names) + max(need.newest, need.approved)
        if limit > PAGE_SIZE:
            versions, total = await self._whole(model_id, arrivals, above=limit), None
        else:
            listing = await self._client.list_versions(model_id, limit=limit, newest_first=True)
            wanted = None if need.newest or need.approved else names
            versions, total = await self._take(model_id, listing, arrivals, only=wanted), listing.total
            # the page was the whole list, which answers every other selector as well
            if total == len(listing.items):
                self._end(model_id, listing, arrivals)
        if known.ended or known.lacking:
            return
        known.newest = self._in_order(versions)
        known.approved = any(map(is_approved, versions[: known.newest]))
        rest = [name for name in names if name not in known.versions]
        pages = math.ceil((total or 0) / PAGE_SIZE)
        # as many names as other pages: one of them at least is to be expected on the oldest page, for the request of one
        if known.newest >= need.newest and max(2, pages - 1) <= len(rest) <= pages:
            await self._take(model_id, await self._client.list_versions(model_id, limit=PAGE_SIZE), arrivals, only=rest)
            rest = [name for name in rest if name not in known.versions]
        # the list takes its pages and the check that nothing has moved; at as many requests it answers everything else too
        if known.newest < need.newest or len(rest) > pages > 1:
            await self._whole(model_id, arrivals)
        elif need.approved and not known.approved:
            await self._approved(model_id, arrivals)

    def _in_order(self, versions: Sequence[ModelVersion]) -> int:
        """How many of some versions, newest first, are the newest of the model for certain: those created after the last of them."""
        times = [version.created for version in versions]
        known = [moment for moment in times if moment is not None]
        if known != sorted(known, reverse=True):
            self._unsorted = say("ListModelVersions does not sort by time of creation as asked; whole lists are read")
            return 0
        return sum(moment > known[-1] for moment in known) if known and len(known) == len(times) else 0

    async def _approved(self, model_id: str, arrivals: Arrivals) -> None:
        """The newest approved version, by the service's filter; the whole list when the filter does not do what it should."""
        known = arrivals.of(model_id)
        known.wanted = max(1, known.wanted or 0)
        listing = await self._client.list_versions(model_id, limit=2, newest_first=True, approval="Approved")
        versions = await self._take(model_id, listing, arrivals)
        here = len(listing.items) == (listing.total or 0)
        if all(map(is_approved, versions)) and (here or self._in_order(versions)):
            known.approved = True
        else:
            await self._whole(model_id, arrivals)

    async def _whole(self, model_id: str, arrivals: Arrivals, *, above: int = 0) -> list[ModelVersion]:
        """Every version of a model, or so many of the newest, newest first; each page counts from the moment it arrives."""
        known = arrivals.of(model_id)
        known.wanted = None
        unfinished = self._resumed(model_id)
        shared = self._lists.setdefault((model_id, above), _Shared(unfinished or Reading()))
        known.reading = shared.reading
        testing: list[asyncio.Task[None]] = []

        def arrived(page: Page) -> None:
            known.wanted = None if page.total is None else min(page.total, above or page.total)
            self._keep_page(model_id, page.items, (page.request_id,), page.fetched, arrivals)
            if not testing and page.items:
                testing.append(asyncio.create_task(self._judge(model_id, page.items, arrivals)))

        shared.join(arrived)
        try:
            listing = await self._client.share(
                ("versions", model_id, above), lambda: self._client.read_versions(model_id, shared.reading, shared.tell, above=above)
            )
            await asyncio.gather(*testing)
        finally:
            # the last listener ends the shared reading
            if shared.leave(arrived):
                self._lists.pop((model_id, above), None)
            for task in testing:
                task.cancel()
        self._settle(model_id, arrivals)
        if listing.failed:
            known.lacking = listing.failed
        elif not above:
            self._end(model_id, listing, arrivals)
        names = [str(item.get("VersionName", "")) for item in listing.items]
        return await self._complete(model_id, names, arrivals, resumed=unfinished is not None)

    def _resumed(self, model_id: str) -> Reading | None:
        """The pages that a call of a moment ago has, which had not everything; None where there is no such call."""
        now = time.monotonic()
        self._unfinished = {key: reading for key, reading in self._unfinished.items() if now - reading.began <= self._seconds}
        return self._unfinished.pop(model_id, None)

    def _end(self, model_id: str, listing: Listing, arrivals: Arrivals) -> None:
        """Take a list that was read to its end."""
        names = [str(item.get("VersionName", "")) for item in listing.items]
        arrivals.of(model_id).end(names, whole=listing.complete)
        self.memory.see_versions(model_id, names, whole=listing.complete)
        self._note_gap(model_id, listing, arrivals)

    def _note_gap(self, model_id: str, listing: Listing, arrivals: Arrivals) -> None:
        self._gaps.pop(model_id, None)
        if not listing.complete:
            said = "the service reports {total:,} versions of {model_id} but returns fewer"
            self._gaps[model_id] = arrivals.gaps[model_id] = say(said, total=listing.total, model_id=model_id)

    async def _rest(self, model_id: str, names: list[str], arrivals: Arrivals) -> None:
        """Named versions that no list has shown, unless the list was complete: fetched one by one."""
        rest = [name for name in names if not arrivals.has((model_id, name)) and (model_id, name) not in arrivals.failures]
        failed = arrivals.failures.get((model_id, ""))
        if arrivals.of(model_id).whole:
            return
        if failed is None:
            await self._get([(model_id, name) for name in rest], arrivals)
        elif not isinstance(failed, HOPELESS):
            # a list that cannot be fetched is no reason to give up, unless the first few versions cannot be fetched by themselves either
            await self._get([(model_id, name) for name in rest[:SAMPLE]], arrivals)
            if any(arrivals.has((model_id, name)) for name in rest[:SAMPLE]):
                await self._get([(model_id, name) for name in rest[SAMPLE:]], arrivals)

    async def _take(self, model_id: str, listing: Listing, arrivals: Arrivals, *, only: Sequence[str] | None = None) -> list[ModelVersion]:
        """Versions of a short list; incomplete items are fetched one by one."""
        wanted = None if only is None else set(only)
        items = [item for item in listing.items if wanted is None or item.get("VersionName") in wanted]
        self._keep_page(model_id, items, listing.request_ids, listing.fetched, arrivals)
        await self._judge(model_id, items, arrivals)
        return await self._complete(model_id, [str(item.get("VersionName", "")) for item in items], arrivals)

    def _keep_page(
        self,
        model_id: str,
        items: Sequence[dict[str, Any]],
        request_ids: tuple[str, ...],
        fetched: datetime,
        arrivals: Arrivals,
    ) -> None:
        """Keep the versions of a page, unless list items are known to be incomplete."""
        known = arrivals.of(model_id)
        known.listed.update(dict.fromkeys(str(item.get("VersionName", "")) for item in items))
        if self._probe.whole is False:
            return
        provenance = self._provenance(model_id, request_ids)
        versions = [adopt_document(item, model_id=model_id, fetched=fetched, provenance=provenance) for item in items]
        arrivals.add(*versions)
        for version in versions:
            if not self._probe.settled:
                known.unsure.add(version.version_name)
            elif arrivals.remember:
                self.memory.keep(version)

    async def _judge(self, model_id: str, items: Sequence[Mapping[str, Any]], arrivals: Arrivals) -> None:
        """Check whether list items are complete; then keep or drop the versions that arrived before."""
        seen = await self._probe.test(model_id, items)
        self._settle(model_id, arrivals)
        if seen is not None:
            self._keep(self._version(seen, model_id), arrivals)

    def _settle(self, model_id: str, arrivals: Arrivals) -> None:
        """Keep the versions of lists whose items are complete, drop the others."""
        known = arrivals.of(model_id)
        for name in known.unsure & known.versions.keys():
            if self._probe.whole is False:
                known.versions.pop(name)
            elif arrivals.remember:
                self.memory.keep(known.versions[name])
        known.unsure.clear()

    async def _complete(self, model_id: str, names: Sequence[str], arrivals: Arrivals, *, resumed: bool = False) -> list[ModelVersion]:
        """The versions of a list, in its order; incomplete ones are fetched one by one first, what a resumed call has not again."""
        known = arrivals.of(model_id)
        if self._probe.whole is False:
            lacking = [(model_id, name) for name in known.listed if name not in known.versions]
            await self._get([key for key in lacking if not (resumed and self._recall(arrivals, key))], arrivals)
        return [known.versions[name] for name in names if name in known.versions]

    def _version(self, reply: Reply, model_id: str) -> ModelVersion:
        provenance = self._provenance(model_id, (reply.request_id,))
        return adopt_document(reply.document, model_id=model_id, fetched=reply.fetched, provenance=provenance)

    def _provenance(self, model_id: str, request_ids: tuple[str, ...]) -> Provenance:
        settings = self._client.settings
        asked = tuple(filter(None, request_ids))
        return Provenance(settings.endpoint.host, settings.region, settings.workspace_id, asked, self.memory.models.name_of(model_id))

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


def _needs(addresses: Sequence[Address], ids: Mapping[str, str]) -> dict[str, Need]:
    """What has to be known of each model before the addresses can be answered."""
    needs: dict[str, list[Need]] = {}
    for address in addresses:
        if address.model in ids:
            needs.setdefault(ids[address.model], []).append(address.selector.need)
    return {model_id: Need.of(found) for model_id, found in needs.items()}


def _missing(model_id: str, arrivals: Arrivals) -> ModelNotFound | None:
    """What the service said of a model that it does not have; None when it has said nothing like that."""
    said = (error for (model, _), error in arrivals.failures.items() if model == model_id and isinstance(error, ModelNotFound))
    return next(said, None)
