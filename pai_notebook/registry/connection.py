"""Connecting: the settings of a registry, the default registry, and the functions that use it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.arguments import checked
from pai_notebook.client import Client, Limits, resolve_credentials, resolve_settings
from pai_notebook.client.masking import Hidden
from pai_notebook.errors import ConfigurationError
from pai_notebook.registry.baseline import compare_within
from pai_notebook.registry.registry import OnError, Registry

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    import httpx

    from pai_notebook.client.credential_sources import CredentialsLike
    from pai_notebook.comparison import Comparison
    from pai_notebook.comparison.aligned import Told
    from pai_notebook.comparison.series import SeriesLike
    from pai_notebook.comparison.tolerance import ToleranceLike
    from pai_notebook.model.address import Address
    from pai_notebook.model.filtering import Words
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.registry.baseline import What
    from pai_notebook.registry.models import ModelList
    from pai_notebook.versions.versions import VersionSet

__all__ = [
    "compare",
    "connect",
    "current_registry",
    "default_registry",
    "get_model",
    "get_version",
    "get_versions",
    "list_models",
    "list_versions",
    "watch",
]

_PACE = 40.0
_lock = threading.Lock()
_default: Registry | None = None


@checked
def connect(
    name: str | None = None,
    *,
    region: str | None = None,
    workspace_id: str | None = None,
    network: str | None = None,
    endpoint: str | None = None,
    credentials: CredentialsLike | None = None,
    default: bool = True,
    cache_seconds: float = 60.0,
    transport: httpx.AsyncBaseTransport | None = None,
    max_attempts: int = 4,
    connect_timeout: float = 3.0,
    attempt_timeout: float = 10.0,
    deadline: float = 30.0,
    backoff_scale: float = 1.0,
    max_bytes: int = 16 * 2**20,
    requests_per_second: float | None = _PACE,
    retry_quota: int = 500,
    max_workers: int = 8,
) -> Registry:
    """Connect to a registry and make it the default one; sends nothing yet.

    Parameters
    ----------
    name : {"demo"}, optional
        `demo` is the embedded registry: the same API answered from bundled data, without a network. Of the settings below it uses
        none that say where the service is and whose key signs; they are refused.
    region : str, optional
        Region id such as `cn-hangzhou`; else from the environment (`REGION`, `ALIBABA_CLOUD_REGION_ID`, `dsw_region` and the other
        names that the vendor's tools use), else from `~/.pai/config.json`, else from the profile of the `aliyun` command.
    workspace_id, network : str, optional
        Workspace for `list_models`; `vpc` for the VPC endpoint. Else from the environment (`PAI_WORKSPACE_ID`,
        `PAI_NETWORK_TYPE`), else from `~/.pai/config.json`.
    endpoint : str, optional
        URL or host of the service, instead of the region's own; else, where neither region nor network is given, from the
        environment (`PAI_ENDPOINT`). Plain http only to this machine.
    credentials : tuple, callable or client, optional
        `(id, secret)`, `(id, secret, token)`, a callable that returns either, or an `alibabacloud_credentials` client. Else
        the environment, the credentials URI, and the vendor's chain, in that order, at the time of the call.
    default : bool
        Whether the module-level functions and `%paimodel` use this registry from now on. The one before stays open until it is
        closed or garbage-collected.
    cache_seconds : float
        How long, in seconds, a version that was fetched answers again without a request.
    transport : httpx.AsyncBaseTransport, optional
        Replaces the network, for tests.
    max_attempts : int
        Requests a call may take, the first included.
    connect_timeout, attempt_timeout, deadline : float
        Seconds for a connection, for one request, and for one answer with its retries and waits: a version, a model, or a page
        of a list. A call that takes many of them may take longer, and an interrupt keeps what has arrived.
    backoff_scale : float
        Scales the waits between attempts; 0 for tests.
    max_bytes : int
        Largest answer accepted, after decompression.
    requests_per_second : float or None
        Pace for this endpoint, shared by all registries of the process; None for none. The embedded registry has none by default.
    retry_quota : int
        Tokens for retries; an outage empties them, so that it is not made worse.
    max_workers : int
        Requests in flight at the same time.

    Returns
    -------
    Registry
        Closed by `close`, or at the end of a `with` block.

    Raises
    ------
    ConfigurationError
        When a setting cannot be used.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> registry = pnb.connect("demo", default=False)
    >>> len(registry.list_models()) >= 6
    True
    >>> registry.close()
    """
    global _default  # noqa: PLW0603 - one default registry per process is the feature
    # rebound at once, so that no traceback that shows local variables shows a key
    hidden, credentials = Hidden(credentials), None
    limits = Limits(
        max_attempts=max_attempts,
        connect_timeout=connect_timeout,
        attempt_timeout=attempt_timeout,
        deadline=deadline,
        backoff_scale=backoff_scale,
        max_bytes=max_bytes,
        requests_per_second=requests_per_second,
        retry_quota=retry_quota,
        max_workers=max_workers,
    )
    if name == "demo":
        from pai_notebook import demo  # noqa: PLC0415 - the bundled data load only when asked for

        _refuse_for_demo(region=region, network=network, endpoint=endpoint, credentials=hidden.reveal() is not None or None)
        if requests_per_second == _PACE:
            limits = replace(limits, requests_per_second=None)
        settings = resolve_settings(region=demo.REGION, endpoint=demo.ENDPOINT, workspace_id=workspace_id, limits=limits, environ={})
        provider = resolve_credentials((demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET))
        transport = transport or demo.transport()
    elif name is None:
        settings = resolve_settings(region=region, workspace_id=workspace_id, network=network, endpoint=endpoint, limits=limits)
        provider = resolve_credentials(hidden)
    else:
        raise ConfigurationError(f"there is no registry called {name!r}", hint="Use connect('demo'), or connect(region='cn-hangzhou').")
    registry = Registry(Client(settings, provider, transport=transport), name=name or "", cache_seconds=cache_seconds)
    if default:
        with _lock:
            _default = registry
    return registry


def _refuse_for_demo(**given: Any) -> None:
    """Raise for settings that the embedded registry would not use: whoever gives them may mean another one."""
    unused = [f"{name}=" for name, value in given.items() if value is not None]
    if unused:
        raise ConfigurationError(f"connect('demo') does not use {', '.join(unused)}", hint="Leave it out, or leave 'demo' out.")


def current_registry() -> Registry | None:
    """Return the default registry, None before anybody connected."""
    with _lock:
        return _default


def default_registry() -> Registry:
    """Return the registry that module-level functions and `%paimodel` use; connects from the environment on first use."""
    global _default  # noqa: PLW0603 - as in connect
    current = current_registry()
    if current is None:
        made = connect(default=False)
        with _lock:
            # another thread may have been faster; the one made here has sent nothing, and is forgotten
            current = _default = _default or made
    return current


@checked
def get_version(model_id: str, version_name: str | None = None, *, refresh: bool = False, suggest: bool = False) -> ModelVersion:
    """Fetch one version from the default registry, as `Registry.get_version` does.

    Parameters
    ----------
    model_id : str
        Id of the model, or an address like `model-a@latest` when `version_name` is left out.
    version_name : str, optional
        Name of the version.
    refresh : bool
        Ask the service even when the version was fetched a moment ago.
    suggest : bool
        When there is no such version, ask the service for similar names, in up to two more requests.

    Returns
    -------
    ModelVersion
        The version.

    Raises
    ------
    VersionNotFound, ModelNotFound
        When there is no such version; the hint has the nearest names that this registry has seen.
    AddressError, ConfigurationError
        When the address does not follow the grammar or means several versions.
    PaiError
        When the version could not be fetched.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> registry = pnb.connect("demo")
    >>> pnb.get_version("wine-cultivar", "1.5.0").approval_status
    'Approved'
    >>> registry.close()
    """
    return default_registry().get_version(model_id, version_name, refresh=refresh, suggest=suggest)


@checked
def get_versions(
    *addresses: str | Address | Sequence[str | Address],
    on_error: OnError = "collect",
    refresh: bool = False,
    suggest: bool = False,
    progress: bool | Callable[[int], None] = True,
) -> VersionSet:
    """Fetch several versions from the default registry, as `Registry.get_versions` does.

    Parameters
    ----------
    *addresses : str
        `model`, `model@latest`, `model@approved`, `model@last:5`, `model@0.1.0,0.2.0`, `model@0.1.0..0.9.0`, `model@1.*`, where
        `model` is an id, or a name that is unique; lists of addresses; or a model and, behind it, names of its versions.
    on_error : {"collect", "raise"}
        Return the versions that could be fetched and keep the failures in `errors`, or raise at the end when any failed.
    refresh : bool
        Ask the service even for versions that were fetched a moment ago.
    suggest : bool
        Ask the service for names near to those that do not exist.
    progress : bool or callable
        Show a progress line for what takes longer than half a second; or call this with the number of versions that arrived so far.

    Returns
    -------
    VersionSet
        In the order of the addresses, with the failures in `errors`.

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
    >>> registry = pnb.connect("demo")
    >>> [version.version_name for version in pnb.get_versions("wine-cultivar@1.4.0..1.6.0")]
    ['1.4.0', '1.5.0', '1.6.0']
    >>> registry.close()
    """
    return default_registry().get_versions(*addresses, on_error=on_error, refresh=refresh, suggest=suggest, progress=progress)


@checked
def compare(
    *what: What,
    baseline: str | ModelVersion | None = None,
    directions: Mapping[str, Told] | None = None,
    only: Literal["diff", "all"] = "diff",
    tolerance: ToleranceLike = 0,
    include: str | Sequence[str] | None = None,
    exclude: str | Sequence[str] | None = None,
    dataset: str | None = None,
    n: float | None = None,
    series: SeriesLike = None,
    by: str | None = None,
    among: VersionSet | None = None,
    on_error: OnError = "collect",
    refresh: bool = False,
    suggest: bool = False,
    progress: bool | Callable[[int], None] = True,
) -> Comparison:
    """Compare versions of the default registry, as `Registry.compare` does.

    Parameters
    ----------
    *what : str, ModelVersion or VersionSet
        Addresses, which are fetched, and versions that are here already.
    baseline : str or ModelVersion, optional
        `"approved"`, `"latest"`, `"previous"`, `"highest"`, `"first"`, a version name, an address, or a version; by default the
        newest approved version.
    directions : mapping, optional
        Which way a metric is better, by name or glob: `{"cer": "min", "val.*": "max"}`.
    only : {"diff", "all"}
        What is shown: rows that differ, or all rows.
    tolerance : float, str, pair or mapping
        How much may differ and still count as the same: 0.002, "5%", (0.002, 0.05), or a mapping of metrics to these.
    include, exclude : str or list of str
        Globs over names; each narrows the kind of row it names.
    dataset : str, optional
        Only metrics of this dataset.
    n : float, optional
        Number of examples behind every metric, for intervals; by default it is looked for beside each metric.
    series : {"last", "mean", "max", "min"} or mapping, optional
        Which number of a list is compared.
    by : str, optional
        The metric that matters, by name or `name@dataset`.
    among : VersionSet, optional
        Look addresses and the baseline up in these versions, such as those of `load`, and send nothing.
    on_error : {"collect", "raise"}
        Compare the versions that could be fetched, or raise when any failed.
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
    >>> registry = pnb.connect("demo")
    >>> c = pnb.compare("wine-cultivar@last:3", baseline="approved")
    >>> c.baseline_name, len(c.versions)
    ('1.5.0', 4)
    >>> registry.close()
    """
    terms: dict[str, Any] = {
        "baseline": baseline,
        "directions": directions,
        "only": only,
        "tolerance": tolerance,
        "include": include,
        "exclude": exclude,
        "dataset": dataset,
        "n": n,
        "series": series,
        "by": by,
    }
    if among is not None:
        return compare_within(among, what, **terms)
    return default_registry().compare(*what, **terms, on_error=on_error, refresh=refresh, suggest=suggest, progress=progress)


@checked
def list_versions(
    model_id: str,
    where: str | None = None,
    *,
    label: Mapping[str, Words] | None = None,
    approval: Words | None = None,
    framework: Words | None = None,
    format: Words | None = None,  # noqa: A002 - the API's word
    created_after: datetime | date | timedelta | str | None = None,
    last: int | None = None,
    progress: bool | Callable[[int], None] = True,
) -> VersionSet:
    """Return every version of a model of the default registry, as `Registry.list_versions` does.

    Parameters
    ----------
    model_id : str
        Id of the model, or its name where that is unique.
    where : str, optional
        A condition such as `cer < 0.2 and label.env in ('prod', 'test') and created > -30d`, as for `VersionSet.filter`.
    label : mapping, optional
        Key and value, or a list of values of which any will do.
    approval, framework, format : str or list of str, optional
        The word, or words of which any will do, in any case.
    created_after : datetime, date, timedelta or text, optional
        Only versions created later, as for `VersionSet.filter`.
    last : int, optional
        Only so many of the newest by creation time, which are then filtered.
    progress : bool or callable
        As for `get_versions`.

    Returns
    -------
    VersionSet
        In the order of names; `removed` says what the conditions removed.

    Raises
    ------
    AddressError, ConfigurationError
        For a condition or an argument that cannot be used.
    PaiError
        When a version could not be fetched; its `partial` is what arrived.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> registry = pnb.connect("demo")
    >>> [version.version_name for version in pnb.list_versions("wine-cultivar", approval="Approved")]
    ['1.0.0', '1.5.0']
    >>> registry.close()
    """
    return default_registry().list_versions(
        model_id,
        where,
        label=label,
        approval=approval,
        framework=framework,
        format=format,
        created_after=created_after,
        last=last,
        progress=progress,
    )


@checked
def watch(address: str, *, every: float = 30.0, sleep: Callable[[float], None] = time.sleep) -> Iterator[ModelVersion]:
    """Follow a version of the default registry until its approval status changes, as `Registry.watch` does.

    Parameters
    ----------
    address : str
        One version, as for `get_version`; `@latest` is resolved once, at the start.
    every : float
        Seconds between two requests, at least 1.
    sleep : callable
        Waits so many seconds; replaced in tests.

    Returns
    -------
    iterator of ModelVersion
        The version now, and each time it has changed.

    Raises
    ------
    ConfigurationError
        When `every` is less than 1, or the address means several versions.
    VersionNotFound, ModelNotFound
        When there is no such version.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> registry = pnb.connect("demo")
    >>> next(pnb.watch("wine-cultivar@1.9.0", every=60)).approval_status
    'Pending'
    >>> registry.close()
    """
    return default_registry().watch(address, every=every, sleep=sleep)


@checked
def get_model(model_id: str) -> Model:
    """Fetch one model from the default registry, as `Registry.get_model` does.

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
        When there is no such model; the hint has the nearest names and ids that were seen.
    AddressError
        When several models have the name.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> registry = pnb.connect("demo")
    >>> pnb.get_model("wine-cultivar").model_id
    'model-rbvg5w0xvkg09sgeed'
    >>> registry.close()
    """
    return default_registry().get_model(model_id)


@checked
def list_models(
    query: str | None = None,
    *,
    name: str | None = None,
    label: Mapping[str, Words] | None = None,
    workspace_id: str | None = None,
    provider: str | None = None,
    domain: Words | None = None,
    task: Words | None = None,
    origin: Words | None = None,
    model_type: Words | None = None,
    collections: str | Sequence[str] | None = None,
    limit: int | None = None,
) -> ModelList:
    """Find models in the default registry, as `Registry.list_models` does.

    Parameters
    ----------
    query : str, optional
        Fuzzy over name, domain, task and labels, as the service has it.
    name : str, optional
        The whole name.
    label : mapping, optional
        Key and value, or a list of values of which any will do; matched exactly.
    workspace_id : str, optional
        Models of one workspace; by default that of the connection; an empty text for everything the caller may see.
    provider : str, optional
        Public models of this provider, such as `pai` or `huggingface`, instead of one's own.
    domain, task, origin, model_type : str or list of str, optional
        The word, or words of which any will do, in any case.
    collections : str or list of str, optional
        Collections of the gallery, such as `QuickStart`.
    limit : int, optional
        At most so many.

    Returns
    -------
    ModelList
        In the order of the service.

    Raises
    ------
    ConfigurationError
        For an argument of the wrong type, and a label that no model has.
    PaiError
        When a page could not be fetched.

    Examples
    --------
    >>> import pai_notebook as pnb
    >>> registry = pnb.connect("demo")
    >>> [model.name for model in pnb.list_models("wine")]
    ['wine-cultivar']
    >>> registry.close()
    """
    return default_registry().list_models(
        query,
        name=name,
        label=label,
        workspace_id=workspace_id,
        provider=provider,
        domain=domain,
        task=task,
        origin=origin,
        model_type=model_type,
        collections=collections,
        limit=limit,
    )
