"""The Registry class: fetch, list and compare versions and models."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pai_notebook.arguments import described, number_argument
from pai_notebook.calls import checked
from pai_notebook.client import Client
from pai_notebook.client.pages import PAGE_SIZE
from pai_notebook.display import Block, Card, Code, Displayed, Facts, Inline, Note
from pai_notebook.errors import ConfigurationError, DeadlineExceeded, NotFound, ServiceUnavailable, Throttled
from pai_notebook.files import check_target
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.address import Address, address_of, parse_address, read_addresses
from pai_notebook.model.filtering import LabelsLike, Words, filtered_models, told_labels
from pai_notebook.model.group import members_of
from pai_notebook.model.nearest import listed
from pai_notebook.model.registered_model import Model
from pai_notebook.model.searching import VersionSearch
from pai_notebook.model.selectors import Selector
from pai_notebook.model.version import adopt_document
from pai_notebook.registry.baseline import RequestedBaseline, What, compare_within, compared_before, split
from pai_notebook.registry.fetcher import Fetcher
from pai_notebook.registry.models import ModelList
from pai_notebook.registry.packed_models import PackedModels, read_models, told_of
from pai_notebook.registry.progress import Progress
from pai_notebook.registry.result import Arrivals, FetchResult, keeping_partial, raise_when_empty
from pai_notebook.registry.search import UNCONFIRMED_REQUESTS, Finds, search_models
from pai_notebook.versions.known_models import MOST_MODELS
from pai_notebook.versions.versions import VersionSet, saved_versions

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    from pai_notebook.comparison import Comparison
    from pai_notebook.comparison.aligned import Told
    from pai_notebook.comparison.repeats import RepeatsLike
    from pai_notebook.comparison.series import SeriesLike
    from pai_notebook.comparison.tolerance import ToleranceLike
    from pai_notebook.io.drift import Drift
    from pai_notebook.model.version import ModelVersion

OnError = Literal["collect", "raise"]
_PLAIN_NAME = re.compile(r"[\w.-]+")


def _otherwise(query: str | None, name: str | None, label: LabelsLike | None, words: Mapping[str, Words | None]) -> Phrase | None:
    """Say which call may find a model where none was found; None where nothing is known."""
    if query:
        return say("it was looked for in names, domains, tasks and labels: registry.list_models() shows all")
    whole = next((given for given in (name, *words.values()) if isinstance(given, str)), None)
    if whole is not None and (text := whole.strip("*%")):
        return say("only the whole text matches: {code} looks for a part", code=f"list_models({text!r})")
    if label is not None:
        code = f"search_versions(label={described(label)})"
        return say("these are labels of models: {code} looks at those of versions", code=code)
    return None


@checked
class Registry(Displayed):
    """One PAI model registry: a region, its credentials, and what was fetched from it.

    Made by `connect`; thread-safe; also a context manager. Synchronous calls run on a private event loop, so the stop
    button of a notebook ends them within half a second and aborts what is in flight.

    Parameters
    ----------
    client : Client
        The client of the service.
    name : str
        What the registry is called when it shows itself.
    cache_seconds : float
        How long, in seconds, a version that was fetched answers again without a request; its card then tells its age.
    names : bool
        Whether names of models, datasets and people are asked for where versions are fetched.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> with pnb.connect("demo", default=False) as registry:
    ...     registry
    <Registry demo>
    """

    _instead = guide(
        {
            "list_models()": "models registered_models search_registered_models",
            'list_models(query="text") or search_versions("condition")': "search find query where filter grep",
            'list_models(query="text")': "search_models find_models find_model",
            "list_versions(model)": "versions",
            "search_versions(where)": "search_runs runs",
            "pnb.load(path)": "load",
            "compare(b, baseline=a)": "diff",
            "pnb.connect()": "connect from_env",
            'get_version("model@latest") or get_version("model@approved")': "get_model_version_by_alias get_latest_versions "
            "get_latest latest get_latest_version",
            "get_version(model, name)": "model_version get_model_version load_model download",
            "get_model(model_id)": "registered_model model",
            "get_model(model_id) or get_version(model_id, name)": "__getitem__ get fetch read open",
            "pnb.Explorer(registry)": "explore explorer widget ui gui browse",
        }
    )
    _leads_to = (
        ("ModelVersion", "get_version(model, name)"),
        ("Model", "get_model(model_id)"),
        ("VersionSet", "get_versions(addresses)"),
        ("Comparison", "compare(addresses)"),
    )

    def __init__(self, client: Client, *, name: str = "", cache_seconds: float = 60.0, names: bool = True) -> None:
        if not hasattr(client, "settings"):
            hint = say("Use {code}.", code="pnb.connect()")
            raise ConfigurationError(say("client={given} cannot be used", given=described(client)), hint=hint)
        self._client = client
        self.name = name or client.settings.region or client.settings.endpoint.host
        self._fetcher = Fetcher(client, cache_seconds=number_argument("cache_seconds", cache_seconds, least=0), names=names)

    @property
    def client(self) -> Client:
        """The client of the service: settings, clock offset, and the loop that runs its coroutines."""
        return self._client

    @property
    def fetcher(self) -> Fetcher:
        """Fetches addresses, for callers that run on the client's loop, as the explorer does."""
        return self._fetcher

    @property
    def workspace_id(self) -> str:
        """The workspace `list_models` looks into when none is named; empty for all that the caller may see."""
        return self._client.settings.workspace_id

    @property
    def notes(self) -> tuple[str, ...]:
        """Deviations of the service from its documentation, a sentence each."""
        return tuple(self._fetcher.notes)

    def get_version(
        self, model_id: str | Model, version_name: str | None = None, *, refresh: bool = False, suggest: bool = False
    ) -> ModelVersion:
        """Fetch one version with GetModelVersion.

        Parameters
        ----------
        model_id : str or Model
            Id of the model, or an address like `model-a@latest` when `version_name` is left out.
        version_name : str, optional
            Name of the version.
        refresh : bool
            Ask the service even when the version was fetched a moment ago.
        suggest : bool
            When it does not exist, ask the service for similar names, in up to two more requests, as `%paimodel` does.

        Returns
        -------
        ModelVersion
            The version, with the time of the answer in `fetched`.

        Raises
        ------
        VersionNotFound, ModelNotFound
            When the version does not exist; the hint has the nearest names seen so far.
        AddressError, ConfigurationError
            When the address does not follow the grammar or means several versions.
        PaiError
            When the version could not be fetched.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     model = registry.list_models()[0]
        ...     registry.get_version(f"{model.model_id}@latest").version_name == registry.list_versions(model.model_id).latest.version_name
        True
        """
        model_id = _id_of(model_id)
        address = parse_address(model_id) if version_name is None else address_of(model_id, version_name)
        if not address.selector.is_single:
            raise ConfigurationError(
                say("{address} does not name one version", address=address),
                hint=say("Add a version, as in get_version(model_id, '0.1.0'), or use get_versions."),
            )
        return self._fetch([address], refresh=refresh, suggest=suggest).raise_first()

    def get_versions(
        self,
        *addresses: str | Address | Model | ModelVersion | Sequence[str | Address | Model | ModelVersion],
        on_error: OnError = "collect",
        refresh: bool = False,
        suggest: bool = False,
        progress: bool | Callable[[int], None] = True,
    ) -> VersionSet:
        """Fetch many versions, by pages where that takes fewer requests.

        Parameters
        ----------
        *addresses : str
            `model`, `model@latest`, `model@approved`, `model@last:5`, `model@0.1.0,0.2.0`, `model@0.1.0..0.9.0`, `model@1.*`, where
            `model` is an id, or a name that is unique; models that `list_models` gave; lists of these; or a model and, behind it,
            names of its versions.
        on_error : {"collect", "raise"}
            Keep the good ones and name the bad ones in `errors`, or raise at the end when any failed.
        refresh : bool
            Ask the service even for versions that were fetched a moment ago.
        suggest : bool
            Ask the service for names similar to those that do not exist.
        progress : bool or callable
            Show a progress line after half a second; or call this with the number of versions that arrived so far,
            a few times a second.

        Returns
        -------
        VersionSet
            In the order of the addresses. An interrupt raises KeyboardInterrupt whose `partial` is the set so far.

        Raises
        ------
        AddressError, ConfigurationError
            When an address does not follow the grammar, or none is given.
        FetchErrors
            With `on_error="raise"`, when a version could not be fetched.
        PaiError
            When nothing could be fetched.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     vs = registry.get_versions("wine-cultivar@1.4.0..1.6.0", "iris-species@approved")
        ...     [version.version_name for version in vs], len(vs.models)
        (['1.4.0', '1.5.0', '1.6.0', '1.0.0'], 2)
        """
        read = read_addresses(addresses)
        if not read:
            raise ConfigurationError(
                say("no address given"), hint=say("Use get_versions('model-a@latest'), or list_models() to find models.")
            )
        outcome = self._fetch(read, refresh=refresh, suggest=suggest, progress=progress)
        return outcome.versions.raise_for_errors() if on_error == "raise" else outcome.versions

    def compare(
        self,
        *what: What,
        baseline: str | ModelVersion | Mapping[str, str | float] | None = None,
        directions: Mapping[str, Told] | None = None,
        only: Literal["diff", "all"] = "diff",
        tolerance: ToleranceLike = 0,
        include: str | Sequence[str] | None = None,
        exclude: str | Sequence[str] | None = None,
        dataset: str | None = None,
        n: float | None = None,
        series: SeriesLike = None,
        by: str | None = None,
        repeats: RepeatsLike = None,
        among: VersionSet | str | os.PathLike[str] | None = None,
        on_error: OnError = "collect",
        refresh: bool = False,
        suggest: bool = False,
        progress: bool | Callable[[int], None] = True,
    ) -> Comparison:
        """Compare versions with a baseline, which is fetched too, as the line `%paimodel compare` does.

        Parameters
        ----------
        *what : str, ModelVersion, VersionSet, dict or path
            Addresses, which are fetched, and what is here already: versions, documents as `VersionSet.from_documents` reads them, and
            files that `VersionSet.save` wrote. Where no address has to be fetched `pnb.compare` works without a registry, too.
        baseline : str, ModelVersion or mapping, optional
            `"approved"`, `"latest"`, `"previous"` or `"highest"` mean that version of the first model in the registry, `"first"`
            the first by name of those compared; a version name means a version that is compared, else one of the first model;
            `{"lr": 0.1}` the one that is compared and has these settings; an address or a version is added. By default the newest
            approved version of the first model; where none is approved, what `VersionSet.compare` takes by default, and the caption
            says so.
        directions : mapping, optional
            Which way a metric is better, by name or glob: `{"cer": "min", "val.*": "max"}`.
        only : {"diff", "all"}
            What is shown: rows that differ, or all rows.
        tolerance : float, str, pair or mapping
            How much may differ and still count as the same: 0.002, "5%", "1pp", (0.002, 0.05), or a mapping of metrics to these.
        include, exclude : str or list of str
            Globs over names; each narrows the kind of row it names; `labels`, `settings` or another whole section,
            or nothing but fields (`uri`), leaves out the others.
        dataset : str, optional
            Only metrics of this dataset.
        n : float, optional
            Number of examples behind every metric, for intervals; by default it is looked for beside each metric.
        series : {"last", "mean", "max", "min"} or mapping, optional
            Which number of a list is compared.
        by : str, optional
            The metric that matters, by name or `name@dataset`.
        repeats : str, list of str or mapping, optional
            Metrics whose lists hold one number a fold or a run, as for `VersionSet.compare`.
        among : VersionSet or path, optional
            Look addresses and the baseline up in these versions, or those of a file that `VersionSet.save` wrote, and send nothing.
        on_error : {"collect", "raise"}
            Compare the versions that could be fetched and keep the failures in `errors`, or raise when any failed.
        refresh, suggest : bool
            As for `get_versions`.
        progress : bool or callable
            As for `get_versions`.

        Returns
        -------
        Comparison
            Of what was asked for, and of the baseline.

        Raises
        ------
        VersionNotFound, ModelNotFound
            When a baseline that was asked for does not exist.
        ConfigurationError
            For an argument that cannot be used.
        PaiError
            When the baseline, or everything, could not be fetched.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("model-rbvg5wfo5d0gngz1b8@last:5", baseline="approved")
        ...     c.baseline_name, c.baseline_reason, len(c.versions)
        ('2.0.0', 'the newest approved version', 6)
        """
        terms: dict[str, Any] = {
            "directions": directions,
            "only": only,
            "tolerance": tolerance,
            "include": include,
            "exclude": exclude,
            "dataset": dataset,
            "n": n,
            "series": series,
            "by": by,
            "repeats": repeats,
        }
        if among is not None:
            return compare_within(among, what, baseline, **terms)
        asked, held, model = split(what)
        if (again := compared_before(asked, held, baseline, terms)) is not None:
            return again
        beside = RequestedBaseline(baseline, model)
        addresses = [*asked, *([beside.address] if beside.address else [])]
        found = self._fetch(addresses, refresh=refresh, suggest=suggest, progress=progress)
        fetched = found.of([beside.address] if beside.address else [])
        versions = held + found.of(asked)
        raise_when_empty(versions)
        versions += beside.failures(fetched)
        if on_error == "raise":
            versions.raise_for_errors()
        versions, chosen = beside.settle(versions, fetched)
        return versions.compare(chosen, **terms)

    def list_versions(
        self,
        model_id: str | Model,
        where: str | None = None,
        *,
        label: LabelsLike | None = None,
        approval: Words | None = None,
        framework: Words | None = None,
        format: Words | None = None,  # noqa: A002 - the API's word
        created_after: datetime | date | timedelta | str | None = None,
        last: int | None = None,
        progress: bool | Callable[[int], None] = True,
    ) -> VersionSet:
        """Return every version of a model in the order of names, narrowed as `VersionSet.filter` does it.

        Parameters
        ----------
        model_id : str or Model
            Id of the model, or its name where that is unique.
        where : str, optional
            A condition such as `cer < 0.2 and label.env in ('prod', 'test') and created > -30d`, as for `VersionSet.filter`. The service
            is asked for everything, so that its own filters change no answer.
        label : mapping, str or list of str, optional
            Key and value, or a list of accepted values, as `{"env": "prod"}` or `"env=prod"`; matched exactly.
        approval, framework, format : str or list of str, optional
            The word, or a list of accepted words; case does not matter.
        created_after : datetime, date, timedelta or text, optional
            Only versions created later, as for `VersionSet.filter`.
        last : int, optional
            Only so many of the newest by creation time, which are then filtered.
        progress : bool or callable
            As for `get_versions`.

        Returns
        -------
        VersionSet
            `removed` says what the conditions removed.

        Raises
        ------
        AddressError, ConfigurationError
            For a condition or an argument that cannot be used.
        PaiError
            When a version could not be fetched; its `partial` is what arrived.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     [version.version_name for version in registry.list_versions("wine-cultivar", approval="approved")]
        ['1.0.0', '1.5.0']
        """
        last = None if last is None else number_argument("last", last, least=1, whole=True)
        address = address_of(_id_of(model_id))
        if last is not None:
            address = replace(address, selector=Selector("last", count=last))
        versions = self._fetch([address], refresh=False, suggest=False, progress=progress).versions
        for error in versions.errors.values():
            error.partial = versions
            raise error
        return versions.filter(where, label=label, approval=approval, framework=framework, format=format, created_after=created_after)

    def watch(self, address: str, *, every: float = 30.0, sleep: Callable[[float], None] = time.sleep) -> Iterator[ModelVersion]:
        """Yield a version now and each time it has changed, until its approval status is another one.

        Parameters
        ----------
        address : str
            One version, as for `get_version`; `@latest` is resolved once, at the start.
        every : float
            Seconds between two requests, at least 1. A service that cannot be reached is asked again at the next turn.
        sleep : callable
            Replaced in tests.

        Yields
        ------
        ModelVersion
            The version now, and each time it has changed.

        Raises
        ------
        ConfigurationError
            When `every` is less than 1, or the address means several versions.
        VersionNotFound, ModelNotFound
            When the version does not exist.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     next(registry.watch("wine-cultivar@1.9.0", every=60)).approval_status
        'Pending'
        """
        every = number_argument("every", every, least=1)
        first = seen = self.get_version(address, refresh=True)
        yield first
        while seen.approval_status == first.approval_status:
            sleep(every)
            try:
                now = self.get_version(first.model_id, first.version_name, refresh=True)
            except (ServiceUnavailable, Throttled, DeadlineExceeded):
                continue
            if now != seen:
                seen = now
                yield seen

    def get_model(self, model_id: str) -> Model:
        """Fetch one model with GetModel.

        Parameters
        ----------
        model_id : str
            Id of the model, or its name where that is unique.

        Returns
        -------
        Model
            The model.

        Raises
        ------
        ModelNotFound
            When the model does not exist; the hint has the nearest names and ids seen so far.
        AddressError
            When several models have the name.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     registry.get_model("wine-cultivar").model_id
        'model-rbvg5w0xvkg09sgeed'
        """
        try:
            return self._client.run(partial(self._fetcher.get_model, address_of(model_id).model))
        except NotFound as error:
            self._fetcher.suggestions.hint(error)
            raise

    def list_models(
        self,
        query: str | None = None,
        *,
        name: str | None = None,
        label: LabelsLike | None = None,
        workspace_id: str | None = None,
        provider: str | None = None,
        domain: Words | None = None,
        task: Words | None = None,
        origin: Words | None = None,
        model_type: Words | None = None,
        collections: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> ModelList:
        """Find models with ListModels.

        Parameters
        ----------
        query : str, optional
            Fuzzy over name, domain, task and labels, as the service has it; `*` around it changes nothing.
        name : str, optional
            The whole name.
        label : mapping, str or list of str, optional
            Key and value, or a list of accepted values, as `{"env": "prod"}` or `"env=prod"`; matched exactly.
        workspace_id : str, optional
            Models of one workspace; by default that of the connection, unless `provider` is given; an empty text for everything
            the caller may see.
        provider : str, optional
            Public models of this provider, such as `pai` or `huggingface`, instead of one's own.
        domain, task, origin, model_type : str or list of str, optional
            The word, such as `nlp`, `text-classification`, `ModelScope`, `Checkpoint`, or a list of accepted words; case does not matter.
        collections : str or list of str, optional
            Collections of the gallery, such as `QuickStart`, as the service has them.
        limit : int, optional
            At most so many.

        Returns
        -------
        ModelList
            In the order of the service; an empty one says what was asked for.

        Raises
        ------
        ConfigurationError
            For an argument of the wrong type, and a label that no model has.
        PaiError
            When a page could not be fetched.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     [model.name for model in registry.list_models("wine")], len(registry.list_models(name="wine"))
        (['wine-cultivar'], 0)
        """
        limit = None if limit is None else number_argument("limit", limit, least=1, whole=True)
        query = query and query.strip("*%")
        words = {"domain": domain, "task": task, "origin": origin, "model_type": model_type}
        # checked before anything is sent; what the service could match in its own way is matched here
        filtered_models((), name=name, label=label, words=words)
        narrows = any(given is not None for given in (name, label, *words.values()))
        scope: dict[str, Any] = {"query": query, "workspace_id": workspace_id, "provider": provider, "collections": collections}
        listing = self._client.run(partial(self._client.list_models, name=name, limit=None if narrows else limit, **scope))
        found = [Model(item, fetched=listing.fetched) for item in listing.items]
        # only a list of everything says that a name is unique or does not exist
        everything = not narrows and limit is None and not any(scope.values()) and workspace_id is None
        self._fetcher.memory.models.see(told_of(listing), whole=everything and listing.complete)
        kept = filtered_models(found, name=name, label=label, words=words)[:limit]
        if workspace_id is None and provider is None:
            workspace_id = self.workspace_id
        told = {"query": query, "name": name, "provider": provider, **words, "collections": collections}
        asked = [say("workspace {id}", id=workspace_id) if workspace_id else say("all workspaces")]
        asked += [] if label is None else [told_labels(label)]
        told_of_it = [*asked, *(f"{key} {value!r}" for key, value in told.items() if value is not None)]
        if not kept and (part := _otherwise(query, name, label, words)):
            return ModelList(kept, asked=joined([joined(told_of_it), part], "; "))
        return ModelList(kept, asked=joined(told_of_it))

    def search_versions(
        self,
        where: str | None = None,
        *,
        models: str | Model | Iterable[str | Model] | None = None,
        approval: Words | None = None,
        label: LabelsLike | None = None,
        limit: int | None = None,
        workspace_id: str | None = None,
        confirm: bool | Callable[[int], bool] = False,
        progress: bool = True,
    ) -> VersionSet:
        """Find versions that meet conditions in all models, or in some.

        Models are read a few at a time, page by page, and only what is found is kept, beside the ids and names of the models, packed:
        about 50 bytes each. An interrupt keeps it too, as `partial` of the exception.

        Parameters
        ----------
        where : str, optional
            A condition in the grammar of `VersionSet.filter`, for example `accuracy@d-a > 0.9 and label.env == 'prod'`. A model that does
            not have a metric does not meet a condition on it. A dataset may be named as the registry calls it; then the names of those
            on which this metric was measured are asked for, at most 200; models whose datasets are left over are in `errors`.
        models : str, Model or several, optional
            Model ids or names, or what `list_models` gave; by default every model that `list_models()` finds.
        approval : str or list of str, optional
            The state or states wanted; case does not matter.
        label : mapping, str or list of str, optional
            Key and value, or a list of accepted values, as `{"env": "prod"}` or `"env=prod"`; matched exactly.
        limit : int, optional
            At most so many versions, the first in the order of the models; the search ends when they are found.
        workspace_id : str, optional
            As for `list_models`.
        confirm : bool or callable
            Whether to make more than 200 requests; a callable gets their number, at least one a model, and says so.
        progress : bool
            Show a progress line for what takes longer than half a second.

        Returns
        -------
        VersionSet
            In the order of the models, and of each as its list has it; `errors` has the models that could not be searched, by
            name where that is unique, also those in which a name of the condition could mean several metrics.

        Raises
        ------
        ConfigurationError
            When more than 200 requests would be made and `confirm` does not allow it: the message has their number.
        NameNotFound
            When a name of the condition occurs in no model.
        ComparisonError
            When a name of the condition means several metrics in every one of several models that have it.
        PaiError
            When models could not be listed.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     [version.version_name for version in registry.search_versions("accuracy@d-wineholdout0001 > 0.96", approval="approved")]
        ['1.0.0', '1.5.0']
        """
        limit = None if limit is None else number_argument("limit", limit, least=1, whole=True)
        if not isinstance(confirm, bool) and not callable(confirm):
            said = say("confirm={given} is neither true, false nor a function", given=described(confirm))
            raise ConfigurationError(said, hint=say("Pass confirm=True, or a function of the number of requests."))
        search = VersionSearch(where, label=label, approval=approval)
        with keeping_partial(VersionSet):
            searched = self._searched(models, workspace_id, confirm=confirm)
        finds = Finds(searched, limit)
        workers = self._client.settings.limits.max_workers
        shown = Progress(lambda: finds.done, wanted=lambda: finds.total, naming=lambda: finds.done == finds.total, of_models=True)
        with keeping_partial(lambda: finds.versions), shown as line:
            self._client.run(partial(search_models, self._fetcher, search, finds, workers), tick=line.tick if progress else None)
        if not finds.versions:
            search.refuse_several(len(finds.versions.errors))
        # an early end has not seen every model
        if not finds.is_enough and not finds.versions.errors:
            search.check()
        found = finds.versions
        return found._derive(found, finds.remark if found else search.remark, about=search.names)  # noqa: SLF001 - one of ours

    def _searched(
        self, models: str | Model | Iterable[str | Model] | None, workspace_id: str | None, *, confirm: bool | Callable[[int], bool]
    ) -> PackedModels:
        """The models to search; refused where they are too many to be searched unasked."""
        known, searched = self._fetcher.memory.models, PackedModels()
        if models is not None:
            searched.add([(model_id, "", "") for model_id in _model_ids(models)])
            self._confirm(len(searched), confirm=confirm)
            return searched
        listing = self._client.run(partial(self._client.list_models, limit=PAGE_SIZE, workspace_id=workspace_id))
        if listing.total is not None and listing.total <= len(listing.items):
            searched.add(told_of(listing))
            searched.complete = listing.complete
        else:
            if listing.total is not None:
                self._confirm(listing.total + math.ceil(listing.total / PAGE_SIZE), confirm=confirm)
            searched = self._client.run(partial(read_models, self._client, workspace_id))
            if listing.total is None:
                self._confirm(len(searched), confirm=confirm)
        if len(searched) <= MOST_MODELS:
            known.see(searched, whole=workspace_id is None and searched.complete)
        return searched

    def _confirm(self, requests: int, *, confirm: bool | Callable[[int], bool]) -> None:
        if requests <= UNCONFIRMED_REQUESTS or (confirm(requests) if callable(confirm) else confirm):
            return
        pace = self._client.settings.limits.requests_per_second or 40.0
        seconds = math.ceil(requests / pace)
        said = say("the search takes about {requests:,} requests, at least {seconds:,} s", requests=requests, seconds=seconds)
        raise ConfigurationError(said, hint=say("Pass confirm=True to search anyway, or models= to search only these."))

    def to_parquet(
        self,
        path: str | os.PathLike[str],
        models: str | Model | Iterable[str | Model] | None = None,
        *,
        fields: str | Sequence[str] | None = None,
        include: str | Sequence[str] | None = None,
        exclude: str | Sequence[str] | None = None,
        overwrite: bool = False,
        progress: bool = True,
    ) -> Path:
        """Write metrics, and versions, page by page as they arrive; for registries that do not fit into memory.

        Only a page and one group of rows are in memory, and the names of the versions of one model, packed: about ten bytes each.

        Parameters
        ----------
        path : path
            The file; it appears when everything is written. Needs the extra `parquet`.
        models : str, Model or several, optional
            Model ids or names, or what `list_models` gave; by default every model that `list_models()` finds.
        fields : str or list of str, optional
            Fields for a second file with one row a version, `all.versions.parquet` beside `all.parquet`, as `VersionSet.to_arrow` takes
            them; by default only metrics are written.
        include, exclude : str or list of str
            Globs over metric paths.
        overwrite : bool
            Whether to replace existing files.
        progress : bool
            Show a progress line for what takes longer than half a second.

        Returns
        -------
        pathlib.Path
            The file of metrics: one row a metric cell, the columns of `VersionSet.to_frame("long")`, the newest page of a model first.

        Raises
        ------
        ConfigurationError
            When pyarrow is missing, a field does not exist, a file exists, cannot be written, or has a name that says another format.
        PaiError
            When a page cannot be fetched; no file is left then.

        Examples
        --------
        >>> import tempfile
        >>> import pandas as pd
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry, tempfile.TemporaryDirectory() as folder:
        ...     metrics = pd.read_parquet(registry.to_parquet(f"{folder}/all.parquet", fields=["approval", "labels.env"]))
        ...     versions = pd.read_parquet(f"{folder}/all.versions.parquet")
        >>> list(versions.columns), len(metrics) > len(versions) > 100
        (['model', 'version', 'approval_status', 'labels.env'], True)
        """
        from pai_notebook.io.parquet import write_parquet  # noqa: PLC0415 - pandas loads on first use

        check_target(path, "to_parquet", overwrite=overwrite)
        ids = _model_ids(self.list_models() if models is None else models)
        pages = self._pages(ids, progress=progress)
        return write_parquet(path, pages, fields=fields, include=include, exclude=exclude, overwrite=overwrite)

    def _pages(self, model_ids: Sequence[str], *, progress: bool) -> Iterator[list[ModelVersion]]:
        count = 0
        with Progress(lambda: count) as line:
            for model_id in model_ids:
                for page in self._client.iterate(self._fetcher.stream_versions(model_id), tick=line.tick if progress else None):
                    count += len(page)
                    yield page

    def drift(self, versions: VersionSet | str | os.PathLike[str]) -> Drift:
        """Find what has changed in the registry since these versions were fetched or saved.

        Parameters
        ----------
        versions : VersionSet or path
            The versions, or the file that `VersionSet.save` wrote. Each of their models is listed anew.

        Returns
        -------
        Drift
            Changed fields with the time of modification, versions removed and added since; true when something saved changed, and when
            there was nothing to look up.

        Raises
        ------
        ConfigurationError
            When a version does not say which model it belongs to.
        PaiError
            When nothing could be fetched.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     model = registry.list_models()[0]
        ...     bool(registry.drift(registry.list_versions(model.model_id)))
        False
        """
        from pai_notebook.io.drift import find_drift  # noqa: PLC0415 - loads on first use

        versions = saved_versions("versions", versions)
        versions = VersionSet(members_of(versions), versions.errors)
        strange = [version.version_name for version in versions if not version.is_registered]
        if strange:
            said = say("{names} are not registered, so that nothing can be looked up", names=listed(strange, 3))
            raise ConfigurationError(said, hint=say("Pass versions that the registry gave."))
        if "" in versions.models:
            raise ConfigurationError(
                say("a version does not say which model it belongs to"), hint=say("Pass model_id= to from_document().")
            )
        outcome = self._fetch([Address(model) for model in versions.models], refresh=True, suggest=False, progress=True)
        now = outcome.versions
        # what was saved may say the name of a model where the service says its id
        saved = [_of_model(version, outcome.id_of(version.model_id)) for version in versions]
        found = {version.address for version in now}
        missing = [version.address for version in saved if version.address not in found]
        again = self.get_versions(missing, refresh=True) if missing else VersionSet()
        gone = [address for address, error in again.errors.items() if isinstance(error, NotFound)]
        failed = {address: error for address, error in again.errors.items() if address not in gone}
        return find_drift(saved, now + again, removed=gone, failed=failed)

    def assert_unchanged(self, versions: VersionSet | str | os.PathLike[str]) -> None:
        """Raise when a version is no longer what it was when it was fetched or saved; see `drift`.

        Parameters
        ----------
        versions : VersionSet or path
            As for `drift`.

        Raises
        ------
        DriftError
            When something has changed, or `versions` is empty; its `drift` has the details.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     registry.assert_unchanged(registry.list_versions("wine-cultivar"))
        """
        self.drift(versions).raise_if_changed()

    def _fetch(
        self, addresses: Sequence[Address], *, refresh: bool, suggest: bool, progress: bool | Callable[[int], None] = False
    ) -> FetchResult:
        arrivals = Arrivals()
        # reads what has arrived at any moment, so that an interrupt loses nothing
        outcome = FetchResult(addresses, arrivals)
        # progress is shown on the caller's thread, while it waits
        line = Progress(
            lambda: arrivals.count, wanted=lambda: arrivals.wanted, ended=lambda: outcome.tally, naming=lambda: arrivals.is_naming
        )
        tick = (lambda: progress(arrivals.count)) if callable(progress) else line.tick if progress else None
        with keeping_partial(lambda: outcome.versions), line:
            self._client.run(partial(self._fetcher.fetch, addresses, arrivals, refresh=refresh, suggest=suggest), tick=tick)
        return outcome

    def close(self) -> None:
        """Close the connections; the registry cannot be used afterwards.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> registry = pnb.connect("demo", default=False)
        >>> registry.close()
        >>> registry.list_models()
        Traceback (most recent call last):
        ...
        pai_notebook.errors.ConfigurationError: this registry was closed. Connect again with connect(...).
        """
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _brief(self) -> str:
        workspace = say("workspace {id}", id=self.workspace_id)
        return joined([self.name, workspace]) if self.workspace_id else self.name

    def _describe(self) -> Block:
        settings = self._client.settings
        names = self._fetcher.memory.models.names()
        facts: list[tuple[str, Inline]] = [
            (say("workspace"), Code(settings.workspace_id) if settings.workspace_id else say("all that the key can see")),
            (say("region"), settings.region or say("not needed")),
            (say("endpoint"), Code(settings.endpoint.url)),
            (
                say("signed with"),
                say("the demo's own key") if self.name == "demo" else self._client.identity or say("looked up at the first request"),
            ),
            (
                say("models"),
                say("{count} seen: {names}", count=len(names), names=listed([name or model_id for model_id, name in names.items()], 5))
                if names
                else say("not asked yet"),
            ),
            (say("next"), Code(_next_call(names))),
        ]
        notes = list(self.notes)
        offset = self._client.clock_offset.total_seconds()
        if abs(offset) > 1:
            behind = "this machine's clock is {seconds} s behind; corrected in every signature"
            ahead = "this machine's clock is {seconds} s ahead; corrected in every signature"
            notes.append(say(behind if offset > 0 else ahead, seconds=f"{abs(offset):.0f}"))
        return Card(say("PAI model registry {name}", name=self.name), blocks=[Facts(facts), *(Note(note, "warn") for note in notes)])


def _next_call(names: Mapping[str, str]) -> str:
    """What to write next: the list of models, or a comparison of the first of those that were seen."""
    if not names:
        return "registry.list_models()"
    model_id, name = next(iter(names.items()))
    return f'registry.compare("{name if _PLAIN_NAME.fullmatch(name) else model_id}@last:5")'


def _of_model(version: ModelVersion, model_id: str) -> ModelVersion:
    """Give a version of a model that was named by its name as one of the model's id."""
    if version.model_id == model_id:
        return version
    provenance = replace(version.provenance, model_name=version.model_id)
    return adopt_document(version._document, model_id=model_id, fetched=version.fetched, provenance=provenance)  # noqa: SLF001 - is not changed


def _id_of(model: str | Model) -> str:
    return model.model_id if isinstance(model, Model) else model


def _model_ids(models: str | Model | Iterable[str | Model]) -> list[str]:
    """Ids of models, which may be given as ids, as models, or as one of these."""
    several = [models] if isinstance(models, str | Model) or not isinstance(models, Iterable) else models
    ids = [_id_of(each) for each in several]
    if type(models).__name__ == "DataFrame" or not all(isinstance(each, str) for each in ids):
        raise ConfigurationError(
            say("models={models} cannot be used", models=described(models)), hint=say("Pass model ids, or what list_models() gave.")
        )
    return list(dict.fromkeys(ids))
