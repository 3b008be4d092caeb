"""Where credentials come from: the argument, else the environment, the credentials URI, the vendor's chain.

The environment is read when a request is made, so that a cell which sets it has an effect. What may block is asked on a worker thread.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from pai_notebook.client.credentials import RECHECK, Credentials, Provider, checked
from pai_notebook.client.masking import Hidden, kind_of
from pai_notebook.client.settings import Environment
from pai_notebook.errors import ConfigurationError, CredentialsNotFound
from pai_notebook.i18n.phrases import say


class VendorClient(Protocol):
    """A client of `alibabacloud_credentials`, or what answers like one."""

    def get_credential(self) -> object:
        """Return an object with `access_key_id`, `access_key_secret` and perhaps `security_token`."""


# What `connect(credentials=)` takes.
CredentialsLike = tuple[str, str] | tuple[str, str, str] | Credentials | Callable[[], object] | VendorClient


def resolve_credentials(credentials: CredentialsLike | Hidden | None = None, *, environ: Mapping[str, str] | None = None) -> Provider:
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
    environment, environ = Environment(environ), None
    kind = _kind(given)
    if kind == "nothing":
        from pai_notebook.client.credential_chain import Chain  # noqa: PLC0415 - not needed when a key is given

        return Provider(Chain(environment))
    if kind == "client":
        return Provider(_Client(given.reveal()))
    if kind == "function":
        return Provider(_Function(given.reveal()))
    return Provider(_Given(_coerce(given, _Given.name)))


def _kind(given: Hidden) -> str:
    value = given.reveal()
    if value is None:
        return "nothing"
    return "client" if _attribute(value, "get_credential") else "function" if callable(value) else "key"


class _Given:
    name = say("the credentials argument")
    changes = False

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def peek(self) -> Credentials | None:
        return self._credentials

    def state(self) -> int:
        return 0

    async def fetch(self, *, anew: bool) -> tuple[Credentials, float | None]:  # noqa: ARG002 - as in the protocol
        return self._credentials, None


class _Function:
    """A callable, asked on a worker thread because it may block."""

    name = say("the function given as credentials=")
    changes = True
    good_for: float | None = None

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._ask = ask

    def peek(self) -> Credentials | None:
        return None

    def state(self) -> int:
        return 0

    async def fetch(self, *, anew: bool) -> tuple[Credentials, float | None]:  # noqa: ARG002 - it is asked each time
        result = await asyncio.get_running_loop().run_in_executor(None, _attempt, self._ask)
        if isinstance(result, Hidden) and inspect.isawaitable(result.reveal()):
            result = await _awaited(result)
        if not isinstance(result, Hidden):
            raise CredentialsNotFound(
                say("{name} raised {kind}", name=self.name, kind=result),
                hint=say("The text of the error is not shown because it may contain a key. Call it yourself to see the text."),
            )
        return _coerce(result, self.name), self.good_for


class _Client(_Function):
    """A client of the vendor's library, asked synchronously: its async API waits on a thread lock inside the event loop."""

    name = say("the client given as credentials=")
    good_for = RECHECK

    def __init__(self, client: Any) -> None:
        super().__init__(partial(_asked, client))


def _asked(client: Any) -> Any:
    from pai_notebook.client.credential_chain import quiet  # noqa: PLC0415 - only with the vendor's library

    with quiet():
        return client.get_credential()


def _attempt(function: Callable[[], Any]) -> Hidden | str:
    """Call third-party code; return its result, or the kind of what it raised.

    Never the text of it: it may quote a key. Exceptions do not leave the worker thread, as the frames that they carry may hold one too.
    """
    try:
        return Hidden(function())
    except BaseException as error:  # noqa: BLE001 - third-party code may raise anything, SystemExit too
        return kind_of(error)


async def _awaited(result: Hidden) -> Hidden | str:
    try:
        return Hidden(await result.reveal())
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - as above
        return kind_of(error)


def _coerce(given: Hidden, origin: str) -> Credentials:
    """Credentials from any accepted form; takes a holder so that no frame has a secret among its variables."""
    made = _made(given, origin)
    if isinstance(made, Credentials):
        return checked(made)
    raise ConfigurationError(
        say("credentials of type {made} cannot be used", made=made)
        if origin == _Given.name
        else say("credentials of type {made} cannot be used (from {origin})", made=made, origin=origin),
        hint=say("Pass (id, secret), (id, secret, token), a function that returns either, or a client of alibabacloud_credentials."),
    )


def _made(given: Hidden, origin: str) -> Credentials | str:
    """Credentials, or the name of a type that cannot be any. Nothing is raised, because the frame holds the value."""
    value = given.reveal()
    if isinstance(value, Credentials):
        return value
    if isinstance(value, (tuple, list)) and len(value) in {2, 3} and all(isinstance(part, str) for part in value):
        return Credentials(value[0], value[1], "".join(value[2:]), origin=origin)
    parts = [_attribute(value, name) or "" for name in ("access_key_id", "access_key_secret", "security_token", "bearer_token")]
    return Credentials(parts[0], parts[1], parts[2], parts[3], origin=origin) if any(parts) else type(value).__name__


def _attribute(value: Any, name: str) -> Any:
    """An attribute of a third-party object, None when it has none; reading it may raise anything."""
    try:
        return getattr(value, name, None)
    except Exception:  # noqa: BLE001 - as above
        return None
