"""What this machine says: its variables, its home directory, and the profile of the `aliyun` command."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Environment", "is_file", "read_json"]


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
        """The file that `aliyun configure` writes, where there is one and nobody has switched it off."""
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
    """Return what a JSON file holds, or None when it cannot be read or is no JSON.

    Nothing is raised: the frames of this function hold the text, and in it maybe keys.
    """
    try:
        return json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
