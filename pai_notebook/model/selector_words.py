"""The words of selectors and baselines, and what was meant by a text that is none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pai_notebook.arguments import is_series, is_version_name, meant_version, meant_versions, without_v
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.nearest import nearest
from pai_notebook.model.order import Neighbours

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

# Words between the names of versions in a sentence.
_JOINING = ("and", "or", "with", "vs", "vs.", "versus", "against")

# Words that choose one version.
SINGLE = tuple(word for word in WORDS if word != "all")
_FEW_NEWEST = re.compile(r"(?:last|latest|newest)\W{0,2}([0-9]{1,6})", re.IGNORECASE)
GRAMMAR = say(
    "Write MODEL or MODEL@SELECTOR, where a selector is {words}, last:N, VERSION, a range such as "
    "0.1.0..0.9.0, 2.0.0.. or approved..latest, a glob like 1.*, or several of these with commas.",
    words=joined(SINGLE),
)
# Characters of a wrong address that an error quotes.
_LONGEST = 60


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
    >>> [meant_selector(text) for text in ("last5", "newst", "aproved", "1.0.0 and 1.1.0", "xyz")]
    ['last:5', 'latest', 'approved', '1.0.0,1.1.0', '']
    """
    parts = [part for part in re.split(r"[\s&;|、和与]+", text) if part and part.casefold() not in _JOINING]
    if len(parts) > 1 and all(is_version_name(part) or part.casefold() in WORDS for part in parts):
        return ",".join(parts)
    few = _FEW_NEWEST.fullmatch(text)
    return f"last:{few[1]}" if few else meant_versions(text) or nearest_word(text, [*WORDS, "last:5"])


def selector_hint(text: str) -> str:
    """Say what was meant by a wrong address or selector, or how these are written."""
    if any(mark in text for mark in "{}$"):
        return say(
            "Only plain names are replaced in a line: write {{name}} or $name for a variable that is defined in this notebook; "
            "expressions are not evaluated."
        )
    selector = text.partition("@")[2] or text
    newest = _FEW_NEWEST.fullmatch(selector)
    if newest and not int(newest[1]):
        return say("{name} is not a version: write last:1 for the newest. {more}", name=f"last:{newest[1]}", more=GRAMMAR)
    if re.fullmatch(r"(?:oldest|earliest|first)\W?[0-9]*", selector, re.IGNORECASE):
        return say("No word means the oldest: sort_values('created') puts a set in order. {more}", more=GRAMMAR)
    if selector.casefold() in ("best", "winner"):
        return say("No word means the best: compare(MODEL).best('accuracy') finds it. {more}", more=GRAMMAR)
    state = _STATES.get(selector.casefold())
    if state:
        return say("registry.list_versions(MODEL, approval={state!r}) lists those. {more}", state=state, more=GRAMMAR)
    close = meant_selector(selector)
    return say("Did you mean {word}? {more}", word=close, more=GRAMMAR) if close and close != selector else GRAMMAR


def shown_address(text: str) -> str:
    """Return the text quoted, short, and without control characters."""
    return ascii(text[:_LONGEST] + "..." * (len(text) > _LONGEST)) if not text.isprintable() or len(text) > _LONGEST else repr(text)
