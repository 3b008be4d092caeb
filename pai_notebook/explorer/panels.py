"""What the explorer shows, described in the shapes of `display`: its tabs, its status, and the copy that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pai_notebook.comparison import Comparison
from pai_notebook.comparison.baseline import Chosen
from pai_notebook.display import Block, Card, Inline, Note, Section, Stack, Table, describe_error
from pai_notebook.errors import PaiError
from pai_notebook.model.card import approval_badge, labels_shape
from pai_notebook.model.fields import plain_fields, specs
from pai_notebook.model.nearest import counted
from pai_notebook.model.trees import tree_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pai_notebook.explorer.jobs import Shown

__all__ = ["TABS", "describe_failure", "describe_shown", "tab_block"]

_SPEC_SECTIONS = [f"{info.name}.*" for info in specs()]
_SECTIONS = ["labels.*", *_SPEC_SECTIONS]
_FIELDS = [info.name for info in plain_fields() if info.compared]


def tab_block(shown: Shown) -> Block:
    """What the tab on show shows."""
    if not shown.results or shown.version is None:
        return Note("Nothing fetched yet." if shown.error is None else "Nothing could be fetched.")
    return TABS[shown.tab](shown)


def describe_failure(error: Exception) -> Card:
    """An error as a panel; one that nobody expected is told by its type and text."""
    if isinstance(error, PaiError):
        return describe_error(error)
    return Card(f"{type(error).__name__}: {error}"[:500], "this was not expected; explorer.last_error has the exception", tone="bad")


def describe_shown(shown: Shown, title: str) -> Block:
    """The whole result as it stands, for a saved notebook, an export, or a terminal."""
    blocks: list[Block] = [describe_failure(shown.error)] if shown.error is not None else []
    if shown.comparison is not None:
        blocks.append(shown.comparison._describe())  # noqa: SLF001 - the hook that every shown object has
    elif len(shown.results) == 1:
        blocks.append(shown.results[0]._describe())  # noqa: SLF001 - as above
    elif shown.results:
        blocks.append(shown.results._describe())  # noqa: SLF001 - as above
    elif shown.models:
        blocks.append(_models(shown))
    elif not blocks:
        blocks.append(Note("Nothing fetched yet."))
    return Stack([Section(title, blocks)])


def _models(shown: Shown) -> Block:
    rows: list[list[Inline]] = [
        [line.name or line.model_id, line.model_id, line.latest, approval_badge(line.approval)] for line in shown.models[:20]
    ]
    return Table(["name", "model", "latest", "approval"], rows, caption="Models", total=len(shown.models), unit="models")


def _card(shown: Shown) -> Block:
    return shown.version._describe() if shown.version is not None else Note("Nothing fetched yet.")  # noqa: SLF001 - as above


def _metrics(shown: Shown) -> Block:
    part = _part(shown, [*_SECTIONS, *_FIELDS])
    return part if part is not None else shown.results._describe()  # noqa: SLF001 - as above


def _labels(shown: Shown) -> Block:
    part = _part(shown, ["*", *_SPEC_SECTIONS, *_FIELDS])
    if part is not None:
        return part
    rows: list[list[Inline]] = [
        [version.address, approval_badge(version.approval_status), labels_shape(version.labels)] for version in shown.results[:20]
    ]
    return Table(["version", "approval", "labels"], rows, caption="Labels", total=len(shown.results), unit="versions")


def _specs(shown: Shown) -> Block:
    part = _part(shown, ["*", "labels.*"])
    if part is not None:
        return part
    blocks: list[Block] = []
    for version in shown.results[:20]:
        found = {info.name: info.of(version) for info in specs() if info.of(version)}
        trees: list[Block] = [Section(name, [tree_of(value)]) for name, value in found.items()]
        blocks.append(Section(version.address, trees or [Note("No spec recorded.")], summary=counted(len(found), "spec")))
    return Stack(blocks)


def _part(shown: Shown, exclude: list[str]) -> Block | None:
    """The comparison without some kinds of rows, None when there is none."""
    whole = shown.comparison
    if whole is None or whole.baseline is None:
        return None
    arguments = {**whole.arguments, "baseline": Chosen(whole.baseline, whole.baseline_reason), "exclude": exclude}
    part = Comparison(whole.versions, errors=whole.errors, removed=whole.removed, **arguments)
    return part._describe()  # noqa: SLF001 - as above


TABS: dict[str, Callable[[Shown], Block]] = {"Card": _card, "Metrics": _metrics, "Labels": _labels, "Specs": _specs}
