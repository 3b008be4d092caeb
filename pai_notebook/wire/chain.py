"""The default order of credentials: environment, credentials URI, then the vendor's library for what only it can do.

The library is imported only when something on this machine says that it could help (its import takes half a second), and each of its
providers is made directly with settings read now: its default chain reads the environment once at import and spends two seconds on
metadata probing.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from pai_notebook.errors import CredentialsNotFound
from pai_notebook.wire.credentials import Credentials, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Chain"]

_RECHECK = 60.0
_URI_TRIES = (0.0, 0.1, 0.3)
_URI_TIMEOUT = 1.0
_URI_MAX = 64 * 1024
_METADATA = ("100.100.100.200", 80)
_METADATA_TIMEOUT = 0.25
_LOGGERS = ("credentials", "alibabacloud-tea", "alibabacloud_tea", "darabonba", "apscheduler")


class Chain:
    """The source behind `credentials=None`.

    Parameters
    ----------
    environ : mapping
        The environment, read at every request.
    home : path or None
        The home directory, by default the user's.
    metadata : (str, int)
        Address of the ECS metadata service.
    """

    def __init__(self, environ: Mapping[str, str], *, home: Path | None = None, metadata: tuple[str, int] = _METADATA) -> None:
        self._environ = environ
        self._home = home or Path.home()
        self._metadata = metadata
        self._working: tuple[str, Any] | None = None

    def peek(self) -> Credentials | None:
        """Return the key in the environment, if there is one now."""
        key_id, secret, token = (
            self._environ.get(f"ALIBABA_CLOUD_{name}", "").strip() for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
        )
        return Credentials(key_id, secret, token) if key_id and secret else None

    async def fetch(self) -> tuple[Credentials, float | None]:
        """Ask the credentials URI when it is set, then the vendor's providers that could help."""
        reasons: list[str] = []
        if uri := self._environ.get("ALIBABA_CLOUD_CREDENTIALS_URI", "").strip():
            try:
                return await _ask_uri(uri), None
            except CredentialsNotFound as error:
                reasons.append(error.message)
        return await asyncio.get_running_loop().run_in_executor(None, self._ask_vendor, reasons), _RECHECK

    def _ask_vendor(self, reasons: list[str]) -> Credentials:
        """Try the vendor's providers in its own order; runs on a worker thread."""
        with _quiet():
            for name, make in self._candidates():
                try:
                    provider = self._working[1] if self._working and self._working[0] == name else make()
                    found = _from_vendor(provider.get_credentials())
                except Exception as error:  # noqa: BLE001 - the library raises plain Exceptions of many types
                    reasons.append(f"{name}: {type(error).__name__}: {error}"[:160])
                else:
                    self._working = (name, provider)
                    return found
        raise not_found(tuple(reasons))

    def _candidates(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """Those that this machine has something for, cheapest first as in the vendor's chain."""
        env = self._environ
        if all(env.get(f"ALIBABA_CLOUD_{name}") for name in ("ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE")):
            yield "OIDC role", self._oidc
        cli = self._home / ".aliyun" / "config.json"
        if cli.is_file() and env.get("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "").lower() != "true":
            yield (
                "profile of the aliyun command",
                lambda: _vendor().CLIProfileCredentialsProvider(profile_name=env.get("ALIBABA_CLOUD_PROFILE"), profile_file=str(cli)),
            )
        ini = Path(env.get("ALIBABA_CLOUD_CREDENTIALS_FILE") or self._home / ".alibabacloud" / "credentials.ini")
        if ini.is_file():
            yield (
                "credentials file",
                lambda: _vendor().ProfileCredentialsProvider(
                    profile_name=env.get("ALIBABA_CLOUD_PROFILE") or "default", profile_file=str(ini)
                ),
            )
        if env.get("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "").lower() != "true" and _reachable(self._metadata):
            yield (
                "ECS role",
                lambda: _vendor().EcsRamRoleCredentialsProvider(
                    role_name=env.get("ALIBABA_CLOUD_ECS_METADATA"), async_update_enabled=False
                ),
            )

    def _oidc(self) -> Any:
        env = self._environ
        return _vendor().OIDCRoleArnCredentialsProvider(
            role_arn=env["ALIBABA_CLOUD_ROLE_ARN"],
            oidc_provider_arn=env["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"],
            oidc_token_file_path=env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"],
            role_session_name=env.get("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
            sts_region_id=env.get("ALIBABA_CLOUD_STS_REGION"),
            enable_vpc=env.get("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED", "").lower() == "true",
        )


async def _ask_uri(uri: str) -> Credentials:
    """Ask the local service of DSW and DLC; it fails intermittently, hence the quick retries."""
    if not uri.startswith(("http://", "https://")):
        raise CredentialsNotFound("ALIBABA_CLOUD_CREDENTIALS_URI is not an http address")
    failure = ""
    async with httpx.AsyncClient(trust_env=False, timeout=_URI_TIMEOUT, follow_redirects=False) as client:
        for pause in _URI_TRIES:
            await asyncio.sleep(pause)
            try:
                return _read_uri(await _get_small(client, uri))
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError, AttributeError, TimeoutError) as error:
                failure = type(error).__name__
    raise CredentialsNotFound(f"ALIBABA_CLOUD_CREDENTIALS_URI gave no credentials ({failure})")


async def _get_small(client: httpx.AsyncClient, uri: str) -> bytes:
    async with asyncio.timeout(2 * _URI_TIMEOUT), client.stream("GET", uri, headers={"accept-encoding": "identity"}) as response:
        response.raise_for_status()
        body = b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > _URI_MAX:
                raise ValueError("too large")
        return body


def _read_uri(body: bytes) -> Credentials:
    document = json.loads(body)
    if document.get("Code", "Success") != "Success":
        raise ValueError("not a success")
    return Credentials(
        access_key_id=document["AccessKeyId"],
        access_key_secret=document["AccessKeySecret"],
        security_token=document.get("SecurityToken") or "",
        expiration=_moment(document.get("Expiration")),
    )


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _from_vendor(found: Any) -> Credentials:
    return Credentials(
        access_key_id=found.get_access_key_id() or "",
        access_key_secret=found.get_access_key_secret() or "",
        security_token=found.get_security_token() or "",
    )


def _reachable(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=_METADATA_TIMEOUT):
            return True
    except OSError:
        return False


def _vendor() -> Any:
    """Import the vendor's providers and take back what the import does to logging."""
    before = {name: (list(logging.getLogger(name).handlers), logging.getLogger(name).level) for name in _LOGGERS}
    from alibabacloud_credentials import provider  # noqa: PLC0415 - half a second, and seldom needed

    for name, (handlers, level) in before.items():
        logger = logging.getLogger(name)
        for handler in [handler for handler in logger.handlers if handler not in handlers]:
            logger.removeHandler(handler)
        logger.setLevel(level)
    return provider


class _NotThisThread(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self._thread


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop what the vendor's loggers say on this thread: one clear error replaces 230 lines of tracebacks."""
    mine = _NotThisThread()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(mine)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(mine)
