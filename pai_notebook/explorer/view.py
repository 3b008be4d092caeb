"""The explorer in a notebook: a thin shell of core widgets around `ExplorerState`."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, cast

from IPython import get_ipython

from pai_notebook.calls import checked
from pai_notebook.client.loop import shared_loop
from pai_notebook.client.tasks import LoopUser
from pai_notebook.display import Block, Code, Displayed, Facts, Lines, Note, Stack, mimebundle, render_html
from pai_notebook.display.bundle import front_end_message
from pai_notebook.display.html import text_html
from pai_notebook.display.static_copy import Copy
from pai_notebook.errors import ConfigurationError
from pai_notebook.explorer.controls import KEYS, LIVE, STYLE, TURN, Controls
from pai_notebook.explorer.jobs import Runner
from pai_notebook.explorer.panels import describe_shown, tab_text
from pai_notebook.explorer.source import RegistrySource, SetSource, VersionSource
from pai_notebook.explorer.state import ExplorerState, Shown
from pai_notebook.guides import CallError, MissingAttribute, guide
from pai_notebook.i18n.phrases import say, spoken
from pai_notebook.model.address import Address, parse_address, read_addresses
from pai_notebook.model.nearest import counted
from pai_notebook.python_source import Plan, to_python
from pai_notebook.registry.connection import default_registry
from pai_notebook.registry.registry import Registry
from pai_notebook.versions.versions import VersionSet

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison import Comparison

_open: weakref.WeakSet[Explorer] = weakref.WeakSet()
# Displayed explorers, kept alive until they are closed even when no variable refers to them, with the runs of the cells that show them.
_on_show: dict[Explorer, dict[str, str]] = {}
_NOT_LIVE = say("The explorer works in JupyterLab, Notebook 7 and Voila with ipywidgets 8. Here are its code and its table instead.")


@checked
class Explorer(Displayed):
    """A widget to find models, pick versions and compare them; the next cell uses the result.

    Parameters
    ----------
    source : Registry or VersionSet, optional
        What to look into; by default the default registry.
    """

    _instead = guide({"selected": "versions selection results", "value": "comparison result", "pnb.Explorer()": "show display open"})
    _leads_to = (("VersionSet", "selected"), ("Comparison", "value"))

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse what nothing would read: what is chosen is chosen in the widget."""
        if not name.startswith("_"):
            said = say("{kind} takes no values of yours: {name!r} cannot be set", kind=type(self).__name__, name=name)
            raise MissingAttribute(said, hint=say("Choose in the widget, or compare its .selected."))
        object.__setattr__(self, name, value)

    def __init__(self, source: Registry | VersionSet | None = None) -> None:
        self._source = _source_of(source)
        self._state = ExplorerState()
        self._copy = Copy()
        self._controls: Controls = Controls(self._state) if LIVE else cast("Controls", None)
        self._runner = Runner(self._state, self._source, self._changed, self._draw)
        self._closed = False
        # what the chart on show is of
        self._chart: tuple[Comparison | None, str, str] | None = None
        # calls of `fetch` from several threads come one after another, so that each returns its own versions
        self._fetching = threading.RLock()
        if LIVE:
            style = f"<style>{STYLE}{self._copy.hiding_style}</style>"
            self._controls.heading.value = f'{style}<div title="{text_html(KEYS)}"><strong>{text_html(self._source.title)}</strong></div>'
            self._controls.root.add_class(f"{self._copy.name}-live")
            me = weakref.ref(self)

            def act(action: Callable[[], Any]) -> None:
                explorer = me()  # a widget does not keep its explorer
                if explorer is not None and not explorer._closed:  # noqa: SLF001 - this very class
                    explorer._runner.act(action)  # noqa: SLF001 - as above

            self._controls.listen(act)
        _open.add(self)
        # ipywidgets keeps a reference to every widget until it is closed
        self._dropped = weakref.finalize(self, _take_away, self._controls, self._runner.user)
        self._dropped.atexit = False
        self._state.find()
        if isinstance(source, VersionSet):
            # at once: the next cell of a notebook that runs by itself asks for them before the loop's thread has come to it
            self._state.adopt(source, given=True)
        self._runner.act(self._runner.draw_again)

    def __reduce__(self) -> NoReturn:
        hint = say("Use its .selected, which is a set of versions, or make another: {code}.", code="pnb.Explorer(source)")
        raise CallError(say("an explorer is neither pickled nor copied: it is shown by widgets of this kernel"), hint=hint)

    @property
    def selected(self) -> VersionSet:
        """The versions fetched last, empty before the first fetch."""
        return self._state.results

    @property
    def value(self) -> Comparison | None:
        """The comparison of what is selected; None with fewer than two versions, or where they cannot be compared."""
        # a notebook that runs by itself comes here while it is being made
        if "compare" in self._state.waiting and not shared_loop.inside:
            self.wait()
        return self._state.comparison

    @property
    def frame(self) -> pd.DataFrame:
        """The selected versions as a DataFrame, one row each."""
        return self.selected.to_frame()

    @property
    def last_error(self) -> Exception | None:
        """What went wrong last; None again after the next success of the same kind."""
        return self._state.error

    def to_code(self) -> str:
        """Return Python that gives the same result without the explorer.

        Returns
        -------
        str
            Statements, the last of which makes the comparison, or the versions where there are fewer than two.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> explorer = pnb.Explorer(pnb.connect("demo", default=False))
        >>> vs = explorer.fetch("wine-cultivar@last:2")
        >>> print(explorer.to_code())
        import pai_notebook as pnb
        <BLANKLINE>
        registry = pnb.connect("demo", default=False)
        registry.compare("model-rbvg5w0xvkg09sgeed@1.8.0,1.9.0")
        >>> explorer.close()
        """
        return to_python(self._plan(self._state.asked, self.value))

    def _plan(self, asked: tuple[Address, ...], comparison: Comparison | None) -> Plan:
        return self._source.plan(asked, self.selected, comparison, self._state.arguments)

    def fetch(self, *addresses: str | Address) -> VersionSet:
        """Pick and fetch what addresses mean, without a click, for notebooks that run by themselves.

        Parameters
        ----------
        *addresses : str
            As for `Registry.get_versions`; without any, fetch what is picked.

        Returns
        -------
        VersionSet
            `selected`; its `errors` has what could not be fetched.

        Raises
        ------
        AddressError, ConfigurationError
            When an address does not follow the grammar, or the explorer is closed, also meanwhile.
        PaiError
            When nothing could be fetched or compared; what was fetched before stays `selected`.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> explorer = pnb.Explorer(pnb.connect("demo", default=False))
        >>> [version.version_name for version in explorer.fetch("wine-cultivar@last:2")]
        ['1.8.0', '1.9.0']
        >>> explorer.close()
        """
        wanted = read_addresses(addresses)
        with self._fetching:
            try:
                self._runner.act(lambda: self._state.fetch(wanted))
                shared_loop.run(self._runner.idle, user=self._runner.user)
            except ConfigurationError as error:
                # of the loop, which calls whatever has left it a registry
                closed = ConfigurationError(say("this explorer is closed"), hint=say("Make another one: pnb.Explorer()."))
                raise closed if self._closed else error from None
            if self.last_error is not None and self._state.phase != "partly":
                raise self.last_error
            return self.selected

    def wait(self) -> None:
        """Return once the answer to the last click is here; the stop button ends the waiting, not the work.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> explorer = pnb.Explorer(pnb.VersionSet.from_documents([{"VersionName": "0.1.0"}, {"VersionName": "0.2.0"}]))
        >>> explorer.wait()
        >>> explorer.value.baseline_name
        '0.1.0'
        >>> explorer.close()
        """
        if not self._closed:
            shared_loop.run(self._runner.idle, user=self._runner.user)

    def close(self) -> None:
        """Cancel what is under way and take the widgets away; the registry stays open, the results stay readable.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> explorer = pnb.Explorer(pnb.VersionSet.from_documents([{"VersionName": "0.1.0"}]))
        >>> explorer.close()
        >>> len(explorer.selected)
        1
        """
        self._closed = True
        _open.discard(self)
        _on_show.pop(self, None)
        shared_loop.leave(self._runner.user)
        with TURN:
            self._dropped()

    def _ipython_display_(self) -> None:
        shell = get_ipython()
        if self._closed or getattr(shell, "kernel", None) is None:
            print(self)  # noqa: T201 - what a terminal shows of an object
        elif not LIVE:
            shell.display_pub.publish(mimebundle(self._describe_static()))
        else:
            _on_show.setdefault(self, {})
            self._replace_those_of_the_cell()
            self._copy.show(self._controls.root.get_view_spec(), self._source.title, self._describe())
            # what came in between the description and its display would be missing from the copy
            self._runner.act(self._runner.draw_again)

    def _replace_those_of_the_cell(self) -> None:
        """Close explorers that only an earlier run of this cell showed: their place in the notebook is gone."""
        message = front_end_message(get_ipython())
        cell, run = message.get("metadata", {}).get("cellId"), message.get("header", {}).get("msg_id", "")
        if not cell:
            return
        for other, runs in list(_on_show.items()):
            if other is not self and runs.get(cell, run) != run:
                del runs[cell]
                if not runs:
                    other.close()
        _on_show[self][cell] = run

    def _repr_html_(self) -> str:
        """For hosts that have no widgets, such as marimo; a notebook displays the widget instead."""
        return render_html(self._describe_static())

    def _describe_static(self) -> Block:
        self.wait()
        asked = self._state.asked or tuple(parse_address(f"{line.model_id}@last:5") for line in self._state.models.found[:1])
        code = [Code(line) for line in to_python(self._plan(asked, self.value)).splitlines() if line]
        return Stack([Note(_NOT_LIVE, "info"), Facts([("Python", Lines(code))]), self._describe()])

    def _describe(self) -> Block:
        # with the comparison, however far it is: a notebook that runs by itself may end before a later copy arrives
        return describe_shown(self._state.shown._replace(comparison=self.value), self._source.title)

    def _brief(self) -> str:
        return say("of {title}: {count} selected", title=self._source.title, count=counted(len(self.selected), "version"))

    # ---- from the state to the widgets, on the loop's thread only

    def _changed(self) -> None:
        if self._closed or not LIVE:
            return
        with TURN, self._state.trying("paint"):
            self._controls.keep_order(front_end_message(get_ipython()).get("header", {}).get("subshell_id") or "")
            self._controls.paint(self._state, self._plan(self._state.asked, self._state.comparison), self._source.title)

    async def _draw(self, shown: Shown) -> None:
        """Draw off the loop's thread, since a large table takes its time, and write on it."""
        if not self._stays(shown):
            if shown.tab == "Chart" and shown.comparison is not None:
                self._put(shown.tab, None)
            try:
                text = await asyncio.to_thread(tab_text, shown)
            except Exception:
                self._put(shown.tab, "")
                raise
            self._put(shown.tab, text)
            self._chart = (shown.comparison, shown.metric, spoken()) if shown.tab == "Chart" else self._chart
        if self._copy.on_display:
            self._copy.update(await asyncio.to_thread(lambda: self._copy.bundle(describe_shown(shown, self._source.title))))

    def _stays(self, shown: Shown) -> bool:
        """Whether a panel keeps what it shows: a chart of the same, and all but a card until what comes after it is compared."""
        if shown.comparison is not None:
            return shown.tab == "Chart" and self._chart == (shown.comparison, shown.metric, spoken())
        return LIVE and shown.comparing and shown.tab != "Card" and bool(self._panel(shown.tab).value)

    def _panel(self, tab: str) -> Any:
        return self._controls.panels.get(tab, self._controls.markdown)

    def _put(self, tab: str, text: str | None) -> None:
        """Show a text in a panel; None while a chart is drawn, for which the one before it keeps room, unseen."""
        if not LIVE or self._closed:
            return
        with TURN:
            panel, waits = self._panel(tab), text is None
            self._controls.drawing.layout.display = None if waits else "none"
            (panel.add_class if waits else panel.remove_class)("pai-unseen")
            panel.value, self._chart = (panel.value, None) if text is None else (text, self._chart)


def _take_away(controls: Controls, user: LoopUser) -> None:
    """Take the widgets away; after a dropped explorer on the thread of the garbage collector, which may be any, and waits for no lock."""
    if LIVE:
        controls.close()
    shared_loop.forget(user)


def _source_of(source: Any) -> VersionSource:
    if isinstance(source, VersionSet):
        return SetSource(source)
    if source is None or isinstance(source, Registry):
        return RegistrySource(default_registry() if source is None else source)
    hint = say("Use pnb.Explorer(), pnb.Explorer(registry) or pnb.Explorer(versions).")
    if isinstance(source, str):
        wanted = 'connect("demo")' if source.casefold() == "demo" else f"get_versions({source!r})"
        hint = say("Use {code}.", code=f"pnb.Explorer(pnb.{wanted})")
    said = say("an explorer looks into a registry or a set of versions, not into {kind}", kind=type(source).__name__)
    raise ConfigurationError(said, hint=hint)


def close_all() -> None:
    """Close every explorer that is open, as unloading the extension does."""
    for explorer in list(_open):
        explorer.close()
