"""`%paimodel` and `%%paimodel`: one line of the grammar to one call of the public API."""

from __future__ import annotations

import dis
import enum
import sys
import traceback
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand
from traitlets import Bool, TraitError, Unicode, default, observe, validate

from pai_notebook.calls import keep_tab
from pai_notebook.errors import ConfigurationError, PaiError, RegressionError
from pai_notebook.i18n.phrases import now
from pai_notebook.language import options
from pai_notebook.magic import completion
from pai_notebook.plan import Command, parse_cell, parse_line, plan_of, run, say_on_line, speak_of_options, write_unchecked
from pai_notebook.python_source import Step, to_python
from pai_notebook.sanitize import printable

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from pai_notebook.explorer import Explorer
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.registry.registry import Registry
    from pai_notebook.versions.cache import Memory

_SETTINGS = ("region", "workspace_id", "network", "endpoint")


_ASKED_BY = ("run_line_magic", "run_cell_magic")
# `%timeit` compiles its statement under this name; its result is dropped, and nothing is to be displayed.
_TIMEIT_FILE = "<magic-timeit>"


class Use(enum.Enum):
    """What becomes of a result."""

    KEPT = "it is assigned or passed on"
    SHOWN = "IPython shows it"
    DROPPED = "the line stands alone, and IPython shows nothing"


@magics_class
class PaiModelMagics(Magics):
    """Fetch, compare and report PAI model versions: `%paimodel [verb] address... [options]`.

    Settings for `%config PaiModelMagics`; empty means environment, then `~/.pai/config.json`. Keys are never set here.
    """

    region = Unicode("", help="Region of the registry, for example cn-hangzhou.").tag(config=True)
    workspace_id = Unicode("", help="Workspace that ls looks into.").tag(config=True)
    network = Unicode("", help="public or vpc.").tag(config=True)
    endpoint = Unicode("", help="URL of the service instead of the region's own.").tag(config=True)
    names = Bool(True, help="Ask for names of models, datasets and people.").tag(config=True)  # noqa: FBT003 - a traitlet's default
    lang = Unicode(help="Language of everything that is shown, en or zh; the same as pai_notebook.options.lang.").tag(config=True)
    images = Bool(False, help="Show covers as pictures; the browser fetches them from their hosts.").tag(config=True)  # noqa: FBT003 - as below
    debug = Bool(False, help="Show whole tracebacks.").tag(config=True)  # noqa: FBT003 - a traitlet's default

    registries: ClassVar[dict[tuple[tuple[str, str], ...], Registry]] = {}
    """Registries that lines have connected to by themselves, by their settings."""

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def paimodel(self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Fetch, compare and report model versions of the PAI registry.

        %paimodel MODEL@latest             one version as a card
        %paimodel MODEL 0.1.0              the same, by name
        %paimodel MODEL@0.1.0,0.2.0        compare; also MODEL@last:5, MODEL@0.1.0..0.9.0, MODEL@1.*
        %paimodel ls [MODEL]               models, or the versions of one
        %paimodel explain MODEL@...        what was found and what changed, as a list
        %paimodel explore [MODEL]          the widget
        %paimodel report MODEL@...         one HTML document, with --to FILE
        %paimodel save MODEL@... --to FILE a snapshot; drift FILE says what has changed since
        %paimodel watch MODEL@latest       refreshed in place until its approval changes
        %paimodel connect demo             the embedded registry; or --region cn-hangzhou
        %paimodel help [VERB]              every verb and option

        Every line gives an object: `v = %paimodel MODEL@latest`. A line that stands alone shows it, wherever in the cell; a `;` at
        its end silences it, `--as NAME` stores it, `--code` prints the Python that does the same. `$name` and `{name}` stand for
        a variable of the notebook.

        %%paimodel gate MODEL@latest --baseline approved
        accuracy[d-a] >= baseline - 1%     one rule a line; the cell fails when one does not hold
        """
        names = {**(self.shell.user_ns if self.shell else {}), **(local_ns or {})}
        use = use_of_result(self.shell.user_global_ns if self.shell else {})
        try:
            command = parse_line(line, names) if cell is None else parse_cell(line, cell, names)
            files: list[Path] = []
            try:
                result = self._run(command, files)
            finally:  # a gate that fails has written its files too
                if use is not Use.KEPT and not command.silent and command.get("as") is None:
                    for path in files:
                        _show_file(path)
        except PaiError as error:
            if self.debug or "--debug" in line.split():
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

    @classmethod
    def class_get_trait_help(cls, trait: Any, inst: Any = None, helptext: str | None = None) -> str:
        """Say what a setting is in the language that is set; `%config PaiModelMagics` shows it."""
        return str(super().class_get_trait_help(trait, inst, helptext or now(trait.help)))

    @default("lang")
    def _lang_set(self) -> str:
        return options.lang

    @validate("lang")
    def _known_lang(self, proposal: Mapping[str, Any]) -> str:
        try:
            options.lang = proposal["value"]
        except ConfigurationError as error:
            raise TraitError(str(error)) from None
        return options.lang

    @observe("images")
    def _images_changed(self, change: Mapping[str, Any]) -> None:
        """Have this shell, and nothing beyond it, show versions with their pictures."""
        if self.shell is not None:
            _show_images(self.shell, wanted=change["new"])

    def _run(self, command: Command, files: list[Path]) -> Any:
        """Do what a command says, or print it; the result is None where there is no more to show, and `files` gets what was written."""
        if command.verb == "help":
            from pai_notebook.plan.help import Manual  # noqa: PLC0415 - templates load when something is shown

            return Manual(command.words[0] if command.words else "")
        settings = self._settings_of(command)
        if command.form == "ls without a model" and not settings and self.workspace_id:
            command = replace(command, options={"workspace": self.workspace_id, **command.options})
        name = command.get("as")
        try:
            plan = plan_of(command, settings=settings, lang=options.lang)
            if command.get("code"):
                print(to_python(plan, name or ""))  # noqa: T201 - printing is what --code is for
                return None
            result = run(plan, self._connect, _explore, lambda found: files.append(found) if isinstance(found, Path) else None)
            if command.verb == "watch":
                result = _follow(result)
            elif command.verb in ("compare", "explain", "gate"):
                say_on_line(result)
        except PaiError as error:
            speak_of_options(error, offline=command.get("offline") is not None)
            if not isinstance(error, RegressionError):
                files += write_unchecked(command, error.sentence)
            raise
        if name is not None and self.shell is not None:
            self.shell.user_ns[name] = result
        return None if name is not None or command.verb == "watch" else result

    @property
    def _configured(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _SETTINGS if getattr(self, name)} | ({} if self.names else {"names": False})

    def _settings_of(self, command: Command) -> dict[str, Any]:
        """Settings of the registry that a line is for; empty for the default one, and for the embedded one that the line names."""
        if command.get("demo"):
            return {}
        if command.verb == "connect":
            # what is configured for the service says nothing about the embedded registry
            return {name: value for name, value in self._configured.items() if not command.words or name in ("workspace_id", "names")}
        current, region = _connected(), command.get("region")
        if region is not None:
            same = current is not None and current.client.settings.region == region
            return {} if same else {**self._configured, "region": region}
        return self._configured if current is None or current in self.registries.values() else {}

    def _connect(self, connecting: Step | None) -> Registry:
        """Return the registry of a step; a registry that a line connects to stays open for the next line."""
        from pai_notebook.registry import connection  # noqa: PLC0415 - httpx loads on first use

        if connecting is None:
            return connection.default_registry()
        settings = {name: value for name, value in connecting.options.items() if name != "default"}
        if connecting.options.get("default") is not False:
            return connection.connect(*connecting.args, **settings)
        key = (*(("name", name) for name in connecting.args), *sorted(settings.items()))
        if key not in self.registries:
            # what is configured is the default registry of this notebook until it connects to another one
            configured = not connecting.args and settings == self._configured
            self.registries[key] = connection.connect(*connecting.args, **settings, default=configured)
        return self.registries[key]


def _explore(source: Any) -> Explorer:
    from pai_notebook.explorer import Explorer  # noqa: PLC0415 - widgets load on first use

    return Explorer(source)


def _show_file(path: Path) -> None:
    """Show a file that was written as a link, which front-ends open beside the notebook."""
    from html import escape  # noqa: PLC0415 - its table of names is a twentieth of what loading the extension costs

    link = f'<a href="{quote(path.as_posix())}" target="_blank">{escape(str(path))}</a>'
    _display({"text/plain": now("written: {path}", path=path), "text/html": link}, raw=True)


def _display(result: Any, **options: Any) -> Any:
    from IPython.display import display  # noqa: PLC0415 - only where something is shown

    return display(result, **options)  # type: ignore[no-untyped-call]


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


_VERSION = ("pai_notebook.model.version", "ModelVersion")


def _show_images(shell: InteractiveShell, *, wanted: bool) -> None:
    """Have a shell print versions with pictures, or as they print themselves."""
    formatter = shell.display_formatter
    if formatter is not None:
        formatter.mimebundle_formatter.pop(".".join(_VERSION), None)
        if wanted:
            formatter.mimebundle_formatter.for_type_by_name(*_VERSION, _with_images)


def _with_images(version: ModelVersion) -> dict[str, str]:
    from pai_notebook.display import mimebundle  # noqa: PLC0415 - loading the extension loads nothing that shows
    from pai_notebook.model.version_view import describe_version  # noqa: PLC0415 - as above

    return mimebundle(describe_version(version, images=True))


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


_matchers: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def _connected() -> Registry | None:
    """The default registry if there is one; never loads the module that makes it."""
    connection = sys.modules.get("pai_notebook.registry.connection")
    return connection.current_registry() if connection is not None else None


def _memory() -> Memory | None:
    """What Tab completes from."""
    registry = _connected()
    return None if registry is None else registry.fetcher.memory


def load(shell: InteractiveShell) -> None:
    """Register the magic; a second load replaces the first."""
    unload(shell)
    keep_tab()
    shell.register_magics(PaiModelMagics)
    shell.input_transformers_cleanup.append(_with_body)
    _matchers[shell] = completion.install(shell, _memory)


def _with_body(lines: list[str]) -> list[str]:
    """Give a cell of ours that is only its first line an empty one below: IPython refuses it, in words that say nothing of rules."""
    return [*lines, "\n"] if len(lines) == 1 and lines[0].startswith("%%paimodel") else lines


def unload(shell: InteractiveShell) -> None:
    """Remove the magic and its settings, and close what it connected."""
    completion.uninstall(shell, _matchers.pop(shell, None))
    shell.input_transformers_cleanup[:] = [each for each in shell.input_transformers_cleanup if each is not _with_body]
    manager = shell.magics_manager
    for kind in ("line", "cell"):
        manager.magics[kind].pop("paimodel", None)
    magics = manager.registry.pop(PaiModelMagics.__name__, None)
    _show_images(shell, wanted=False)
    shell.configurables[:] = [item for item in shell.configurables if not isinstance(item, PaiModelMagics)]
    if magics is not None:
        for registry in PaiModelMagics.registries.values():
            if registry is not _connected():
                registry.close()
        PaiModelMagics.registries.clear()
        _close_explorers()


def _close_explorers() -> None:
    """Close open explorers, without loading widgets when none were made."""
    if "pai_notebook.explorer" in sys.modules:
        sys.modules["pai_notebook.explorer"].close_all()
