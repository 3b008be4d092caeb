r"""Names and values inside of a text: `--password X`, `OSS_BUCKET=x`, `\"AccessKeySecret\": \"...\"`, XML, and JSON as deep as it goes.

Every function walks a text once from left to right and goes on behind what it took, so that time grows with the text and no faster.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pai_notebook.io.redaction_commands import RULES
from pai_notebook.io.redaction_names import bucket_in, is_identifier, what_name_says
from pai_notebook.io.redaction_rules import is_generated

# From a secret and its kind to what stands there instead; the secret itself where it is to stay.
Mask = Callable[[str, str], str]

_REMARK = r"(?:（[^（）\n]{0,32}）)?+"
_PAIR = re.compile(
    rf"""(?<![\w.\-])
    (?: (?P<flag>-{{1,2}}[^\W\d_][\w.\-]*+{_REMARK}) (?P<flag_quote>\\*+["'`]?) (?P<is> \s*+[=:,]\s*+ | (?:\s|\\\r?\n)++ )
      | (?P<name>\w[\w.\-]*+{_REMARK}) (?P<name_quote>\\*+["'`]?) \]?+
        (?P<sign> \s*+ (?: [=-]> | := | [=!]?={{1,2}} | [:：＝] | %(?:25)*+3[dD] ) \s*+ )
      | (?<=[\[(]) (?P<pair_quote>\\*+["']) (?P<pair>\w[\w.\-]*+{_REMARK}) (?P=pair_quote) \s*+ , \s*+ (?=\\*+["'])
    ) (?: \(\s*+(?=[a-zA-Z$]{{0,2}}["']) )?+ (?: (?:[bBrRfFuU]{{1,2}}|[$@])(?=\\*+["']) )?+ (?P<open> \"{{3}}|'{{3}} | \\*+["'`]?)""",
    re.VERBOSE,
)
_NEXT_IN_QUERY = re.compile("%(?:25)*+26")
_IS = r"(?: [=!<>~]={0,2}+ | (?:not\s++)?+(?:in|contains|between|like|equals|is|was)\b )"
_CONDITION = re.compile(
    rf"""(?<![\w.\-<]) (?P<name>\w[\w.\-]*+) \\*+["'`]?+ \]?+ \s*+
    (?: {_IS} \s*+ [(\[]?+ \s*+ (?=\\*+["'0-9]) | (?<=\s) (?=\\*+["']) )""",
    re.VERBOSE | re.IGNORECASE,
)
_LITERAL = re.compile(r"""(?P<open>\\*+["'])|(?P<bare>[0-9][\w.+-]*+)""")
_NEXT_LITERAL = re.compile(r"\s*+(?:,|and\b)\s*+", re.IGNORECASE)
_TURNED = re.compile(
    rf"""(?P<quote>["']) (?P<value>[^"'\\\n]{{1,256}}) (?P=quote) \s*+ {_IS} \s*+ (?P<name>[\w.\-`]++ (?:\[["']?[\w.\-]++)?)""",
    re.VERBOSE | re.IGNORECASE,
)
# An entry of a list in YAML that names a variable and says its value on the next line.
_ENTRY = re.compile(
    r"""\b(?:name|key):[ \t]++["']?(?P<name>\w[\w.\-]*+)["']?[ \t]*+\r?\n[ \t]++value:[ \t]++(?P<quote>["']?)(?P<value>[^"'\s][^"'\n]*+)"""
)
_COMPARED = re.compile(r"[=!]==?")
_ELEMENT = re.compile(r"<(?P<name>\w[\w.:\-]*+)[^<>]*+>(?P<value>[^<>]++)</")
_QUOTES = {quote: re.compile(rf"\\++{quote}?|{quote}|\n") for quote in "\"'`"}
_TRIPLE = ('"""', "'''")
_END_OF_PAIR = re.compile(r"""\\*+["'\s]++[\])]""")
_MEASURE = re.compile(r"-?[0-9]++\.[0-9]++(?:[eE][-+]?[0-9]++)?+\s*+[,}\]]")
_BRACKET = re.compile(r"[\[{]|[\]}]|\n")
_BARE = re.compile(r"""(?:[^\s"'`&;,\\]|\\(?![nrt"'])|[&;,](?![\s&;,]|\Z|[\w.\-]++\\*+["']?\s*+[=:]))++""")
_BLOCK = re.compile(r"[|>][+\-0-9]{0,2}[ \t]*+(?:#[^\n]*+)?\r?\n")
_BLOCK_LINE = re.compile(r"(?P<blank>[ \t]*+)(?P<said>[^\n]*+)(?:\n|\Z)")
_PHRASE = re.compile(
    r"""(?: [^\s"'`&;,\\] | \\(?![nrt"']) | (?<=\w)'(?=\w)
      | [ \t&;,]++(?! (?: [\w.\-]++\\*+["']?\s*+[=:\uff1a\uff1d] | --?[a-zA-Z] | \Z | [\s"'`] ) ) )++""",
    re.VERBOSE,
)
_SPOKEN = re.compile(r"(?i)(?:pass(?:word|wd|phrase|code)s?|pwd|密码|口令)[0-9]*\Z")
_NEXT_OPTION = re.compile(r"-{1,2}[a-zA-Z]+(?:[-_.=][\w.=/]*+)*")
_REST = re.compile(r"""[^"'`\n\\]++""")
_HEADER = re.compile(r"(?i)(?:authorization|cookie)\Z")
_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}
_OPENING = re.compile(r"(?<![^\s:=(\"'`>,])[\[{](?=\s*+[\"\[{])")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^\s{}\[\],:"]++')
_BREAK = re.compile(r"[\s\"'<>]")
_ENOUGH = 512
_MOST_FAILURES = 8
_WORD_BEFORE = 2048


def mask_pairs(text: str, mask: Mask) -> str:
    r"""Mask the values in a text that stand behind a name which says what they are.

    Examples
    --------
    >>> mask_pairs('run --password "correct horse" --bucket team-data --epochs 3, {\"sk\": \"x1y2\"}', lambda secret, kind: f"({kind})")
    'run --password "(key)" --bucket (bucket) --epochs 3, {"sk": "(key)"}'
    """
    return _mask_named(_ELEMENT, _mask_named(_ENTRY, _mask_values(_mask_conditions(text, mask), mask), mask), mask)


def _mask_conditions(text: str, mask: Mask) -> str:
    """Mask what a name is compared with in a condition or a sentence: `label.password in ('a', 'b')`, `'a' == password`."""
    out: list[str] = []
    done = at = 0
    while (found := _CONDITION.search(text, at)) is not None:
        at = found.end("name")
        named = what_name_says(found["name"])
        here = found.end() if named.kind else len(text)
        while (literal := _LITERAL.match(text, here)) is not None:
            start = literal.start() if literal["bare"] else literal.end()
            stop = len(text) if named.sure else min(len(text), start + _ENOUGH)
            end = literal.end() if literal["bare"] else _closing_quote(text, start, stop, literal["open"])
            value = text[start:end]
            if not (literal["bare"] and named.kind == "key" and "." in value) and named.fits(value):
                out += [text[done:start], mask(value, named.kind)]
                done = end
            at = here = end if literal["bare"] else min(len(text), end + len(literal["open"]))
            more = _NEXT_LITERAL.match(text, here)
            here = more.end() if more else len(text)
    return _TURNED.sub(lambda turned: _turned(turned, mask), "".join([*out, text[done:]]))


def _turned(found: re.Match[str], mask: Mask) -> str:
    named, value = what_name_says(found["name"]), found["value"]
    return found[0].replace(value, mask(value, named.kind), 1) if named.kind and named.fits(value) else found[0]


def _mask_values(text: str, mask: Mask) -> str:
    out: list[str] = []
    done = at = 0
    while (found := _PAIR.search(text, at)) is not None:
        name = found["flag"] or found["name"] or found["pair"]
        at = max(found.end("flag"), found.end("name"), found.end("pair"))  # a value may be the name of another
        named = what_name_says(name)
        if not named.kind or (found["name_quote"] and named.kind == "key" and _MEASURE.match(text, found.end())):
            continue
        # what is surely one is taken to its end; of anything else, so much as tells what it is, or time would grow with the square
        stop = len(text) if named.sure and named.kind == "key" else min(len(text), found.end() + _ENOUGH)
        start, end, wrap = _value(text, found, stop, sure=named.sure)
        if end == stop and named.kind == "key" and named.fits(text[start:end]):
            start, end, wrap = _value(text, found, len(text), sure=named.sure)
        value = text[start:end]
        if _is_compared(found) and not found["open"] and is_identifier(value):
            continue  # compared with another name
        if found["sign"] == "= " and value.partition(" ")[0] in RULES:
            continue  # a variable that is emptied for a program
        if found["pair"] and (is_identifier(value) or not _END_OF_PAIR.match(text, end)):
            continue  # a list of names
        if named.kind == "bucket":
            value = bucket_in(value)
            end = start + len(value)
        elif named.kind != "key" and not any(map(str.isdigit, value)):
            continue  # ids have digits; anything else is prose
        if value and named.fits(value):
            shown = mask(value, named.kind)
            out += [text[done:start], f"{wrap}{shown}{wrap}" if shown != value else value]
            done = end
        at = max(at, end)
    return "".join([*out, text[done:]])


def _value(text: str, found: re.Match[str], stop: int, *, sure: bool) -> tuple[int, int, str]:
    """Where the value of a pair stands, and the quotation mark that what replaces it needs to keep JSON what it is."""
    start, opening = found.end(), found["open"]
    quote = found["name_quote"] or ""
    if opening[-1:] in ("", "\\"):  # a backslash alone opens nothing
        start -= len(opening)
        if _BLOCK.match(text, start):
            return *_block(text, start, stop), quote
        if sure and text[start : start + 1] in ("{", "["):
            return start, _closed(text, start, stop), quote
        if _HEADER.search(found["name"] or ""):
            match = _REST.match(text, start, stop)
            return start, start + len(match[0].rstrip()) if match else start, quote
        match = _PHRASE.match(text, start, stop) if _is_spoken(found) else _BARE.match(text, start, stop)
        value = _without_closers(match[0]) if match else ""
        value = _NEXT_IN_QUERY.split(value, maxsplit=1)[0] if "%" in (found["sign"] or "") else value
        if found["flag"] and found["is"].isspace() and _NEXT_OPTION.fullmatch(value) and not is_generated(value):
            value = ""
        return start, start + len(value), quote
    end = _closing_quote(text, start, stop, opening)
    said = text[start:end]
    return start + len(said) - len(said.lstrip("\n ")), end - len(said) + len(said.rstrip("\n ")), ""


def _is_spoken(found: re.Match[str]) -> bool:
    """Whether a value may be a phrase of several words: behind a colon, or behind a sign with blanks as in a file of settings."""
    sign = found["sign"] or ""
    return (
        bool(_SPOKEN.search(found["name"] or ""))
        and not _is_compared(found)
        and "%" not in sign
        and (sign.strip() != "=" or sign != sign.strip())
    )


def _is_compared(found: re.Match[str]) -> bool:
    return bool(_COMPARED.fullmatch((found["sign"] or "").strip()))


def _block(text: str, start: int, stop: int) -> tuple[int, int]:
    """Find the lines of a YAML block, which are indented as far as the first of them or further."""
    line = text.find("\n", start) + 1
    first = end = line
    depth = 0
    while line < stop and (match := _BLOCK_LINE.match(text, line)):
        if match["said"].strip():
            depth = depth or len(match["blank"])
            if not depth or len(match["blank"]) < depth:
                break
            first = match.start("said") if first == end else first
            end = match.end("said")
        line = match.end()
    return first, end


def _closing_quote(text: str, start: int, stop: int, opening: str) -> int:
    """Find the end of a quoted value, in JSON inside of JSON too: each level doubles the backslashes; the end of the line at the latest."""
    if opening in _TRIPLE:
        end = text.find(opening, start, stop)
        return end if end >= 0 else stop
    depth = len(opening) - 1
    for match in _QUOTES[opening[-1]].finditer(text, start, stop):
        if match[0] == "\n":
            return match.start()
        if match[0][-1] == "\\":
            continue
        run = len(match[0]) - 1
        if run <= depth or (run - depth) % (2 * (depth + 1)) == 0:
            return match.end() - 1 - min(run, depth)
    return stop


def _closed(text: str, start: int, stop: int) -> int:
    """Find the end of a list or object; the end of the line at the latest."""
    depth = 0
    for match in _BRACKET.finditer(text, start, stop):
        if match[0] == "\n":
            return match.start()
        depth += 1 if match[0] in "[{" else -1
        if not depth:
            return match.end()
    return stop


def _without_closers(value: str) -> str:
    """Leave out brackets that the value does not open, and the end of a sentence."""
    surplus = {closer: value.count(closer) - value.count(opener) for closer, opener in _CLOSERS.items()}
    end = len(value)
    while end and (value[end - 1] in ".,;:" or surplus.get(value[end - 1], 0) > 0):
        surplus[value[end - 1]] = surplus.get(value[end - 1], 0) - 1
        end -= 1
    return value[:end]


def _mask_named(pattern: re.Pattern[str], text: str, mask: Mask) -> str:
    """Mask the value in each match, where its name says what it is."""

    def swap(found: re.Match[str]) -> str:
        named, value = what_name_says(found["name"]), found["value"].strip()
        if not named.kind or not value or not named.fits(value):
            return found[0]
        start = found.start("value") - found.start()
        return found[0][:start] + found[0][start:].replace(value, mask(value, named.kind), 1)

    return pattern.sub(swap, text)


def mask_json(text: str, walk: Callable[[Any], Any], rest: Callable[[str], str]) -> str:
    """Give every JSON object and list in a text to one function, and what is between them to another.

    What changes keeps its place: white space, digits and the order of keys stay as they are.

    Parameters
    ----------
    text : str
        Any text.
    walk : callable
        From a JSON value to one of the same shape.
    rest : callable
        From a text without JSON to another.
    """
    out: list[str] = []
    done = 0
    for start, end, value in _values(text):
        part = text[start:end]
        try:
            masked = _swapped(part, value, walk(value))
        except RecursionError:
            masked = rest(part)
        out += [rest(text[done:start]), masked]
        done = end
    return "".join([*out, rest(text[done:])])


def mask_whole_json(text: str, walk: Callable[[Any], Any]) -> str | None:
    """As `mask_json`, for a text that is one JSON object, list or text and nothing else; None for any other."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] not in ("{", "[", '"'):
        return None
    try:
        value, end = _DECODER.raw_decode(text, start)
        if text[end:].strip():
            return None
        return text[:start] + _swapped(text[start:end], value, walk(value)) + text[end:]
    except (ValueError, RecursionError):
        return None


def _values(text: str) -> Iterator[tuple[int, int, Any]]:
    """Find JSON values, from where to where they stand in a text."""
    at, failures = 0, 0
    while failures < _MOST_FAILURES and (found := _OPENING.search(text, at)) is not None:
        start = at = found.start()
        scheme = text.rfind("://", max(0, start - _WORD_BEFORE), start)
        if scheme >= 0 and not _BREAK.search(text, scheme, start):  # part of an address
            at += 1
            continue
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            failures += 1
            at += 1
            continue
        yield start, end, value
        at = end


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, strict=False)


def _swapped(text: str, before: Any, after: Any) -> str:
    """Write what changed from one value to the other into the text of the first."""
    changes = list(zip(_leaves(before), _leaves(after), strict=True))
    if all(old is new or old == new for old, new in changes):
        return text
    turn = iter(changes)

    def swap(token: re.Match[str]) -> str:
        old, new = next(turn)
        return token[0] if old == new else json.dumps(new, ensure_ascii=token[0].isascii())

    return _TOKEN.sub(swap, text)


def _leaves(value: Any) -> Iterator[Any]:
    """Keys and values in the order in which they stand in the text."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
