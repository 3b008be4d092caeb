"""Exceptions of the package.

PaiError
├── ConfigurationError           a setting, address or argument that cannot be used
│   └── AddressError             a line or address that does not follow the grammar
├── CredentialsNotFound          no credentials were found
├── AuthenticationError          the service does not accept the key or the signature
│   └── ClockSkew                because this machine's clock is off
├── PermissionDenied             the key is good, the RAM action is missing
├── NotFound                     the service has no such thing
│   ├── ModelNotFound
│   └── VersionNotFound
├── Throttled                    the account's rate limit, after all retries
├── ServiceUnavailable           no answer, or a server-side failure, after all retries
├── DeadlineExceeded             the total time allowed is over
├── ProtocolError                an answer that is not valid
├── FetchErrors                  some versions of a bulk call could not be fetched
├── SnapshotError                a file that cannot be read as a snapshot
├── DriftError                   the registry is no longer what was saved
├── ComparisonError              a question the data cannot answer
│   └── NameNotFound             a name that occurs nowhere in the data; a KeyError too
└── RegressionError              a gate that did not pass

PatternWarning                   a name or glob of `include` or `exclude` that matches nothing

Every error carries what a person needs to act: `code`, `status`, `request_id`, `action`, `hint` and, where they are
known, `model_id`, `model_name`, `version_name` and `region`. None of them ever holds a header, a key or a signature.

Message, hint, code and request id may quote a registry. What could not be seen in them is spelled out as they are set, since people
print them by themselves; the ids and names of what was asked for are kept as they are, and made visible in `str` and in tracebacks.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pai_notebook.i18n.phrases import Phrase, joined, say, told, with_text
from pai_notebook.i18n.rewording import with_values
from pai_notebook.sanitize import Printed, printable, visible_lines

__all__ = [
    "AddressError",
    "AuthenticationError",
    "ClockSkew",
    "ComparisonError",
    "ConfigurationError",
    "CredentialsNotFound",
    "DeadlineExceeded",
    "DriftError",
    "FetchErrors",
    "ModelNotFound",
    "NameNotFound",
    "NotFound",
    "PaiError",
    "PatternWarning",
    "PermissionDenied",
    "ProtocolError",
    "RegressionError",
    "ServiceUnavailable",
    "SnapshotError",
    "Throttled",
    "VersionNotFound",
]


# Characters of a message that are shown; an answer of the service may quote anything.
_LONGEST = 4000
# A name or number that was passed; Chinese sentences have no blanks, and stay.
_LONG_RUN = re.compile(r"([^\s\u2e80-\uffef]{100})[^\s\u2e80-\uffef]{200,}+")


class _Prose:
    """A text to be read: characters that cannot be seen are spelled out as it is set, its lines stay."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, error: object | None, owner: type) -> str:
        text: str = "" if error is None else error.__dict__[self._name]
        return text

    def __set__(self, error: object, text: str) -> None:
        error.__dict__[self._name] = with_text(text, visible_lines(text))


class PaiError(Printed, Exception):
    """Base class of the errors of this package.

    Parameters
    ----------
    message : str
        One sentence: what happened.
    hint : str
        One sentence: what to do next.
    code, status, request_id, action : str, int or None, str, str
        The service's error code, the HTTP status, its request id, and the API action that was asked for.
    model_id, version_name, region : str
        What the request was about.
    model_name : str
        What the registry calls the model, where it has said so; stands in sentences instead of the id, which follows in brackets.
    attempts : int
        Requests sent for this call, 0 when none was.
    partial : object
        What had already been fetched when a bulk call ended, else None.

    Examples
    --------
    >>> error = PaiError("no answer", hint="Try again.", code="ServiceUnavailable", status=503, request_id="5A14")
    >>> print(error)
    no answer (ServiceUnavailable, HTTP 503, request 5A14). Try again.
    """

    message = _Prose()
    hint = _Prose()
    code = _Prose()
    request_id = _Prose()

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        status: int | None = None,
        request_id: str = "",
        action: str = "",
        model_id: str = "",
        version_name: str = "",
        region: str = "",
        model_name: str = "",
        attempts: int = 0,
        partial: Any = None,
    ) -> None:
        self.message = message
        super().__init__(self.message)
        self.hint = hint
        self.code = code
        self.status = status
        self.request_id = request_id
        self.action = action
        self.model_id = model_id
        self.version_name = version_name
        self.region = region
        self.model_name = model_name
        self.attempts = attempts
        self.partial = partial

    def __repr__(self) -> str:
        # as short as the text itself, whatever was passed
        return f"{type(self).__name__}({str(self)!r})"

    @property
    def evidence(self) -> str:
        """The model's id where the sentence has its name, code, status and request id as one short clause, empty when there are none."""
        request = say("request {id}", id=self.request_id) if self.request_id else ""
        model = self.model_id if self.headline != self.message else ""
        return joined([part for part in (model, self.code, f"HTTP {self.status}" if self.status else "", request) if part])

    @property
    def headline(self) -> str:
        """What happened, with the model by its name where it is known."""
        named: str = with_values(self.message, self.called)
        return named

    def called(self, text: str) -> str:
        """Give an address, or any other text, with the model by its name where it is known.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        str
            The text with the name.

        Examples
        --------
        >>> PaiError("no answer", model_id="model-a", model_name="digits").called("model-a@0.1.0")
        'digits@0.1.0'
        """
        return re.sub(rf"(?<![\w-]){re.escape(self.model_id)}(?![\w-])", lambda _: self.model_name, text) if self.model_name else text

    def add_note(self, note: str, /) -> None:
        """Add a note, with invisible characters made visible because Python prints notes itself.

        Parameters
        ----------
        note : str
            One or more lines.

        Examples
        --------
        >>> error = PaiError("no answer")
        >>> error.add_note("asked for model-a")
        >>> error.__notes__
        ['asked for model-a']
        """
        super().add_note(visible_lines(note))

    @property
    def sentence(self) -> str:
        """What happened and what to do next, names as they are; `str` says the same in characters that can be seen."""
        return say("{what}. {hint}", what=self._body(), hint=_cut(self.hint)) if self.hint else self._body()

    def _lines(self) -> Sequence[str]:
        return [told(self.sentence)]

    def _body(self) -> str:
        happened = with_text(self.headline, self.headline.rstrip("."))
        return say("{what} ({evidence})", what=_cut(happened), evidence=self.evidence) if self.evidence else _cut(happened)

    def _told(self) -> Sequence[str]:
        """What a notebook shows instead of our own frames, a line each."""
        return [f"{type(self).__name__}: {told(self._body())}", *([told(_cut(self.hint))] if self.hint else [])]

    def _render_traceback_(self) -> list[str]:
        """Give the lines that a notebook shows, the notes too; IPython and ipykernel call this."""
        notes = [line for note in getattr(self, "__notes__", ()) for line in str(note).split("\n")]
        return printable([*self._told(), *notes])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the fields and, where it can travel, the cause."""
        return _rebuild, (type(self), dict(self.__dict__), _portable(self.__cause__))


def _cut(text: str) -> str:
    """Cut what would fill a screen, and say so; of what has no blank, as a name of thousands of letters, show how it begins."""
    text = with_values(text, lambda value: _LONG_RUN.sub(r"\1…", value))
    if len(text) <= _LONGEST:
        return text
    return say("{text}… {count} more characters", text=text[:_LONGEST], count=f"{len(text) - _LONGEST:,}")


def _portable(cause: BaseException | None) -> BaseException | None:
    """The cause itself when it pickles, else a stand-in with its name and text."""
    if cause is None:
        return None
    try:
        pickle.loads(pickle.dumps(cause))  # noqa: S301 - our own bytes, only to see whether they travel
    except Exception:  # noqa: BLE001 - any failure to pickle means the same
        return RuntimeError(f"{type(cause).__name__}: {cause}")
    return cause


def _rebuild(cls: type[PaiError], fields: dict[str, Any], cause: BaseException | None) -> PaiError:
    error = cls.__new__(cls, fields["message"])
    error.args = (fields["message"],)
    error.__dict__.update(fields)
    error.__cause__ = cause
    return error


class ConfigurationError(PaiError):
    """A setting or argument that cannot be used; nothing was sent."""


class AddressError(ConfigurationError):
    """An address, selector or option that does not follow the grammar; nothing was sent."""


class CredentialsNotFound(PaiError):
    """No credentials in the arguments, the environment, the credentials URI or the vendor's chain."""


class AuthenticationError(PaiError):
    """The service refused the key or its signature."""


class ClockSkew(AuthenticationError):
    """The service refused the date of the signature: this machine's clock is off."""


class PermissionDenied(PaiError):
    """The key is valid but its RAM policy lacks the action named in `action`."""


class NotFound(PaiError):
    """The service does not have what was asked for."""


class ModelNotFound(NotFound):
    """No model of this id in this region, or none that the key can see."""


class VersionNotFound(NotFound):
    """The model has no version of this name."""


class Throttled(PaiError):
    """The account's rate limit was hit, and retrying did not help in the time allowed."""


class ServiceUnavailable(PaiError):
    """The service could not be reached or failed, and retrying did not help."""


class DeadlineExceeded(PaiError):
    """The total time allowed for the call is over."""


class ProtocolError(PaiError):
    """The answer is not valid: not JSON, incomplete, too large, or about something else."""


class FetchErrors(PaiError):
    """Some versions of a bulk call could not be fetched; `errors` maps each address to its error.

    Parameters
    ----------
    errors : dict of str to PaiError
        The address of each version that failed, and why.
    """

    def __init__(self, message: str, *, errors: dict[str, PaiError] | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.errors = dict(errors or {})


class SnapshotError(PaiError):
    """A file that is not a snapshot, is cut short, was changed, or was written by a newer release."""


class DriftError(PaiError):
    """The registry is no longer what was saved; `drift` is the whole report.

    Parameters
    ----------
    drift : Drift
        What changed.
    """

    def __init__(self, message: str, *, drift: Any = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.drift = drift


def not_fetched(errors: Mapping[str, PaiError]) -> list[Phrase]:
    """Say what could not be fetched, by address, and why."""
    words = "{address} could not be fetched: {error}"
    return [say(words, address=error.called(address), error=error.sentence) for address, error in errors.items()]


class ComparisonError(PaiError):
    """A question that the data cannot answer, with the reason."""


class NameNotFound(ComparisonError, KeyError):
    """A name that occurs nowhere in the data, with the nearest ones; a KeyError too, so that `in` and `get` work as for a dict."""


class RegressionError(PaiError):
    """A gate that did not pass; `breaches` lists every rule that failed."""

    def __init__(self, message: str, *, breaches: tuple[Any, ...] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.breaches = tuple(breaches)


class PatternWarning(UserWarning):
    """A name or glob of `include` or `exclude` that matches nothing; the message has the nearest names."""
