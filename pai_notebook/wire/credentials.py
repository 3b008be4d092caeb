"""Whose key signs: what was given, else the environment, else the credentials URI, else the vendor's chain.

The environment is read when a request is made, so that a cell which sets it has an effect. Remote sources are asked once at a time, before
their credentials expire, and never on the event loop.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from pai_notebook.errors import ConfigurationError, CredentialsNotFound, PaiError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Credentials", "Hidden", "Provider", "not_found", "resolve_credentials"]

_RECHECK = 60.0
_MARGIN = timedelta(minutes=5)
_MARGIN_SHARE = 0.2


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An access key, with a security token when it is temporary, or a bearer token alone.

    Neither repr, str, format nor pickle give anything away.

    Parameters
    ----------
    access_key_id, access_key_secret, security_token, bearer_token : str
        The parts; those that do not apply are empty.
    expiration : datetime or None
        When the credentials end, aware; None when unknown.

    Examples
    --------
    >>> Credentials("LTAI5tExample", "secret")
    <Credentials: access key>
    """

    access_key_id: str = ""
    access_key_secret: str = ""
    security_token: str = ""
    bearer_token: str = ""
    expiration: datetime | None = field(default=None, compare=False)

    @property
    def kind(self) -> str:
        """`"access key"`, `"temporary key"` or `"bearer token"`."""
        if self.bearer_token:
            return "bearer token"
        return "temporary key" if self.security_token else "access key"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every part that must not be shown, longest first."""
        parts = (self.access_key_secret, self.security_token, self.bearer_token, self.access_key_id)
        return tuple(sorted((part for part in parts if part), key=len, reverse=True))

    def __repr__(self) -> str:
        until = f", until {self.expiration:%Y-%m-%d %H:%M} UTC" if self.expiration else ""
        return f"<Credentials: {self.kind}{until}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are never pickled")

    def __copy__(self) -> Credentials:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Credentials:
        return self


class Source(Protocol):
    """Where credentials come from."""

    def peek(self) -> Credentials | None:
        """Return credentials that cost nothing to look up, or None."""

    async def fetch(self) -> tuple[Credentials, float | None]:
        """Return credentials and for how many seconds they need not be asked for again (None: until they expire)."""


class Provider:
    """Credentials on demand: cached, renewed before they expire, fetched once however many requests wait.

    Parameters
    ----------
    source : Source
        Where they come from.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._current: Credentials | None = None
        self._fetched: tuple[datetime, float, float | None] = (datetime.now(UTC), 0.0, None)
        self._pending: tuple[asyncio.AbstractEventLoop, asyncio.Task[Credentials]] | None = None

    def __repr__(self) -> str:
        return f"<Provider: {type(self._source).__name__.strip('_')}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are never pickled")

    async def get(self, *, refresh: bool = False, stale: Credentials | None = None) -> Credentials:
        """Return usable credentials.

        Parameters
        ----------
        refresh : bool
            Ask the source again although the cached ones look good.
        stale : Credentials or None
            With `refresh`: those that the service refused. When others have arrived meanwhile, they are returned without asking.

        Raises
        ------
        CredentialsNotFound
            When no source has any.
        ConfigurationError
            When what a source gave cannot be a key.
        """
        if instant := self._source.peek():
            return _checked(instant)
        current = self._current
        if current is not None and (not self._due() if not refresh else stale is not None and current is not stale):
            return current
        try:
            return await self._renew()
        except PaiError:
            if current is not None and not refresh and current.expiration is not None and current.expiration > datetime.now(UTC):
                return current
            raise

    def can_refresh(self) -> bool:
        """Whether asking again may give other credentials."""
        return not isinstance(self._source, _Given)

    def _due(self) -> bool:
        """Five minutes before the end, or a fifth of a short life before it."""
        since, tick, keep = self._fetched
        if keep is not None and time.monotonic() - tick > keep:
            return True
        end = self._current.expiration if self._current else None
        return end is not None and datetime.now(UTC) >= end - min(_MARGIN, _MARGIN_SHARE * (end - since))

    async def _renew(self) -> Credentials:
        loop = asyncio.get_running_loop()
        if self._pending is None or self._pending[0] is not loop or self._pending[1].done():
            task = loop.create_task(self._fetch())
            task.add_done_callback(_observe)
            self._pending = (loop, task)
        # shielded: one caller's interrupt must not take the answer from the others
        return await asyncio.shield(self._pending[1])

    async def _fetch(self) -> Credentials:
        fetched, keep = await self._source.fetch()
        self._current = _checked(fetched)
        self._fetched = (datetime.now(UTC), time.monotonic(), keep)
        return self._current


def _observe(task: asyncio.Task[Credentials]) -> None:
    """Look at the outcome, or asyncio complains when every caller has left."""
    if not task.cancelled():
        task.exception()


def resolve_credentials(credentials: Any = None, *, environ: Mapping[str, str] | None = None) -> Provider:
    """Return the provider of what was given, or of the default order.

    Parameters
    ----------
    credentials : None, tuple, Credentials, callable, vendor client or Hidden
        `(id, secret)` or `(id, secret, token)`; a callable that returns either, or a `Credentials`; a client of `alibabacloud_credentials`.
        None: environment, credentials URI, then the vendor's chain (OIDC, profile files, ECS role), looked up at the first request.
    environ : mapping or None
        The environment, read at every request; by default `os.environ`.

    Raises
    ------
    ConfigurationError
        When it is none of these.

    Examples
    --------
    >>> resolve_credentials(("LTAI5tExample", "secret"))
    <Provider: Given>
    """
    # rebound at once, so that no traceback that shows local variables shows a key
    given, credentials = credentials if isinstance(credentials, Hidden) else Hidden(credentials), None
    if given.value is None:
        from pai_notebook.wire.chain import Chain  # noqa: PLC0415 - not needed when a key is given

        return Provider(Chain(os.environ if environ is None else environ))
    if hasattr(given.value, "get_credential"):
        return Provider(_Client(given.value))
    if callable(given.value):
        return Provider(_Function(given.value))
    return Provider(_Given(_coerce(given)))


def not_found(reasons: tuple[str, ...] = ()) -> CredentialsNotFound:
    """Return the error that says the three ways to give credentials, and what was tried."""
    tried = f" ({'; '.join(reasons)})" if reasons else ""
    return CredentialsNotFound(
        f"no credentials were found{tried}"[:600],
        hint="Give credentials=(id, secret) to pai.connect, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, "
        "or run `aliyun configure`.",
    )


class Hidden:
    """A value that tracebacks which show local variables do not show.

    A function that takes credentials rebinds them to one first of all, and hands that on to `resolve_credentials`.

    Examples
    --------
    >>> "secret" in repr(Hidden(("id", "secret")))
    False
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class _Given:
    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def peek(self) -> Credentials | None:
        return self._credentials

    async def fetch(self) -> tuple[Credentials, float | None]:
        return self._credentials, None


class _Function:
    """A callable, asked on a worker thread because it may block."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def peek(self) -> Credentials | None:
        return None

    async def fetch(self) -> tuple[Credentials, float | None]:
        result = Hidden(await _in_thread(self._function))
        if inspect.isawaitable(result.value):
            result.value = await result.value
        return _coerce(result), None


class _Client:
    """A client of the vendor's library, asked synchronously: its async API waits on a thread lock inside the event loop."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def peek(self) -> Credentials | None:
        return None

    async def fetch(self) -> tuple[Credentials, float | None]:
        return _coerce(Hidden(await _in_thread(self._client.get_credential))), _RECHECK


async def _in_thread(function: Callable[[], Any]) -> Any:
    failure = ""
    try:
        return await asyncio.get_running_loop().run_in_executor(None, function)
    except PaiError:
        raise
    except Exception as error:  # noqa: BLE001 - somebody else's code may raise anything
        failure = f"{type(error).__name__}: {error}"[:200]
    raise CredentialsNotFound(
        f"the credentials that were given could not be read ({failure})", hint="Check the callable or client given as credentials=."
    )


def _coerce(given: Hidden) -> Credentials:
    """Credentials from any accepted form; takes a holder so that no frame has a secret among its locals."""
    if isinstance(given.value, Credentials):
        return _checked(given.value)
    if isinstance(given.value, (tuple, list)) and len(given.value) in {2, 3} and all(isinstance(part, str) for part in given.value):
        return _checked(Credentials(*given.value))
    if hasattr(given.value, "access_key_id"):
        return _checked(_from_model(given.value))
    raise ConfigurationError(
        f"credentials of type {type(given.value).__name__} cannot be used",
        hint="Give (id, secret), (id, secret, token), a callable returning either, or a client of alibabacloud_credentials.",
    )


def _from_model(model: Any) -> Credentials:
    return Credentials(
        access_key_id=getattr(model, "access_key_id", None) or "",
        access_key_secret=getattr(model, "access_key_secret", None) or "",
        security_token=getattr(model, "security_token", None) or "",
        bearer_token=getattr(model, "bearer_token", None) or "",
    )


def _checked(credentials: Credentials) -> Credentials:
    """The same credentials when they can be sent; a key with a line break would add headers of its own."""
    for name in ("access_key_id", "access_key_secret", "security_token", "bearer_token"):
        if not all("!" <= sign <= "~" for sign in getattr(credentials, name)):
            raise ConfigurationError(
                f"the {name.replace('_', ' ')} holds a space, line break or non-ASCII character",
                hint="Copy it again without what surrounds it.",
            )
    if not credentials.bearer_token and not (credentials.access_key_id and credentials.access_key_secret):
        raise ConfigurationError("the access key id or secret is empty", hint="Give both parts of the key.")
    return credentials
