"""What a line does: it is read, run as a plan, and its result is shown, stored or given back."""

from __future__ import annotations

import dis
import enum
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import PaiError, RegressionError
from pai_notebook.language import options
from pai_notebook.magic.matcher import connected
from pai_notebook.plan import Command, parse_cell, parse_line, plan_of, refuse_values, run, say_on_line, speak_of_options, write_unchecked
from pai_notebook.python_source import Step, to_python
from pai_notebook.sanitize import printable

if TYPE_CHECKING:
    from pai_notebook.explorer import Explorer
    from pai_notebook.magic.magic import PaiModelMagics
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.registry.registry import Registry

_SETTINGS = ("region", "workspace_id", "network", "endpoint")


_ASKED_BY = ("run_line_magic", "run_cell_magic")
# `%timeit` compiles its statement under this name; its result is dropped, and nothing is to be displayed.
_TIMEIT_FILE = "<magic-timeit>"


class Use(enum.Enum):
    """What becomes of a result."""

    KEPT = "it is assigned or passed on"
    SHOWN = "IPython shows it"
    DROPPED = "the line stands alone, and IPython shows nothing"


def run_line(magics: PaiModelMagics, line: str, cell: str | None, local: Mapping[str, Any]) -> Any:
    """Run a line, or a cell with rules, and show its result where nothing else does.

    Parameters
    ----------
    magics : PaiModelMagics
        The settings, the shell and the registries of the notebook.
    line, cell : str, str or None
        The text behind `%paimodel`, and the lines below `%%paimodel`.
    local : mapping
        The local names of the caller; `$name` and `{name}` stand for one of them or of the notebook.

    Returns
    -------
    object
        The result; None where there is no more to show.

    Raises
    ------
    PaiError
        When the line is not understood, or what it asks for fails.
    """
    shell = magics.shell
    names = {**(shell.user_ns if shell else {}), **local}
    use = use_of_result(shell.user_global_ns if shell else {})
    try:
        command = parse_line(line, names) if cell is None else parse_cell(line, cell, names)
        files: list[Path] = []
        try:
            result = _run(magics, command, files)
        finally:  # a gate that fails has written its files too
            if use is not Use.KEPT and not command.silent and command.get("as") is None:
                for path in files:
                    _show_file(path)
    except PaiError as error:
        if magics.debug or "--debug" in line.split():
            lines = printable("".join(traceback.format_exception(error)).split("\n"))
            error._render_traceback_ = lambda: lines  # type: ignore[method-assign]
        raise
    if command.silent and use is not Use.KEPT:
        return None
    if use is not Use.KEPT and isinstance(result, Path):
        return None  # its link is all there is to see
    if use is Use.DROPPED and result is not None:
        _display(result)
    return result


def _run(magics: PaiModelMagics, command: Command, files: list[Path]) -> Any:
    """Do what a command says, or print it; the result is None where there is no more to show, and `files` gets what was written."""
    if command.verb == "help":
        from pai_notebook.plan.help import Manual  # noqa: PLC0415 - templates load when something is shown

        return Manual(command.words[0] if command.words else "")
    settings = _settings_of(magics, command)
    if command.form == "ls without a model" and not settings and magics.workspace_id:
        command = replace(command, options={"workspace": magics.workspace_id, **command.options})
    name = command.get("as")
    try:
        plan = plan_of(command, settings=settings, lang=options.lang)
        if command.get("code"):
            print(to_python(plan, name or ""))  # noqa: T201 - printing is what --code is for
            return None
        result = run(plan, partial(_connect, magics), _explore, lambda found: files.append(found) if isinstance(found, Path) else None)
        refuse_values(command, result)
        if command.verb == "watch":
            result = _follow(result)
        elif command.verb in ("compare", "explain", "gate"):
            say_on_line(result)
    except PaiError as error:
        speak_of_options(error, offline=command.get("offline") is not None)
        if not isinstance(error, RegressionError):
            files += write_unchecked(command, error.sentence)
        raise
    if name is not None and magics.shell is not None:
        magics.shell.user_ns[name] = result
    return None if name is not None or command.verb == "watch" else result


def _configured(magics: PaiModelMagics) -> dict[str, Any]:
    return {name: getattr(magics, name) for name in _SETTINGS if getattr(magics, name)} | ({} if magics.names else {"names": False})


def _settings_of(magics: PaiModelMagics, command: Command) -> dict[str, Any]:
    """Settings of the registry that a line is for; empty for the default one, and for the embedded one that the line names."""
    if command.get("demo"):
        return {}
    configured = _configured(magics)
    if command.verb == "connect":
        # what is configured for the service says nothing about the embedded registry
        return {name: value for name, value in configured.items() if not command.words or name in ("workspace_id", "names")}
    current, region = connected(), command.get("region")
    if region is not None:
        same = current is not None and current.client.settings.region == region
        return {} if same else {**configured, "region": region}
    return configured if current is None or current in magics.registries.values() else {}


def _connect(magics: PaiModelMagics, connecting: Step | None) -> Registry:
    """Return the registry of a step; a registry that a line connects to stays open for the next line."""
    from pai_notebook.registry import connection  # noqa: PLC0415 - httpx loads on first use

    if connecting is None:
        return connection.default_registry()
    settings = {name: value for name, value in connecting.options.items() if name != "default"}
    if connecting.options.get("default") is not False:
        return connection.connect(*connecting.args, **settings)
    key = (*(("name", name) for name in connecting.args), *sorted(settings.items()))
    if key not in magics.registries:
        # what is configured is the default registry of this notebook until it connects to another one
        configured = not connecting.args and settings == _configured(magics)
        magics.registries[key] = connection.connect(*connecting.args, **settings, default=configured)
    return magics.registries[key]


def _explore(source: Any) -> Explorer:
    from pai_notebook.explorer import Explorer  # noqa: PLC0415 - widgets load on first use

    return Explorer(source)


def _show_file(path: Path) -> None:
    """Show a file that was written as a link."""
    from pai_notebook.display.links import file_bundle  # noqa: PLC0415 - loading the extension loads nothing that shows

    _display(file_bundle(path), raw=True)


def _display(result: Any, **keywords: Any) -> Any:
    from IPython.display import display  # noqa: PLC0415 - front-ends that are no shell put their own there

    return display(result, **keywords)  # type: ignore[no-untyped-call]


def _follow(versions: Iterator[ModelVersion]) -> ModelVersion | None:
    """Refresh one display until the iterator ends or is interrupted."""
    version, handle = None, None
    try:
        for version in versions:
            if handle is None:
                handle = _display(version, display_id=True)
            else:
                handle.update(version)
    except KeyboardInterrupt:
        if version is None:
            raise
    return version


def use_of_result(namespace: Mapping[str, Any]) -> Use:
    """Tell what the cell that runs a magic does with its result.

    IPython shows only the last expression of a cell, and no interface tells a magic whether it is that, or assigned. The
    instruction behind the call tells it.

    Parameters
    ----------
    namespace : mapping
        The global names of the notebook. A call from anywhere else is an ordinary call, whose result is kept.
    """
    frame = _caller()
    if frame is None or frame.f_globals is not namespace or frame.f_code.co_filename == _TIMEIT_FILE:
        return Use.KEPT
    following = next((each for each in dis.get_instructions(frame.f_code) if each.offset > frame.f_lasti), None)
    if following is None:
        return Use.KEPT
    if following.opname == "PRINT_EXPR" or following.argrepr == "INTRINSIC_PRINT":
        return Use.SHOWN
    return Use.DROPPED if following.opname == "POP_TOP" else Use.KEPT


def _caller() -> FrameType | None:
    """The frame that IPython was asked from to run a magic, None outside of IPython."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.currentframe is the same, slower
    while frame is not None and frame.f_code.co_name not in _ASKED_BY:
        frame = frame.f_back
    return frame.f_back if frame is not None else None
