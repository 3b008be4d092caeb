"""A redaction: equal secrets get equal masks, and what was masked is listed, never the secrets themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any, Literal

from pai_notebook.arguments import described, list_argument
from pai_notebook.calls import checked
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.i18n.rewording import with_values
from pai_notebook.io.redaction_commands import mask_commands, secret_arguments
from pai_notebook.io.redaction_names import bucket_in, is_literal, is_pair, kind_under, named_kinds, paired_kind, what_name_says
from pai_notebook.io.redaction_rules import (
    ADDRESSES,
    LOOK_BACK,
    MASK,
    SHAPES,
    KnownWords,
    MaskRule,
    is_number_alone,
    is_phrase,
    is_telling,
    is_worth_masking,
)
from pai_notebook.io.redaction_structure import mask_json, mask_pairs, mask_whole_json
from pai_notebook.sanitize import Printed

_SHORT, _MOST_CLEAN = 200, 100_000
_MOST_DIGITS = 9  # of a number that masks are counted up to
_OPTION = re.compile(r"-{1,2}[^\W\d_][\w.\-\uff08\uff09]*|\w[\w.\-]*[:=\uff1a\uff1d]")
_LETTERS = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"""(?<!\\)(?P<quote>\\*+["'])(?P<value>[^"'\\\n]{1,256})(?P=quote)""")
_LEAST_QUOTED = 4  # characters; what is shorter is quoted by chance
_SETTINGS = frozenset(("Metrics", "HyperParameters"))  # a value there that is a number is one
_OWN_NAME = ("name", "id", "bucketname", "bucket")
# What no text lacks that a rule would find something in.
_SUSPECT = re.compile(
    r"(?i)[:=@<{(\[%\"'`：＝]|(?:^|\s)-|[a-z0-9_./+~-]{14}|bearer|basic|obscure|/bucket/|login|(?:pass\w{2,6}|pwd|key|token)\s|[密令钥匙凭证据授]"
)

# What a document is called, and the path to a value in it.
Place = tuple[str, tuple[str, ...]]


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


@checked
class Redaction(Printed):
    """Masks texts and documents, consistently over everything it is given.

    Masked by default: owner and user ids, wherever else the same id occurs too; account ids of 16 to 19 digits, unless the word
    before says that it is a size, a time or a count, and in ARNs; bucket names; logins and queries in URLs; webhooks; mail
    addresses; and what looks like a key or has a name such as `password`. Labels like `owner=Li` are names, not ids, and stay.

    What is masked in one place is masked wherever it stands as a whole word: ids, buckets and keys of six characters (ids of four)
    that are not letters alone, or of twelve; of digits alone a key has to have eight, and numbers of metrics, settings and sizes
    stay. In titles, questions, conditions and notes, where no word of the data can be mistaken for it, any value of six characters
    is, and between quotation marks one of four. A plain word that is a name or a value elsewhere too is masked in its own place only.

    Parameters
    ----------
    rules : mapping of str to str
        Patterns of your own by the kind they find, tried first. A group named `secret` limits what is masked.
    keep : sequence of str
        Kinds that are left alone, for example `["bucket"]`.

    Raises
    ------
    ConfigurationError
        When a pattern is not a valid regular expression, or a kind is not one lower-case word.

    Examples
    --------
    >>> redaction = Redaction()
    >>> redaction.document({"OwnerId": "1234", "Uri": "oss://team-data/m?x", "Note": "of 1234"}, "model-a@0.1.0")
    {'OwnerId': 'masked-owner-1', 'Uri': 'oss://masked-bucket-1/m?masked-query-1', 'Note': 'of masked-owner-1'}
    >>> redaction.sentences[0]
    'owner: 1 value in 2 places, first in model-a@0.1.0 OwnerId'
    """

    def __init__(self, rules: Mapping[str, str] | None = None, *, keep: Sequence[str] = ()) -> None:
        self.rules = _compiled(rules or {})
        self.keep = frozenset(keep)
        self._masks: dict[str, str] = {}
        self._found: dict[str, Masked] = {}
        self._counts: dict[str, int] = {}
        self._known, self._spoken, self._phrases = KnownWords(), KnownWords(is_worth_masking), KnownWords(is_phrase)
        self._common: set[str] = set()
        self._clean: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._learning = self._telling = False
        self._first: dict[str, Place] = {}

    def __repr__(self) -> str:
        return f"Redaction({say('{count} values masked', count=len(self._found))})"

    @property
    def masked(self) -> tuple[Masked, ...]:
        """What was masked so far, in order of appearance."""
        return tuple(replace(item, where=self._told(self._first[mask])) for mask, item in self._found.items())

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

    def _told(self, place: Place) -> str:
        """Where something stood first, without what is masked in the name of the version; this counts as no occurrence."""
        self._telling = True
        try:
            where = self.address(place[0])
        finally:
            self._telling = False
        return " ".join(part for part in (where, ".".join(place[1])) if part)

    def learn(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Read the ids, buckets and secrets of many documents, so that they are masked wherever else they occur."""
        given = list_argument("documents", documents, Mapping, say("a list of mappings"))
        self._learning = True
        try:
            for document in given:
                self._walk(document, ("", ()))
        finally:
            self._learning = False

    def documents(self, documents: Iterable[tuple[Mapping[str, Any], str]]) -> list[dict[str, Any]]:
        """Mask JSON documents, each with what it is called; what one of them gives away is masked in all."""
        every = list_argument("documents", documents, tuple, say("a list of pairs of a mapping and a text"))
        self.learn(document for document, _ in every)
        return [self._walk(document, (where, ())) for document, where in every]

    def document(self, document: Mapping[str, Any], where: str = "") -> dict[str, Any]:
        """Mask a JSON document; a new one of the same shape comes back."""
        return self.documents([(document, where)])[0]

    def text(self, text: str, where: str = "a text") -> str:
        """Mask one text; what was masked before is masked where it stands between quotation marks too, however common a word it is."""
        place = (where, ())
        self._count_masks(text)
        return self._text(_QUOTED.sub(lambda found: self._quoted(found, place), text) if self._masks else text, place)

    def rename(self, name: str, masked: str) -> None:
        """Say a name that was masked, such as that of a group, the same way in every text that follows."""
        if name != masked:
            self._renamed[name] = masked
            self._clean.clear()

    def _with_names(self, text: str) -> str:
        for name in sorted(self._renamed, key=len, reverse=True):
            text = text.replace(name, self._renamed[name])
        return text

    def said(self, text: str, where: str = "a text") -> str:
        """Mask what a person wrote: a title, a question, a condition."""
        text = self._with_names(text)
        spoken = self._spoken.masked(text, lambda word, kind: word if word in self._common else self._mask(word, kind, (where, ())))
        return self.text(spoken, where)

    def sentence(self, text: str, where: str = "a text") -> str:
        """Mask a sentence of ours and the values that it was made of; one that was masked before is masked again."""
        masked: str = with_values(_unlisted(text), lambda part: self._mask_known(part, (where, ())) or self.said(part, where))
        return masked

    def _mask_known(self, text: str, place: Place) -> str:
        """Mask what was masked before; empty for anything else."""
        is_known = len(text) >= _LEAST_QUOTED and text in self._masks and text not in self._common
        return self._mask(text, "key", place) if is_known else ""

    def _quoted(self, found: re.Match[str], place: Place) -> str:
        known = self._mask_known(found["value"], place)
        return f"{found['quote']}{known}{found['quote']}" if known else found[0]

    def address(self, address: str) -> str:
        """Mask the name of a version in an address; what has no address stays."""
        model, sign, name = address.partition("@")
        return f"{model}{sign}{self.text(name, address)}" if sign else address

    def _count_masks(self, text: str) -> None:
        """Number what is masked from now on past the masks in a text: they stand for other secrets, of an earlier redaction."""
        for found in MASK.finditer(text):
            _, kind, number = found[0].split("-")
            if len(number) <= _MOST_DIGITS:
                self._counts[kind] = max(self._counts.get(kind, 0), int(number))

    def _note_common(self, text: str) -> None:
        """Note names and values that are words like others: a secret that is one of them is masked in its own place only."""
        if self._learning:
            self._common.update(word for word in _LETTERS.findall(text[:_SHORT]) if not is_telling(word, "key"))

    def _text(self, text: str, place: Place) -> str:
        if self._learning:
            self._count_masks(text)
        if self._renamed:
            text = self._with_names(text)
        if not self._learning:  # before a rule takes a part of it
            text = self._phrases.masked(text, lambda word, kind: self._mask(word, kind, place))
        if text not in self._clean:
            masked = self._by_rules(text, place)
            if masked == text and len(text) <= _SHORT and len(self._clean) < _MOST_CLEAN:
                self._clean.add(text)
            text = masked
        if is_number_alone(text) and self._known.kind_of(text) == "key" and _SETTINGS.intersection(place[1]):
            return text
        return self._known.masked(text, lambda word, kind: self._mask(word, kind, place))

    def _by_rules(self, text: str, place: Place) -> str:
        for rule in self.rules:
            text = self._by_rule(text, rule, place)
        if not _SUSPECT.search(text):
            return text

        def walk(value: Any) -> Any:
            return self._text(value, place) if isinstance(value, str) else self._walk(value, place)

        whole = mask_whole_json(text, walk)
        if whole is not None:
            return whole

        def mask(secret: str, kind: str) -> str:
            return self._mask(secret, kind, place)

        text = mask_commands(text, mask)
        for rule in ADDRESSES:
            text = self._by_rule(text, rule, place)
        text = mask_pairs(text, mask)
        return mask_json(text, walk, lambda rest: self._by_shapes(rest, place))

    def _by_shapes(self, text: str, place: Place) -> str:
        for rule in SHAPES:
            text = self._by_rule(text, rule, place)
        return text

    def _by_rule(self, text: str, rule: MaskRule, place: Place) -> str:
        return rule.pattern.sub(lambda match: self._replaced(match, rule, place), text)

    def _replaced(self, match: re.Match[str], rule: MaskRule, place: Place) -> str:
        group = "secret" if "secret" in match.re.groupindex else 0
        secret = match[group]
        if not secret or not rule.judge(secret):
            return match[0]
        if rule.unless and rule.unless.search(match.string, max(0, match.start() - LOOK_BACK), match.start()):
            return match[0]
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return match[0][:start] + self._mask(secret, rule.kind, place) + match[0][end:]

    def _walk(self, node: Any, place: Place, whole: str = "") -> Any:
        """Mask a node; under `whole`, a kind, every leaf is masked entirely."""
        if isinstance(node, Mapping):
            return self._walk_map(node, place, whole)
        if isinstance(node, list | tuple):
            return self._walk_list(node, place, whole)
        if node is None or isinstance(node, bool) or (whole == "key" and isinstance(node, int | float) and _is_measure(node, place)):
            return node
        if isinstance(node, str) and whole in ("", "bucket"):
            self._note_common(node if node.isalpha() else "")
            name = bucket_in(node) if whole else ""
            return self._mask(name, whole, place) + node[len(name) :] if name else self._text(node, place)
        kind = whole or self._known.kind_of(str(node))
        if not whole and kind == "key" and is_number_alone(str(node)):
            return node
        return self._mask(str(node), kind, place) if kind and not is_literal(str(node)) else node

    def _walk_list(self, nodes: Sequence[Any], place: Place, whole: str, *, among_pairs: bool = False) -> list[Any]:
        """Mask a list; in one of arguments, what follows an option is what the option says, in a pair the second what the first says."""
        paired = paired_kind(nodes, among_pairs=among_pairs or isinstance(nodes, tuple))
        pairs = all(map(is_pair, nodes))
        told = {} if whole else secret_arguments(nodes)
        found: list[Any] = []
        option = ""
        for nth, node in enumerate(nodes):
            kind = whole or self._kept(kind_under(option, node) if option else paired if found else "")
            if nth in told and not kind:
                start = told[nth]
                walked = node[:start] + self._mask(node[start:], "key", place)
            else:
                walked = self._walk_list(node, place, kind, among_pairs=True) if pairs else self._walk(node, place, kind)
            found.append(walked)
            option = node if isinstance(node, str) and _OPTION.fullmatch(node) else ""
        return found

    def _walk_map(self, node: Mapping[Any, Any], place: Place, whole: str) -> dict[Any, Any]:
        where, path = place
        paired = named_kinds(node, path[-1] if path else "")
        found: dict[Any, Any] = {}
        for key, child in node.items():
            name = self._key(key, node, found, place) if isinstance(key, str) else key
            kind = whole if whole != "bucket" or str(key).lower() in _OWN_NAME else ""
            kind = kind or kind_under(str(key), child) or paired.get(key, "")
            found[name] = self._walk(child, (where, (*path, str(name))), self._kept(kind))
        return found

    def _key(self, key: str, node: Mapping[Any, Any], found: Mapping[Any, Any], place: Place) -> str:
        """Mask a key; one that would be as another is told from it, so that the value of neither is lost."""
        self._note_common(key)
        name = self._text(key, place)
        if name == key or self._learning:
            return name
        return next(each for each in chain((name,), (f"{name} ({n})" for n in count(2))) if each not in found and each not in node)

    def _kept(self, kind: str) -> str:
        return "" if kind in self.keep else kind

    def _mask(self, secret: str, kind: str, place: Place) -> str:
        if kind in self.keep:
            return secret
        # what was masked already, alone or before and after a change
        if MASK.match(secret) and not re.search(r"\w", MASK.sub("", secret)):
            self._count_masks(secret)
            return secret
        if self._learning:
            self._known.add(secret, kind)
            self._spoken.add(secret, kind)
            self._phrases.add(secret, kind)
            return f"masked-{kind}-0"
        if self._telling:
            return self._masks.get(secret, f"masked-{kind}-0")
        mask = self._masks.get(secret)
        if mask is None:
            kind = self._known.kind_of(secret) or kind
            self._counts[kind] = self._counts.get(kind, 0) + 1
            mask = f"masked-{kind}-{self._counts[kind]}"
            self._masks[secret] = mask
            self._first[mask] = place
            self._found[mask] = Masked(kind, mask, "", 0)
        self._found[mask] = replace(self._found[mask], count=self._found[mask].count + 1)
        return mask


# What is to be masked, as users pass it: `"default"`, None for nothing, patterns of your own by kind, or a `Redaction`.
RedactionLike = Literal["default"] | bool | Mapping[str, str] | Redaction | None


def as_redaction(value: RedactionLike, argument: str = "redact") -> Redaction | None:
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
    if (isinstance(value, str) and value == "default") or value is True:
        return Redaction()
    hint = say("Pass {argument}='default', {argument}=None, or a mapping of kinds to patterns.", argument=argument)
    raise ConfigurationError(say("{argument}={value} is not known", argument=argument, value=described(value)), hint=hint)


def _compiled(rules: Mapping[str, str]) -> tuple[MaskRule, ...]:
    for kind in rules:
        if not isinstance(kind, str) or not re.fullmatch(r"[a-z]+", kind):
            raise ConfigurationError(
                say("redaction rules: {kind} cannot name a kind of secret", kind=described(kind)),
                hint=say("Use one word of lower-case letters, such as project."),
            )
        if not isinstance(rules[kind], str):
            said = say("redaction rules: {kind}={described} is not text", kind=kind, described=described(rules[kind]))
            raise ConfigurationError(said, hint=say("Pass regular expressions as text, such as redact={{'project': 'apollo-[0-9]+'}}."))
    try:
        return tuple(MaskRule(kind, re.compile(pattern)) for kind, pattern in rules.items())
    except re.error as error:
        raise ConfigurationError(
            say("a redaction rule is not a valid regular expression: {error}", error=str(error)), hint=say("Rules map a kind to a pattern.")
        ) from error


def _is_measure(number: float, place: Place) -> bool:
    """Whether a number under the name of a secret is none: one with a fraction, and any in metrics."""
    return isinstance(number, float) or "Metrics" in place[1]


def _values(count: int) -> Phrase:
    return say("{count} value" if count == 1 else "{count} values", count=count)


def _places(count: int) -> Phrase:
    return say("{count} place" if count == 1 else "{count} places", count=count)


def _unlisted(text: Any) -> Any:
    """Take from a sentence what else is there under the name of a secret: versions that are gone do not tell that these are secrets."""
    if not isinstance(text, Phrase):
        return text
    if text.separator:
        return joined([_unlisted(each) for each in text.values], text.separator)
    values = {name: _unlisted(value) for name, value in text.values.items()}
    if {"name", "text"} <= values.keys() and {"names", "ends"} & values.keys() and what_name_says(str(values["name"])).kind:
        return say("no version has {name} {text!r}", name=values["name"], text=values["text"])
    return say(text.template, **values) if values != text.values else text
