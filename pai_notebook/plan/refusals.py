"""Words that cannot stand where they do on a line: what each of them was meant to be, without a request."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from pathlib import PurePath

from pai_notebook.arguments import is_version_name
from pai_notebook.errors import AddressError, ModelNotFound
from pai_notebook.files import ENDINGS, FORMATS, is_snapshot
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.address import is_selector
from pai_notebook.model.elsewhere import reading_hint
from pai_notebook.plan.command import Command
from pai_notebook.plan.options import HELP, OPTIONS, VERBS, Edge, guess_option, guess_verb, is_action, options_of, told_form, verbs_of

# Options that look as if a key follows: the history would keep it.
_SECRET = re.compile(r"(?i)secret|access-?key|token|password|credential")
_VERSION = re.compile(r"[vV]?[0-9]++(?:\.[0-9]++)++(?:[\w+-]|\.(?!\.))*+")
_DASHES = "-\u2013\u2014\u2212"
_WIDE_BLANK = re.compile(r"[^\S ](?=--)")  # before an option; a name may have one
_CURLY = "\u201c\u201d\u2018\u2019"
# Options whose value may be several names.
_OF_METRICS = ("--metrics", "--exclude")
# Words of a sentence, which stand between models, and directions behind what is sorted by.
_BETWEEN = ("with", "and", "vs", "vs.", "versus", "against", "to")
_DIRECTIONS = ("asc", "desc", "ascending", "descending")
# Options whose value has blanks as a rule.
_SENTENCES = ("--question", "--where", "--query")


def words_behind(words: Sequence[str]) -> dict[str, str]:
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


def refuse_unquoted(words: Sequence[str], error: AddressError, written: Sequence[str]) -> None:
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


def unknown_option(name: str, value: str, words: Sequence[str], edge: Edge) -> AddressError:
    """Say what an option that does not exist was meant to be, without the value where that may be a key."""
    verb = words[0]
    form = f"{verb} without a model" if verb in ("ls", "explore") and words[1].startswith("-") else verb
    if _SECRET.search(name):
        return AddressError(
            say("keys and tokens are not accepted on this line: it is saved in the history and in the notebook"),
            hint=say("Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or pass credentials= to pai_notebook.connect."),
        )
    guess = guess_option(name, verb) or HELP
    hint: str = guess
    meant = str(guess.values.get("word", "")).partition(" ")[0]
    if value.casefold() == "json" and meant == "--to":
        hint = say("In a shell --json prints JSON; --to FILE writes a file.")
    elif meant in OPTIONS and verb in VERBS and meant not in options_of(form, edge):
        why = why_not(meant.removeprefix("--"), verb, form, edge)
        hint = why if meant == "--to" and without_file(verb, edge) else joined([hint, why], " ")
    return AddressError(say("unknown option {name!r}", name=name), hint=hint)


def why_not(name: str, verb: str, form: str, edge: Edge) -> str:
    """Say where an option belongs that a form of a verb does not take."""
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
    if form != verb and verb in option.forms:
        named = say("Name a model: {verb} MODEL {option}.", verb=verb, option=written)
        return joined([named, say("Models by their labels: {cure}.", cure="ls --query TEXT")], " ") if name == "label" else named
    if f"{verb} without a model" in option.forms:
        return say("Leave the model out: {verb} {option}.", verb=verb, option=written)
    instead = without_file(verb, edge) if name == "to" else ""
    return instead or say("It belongs to {text}.", text=joined(list(map(told_form, option.forms))))


def without_file(verb: str, edge: Edge) -> str:
    """Say how what a verb shows gets into a file, where it takes no --to; empty for another verb, and where a notebook has tables."""
    if verb not in VERBS or verb in OPTIONS["--to"].forms or verb in ("connect", "explore", "watch"):
        return ""
    if edge == "shell":
        return say("Write %paimodel {verb} ... > FILE.", verb=verb)
    code = "pathlib.Path('comment.md').write_text(str(found), 'utf-8')"
    return "" if verb == "search" else say("Write found = %paimodel {verb} ..., then in Python: {code}.", verb=verb, code=code)


def refuse_typography(word: str) -> None:
    """Refuse dashes and quotation marks of word processors, and blanks at which a shell does not split."""
    if _WIDE_BLANK.search(word):
        raise AddressError(
            say("{word!r} has a full-width or no-break blank", word=word), hint=say("Write {cure}.", cure=" ".join(word.split()))
        )
    if word[0] in _DASHES:
        raise AddressError(
            say("{word!r} starts with a dash that is not a hyphen", word=word), hint=say("Write --{dashes}.", dashes=word.lstrip(_DASHES))
        )
    # the line was split at plain marks only, so the words behind this one are not those that were meant
    if word[0] in _CURLY:
        raise AddressError(say("{word!r} starts with a curly quotation mark", word=word), hint=say("Write plain ones: \" or '."))


def refuse_other_edge(word: str, edge: Edge) -> None:
    """Refuse a verb that a shell does without."""
    if word.lower() in VERBS and word.lower() not in verbs_of(edge):
        instead = {
            "connect": say("Here every command says where the registry is: --demo, or --region REGION."),
            "explore": say("In a notebook: pnb.Explorer()."),
        }
        raise AddressError(say("{verb} is for notebooks", verb=word.lower()), hint=instead[word.lower()])


def refuse_redirection(words: Sequence[str], edge: Edge) -> None:
    """Refuse a file behind `>`, which writes one in a shell only."""
    sign, path = words[-2:] if len(words) > 2 else ("", "")  # noqa: PLR2004 - what is written, the sign, and the file
    ending = PurePath(path).suffix.lower()
    if sign in (">", ">>") and ending[1:].isalpha():
        path = path if ending in FORMATS else str(PurePath(path).with_suffix(".md"))
        hint = without_file(words[0], edge) or say("Did you mean {word}?", word=f"--to {path}")
        raise AddressError(say("{word!r} writes a file in a shell only", word=sign), hint=hint)


def refuse_unknown_verb(words: list[str], edge: Edge) -> None:
    """Refuse an unknown verb, which a first word of letters only is taken for, without a request."""
    word = words[0]
    if re.fullmatch("[A-Za-z]+", word) or is_action(word):
        selector = next((each for each in words[1:] if _VERSION.fullmatch(each)), "all")
        model = say("A model named {word} is written {word}@{selector}.", word=word, selector=selector)
        guess = guess_verb(word)
        found = say("To find one by a part of its name: ls --query {word}.", word=word)
        hint = joined([guess, model] if guess else [all_verbs(edge), model, found], " ")
        raise AddressError(say("unknown verb {word!r}", word=word), hint=hint)


def all_verbs(edge: Edge) -> str:
    """Name the verbs, where none is near to what was written."""
    return say("The verbs are {text}.", text=joined(list(verbs_of(edge))))


def refuse_sentences(words: list[str]) -> None:
    """Refuse a word that joins models, or turns an order, where a model is expected, without a request."""
    for place, word in enumerate(words[1:], 1):
        named = say("A model named {word} is written {word}@{selector}.", word=word, selector="all")
        if word.casefold() in _DIRECTIONS:
            raise AddressError(
                say("{word!r} is not a model", word=word), hint=joined([say("A minus reverses the order: --sort -created."), named], " ")
            )
        if word.casefold() in _BETWEEN and words[place + 1 :]:
            others = together([each for each in words if each.casefold() not in _BETWEEN])
            raise AddressError(say("{word!r} is not a model", word=word), hint=joined([say("Write {cure}.", cure=others), named], " "))


def together(words: Sequence[str]) -> str:
    """Write models, each with the versions that follow it behind its `@`.

    Examples
    --------
    >>> together(["model-a@0.2.0", "0.1.0"]), together(["model-a", "latest", "approved", "model-b"]), together(["0.1.0"])
    ('model-a@0.2.0,0.1.0', 'model-a@latest,approved model-b', 'MODEL@0.1.0')
    """
    found: list[str] = []
    for word in words:
        head = found.pop() if found and (is_version(word) or is_selector(word)) else ""
        head = head or ("MODEL" if is_version(word) else "")
        found.append(f"{head}{',' if '@' in head else '@'}{word}" if head else word)
    return " ".join(found)


def refuse_files(words: list[str], verb: str, edge: Edge) -> None:
    """Refuse the name of a file where a model is expected, without a request; a model may be called so, and is written with its `@`."""
    for word in words:
        ending = PurePath(word).suffix.lower()
        if "@" in word or not (ending in FORMATS or is_snapshot(word)):
            continue
        named = say("A model named {word} is written {word}@{selector}.", word=word, selector="all")
        is_read = verb != "save" and (ending in ENDINGS["save"] or is_snapshot(word))
        option = "--offline" if is_read else "--junit" if ending in ENDINGS["to_junit"] else "--to"
        meant = say("Did you mean {word}?", word=f"{option} {word}") if option in options_of(verb, edge) else ""
        if verb != "save" and os.path.isfile(word) and not is_snapshot(word):  # noqa: PTH113 - False for a name that is too long
            meant = reading_hint(word) or meant
        raise AddressError(
            say("{word!r} looks like a file, not like a model", word=word), hint=joined([meant, named], " ") if meant else named
        )


def is_version(word: str) -> bool:
    """Whether a word behind a model is the name of a version, or of several as others write them."""
    return is_version_name(word) or _VERSION.fullmatch(word) is not None
