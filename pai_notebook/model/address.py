"""Addresses: `model`, or `model@selector`, as people write them in calls and on the magic line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeGuard, TypeVar

from pai_notebook.arguments import described, is_number, is_series, is_version_name, meant_version, meant_versions, without_v
from pai_notebook.errors import AddressError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.nearest import nearest
from pai_notebook.model.order import Dated, Neighbours, is_approved, last_key, newest, version_key

# Selectors that are a word, and what each means.
WORDS: dict[str, str] = {
    "latest": say("the newest version by creation time"),
    "approved": say("the newest approved version by creation time"),
    "previous": say("the version created before the latest"),
    "highest": say("the highest version by name"),
    "all": say("every version"),
}
# Words that choose a baseline by a rule instead of by name, and what a caption says of each.
BASELINES: dict[str, Phrase] = {
    "approved": say("the newest approved version"),
    "previous": say("the version created before the latest"),
    "latest": say("the latest version"),
    "highest": say("the highest version"),
    "first": say("the first version"),
}

# What other systems call the version that a word of ours chooses.
_OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "latest": ("newest", "recent", "current", "head", "last"),
    "approved": ("prod", "production", "stable", "live", "release", "released", "champion"),
    "previous": ("prev", "before"),
    "highest": ("max", "top"),
    "all": ("every", "any"),
    "first": ("oldest", "earliest", "lowest"),
}

# States of approval that no selector chooses, by the words that people write for them.
_STATES = {"rejected": "Rejected", "reject": "Rejected", "pending": "Pending", "unapproved": "Pending"}

T = TypeVar("T", bound=Dated)

_SINGLE = tuple(word for word in WORDS if word != "all")
_VERSION = re.compile(r"[vV]?[0-9][\w.+-]{0,127}")
_MODEL = re.compile(r"\w[\w .+()（）-]{0,126}")
_GLOB = re.compile(r"[\w.+*?\[\]!-]{1,128}")
_WIDE_AT = "\uff20"
_FEW_NEWEST = re.compile(r"(?:last|latest|newest)\W{0,2}([0-9]{1,6})", re.IGNORECASE)
_LAST = re.compile(r"last:([0-9]{1,6})", re.IGNORECASE)
# Texts behind a model that can only be meant as a selector of it: words but for `all`, `last:N`, ranges, lists and globs.
_BEHIND = re.compile(
    rf"(?:{'|'.join(_SINGLE)})(?:\.\.\S*+)?|last:\S*+|\.\.\S++|v?[0-9](?=[\w.+-]*(?:[,，*]|\.\.))\S*+",
    re.IGNORECASE,
)
# A model and its version as MLflow and container registries write them.
_OTHER_MARK = re.compile(rf"({_MODEL.pattern})[:/#=]+({_VERSION.pattern}|{'|'.join(_SINGLE)})")
_GRAMMAR = say(
    "Write MODEL or MODEL@SELECTOR, where a selector is {words}, last:N, VERSION, a range such as "
    "0.1.0..0.9.0, 2.0.0.. or approved..latest, a glob like 1.*, or several of these with commas.",
    words=joined(_SINGLE),
)
# Characters of a wrong address that an error quotes.
_LONGEST = 60


@dataclass(frozen=True)
class Need:
    """What selectors need to know of a model.

    Attributes
    ----------
    whole : bool
        Every version.
    newest : int
        So many of the newest.
    approved : bool
        The newest approved one.
    names : tuple of str
        Versions of these names.
    """

    whole: bool = False
    newest: int = 0
    approved: bool = False
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, needs: Iterable[Need]) -> Need:
        """The union of several needs."""
        all_of = list(needs)
        names = tuple(dict.fromkeys(name for need in all_of for name in need.names))
        whole, approved = any(need.whole for need in all_of), any(need.approved for need in all_of)
        return cls(whole, max((need.newest for need in all_of), default=0), approved, names)


@dataclass(frozen=True)
class Selector:
    """Selects versions of a model.

    Attributes
    ----------
    kind : str
        `all`, `latest`, `approved`, `previous`, `highest`, `last`, `names`, `range`, `glob` or `list`.
    names : tuple of str
        The version names of `names`, the two ends of `range` (a version name, a word, or empty for an open end), or the pattern
        of `glob`.
    count : int
        The number of `last`.
    parts : tuple of Selector
        The members of `list`.
    """

    kind: str = "all"
    names: tuple[str, ...] = ()
    count: int = 0
    parts: tuple[Selector, ...] = ()

    def __str__(self) -> str:
        if self.kind == "last":
            return f"last:{self.count}"
        if self.kind == "list":
            return ",".join(map(str, self.parts))
        return {"names": ",", "range": ".."}.get(self.kind, "").join(self.names) if self.names else self.kind

    @property
    def is_single(self) -> bool:
        """Whether it selects at most one version."""
        return self.kind in _SINGLE or (self.kind == "names" and len(self.names) == 1)

    @property
    def members(self) -> tuple[Selector, ...]:
        """The members of a list, any other selector itself."""
        return self.parts or (self,)

    @property
    def need(self) -> Need:
        """What it needs to know; ranges and globs go by name, which the service does not sort by.

        Examples
        --------
        >>> parse_selector("last:5,approved,1.0.0").need
        Need(whole=False, newest=5, approved=True, names=('1.0.0',))
        """
        if self.kind == "list":
            return Need.of(part.need for part in self.parts)
        if self.kind == "names":
            return Need(names=self.names)
        if self.kind == "approved":
            return Need(approved=True)
        newest = {"latest": 1, "previous": 2, "last": self.count}.get(self.kind, 0)
        return Need(whole=not newest, newest=newest)

    @property
    def is_divisible(self) -> bool:
        """Whether what it selects among some versions is part of what it selects among all."""
        return self.kind in ("all", "glob", "names") or (self.kind == "range" and not set(self.names) & set(_SINGLE))

    def pick(self, versions: Iterable[Dated]) -> tuple[str, ...]:
        """Names selected among the versions of one model: in the written order for names and lists, in the order of names otherwise.

        Names that were written out are returned even when there is no such version, so that the caller can name them.

        Parameters
        ----------
        versions : iterable
            Anything with `version_name`, `created` and `approval_status`.

        Examples
        --------
        >>> from pai_notebook.model.version import ModelVersion
        >>> make = lambda name, day: ModelVersion.from_document({"VersionName": name, "GmtCreateTime": f"2026-01-{day}T00:00:00Z"})
        >>> versions = [make("0.10.0", "03"), make("0.2.0", "01"), make("0.9.1", "04"), make("1.0.0", "02")]
        >>> parse_selector("0.2.0..0.10.0").pick(versions)
        ('0.2.0', '0.9.1', '0.10.0')
        >>> parse_selector("latest").pick(versions), parse_selector("last:2").pick(versions), parse_selector("highest").pick(versions)
        (('0.9.1',), ('0.9.1', '0.10.0'), ('1.0.0',))
        """
        if self.kind == "names":
            return tuple(dict.fromkeys(self.names))
        known = list(versions)
        if self.kind == "list":
            return tuple(dict.fromkeys(name for part in self.parts for name in part.pick(known)))
        names = {version.version_name for version in self.choose(known)}
        return tuple(sorted(names, key=version_key))

    def choose(self, versions: Sequence[T]) -> list[T]:
        """Choose among versions by a rule; for every kind but `names` and `list`.

        Examples
        --------
        >>> from pai_notebook.model.version import ModelVersion
        >>> versions = [ModelVersion.from_document({"VersionName": name}) for name in ("0.10.0", "0.9.0")]
        >>> [version.version_name for version in Selector("highest").choose(versions)]
        ['0.10.0']
        """
        if self.kind == "highest":
            return sorted(versions, key=lambda version: version_key(version.version_name))[-1:]
        if self.kind == "range":
            return _between(self.names, versions)
        if self.kind == "glob":
            return [version for version in versions if fnmatchcase(version.version_name, self.names[0])]
        if self.kind == "all":
            return list(versions)
        able = [version for version in versions if self.kind != "approved" or is_approved(version)]
        return newest(able, 2)[1:] if self.kind == "previous" else newest(able, self.count or 1)


def _between(ends: Sequence[str], versions: Sequence[T]) -> list[T]:
    """Versions whose names are from one end to the other, both included; an end that is a word is looked up, an empty one is open.

    An end such as 1.5 is its whole series.
    """
    found = [parse_selector(end).pick(versions) if end in _SINGLE else (end,) for end in ends]
    if not all(found):
        return []
    low, high = found[0][0], found[1][0]
    if low and high and version_key(low) > last_key(high):
        low, high = high, low
    first, last = version_key(low) if low else None, last_key(high) if high else None
    keyed = ((version, version_key(version.version_name)) for version in versions)
    return [version for version, key in keyed if (first is None or first <= key) and (last is None or key <= last)]


@dataclass(frozen=True)
class Address:
    """A model and a selector of its versions.

    Attributes
    ----------
    model : str
        Id of the model, or its name where that is unique in the registry.
    selector : Selector
        Which versions; `all` when the address names only the model.
    """

    model: str
    selector: Selector = Selector()

    def __str__(self) -> str:
        return self.model if self.selector.kind == "all" else f"{self.model}@{self.selector}"


def parse_address(text: str) -> Address:
    """Read one address.

    Parameters
    ----------
    text : str
        `model` or `model@selector`.

    Returns
    -------
    Address
        With the selector `all` when only a model is named.

    Raises
    ------
    AddressError
        When the text does not follow the grammar; nothing is sent anywhere.

    Examples
    --------
    >>> parse_address("model-a@0.1.0..0.9.0").selector.kind
    'range'
    >>> str(parse_address("手写数字识别@LATEST"))
    '手写数字识别@latest'
    """
    if not isinstance(text, str):
        quoted = [say("Quote versions: '{version}'.", version=text)] if is_number(text) else []
        raise AddressError(say("{text} is not an address", text=described(text)), hint=joined([*quoted, _GRAMMAR], " "))
    model, at, selector = text.strip().partition("@")
    if not at and _is_selector(model):
        raise AddressError(
            say("{text} chooses versions, and names no model", text=_shown(model)), hint=say("Write MODEL@{item}.", item=model)
        )
    if not _MODEL.fullmatch(model) or not text.isprintable():
        other = _OTHER_MARK.fullmatch(text)
        wide = text.strip().replace(_WIDE_AT, "@")  # as keyboards for Chinese have it
        near = wide if _WIDE_AT in text else f"{other[1]}@{other[2]}" if other else ""
        hint = say("Did you mean {word}?", word=near) if near else _hint(text)
        raise AddressError(say("{model} is not a model id", model=_shown(model)), hint=hint)
    return Address(model, parse_selector(selector)) if at else Address(model)


def address_of(model: str, *names: str) -> Address:
    """Address of a model, or of some of its versions by name.

    Raises
    ------
    AddressError
        When the model is none, or selects versions itself.

    Examples
    --------
    >>> str(address_of("model-a", "0.1.0"))
    'model-a@0.1.0'
    """
    address = parse_address(model)
    if "@" in model:
        raise AddressError(say("{model} selects versions already", model=_shown(model)), hint=say("Write {model}.", model=address.model))
    for name in names:
        word = name if _is_selector(name) else "" if is_version_name(name) or without_v(name)[:1].isdigit() else meant_selector(name)
        if word:
            hint = say("Write {value}@{word}.", value=address.model, word=word)
            raise AddressError(say("{wrong!r} is not a version name", wrong=name), hint=hint)
    return Address(address.model, Selector("names", names=names)) if names else address


def _is_selector(text: object) -> bool:
    return isinstance(text, str) and _BEHIND.fullmatch(text) is not None


def refuse_selectors(first: object, others: Sequence[object]) -> None:
    """Refuse selectors that stand behind their model instead of behind its `@`, in a call as on the line.

    A model may be called so, and is then written with its `@`.

    Raises
    ------
    AddressError
        With the address that was meant.

    Examples
    --------
    >>> refuse_selectors("model-a", ["latest", "0.1.0"])
    Traceback (most recent call last):
    ...
    pai_notebook.errors.AddressError: 'latest' is not a model. Write model-a@latest,0.1.0.
    """
    wrong = next(filter(_is_selector, others), None)
    if wrong is None:
        return
    model = first.partition("@")[0] if isinstance(first, str) else "MODEL"
    meant = [str(other) for other in others if isinstance(other, str)]
    together = meant if all(_is_selector(other) or is_version_name(other) for other in meant) else [str(wrong)]
    raise AddressError(say("{word!r} is not a model", word=wrong), hint=say("Write {value}@{word}.", value=model, word=",".join(together)))


def spread(items: Iterable[object]) -> list[object]:
    """Items, those of lists among them one by one: names of versions may come in a list behind their model."""
    return [each for item in items for each in (item if isinstance(item, list | tuple) else (item,))]


def names_versions(items: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether a call was given a model and, behind it, names of its versions."""
    return len(items) > 1 and isinstance(items[0], str) and "@" not in items[0] and all(map(is_version_name, items[1:]))


def read_addresses(given: Iterable[str | Address | Iterable[str | Address]]) -> list[Address]:
    """Read what a call was given: addresses, lists of these, or a model and, behind it, names of its versions.

    Raises
    ------
    AddressError
        For a text that does not follow the grammar, and a version name without its model.

    Examples
    --------
    >>> [str(address) for address in read_addresses(["model-a", "0.1.0", "0.2.0"])]
    ['model-a@0.1.0,0.2.0']
    >>> [str(address) for address in read_addresses(["model-a", ["0.1.0", "0.2.0"]])]
    ['model-a@0.1.0,0.2.0']
    >>> [str(address) for address in read_addresses(["model-a@latest", ["model-b"]])]
    ['model-a@latest', 'model-b']
    """
    items: list[Any] = []
    for each in given:
        if not items and not isinstance(each, str | Address | Iterable):
            parse_address(each)  # refuses it, before a long range becomes a list
        items.append(each)
    told = spread(items)
    if names_versions(told) and not is_version_name(told[0]):
        return [address_of(told[0], *map(str, told[1:]))]
    refuse_selectors(told[0] if told else "", told[1:])
    found: list[Address] = []
    for item in items:
        if isinstance(item, Address):
            found.append(item)
        elif type(item).__name__ == "DataFrame":
            raise AddressError(say("a DataFrame is not an address"), hint=say("Pass one of its columns, or its index."))
        elif isinstance(item, str) or not isinstance(item, Iterable):
            if is_version_name(item):
                raise AddressError(
                    say("{item!r} is the name of a version, not of a model", item=item), hint=say("Write MODEL@{item}.", item=item)
                )
            found.append(parse_address(item))
        else:
            found += read_addresses(item)
    return found


def parse_selector(text: str) -> Selector:
    """Read the selector after the `@` of an address.

    Parameters
    ----------
    text : str
        A word, `last:N`, names with commas, a range or a glob. Words may be written in any case.

    Returns
    -------
    Selector
        What it selects.

    Raises
    ------
    AddressError
        When the text does not follow the grammar.

    Examples
    --------
    >>> [parse_selector(text).kind for text in ("LATEST", "last:5", "2.0.0..", "approved..latest", "latest,approved", "1.0.0,1.1.0")]
    ['latest', 'last', 'range', 'range', 'list', 'names']
    """
    parts = [part.strip() for part in re.split("[,，]", text)]
    if len(parts) > 1:
        read = [_part(part, text) for part in parts]
        if all(part.kind == "names" for part in read):
            return Selector("names", names=tuple(name for part in read for name in part.names))
        return Selector("list", parts=tuple(read))
    return _part(text.strip(), text)


def _part(text: str, whole: str) -> Selector:
    """Read one member of a list."""
    word = text.casefold()
    if word in WORDS:
        return Selector(word)
    last = _LAST.fullmatch(text)
    if last and int(last[1]):
        return Selector("last", count=int(last[1]))
    low, dots, high = text.partition("..")
    if dots and (low or high):
        return _range(_end(low, whole), _end(high, whole), text)
    if any(mark in text for mark in "*?[") and _GLOB.fullmatch(text):
        return Selector("glob", names=(text,))
    if _VERSION.fullmatch(text):
        return Selector("names", names=(text,))
    raise AddressError(say("{text} is not a selector", text=_shown(text)), hint=_hint(whole))


def _end(text: str, whole: str) -> str:
    if not text or _VERSION.fullmatch(text):
        return text
    if text.casefold() in _SINGLE:
        return text.casefold()
    raise AddressError(say("{text} cannot end a range", text=_shown(text)), hint=_hint(whole))


def _range(low: str, high: str, text: str) -> Selector:
    literal = bool(low and high) and not {low, high} & set(_SINGLE)
    if literal and version_key(low) > last_key(high):
        raise AddressError(say("the range {text} runs backwards", text=text), hint=say("Write {high}..{low}.", high=high, low=low))
    return Selector("range", names=(low, high))


def nearest_versions(name: str, available: Iterable[str]) -> tuple[str, ...]:
    """Available version names near to one that does not exist, in the order of names; of a series its first version, or else its last.

    Examples
    --------
    >>> known = ["0.1.0", "1.2.0", "1.2.4", "1.3.0", "2.0.0"]
    >>> [nearest_versions(name, known) for name in ("1.2.1", "1.2", "v1.2.0", "1.8.0")]
    [('1.2.0', '1.2.4'), ('1.2.0',), ('1.2.0',), ()]
    >>> nearest_versions("0.1-0", ["0.0-9 (2 runs)", "0.1-0 (2 runs)", "0.1-01 (2 runs)"])
    ('0.1-0 (2 runs)',)
    """
    ordered, bare = Neighbours(available), without_v(name)
    inside = [known for known in ordered.names if known.startswith(f"{bare}.")] if is_series(bare) else []
    if inside:
        return (meant_version(bare),) if meant_version(bare) in inside else (inside[-1],)
    # groups are named by their first version
    begun = [known for known in ordered.names if bare and known.startswith(bare) and not known[len(bare) :][:1].isalnum()]
    if begun and name not in begun:
        return tuple(begun[:2])
    return ordered.near(name) or (() if bare[:1].isdecimal() else nearest(name, ordered.names, 2))


def nearest_word(text: str, words: Iterable[str]) -> str:
    """Give the word that a text was meant to be, by meaning or by spelling; empty where there is none.

    Examples
    --------
    >>> [nearest_word(text, WORDS) for text in ("newest", "production", "latst", "oldest")], nearest_word("oldest", BASELINES)
    (['latest', 'approved', 'latest', ''], 'first')
    """
    if text.casefold() in _STATES:  # much like approved and released, and their opposite
        return ""
    known = list(words)
    others = {other: word for word, several in _OTHER_WORDS.items() for other in several}
    close = nearest(text, [*known, *others], 1)
    meant = others.get(close[0], close[0]) if close else ""
    return meant if meant in known else ""


def meant_selector(text: str) -> str:
    """Give the selector that a text was meant to be; empty where there is none.

    Examples
    --------
    >>> [meant_selector(text) for text in ("last5", "newst", "aproved", "xyz")]
    ['last:5', 'latest', 'approved', '']
    """
    few = _FEW_NEWEST.fullmatch(text)
    return f"last:{few[1]}" if few else meant_versions(text) or nearest_word(text, [*WORDS, "last:5"])


def _hint(text: str) -> str:
    if any(mark in text for mark in "{}$"):
        return say(
            "Only plain names are replaced in a line: write {{name}} or $name for a variable that is defined in this notebook; "
            "expressions are not evaluated."
        )
    selector = text.partition("@")[2] or text
    newest = _FEW_NEWEST.fullmatch(selector)
    if newest and not int(newest[1]):
        return say("{name} is not a version: write last:1 for the newest. {more}", name=f"last:{newest[1]}", more=_GRAMMAR)
    if re.fullmatch(r"(?:oldest|earliest|first)\W?[0-9]*", selector, re.IGNORECASE):
        return say("No word means the oldest: sort_values('created') puts a set in order. {more}", more=_GRAMMAR)
    if selector.casefold() in ("best", "winner"):
        return say("No word means the best: compare(MODEL).best('accuracy') finds it. {more}", more=_GRAMMAR)
    state = _STATES.get(selector.casefold())
    if state:
        return say("registry.list_versions(MODEL, approval={state!r}) lists those. {more}", state=state, more=_GRAMMAR)
    close = meant_selector(selector)
    return say("Did you mean {word}? {more}", word=close, more=_GRAMMAR) if close and close != selector else _GRAMMAR


def _shown(text: str) -> str:
    """Return the text quoted, short, and without control characters."""
    return ascii(text[:_LONGEST] + "..." * (len(text) > _LONGEST)) if not text.isprintable() or len(text) > _LONGEST else repr(text)
