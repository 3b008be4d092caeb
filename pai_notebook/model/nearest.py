"""Names in sentences: those near to a misspelt one, several listed or counted, datasets shortened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher, get_close_matches
from itertools import takewhile
from typing import TYPE_CHECKING

from pai_notebook.guides import MEANT_ANYWHERE
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import unescaped

if TYPE_CHECKING:
    from pai_notebook.model.names import Name


# Names of datasets up to this length need no shortening.
_LONG_DATASET = 16
# So many parts of an address at most tell it apart from others.
_DEEPEST = 4
# Characters of a name of the registry that a table has room for.
_LONG_NAME = 32
# From so many letters on a word with a slip is not another word, and how alike the two are.
_LONG_WORD, _ALIKE = 5, 0.8
_BETWEEN_WORDS = "-_ ./:"
_BETWEEN_KEYS = re.compile("[./:]")
_RUNNING_NUMBER = re.compile(r"(?<=[A-Za-z_-])\d+$")


def nearest(text: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Names closest to one that does not exist: in another case, below a section, similar ones, else what begins or ends with it.

    Examples
    --------
    >>> nearest("acuracy", ["accuracy", "loss"]), nearest("env", ["labels.env", "uri"]), nearest("acc", ["accuracy", "loss"])
    (('accuracy',), ('labels.env',), ('accuracy',))
    >>> nearest("status", ["accuracy", "approval_status"]), nearest("hold", ["digits-noisy", "digits-holdout"])
    (('approval_status',), ('digits-holdout',))
    """
    names = list(dict.fromkeys(known))
    wanted = text.strip().strip("`'\"").casefold()
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.casefold(), name)
    same = [folded[wanted]] if wanted in folded else []
    # of a version what continues it: 2.0.0 is nearer to 2.0 than 0.2.0 is
    series = [name for name in names if wanted[:1].isdecimal() and name.casefold().startswith(f"{wanted}.")]
    below = [name for name in names if name.casefold().partition("@")[0].endswith(f".{wanted}")]
    close = [folded[each] for each in get_close_matches(wanted, folded, count, cutoff=0.6)]
    # an abbreviation is like nothing, and begins what it stands for, or a word of it
    parts = (name for name in names if (len(wanted) > 1 and _has_word(name, wanted)) or name.casefold().endswith(f"_{wanted}"))
    begun = [] if same or series or below or close else list(parts)
    return tuple(dict.fromkeys([*same, *series, *below, *close, *begun]))[:count]


def is_misspelt(text: str, name: str) -> bool:
    """Whether a name is another one mistyped: in another case or with other separators, or with a slip in a long word.

    Another number or another short word is another name, and so is micro beside macro.

    Examples
    --------
    >>> is_misspelt("F1", "f1"), is_misspelt("acuracy", "accuracy"), is_misspelt("latency-ms", "latency_ms")
    (True, True, True)
    >>> is_misspelt("top5", "top1"), is_misspelt("wer", "cer"), is_misspelt("f1_micro", "f1_macro"), is_misspelt("acc", "accuracy")
    (False, False, False, False)
    """
    words, others = (re.split(f"[{_BETWEEN_WORDS},]+", each.casefold()) for each in (text, name))
    if "".join(words) == "".join(others):
        return text != name
    differing = [(word, other) for word, other in zip(words, others, strict=False) if word != other]
    return len(words) == len(others) and all(_is_slip(*each) for each in differing)


def _is_slip(word: str, other: str) -> bool:
    """Whether a long word is another one with a slip: the same digits, and alike but for a letter or two."""
    if min(len(word), len(other)) < _LONG_WORD or {word, other} == {"micro", "macro"}:
        return False
    if re.sub(r"\D", "", word) != re.sub(r"\D", "", other):
        return False
    return SequenceMatcher(None, word, other).ratio() >= _ALIKE


def _has_word(name: str, start: str) -> bool:
    """Whether a name, or a word of it, begins so."""
    return any(each.startswith(start) for each in (name.casefold(), *re.split(f"[{_BETWEEN_WORDS}]", name.casefold())))


def nearest_names(text: str, names: Iterable[Name]) -> tuple[str, ...]:
    """Names closest to one that occurs nowhere, as they are to be typed; those of its own section first.

    Examples
    --------
    >>> from pai_notebook.model.names import Name
    >>> nearest_names("label.envv", [Name("labels", "env"), Name("metrics", "env_count")])
    ('labels.env',)
    >>> nearest_names("dev-clean.n", [Name("metrics", "n", "d-a", "dev-clean")])
    ('n@dev-clean',)
    >>> nearest_names("acc@dev-claen", [Name("metrics", path, "d-a", "dev-clean") for path in ("accuracy", "n")])
    ('accuracy@dev-clean',)
    """
    known = sorted(names, key=lambda name: (name.section != "metrics", name.sort_key))
    plain = plain_paths(name.path for name in known)
    known = [replace(name, path=plain[name.path]) for name in known]
    section, dot, path = text.partition(".")
    info = field_named(section)
    if info is not None and dot and not info.is_plain:
        below = {name.path: name.full for name in known if name.section == info.name}
        close = tuple(below[each] for each in nearest(path, below))
        if close:
            return close
    if dot and "settings" in MEANT_ANYWHERE.get(section, ("settings",) * (section == "settings")):
        close = nearest_names(path, [name for name in known if name.section not in ("", "metrics", "labels")])
        if close:
            return close
    metric, at, dataset = text.partition("@")
    both = _near_metrics(metric, dataset, [name for name in known if name.section == "metrics" and name.dataset]) if at else ()
    both = both or _on_dataset(text, known)
    if both:
        return both
    spelled: dict[str, str] = {}
    for name in known:
        # an id is near to an id, and a dataset's name to a name
        spelled |= {name.path: name.path, name.short: name.typed} if name.section == "metrics" else {}
        spelled[name.typed] = name.typed
    for name in known:
        # a label or setting may be given by its last part; what is called so goes before
        if name.section not in ("", "metrics"):
            spelled.setdefault(name.path.rpartition(".")[2], name.typed)
    return tuple(dict.fromkeys(spelled[each] for each in nearest(text, spelled)))


def _on_dataset(text: str, known: Sequence[Name]) -> tuple[str, ...]:
    """Metrics that are written with their dataset as a key before or behind them: `dev-clean.accuracy`, `accuracy/dev-clean`."""
    parts = [(text[: match.start()], text[match.end() :]) for match in _BETWEEN_KEYS.finditer(text)]
    ways = {*parts, *((behind, before) for before, behind in parts)}
    return tuple(name.typed for name in known for each in (name.dataset, name.label, name.nick) if each and (each, name.path) in ways)[:3]


def _near_metrics(metric: str, dataset: str, known: Sequence[Name]) -> tuple[str, ...]:
    """Metrics whose path and whose dataset, by its name, id or short name, are both near to what was typed."""
    labels = {name.dataset: name.label for name in known}
    spelled = {nick: name for name, nick in dataset_nicks(labels, {name: label for name, label in labels.items() if label}).items()}
    spelled |= {label or name: name for name, label in labels.items()} | {name: name for name in labels}
    near = dict.fromkeys(spelled[each] for each in ([dataset] if dataset in spelled else nearest(dataset, spelled)))
    paths = nearest(metric.removeprefix("metrics."), (name.path for name in known))
    found = [name.typed for path in paths for each in near for name in known if (name.path, name.dataset) == (path, each)]
    return tuple(dict.fromkeys(found))[:3]


def dataset_ids(names: Iterable[Name]) -> list[Phrase]:
    """Say in one line which datasets are meant, where names stand for them; nothing where none does.

    Examples
    --------
    >>> from pai_notebook.model.names import Name
    >>> dataset_ids([Name("metrics", "cer", "d-a", "hold-out"), Name("metrics", "cer", "d-b")])
    ['hold-out: d-a']
    """
    named = {name.label: name.dataset for name in names if name.label}
    lines = [say("{short}: {name}", short=label, name=dataset) for label, dataset in named.items()]
    return [joined(lines, " · ")] if lines else []


def nearest_hint(text: str, names: Collection[Name]) -> Phrase:
    """Say which names are nearest to one that occurs nowhere, or which there are."""
    close = nearest_names(text, names)
    if close:
        return nearest_sentence(close)
    metrics = sorted((name for name in names if name.section == "metrics"), key=lambda name: name.sort_key)
    kinds = [[name.path for name in metrics], [name.typed for name in names if name.section == "labels"]]
    kinds.append([name.typed for name in names if name.section not in ("", "metrics", "labels")])
    there = [listed(list(dict.fromkeys(kind)), most) for kind, most in zip(kinds, (5, 3, 3), strict=True) if kind]
    return say("Available: {names}.", names=joined(there, "; ")) if there else say("No version has any metric.")


def dataset_hint(dataset: str, measured: Iterable[Name]) -> Phrase:
    """Say which datasets are nearest to one on which metrics were not measured, or on which they were.

    Examples
    --------
    >>> from pai_notebook.model.names import Name
    >>> measured = [Name("metrics", "cer", "d-a", "hold-out"), Name("metrics", "cer", "d-b")]
    >>> dataset_hint("hold-ot", measured), dataset_hint("x", measured), dataset_hint("x", [])
    ('Nearest is hold-out.', 'It was measured on d-b and hold-out.', 'It names no dataset.')
    """
    known = sorted({name.label or name.dataset for name in measured if name.dataset})
    close = nearest(dataset, known)
    if close:
        return nearest_sentence(close)
    return say("It was measured on {datasets}.", datasets=listed(known)) if known else say("It names no dataset.")


def nearest_sentence(close: Sequence[str], *, whole: bool = True) -> Phrase:
    """Say which names are nearest; `whole` is False where not all of them are known.

    Examples
    --------
    >>> nearest_sentence(["2.5.0"]), nearest_sentence(["a", "b", "c"])
    ('Nearest is 2.5.0.', 'Nearest are a, b and c.')
    """
    if not whole:
        return say("Nearest of those seen is {names}." if len(close) == 1 else "Nearest of those seen are {names}.", names=listed(close))
    return say("Nearest is {names}." if len(close) == 1 else "Nearest are {names}.", names=listed(close))


def nearest_or_known(close: Sequence[str], there: Sequence[str], *, most: int = 8, none: str = "") -> str:
    """Say which names are nearest to one that is not there, or else which there are, or `none` where there is not any.

    Examples
    --------
    >>> nearest_or_known(["cer"], ["cer", "n"]), nearest_or_known([], ["cer", "n"]), nearest_or_known([], [], none="The set is empty.")
    ('Nearest is cer.', 'Available: cer and n.', 'The set is empty.')
    """
    if close:
        return nearest_sentence(close)
    return say("Available: {names}.", names=listed(there, most)) if there else none


_COUNTED = {
    "version": ("{count:,} version", "{count:,} versions"),
    "group": ("{count:,} group", "{count:,} groups"),
    "run": ("{count:,} run", "{count:,} runs"),
    "fold": ("{count:,} fold", "{count:,} folds"),
    "model": ("{count:,} model", "{count:,} models"),
    "value": ("{count:,} value", "{count:,} values"),
    "pick": ("{count:,} pick", "{count:,} picks"),
    "spec": ("{count:,} spec", "{count:,} specs"),
    "cell": ("{count:,} cell", "{count:,} cells"),
    "request": ("{count:,} request", "{count:,} requests"),
    "metric": ("{count:,} metric", "{count:,} metrics"),
    "setting": ("{count:,} setting", "{count:,} settings"),
    "pair": ("{count:,} pair", "{count:,} pairs"),
    "failure": ("{count:,} failure", "{count:,} failures"),
}
"""Numbers with a noun, in the singular and the plural; Chinese has one form, with a word for the measure."""


def counted(number: int, noun: str) -> Phrase:
    """Number and noun.

    Examples
    --------
    >>> counted(1, "version"), counted(5000, "version")
    ('1 version', '5,000 versions')
    """
    return say(_COUNTED[noun][number != 1], count=number)


def listed(texts: Sequence[str], most: int = 8) -> Phrase:
    """Join texts as a sentence does; the first of many, with the number of the others.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], 1)
    ('a, b and c', 'a and 2 more')
    """
    if len(texts) > most:
        return say("{shown} and {count} more", shown=joined(texts[:most]), count=len(texts) - most)
    return say("{shown} and {last}", shown=joined(texts[:-1]), last=texts[-1]) if len(texts) > 1 else joined(texts)


def short_datasets(names: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Shorten names of datasets to what tells them apart: addresses to their end, ids by what all begin with and end with.

    Parameters
    ----------
    names : iterable of str
        Ids such as `d-digitsholdout0001`, or addresses.
    known : mapping of str to str, optional
        What the registry calls them; of names that begin with the same words the rest is enough.

    Returns
    -------
    dict of str to str
        The short name of each; a name that is short already stays.

    Examples
    --------
    >>> short_datasets(["d-digitsholdout0001", "d-digitsnoisy00001", "oss://bucket/digits/shifted/"])
    {'d-digitsholdout0001': 'holdout', 'd-digitsnoisy00001': 'noisy', 'oss://bucket/digits/shifted/': '…/shifted/'}
    >>> list(short_datasets(["oss://bucket/digits/shifted/", "oss://bucket/wine/shifted/"]).values())
    ['…/digits/shifted/', '…/wine/shifted/']
    >>> short_datasets(["d-a", "d-b"])
    {'d-a': 'd-a', 'd-b': 'd-b'}
    >>> short_datasets(["d-a", "d-b", "d-c"], {"d-a": "digits-holdout", "d-b": "digits-noisy"})
    {'d-a': 'holdout', 'd-b': 'noisy', 'd-c': 'd-c'}
    """
    given = [name for name in dict.fromkeys(names) if name]
    told = {name: known[name] for name in given if known and known.get(name)}
    ids = [name for name in given if "/" not in name and name not in told]
    made = _apart(ids) | _ends([name for name in given if "/" in name]) | _without_first_words(told)
    taken = Counter([*made.values(), *(name for name in given if made[name] != name)])
    return {name: made[name] if taken[made[name]] == 1 else name for name in given}


def dataset_nicks(names: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Short names of datasets that may be typed: without those that are what another one is called.

    Examples
    --------
    >>> dataset_nicks(["d-a", "d-b", "d-c"], {"d-a": "digits-holdout", "d-b": "digits-noisy"})
    {'d-a': 'holdout', 'd-b': 'noisy'}
    """
    short = short_datasets(names, known)
    return {name: nick for name, nick in short.items() if nick not in short and nick not in known.values()}


def is_end(text: str, name: str) -> bool:
    """Whether a text is the last words of a name of a dataset.

    Examples
    --------
    >>> is_end("holdout", "wine-holdout"), is_end("out", "wine-holdout"), is_end("holdout", "holdout")
    (True, False, False)
    """
    return name.endswith(text) and name[: -len(text)].endswith(tuple(_BETWEEN_WORDS))


def _without_first_words(told: Mapping[str, str]) -> dict[str, str]:
    """Take off the words that all names begin with, whole words only; nothing where that is all of one. What is too long is cut."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*told.values(), strict=False)) if len(told) > 1 else ()
    cut = max((place for place, letters in enumerate(alike, 1) if letters[0] in _BETWEEN_WORDS), default=0)
    rest = {name: text[cut:] for name, text in told.items()}
    if not all(rest.values()) or len(set(rest.values())) < len(rest):
        rest = dict(told)
    head = {name: text if len(text) <= _LONG_NAME else f"{text[: _LONG_NAME - 1]}…" for name, text in rest.items()}
    return head if len(set(head.values())) == len(head) else rest


def plain_paths(paths: Iterable[str]) -> dict[str, str]:
    r"""Write paths without the escapes of dots that belong to a key, which nobody has to type; both forms where two would read the same.

    Examples
    --------
    >>> plain_paths([r"head\.a", "val.cer"]), plain_paths([r"head\.a", "head.a"])
    ({'head\\.a': 'head.a', 'val.cer': 'val.cer'}, {'head\\.a': 'head\\.a', 'head.a': 'head.a'})
    """
    found = {path: path for path in paths}
    # most names have no escape, and read as they are
    plain = {path: unescaped(path) for path in found if "\\" in path}
    taken = Counter(plain.values())
    return found | {path: text for path, text in plain.items() if taken[text] == 1 and text not in found}


def _ends(addresses: Sequence[str]) -> dict[str, str]:
    """Give the last part of each address, and of those that end alike as many as tell them apart."""
    ends = {address: _end(address, 1) for address in addresses}
    for depth in range(2, _DEEPEST + 1):
        taken = Counter(ends.values())
        ends = {address: end if taken[end] == 1 else _end(address, depth) for address, end in ends.items()}
    return ends


def _end(address: str, depth: int) -> str:
    first, *parts = address.rstrip("/").rsplit("/", depth)
    whole = len(address) <= _LONG_DATASET or not parts or (depth > 1 and first[-2:] in ("", ":", ":/"))
    return address if whole else f"…/{'/'.join(parts)}{'/' if address.endswith('/') else ''}"


def _apart(ids: list[str]) -> dict[str, str]:
    if all(len(name) <= _LONG_DATASET for name in ids):
        return dict(zip(ids, ids, strict=True))
    apart_from = next((place for place, letters in enumerate(zip(*ids, strict=False)) if len(set(letters)) > 1), 0)
    # numbers are not torn apart
    while apart_from and any(name[apart_from - 1 : apart_from + 1].isdigit() for name in ids):
        apart_from -= 1
    bare = [_RUNNING_NUMBER.sub("", name[apart_from:]) for name in ids]
    apart = all(bare) and len(set(bare)) == len(ids)
    return dict(zip(ids, bare if apart else ids, strict=True))
