"""Phrases in English that can be shown in Chinese: like gettext, with the English sentence as the key.

A phrase is an ordinary English text, so nothing that stores, compares or hashes it depends on a language. It keeps the template and
the values it was made of, so that `str`, `repr`, `print` and f-strings say it in the language that is set, and `in_language` in any.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date
from functools import partial
from string import Formatter
from typing import Any, Self

from pai_notebook.sanitize import without_logins

_speaking: ContextVar[str] = ContextVar("language of the document being written", default="")


class Phrase(str):
    """An English text that keeps its template and values, so that it can be said in Chinese.

    Parameters
    ----------
    text : str
        The text in English.
    template : str
        As `str.format` takes it; empty for values that are joined.
    values : mapping of str to object, or sequence
        What fills the template; phrases among them are said in the same language.
    separator : str
        What stands between joined values.
    wording : callable or None
        Changes the words of the template, in either language.
    """

    __slots__ = ("separator", "template", "values", "wording")

    template: str
    values: Any
    separator: str
    wording: Callable[[str], str] | None

    def __new__(
        cls, text: str, template: str = "", values: Any = (), separator: str = "", wording: Callable[[str], str] | None = None
    ) -> Self:
        """Keep the text as English has it, with what it was made of."""
        made = super().__new__(cls, text)
        made.template, made.values, made.separator, made.wording = template, values, separator, wording
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.english, self.template, self.values, self.separator, self.wording

    @property
    def english(self) -> str:
        """The text in English, an ordinary `str`."""
        return str.__str__(self)

    def __str__(self) -> str:
        return self.in_language(spoken())

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    def in_language(self, lang: str) -> str:
        """Say it in English or Chinese; a template without a translation stays English.

        Parameters
        ----------
        lang : {"en", "zh"}
            Which language.

        Returns
        -------
        str
            The text.

        Examples
        --------
        >>> say("Comparison of {models}", models="model-a").in_language("zh")
        'model-a 版本对比报告'
        """
        if lang != "zh":
            return self.english
        from pai_notebook.i18n.chinese import SEPARATORS, TEMPLATES  # noqa: PLC0415 - a catalogue that English does not need

        if self.separator:
            texts = {f"text{place}": in_language(value, lang) for place, value in enumerate(self.values)}
            between = SEPARATORS[self.separator]
            # a word or a blank between them: blanks are those of a template, and between data they tell one from the other
            is_word = self.separator in (" ", " and ")
            data = {f"text{place}" for place, value in enumerate(self.values) if not isinstance(value, Phrase)}
            return _filled(between.join(f"{{{name}}}" for name in texts), texts, data) if is_word else between.join(texts.values())
        words = TEMPLATES.get(self.template, self.template)
        values = {name: in_language(value, lang) for name, value in self.values.items()}
        data = {name for name, value in self.values.items() if not isinstance(value, Phrase)}
        fill = partial(_filled, data=data)
        return fill(words, values) if self.wording is None else changed(words, values, self.wording, fill)


_MARKS = "，。；：？！、（）《》"
_FULL_WIDTH = f"{_MARKS}“”…～"
_HAN = "[\u4e00-\u9fff]"


def _filled(words: str, values: Mapping[str, Any], data: Container[str] = ()) -> str:
    """Fill a Chinese template: a blank between Chinese and Latin, none beside full-width marks or between two Chinese words.

    Only blanks of the template are set or left out; values stay as they are. Between two values that are data, not words of ours, the
    template's blank stays, which tells them apart; Chinese data behind words of ours are told apart by a colon.
    """
    parts: list[tuple[str, bool, bool]] = []
    for literal, name, form, conversion in Formatter().parse(words):
        parts.append((literal, False, False))
        if name is not None:
            value = f"{{{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}}}".format(**values)
            parts.append((value, True, name in data))
    filled, blank, own, was_data = "", "", False, False
    for text, is_value, is_data in parts:
        if text and not is_value:
            head = text.lstrip(" ")
            blank, text = blank or text[: len(text) - len(head)], head  # noqa: PLW2901 - its blanks are weighed below
        if not text:
            continue
        marked = filled[-1:] in _FULL_WIDTH or text[0] in _FULL_WIDTH
        weighed = filled and (is_value or own) and (marked or not (was_data and is_data))
        gap = _gap(filled[-1], text[0], blank) if weighed else blank
        filled += "：" if blank and not gap and own and is_data and not (was_data or marked) else gap
        filled, blank, own, was_data = filled + text, "", is_value, is_data
        if not is_value:
            filled = filled.rstrip(" ")
            blank = text[len(text.rstrip(" ")) :]
    return filled + blank


def _gap(left: str, right: str, blank: str) -> str:
    if left in _FULL_WIDTH or right in _FULL_WIDTH:
        return ""
    chinese = [re.match(_HAN, each) is not None for each in (left, right)]
    if all(chinese):
        return ""
    latin = left.isascii() if chinese[1] else right.isascii()
    wordlike = (left if chinese[1] else right).isalnum() or (left in "%+'\"`)]" if chinese[1] else right in "'\"`([")
    return " " if any(chinese) and latin and wordlike else blank


def blank_between(left: str, right: str) -> str:
    """Tell what stands between two texts of a line: a blank, and nothing beside a full-width mark in Chinese.

    Examples
    --------
    >>> with speaking("zh"):
    ...     blank_between("job-1", "（工作空间 a）"), blank_between("job-1", "a")
    ('', ' ')
    """
    # a mark right behind an address would be taken for a part of it
    is_marked = left[-1:] in _MARKS or (right[:1] in _MARKS and "://" not in left.rpartition(" ")[2])
    return "" if is_marked and spoken() == "zh" else " "


def with_text(phrase: str, text: str) -> str:
    """Change how a text reads in English; a phrase still knows its Chinese."""
    if not isinstance(phrase, Phrase):
        return text
    return Phrase(text, phrase.template, phrase.values, phrase.separator, phrase.wording)


# Types of plain data, which a phrase keeps as they are.
PLAIN = (str, int, float, bool, type(None))


class _Told(str):
    """The text of an object, which a template may ask for by `!r` too."""

    __slots__ = ("shown",)
    shown: str

    def __new__(cls, text: str, shown: str) -> Self:
        """Keep both forms."""
        made = super().__new__(cls, text)
        made.shown = shown
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _Told, (str.__str__(self), self.shown)

    def __repr__(self) -> str:
        return self.shown


def say(template: str, /, **values: Any) -> Phrase:
    """Fill a template of ours.

    Examples
    --------
    >>> phrase = say("and {count} more", count=3)
    >>> phrase, phrase.in_language("zh")
    ('and 3 more', '另有 3 个')
    """
    english = plain = values
    for name, value in values.items():
        if type(value) is str:
            if (":/" in value or "=" in value) and (told := without_logins(value)) != value:
                english, plain = {**english, name: told}, {**plain, name: told}
        elif type(value) in PLAIN:
            continue
        elif isinstance(value, Phrase):
            english = {**english, name: value.english}
        elif not isinstance(value, date):
            # what is no plain data says itself now, and is let go: it may be large, change, or hold a login
            told = _Told(without_logins(str(value)), without_logins(repr(value)))
            english, plain = {**english, name: told}, {**plain, name: told}
    return Phrase(template.format(**english), template, plain)


def joined(texts: Sequence[str], separator: str = ", ") -> Phrase:
    """Join texts by a separator that other languages write in their own way.

    Examples
    --------
    >>> joined(["0.1.0", say("absent")], "; ").in_language("zh")
    '0.1.0；缺失'
    """
    english = separator.join(texts)
    if (":/" in english or "=" in english) and without_logins(english) != english:
        texts = [text if isinstance(text, Phrase) else without_logins(text) for text in texts]
        english = separator.join(texts)
    return Phrase(english, values=tuple(texts), separator=separator)


def either(texts: Sequence[str]) -> str:
    """Join texts of which one is enough; one alone stays as it is.

    Examples
    --------
    >>> either([".html", ".htm", ".pdf"]), either([".md"])
    ('.html, .htm or .pdf', '.md')
    """
    *others, last = texts
    return say("{shown} or {last}", shown=joined(others), last=last) if others else last


def first(texts: Sequence[str], count: int) -> Phrase:
    """Join the first texts, and say how many more there are; one more is shown itself.

    Examples
    --------
    >>> first(["0.1.0", "0.2.0", "0.3.0", "0.4.0"], 2), first(["0.1.0", "0.2.0", "0.3.0"], 2)
    ('0.1.0, 0.2.0 and 2 more', '0.1.0, 0.2.0, 0.3.0')
    """
    if len(texts) <= count + 1:
        return joined(texts)
    return say("{shown} and {count} more", shown=joined(texts[:count]), count=len(texts) - count)


def codes_of(phrase: Phrase) -> Iterator[str]:
    """Give the code that a phrase tells to write.

    Examples
    --------
    >>> list(codes_of(joined([say("Use {code}.", code="a + b"), say("absent")])))
    ['a + b']
    """
    named = isinstance(phrase.values, Mapping)
    for name, value in phrase.values.items() if named else enumerate(phrase.values):
        if isinstance(value, Phrase):
            yield from codes_of(value)
        elif name in ("code", "cure") and isinstance(value, str):
            yield value


def in_language(value: Any, lang: str) -> Any:
    """Say a phrase in a language; anything else, data above all, stays as it is.

    Examples
    --------
    >>> in_language(say("absent"), "zh"), in_language("absent", "zh")
    ('缺失', 'absent')
    """
    return value.in_language(lang) if isinstance(value, Phrase) else value


def formatted(words: str, values: Mapping[str, Any]) -> str:
    """Fill a template in English."""
    return words.format(**{name: in_language(value, "en") for name, value in values.items()})


def changed(words: str, values: Mapping[str, Any], change: Callable[[str], str], fill: Callable[[str, Mapping[str, Any]], str]) -> str:
    """Change the words of a template and fill it; one that writes braces itself is filled before, so that they read as people see them."""
    return change(fill(words, values)) if "{{" in words else fill(change(words), values)


def read_language(text: str) -> str:
    """Read the name of a language: `en` or `zh`, in any case, with or without a region, a script or an encoding; else nothing.

    Examples
    --------
    >>> read_language("zh-CN"), read_language("zh_CN.UTF-8"), read_language("EN"), read_language("zhongwen")
    ('zh', 'zh', 'en', '')
    """
    known = re.fullmatch(r"(en|zh)([-_][a-z]+)*+(\.[-a-z0-9]+)?", text.strip(), re.IGNORECASE)
    return known[1].lower() if known else ""


def _language_at_first() -> str:
    """The language that the environment names, English where it names none; another one is warned of."""
    given = os.environ.get("PAI_NOTEBOOK_LANG", "")
    known = read_language(given)
    if given.strip() and not known:
        # where warnings are errors, an import does not fail for this
        with suppress(UserWarning):
            told = say("PAI_NOTEBOOK_LANG={given!r} is not known. Use en or zh.", given=given).english
            # no line of any file made it
            warnings.warn_explicit(told, UserWarning, __package__.partition(".")[0], 1)
    return known or "en"


class Preference:
    """The language of everything that is shown; `pai_notebook.options` sets it."""

    lang = _language_at_first()


def spoken() -> str:
    """Tell the language that is being spoken: that of the document being written, else the one set."""
    return _speaking.get() or Preference.lang


def told(text: Any) -> Any:
    """Say a phrase in the language that is being spoken; anything else stays as it is."""
    return in_language(text, spoken())


@contextmanager
def speaking(lang: str | None) -> Iterator[None]:
    """Let renderers speak a language, whatever is set; None changes nothing."""
    token = _speaking.set(lang or _speaking.get())
    try:
        yield
    finally:
        _speaking.reset(token)


def now(template: str, /, **values: Any) -> str:
    """Fill a template in the language that is being spoken.

    Examples
    --------
    >>> with speaking("zh"):
    ...     now("… {count:,} more characters", count=1200)
    '… 另有 1,200 个字符'
    """
    return str(told(say(template, **values)))
