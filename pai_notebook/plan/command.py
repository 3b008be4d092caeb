"""A parsed line or command of a shell, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pai_notebook.errors import AddressError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.address import Address
from pai_notebook.plan.options import HELP, OPTIONS


@dataclass(frozen=True)
class Command:
    """A parsed line.

    Attributes
    ----------
    verb : str
        A key of `VERBS`.
    addresses : tuple of Address
        The versions or models it is about.
    words : tuple of str
        The arguments of `connect`, `drift`, `search` and `help`.
    options : mapping
        Option name without dashes to its text, True for a switch, a tuple for one that repeats.
    rules : str
        The rules of a gate, where the line itself has them.
    silent : bool
        Whether a `;` at its end says to show nothing.
    behind : mapping of str to str
        What was read as a model and stands behind the value of an option that names metrics, with how the option takes both.
    """

    verb: str
    addresses: tuple[Address, ...] = ()
    words: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    rules: str = ""
    silent: bool = field(default=False, compare=False)
    behind: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def form(self) -> str:
        """The verb, with whether it is without a model where that changes what it takes."""
        chosen = self.addresses or "offline" in self.options
        return f"{self.verb} without a model" if self.verb in ("ls", "explore") and not chosen else self.verb

    def get(self, name: str, default: Any = None) -> Any:
        """Value of an option, or the default."""
        return self.options.get(name, default)

    def number(self, name: str) -> int | None:
        """Whole number of an option, None when it is not given."""
        text = self.get(name)
        if text is None:
            return None
        if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
            raise AddressError(say("--{name} takes a whole number from 1, not {text!r}", name=name, text=text), hint=HELP)
        return int(text)

    def pairs(self, name: str) -> dict[str, str | list[str]]:
        """NAME=VALUE pairs of an option that repeats; a name that is given twice has both values."""
        found: dict[str, list[str]] = {}
        for text in self.get(name, ()):
            # the name of a metric may have the sign, as the value of a label may
            key, equals, value = text.rpartition("=") if name == "mode" else text.partition("=")
            key = key.removesuffix("=")
            if not equals or not key:
                key, colon, value = text.partition(":")
                hint = say("Use {code}.", code=f"--{name} {key}={value if colon else 'VALUE'}") if key else HELP
                raise AddressError(
                    say("--{name} takes {metavar}, not {text!r}", name=name, metavar=OPTIONS[f"--{name}"].metavar, text=text), hint=hint
                )
            found.setdefault(key, []).append(value.removeprefix("="))
        return {key: values[0] if len(values) == 1 else values for key, values in found.items()}
