"""Sources of the explorer, a registry or a set of versions at hand, and how they are asked."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pai_notebook.comparison.baseline import Chosen
from pai_notebook.comparison.code import connecting, fetching, from_source, plan_of
from pai_notebook.i18n.phrases import say
from pai_notebook.model.address import Address
from pai_notebook.model.nearest import counted
from pai_notebook.model.registered_model import Model
from pai_notebook.model.selector_words import BASELINES
from pai_notebook.model.version import ModelVersion
from pai_notebook.python_source import IT, Plan, step
from pai_notebook.registry.baseline import compare_within
from pai_notebook.registry.packed_models import told_of
from pai_notebook.registry.registry import Registry
from pai_notebook.registry.result import Arrivals
from pai_notebook.versions.versions import VersionSet

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison

# Models that a search lists; a longer list is to be narrowed.
MODELS = 200
T = TypeVar("T")
Progress = Callable[[int, int | None], None]
# Arguments of `Registry.compare` that are not as by default.
Terms = dict[str, Any]
# Models, whether there are more, and how many versions they have where that is known.
Found = tuple[Sequence[Model], bool, Mapping[str, int]]
_GIVEN = step("given", "vs", of="pnb", comment="the versions that the explorer was made of")
# Words for a baseline; the first is the choice by the rule of `VersionSet.compare`.
BASELINE_OPTIONS = {"": say("default: approved"), **BASELINES}
# The service's own filters, which are words of a search.
_FILTER = re.compile(r"(?<!\S)(workspace|label|provider)=(\S+)")


class RegistrySource:
    """Answers from a registry, which stays open when the explorer is closed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.title = say("PAI model registry {name}", name=registry.name)
        settings = registry.client.settings
        self._connecting = connecting(settings.endpoint.host, settings.region, settings.workspace_id)
        self._settled: tuple[VersionSet, str | None, Chosen] | None = None

    async def _ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Ask in the client's name, so that closing the registry ends it with an error that says so."""
        return await asyncio.wrap_future(self._registry.client.submit(coroutine))

    def plan(self, asked: Sequence[Address], versions: VersionSet, _: Comparison | None, terms: Terms) -> Plan:
        """Steps that give without the explorer what it shows."""
        if not asked:
            return self._connecting, step("Explorer", of="pnb")
        texts = [str(address) for address in asked]
        if len(versions) > 1:
            return self._connecting, step("compare", *texts, of="registry", **terms)
        single = len(asked) == 1 and asked[0].selector.is_single
        return self._connecting, step("get_version" if single else "get_versions", *texts, of="registry")

    def compare(self, versions: VersionSet, terms: Terms) -> Comparison:
        """Compare versions that were fetched with a baseline that is fetched beside them, once for the same versions."""
        chosen = terms.get("baseline")
        if self._settled is not None and self._settled[0] is versions and self._settled[1] == chosen:
            return versions.compare(**{**terms, "baseline": self._settled[2]})
        comparison = self._registry.compare(versions, **terms, progress=False)
        if comparison.baseline is not None and comparison.errors.keys() == versions.errors.keys():
            self._settled = versions, chosen, Chosen(comparison.baseline, comparison.baseline_reason)
        return comparison

    async def find_models(self, search: str) -> Found:
        """Models that meet a search."""
        query = " ".join(_FILTER.sub("", search).split()) or None
        workspace, label, provider = map(dict(_FILTER.findall(search)).get, ("workspace", "label", "provider"))
        asking = self._registry.client.list_models(limit=MODELS, query=query, workspace_id=workspace, label=label, provider=provider)
        listing = await self._ask(asking)
        self._registry.fetcher.memory.models.see(told_of(listing))
        return list(map(Model, listing.items)), len(listing.items) == MODELS != listing.total, {}

    async def list_versions(self, model_id: str, progress: Progress) -> Sequence[ModelVersion]:
        """Versions of a model."""
        return await self._ask(self._registry.fetcher.list_versions(model_id, Arrivals(progress=progress)))

    async def fetch_versions(self, addresses: Sequence[Address], progress: Progress, *, refresh: bool) -> VersionSet:
        """Whole versions, with the failures; `refresh` asks past whatever is remembered."""
        arrivals = Arrivals(progress=progress)
        await self._ask(self._registry.fetcher.fetch(addresses, arrivals, refresh=refresh))
        return VersionSet(*arrivals.answer(addresses))


class SetSource:
    """Answers from versions that are already here; makes no request."""

    def __init__(self, versions: VersionSet) -> None:
        self._versions = versions
        self.title = counted(len(versions), "version")

    def plan(self, asked: Sequence[Address], versions: VersionSet, comparison: Comparison | None, _: Terms) -> Plan:
        """Steps that give without the explorer what it shows."""
        if comparison is not None:
            return from_source(plan_of(comparison, otherwise=_GIVEN), comparison.versions)
        shown = versions or self._versions
        found = fetching(shown, shown.errors, self._versions.path, otherwise=_GIVEN)
        return from_source(found if asked else (*found, step("Explorer", IT, of="pnb")), shown)

    def compare(self, versions: VersionSet, terms: Terms) -> Comparison:
        """Compare versions of the set with a baseline of the set."""
        return compare_within(self._versions, [versions], **terms)

    async def find_models(self, search: str) -> Found:
        """Models of the set whose id or name contains the query."""
        counts = Counter(version.model_id for version in self._versions)
        latest = {model_id: self._of(model_id).latest for model_id in counts}
        models = [Model({"ModelId": of, "ModelName": v.provenance.model_name, "LatestVersion": v.raw}) for of, v in latest.items()]
        return [model for model in models if search.casefold() in f"{model.model_id} {model.name}".casefold()], False, counts

    async def list_versions(self, model_id: str, _: Progress) -> Sequence[ModelVersion]:
        """Versions of a model."""
        return self._of(model_id)

    async def fetch_versions(self, addresses: Sequence[Address], _: Progress, *, refresh: bool) -> VersionSet:  # noqa: ARG002 - all are here
        """Whole versions, with the failures."""
        return self._versions.select(*addresses)

    def _of(self, model_id: str) -> VersionSet:
        return VersionSet(version for version in self._versions if version.model_id == model_id)


# What answers jobs, on the loop of `jobs.py`.
VersionSource = RegistrySource | SetSource
