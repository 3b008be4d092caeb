"""Credentials, and a provider that caches and renews them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Protocol

from pai_notebook.client.masking import Hidden, Mask
from pai_notebook.errors import ConfigurationError, CredentialsNotFound, DeadlineExceeded, PaiError
from pai_notebook.guides import CallError
from pai_notebook.i18n.phrases import joined, say

# Seconds after which a key without an expiry is asked for again, since files, roles and what functions answer change.
RECHECK = 60.0
# A key is renewed so long before it expires, or for a short-lived key at this part of its life.
_MARGIN = timedelta(minutes=5)
_MARGIN_SHARE = 0.2
_PARTS = (say("access key id"), say("access key secret"), say("security token"), say("bearer token"))


class Credentials:
    """An access key, with a security token when it is temporary, or a bearer token alone.

    Neither repr, str, format, pickle nor a traceback that shows variables and their attributes gives anything away.

    Parameters
    ----------
    access_key_id, access_key_secret, security_token, bearer_token : str
        The parts; those that do not apply are empty.
    expiration : datetime or None
        When the credentials end, UTC where it does not say; None when unknown.
    origin : str
        Where they come from, in words for an error.

    Examples
    --------
    >>> Credentials("LTAI5tExample", "secret")
    <Credentials: access key>
    """

    __slots__ = ("_mask", "_parts", "expiration", "origin")

    def __init__(
        self,
        access_key_id: str = "",
        access_key_secret: str = "",
        security_token: str = "",
        bearer_token: str = "",
        *,
        expiration: datetime | None = None,
        origin: str = "",
    ) -> None:
        self._parts = Hidden((access_key_id, access_key_secret, security_token, bearer_token))
        self._mask: Mask | None = None
        self.expiration = expiration.replace(tzinfo=UTC) if expiration and expiration.tzinfo is None else expiration
        self.origin = origin

    @property
    def access_key_id(self) -> str:
        """The public part of the key."""
        return str(self._parts.reveal()[0])

    @property
    def access_key_secret(self) -> str:
        """What signs."""
        return str(self._parts.reveal()[1])

    @property
    def security_token(self) -> str:
        """What makes a key a temporary one."""
        return str(self._parts.reveal()[2])

    @property
    def bearer_token(self) -> str:
        """What is sent instead of a signature."""
        return str(self._parts.reveal()[3])

    @property
    def kind(self) -> str:
        """`"access key"`, `"temporary key"` or `"bearer token"`."""
        if self.bearer_token:
            return "bearer token"
        return "temporary key" if self.security_token else "access key"

    @property
    def mask(self) -> Mask:
        """What takes every part out of a text."""
        if self._mask is None:
            self._mask = Mask(self._parts.reveal())
        return self._mask

    @property
    def fault(self) -> str:
        """Why these cannot be sent, in words that show nothing of them; empty when they can."""
        for name, part in zip(_PARTS, self._parts.reveal(), strict=True):
            if not isinstance(part, str):
                return say("the {name} is not text", name=name)
            # a key with a line break would add headers of its own
            if not all("!" <= sign <= "~" for sign in part):
                return say("the {name} contains a space, line break or non-ASCII character", name=name)
        if not self.bearer_token and not (self.access_key_id and self.access_key_secret):
            return say("the access key id or secret is empty")
        return ""

    def __eq__(self, other: object) -> bool:
        return self._parts.reveal() == other._parts.reveal() if isinstance(other, Credentials) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._parts.reveal())

    def __repr__(self) -> str:
        until = f", until {self.expiration:%Y-%m-%d %H:%M} UTC" if self.expiration else ""
        return f"<Credentials: {self.kind}{until}>"

    def __reduce__(self) -> NoReturn:
        raise CallError(say("credentials are never pickled"), hint=say("Call connect(...) in the worker."))

    def __copy__(self) -> Credentials:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Credentials:
        return self


class CredentialSource(Protocol):
    """Where credentials come from.

    Attributes
    ----------
    changes : bool
        Whether asking again may give others.
    """

    changes: bool

    @property
    def name(self) -> str:
        """What is being asked now, in words for an error."""

    def peek(self) -> Credentials | None:
        """Return credentials that cost nothing to look up, or None."""

    def state(self) -> int:
        """Return a number that changes when something was set that the next credentials depend on."""

    async def fetch(self, *, anew: bool) -> tuple[Credentials, float | None]:
        """Return credentials and for how many seconds they need not be asked for again (None: until they expire).

        With `anew` nothing may be used that was read before.
        """


class Provider:
    """Credentials on demand: cached, renewed before they expire, fetched once however many requests wait.

    Parameters
    ----------
    source : CredentialSource
        Where they come from.
    """

    def __init__(self, source: CredentialSource) -> None:
        self._source = source
        self._current: Credentials | None = None
        self._refused = False
        self._state = 0
        self._fetched: tuple[datetime, float, float | None] = (datetime.now(UTC), 0.0, None)
        self._pending: tuple[tuple[asyncio.AbstractEventLoop, bool, int], asyncio.Task[Credentials]] | None = None

    def __repr__(self) -> str:
        return f"<Provider: {type(self._source).__name__.strip('_')}>"

    def __reduce__(self) -> NoReturn:
        raise CallError(say("credentials are never pickled"), hint=say("Call connect(...) in the worker."))

    @property
    def asking(self) -> str:
        """What is being asked for credentials, in words for an error."""
        return self._source.name

    @property
    def told(self) -> str:
        """Which kind of key signs and where it comes from, in words that show nothing of it; empty while that is not known."""
        current = self._source.peek() or self._current
        if current is None or not current.origin:
            return say(current.kind) if current is not None else ""
        return say("{key} from {origin}", key=say(current.kind), origin=current.origin)

    async def get(self, *, patience: float | None = None) -> Credentials:
        """Return usable credentials.

        Parameters
        ----------
        patience : float or None
            Seconds after which a source that does not answer is given up, so that the next call asks again; None for no limit.

        Raises
        ------
        CredentialsNotFound
            When no source has any.
        DeadlineExceeded
            When the source did not answer in time.
        ConfigurationError
            When what a source gave cannot be a key.
        """
        if instant := self._source.peek():
            return checked(instant)
        current = self._current
        if current is not None and not self._due() and self._state == self._source.state():
            return current
        try:
            return await self._renew(patience)
        except PaiError:
            same = current is not None and self._state == self._source.state()
            if same and current is not None and current.expiration is not None and current.expiration > datetime.now(UTC):
                return current
            raise

    def refuse(self, credentials: Credentials) -> None:
        """Note that the service refused these: the next `get` asks the source anew.

        Without effect when others have arrived meanwhile, so that of many refused requests one renews the key for all.
        """
        if self._current is credentials:
            self._current = None
            self._refused = True

    def can_refresh(self) -> bool:
        """Whether asking again may give other credentials."""
        return self._source.changes

    def _due(self) -> bool:
        """Five minutes before the end, or a fifth of a short life before it."""
        since, tick, keep = self._fetched
        if keep is not None and time.monotonic() - tick > keep:
            return True
        end = self._current.expiration if self._current else None
        return end is not None and datetime.now(UTC) >= end - min(_MARGIN, _MARGIN_SHARE * (end - since))

    async def _renew(self, patience: float | None) -> Credentials:
        wanted = (asyncio.get_running_loop(), self._refused, self._source.state())
        if self._pending is None or self._pending[0] != wanted or self._pending[1].done():
            task = wanted[0].create_task(self._fetch(patience, anew=wanted[1], state=wanted[2]))
            task.add_done_callback(_observe)
            self._pending = (wanted, task)
        # shielded: one caller's interrupt must not take the answer from the others
        return await asyncio.shield(self._pending[1])

    async def _fetch(self, patience: float | None, *, anew: bool, state: int) -> Credentials:
        answer: tuple[Credentials, float | None] | None = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                answer = await self._source.fetch(anew=anew)
        if answer is None:
            raise hangs(self._source.name, patience)
        fetched = checked(answer[0])
        if self._pending is not None and self._pending[1] is asyncio.current_task():  # else a later question has overtaken this one
            self._current, self._refused, self._state = fetched, False, state
            self._fetched = (datetime.now(UTC), time.monotonic(), answer[1])
        return fetched


def _observe(task: asyncio.Task[Credentials]) -> None:
    """Look at the outcome, or asyncio complains when every caller has left."""
    if not task.cancelled():
        task.exception()


class CredentialsTimeout(CredentialsNotFound, DeadlineExceeded):
    """The source of the credentials did not answer within the deadline, which ends a bulk call as a missing key does."""


def hangs(name: str, seconds: float | None) -> CredentialsTimeout:
    """Return the error of a source that does not answer."""
    return CredentialsTimeout(
        say("no credentials within {value:g} s: {name} did not answer", value=seconds or 0, name=name),
        hint=say("Try again, or find out what it is waiting for."),
    )


def checked(credentials: Credentials) -> Credentials:
    """Return the same credentials when they can be sent.

    Raises
    ------
    ConfigurationError
        When they cannot; nothing of them is shown.
    """
    if fault := credentials.fault:
        hint = say("Pass both parts of the key.") if "empty" in fault else say("Copy it again without what surrounds it.")
        raise ConfigurationError(
            say("{what} (from {origin})", what=fault, origin=credentials.origin) if credentials.origin else fault, hint=hint
        )
    return credentials


def not_found(reasons: tuple[str, ...] = ()) -> CredentialsNotFound:
    """Return the error that says the ways to give credentials, and what was tried."""
    tried = say(" ({reasons})", reasons=joined(reasons, "; ")) if reasons else ""
    return CredentialsNotFound(
        say("no credentials were found{tried}", tried=tried),
        hint=say(
            "Run `aliyun configure`, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET outside the notebook, or "
            "attach a RAM role to the instance. credentials=(id, secret) works too, but a key that is typed into a cell is saved with it."
        ),
    )
