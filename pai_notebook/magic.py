"""`%paimodel` and `%%paimodel`: one line of the grammar to one call of the public API."""

from __future__ import annotations

import sys
import traceback
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand, output_can_be_silenced
from traitlets import Bool, Enum, Unicode, observe

from pai_notebook import completion
from pai_notebook.errors import AddressError, PaiError
from pai_notebook.grammar import Command, parse_line
from pai_notebook.model.address import parse_address
from pai_notebook.sanitize import printable
from pai_notebook.twin import baseline_address, comparison, exporter, filters, gate_to_python, report_path, to_python

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from pai_notebook.comparison import Comparison
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.registry import Registry
    from pai_notebook.versions import VersionSet

__all__ = ["PaiModelMagics", "load", "unload"]


@magics_class
class PaiModelMagics(Magics):
    """Fetch, compare and report PAI model versions: `%paimodel [verb] address... [options]`.

    Settings for `%config PaiModelMagics`; empty means environment, then `~/.pai/config.json`. Keys are never set here.
    """

    region = Unicode("", help="Region of the registry, for example cn-hangzhou.").tag(config=True)
    workspace_id = Unicode("", help="Workspace that ls looks into.").tag(config=True)
    network = Unicode("", help="public or vpc.").tag(config=True)
    endpoint = Unicode("", help="URL of the service instead of the region's own.").tag(config=True)
    lang = Enum(["en", "zh"], "en", help="Language of sentences and reports.").tag(config=True)
    images = Bool(False, help="Show covers as pictures; whoever looks at them asks their hosts.").tag(config=True)  # noqa: FBT003 - as below
    debug = Bool(False, help="Show whole tracebacks.").tag(config=True)  # noqa: FBT003 - a traitlet's default

    regions: ClassVar[dict[str, Registry]] = {}

    @no_var_expand
    @needs_local_scope
    @output_can_be_silenced
    @line_cell_magic
    def paimodel(self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Fetch, compare and report model versions of the PAI registry.

        %paimodel MODEL@latest             one version as a card
        %paimodel MODEL 0.1.0              the same, by name
        %paimodel MODEL@0.1.0,0.2.0        compare; also MODEL@last:5, MODEL@0.1.0..0.9.0, MODEL@1.*
        %paimodel ls [MODEL]               models, or the versions of one
        %paimodel explain MODEL@...        what changed, in sentences
        %paimodel explore [MODEL]          the widget
        %paimodel report MODEL@...         one HTML document, with --to FILE
        %paimodel watch MODEL@latest       refreshed in place until its approval changes
        %paimodel connect demo             the embedded registry; or --region cn-hangzhou
        %paimodel help [VERB]              every verb and option

        Every line returns an object: `v = %paimodel MODEL@latest`. A `;` at the end silences it, `--as NAME` stores it,
        `--code` prints the Python that does the same. `$name` and `{name}` stand for a variable of the notebook.

        %%paimodel gate MODEL@latest --baseline approved
        cer[d-a] <= baseline + 0.002       one rule a line; the cell fails when one does not hold
        """
        names = {**(self.shell.user_ns if self.shell else {}), **(local_ns or {})}
        debug = self.debug or "--debug" in line.split()
        try:
            return self._gate(line, cell, names) if cell is not None else self._run(parse_line(line, names))
        except PaiError as error:
            if debug:
                lines = printable("".join(traceback.format_exception(error)).split("\n"))
                error._render_traceback_ = lambda: lines  # type: ignore[method-assign]
            raise

    @observe("images")
    def _images_changed(self, change: Mapping[str, Any]) -> None:
        """Have this shell, and nothing beyond it, show versions with their pictures."""
        if self.shell is not None:
            _show_images(self.shell, wanted=change["new"])

    def _run(self, command: Command) -> Any:
        if command.get("code"):
            print(to_python(command))  # noqa: T201 - printing is what --code is for
            return None
        run: Callable[[Command], Any] = getattr(self, f"_{command.verb}")
        return self._kept(command, run(command))

    def _kept(self, command: Command, result: Any) -> Any:
        """Give the result, or store it under the name that the line says."""
        name = command.get("as")
        if name is None:
            return result
        if self.shell is not None:
            self.shell.user_ns[name] = result
        return None

    def _registry(self, command: Command) -> Registry:
        from pai_notebook import connection  # noqa: PLC0415 - the wire loads on first use

        region = command.get("region")
        current = connection.current_registry()
        if region and (current is None or current.client.settings.region != region):
            if region not in self.regions:
                self.regions[region] = connection.connect(**{**self._settings(), "region": region}, default=False)
            return self.regions[region]
        return current or connection.connect(**self._settings())

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) or None for name in ("region", "workspace_id", "network", "endpoint")}

    def _connect(self, command: Command) -> Any:
        from pai_notebook import connection  # noqa: PLC0415 - the wire loads on first use

        told = {"region": command.get("region"), "workspace_id": command.get("workspace"), "network": command.get("network")}
        told["endpoint"] = command.get("endpoint")
        settings = {**self._settings(), **{key: value for key, value in told.items() if value}}
        return connection.connect(command.words[0] if command.words else None, **settings)

    def _help(self, command: Command) -> Any:
        from pai_notebook.manual import Manual  # noqa: PLC0415 - templates load when something is shown

        return Manual(command.words[0] if command.words else "")

    def _show(self, command: Command) -> Any:
        if len(command.addresses) == 1 and command.addresses[0].selector.is_single and not command.get("offline"):
            return self._registry(command).get_version(str(command.addresses[0]), refresh=bool(command.get("refresh")), suggest=True)
        return self._versions(command)

    def _ls(self, command: Command) -> Any:
        if command.addresses or command.get("offline"):
            return self._written(command, self._versions(command))
        return self._registry(command).list_models(
            command.get("query"), workspace_id=command.get("workspace"), limit=command.number("limit")
        )

    def _versions(self, command: Command) -> VersionSet:
        versions = self._fetched(command)
        if not versions:
            _whole(versions)
        versions = versions.filter(**filters(command))
        sort = command.get("sort")
        if sort:
            versions = versions.sort_values(sort.removeprefix("-"), ascending=not sort.startswith("-"))
        last, limit = command.number("last"), command.number("limit")
        versions = versions if last is None else versions[-last:]
        return versions if limit is None else versions[:limit]

    def _fetched(self, command: Command) -> VersionSet:
        """Versions of the addresses, from the registry or, with --offline, from a snapshot and nowhere else."""
        path = command.get("offline")
        if path is None:
            return self._registry(command).get_versions(*command.addresses, refresh=bool(command.get("refresh")), suggest=True)
        from pai_notebook.versions import load as load_snapshot  # noqa: PLC0415 - loads on first use

        saved = load_snapshot(path)
        return saved.select(*command.addresses) if command.addresses else saved

    def _compared(self, command: Command) -> Comparison:
        return self._with_baseline(command, command.get("baseline")).compare(**comparison(command))

    def _compare(self, command: Command) -> Any:
        return self._written(command, self._compared(command))

    def _explain(self, command: Command) -> Any:
        return self._compared(command).explain(lang=command.get("lang", self.lang))

    def _explore(self, command: Command) -> Any:
        from pai_notebook.explorer import Explorer  # noqa: PLC0415 - widgets load on first use

        chosen = command.addresses or command.get("offline")
        return Explorer(self._versions(command)) if chosen else Explorer(self._registry(command))

    def _watch(self, command: Command) -> Any:
        """Refresh one display until the approval changes; stopping it is an end as good as any. The result is what --as stores."""
        from IPython.display import display  # noqa: PLC0415 - only where something is shown

        version, handle = None, None
        try:
            for version in self._registry(command).watch(str(command.addresses[0]), every=command.number("every") or 30):
                if handle is None:
                    handle = display(version, display_id=True)  # type: ignore[no-untyped-call]
                else:
                    handle.update(version)
        except KeyboardInterrupt:
            if version is None:
                raise
        return version if command.get("as") else None

    def _report(self, command: Command) -> Any:
        path, overwrite = report_path(command), bool(command.get("overwrite"))
        return self._compared(command).report(path, lang=command.get("lang", self.lang), overwrite=overwrite)

    def _written(self, command: Command, result: Any) -> Any:
        path = command.get("to")
        if path:
            getattr(result, exporter(path))(path, overwrite=bool(command.get("overwrite")))
        return result

    def _gate(self, line: str, cell: str, names: Mapping[str, Any]) -> Any:
        words = line.split(maxsplit=1)
        if not words or words[0] != "gate":
            raise AddressError(
                "a %%paimodel cell starts with gate", hint="Write %%paimodel gate model-a@latest --baseline approved, then one rule a line."
            )
        command = parse_line(f"compare {words[1] if len(words) > 1 else ''}", names)
        if command.get("to"):
            raise AddressError("gate does not take --to", hint="It gives an object; --as NAME stores it.")
        command = replace(command, options={"baseline": "approved", **command.options})
        if command.get("code"):
            print(gate_to_python(command, cell))  # noqa: T201 - printing is what --code is for
            return None
        return self._kept(command, self._compared(command).gate(cell))

    def _with_baseline(self, command: Command, baseline: str | None) -> VersionSet:
        """Versions of a comparison, with the baseline fetched too where the line names one that its addresses do not select."""
        versions = self._versions(command)
        extra = baseline_address(command, baseline)
        if extra is None or (baseline is not None and baseline in versions):
            return versions
        return _whole(self._fetched(replace(command, addresses=(parse_address(extra),)))) + versions


def _whole(versions: VersionSet) -> VersionSet:
    """Give versions of which none failed; a single failure is raised as itself."""
    if len(versions.errors) == 1:
        raise next(iter(versions.errors.values()))
    return versions.raise_for_errors()


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
    from pai_notebook.model.card import describe_version  # noqa: PLC0415 - as above

    return mimebundle(describe_version(version, images=True))


_matchers: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def _seen() -> Registry | None:
    """Return the registry whose memory answers Tab; loads nothing and asks nobody."""
    connection = sys.modules.get("pai_notebook.connection")
    return connection.current_registry() if connection is not None else None


def load(shell: InteractiveShell) -> None:
    """Register the magic; a second load replaces the first."""
    unload(shell)
    shell.register_magics(PaiModelMagics)
    _matchers[shell] = completion.install(shell, _seen)


def unload(shell: InteractiveShell) -> None:
    """Remove the magic and its settings, and close what it connected."""
    completion.uninstall(shell, _matchers.pop(shell, None))
    manager = shell.magics_manager
    for kind in ("line", "cell"):
        manager.magics[kind].pop("paimodel", None)
    magics = manager.registry.pop(PaiModelMagics.__name__, None)
    _show_images(shell, wanted=False)
    shell.configurables[:] = [item for item in shell.configurables if not isinstance(item, PaiModelMagics)]
    if magics is not None:
        for registry in PaiModelMagics.regions.values():
            registry.close()
        PaiModelMagics.regions.clear()
        _close_explorers()


def _close_explorers() -> None:
    """Take open explorers away, without loading widgets where nobody has."""
    if "pai_notebook.explorer" in sys.modules:
        sys.modules["pai_notebook.explorer"].close_all()
