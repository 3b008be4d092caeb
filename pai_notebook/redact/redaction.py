"""A redaction: equal secrets get equal masks, and what was masked is listed, never the secrets themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pai_notebook.errors import ConfigurationError
from pai_notebook.phrases import Phrase, say
from pai_notebook.redact.rules import MASK, PATTERNS, Rule, buckets, kind_under, named_kind
from pai_notebook.sanitize import Printed

__all__ = ["Masked", "Redaction", "RedactionLike", "as_redaction"]

_SHORTEST_ID = 4
_SHORTEST_BUCKET = 6


@dataclass(frozen=True)
class Masked(Printed):
    """One thing that was masked.

    Attributes
    ----------
    kind : str
        user, owner, account, bucket, query, login, key, mail, or the name of a rule of your own.
    mask : str
        What stands there now, for example `masked-bucket-1`.
    where : str
        The first place it was found in, for example `model-a@0.1.0 OwnerId`.
    count : int
        How often it occurred.
    """

    kind: str
    mask: str
    where: str
    count: int


class Redaction(Printed):
    """Masks texts and documents, consistently over everything it is given.

    Masked by default: owner and user ids, wherever else the same id occurs too; account ids of 16 to 19 digits and in ARNs; bucket
    names; logins and queries in URLs; mail addresses; and what looks like a key or stands under a name such as `password`.
    Labels like `owner=Li` are names, not ids, and stay.

    Parameters
    ----------
    rules : mapping of str to str
        Patterns of your own by the kind they find, tried first. A group named `secret` limits what is masked.
    keep : sequence of str
        Kinds that are left alone, for example `["bucket"]`.

    Raises
    ------
    ConfigurationError
        When a pattern is no regular expression, or a kind is not one lower-case word.

    Examples
    --------
    >>> redaction = Redaction()
    >>> redaction.document({"OwnerId": "1234", "Uri": "oss://team-data/m?x", "Note": "of 1234"}, "model-a@0.1.0")
    {'OwnerId': 'masked-owner-1', 'Uri': 'oss://masked-bucket-1/m?masked-query-1', 'Note': 'of masked-owner-1'}
    >>> redaction.sentences[0]
    'owner: 1 value in 2 places, first in model-a@0.1.0 OwnerId'
    """

    def __init__(self, rules: Mapping[str, str] | None = None, *, keep: Sequence[str] = ()) -> None:
        self.rules = (*_compiled(rules or {}), *(rule for rule in PATTERNS if rule.kind not in keep))
        self.keep = frozenset(keep)
        self._masks: dict[str, str] = {}
        self._found: dict[str, Masked] = {}
        self._known: dict[str, str] = {}
        self._pattern: tuple[int, re.Pattern[str]] | None = None

    def __repr__(self) -> str:
        return f"Redaction({len(self._found)} values masked)"

    @property
    def masked(self) -> tuple[Masked, ...]:
        """What was masked so far, in order of appearance."""
        return tuple(self._found.values())

    @property
    def sentences(self) -> tuple[Phrase, ...]:
        """The same for people, a sentence for each kind."""
        kinds: dict[str, list[Masked]] = {}
        for item in self.masked:
            kinds.setdefault(item.kind, []).append(item)
        return tuple(
            say(
                "{kind}: {values} in {places}, first in {first}",
                kind=say(kind),
                values=_values(len(items)),
                places=_places(sum(item.count for item in items)),
                first=items[0].where,
            )
            for kind, items in kinds.items()
        )

    def learn(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Read the ids and buckets of many documents, so that they are masked wherever else they occur."""
        for document in documents:
            self._learn(document)

    def document(self, document: Mapping[str, Any], where: str = "") -> dict[str, Any]:
        """Mask a JSON document; a new one of the same shape comes back."""
        self._learn(document)
        found: dict[str, Any] = self._walk(document, where, (), "")
        return found

    def text(self, text: str, where: str = "a text") -> str:
        """Mask one text."""
        for rule in self.rules:
            text = rule.pattern.sub(lambda match, rule=rule: self._replaced(match, rule, where), text)  # type: ignore[misc]
        known = self._known_pattern()
        return known.sub(lambda match: self._mask(match[0], self._known[match[0]], where), text) if known else text

    def _learn(self, value: Any) -> None:
        pending = [value]
        while pending:
            node = pending.pop()
            if isinstance(node, Mapping):
                for key, child in node.items():
                    self._know(str(child), kind_under(str(key), child), _SHORTEST_ID)
                    pending.append(child)
            elif isinstance(node, list | tuple):
                pending.extend(node)
            elif isinstance(node, str):
                for name in buckets(node):
                    self._know(name, "bucket", _SHORTEST_BUCKET)

    def _know(self, text: str, kind: str, shortest: int) -> None:
        if kind not in ("", "key") and kind not in self.keep and len(text) >= shortest and not MASK.fullmatch(text):
            self._known.setdefault(text, kind)

    def _known_pattern(self) -> re.Pattern[str] | None:
        if self._known and (self._pattern is None or self._pattern[0] != len(self._known)):
            words = "|".join(re.escape(name) for name in sorted(self._known, key=lambda name: (-len(name), name)))
            self._pattern = len(self._known), re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")
        return self._pattern[1] if self._pattern else None

    def _walk(self, node: Any, where: str, path: tuple[str, ...], whole: str) -> Any:
        """Mask a node; under `whole`, a kind, every leaf is masked entirely."""
        if isinstance(node, Mapping):
            return self._walk_map(node, where, path, whole)
        if isinstance(node, list | tuple):
            return [self._walk(child, where, path, whole) for child in node]
        if node is None or isinstance(node, bool) or node == "":
            return node
        place = " ".join(part for part in (where, ".".join(path)) if part)
        if whole and not MASK.fullmatch(str(node)):
            return self._mask(str(node), whole, place)
        if isinstance(node, str):
            return self.text(node, place)
        return self._mask(str(node), self._known[str(node)], place) if str(node) in self._known else node

    def _walk_map(self, node: Mapping[Any, Any], where: str, path: tuple[str, ...], whole: str) -> dict[Any, Any]:
        pair = named_kind(node)
        found: dict[Any, Any] = {}
        for key, child in node.items():
            kind = whole or kind_under(str(key), child) or (pair if key in ("Value", "value") else "")
            name = self.text(key, where) if isinstance(key, str) else key
            found[name] = self._walk(child, where, (*path, str(name)), "" if kind in self.keep else kind)
        return found

    def _replaced(self, match: re.Match[str], rule: Rule, where: str) -> str:
        group = "secret" if "secret" in match.re.groupindex else 0
        secret = match[group]
        if not secret or MASK.search(secret) or not rule.judge(secret):
            return match[0]
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return match[0][:start] + self._mask(secret, rule.kind, where) + match[0][end:]

    def _mask(self, secret: str, kind: str, where: str) -> str:
        mask = self._masks.get(secret)
        if mask is None:
            kind = self._known.get(secret, kind)
            mask = f"masked-{kind}-{1 + sum(item.kind == kind for item in self._found.values())}"
            self._masks[secret] = mask
            self._found[mask] = Masked(kind, mask, where, 0)
        self._found[mask] = replace(self._found[mask], count=self._found[mask].count + 1)
        return mask


RedactionLike = Literal["default"] | bool | Mapping[str, str] | Redaction | None
"""What is to be masked, as users pass it: `"default"`, None for nothing, patterns of your own by kind, or a `Redaction`."""


def as_redaction(value: RedactionLike) -> Redaction | None:
    """Read the `redact` argument: `"default"`, None for none, a map of your own rules, or a `Redaction`.

    Examples
    --------
    >>> as_redaction({"project": r"apollo-[0-9]+"}).text("trained for apollo-7")
    'trained for masked-project-1'
    """
    if value is None or value is False:
        return None
    if isinstance(value, Redaction):
        return value
    if isinstance(value, Mapping):
        return Redaction(value)
    if value == "default" or value is True:
        return Redaction()
    raise ConfigurationError(f"redact={value!r} is not known", hint="Write redact='default', redact=None, or a map of kind to pattern.")


def _compiled(rules: Mapping[str, str]) -> tuple[Rule, ...]:
    for kind in rules:
        if not re.fullmatch(r"[a-z]+", kind):
            raise ConfigurationError(f"{kind!r} cannot name a kind of secret", hint="Use one word of lower-case letters, such as project.")
    try:
        return tuple(Rule(kind, re.compile(pattern)) for kind, pattern in rules.items())
    except re.error as error:
        raise ConfigurationError(f"a redaction rule is no regular expression: {error}", hint="Rules map a kind to a pattern.") from error


def _values(count: int) -> Phrase:
    return say("{count} value" if count == 1 else "{count} values", count=count)


def _places(count: int) -> Phrase:
    return say("{count} place" if count == 1 else "{count} places", count=count)
