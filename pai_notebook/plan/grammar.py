"""The grammar of `%paimodel` and of the shell's `paimodel`: parses a line to a command. Nothing from the line is ever evaluated."""

from __future__ import annotations

import itertools
import keyword
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from pai_notebook.arguments import is_version_name, without_v
from pai_notebook.errors import AddressError, ModelNotFound
from pai_notebook.files import ENDINGS, FORMATS, file_path
from pai_notebook.i18n.phrases import joined, read_language, say
from pai_notebook.model.address import Address, parse_address, read_addresses, refuse_selectors
from pai_notebook.model.elsewhere import reading_hint
from pai_notebook.model.selector_words import BASELINES, nearest_word
from pai_notebook.model.selectors import Selector, parse_selector
from pai_notebook.plan.options import OPTIONS, VERBS, Edge, Option, guess_option, guess_verb, options_of, told_form, verbs_of
from pai_notebook.plan.words import as_written, expand, refuse_expressions, split, without_comment

# Options that look as if a key follows: the history would keep it.
_SECRET = re.compile(r"(?i)secret|access-?key|token|password|credential")
_VERSION = re.compile(r"[vV]?[0-9]++(?:\.[0-9]++)++(?:[\w+-]|\.(?!\.))*+")
_DASHES = "-\u2013\u2014\u2212"
_CURLY = "\u201c\u201d\u2018\u2019"
# Names that IPython cannot do without.
_OF_IPYTHON = ("get_ipython", "In", "Out")
# How a snapshot begins, and how many bytes of a file tell.
_SNAPSHOT, _BEGINNING = b"pai_notebook snapshot", 200
# Options whose value may be several names.
_OF_METRICS = ("--metrics", "--exclude")
# Words of a sentence, which stand between models, and directions behind what is sorted by.
_BETWEEN = ("with", "and", "vs", "vs.", "versus", "against", "to")
_DIRECTIONS = ("asc", "desc", "ascending", "descending")
_HELP = say("Type %paimodel help for the grammar.")
_OF_ADDRESSES = ("show", "compare", "explain", "report", "gate", "save")
_PLACES = ("region", "network", "endpoint")
# Options whose value has blanks as a rule.
_SENTENCES = ("--question", "--where", "--query")
_OF_WORDS = ("connect", "help", "drift", "search")
_OF_GATE: dict[Edge, str] = {
    "line": say("Write %%paimodel gate model-a@latest --baseline approved, then one rule a line; or --rules FILE."),
    "shell": say("Write %paimodel gate model-a@latest --baseline approved --rules FILE, where the file has one rule a line."),
}


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
            raise AddressError(say("--{name} takes a whole number from 1, not {text!r}", name=name, text=text), hint=_HELP)
        return int(text)

    def pairs(self, name: str) -> dict[str, str | list[str]]:
        """NAME=VALUE pairs of an option that repeats; a name that is given twice has both values."""
        found: dict[str, list[str]] = {}
        for text in self.get(name, ()):
            key, equals, value = text.partition("=")
            if not equals or not key:
                raise AddressError(
                    say("--{name} takes {metavar}, not {text!r}", name=name, metavar=OPTIONS[f"--{name}"].metavar, text=text), hint=_HELP
                )
            found.setdefault(key, []).append(value)
        return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


def parse_line(line: str, names: Mapping[str, Any] | None = None) -> Command:
    """Read one line.

    Parameters
    ----------
    line : str
        The text after `%paimodel`.
    names : mapping, optional
        What `$name` and `{name}` mean, usually the notebook's variables. Only plain names are replaced, nothing is evaluated.

    Returns
    -------
    Command
        What the line asks for.

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
    silent = without_comment(line).rstrip().endswith(";")
    return replace(_parsed(split(line, names or {}), "line", line), silent=silent)


def parse_words(words: Sequence[str]) -> Command:
    """Read the words of a command of a shell, which has split them and replaced its own variables.

    Parameters
    ----------
    words : sequence of str
        What stands behind `paimodel`.

    Returns
    -------
    Command
        What the words ask for.

    Raises
    ------
    AddressError
        As `parse_line`.

    Examples
    --------
    >>> command = parse_words(["gate", "model-a@latest", "--rules", "rules.txt", "--json"])
    >>> command.verb, command.get("rules"), command.get("json")
    ('gate', 'rules.txt', True)
    """
    return _parsed(words, "shell")


def _parsed(words: Sequence[str], edge: Edge, line: str = "") -> Command:
    rest, options = _options(words)
    verb = rest.pop(0) if rest and rest[0] in verbs_of(edge) else ""
    if options.pop("help", False) or (not verb and not rest):
        return Command("help", words=(verb,) if verb else ())
    if verb == "gate" and "rules" not in options:  # before the words, which are rules where somebody writes them on the line
        raise AddressError(
            say("gate takes a whole cell, or --rules FILE") if edge == "line" else say("gate needs --rules FILE"), hint=_OF_GATE[edge]
        )
    if verb in _OF_WORDS:
        command = Command(verb, words=tuple(rest), options=options)
    else:
        if not verb:
            _refuse_other_edge(rest[0], edge)
            _refuse_unknown_verb(rest, edge)
        try:
            addresses = _addresses(rest, verb or "compare", edge)
        except AddressError as error:
            _refuse_unquoted(words, error, as_written(line))
            raise
        command = Command(verb or _default_verb(addresses), addresses, options=options, behind=_behind(words))
    _check(command, edge)
    return command


def _behind(words: Sequence[str]) -> dict[str, str]:
    """Words behind the value of an option that names metrics: models, or metrics that should stand with a comma."""
    found = {}
    for option, value, *rest in (words[place:] for place, word in enumerate(words[:-2]) if word in _OF_METRICS):
        names = list(itertools.takewhile(lambda word: not word.startswith("-") and "@" not in word, rest))
        found.update(dict.fromkeys(names, f"{option} {','.join([value, *names])}"))
    return found


def refuse_values(command: Command, result: object) -> None:
    """Say that a word which no model is called stands behind an option that takes several names with commas.

    Raises
    ------
    AddressError
        With the option as it is written.
    """
    for address, error in (getattr(result, "errors", None) or {}).items() if command.behind else ():
        word = address.partition("@")[0]
        if isinstance(error, ModelNotFound) and word in command.behind:
            hint = say("Separate several names by commas: {cure}.", cure=command.behind[word])
            raise AddressError(error.message, hint=hint) from error


def parse_cell(line: str, cell: str, names: Mapping[str, Any] | None = None) -> Command:
    """Read a cell: `gate`, addresses and options in its first line, and a rule in each other line.

    Parameters
    ----------
    line, cell : str
        The text after `%%paimodel`, and the lines below it.
    names : mapping, optional
        As for `parse_line`; the rules may name variables too.

    Returns
    -------
    Command
        With the verb `gate`, and the rules.

    Raises
    ------
    AddressError
        As `parse_line`.

    Examples
    --------
    >>> parse_cell("gate model-a@latest", "cer <= baseline + {margin}  # {m}", {"margin": 0.01}).rules
    'cer <= baseline + 0.01  # {m}'
    """
    first, *rest = line.split(maxsplit=1) or [""]
    if first != "gate":
        raise AddressError(say("a %%paimodel cell starts with gate"), hint=_OF_GATE["line"])
    words, options = _options(split(rest[0] if rest else "", names or {}))
    if options.pop("help", False):
        return Command("help", words=("gate",))
    if "rules" in options:
        raise AddressError(say("the cell has the rules, and --rules names a file of them"), hint=say("Leave one of them out."))
    rules = "\n".join(_rule(text, names or {}) for text in cell.split("\n"))
    command = Command(
        "gate", _addresses(words, "gate", "line"), options=options, rules=rules, silent=without_comment(line).rstrip().endswith(";")
    )
    _check(command, "line")
    return command


def _rule(line: str, names: Mapping[str, Any]) -> str:
    """A rule with its variables replaced, and its comment as it is."""
    from pai_notebook.comparison.gate import parse as rules  # noqa: PLC0415 - loading the extension loads nothing that compares

    rule = rules.without_comment(line)
    refuse_expressions(rule)
    return expand(rule, names) + line[len(rule) :]


def _options(words: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Words that are not options, and the options by name."""
    rest: list[str] = []
    options: dict[str, Any] = {}
    pending = iter(enumerate(words))
    for place, word in pending:
        if word in ("-h", "--help", "-?"):
            options["help"] = True
        elif word.startswith("-") and len(word) > 1:
            name, equals, value = word.partition("=")
            option = _known(name, value if equals else "".join(words[place + 1 : place + 2]))
            if option.metavar and not equals:
                value = next(pending, (0, ""))[1]
                if not value or value.partition("=")[0] in OPTIONS:  # the next option stands where a value was left out
                    raise AddressError(say("{name} needs a value: {name} {metavar}", name=name, metavar=option.metavar), hint=_HELP)
            elif equals and not option.metavar:
                raise AddressError(say("{name} takes no value", name=name), hint=_HELP)
            _put(options, name.removeprefix("--"), value if option.metavar else True, option)
        else:
            _refuse_typography(word)
            rest.append(word)
    return rest, options


def _refuse_unquoted(words: Sequence[str], error: AddressError, written: Sequence[str]) -> None:
    """Say that a sentence or a condition without quotation marks ends at its first blank, where its other words were read as addresses."""
    starts = [place for place, word in enumerate(words) if word.startswith("-") and len(word) > 1]
    for start, end in itertools.pairwise((*starts, len(words))):
        name, equals, value = words[start].partition("=")
        text = [value, *words[start + 1 : end]] if equals else list(words[start + 1 : end])
        if name in _SENTENCES and len(text) > 1 and not any(map(str.isspace, text[0])):
            # the marks around a text of the condition are part of it; a shell has taken them away
            rest = written[end + 1 - len(text) : end] if len(written) == len(words) else text[1:]
            hint = say("Write {cure}.", cure=f"{name} {_quoted(' '.join([text[0], *rest]))}")
            raise AddressError(say("{name} takes one text in quotation marks", name=name), hint=hint) from error


def _quoted(text: str) -> str:
    """Put a text into the quotation marks that it does not hold."""
    return f'"{text}"' if '"' not in text else f"'{text}'" if "'" not in text else '"{}"'.format(text.replace('"', r"\""))


def _known(name: str, value: str) -> Option:
    if name in OPTIONS:
        return OPTIONS[name]
    if _SECRET.search(name):
        raise AddressError(
            say("keys and tokens are not accepted on this line: it is saved in the history and in the notebook"),
            hint=say("Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or pass credentials= to pai_notebook.connect."),
        )
    hint = guess_option(name) or _HELP
    if value.casefold() == "json" and hint == guess_option("--to"):
        hint = say("In a shell --json prints JSON; --to FILE writes a file.")
    raise AddressError(say("unknown option {name!r}", name=name), hint=hint)


def _refuse_typography(word: str) -> None:
    """Refuse dashes and quotation marks of word processors."""
    if word[0] in _DASHES:
        raise AddressError(
            say("{word!r} starts with a dash that is not a hyphen", word=word), hint=say("Write --{dashes}.", dashes=word.lstrip(_DASHES))
        )
    # the line was split at plain marks only, so the words behind this one are not those that were meant
    if word[0] in _CURLY:
        raise AddressError(say("{word!r} starts with a curly quotation mark", word=word), hint=say("Write plain ones: \" or '."))


def _put(options: dict[str, Any], name: str, value: Any, option: Option) -> None:
    if option.repeats:
        options[name] = (*options.get(name, ()), value)
    elif name in options:
        hint = say("Join the conditions by and.") if name == "where" else say("Pass it once.")
        raise AddressError(say("--{name} is given twice", name=name), hint=hint)
    else:
        options[name] = value


def _refuse_other_edge(word: str, edge: Edge) -> None:
    """Refuse a verb that a shell does without."""
    if word.lower() in VERBS and word.lower() not in verbs_of(edge):
        instead = {
            "connect": say("Here every command says where the registry is: --demo, or --region REGION."),
            "explore": say("In a notebook: pnb.Explorer()."),
        }
        raise AddressError(say("{verb} is for notebooks", verb=word.lower()), hint=instead[word.lower()])


def _refuse_unknown_verb(words: list[str], edge: Edge) -> None:
    """Refuse an unknown verb, which a first word of letters only is taken for, without a request."""
    word = words[0]
    if re.fullmatch("[A-Za-z]+", word):
        selector = next((each for each in words[1:] if _VERSION.fullmatch(each)), "all")
        model = say("A model named {word} is written {word}@{selector}.", word=word, selector=selector)
        guess = guess_verb(word)
        found = say("To find one by a part of its name: ls --query {word}.", word=word)
        hint = joined([guess, model] if guess else [_all_verbs(edge), model, found], " ")
        raise AddressError(say("unknown verb {word!r}", word=word), hint=hint)


def _all_verbs(edge: Edge) -> str:
    return say("The verbs are {text}.", text=joined(list(verbs_of(edge))))


def _refuse_sentences(words: list[str]) -> None:
    """Refuse a word that joins models, or turns an order, where a model is expected, without a request."""
    for place, word in enumerate(words[1:], 1):
        named = say("A model named {word} is written {word}@{selector}.", word=word, selector="all")
        if word.casefold() in _DIRECTIONS:
            raise AddressError(
                say("{word!r} is not a model", word=word), hint=joined([say("A minus reverses the order: --sort -created."), named], " ")
            )
        if word.casefold() in _BETWEEN and words[place + 1 :]:
            others = joined([each for each in words if each.casefold() not in _BETWEEN], " ")
            raise AddressError(say("{word!r} is not a model", word=word), hint=joined([say("Write {cure}.", cure=others), named], " "))


def _refuse_files(words: list[str], verb: str, edge: Edge) -> None:
    """Refuse the name of a file where a model is expected, without a request; a model may be called so, and is written with its `@`."""
    for word in words:
        ending = PurePath(word).suffix.lower()
        if "@" in word or ending not in FORMATS:
            continue
        named = say("A model named {word} is written {word}@{selector}.", word=word, selector="all")
        option = "--offline" if ending in ENDINGS["save"] and verb != "save" else "--junit" if ending in ENDINGS["to_junit"] else "--to"
        meant = say("Did you mean {word}?", word=f"{option} {word}") if option in options_of(verb, edge) else ""
        if verb != "save" and os.path.isfile(word) and not _is_snapshot(word):  # noqa: PTH113 - False for a name that is too long
            meant = reading_hint(word) or meant
        raise AddressError(
            say("{word!r} looks like a file, not like a model", word=word), hint=joined([meant, named], " ") if meant else named
        )


def _is_snapshot(path: str) -> bool:
    """Whether a file begins as a snapshot does, or cannot be looked at."""
    try:
        with Path(path).open("rb") as file:
            return _SNAPSHOT in file.read(_BEGINNING)
    except OSError:
        return True


def _addresses(words: list[str], verb: str, edge: Edge) -> tuple[Address, ...]:
    """Addresses, or one model and the names of its versions."""
    words = _joined(words)
    _refuse_files(words, verb, edge)
    _refuse_sentences(words)
    if len(words) > 1 and all(map(is_version_name, words)):
        read_addresses(words)  # says that these name no model
    for word in words[1:]:
        if word in VERBS:
            rest = " ".join(each for each in words if each != word)
            raise AddressError(
                say("{word!r} is a verb, and the verb comes first", word=word), hint=say("Write {word} {rest}.", word=word, rest=rest)
            )
    if any(_is_version(word) for word in words[1:]):
        model = parse_address(words[0])
        if model.selector.kind != "all":
            raise AddressError(
                say("{words} already selects versions", words=words[0]),
                hint=say("Write {model} {names}, or add them behind the @.", model=model.model, names=" ".join(words[1:])),
            )
        wrong = [word for word in words[1:] if not _is_version(word)]
        if wrong:
            refuse_selectors(model.model, words[1:])
            # raises an error of its own, which says more, where the word is not a selector either
            parse_selector(wrong[0])
            raise AddressError(say("{wrong!r} is not a version name", wrong=wrong[0]), hint=_HELP)
        return (Address(model.model, Selector("names", names=tuple(words[1:]))),)
    refuse_selectors(words[0] if words else "", words[1:])
    # a list of addresses in a variable stands in the line with commas
    several = (word.split(",") if "," in word and all("@" in part for part in word.split(",")) else [word] for word in words)
    return tuple(parse_address(part) for parts in several for part in parts)


def _joined(words: list[str]) -> list[str]:
    """Join what a blank behind a comma has parted: `model@0.1.0, 0.2.0`."""
    found: list[str] = []
    for word in words:
        if found and found[-1].endswith((",", "，")):
            found[-1] += word
        else:
            found.append(word)
    return found


def _is_version(word: str) -> bool:
    return is_version_name(word) or _VERSION.fullmatch(word) is not None


def _default_verb(addresses: tuple[Address, ...]) -> str:
    if len(addresses) == 1:
        selector = addresses[0].selector
        return "ls" if selector.kind == "all" else "show" if selector.is_single else "compare"
    return "compare"


def _check(command: Command, edge: Edge) -> None:
    _check_options(command, edge)
    verb = command.verb
    if verb == "watch" and not (len(command.addresses) == 1 and command.addresses[0].selector.is_single):
        raise AddressError(say("watch follows one version"), hint=say("For example %paimodel watch model-a@latest."))
    if verb in _OF_ADDRESSES and not command.addresses and "offline" not in command.options:
        hint = _OF_GATE[edge] if verb == "gate" else say("For example %paimodel {verb} model-a@latest.", verb=verb)
        raise AddressError(say("{verb} needs an address", verb=verb), hint=hint)
    if verb == "save" and "to" not in command.options:
        raise AddressError(say("save needs --to FILE"), hint=say("For example %paimodel save model-a@last:5 --to model-a.paisnap.json.gz."))
    if verb == "drift" and len(command.words) != 1:
        raise AddressError(say("drift takes one snapshot file"), hint=say("For example %paimodel drift model-a.paisnap.json.gz."))
    if verb == "search" and len(command.words) != 1 and (command.words or not command.options.keys() & {"approval", "label"}):
        hint = say('For example %paimodel search "accuracy@d-a > 0.9".')
        raise AddressError(say("search takes one condition in quotation marks"), hint=hint)
    if verb == "help" and command.words and command.words[0] not in verbs_of(edge):
        _refuse_other_edge(command.words[0], edge)
        raise AddressError(say("unknown verb {words!r}", words=command.words[0]), hint=guess_verb(command.words[0]) or _all_verbs(edge))
    if verb == "connect" and len(command.words) > 1:
        raise AddressError(
            say("connect takes one name, not {count}", count=len(command.words)),
            hint=say("Write %paimodel connect demo, or connect --region cn-hangzhou."),
        )


def _check_options(command: Command, edge: Edge) -> None:
    taken = options_of(command.form, edge)
    for name in command.options:
        if f"--{name}" not in taken:
            raise AddressError(
                say("{form} does not take --{name}", form=told_form(command.form), name=name), hint=_why_not(name, command, edge)
            )
        if name in (*_PLACES, "refresh", "demo") and "offline" in command.options:
            raise AddressError(
                say("--offline reads a file, and --{name} is for the service", name=name), hint=say("Leave one of them out.")
            )
        if name in _PLACES and "demo" in command.options:
            raise AddressError(
                say("--demo is a registry of its own, and --{name} names another", name=name), hint=say("Leave one of them out.")
            )
    if "overwrite" in command.options and not command.options.keys() & {"to", "junit"} and command.verb != "report":
        raise AddressError(say("--overwrite without --to replaces nothing"), hint=say("Write --to FILE --overwrite."))
    _refuse_files_in_two_roles(command)
    _check_values(command)


def _refuse_files_in_two_roles(command: Command) -> None:
    """Refuse to write what is read, or a file twice, before even the reason of a failure is written there."""
    read = {f"--{name}": command.options[name] for name in ("rules", "offline") if command.get(name, "-") != "-"}
    read |= {"drift": command.words[0]} if command.verb == "drift" and command.words else {}
    seen = {os.path.realpath(file_path(path)): (role, True) for role, path in read.items()}
    for name in ("to", "junit"):
        path = command.get(name)
        if path is None:
            continue
        role, is_read = seen.setdefault(os.path.realpath(file_path(path)), (f"--{name}", False))
        if role != f"--{name}":
            said = say(
                "{path} is read by {role}, and --{name} would replace it" if is_read else "{path} is written by {role} and --{name}",
                path=path,
                role=role,
                name=name,
            )
            raise AddressError(said, hint=say("Write another name behind --{name}.", name=name))


def _why_not(name: str, command: Command, edge: Edge) -> str:
    option = OPTIONS[f"--{name}"]
    if option.only and option.only != edge:
        return (
            say("It belongs to the command paimodel of a shell.")
            if edge == "line"
            else say("It belongs to the line %paimodel of a notebook.")
        )
    if name == "code":
        return say("help shows a page and asks nothing of a registry; every other line has --code.")
    if name == "lang":
        return say("A notebook shows all in the language of pai_notebook.options.lang; set that.")
    written = f"--{name} {option.metavar}".rstrip()
    if command.form != command.verb and command.verb in option.forms:
        return say("Name a model: {verb} MODEL {option}.", verb=command.verb, option=written)
    if f"{command.verb} without a model" in option.forms:
        return say("Leave the model out: {verb} {option}.", verb=command.verb, option=written)
    return say("It belongs to {text}.", text=joined(list(map(told_form, option.forms))))


def _check_baseline(command: Command) -> None:
    """Refuse a word that is no name of a registered version; in a file there may be others."""
    text = command.get("baseline", "approved")
    if text.casefold() in BASELINES or "@" in text or text[:1].isdigit() or without_v(text) != text or "offline" in command.options:
        return
    word = nearest_word(text, BASELINES)
    meant = say("Did you mean {word}?", word=word) if word else ""
    hint = say("Write the name of a version, or one of {text}.", text=joined(list(BASELINES)))
    raise AddressError(say("--baseline {text} names no version", text=text), hint=joined([meant, hint], " ") if meant else hint)


def _check_values(command: Command) -> None:
    lang = command.get("lang", "en")
    if not read_language(lang):
        raise AddressError(say("--lang takes en or zh, not {lang!r}", lang=lang), hint=_HELP)
    name = command.get("as")
    if name is not None and (not str(name).isidentifier() or keyword.iskeyword(name) or name.startswith("__") or name in _OF_IPYTHON):
        raise AddressError(
            say("{name!r} is not a name for a variable", name=name), hint=say("Write --as NAME with letters, digits and underscores.")
        )
    _check_baseline(command)
    for number in ("last", "limit", "every"):
        command.number(number)
    command.pairs("label")
    twice = next((metric for metric, way in command.pairs("mode").items() if isinstance(way, list)), "")
    if twice:
        raise AddressError(say("--mode is given twice for {twice}", twice=twice), hint=say("Pass it once."))
