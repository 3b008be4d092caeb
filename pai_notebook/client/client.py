"""The client: operations, their attempts, and what they share (connections, pace, retry budget, clock offset).

Everything asynchronous here runs on the private loop; `run` and `submit` are the way in from outside.
"""

from __future__ import annotations

import asyncio
import sys
import weakref
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from pai_notebook.arguments import number_argument
from pai_notebook.client.attempt import Reply
from pai_notebook.client.loop import shared_loop
from pai_notebook.client.operations import ask_list_models, ask_list_versions, ask_model, ask_version
from pai_notebook.client.pages import Listing, Page, Reading, Traits, smaller_size
from pai_notebook.client.paging import read_pages
from pai_notebook.client.retry import RetryPolicy, RetryState
from pai_notebook.client.session import Session, SessionHolder
from pai_notebook.client.streaming import stream_pages
from pai_notebook.client.tasks import closed_error
from pai_notebook.errors import AuthenticationError, ConfigurationError, CredentialsNotFound, PaiError
from pai_notebook.guides import CallError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Hashable, Iterator, Sequence
    from datetime import timedelta

    import httpx

    from pai_notebook.client.credentials import Provider
    from pai_notebook.client.operations import Operation
    from pai_notebook.client.settings import Settings
    from pai_notebook.client.tasks import Work

    OnResult = Callable[[tuple[str, str], Reply | PaiError], None]

T = TypeVar("T")


class Client:
    """A client of the model registry.

    Parameters
    ----------
    settings : Settings
        Where, and within which limits.
    provider : Provider
        Whose key; see `resolve_credentials`.
    transport : httpx.AsyncBaseTransport or None
        What sends instead of sockets, such as `httpx.MockTransport`.

    Attributes
    ----------
    settings : Settings
        As given.

    Examples
    --------
    >>> import httpx
    >>> from pai_notebook.client import Client, resolve_credentials, resolve_settings
    >>> settings = resolve_settings(region="cn-hangzhou", environ={}, home="/nonexistent")
    >>> answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"VersionName": "0.1.0"}))
    >>> with Client(settings, resolve_credentials(("id", "secret")), transport=answer) as client:
    ...     client.run(client.get_version("model-a", "0.1.0")).document
    {'VersionName': '0.1.0'}
    """

    def __init__(self, settings: Settings, provider: Provider, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.settings = settings
        self._provider = provider
        self._transport = transport
        self._retry_policy = RetryPolicy(settings.limits, provider)
        self._traits: dict[str, Traits] = {}
        self._holder = SessionHolder()
        weakref.finalize(self, self._holder.abandon).atexit = False

    @property
    def clock_offset(self) -> timedelta:
        """How far the service's clock is ahead of this machine's, as learnt when the service refused a date."""
        return self._retry_policy.clock_offset

    @property
    def identity(self) -> str:
        """Which kind of key signs and where it comes from, in words that show nothing of it; empty while that is not known."""
        return self._provider.told

    def __repr__(self) -> str:
        return f"<Client of {self.settings.endpoint.url}>"

    def __reduce__(self) -> NoReturn:
        said = say("a registry is neither pickled nor copied, because its credentials never are")
        raise CallError(said, hint=say("Call connect(...) in the worker, or use threads, as joblib.Parallel(prefer='threads') does."))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run(self, work: Work[T], *, tick: Callable[[], None] | None = None) -> T:
        """Run one of this client's coroutines and wait; an interrupt aborts its requests.

        Parameters
        ----------
        work : coroutine or function
            From one of the asynchronous methods; or what calls one, which leaves nothing behind when an interrupt comes first.
        tick : callable or None
            Called on the caller's thread a few times a second while waiting.
        """
        if sys.platform == "emscripten" and self._transport is None:
            if not callable(work):
                work.close()
            raise ConfigurationError(
                say("Python in a browser cannot reach a registry"),
                hint=say("Use the embedded one, connect('demo'), or a snapshot: pnb.load(path)."),
            )
        return shared_loop.run(work, user=self._holder, tick=tick)

    def submit(self, work: Work[T]) -> concurrent.futures.Future[T]:
        """Start one of this client's coroutines; cancelling the future aborts its requests."""
        return shared_loop.submit(work, user=self._holder)

    def iterate(self, source: AsyncGenerator[T, None], *, tick: Callable[[], None] | None = None) -> Iterator[T]:
        """Hand on what one of this client's asynchronous generators yields; leaving early or an interrupt ends it."""

        async def following() -> tuple[T, ...]:
            async for item in source:
                return (item,)
            return ()

        async def ending() -> None:  # where it is refused, closing it must not run the generator off the loop, as Python 3.13 would
            await source.aclose()

        streams = self._holder.streams
        streams.add(source)
        try:
            while found := self.run(following, tick=tick):
                yield found[0]
        finally:
            # a client that was closed refuses, and ends on its loop what is still in its streams; so it does with one that an interrupt
            # has left running
            with suppress(ConfigurationError, RuntimeError):
                self.run(ending)
                streams.discard(source)

    def close(self) -> None:
        """Abort what is under way, close the connections and, after the last client, end the thread.

        Whoever waits for an answer gets a ConfigurationError that says so.
        """
        shared_loop.leave(self._holder)

    def _session(self) -> Session:
        """The session of the running loop; a loop that is gone (after a fork) leaves its session behind untouched."""
        if not shared_loop.inside:
            raise RuntimeError("use client.run(...) or client.submit(...): the coroutines belong to the private loop")
        if not self._holder.usable:
            raise closed_error()
        session = self._holder.session
        if session is None or session.loop is not asyncio.get_running_loop():
            session = self._holder.replace(Session(self.settings, self._provider, self._transport))
        return session

    async def get_version(self, model_id: str, version_name: str) -> Reply:
        """Fetch one version.

        Raises
        ------
        AddressError
            When an id cannot be one; nothing is sent.
        PaiError
            Of the kind that tells what happened.
        """
        return await self._once(ask_version(model_id, version_name))

    async def get_model(self, model_id: str) -> Reply:
        """Fetch one model; errors as `get_version`."""
        return await self._once(ask_model(model_id))

    async def ask(self, operation: Operation) -> Reply:
        """Make one request of those in `operations`; errors as `get_version`."""
        return await self._once(operation)

    async def list_versions(
        self, model_id: str, *, limit: int | None = None, newest_first: bool = False, approval: str | None = None
    ) -> Listing:
        """Fetch the versions of a model, whole documents, 100 a request.

        Parameters
        ----------
        model_id : str
            The model.
        limit : int or None
            Versions at most.
        newest_first : bool
            By time of creation; by default the oldest come first.
        approval : str or None
            Exact filter of the service.

        Raises
        ------
        PaiError
            As `get_version`.
        """
        return await self._list(ask_list_versions(model_id, approval=approval), newest_first=newest_first, limit=limit)

    async def stream_versions(self, model_id: str) -> AsyncGenerator[Listing, None]:
        """Fetch every version of a model without holding them: a listing for each page, the newest page first.

        Whatever others create and delete meanwhile, a version that was there all the time comes, and comes once. The last
        listing is empty and not `complete` when the service reports more than it returns.

        Raises
        ------
        PaiError
            As `get_version`.
        """
        async with aclosing(self._stream(ask_list_versions(model_id))) as listings:
            async for listing in listings:
                yield listing

    async def stream_models(self, *, workspace_id: str | None = None) -> AsyncGenerator[Listing, None]:
        """Fetch every model without holding them: a listing for each page, in any order, with its `place`; otherwise as `stream_versions`.

        Parameters
        ----------
        workspace_id : str or None
            As for `list_models`.
        """
        filters = {"workspace_id": self.settings.workspace_id if workspace_id is None else workspace_id}
        async with aclosing(self._stream(ask_list_models(filters))) as listings:
            async for listing in listings:
                yield listing

    def _stream(self, operation: Operation) -> AsyncGenerator[Listing, None]:
        return stream_pages(self._pages_of(operation, self._session()), key=operation.key, traits=self._traits_of(operation))

    async def share(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine of this client once for all who ask for it at the same time under one key."""
        return await self._session().flights.join(key, make)

    async def read_versions(self, model_id: str, reading: Reading, on_page: Callable[[Page], None], *, above: int = 0) -> Listing:
        """Fetch every version of a model, telling of each page as it arrives; a page that fails does not cost the others.

        Parameters
        ----------
        model_id : str
            The model.
        reading : Reading
            Filled with what arrives. Given again after an interrupt or a failure, only the rest is asked for.
        on_page : callable
            Told each page; runs on the private loop.
        above : int
            So many of the newest, newest first; 0 for all, oldest first.

        Raises
        ------
        PaiError
            As `get_version`, when the newest page could not be fetched.
        """
        operation = ask_list_versions(model_id)
        return await self._read(operation, limit=above or None, newest_first=above > 0, reading=reading, on_page=on_page)

    async def list_models(
        self,
        *,
        limit: int | None = None,
        query: str | None = None,
        name: str | None = None,
        workspace_id: str | None = None,
        label: str | None = None,
        provider: str | None = None,
        collections: str | Sequence[str] | None = None,
    ) -> Listing:
        """Fetch models.

        Parameters
        ----------
        limit : int or None
            Models at most.
        query : str or None
            A part of name, domain, task or label.
        name : str or None
            A part of the name; in double quotes the exact name.
        workspace_id : str or None
            None: the workspace of the settings, unless `provider` is given; an empty text: all workspaces.
        label, provider : str or None
            Filters of the service; a label by a part of its key or value.
        collections : str, sequence of str or None
            Collections of the gallery.

        Raises
        ------
        PaiError
            As `get_version`.
        """
        if workspace_id is None and provider is None:
            workspace_id = self.settings.workspace_id
        filters = {
            "query": query,
            "name": name,
            "workspace_id": workspace_id,
            "label": label,
            "provider": provider,
            "collections": collections,
        }
        return await self._list(ask_list_models(filters), limit=limit)

    async def get_many(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        on_result: OnResult | None = None,
    ) -> list[Reply | PaiError]:
        """Fetch many versions one by one, several at a time.

        Parameters
        ----------
        pairs : sequence of (str, str)
            Model ids and version names; a pair that occurs twice is asked for once.
        on_result : callable or None
            Told each pair and its outcome as it arrives, on the private loop; what it has seen survives an interrupt.

        Returns
        -------
        list of Reply or PaiError
            In the order of `pairs`. After an error that concerns every request (no credentials, a refused key) the rest is not asked for
            and gets the same error.
        """
        outcomes: dict[tuple[str, str], Reply | PaiError] = {}
        waiting = iter(dict.fromkeys(pairs))
        workers = [self._work(waiting, outcomes, on_result) for _ in range(min(self.settings.limits.max_workers, len(pairs)))]
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker)
        return [outcomes[pair] for pair in pairs]

    async def _work(
        self,
        waiting: Iterator[tuple[str, str]],
        outcomes: dict[tuple[str, str], Reply | PaiError],
        on_result: OnResult | None,
    ) -> None:
        fatal: PaiError | None = None
        for pair in waiting:
            outcome: Reply | PaiError
            try:
                outcome = fatal or await self.get_version(*pair)
            except PaiError as error:
                outcome = error
                if isinstance(error, (AuthenticationError, CredentialsNotFound)) or type(error) is ConfigurationError:
                    fatal = error
            outcomes[pair] = outcome
            if on_result is not None:
                on_result(pair, outcome)

    async def _once(self, operation: Operation) -> Reply:
        session = self._session()
        return await session.flights.join(operation, lambda: self._ask(operation, session))

    async def _list(self, operation: Operation, *, limit: int | None, newest_first: bool = False) -> Listing:
        if limit is not None:
            limit = number_argument("limit", limit, least=1, whole=True)
        # a listing as a whole is shared, not its pages: their order in time is what makes it complete
        listing = await self._session().flights.join(
            (operation, newest_first, limit), lambda: self._read(operation, limit=limit, newest_first=newest_first)
        )
        for error in listing.failed.values():
            raise error
        return listing

    async def _read(
        self,
        operation: Operation,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        on_page: Callable[[Page], None] | None = None,
        reading: Reading | None = None,
    ) -> Listing:
        return await read_pages(
            self._pages_of(operation, self._session()),
            key=operation.key,
            limit=limit,
            newest_first=newest_first,
            on_page=on_page,
            reading=reading,
            traits=self._traits_of(operation),
            window=self.settings.limits.max_workers,
        )

    def _traits_of(self, operation: Operation) -> Traits:
        return self._traits.setdefault(operation.action, Traits())

    def _pages_of(self, operation: Operation, session: Session) -> Callable[[int, int, bool], Awaitable[Page]]:
        """What fetches one page of a list, a smaller one than asked for when the service objects to its size."""
        traits = self._traits_of(operation)

        async def fetch(number: int, size: int, newest: bool) -> Page:  # noqa: FBT001 - as read_pages calls it
            while True:
                largest = traits.size
                try:
                    reply = await self._ask(operation.page(number, min(size, largest), newest_first=newest), session)
                    return _page(operation, reply)
                except PaiError as error:
                    smaller = smaller_size(largest, error)
                    if smaller is None:
                        raise
                    traits.size = min(smaller, traits.size)

        return fetch

    async def _ask(self, operation: Operation, session: Session) -> Reply:
        """Attempt until one gives a reply or no further one can help."""
        loop = asyncio.get_running_loop()
        call = RetryState(end=loop.time() + self.settings.limits.deadline)
        while True:
            outcome = await session.exchange.attempt(operation, end=call.end, offset=self.clock_offset, refused=call.refused)
            if isinstance(outcome, Reply):
                self._retry_policy.succeeded(call)
                return replace(outcome, attempts=call.attempts)
            wait = self._retry_policy.wait(call, outcome, now=loop.time())
            if wait is None:
                raise _about(operation, self.settings, self._retry_policy.final(call, outcome))
            await asyncio.sleep(wait)


def _page(operation: Operation, reply: Reply) -> Page:
    total = reply.document.get("TotalCount")
    counted = isinstance(total, int) and not isinstance(total, bool) and total >= 0
    return Page(tuple(reply.document.get(operation.field) or ()), total if counted else None, reply.request_id, reply.fetched)


def _about(operation: Operation, settings: Settings, error: PaiError) -> PaiError:
    """The error with what the request was about, where it does not say so itself."""
    error.action = error.action or operation.action
    error.model_id = error.model_id or operation.model_id
    error.version_name = error.version_name or operation.version_name
    error.region = error.region or settings.region
    return error
