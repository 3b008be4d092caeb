"""The grammar of `%paimodel` and of the shell's `paimodel`: parses a line to a command. Nothing from the line is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pai_notebook.arguments import is_version_name
from pai_notebook.errors import AddressError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.address import Address, parse_address, read_addresses, refuse_selectors
from pai_notebook.model.selectors import Selector, parse_selector
from pai_notebook.plan.checks import OF_GATE, check
from pai_notebook.plan.command import Command
from pai_notebook.plan.options import HELP, OPTIONS, VERBS, Edge, Option, verbs_of
from pai_notebook.plan.refusals import (
    is_version,
    refuse_files,
    refuse_other_edge,
    refuse_redirection,
    refuse_sentences,
    refuse_typography,
    refuse_unknown_verb,
    refuse_unquoted,
    together,
    unknown_option,
    words_behind,
)
from pai_notebook.plan.words import as_written, expand, refuse_expressions, split, without_comment

_OF_WORDS = ("connect", "help", "drift", "search")
_UNSET = say("A variable may be empty or not set.")


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
    refuse_redirection(words, edge)
    rest, options = _options(words, edge)
    verb = rest.pop(0) if rest and rest[0] in verbs_of(edge) else ""
    if options.pop("help", False) or (not verb and not rest):
        return Command("help", words=(verb,) if verb else ())
    if verb == "gate" and "rules" not in options:  # before the words, which are rules where somebody writes them on the line
        raise AddressError(
            say("gate takes a whole cell, or --rules FILE") if edge == "line" else say("gate needs --rules FILE"), hint=OF_GATE[edge]
        )
    if verb in _OF_WORDS:
        command = Command(verb, words=tuple(rest), options=options)
    else:
        if not verb:
            refuse_other_edge(rest[0], edge)
            refuse_unknown_verb(rest, edge)
        try:
            addresses = _addresses(rest, verb or "compare", edge)
        except AddressError as error:
            refuse_unquoted(words, error, as_written(line))
            raise
        command = Command(verb or _default_verb(addresses), addresses, options=options, behind=words_behind(words))
    check(command, edge)
    return command


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
        raise AddressError(say("a %%paimodel cell starts with gate"), hint=OF_GATE["line"])
    (_, *words), options = _options([first, *split(rest[0] if rest else "", names or {})], "line")
    if options.pop("help", False):
        return Command("help", words=("gate",))
    if "rules" in options:
        raise AddressError(say("the cell has the rules, and --rules names a file of them"), hint=say("Leave one of them out."))
    if any(re.search(r"[<>]|==|\A(?i:fail)\Z", word) for word in words):
        raise AddressError(say("a rule stands in the first line"), hint=say("Write the rules below, one a line."))
    rules = "\n".join(_rule(text, names or {}) for text in cell.splitlines())
    command = Command(
        "gate", _addresses(words, "gate", "line"), options=options, rules=rules, silent=without_comment(line).rstrip().endswith(";")
    )
    check(command, "line")
    return command


def _rule(line: str, names: Mapping[str, Any]) -> str:
    """A rule with its variables replaced, and its comment as it is."""
    from pai_notebook.comparison.gate import parse as rules  # noqa: PLC0415 - loading the extension loads nothing that compares

    rule = rules.without_comment(line)
    refuse_expressions(rule)
    expanded = expand(rule, names)
    if len(expanded.splitlines()) > 1 or rules.without_comment(expanded) != expanded or (rule.strip() and not expanded.strip()):
        raise AddressError(
            say("a variable in {rule!r} is empty, or holds a comment or a line break", rule=rule.strip()),
            hint=say("A variable stands for a part of one rule."),
        )
    return expanded + line[len(rule) :]


def _options(words: Sequence[str], edge: Edge) -> tuple[list[str], dict[str, Any]]:
    """Words that are not options, and the options by name."""
    rest: list[str] = []
    options: dict[str, Any] = {}
    pending = iter(enumerate(words))
    for place, word in pending:
        if not word.strip():
            raise AddressError(say("word {nth} of the command is empty", nth=place + 1), hint=_UNSET)
        if word in ("-h", "--help", "-?"):
            options["help"] = True
        elif word.startswith("-") and len(word) > 1:
            name, equals, value = word.partition("=")
            option = OPTIONS.get(name)
            if option is None:
                raise unknown_option(name, value if equals else "".join(words[place + 1 : place + 2]), words, edge)
            if option.metavar:
                value = value if equals else next(pending, (0, HELP))[1]
                # the next option, or nothing, stands where a value was left out
                left_out = not equals and (value is HELP or value.partition("=")[0] in OPTIONS)
                if left_out or not value.strip():
                    said = say("{name} needs a value: {name} {metavar}", name=name, metavar=option.metavar)
                    raise AddressError(said, hint=HELP if left_out else _UNSET)
            elif equals:
                raise AddressError(say("{name} takes no value", name=name), hint=HELP)
            _put(options, name.removeprefix("--"), value if option.metavar else True, option)
        else:
            refuse_typography(word)
            rest.append(word)
    return rest, options


def _put(options: dict[str, Any], name: str, value: Any, option: Option) -> None:
    if option.repeats:
        options[name] = (*options.get(name, ()), value)
    elif name in options:
        hint = say("Join the conditions by and.") if name == "where" else say("Pass it once.")
        raise AddressError(say("--{name} is given twice", name=name), hint=hint)
    else:
        options[name] = value


def _addresses(words: list[str], verb: str, edge: Edge) -> tuple[Address, ...]:
    """Addresses, or one model and the names of its versions."""
    words = _joined(words)
    refuse_files(words, verb, edge)
    refuse_sentences(words)
    if len(words) > 1 and all(map(is_version_name, words)):
        read_addresses(words)  # says that these name no model
    for word in words[1:]:
        if word in VERBS:
            rest = " ".join(each for each in words if each != word)
            raise AddressError(
                say("{word!r} is a verb, and the verb comes first", word=word), hint=say("Write {word} {rest}.", word=word, rest=rest)
            )
    if any(is_version(word) for word in words[1:]):
        model = parse_address(words[0])
        if model.selector.kind != "all":
            raise AddressError(
                say("{words} already selects versions", words=words[0]),
                hint=say("Write {cure}.", cure=together(words)),
            )
        wrong = [word for word in words[1:] if not is_version(word)]
        if wrong:
            refuse_selectors(model.model, words[1:])
            # raises an error of its own, which says more, where the word is not a selector either
            parse_selector(wrong[0])
            raise AddressError(say("{wrong!r} is not a version name", wrong=wrong[0]), hint=HELP)
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


def _default_verb(addresses: tuple[Address, ...]) -> str:
    if len(addresses) == 1:
        selector = addresses[0].selector
        return "ls" if selector.kind == "all" else "show" if selector.is_single else "compare"
    return "compare"
