"""Phrases taken apart and made again: with other values, in other words, or from JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pai_notebook.i18n.phrases import PLAIN, Phrase, changed, formatted, in_language, joined, say


def with_values(text: Any, change: Callable[[str], str]) -> Any:
    """Change every text that a phrase was made of, and how it reads; any other text is changed as it stands.

    Examples
    --------
    >>> with_values(say("no model named {text}", text="secret"), lambda text: text.replace("secret", "***")).in_language("zh")
    '没有名为“***”的模型'
    """
    if not isinstance(text, Phrase):
        return change(text) if isinstance(text, str) else text
    values = _values_changed(text, lambda value: with_values(value, change))
    if not _is_as_made(text):
        return Phrase(change(text.english), text.template, values, text.separator, text.wording)
    english = _reading(text, values)
    # what only the whole sentence gives away, such as a password behind its name, stands in the values still and is not said from them
    return Phrase(english, text.template, values, text.separator, text.wording) if change(english) == english else change(english)


def reworded(text: str, change: Callable[[str], str]) -> str:
    """Change the words of a phrase that are ours; its values, and every other text, stay as they are.

    Examples
    --------
    >>> reworded(say("{count} rows, see only='all'", count="only='all'"), lambda words: words.replace("only='all'", "--all"))
    "only='all' rows, see --all"
    """
    if not isinstance(text, Phrase):
        return text
    values = _values_changed(text, lambda value: reworded(value, change))
    if text.separator:
        return joined(values, text.separator)
    english = changed(text.template, values, change, formatted) if _is_as_made(text) else change(text.english)
    return Phrase(english, text.template, values, wording=change)


def said_otherwise(text: str, templates: Mapping[str, str]) -> str:
    """Say other templates of ours with the same values, by the template; every other text stays as it is.

    `reworded` changes words wherever they stand, in either language; this is for sentences that have a Chinese of their own.

    Examples
    --------
    >>> said_otherwise(joined(["a", say("only='all' shows it.")], "; "), {"only='all' shows it.": "Show all."})
    'a; Show all.'
    """
    if not isinstance(text, Phrase):
        return text
    values = _values_changed(text, lambda value: said_otherwise(value, templates))
    if text.separator:
        return joined(values, text.separator)
    changes = (text.template in templates or values != text.values) and _is_as_made(text)
    return say(templates.get(text.template, text.template), **values) if changes else text


def as_data(phrase: Phrase) -> dict[str, Any]:
    """Give what a phrase was made of as JSON has it, so that `from_data` can say it again.

    Examples
    --------
    >>> as_data(say("{count} removed", count=3))
    {'text': '3 removed', 'template': '{count} removed', 'values': {'count': 3}}
    """
    values = _values_changed(phrase, _plain_data)
    if phrase.separator:
        return {"text": phrase.english, "separator": phrase.separator, "values": list(values)}
    return {"text": phrase.english, "template": phrase.template, "values": values}


def from_data(data: Any) -> Any:
    """Make the phrase again that `as_data` wrote; of a template that is not ours, or values that do not fit it, only its text.

    Examples
    --------
    >>> from_data({"text": "3 removed", "template": "{count} removed", "values": {"count": 3}}).in_language("zh")
    '3 个已移除'
    >>> from_data({"text": "3 removed", "template": "{count.real}", "values": {"count": 3}})
    '3 removed'
    """
    from pai_notebook.i18n.chinese import SEPARATORS, TEMPLATES  # noqa: PLC0415 - a catalogue that English does not need

    if not isinstance(data, dict):
        return data if type(data) in PLAIN else ""
    text, template, separator, values = (data.get(name, "") for name in ("text", "template", "separator", "values"))
    if not all(isinstance(each, str) for each in (text, template, separator)):
        return str(text)
    if isinstance(values, list) and separator in SEPARATORS:
        return Phrase(
            text, values=tuple(text if isinstance(text, str) else str(text) for text in map(from_data, values)), separator=separator
        )
    if not isinstance(values, dict) or template not in TEMPLATES:
        return text
    phrase = Phrase(text, template, {name: from_data(value) for name, value in values.items()})
    try:
        phrase.in_language("zh")
    except (LookupError, ValueError, TypeError, AttributeError):
        return text
    return phrase


def _plain_data(value: Any) -> Any:
    if isinstance(value, Phrase):
        return as_data(value)
    return value if type(value) in PLAIN else str(value)


def _values_changed(phrase: Phrase, change: Callable[[Any], Any]) -> Any:
    """The values that a phrase was made of, each changed."""
    if phrase.separator:
        return tuple(map(change, phrase.values))
    return {name: change(value) for name, value in phrase.values.items()}


def _is_as_made(phrase: Phrase) -> bool:
    """Whether a phrase reads as what it was made of does, and was not given another text."""
    return phrase.english == _reading(phrase, phrase.values)


def _reading(phrase: Phrase, values: Any) -> str:
    """How a phrase reads in English with these values."""
    return phrase.separator.join(in_language(value, "en") for value in values) if phrase.separator else formatted(phrase.template, values)
