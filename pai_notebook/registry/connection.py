"""Connecting: the settings of a registry, the default registry, and the functions that use it."""

from __future__ import annotations

import functools
import inspect
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from pai_notebook.arguments import described
from pai_notebook.calls import checked
from pai_notebook.client import Client, Limits, resolve_credentials, resolve_settings
from pai_notebook.client.masking import Hidden
from pai_notebook.errors import ConfigurationError
from pai_notebook.files import means_file
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.registry.baseline import needs_registry
from pai_notebook.registry.registry import Registry
from pai_notebook.versions.versions import VersionSet

if TYPE_CHECKING:
    import httpx

    from pai_notebook.client.credential_sources import CredentialsLike

P = ParamSpec("P")
R = TypeVar("R")

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
    names: bool = True,
    transport: httpx.AsyncBaseTransport | None = None,
    max_attempts: int = 4,
    connect_timeout: float = 3.0,
    attempt_timeout: float = 10.0,
    deadline: float = 30.0,
    backoff_scale: float = 1.0,
    max_bytes: int = 16 * 2**20,
    requests_per_second: float | None = 40.0,
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
    names : bool
        Whether names of models, datasets and people are asked for where versions are fetched: a request for each that is new, in
        parallel, at most 20 a call. What the key may not ask for is asked once.
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
    if transport is not None and (isinstance(transport, type) or not hasattr(transport, "handle_async_request")):
        raise ConfigurationError(
            say("{name}={value} cannot be used", name="transport", value=described(transport)),
            hint=say("Pass {words}.", words="an httpx.AsyncBaseTransport"),
        )
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
        if requests_per_second == Limits().requests_per_second:  # not asked for
            limits = replace(limits, requests_per_second=None)
        settings = resolve_settings(region=demo.REGION, endpoint=demo.ENDPOINT, workspace_id=workspace_id, limits=limits, environ={})
        provider = resolve_credentials((demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET))
        transport = demo.transport() if transport is None else transport
    elif name is None:
        settings = resolve_settings(region=region, workspace_id=workspace_id, network=network, endpoint=endpoint, limits=limits)
        provider = resolve_credentials(hidden)
    else:
        code = _meant_by(name)
        hint = say("Use {code}.", code=code) if code else say("Use connect('demo'), or connect(region='cn-hangzhou').")
        raise ConfigurationError(say("unknown registry {name!r}", name=name), hint=hint)
    registry = Registry(Client(settings, provider, transport=transport), name=name or "", cache_seconds=cache_seconds, names=names)
    if default:
        with _lock:
            _default = registry
    return registry


def _meant_by(name: str) -> str:
    """Write the call that takes what is no name of a registry: a file, an address or a region; empty for others."""
    if (means_file(name) or "/" in name or "\\" in name) and "://" not in name:
        return f"pnb.load({name!r})"
    if "://" in name or name.endswith(".aliyuncs.com"):
        return f"connect(endpoint={name!r})"
    return f"connect(region={name!r})" if re.fullmatch(r"[a-z]{2}-[a-z]+(-[a-z0-9]+)*", name) else ""


def _refuse_for_demo(**given: Any) -> None:
    """Raise for settings that the embedded registry ignores: the caller may mean another registry."""
    unused = [f"{name}=" for name, value in given.items() if value is not None]
    if unused:
        raise ConfigurationError(
            say("connect('demo') does not use {names}", names=joined(unused)), hint=say("Leave it out, or leave 'demo' out.")
        )


def current_registry() -> Registry | None:
    """Return the default registry, None before the first connection."""
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


def _without_registry(*what: Any, baseline: Any = None, **_: Any) -> dict[str, Any]:
    """Give the arguments of a comparison of what is here already, where no registry can be connected; none where one has to be."""
    if needs_registry(what, baseline):
        return {}
    try:
        default_registry()
    except ConfigurationError:
        return {"among": VersionSet()}
    return {}


def _on_default(method: Callable[Concatenate[Registry, P], R]) -> Callable[P, R]:
    """Make a function that calls a method of the default registry: the same arguments, types and documentation."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True  # IPython leaves this frame out
        if method.__name__ == "compare" and kwargs.get("among") is None and current_registry() is None:
            kwargs.update(_without_registry(*args, **kwargs))
        # compare(among=) uses only the versions it is given, so it must work where no registry can be connected
        registry = default_registry() if kwargs.get("among") is None else cast("Registry", None)
        return method(registry, *args, **kwargs)

    signature = inspect.signature(method)
    summary, _, rest = (method.__doc__ or "").partition("\n")
    where = f"Calls `Registry.{method.__name__}` of the default registry, which is connected from the environment when there is none."
    vars(call)["__signature__"] = signature.replace(parameters=list(signature.parameters.values())[1:])
    call.__doc__ = f"{summary}\n\n        {where}\n{rest}"
    call.__module__, call.__qualname__ = __name__, method.__name__
    return call


get_version = _on_default(Registry.get_version)
get_versions = _on_default(Registry.get_versions)
list_versions = _on_default(Registry.list_versions)
get_model = _on_default(Registry.get_model)
list_models = _on_default(Registry.list_models)
compare = _on_default(Registry.compare)
watch = _on_default(Registry.watch)
drift = _on_default(Registry.drift)
search_versions = _on_default(Registry.search_versions)
