"""The default order of credentials: environment, credentials URI, then the vendor's library for what only it can do.

The vendor's library is imported late, and kept from writing to the user's logs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pai_notebook.client.credentials import RECHECK, Credentials, not_found
from pai_notebook.client.credentials_uri import ask_uri
from pai_notebook.client.masking import Hidden, Mask, reason_of
from pai_notebook.client.settings import Environment, is_file
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VENDOR = ("credentials", "alibabacloud-tea", "alibabacloud_tea", "darabonba", "apscheduler")
# These write the whole URL of a request, and a request for credentials has keys and signatures in its URL.
_HTTP = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "httpx")


def vendor_providers() -> Any:
    """Import the module of providers and take back what the import does to logging.

    The import takes half a second, so it is left to those who need it.
    """
    before = {name: (list(logging.getLogger(name).handlers), logging.getLogger(name).level) for name in _VENDOR}
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
def quiet() -> Iterator[None]:
    """Drop what the library and its requests log on this thread: one clear error replaces 230 lines of tracebacks."""
    mine = _NotThisThread()
    loggers = [logging.getLogger(name) for name in (*_VENDOR, *_HTTP)]
    for logger in loggers:
        logger.addFilter(mine)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(mine)


_METADATA = ("100.100.100.200", 80)
# Seconds; the metadata service answers at once where there is one, and elsewhere nothing does.
_METADATA_TIMEOUT = 0.25
_ID, _SECRET, _TOKEN = (f"ALIBABA_CLOUD_{name}" for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"))
_URI = "ALIBABA_CLOUD_CREDENTIALS_URI"
_FILE = "ALIBABA_CLOUD_CREDENTIALS_FILE"
_PROFILE = "ALIBABA_CLOUD_PROFILE"
_OIDC = tuple(f"ALIBABA_CLOUD_{name}" for name in ("ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE"))
# What the credentials depend on, besides the key in the environment and the files.
_SETTINGS = (
    _URI,
    _FILE,
    _PROFILE,
    *_OIDC,
    *(
        f"ALIBABA_CLOUD_{name}"
        for name in (
            "ROLE_SESSION_NAME",
            "STS_REGION",
            "VPC_ENDPOINT_ENABLED",
            "CLI_PROFILE_DISABLED",
            "ECS_METADATA",
            "ECS_METADATA_DISABLED",
            "IMDSV1_DISABLED",
        )
    ),
)
# Variables of other tools: an error says that they are not read, and which name is.
_OLD_NAMES = {
    "ALIBABACLOUD_ACCESS_KEY_ID": _ID,
    "ALICLOUD_ACCESS_KEY_ID": _ID,
    "ALICLOUD_ACCESS_KEY": _ID,
    "ALIYUN_ACCESS_KEY_ID": _ID,
    "ALIBABACLOUD_ACCESS_KEY_SECRET": _SECRET,
    "ALICLOUD_ACCESS_KEY_SECRET": _SECRET,
    "ALICLOUD_SECRET_KEY": _SECRET,
    "ALIYUN_ACCESS_KEY_SECRET": _SECRET,
    "ALIBABACLOUD_CREDENTIALS_URI": _URI,
}
_FILES = ((".aliyun", "config.json"), (".alibabacloud", "credentials.ini"))
_VALUE = re.compile(r'"((?:[^"\\]|\\[\s\S])*+)(?:"|\\?\Z)|=[ \t]*(\S.{3,})')
# Shorter values of a profile are no secrets, and masking them would spoil the text.
_SHORTEST = 4
_CLI, _INI = say("profile of the aliyun command"), say("credentials file")


class Chain:
    """The source behind `credentials=None`.

    Parameters
    ----------
    environ : Environment or mapping
        The environment, read at every request.
    home : path or None
        The home directory, by default the user's.
    metadata : (str, int)
        Address of the ECS metadata service.

    Attributes
    ----------
    name : str
        What is being asked now.
    """

    changes = True

    def __init__(
        self, environ: Environment | Mapping[str, str], *, home: Path | None = None, metadata: tuple[str, int] = _METADATA
    ) -> None:
        self._env = environ if isinstance(environ, Environment) else Environment(environ, home)
        self._metadata = metadata
        self._working: tuple[tuple[Any, ...], Any] | None = None
        self.name: str = say("the source of credentials")

    def peek(self) -> Credentials | None:
        """Return the key in the environment, if there is one now."""
        if not (self._env.get(_ID) and self._env.get(_SECRET)):
            return None
        return Credentials(
            self._env.get(_ID),
            self._env.get(_SECRET),
            self._env.get(_TOKEN),
            origin=say("the environment variables {id} and {secret}", id=_ID, secret=_SECRET),
        )

    def state(self) -> int:
        """Return a number that changes when a variable changes that the next credentials depend on."""
        return hash(tuple(map(self._env.get, _SETTINGS)))

    async def fetch(self, *, anew: bool) -> tuple[Credentials, float | None]:
        """Ask the credentials URI when it is set, then the vendor's providers that could help.

        Raises
        ------
        CredentialsNotFound
            When none of them has any; says what was tried and what was found odd.
        """
        reasons = list(self._oddities())
        if self._env.get(_URI):
            self.name = say("the address in {uri}", uri=_URI)
            answer = await ask_uri(Hidden(self._env.get(_URI)))
            if isinstance(answer, Credentials):
                return answer, None
            reasons.append(say("{what}: {said}", what=_URI, said=answer))
        found = await asyncio.get_running_loop().run_in_executor(None, self._ask_vendor, reasons, anew)
        if found is None:
            raise not_found(tuple(reasons))
        return found, RECHECK

    def _oddities(self) -> Iterator[str]:
        """What looks like a mistake, and is not a credential."""
        for here, lacking in ((_ID, _SECRET), (_SECRET, _ID)):
            if self._env.get(here) and not self._env.get(lacking):
                yield say("{here} is set, but {lacking} is not", here=here, lacking=lacking)
        for old, name in _OLD_NAMES.items():
            if self._env.get(old) and not self._env.get(name):
                yield say("{old} is set, but not read: the name is {name}", old=old, name=name)
        named = self._env.get(_FILE)
        if named and not is_file(Path(named)):
            yield say("{file} names {named}, which is not there or may not be read", file=_FILE, named=named)
        usual = [path for parts in _FILES if (path := self._env.under_home(*parts)) is not None]
        yield from (
            say("{path} is not a file that this user may read", path=path) for path in usual if os.path.lexists(path) and not is_file(path)
        )
        if self._env.get(_PROFILE) and not self._env.aliyun_config and not self._ini():
            yield say("{profile} is set, but no profile file exists", profile=_PROFILE)
        other = self._env.under_home(".alibabacloud", "credentials")
        if not named and other and is_file(other) and not is_file(other.with_suffix(".ini")):
            yield say("{other} is not read, only {name}.ini beside it", other=other, name=other.name)

    def _ask_vendor(self, reasons: list[str], anew: bool) -> Credentials | None:  # noqa: FBT001 - positional for the executor
        """Try the vendor's providers in its own order; runs on a worker thread. Adds to `reasons` what was wrong with each."""
        kept, self._working = None if anew else self._working, None
        with quiet():
            for name, made_from, make in self._candidates():
                self.name = name
                try:
                    provider = kept[1] if kept and kept[0] == made_from else make()
                    found = _from_vendor(provider.get_credentials(), say("the {name}", name=name))
                except ConfigurationError as error:
                    reasons.append(say("{what}: {said}", what=name, said=error.message))
                except BaseException as error:  # noqa: BLE001 - the library raises plain Exceptions of many types, a helper anything
                    reasons.append(say("{what}: {said}", what=name, said=reason_of(error, self._mask())))
                else:
                    self._working = (made_from, provider)
                    return found
        return None

    def _candidates(self) -> Iterator[tuple[str, tuple[Any, ...], Callable[[], Any]]]:
        """Those that this machine has something for, cheapest first as in the vendor's chain: name, what it depends on, how to make it."""
        state = self.state()
        if all(map(self._env.get, _OIDC)):
            yield say("OIDC role"), ("oidc", state), self._oidc
        profile = self._env.get(_PROFILE)
        if cli := self._env.aliyun_config:
            # named here, because the library reads the variable once, when it is imported
            chosen = self._env.aliyun_profile[0]
            yield (
                say("{what} {chosen!r}", what=_CLI, chosen=chosen) if profile else _CLI,
                ("cli", state, _stamp(cli)),
                lambda: vendor_providers().CLIProfileCredentialsProvider(profile_name=chosen or None, profile_file=str(cli)),
            )
        if ini := self._ini():
            yield (
                _INI,
                ("ini", state, _stamp(ini)),
                lambda: vendor_providers().ProfileCredentialsProvider(profile_name=profile or "default", profile_file=str(ini)),
            )
        if not self._env.says_yes("ALIBABA_CLOUD_ECS_METADATA_DISABLED") and _reachable(self._metadata):
            yield say("ECS role"), ("ecs", state), self._ecs

    def _ini(self) -> Path | None:
        named = self._env.get(_FILE)
        path = Path(named) if named else self._env.under_home(".alibabacloud", "credentials.ini")
        return path if path and is_file(path) else None

    def _oidc(self) -> Any:
        get = self._env.get
        return vendor_providers().OIDCRoleArnCredentialsProvider(
            role_arn=get("ALIBABA_CLOUD_ROLE_ARN"),
            oidc_provider_arn=get("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
            oidc_token_file_path=get("ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
            role_session_name=get("ALIBABA_CLOUD_ROLE_SESSION_NAME") or None,
            sts_region_id=get("ALIBABA_CLOUD_STS_REGION") or None,
            enable_vpc=self._env.says_yes("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"),
        )

    def _ecs(self) -> Any:
        return vendor_providers().EcsRamRoleCredentialsProvider(
            role_name=self._env.get("ALIBABA_CLOUD_ECS_METADATA") or None,
            disable_imds_v1=self._env.says_yes("ALIBABA_CLOUD_IMDSV1_DISABLED"),
            async_update_enabled=False,
        )

    def _mask(self) -> Mask:
        """A mask for the secrets in the environment and in profile files."""
        values = [self._env.get(name) for name in (_ID, _SECRET, _TOKEN, _URI)]
        for path in (self._env.aliyun_config, self._ini()):
            if path is not None:
                values += _values_in(path)
        return Mask(values)


def _values_in(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return []
    return [value for value in map("".join, _VALUE.findall(text)) if len(value) >= _SHORTEST]


def _stamp(path: Path) -> tuple[str, int, int]:
    """What changes when a file is written anew."""
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size


def _from_vendor(found: Any, origin: str) -> Credentials:
    return Credentials(
        access_key_id=found.get_access_key_id() or "",
        access_key_secret=found.get_access_key_secret() or "",
        security_token=found.get_security_token() or "",
        origin=origin,
    )


def _reachable(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=_METADATA_TIMEOUT):
            return True
    except OSError:
        return False
