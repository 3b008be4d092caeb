"""Which versions a question names. A token that goes on, as 0.2.0-rc1 does, is another version than the one that it begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from pai_notebook.arguments import is_version_name, without_v

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

# A character of a word; of scripts that are written without spaces none, so that a name may stand amid them.
_SPACELESS = "\u2e80-\U0003ffff"
_W = rf"[^\W{_SPACELESS}]"
_CHINESE = re.compile(f"[{_SPACELESS}]")
# Hyphens that NFKC leaves, and signs that people type for one; a dash is one too.
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))
# What is written behind a version and makes it another one.
_STAGE = (
    r"(?:\s*[(\[/:#]?\s*(?i:(?:rc|alpha|beta|preview|prerelease|pre|snapshot|hotfix|nightly|canary|dev)(?:[ .-]?\d+)?"
    rf"|(?:build|post|patch|rev)[ .-]?\d+|[abrp]\d+)(?!-?{_W})"
    r"|\s*[(\[]?(?:候选|测试|预览|预发布|内测|公测|热修复|快照|开发)版)"
)
_BEFORE = rf"(?<!{_W})(?<!{_W}[-+~])(?<![0-9]\.)(?<!\S@)(?<![A-Za-z_]/)"
_AFTER = rf"(?!{_W})(?!\.{_W})(?![-+~]\w)(?!{_STAGE})"
_RANGE = re.compile(r"(?<![\w.])(v?\d+\.\d+\.\d+)-(?=v?\d+\.\d+\.\d+(?![\w.]))", re.ASCII)
# A word with what goes on behind it, and the model before; it is a version if three numbers are in it.
_TOKEN = re.compile(rf"(?:[^\s@,;:!?()<>=\"']{{1,128}}@)?{_W}+(?:[-+~]+(?:{_W}+|\w+)|[./]+{_W}+)*(?:{_STAGE}[)\]]?)?")
_NUMBERS = re.compile(r"\d{1,18}\.\d{1,18}\.\d{1,18}", re.ASCII)
_SERIES = re.compile(rf"(?<!{_W})(?<![0-9]\.)(?:[vV]\d+|[vV]?\d+\.\d+)(?!{_W})(?![-+~.]{_W})(?!\s?(?:%|pp\b|points?\b))")


class Asked(NamedTuple):
    """What a question is about.

    Attributes
    ----------
    named : list of str
        The versions that it names, in the order of the comparison.
    absent : list of str
        What it names as a version and none of them is.
    """

    named: list[str]
    absent: list[str]


def asked_about(question: str, versions: Sequence[ModelVersion], names: Sequence[str]) -> Asked:
    """Find the versions that a question names, by what a comparison calls them, with their model or a `v` before, or without one.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> vs = [ModelVersion.from_document({"VersionName": name}, "model-a") for name in ("0.1.0", "0.2.0")]
    >>> asked_about("May v0.2.0 replace model-a@0.1.0?", vs, ["0.1.0", "0.2.0"])
    Asked(named=['0.1.0', '0.2.0'], absent=[])
    >>> asked_about("0.2.0-rc1可以上线吗？other@0.2.0 呢？", vs, ["0.1.0", "0.2.0"])
    Asked(named=[], absent=['0.2.0-rc1', 'other@0.2.0'])
    """
    text = _plain(question)
    known = _spellings(versions, names)
    if not any(map(_RANGE.search, known)):
        text = _RANGE.sub(r"\1 - ", text)
    found: set[str] = set()
    for spelling in sorted((each for each in known if each in text), key=len, reverse=True):
        text, count = re.subn(_pattern(spelling), " ; ", text)
        found.update(known[spelling] if count else ())
    absent = [_shown(match[0]) for match in _TOKEN.finditer(text) if _NUMBERS.search(match[0])]
    if not found and not absent:
        # a number alone may be any, unless a version begins with it
        series = (match[0] for match in _SERIES.finditer(text))
        absent = [each for each in series if any(name.startswith(f"{without_v(each)}.") for name in known)]
    return Asked([name for name in dict.fromkeys(names) if name in found], list(dict.fromkeys(absent)))


def _plain(text: str) -> str:
    return normalize("NFKC", text).translate(_HYPHENS)


def _shown(token: str) -> str:
    bare = without_v(token)
    return bare if is_version_name(bare) else token


def _spellings(versions: Sequence[ModelVersion], names: Sequence[str]) -> dict[str, set[str]]:
    """Ways to write the versions; one that is the name of a version means that one alone."""
    found: dict[str, set[str]] = {}
    for name in filter(None, names):
        found.setdefault(_plain(name), set()).add(name)
    exact = frozenset(found)

    def add(spelling: str, name: str) -> None:
        if spelling not in exact:
            found.setdefault(spelling, set()).add(name)

    for version, name in zip(versions, names, strict=True):
        own = _plain(version.version_name)
        for each in dict.fromkeys(filter(None, (own, _plain(name)))):
            bare = without_v(each)
            ways = [each, bare, *([f"v{bare}", f"V{bare}"] if bare[:1].isdecimal() else [])]
            for way in ways:
                add(way, name)
            for model in filter(None, (version.model_id, version.provenance.model_name)):
                for way in ways:
                    add(f"{_plain(model)}@{way}", name)
    return found


def _pattern(spelling: str) -> str:
    """A name as a whole; one that begins or ends with a script without spaces ends where no word goes on, before a model any does."""
    is_free = "@" in spelling
    before = ("" if is_free else r"(?<!\w)") if _CHINESE.match(spelling) else _BEFORE
    after = r"(?!\w)" if _CHINESE.match(spelling[-1]) else _AFTER
    return f"{before}{re.escape(spelling)}{after}"
