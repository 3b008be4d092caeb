"""Phrases in English that can be shown in Chinese: like gettext, with the English sentence as the key.

A phrase is an ordinary English text, so nothing that stores, compares or hashes it depends on a language. It keeps the
template and the values it was made of; `in_language` says it again where a whole document is written in another language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.chinese import SEPARATORS, TEMPLATES

_speaking: ContextVar[str] = ContextVar("language of what renderers add", default="en")


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
    """

    __slots__ = ("separator", "template", "values")

    template: str
    values: Any
    separator: str

    def __new__(cls, text: str, template: str = "", values: Any = (), separator: str = "") -> Self:
        """Keep the text as English has it, with what it was made of."""
        made = super().__new__(cls, text)
        made.template, made.values, made.separator = template, values, separator
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return str(self), self.template, self.values, self.separator

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
            return str(self)
        if self.separator:
            return SEPARATORS[self.separator].join(in_language(value, lang) for value in self.values)
        return TEMPLATES.get(self.template, self.template).format(**{name: in_language(value, lang) for name, value in self.values.items()})


def say(template: str, /, **values: Any) -> Phrase:
    """Fill a template of ours.

    Examples
    --------
    >>> phrase = say("and {count} more", count=3)
    >>> phrase, phrase.in_language("zh")
    ('and 3 more', '另有 3 个')
    """
    return Phrase(template.format(**values), template, values)


def joined(texts: Sequence[str], separator: str = ", ") -> Phrase:
    """Join texts by a separator that other languages write in their own way.

    Examples
    --------
    >>> joined(["0.1.0", say("absent")], "; ").in_language("zh")
    '0.1.0；缺失'
    """
    return Phrase(separator.join(texts), values=tuple(texts), separator=separator)


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


def in_language(value: Any, lang: str) -> Any:
    """Say a phrase in a language; anything else, data above all, stays as it is.

    Examples
    --------
    >>> in_language(say("absent"), "zh"), in_language("absent", "zh")
    ('缺失', 'absent')
    """
    return value.in_language(lang) if isinstance(value, Phrase) else value


def reworded(text: str, change: Callable[[str], str]) -> str:
    """Change the words of a phrase that are ours; its values, and every other text, stay as they are.

    Examples
    --------
    >>> reworded(say("{count} rows, see only='all'", count="only='all'"), lambda words: words.replace("only='all'", "--all"))
    "only='all' rows, see --all"
    """
    if not isinstance(text, Phrase):
        return text
    if text.separator:
        return joined([reworded(value, change) for value in text.values], text.separator)
    return say(change(text.template), **{name: reworded(value, change) for name, value in text.values.items()})


def check_language(lang: str) -> None:
    """Refuse a language that nothing can be said in.

    Raises
    ------
    ConfigurationError
        When it is neither `en` nor `zh`.
    """
    if lang not in ("en", "zh"):
        raise ConfigurationError(f"lang={lang!r} is not known", hint="Use lang='en' or lang='zh'.")


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Let renderers say what they add themselves, such as how much they left out, in a language."""
    token = _speaking.set(lang)
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
    return say(template, **values).in_language(_speaking.get())
