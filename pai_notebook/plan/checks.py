"""What a command as a whole lacks or has too much of: options of another verb, files in two roles, values that cannot be."""

from __future__ import annotations

import builtins
import keyword
import os
import re
from pathlib import PurePath

from pai_notebook.arguments import without_v
from pai_notebook.errors import AddressError
from pai_notebook.files import file_path
from pai_notebook.i18n.phrases import either, joined, read_language, say
from pai_notebook.model.selector_words import BASELINES, nearest_word
from pai_notebook.plan.command import Command
from pai_notebook.plan.options import FILES, HELP, TABLES, Edge, guess_verb, options_of, told_form, verbs_of
from pai_notebook.plan.refusals import all_verbs, refuse_other_edge, why_not

# Names that IPython cannot do without, beside those it puts among the builtins.
_OF_IPYTHON = re.compile(r"get_ipython|In|Out|exit|quit|_(?:i{0,3}|i?[0-9]{1,9}|[iod]h)")
_OF_ADDRESSES = ("show", "compare", "explain", "report", "gate", "save")
_PLACES = ("region", "network", "endpoint")
OF_GATE: dict[Edge, str] = {
    "line": say("Write %%paimodel gate model-a@latest --baseline approved, then one rule a line; or --rules FILE."),
    "shell": say("Write %paimodel gate model-a@latest --baseline approved --rules FILE, where the file has one rule a line."),
}


def check(command: Command, edge: Edge) -> None:
    """Refuse a command that cannot be run, before anything is asked of a registry.

    Raises
    ------
    AddressError
        With what is wrong and the nearest thing that is right.
    """
    _check_options(command, edge)
    verb = command.verb
    if verb == "watch" and not (len(command.addresses) == 1 and command.addresses[0].selector.is_single):
        raise AddressError(say("watch follows one version"), hint=say("For example %paimodel watch model-a@latest."))
    if verb in _OF_ADDRESSES and not command.addresses and "offline" not in command.options:
        hint = OF_GATE[edge] if verb == "gate" else say("For example %paimodel {verb} model-a@latest.", verb=verb)
        raise AddressError(say("{verb} needs an address", verb=verb), hint=hint)
    if verb == "save" and "to" not in command.options:
        raise AddressError(say("save needs --to FILE"), hint=say("For example %paimodel save model-a@last:5 --to model-a.paisnap.json.gz."))
    _refuse_tables(command)
    if verb == "drift" and len(command.words) != 1:
        raise AddressError(say("drift takes one snapshot file"), hint=say("For example %paimodel drift model-a.paisnap.json.gz."))
    if verb == "search" and len(command.words) != 1 and (command.words or not command.options.keys() & {"approval", "label"}):
        hint = say('For example %paimodel search "accuracy@d-a > 0.9".')
        raise AddressError(say("search takes one condition in quotation marks"), hint=hint)
    if verb == "help" and command.words and command.words[0] not in verbs_of(edge):
        refuse_other_edge(command.words[0], edge)
        raise AddressError(say("unknown verb {words!r}", words=command.words[0]), hint=guess_verb(command.words[0]) or all_verbs(edge))
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
                say("{form} does not take --{name}", form=told_form(command.form), name=name),
                hint=why_not(name, command.verb, command.form, edge),
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


def _refuse_tables(command: Command) -> None:
    """Refuse the file of a table from a verb that writes no tables, with the line that writes it."""
    path, endings = str(command.get("to", "")), FILES.get(command.verb, "")
    ending = PurePath(path).suffix.lower()
    if endings and ending in TABLES.split() and ending not in endings.split():
        known = either(endings.split())
        cure = f"{'ls MODEL' if command.verb == 'save' else 'compare MODEL@last:5'} --to {path}"
        raise AddressError(say("{path!r} does not end in {known}", path=path, known=known), hint=say("Write {cure}.", cure=cure))


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
        raise AddressError(say("--lang takes en or zh, not {lang!r}", lang=lang), hint=HELP)
    name = command.get("as")
    if name is not None and (
        not name.isidentifier()
        or keyword.iskeyword(name)
        or hasattr(builtins, name)
        or name.startswith("__")
        or _OF_IPYTHON.fullmatch(name)
    ):
        hint = say("Write --as NAME with letters, digits and underscores, but no name that Python or IPython uses.")
        raise AddressError(say("{name!r} is not a name for a variable", name=name), hint=hint)
    _check_baseline(command)
    for number in ("last", "limit", "every"):
        command.number(number)
    command.pairs("label")
    twice = next((metric for metric, way in command.pairs("mode").items() if isinstance(way, list)), "")
    if twice:
        raise AddressError(say("--mode is given twice for {twice}", twice=twice), hint=say("Pass it once."))
