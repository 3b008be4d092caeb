"""Names of models, datasets and people: asked for where versions are fetched, so that what is shown later needs no request.

No failure here fails a fetch; what it costs is the name. Of each kind one request goes first, and the others, in parallel, when it was
granted; the first refusal turns the kind off for the life of the registry.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pai_notebook.client.operations import ask_dataset, ask_dataset_version, ask_members, ask_model
from pai_notebook.errors import DeadlineExceeded, NotFound, PaiError, ServiceUnavailable, Throttled
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.metrics_document import datasets_of
from pai_notebook.model.source import DatasetName, read_storage, split_dataset

if TYPE_CHECKING:
    from pai_notebook.client import Client, Reply
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.versions.cache import Memory

# Requests for names that one call makes at most, those for members among them, and seconds that it waits for them.
MOST_REQUESTS = 20
_MEMBER_PAGES = 5
_PATIENCE = 5.0
# Members on a page.
_PAGE = 100
# Characters of a name that are kept; the service allows fewer.
_LONGEST = 200
# Workspaces that are none: not known, and that of public models.
_NOWHERE = ("", "0")
# What names are asked for.
_KINDS = frozenset({"models", "datasets", "people"})
# What may be otherwise a moment later.
_PASSING = (DeadlineExceeded, ServiceUnavailable, Throttled)


@dataclass
class _NameKind:
    """One kind of name: what was found, None for what does not exist; when each was asked for; and whether the key may ask."""

    permission: str
    what: Phrase
    found: dict[Any, Any] = field(default_factory=dict)
    tried: dict[Any, float] = field(default_factory=dict)
    granted: bool = False
    refused: bool = False


@dataclass(frozen=True)
class _Dataset:
    """What GetDataset says: the name, the address, and the number of examples where there has been one version only."""

    name: str
    uri: str
    examples: int | None


class NameResolver:
    """Finds the names of one registry; everything here runs on the client's loop.

    Parameters
    ----------
    client : Client
        The client of the service, whose pace and connections are used.
    memory : Memory
        Remembers the names of models, and their workspaces.
    seconds : float
        After how long a name that could not be had at the time is asked for again.
    """

    def __init__(self, client: Client, memory: Memory, *, seconds: float) -> None:
        self._client = client
        self._memory = memory
        self._seconds = seconds
        self._models = _NameKind("paimodel:GetModel", say("names of models"))
        self._datasets = _NameKind("paidataset:GetDataset", say("names of datasets"))
        self._counts = _NameKind("paidataset:GetDatasetVersion", say("numbers of examples of datasets"))
        self._members = _NameKind("paiworkspace:ListMembers", say("names of people"))

    @property
    def notes(self) -> list[Phrase]:
        """Which names cannot be had and which RAM action is lacking, a sentence each."""
        told = "{what} are not shown: the key may not call {permission}"
        kinds = (self._models, self._datasets, self._counts, self._members)
        return [say(told, what=kind.what, permission=kind.permission) for kind in kinds if kind.refused]

    async def resolve(
        self,
        versions: Iterable[ModelVersion],
        budget: NameBudget | None = None,
        *,
        kinds: frozenset[str] = _KINDS,
        datasets: Container[str] | None = None,
    ) -> int:
        """Put the names into the provenance of versions that were just fetched; return how many datasets were not asked for.

        Parameters
        ----------
        versions : iterable of ModelVersion
            The versions.
        budget : NameBudget, optional
            What the call may still ask for; by default this is all of the call.
        kinds : frozenset of str
            Which names to look up: of `models`, `datasets`, `people`.
        datasets : container of str, optional
            Which datasets to ask about, as metrics name them; by default all.
        """
        together: dict[tuple[int, str], list[ModelVersion]] = {}
        for version in versions:
            together.setdefault((id(version.provenance), version.model_id), []).append(version)
        groups = [(model_id, _occurring(group), group) for (_, model_id), group in together.items()]
        identities = dict.fromkeys(each for _, (found, _), _ in groups for each in found)
        asked = [each for each in identities if "datasets" in kinds and (datasets is None or each in datasets)]
        people = list(dict.fromkeys(user for _, (_, users), _ in groups for user in users)) if "people" in kinds else []
        # a name that a long search has seen with its models may no longer be among those that are remembered
        called = {model_id: self._memory.models.name_of(model_id) or group[0].provenance.model_name for model_id, _, group in groups}
        models = called if kinds & {"models", "people"} else {}
        # a service that hangs here must not hold back what has arrived
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._ask(models, asked, people, budget or NameBudget(), counts="people" in kinds)
        names, addresses, known = self._names_of_people(), self._addresses(), self._memory.models
        for model_id, (found, users), group in groups:
            provenance = replace(
                group[0].provenance,
                model_name=known.name_of(model_id) or group[0].provenance.model_name,
                datasets=tuple(self._dataset_names(found, addresses)),
                people=tuple((user, names[user]) for user in users if user in names),
            )
            for version in group:
                version.__dict__["provenance"] = provenance
                version.__dict__.pop("metrics", None)
        ids = {dataset_id for dataset_id, _ in map(split_dataset, asked) if dataset_id}
        return 0 if self._datasets.refused else len(ids - self._datasets.found.keys())

    async def people(self, model: Model) -> tuple[tuple[str, str], ...]:
        """Names of the people of a model."""
        users = list(dict.fromkeys(filter(None, (model.owner_id, model.user_id))))
        if model.workspace_id not in _NOWHERE:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self._people([model.workspace_id], users, _RequestBudget(_MEMBER_PAGES))
        names = self._names_of_people()
        return tuple((user, names[user]) for user in users if user in names)

    async def _ask(
        self, models: Mapping[str, str], identities: Sequence[str], people: Sequence[str], budget: NameBudget, *, counts: bool
    ) -> None:
        known, own = self._memory.models, self._client.settings.workspace_id
        unknown = [model for model, name in models.items() if not name or (people and not own and known.workspace_of(model) is None)]
        parts = [split_dataset(identity) for identity in identities]
        await asyncio.gather(
            self._each(self._models, unknown, self._model, budget.names),
            self._each(
                self._datasets, list(dict.fromkeys(dataset_id for dataset_id, _ in parts if dataset_id)), self._dataset, budget.names
            ),
            self._each(self._counts, [part for part in parts if counts and all(part)], self._count, budget.names),
            self._people([own] if own else [], people, budget.pages),
        )
        # only now it is known which workspaces the models belong to; public models are in none
        found = dict.fromkeys(known.workspace_of(model) or "" for model in models)
        await self._people([workspace for workspace in found if workspace not in _NOWHERE], people, budget.pages)

    async def _each(self, kind: _NameKind, keys: Sequence[Any], ask: Callable[[Any], Awaitable[Any]], budget: _RequestBudget) -> None:
        """Ask about each key that is not known: alone until one was granted, then all together."""
        now = time.monotonic()
        left = [key for key in keys if key not in kind.found and (key not in kind.tried or now - kind.tried[key] > self._seconds)]
        while left and not kind.granted and not kind.refused and budget.take():
            # whoever asks at the same time waits for this one, so that a refusal is had once
            asked = await self._client.share(("names", kind.permission), partial(self._one, kind, left[0], ask))
            left = [key for key in left if key != asked]
        if kind.granted and not kind.refused:
            unknown = [key for key in left if key not in kind.found and budget.take()]
            # what another call asks for at this moment is waited for, not asked for again
            share, name = self._client.share, kind.permission
            await asyncio.gather(*(share(("names", name, key), partial(self._one, kind, key, ask)) for key in unknown))

    async def _one(self, kind: _NameKind, key: Any, ask: Callable[[Any], Awaitable[Any]]) -> Any:
        """Ask about one key, and return it: whoever shares the request may have meant another one."""
        try:
            kind.found[key] = await ask(key)
        except NotFound as error:
            # either this one is gone, or the endpoint does not have the action at all
            if error.code.startswith("Invalid"):
                kind.refused = True
            else:
                kind.found[key] = None
        except _PASSING:
            pass
        except PaiError:
            kind.refused = True
        finally:
            kind.tried[key] = time.monotonic()
        kind.granted = kind.granted or key in kind.found
        return key

    async def _model(self, model_id: str) -> bool:
        reply = await self._client.ask(ask_model(model_id))
        self._memory.models.see([(model_id, _text(reply, "ModelName"), _text(reply, "WorkspaceId"))])
        return True

    async def _dataset(self, dataset_id: str) -> _Dataset:
        reply = await self._client.ask(ask_dataset(dataset_id))
        latest = reply.document.get("LatestVersion")
        # metrics that name no version were measured on this one for certain only where there has been no other
        only = latest if isinstance(latest, dict) and latest.get("VersionName") == "v1" else {}
        return _Dataset(_text(reply, "Name"), _text(reply, "Uri"), _whole(only.get("DataCount")))

    async def _count(self, key: tuple[str, str]) -> int | None:
        reply = await self._client.ask(ask_dataset_version(*key))
        return _whole(reply.document.get("DataCount"))

    async def _people(self, workspaces: Iterable[str], wanted: Sequence[str], budget: _RequestBudget) -> None:
        """Read the members of workspaces until everybody who is wanted has a name."""
        for workspace in workspaces:
            missing = [user for user in wanted if user not in self._names_of_people()]
            if missing:
                await self._each(self._members, [workspace], partial(self._read_members, wanted=missing, budget=budget), budget)

    async def _read_members(self, workspace: str, *, wanted: Sequence[str], budget: _RequestBudget) -> dict[str, str]:
        found: dict[str, str] = {}
        for number in range(1, _MEMBER_PAGES + 1):
            reply = await self._client.ask(ask_members(workspace, number, _PAGE))
            members = reply.document.get("Members") or ()
            for member in members:
                name = next((text for key in ("DisplayName", "MemberName", "AccountName") if (text := _clean(member.get(key)))), "")
                if name and isinstance(member.get("UserId"), str):
                    found[member["UserId"]] = name
            if len(members) < _PAGE or found.keys() >= set(wanted) or not budget.take():
                break
        return found

    def _names_of_people(self) -> dict[str, str]:
        return {user: name for found in self._members.found.values() for user, name in (found or {}).items()}

    def _addresses(self) -> dict[tuple[str, str], str]:
        """Ids of datasets by where they lie."""
        return {_place(known.uri): key for key, known in self._datasets.found.items() if known and known.uri}

    def _dataset_names(self, identities: Iterable[str], addresses: dict[tuple[str, str], str]) -> Iterator[DatasetName]:
        for identity in identities:
            dataset_id, version = split_dataset(identity)
            if dataset_id:
                known = self._datasets.found.get(dataset_id)
                examples = self._counts.found.get((dataset_id, version)) if version else known and known.examples
            else:
                dataset_id, examples = addresses.get(_place(identity), ""), None
                known = self._datasets.found.get(dataset_id)
            if examples or (known and known.name):
                yield DatasetName(identity, known.name if known else "", dataset_id, examples)


def _occurring(versions: Iterable[ModelVersion]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Datasets, as metrics name them, and accounts that occur in some versions."""
    identities: dict[str, None] = {}
    people: dict[str, None] = {}
    for version in versions:
        document = version._document  # noqa: SLF001 - reads without a copy
        identities.update(dict.fromkeys(datasets_of(document.get("Metrics"))))
        people.update((user, None) for key in ("OwnerId", "UserId") if isinstance(user := document.get(key), str) and user)
    identities.pop("", None)
    return tuple(identities), tuple(people)


class _RequestBudget:
    """How many requests a call may still make."""

    def __init__(self, count: int) -> None:
        self._left = count

    def take(self) -> bool:
        """Take one, where there is one left."""
        self._left -= 1
        return self._left >= 0


class NameBudget:
    """How many names one call may still ask for: pages of members, and all others."""

    def __init__(self, names: int = MOST_REQUESTS - _MEMBER_PAGES) -> None:
        self.names, self.pages = _RequestBudget(names), _RequestBudget(_MEMBER_PAGES)


def _text(reply: Reply, key: str) -> str:
    return _clean(reply.document.get(key))


def _clean(value: Any) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _place(uri: str) -> tuple[str, str]:
    """Bucket and key of an address in OSS, however its end and its endpoint are written; any other address as it is."""
    storage = read_storage(uri)
    return (storage.bucket, storage.key.strip("/")) if storage.bucket else ("", uri.rstrip("/"))
