"""`%paimodel` and `%%paimodel` in IPython: settings, and what loading the extension adds to a shell; a line is run by `running`."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand
from traitlets import Bool, CUnicode, TraitError, Unicode, default, observe, validate

from pai_notebook.magic.matcher import connected, install, uninstall

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from pai_notebook.model.version import ModelVersion
    from pai_notebook.registry.registry import Registry


@magics_class
class PaiModelMagics(Magics):
    """Fetch, compare and report PAI model versions: `%paimodel [verb] address... [options]`.

    Settings for `%config PaiModelMagics`; empty means environment, then `~/.pai/config.json`. Keys are never set here.
    """

    region = Unicode("", help="Region of the registry, for example cn-hangzhou.").tag(config=True)
    workspace_id = CUnicode("", help="Workspace that ls looks into.").tag(config=True)
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
        from pai_notebook.magic.running import run_line  # noqa: PLC0415 - the grammar loads with the first line or Tab

        return run_line(self, line, cell, local_ns or {})

    @classmethod
    def class_get_trait_help(cls, trait: Any, inst: Any = None, helptext: str | None = None) -> str:
        """Say what a setting is in the language that is set; `%config PaiModelMagics` shows it."""
        from pai_notebook.i18n.phrases import now  # noqa: PLC0415 - as above

        return str(super().class_get_trait_help(trait, inst, helptext or now(trait.help)))

    @default("lang")
    def _lang_set(self) -> str:
        from pai_notebook.language import options  # noqa: PLC0415 - as above

        return options.lang

    @validate("lang")
    def _known_lang(self, proposal: Mapping[str, Any]) -> str:
        from pai_notebook.errors import ConfigurationError  # noqa: PLC0415 - as above
        from pai_notebook.language import options  # noqa: PLC0415 - as above

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


_matchers: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def load(shell: InteractiveShell) -> None:
    """Register the magic; a second load replaces the first."""
    unload(shell)
    guides = sys.modules.get("pai_notebook.guides")
    if guides is not None:
        guides.keep_tab()  # what is loaded later does so by itself
    try:
        shell.register_magics(PaiModelMagics)
    except TraitError as error:  # IPython keeps a setting that it has refused, and would refuse it at every load
        from pai_notebook.i18n.phrases import now  # noqa: PLC0415 - as above

        print(now("Settings of PaiModelMagics are not used: {text}", text=error), file=sys.stderr)  # noqa: T201 - as IPython says it
        shell.config.pop(PaiModelMagics.__name__)
        shell.register_magics(PaiModelMagics)
    shell.input_transformers_cleanup.append(_with_body)
    _matchers[shell] = install(shell)


def _with_body(lines: list[str]) -> list[str]:
    """Give a cell of ours that is only its first line an empty one below: IPython refuses it, in words that say nothing of rules."""
    return [*lines, "\n"] if len(lines) == 1 and lines[0].startswith("%%paimodel") else lines


def unload(shell: InteractiveShell) -> None:
    """Remove the magic and its settings, and close what it connected."""
    uninstall(shell, _matchers.pop(shell, None))
    shell.input_transformers_cleanup[:] = [each for each in shell.input_transformers_cleanup if each is not _with_body]
    manager = shell.magics_manager
    for kind in ("line", "cell"):
        manager.magics[kind].pop("paimodel", None)
    magics = manager.registry.pop(PaiModelMagics.__name__, None)
    _show_images(shell, wanted=False)
    shell.configurables[:] = [item for item in shell.configurables if not isinstance(item, PaiModelMagics)]
    if magics is not None:
        for registry in PaiModelMagics.registries.values():
            if registry is not connected():
                registry.close()
        PaiModelMagics.registries.clear()
        _close_explorers()


def _close_explorers() -> None:
    """Close open explorers, without loading widgets when none were made."""
    if "pai_notebook.explorer" in sys.modules:
        sys.modules["pai_notebook.explorer"].close_all()
