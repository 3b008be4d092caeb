"""The command `paimodel`: reads words as the line does, runs the plan, prints what it gives, and says in the exit code how it ended."""

from __future__ import annotations

import enum
import os
import sys
import traceback
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ConfigurationError, NameNotFound, PaiError, RegressionError
from pai_notebook.files import MissingFile, why
from pai_notebook.i18n.phrases import Preference, now, read_language
from pai_notebook.i18n.rewording import reworded
from pai_notebook.plan import Command, parse_words, plan_of, refuse_values, run, say_on_line, speak_of_options, write_unchecked
from pai_notebook.plan.options import OPTIONS
from pai_notebook.plan.words import in_shell
from pai_notebook.python_source import Plan, Step, to_python
from pai_notebook.shell import terminal

if TYPE_CHECKING:
    from pai_notebook.registry.registry import Registry


class Exit(enum.IntEnum):
    """What the exit code of `paimodel` means."""

    PASSED = 0
    FAILED = 1
    UNCHECKED = 2
    USAGE = 3
    INTERRUPTED = 130
    """As a shell says it of a program that Ctrl-C ended."""
    PIPE = 141
    """As a shell says it of a program that wrote to a reader who had gone."""


# Where a shell puts what <(...) gives: a pipe, which can be read once.
_OF_SHELL = ("/dev/fd/", "/proc/self/fd/")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; see `pai_notebook.shell.main`."""
    given = sys.argv[1:] if words is None else list(words)
    terminal.set_up()
    before, Preference.lang = Preference.lang, _language_of(given)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _note  # type: ignore[assignment]  # file and line are of no use here
            ended = _answer(given)
        terminal.flush()
    except BrokenPipeError:
        terminal.leave_pipe()
        return Exit.PIPE
    except OSError as error:
        # what is left in the buffer would be tried again, and fail again, when the process ends
        terminal.leave_pipe()
        terminal.complain([now("cannot write the answer: {reason}", reason=why(error))])
        return Exit.UNCHECKED
    finally:
        Preference.lang = before
    return ended


def _language_of(words: Sequence[str]) -> str:
    """The language that --lang names: read before all else, so that a command that cannot be read is refused in it."""
    for nth, word in enumerate(words, 1):
        name, equals, value = word.partition("=")
        if name == "--lang":
            return read_language(value if equals else "".join(words[nth : nth + 1])) or Preference.lang
    return Preference.lang


def _answer(given: Sequence[str]) -> Exit:
    debug = "--debug" in given
    command: Command | None = None
    try:
        if list(given) == ["--version"]:
            from pai_notebook.files import made_by  # noqa: PLC0415 - takes longer than the rest

            terminal.show(made_by())
            return Exit.PASSED
        command = parse_words(given)
        return _run(command, asked=bool(given))
    except PaiError as error:
        speak_of_options(error, offline="--offline" in given)
        # a traceback is for those who look for a mistake of this package
        terminal.complain(traceback.format_exception(error) if debug else [error.sentence])
        _show_failure(given, error)
        _leave_unchecked(command, error.sentence)
        # a file that is not there was named by mistake; one that is broken could not be checked
        is_usage = isinstance(error, ConfigurationError) or isinstance(error.__cause__, MissingFile)
        # a condition on what no version has could not be either, though elsewhere it is an error of the condition
        is_usage = is_usage and not isinstance(error.__cause__, NameNotFound)
        return Exit.USAGE if is_usage else Exit.UNCHECKED
    except (OSError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - exit code 1 means that a gate did not pass, and this is a mistake of ours
        told = now("{kind}: this is a mistake of paimodel; --debug shows the traceback", kind=type(error).__name__)
        terminal.complain(traceback.format_exception(error) if debug else [told])
        _leave_unchecked(command, told)
        return Exit.UNCHECKED


def _show_failure(given: Sequence[str], error: PaiError) -> None:
    """Where JSON was asked for, a script reads why there is nothing else."""
    if "--json" in given:
        terminal.show_json(error)


def _leave_unchecked(command: Command | None, reason: str) -> None:
    if command is not None:
        _tell_written(write_unchecked(command, reworded(reason, in_shell)))


def _tell_written(paths: Iterable[Any]) -> None:
    for path in paths:
        terminal.complain([now("written: {path}", path=path)], lead="")


def _run(command: Command, *, asked: bool) -> Exit:
    if command.verb == "help":
        from pai_notebook.plan.help import Manual  # noqa: PLC0415 - shapes load when something is shown

        manual = Manual(command.words[0] if command.words else "", "shell")
        if asked:
            terminal.show(manual)
            return Exit.PASSED
        terminal.complain(str(manual).split("\n"), lead="")
        return Exit.USAGE
    rules = command.get("rules", "")
    if rules == "-" or rules.startswith(_OF_SHELL):
        options = {name: value for name, value in command.options.items() if name != "rules"}
        command = replace(command, options=options, rules=terminal.read(None if rules == "-" else rules))
    plan = plan_of(command)
    if command.get("code"):
        code = to_python(plan)
        lang = command.get("lang")
        if lang and command.verb not in OPTIONS["--lang"].forms:  # the calls of these take it themselves
            code = code.replace("\n", f'\n\npnb.options.lang = "{read_language(lang)}"\n', 1)
        terminal.show(code)
        return Exit.PASSED
    registries = _Registries()
    try:
        return _shown(plan, command, registries)
    finally:
        registries.close()


def _shown(plan: Plan, command: Command, registries: _Registries) -> Exit:
    """Run a plan and show what it gives."""
    steps: list[Any] = []
    try:
        found = run(plan, registries.connect, notice=steps.append)
    except RegressionError as error:
        found = error.partial  # the report of the gate says it all
    except KeyboardInterrupt as error:
        if command.verb == "search" and getattr(error, "partial", None):
            terminal.show(error.partial)  # type: ignore[attr-defined]  # what was found before Ctrl-C
        raise
    refuse_values(command, found)
    show = terminal.show_json if command.get("json") else terminal.show
    if command.verb == "watch":
        for version in found:
            show(version)
            terminal.flush()
        return Exit.PASSED
    if command.verb in ("compare", "explain", "gate"):
        say_on_line(found, "shell")
    show(found)
    terminal.flush()  # what is shown comes before the files in a log that has both
    _tell_written(path for path in steps if isinstance(path, os.PathLike) and path is not found)
    ended = _ended(found)
    failed = any(getattr(each, "errors", None) for each in steps)
    return Exit.UNCHECKED if failed and ended is Exit.PASSED else ended


def _ended(found: Any) -> Exit:
    """How a result ends the command: gates and drifts may fail, and what both leave open was not checked."""
    breaches = getattr(found, "breaches", None)
    if breaches is not None:
        if found.passed:
            return Exit.PASSED
        return Exit.FAILED if any(check.checked for check in breaches) else Exit.UNCHECKED
    if hasattr(found, "raise_if_changed"):
        return Exit.FAILED if found.changes or found.removed else Exit.UNCHECKED if found else Exit.PASSED
    return Exit.PASSED


class _Registries:
    """Connects as a plan says; what was connected is closed at the end."""

    def __init__(self) -> None:
        self._opened: list[Registry] = []

    def connect(self, connecting: Step | None) -> Registry:
        from pai_notebook.registry import connection  # noqa: PLC0415 - httpx loads when something is asked

        step = connecting or Step("connect")
        self._opened.append(connection.connect(*step.args, **{**step.options, "default": False}))
        return self._opened[-1]

    def close(self) -> None:
        for registry in self._opened:
            registry.close()


def _note(message: Warning | str, category: type[Warning], *_: Any) -> None:
    """Show a warning of this package; those of libraries are for developers."""
    if category.__module__.startswith("pai_notebook"):
        terminal.complain([str(message)])
