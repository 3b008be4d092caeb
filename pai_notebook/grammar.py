"""The grammar of `%paimodel`: a line of text to one command. Nothing from the line is ever evaluated."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pai_notebook.errors import AddressError
from pai_notebook.model.address import Address, Selector, parse_address, parse_selector
from pai_notebook.sanitize import is_visible

__all__ = ["OPTIONS", "VERBS", "Command", "Option", "parse_line", "write_word"]


@dataclass(frozen=True)
class Option:
    """One option of the line.

    Attributes
    ----------
    metavar : str
        What follows it; empty for a switch.
    help : str
        One sentence.
    verbs : tuple of str
        The verbs that take it; empty for all.
    repeats : bool
        Whether it may be given more than once.
    """

    metavar: str
    help: str
    verbs: tuple[str, ...] = ()
    repeats: bool = False


VERBS: dict[str, str] = {
    "show": "one version as a card, several as a list (the default for one version)",
    "ls": "models, or the versions of one model (the default for a model alone)",
    "compare": "versions against a baseline, differences first (the default for several versions)",
    "explain": "what changed, in sentences",
    "explore": "the widget: find, pick and compare by mouse or keyboard",
    "report": "one self-contained document, with --to FILE",
    "watch": "one version, refreshed in place until its approval changes or you stop it",
    "connect": "choose the registry: demo, or --region and friends",
    "help": "this page, or `help VERB`",
}

_SET = ("show", "ls", "compare", "explain", "explore", "report")
_TABLES = ("ls", "compare", "report")
OPTIONS: dict[str, Option] = {
    "--baseline": Option("V", "version to compare with: a name, approved, previous or first", ("compare", "explain", "report")),
    "--all": Option("", "show rows that do not differ too", ("compare", "report")),
    "--metrics": Option("GLOB", "only metrics like these, separated by commas", ("compare", "explain", "report")),
    "--exclude": Option("GLOB", "leave these metrics out", ("compare", "explain", "report")),
    "--mode": Option("NAME=max|min", "which way is better", ("compare", "explain", "report"), repeats=True),
    "--dataset": Option("ID", "only this data set", ("compare", "explain", "report")),
    "--label": Option("K=V", "only versions with this label", _SET, repeats=True),
    "--approval": Option("S", "only versions in this state: Approved, Pending, Rejected", _SET),
    "--where": Option('"EXPR"', "only versions that meet a condition", _SET),
    "--last": Option("N", "only the N highest versions", _SET),
    "--sort": Option("NAME", "order by a field or metric; -NAME for descending", ("show", "ls")),
    "--limit": Option("N", "at most N models or versions", ("ls",)),
    "--query": Option("TEXT", "models whose name, task or label contains this", ("ls",)),
    "--lang": Option("en|zh", "language of sentences", ("explain", "report")),
    "--to": Option("FILE", "write to this file: .html .md .tex .csv .xlsx; a report is .html", _TABLES),
    "--overwrite": Option("", "replace a file that exists", _TABLES),
    "--offline": Option("FILE", "read versions from a snapshot instead of the service", _SET),
    "--as": Option("NAME", "store the result under this name and show nothing", (*_SET, "watch")),
    "--code": Option("", "print the Python that does the same", (*_SET, "watch")),
    "--refresh": Option("", "ask the service even for what was just fetched", _SET),
    "--every": Option("SECONDS", "seconds between two looks, at least 1; 30 by default", ("watch",)),
    "--region": Option("REGION", "use this region"),
    "--workspace": Option("ID", "use this workspace", ("connect", "ls")),
    "--network": Option("public|vpc", "use this network", ("connect",)),
    "--endpoint": Option("URL", "use this endpoint", ("connect",)),
    "--debug": Option("", "show the whole traceback of an error"),
}

_SECRET = re.compile(r"(?i)secret|access-?key|token|password|credential")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:_[A-Za-z0-9_]+)?")
_SELECTOR = re.compile(r"latest|approved|last:\S*|[0-9]\S*(?:\.\.|\*)\S*")
_NAME = re.compile(r"\{([^\W\d]\w*)\}|\$([^\W\d]\w*)")
_LONGEST = 4096
_HELP = "Type %paimodel help for the grammar."


@dataclass(frozen=True)
class Command:
    """One line, understood.

    Attributes
    ----------
    verb : str
        A key of `VERBS`.
    addresses : tuple of Address
        The versions or models it is about.
    words : tuple of str
        The arguments of `connect` and `help`.
    options : mapping
        Option name without dashes to its text, True for a switch, a tuple for one that repeats.
    """

    verb: str
    addresses: tuple[Address, ...] = ()
    words: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """Value of an option, or the default."""
        return self.options.get(name, default)

    def number(self, name: str) -> int | None:
        """Whole number of an option, None when it is not given."""
        text = self.get(name)
        if text is None:
            return None
        if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
            raise AddressError(f"--{name} takes a whole number from 1, not {text!r}", hint=_HELP)
        return int(text)

    def pairs(self, name: str) -> dict[str, str]:
        """NAME=VALUE pairs of an option that repeats."""
        found = {}
        for text in self.get(name, ()):
            key, equals, value = text.partition("=")
            if not equals or not key:
                raise AddressError(f"--{name} takes {OPTIONS[f'--{name}'].metavar}, not {text!r}", hint=_HELP)
            found[key] = value
        return found


def parse_line(line: str, names: Mapping[str, Any] | None = None) -> Command:
    """Read one line.

    Parameters
    ----------
    line : str
        What stands behind `%paimodel`.
    names : mapping, optional
        What `$name` and `{name}` mean, usually the notebook's variables. Only plain names are replaced, nothing is evaluated.

    Raises
    ------
    AddressError
        With what is wrong and the nearest thing that is right.

    Examples
    --------
    >>> command = parse_line("model-a@0.1.0,0.2.0 --baseline 0.1.0")
    >>> command.verb, str(command.addresses[0]), command.get("baseline")
    ('compare', 'model-a@0.1.0,0.2.0', '0.1.0')
    >>> parse_line("model-a $v", {"v": "0.1.0"}).verb
    'show'
    """
    if line.split(maxsplit=1)[:1] == ["gate"]:
        raise AddressError(
            "gate takes a whole cell", hint="Write %%paimodel gate model-a@latest --baseline approved, then one rule a line."
        )
    words, options = _options([_expand(word, names or {}) for word in _split(line)])
    verb = words.pop(0) if words and words[0] in VERBS else ""
    if options.pop("help", False) or (not verb and not words):
        return Command("help", words=(verb,) if verb else ())
    if verb in ("connect", "help"):
        command = Command(verb, words=tuple(words), options=options)
    else:
        addresses = _addresses(words)
        command = Command(verb or _default_verb(addresses), addresses, options=options)
    _check(command)
    return command


def _split(line: str) -> list[str]:
    line = _without_comment(line).strip().removesuffix(";")
    if len(line) > _LONGEST:
        raise AddressError(f"the line is {len(line):,} characters long", hint=f"At most {_LONGEST:,} are read; use Python for long lists.")
    if any(ord(mark) < 32 or ord(mark) == 127 for mark in line):  # noqa: PLR2004 - ASCII control characters
        raise AddressError(
            "the line holds a line break or another control character", hint="%paimodel takes one line; a cell starts with %%paimodel."
        )
    try:
        return shlex.split(line)
    except ValueError as error:
        column = max(line.rfind('"'), line.rfind("'")) + 1
        raise AddressError(f"column {column}: {str(error).lower()} in {line!r}", hint="Close the quotation, or leave it out.") from None


def write_word(word: str) -> str | None:
    r"""Write a word as a line has to hold it to be read back, in quotation marks where needed; None where no line can hold it.

    Examples
    --------
    >>> write_word("cer"), write_word("avg score"), write_word("a\nb"), write_word("$name")
    ('cer', "'avg score'", None, None)
    """
    if not is_visible(word) or _NAME.search(word):
        return None
    for text in (word, shlex.quote(word)):
        try:
            if _split(f"ls {text}") == ["ls", word]:
                return text
        except AddressError:
            continue
    return None


def _without_comment(line: str) -> str:
    """The line up to a `#` that stands at its start or behind a blank, as in Python, but not inside quotation marks."""
    quote = ""
    for place, mark in enumerate(line):
        if mark in "\"'":
            quote = mark if not quote else "" if mark == quote else quote
        elif mark == "#" and not quote and line[place - 1 : place].strip() == "":
            return line[:place]
    return line


def _expand(word: str, names: Mapping[str, Any]) -> str:
    """Replace `$name` and `{name}` by the value of a variable; whatever else looks like an expression stays and is refused later."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in names:
            raise AddressError(
                f"{name} is not defined in this notebook", hint=f"Define it in a cell above, or write the value instead of {match[0]}."
            )
        found = names[name]
        if isinstance(found, str | int):
            return str(found)
        text = getattr(found, "address", None)
        if isinstance(text, str):
            return text
        raise AddressError(f"{name} is a {type(found).__name__}", hint="A text, a whole number or a model version can stand in the line.")

    return _NAME.sub(value, word)


def _options(words: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Words that are no options, and the options by name."""
    rest: list[str] = []
    options: dict[str, Any] = {}
    pending = iter(words)
    for word in pending:
        if word in ("-h", "--help", "-?"):
            options["help"] = True
        elif word.startswith("-") and len(word) > 1:
            name, equals, value = word.partition("=")
            option = _known(name)
            if option.metavar and not equals:
                value = next(pending, "")
                if not value:
                    raise AddressError(f"{name} needs a value: {name} {option.metavar}", hint=_HELP)
            elif equals and not option.metavar:
                raise AddressError(f"{name} takes no value", hint=_HELP)
            _put(options, name.removeprefix("--"), value if option.metavar else True, option)
        else:
            rest.append(word)
    return rest, options


def _known(name: str) -> Option:
    if name in OPTIONS:
        return OPTIONS[name]
    if _SECRET.search(name):
        raise AddressError(
            "keys and tokens are not taken on this line: it is saved in the history and in the notebook",
            hint="Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or pass credentials= to pai_notebook.connect.",
        )
    close = get_close_matches(name, OPTIONS, 1)
    raise AddressError(f"there is no option {name!r}", hint=f"Did you mean {close[0]}?" if close else _HELP)


def _put(options: dict[str, Any], name: str, value: Any, option: Option) -> None:
    if option.repeats:
        options[name] = (*options.get(name, ()), value)
    elif name in options:
        raise AddressError(f"--{name} is given twice", hint="Give it once.")
    else:
        options[name] = value


def _addresses(words: list[str]) -> tuple[Address, ...]:
    """Addresses, or one model and the names of its versions."""
    if len(words) > 1 and any(_VERSION.fullmatch(word) for word in words[1:]):
        model = parse_address(words[0])
        if model.selector.kind != "all":
            raise AddressError(
                f"{words[0]} already selects versions", hint=f"Write {model.model} {' '.join(words[1:])}, or add them behind the @."
            )
        wrong = [word for word in words[1:] if not _VERSION.fullmatch(word)]
        if wrong:
            parse_selector(wrong[0])
            raise AddressError(f"{wrong[0]!r} is not a version name", hint=_HELP)
        return (Address(model.model, Selector("names", names=tuple(words[1:]))),)
    _suggest_verb(words)
    for word in words[1:]:
        if _SELECTOR.fullmatch(word):
            raise AddressError(f"{word!r} is no model", hint=f"Write {words[0].partition('@')[0]}@{word}.")
    return tuple(parse_address(word) for word in words)


def _suggest_verb(words: list[str]) -> None:
    """A misspelt verb reads like a model id; say so when it is close to a verb."""
    if len(words) > 1 and "@" not in words[0]:
        close = get_close_matches(words[0], VERBS, 1, cutoff=0.75)
        if close:
            raise AddressError(f"there is no verb {words[0]!r}", hint=f"Did you mean {close[0]}?")


def _default_verb(addresses: tuple[Address, ...]) -> str:
    if len(addresses) == 1:
        selector = addresses[0].selector
        return "ls" if selector.kind == "all" else "show" if selector.is_single else "compare"
    return "compare"


def _check(command: Command) -> None:
    for name in command.options:
        verbs = OPTIONS[f"--{name}"].verbs
        if verbs and command.verb not in verbs:
            raise AddressError(f"{command.verb} does not take --{name}", hint=f"It belongs to {', '.join(verbs)}.")
    if command.verb == "watch" and not (len(command.addresses) == 1 and command.addresses[0].selector.is_single):
        raise AddressError("watch follows one version", hint="For example %paimodel watch model-a@latest.")
    if command.verb in ("show", "compare", "explain", "report") and not command.addresses and "offline" not in command.options:
        raise AddressError(f"{command.verb} needs an address", hint=f"For example %paimodel {command.verb} model-a@latest.")
    if command.verb == "help" and command.words and command.words[0] not in (*VERBS, "gate"):
        raise AddressError(f"there is no verb {command.words[0]!r}", hint=f"The verbs are {', '.join(VERBS)}.")
    if command.verb == "connect" and len(command.words) > 1:
        raise AddressError(
            f"connect takes one name, not {len(command.words)}", hint="Write %paimodel connect demo, or connect --region cn-hangzhou."
        )
    lang = command.get("lang", "en")
    if lang not in ("en", "zh"):
        raise AddressError(f"--lang takes en or zh, not {lang!r}", hint=_HELP)
    name = command.get("as")
    if name is not None and not str(name).isidentifier():
        raise AddressError(f"{name!r} is not a name for a variable", hint="Write --as NAME with letters, digits and underscores.")
    command.number("last"), command.number("limit"), command.number("every"), command.pairs("label"), command.pairs("mode")
