"""What is stated beside values and does not count, said once for tables, explanations, gates and evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pai_notebook.i18n.phrases import Phrase, first, say

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison

# How many versions and how many reasons are named.
_NAMED = 4


class Unused(NamedTuple):
    """What is stated of one value and does not count.

    Attributes
    ----------
    refused : tuple of Phrase or (str, Phrase)
        Why it is not believed, with the member of a group that states it.
    overruled : tuple of Phrase
        What is stated where the caller says otherwise.
    narrower : tuple of str
        Names of rows that state clearly less than is known.
    unpaired : tuple of str
        Names of rows beside values whose answers to the same examples are known.
    """

    refused: tuple[Phrase | tuple[str, Phrase], ...] = ()
    overruled: tuple[Phrase, ...] = ()
    narrower: tuple[str, ...] = ()
    unpaired: tuple[str, ...] = ()


_KINDS: Mapping[str, str] = {
    "refused": "stated, but not believed: {names}",
    "overruled": "stated, but n= is used instead: {names}",
    "unpaired": "stated, but the answers to the same examples are used instead: {names}",
    "narrower": "clearly narrower than what is taken, and not used: {names}",
}


def told_unused(known: Iterable[tuple[str, Unused]], *, narrower: bool = True) -> list[Phrase]:
    """Say of versions what is stated and does not count, a sentence a kind; what is clearly `narrower` is part of other reasons too.

    Examples
    --------
    >>> told_unused([("0.1.0", Unused(narrower=("f1_se",))), ("0.2.0", Unused())])
    ['clearly narrower than what is taken, and not used: f1_se (0.1.0)']
    """
    found: dict[str, dict[str, dict[str, None]]] = {kind: {} for kind in _KINDS}
    for version, unused in known:
        for kind, by_text in found.items():
            for stated in getattr(unused, kind):
                whose, text = stated if isinstance(stated, tuple) else (version, stated)
                by_text.setdefault(text, {})[whose] = None
    told = [
        (_KINDS[kind], [say("{version} ({state})", version=text, state=first(list(of), _NAMED)) for text, of in by_text.items()])
        for kind, by_text in found.items()
        if narrower or kind != "narrower"
    ]
    return [say(said, names=first(texts, _NAMED)) for said, texts in told if texts]


def unused_evidence(comparison: Comparison, keys: Collection[tuple[str, str]] | None = None) -> list[Phrase]:
    """Say it of all metrics that vary; of some only what is not believed or not taken.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    keys : collection of (path, dataset), optional
        The metrics that are spoken of.
    """
    uncertainty, known = comparison._uncertainty, list[tuple[str, Unused]]()  # noqa: SLF001 - a part of it
    for row in comparison._varied:  # noqa: SLF001 - as above
        key = row.path, row.dataset
        # most metrics have nothing beside them, which is told of all versions at once
        if (keys is None or key in keys) and uncertainty.has_beside(key):
            known += [(name, uncertainty.unused(key, place)) for place, name in enumerate(comparison.names)]
    return told_unused(known, narrower=keys is None)
