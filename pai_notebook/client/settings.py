"""Settings of a client: limits, endpoint, region, workspace, network.

Every value comes from the argument, else the environment, else `~/.pai/config.json` (the file of the vendor's own SDK); the region at last
from the profile of the `aliyun` command.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import number_argument
from pai_notebook.client.endpoint import Endpoint, check_network, check_region, endpoint_for, parse_endpoint, said_from
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Environment:
    """The variables of the process and the home directory, read when they are asked for.

    It stands for the mapping in every function here, because a traceback that shows variables would show the whole mapping, and the
    keys in it.

    Parameters
    ----------
    variables : mapping or None
        By default `os.environ`.
    home : path or None
        By default the user's home directory, where there is one.

    Examples
    --------
    >>> Environment({"REGION": " cn-hangzhou "}).get("REGION")
    'cn-hangzhou'
    """

    def __init__(self, variables: Mapping[str, str] | None = None, home: str | os.PathLike[str] | None = None) -> None:
        given = os.environ if variables is None else variables
        self._read: Callable[[str], str] = lambda name: given.get(name) or ""
        self._home = home

    def __repr__(self) -> str:
        return "<environment>"

    def get(self, name: str) -> str:
        """Return a variable without the blanks around it, empty when it is not set."""
        return self._read(name).strip()

    def says_yes(self, name: str) -> bool:
        """Whether a variable is `true`."""
        return self.get(name).lower() == "true"

    def under_home(self, *parts: str) -> Path | None:
        """Return a path in the home directory, or None for a user who has none, as in many containers."""
        try:
            home = Path.home() if self._home is None else Path(self._home)
        except RuntimeError:
            return None
        return home.joinpath(*parts)

    @property
    def aliyun_config(self) -> Path | None:
        """The file that `aliyun configure` writes, if it exists and is not switched off."""
        path = self.under_home(".aliyun", "config.json")
        return path if path and is_file(path) and not self.says_yes("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") else None

    @property
    def aliyun_profile(self) -> tuple[str, str]:
        """Name and region of the chosen profile of the `aliyun` command; empty where the file does not say."""
        path = self.aliyun_config
        document = read_json(path) if path else None
        if not isinstance(document, dict):
            return "", ""
        name = self.get("ALIBABA_CLOUD_PROFILE") or document.get("current")
        profiles = document.get("profiles")
        chosen = [each for each in profiles if isinstance(each, dict) and each.get("name") == name] if isinstance(profiles, list) else []
        region = chosen[0].get("region_id") if chosen else ""
        return name if isinstance(name, str) else "", region.strip() if isinstance(region, str) else ""


def is_file(path: Path) -> bool:
    """Whether there is a file that this user may read.

    Examples
    --------
    >>> is_file(Path("/nonexistent"))
    False
    """
    return os.path.isfile(path) and os.access(path, os.R_OK)  # noqa: PTH113 - Path.is_file raises for a folder one may not enter


def read_json(path: Path) -> Any:
    """Return what a JSON file holds, or None when it cannot be read or is not JSON.

    Nothing is raised: the frames of this function hold the text, and in it maybe keys.
    """
    try:
        return json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


_REGION_VARIABLES = (
    "REGION",
    "ALIBABA_CLOUD_REGION_ID",
    "dsw_region",
    "DSW_REGION",
    "ALIBABACLOUD_REGION_ID",
    "ALICLOUD_REGION_ID",
    "ALIBABA_CLOUD_REGION",
    "ALICLOUD_REGION",
)
_WORKSPACE_VARIABLES = ("PAI_WORKSPACE_ID", "PAI_AI_WORKSPACE_ID")
_NETWORK_VARIABLES = ("PAI_NETWORK_TYPE",)
_ENDPOINT_VARIABLE = "PAI_ENDPOINT"
_CONFIG_VARIABLE = "PAI_CONFIG_PATH"
_WORKSPACE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_WHOLE = {"max_attempts": 1, "max_bytes": 1, "max_depth": 1, "retry_quota": 0, "max_workers": 1}
_SECONDS = ("connect_timeout", "attempt_timeout", "deadline")
# More connections than this gain nothing at 40 requests a second.
_MOST_WORKERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a client goes for one request.

    Parameters
    ----------
    max_attempts : int
        Requests sent for one call at most, the first included.
    connect_timeout, attempt_timeout, deadline : float
        Seconds for one connection, for one attempt from connect to the last byte, and for a request with all its retries and waits.
    backoff_scale : float
        Factor on every wait between attempts; hints of the service are not scaled.
    max_bytes : int
        Bytes of an answer, after decompression.
    max_depth : int
        Levels of nesting in an answer.
    requests_per_second : float or None
        The pace per endpoint and API, shared by all clients of the process; None switches pacing off.
    retry_quota : int
        Tokens that retries may spend before successes pay some back; it stops a service outage from multiplying traffic.
    max_workers : int
        Requests in flight, and connections.

    Raises
    ------
    ConfigurationError
        For a value that cannot work, such as a timeout of 0.

    Examples
    --------
    >>> Limits(max_attempts=2).deadline
    30.0
    """

    max_attempts: int = 4
    connect_timeout: float = 3.0
    attempt_timeout: float = 10.0
    deadline: float = 30.0
    backoff_scale: float = 1.0
    max_bytes: int = 16 * 2**20
    max_depth: int = MAX_DEPTH
    requests_per_second: float | None = 40.0  # of the 50 that the service allows to an account, whose other programs need some
    retry_quota: int = 500
    max_workers: int = 8

    def __post_init__(self) -> None:
        for name, least in _WHOLE.items():
            self._check(name, least=least, whole=True)
        for name in _SECONDS:
            self._check(name, above=0)
        self._check("backoff_scale", least=0)
        if self.requests_per_second is not None:
            self._check("requests_per_second", above=0)
        if self.max_workers > _MOST_WORKERS:
            raise ConfigurationError(
                say("max_workers={max_workers} is too many", max_workers=self.max_workers),
                hint=say("At most {most_workers}; 8 use the whole quota.", most_workers=_MOST_WORKERS),
            )

    def _check(self, name: str, **bounds: Any) -> None:
        object.__setattr__(self, name, number_argument(name, getattr(self, name), **bounds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where and how a client works; made by `resolve_settings`.

    Parameters
    ----------
    endpoint : Endpoint
        The service address.
    region, workspace_id, network : str
        As resolved; region and workspace_id may be empty.
    limits : Limits
        How far the client goes.
    """

    endpoint: Endpoint
    region: str = ""
    workspace_id: str = ""
    network: str = "public"
    limits: Limits = field(default_factory=Limits)


def resolve_settings(
    *,
    region: str | None = None,
    workspace_id: str | int | None = None,
    network: str | None = None,
    endpoint: str | None = None,
    limits: Limits | None = None,
    environ: Mapping[str, str] | None = None,
    home: str | os.PathLike[str] | None = None,
) -> Settings:
    """Resolve settings from arguments, environment, `~/.pai/config.json` and the profile of the `aliyun` command.

    Parameters
    ----------
    region, workspace_id, network, endpoint : str or None
        What the caller says; None looks further. `PAI_ENDPOINT` counts only where the caller names neither endpoint, region nor network.
    limits : Limits or None
        The limits of the client, by default `Limits()`.
    environ : mapping or None
        The environment, read now; by default `os.environ`.
    home : path or None
        The home directory, by default the user's.

    Raises
    ------
    ConfigurationError
        When a value cannot be used or no region was found.

    Examples
    --------
    >>> resolve_settings(region="cn-hangzhou", environ={}, home="/nonexistent").endpoint.host
    'aiworkspace.cn-hangzhou.aliyuncs.com'
    """
    # rebound at once, so that no traceback that shows local variables shows the variables of the process
    env, environ = Environment(environ, home), None
    source = _Source(env)
    # what is said in the call comes before the environment, so a region in the call is not answered with the environment's endpoint
    address = endpoint if endpoint is not None else None if region or network else env.get(_ENDPOINT_VARIABLE) or None
    target = None if address is None else parse_endpoint(address, origin="" if endpoint is not None else _ENDPOINT_VARIABLE)
    place = _named(region) or _named(target.region if target else "") or source.find(_REGION_VARIABLES, "region_id")
    if target is None:
        place = place or (env.aliyun_profile[1], say("the profile of the aliyun command"))
    place = place or ("", "")
    if target is None and not place[0]:
        lost = f" ({source.lost})" if source.lost else ""
        raise ConfigurationError(
            say("no region was found{lost}", lost=lost),
            hint=say(
                'Use connect(region="cn-hangzhou"), set REGION, or choose a region with `aliyun configure`; connect("demo") needs none.'
            ),
        )
    if place[0]:
        check_region(*place)
    net = check_network(*(_named(network) or source.find(_NETWORK_VARIABLES, "")))
    space = (workspace_id, "") if workspace_id is not None else source.find(_WORKSPACE_VARIABLES, "workspace_id")
    return Settings(
        endpoint=target or endpoint_for(place[0], net),
        region=place[0],
        workspace_id=_check_workspace(*(space or ("", ""))),
        network=net,
        limits=limits or Limits(),
    )


def _named(value: str | None) -> tuple[str, str] | None:
    """A value of the call without an origin to name in an error, or None."""
    return (value, "") if value else None


class _Source:
    """The environment, then the configuration file, which is opened only when something is missing."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._file: dict[str, str] | None = None

    @property
    def lost(self) -> str:
        """What is odd about the file that the environment names."""
        named = self._env.get(_CONFIG_VARIABLE)
        return (
            say("{config_variable} names {named}, which is not there or may not be read", config_variable=_CONFIG_VARIABLE, named=named)
            if named and not is_file(Path(named))
            else ""
        )

    def find(self, variables: tuple[str, ...], key: str) -> tuple[str, str] | tuple[()]:
        """The first value that is set and its origin; empty when none is."""
        for name in variables:
            if value := self._env.get(name):
                return value, name
        value = self._config().get(key, "") if key else ""
        return (value, str(self._path)) if value else ()

    @property
    def _path(self) -> Path | None:
        named = self._env.get(_CONFIG_VARIABLE)
        return Path(named) if named else self._env.under_home(".pai", "config.json")

    def _config(self) -> dict[str, str]:
        if self._file is None:
            path = self._path
            self._file = _read_config(path) if path and is_file(path) else {}
        return self._file


def _read_config(path: Path) -> dict[str, str]:
    """The settings in the file; the keys that it may hold as well are left in it."""
    found = _settings_in(path)
    if found is None:
        raise ConfigurationError(say("{path} is not a JSON object", path=path), hint=say("Repair or remove the file."))
    return found


def _settings_in(path: Path) -> dict[str, str] | None:
    """None for what is not a JSON object. Nothing is raised, because the frame holds what is in the file."""
    document = read_json(path)
    if not isinstance(document, dict):
        return None
    return {key: str(document.get(key) or "").strip() for key in ("region_id", "workspace_id")}


def _check_workspace(value: str | int, origin: str) -> str:
    text = str(value)
    if text and not _WORKSPACE.fullmatch(text):
        raise ConfigurationError(
            say("{text} is not a workspace id{origin}", text=ascii(text)[:60], origin=said_from(origin)),
            hint=say("Workspace ids are numbers, such as 12345."),
        )
    return text
