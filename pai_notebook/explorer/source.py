"""Sources of the explorer: a registry, or a set of versions at hand."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from pai_notebook.comparison.baseline import Chosen
from pai_notebook.comparison.code import connecting, fetching, from_source
from pai_notebook.explorer.listing import ModelLine
from pai_notebook.i18n.phrases import say
from pai_notebook.model.nearest import counted
from pai_notebook.model.registered_model import Model
from pai_notebook.python_source import IT, Expression, step
from pai_notebook.registry.baseline import compare_within
from pai_notebook.registry.result import Arrivals
from pai_notebook.versions.versions import VersionSet

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pai_notebook.comparison import Comparison
    from pai_notebook.explorer.jobs import FetchVersions, FindModels, ListVersions, Terms
    from pai_notebook.model.address import Address
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.python_source import Plan
    from pai_notebook.registry.registry import Registry

# Models that a search lists; a longer list is to be narrowed.
MODELS = 200
T = TypeVar("T")
Progress = Callable[[int, int | None], None]


class RegistrySource:
    """Answers from a registry, on its private loop.

    Parameters
    ----------
    registry : Registry
        Stays open when the explorer is closed.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.title = say("PAI model registry {name}", name=registry.name)
        settings = registry.client.settings
        self._connecting = connecting(settings.endpoint.host, settings.region, settings.workspace_id)
        self.submit, self.run = registry.client.submit, registry.client.run
        self._settled: tuple[VersionSet, str | None, Chosen] | None = None

    def plan(self, asked: Sequence[Address], versions: VersionSet, comparison: Comparison | None, terms: Terms) -> Plan:
        """Steps that give without the explorer what it shows."""
        del comparison
        return (self._connecting, *(_asked(asked, versions, terms.arguments) if asked else [step("Explorer", of="pnb")]))

    def compare(self, versions: VersionSet, terms: Terms) -> Comparison:
        """Compare versions that were fetched with a baseline that is fetched beside them, once for the same versions."""
        chosen: Any = terms.arguments["baseline"]
        if self._settled is not None and self._settled[0] is versions and self._settled[1] == chosen:
            return versions.compare(**{**terms.given, "baseline": self._settled[2]})
        comparison = self._registry.compare(versions, **terms.given, progress=False)
        if comparison.baseline is not None and comparison.errors.keys() == versions.errors.keys():
            self._settled = versions, chosen, Chosen(comparison.baseline, comparison.baseline_reason)
        return comparison

    async def find_models(self, job: FindModels) -> tuple[list[ModelLine], bool]:
        """Models that meet a search, and whether there are more."""
        asked = asdict(job.search)
        listing = await self._registry.client.list_models(limit=MODELS, **{key: value for key, value in asked.items() if value})
        lines = [ModelLine.of(Model(item)) for item in listing.items]
        self._registry.fetcher.memory.see_models(((line.model_id, line.name) for line in lines), whole=False)
        return lines, len(lines) == MODELS and listing.total != MODELS

    async def list_versions(self, job: ListVersions, progress: Progress) -> list[ModelVersion]:
        """Versions of a model."""
        return list(await self._registry.fetcher.list_versions(job.model_id, Arrivals(progress=progress)))

    async def fetch_versions(self, job: FetchVersions, progress: Progress) -> VersionSet:
        """Whole versions, with the failures."""
        arrivals = Arrivals(progress=lambda count, wanted: progress(count, job.count or wanted))
        await self._registry.fetcher.fetch(job.addresses, arrivals, refresh=job.refresh)
        return VersionSet(*arrivals.answer(job.addresses))

    def close(self) -> None:
        """Nothing to release: the loop belongs to the registry."""

    abandon = close


class SetSource:
    """Answers from versions that are already here; makes no request.

    Parameters
    ----------
    versions : VersionSet
        What can be picked.
    """

    def __init__(self, versions: VersionSet) -> None:
        from pai_notebook.client.loop import shared_loop  # noqa: PLC0415 - starts no thread yet
        from pai_notebook.client.tasks import LoopUser  # noqa: PLC0415 - as above

        self._versions = versions
        self._loop = shared_loop
        self._user = LoopUser()
        self.title = counted(len(versions), "version")

    def plan(self, asked: Sequence[Address], versions: VersionSet, comparison: Comparison | None, terms: Terms) -> Plan:
        """Steps that give without the explorer what it shows."""
        shown = versions or self._versions
        found = fetching(shown, shown.errors, self._versions.path, otherwise=_GIVEN)
        if not asked:
            return from_source((*found, step("Explorer", IT, of="pnb")), shown)
        # by its name: a rule may choose another version of the registry than of the set
        arguments = terms.arguments if comparison is None else {**terms.arguments, "baseline": comparison.baseline_name}
        if found[0].of == "registry":
            return from_source(_asked(asked, versions, arguments), shown)
        if len(versions) < 2:  # noqa: PLR2004 - one version has nothing to be compared with
            return found
        given = found[0].verb == "given"
        held: Any = Expression(found[0].args[0]) if given else found[0]
        compared = step("compare", *map(str, asked), of="pnb", **arguments, among=held)
        return (found[0], compared) if given else (compared,)

    def compare(self, versions: VersionSet, terms: Terms) -> Comparison:
        """Compare versions of the set with a baseline of the set."""
        return compare_within(self._versions, [versions], **terms.given)

    async def find_models(self, job: FindModels) -> tuple[list[ModelLine], bool]:
        """Models of the set whose id contains the query."""
        lines = []
        for model_id in self._versions.models:
            versions = self._of(model_id)
            latest = versions.latest
            name = latest.provenance.model_name
            lines.append(ModelLine(model_id, name, latest.version_name, latest.approval_status, len(versions)))
        query = job.search.query.casefold()
        return [line for line in lines if query in f"{line.model_id} {line.name}".casefold()], False

    async def list_versions(self, job: ListVersions, progress: Progress) -> list[ModelVersion]:
        """Versions of a model."""
        del progress
        return list(self._of(job.model_id))

    async def fetch_versions(self, job: FetchVersions, progress: Progress) -> VersionSet:
        """Whole versions, with the failures."""
        del progress
        return self._versions.select(*job.addresses)

    def _of(self, model_id: str) -> VersionSet:
        return VersionSet(version for version in self._versions if version.model_id == model_id)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine on the loop."""
        return self._loop.submit(coroutine, user=self._user)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for it, interruptibly."""
        return self._loop.run(coroutine, user=self._user)

    def close(self) -> None:
        """Release the loop, which ends with its last user."""
        self._loop.leave(self._user)

    def abandon(self) -> None:
        """As `close`, without waiting."""
        self._loop.forget(self._user)


# What answers jobs; everything asynchronous runs on the loop that `submit` starts it on.
VersionSource = RegistrySource | SetSource

_GIVEN = step("given", "vs", of="pnb", comment="the versions that the explorer was made of")


def _asked(addresses: Sequence[Address], versions: VersionSet, terms: Mapping[str, Any]) -> Plan:
    """Ask a registry for what the explorer shows."""
    texts = [str(address) for address in addresses]
    if len(versions) < 2:  # noqa: PLR2004 - one version has nothing to be compared with
        single = len(addresses) == 1 and addresses[0].selector.is_single
        return (step("get_version" if single else "get_versions", *texts, of="registry"),)
    return (step("compare", *texts, of="registry", **terms),)
