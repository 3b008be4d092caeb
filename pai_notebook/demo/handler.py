"""The embedded registry: answers a request with a response, without sockets.

`answer` is a pure function of the request, the store, the keys, the time and the nonces seen. `Handler` holds those
for one registry and may be called from several threads.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pai_notebook.demo.http import ApiError, Request, Response, json_response, request_id
from pai_notebook.demo.queries import Parameters, page, select_members, select_models, select_versions
from pai_notebook.demo.store import Catalog, Document, Store
from pai_notebook.demo.verify import Key, Nonces, check_date, check_identity, query_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

API_VERSION = "2021-02-04"
# Printed and exported, as they open nothing but the embedded registry.
ACCESS_KEY_ID = "LTAI-demo-key-that-opens-nothing"
ACCESS_KEY_SECRET = "demo-secret-that-protects-nothing"  # noqa: S105 - printed by design, see the text itself
DEMO_KEY = Key(ACCESS_KEY_ID, ACCESS_KEY_SECRET)
_ROOT = ["api", "v1"]
# What a path means: the kind of thing, whether it names one, what is asked of that, and whether it names one of these.
_PATHS = {
    ("models", False, "", False): "ListModels",
    ("models", True, "", False): "GetModel",
    ("models", True, "versions", False): "ListModelVersions",
    ("models", True, "versions", True): "GetModelVersion",
    ("datasets", True, "", False): "GetDataset",
    ("datasets", True, "versions", True): "GetDatasetVersion",
    ("workspaces", True, "members", False): "ListMembers",
}
_LONGEST_PATH = 6
_LARGEST_PAGE = 100
# Products of the RAM actions that are not the models'.
_PRODUCTS = {"GetDataset": "paidataset", "GetDatasetVersion": "paidataset", "ListMembers": "paiworkspace"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Route:
    """Which action a path means, and about what."""

    action: str
    subject: str = ""
    version_name: str = ""


@dataclass(frozen=True)
class Context:
    """Everything an answer depends on besides the request; `lock` guards the nonces."""

    store: Catalog
    keys: dict[str, Key]
    bearer_tokens: Collection[str]
    nonces: Nonces
    now: datetime
    lock: threading.Lock = field(default_factory=threading.Lock)


class Handler:
    """One registry: a store, the keys it accepts, a clock and the nonces it has seen.

    Parameters
    ----------
    store : Catalog or None
        What it holds, by default a fresh copy of the bundled demo data.
    clock : callable
        Gives the time as an aware datetime; the Date header of every answer comes from it.
    keys : iterable of Key
        The keys it accepts.
    bearer_tokens : collection of str
        The bearer tokens it accepts.

    Examples
    --------
    >>> Handler(Store()).handle(Request("GET", "/nothing", {"host": "h"})).json()["Code"]
    'InvalidApi.NotFound'
    """

    def __init__(
        self,
        store: Catalog | None = None,
        *,
        clock: Callable[[], datetime] = _utc_now,
        keys: Iterable[Key] = (DEMO_KEY,),
        bearer_tokens: Collection[str] = (),
    ) -> None:
        self.store: Catalog = Store.bundled() if store is None else store
        self.clock = clock
        self.keys = {key.key_id: key for key in keys}
        self.bearer_tokens = tuple(bearer_tokens)
        self._nonces = Nonces()
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        return answer(
            request,
            Context(self.store, self.keys, self.bearer_tokens, self._nonces, self.clock(), self._lock),
        )

    __call__ = handle


def answer(request: Request, context: Context) -> Response:
    """Answer a request: the document asked for, or the documented error body."""
    told = request_id(request)
    try:
        document = {"RequestId": told, **_granted(request, context)}
    except ApiError as refusal:
        body = refusal.body(host=request.header("host"), request_id=told)
        return json_response(refusal.status, body, now=context.now)
    return json_response(200, document, now=context.now)


def _granted(request: Request, context: Context) -> dict[str, Any]:
    """Go through the gates in the gateway's order: route, version, date, signature, nonce, permission."""
    route = _route(request)
    _check_action(request, route)
    check_date(request, context.now)
    key = check_identity(request, context.keys, context.bearer_tokens, context.now)
    _check_nonce(request, context)
    _check_permission(key, route.action)
    return _ACTIONS[route.action](context, route, _parameters(request.query))


def _route(request: Request) -> _Route:
    """Which action the path means; segments are split before they are decoded, so an encoded slash stays inside one."""
    pieces = _segments(request.path)
    kind, subject, below, name = (*pieces[2:6], "", "", "", "")[:4]
    action = _PATHS.get((kind, bool(subject), below, bool(name)))
    if action is None or pieces[:2] != _ROOT or not all(pieces) or len(pieces) > _LONGEST_PATH:
        raise _no_api()
    if request.method != "GET":
        raise ApiError(405, "UnsupportedHTTPMethod", "This http method is not supported: the demo registry is read-only.")
    return _Route(action, subject, name)


def _segments(path: str) -> list[str]:
    if not path.startswith("/"):
        raise _no_api()
    try:
        return [unquote(segment, errors="strict") for segment in path[1:].split("/")]
    except UnicodeDecodeError:
        raise _no_api() from None


def _no_api() -> ApiError:
    return ApiError(404, "InvalidApi.NotFound", "Specified api is not found, please check your url and method.")


def _check_action(request: Request, route: _Route) -> None:
    for name, wanted, code in (("x-acs-version", API_VERSION, "InvalidVersion"), ("x-acs-action", route.action, "InvalidAction.NotFound")):
        sent = request.header(name)
        if not sent:
            raise ApiError(400, "MissingParameter", f"{name} is mandatory for this action.")
        if sent != wanted:
            raise ApiError(404, code, f"Specified {name} is not valid: this path and method mean {wanted}.")


def _check_nonce(request: Request, context: Context) -> None:
    nonce = request.header("x-acs-signature-nonce")
    if not nonce:
        raise ApiError(400, "MissingParameter", "x-acs-signature-nonce is mandatory for this action.")
    with context.lock:
        new = context.nonces.use(nonce, context.now)
    if not new:
        raise ApiError(400, "SignatureNonceUsed", "Specified signature nonce was used already.")


def _check_permission(key: Key | None, action: str) -> None:
    if key is not None and action in key.denied:
        detail = {
            "AuthAction": f"{_PRODUCTS.get(action, 'paimodel')}:{action}",
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalOwnerId": "1557702098123456",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "NoPermissionType": "ImplicitDeny",
        }
        raise ApiError(403, "NoPermission", "You are not authorized to do this action.", AccessDeniedDetail=detail)


def _parameters(raw: str) -> dict[str, str]:
    pairs = query_pairs(raw)
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise ApiError(400, "InvalidParameter", "A query parameter is given twice.")
    return parameters


def _model(context: Context, model_id: str) -> Document:
    model = context.store.model(model_id)
    if model is None:
        raise ApiError(404, "100600006", "model not exists")
    return model


def _with_latest(context: Context, model: Document, *, hidden: frozenset[str]) -> Document:
    """Show the model as the service does: with its newest version, without what this call does not send."""
    shown = {name: value for name, value in model.items() if name not in hidden}
    versions = context.store.versions(model["ModelId"])
    if versions:
        latest = versions[len(versions) - 1]
        shown["LatestVersion"] = latest
        shown["GmtLatestVersionModifiedTime"] = latest.get("GmtModifiedTime", "")
    return shown


def _get_model(context: Context, route: _Route, _: Parameters) -> Document:
    return _with_latest(context, _model(context, route.subject), hidden=frozenset({"Tags", "Collections"}))


def _get_model_version(context: Context, route: _Route, _: Parameters) -> Document:
    _model(context, route.subject)
    version = context.store.version(route.subject, route.version_name)
    if version is None:
        raise ApiError(404, "100600008", "model version not exists")
    return version


def _list_models(context: Context, _: _Route, parameters: Parameters) -> Document:
    matching = select_models(context.store.models(), parameters)
    shown = page(matching, parameters, largest=_LARGEST_PAGE)
    models = [_with_latest(context, dict(model), hidden=frozenset({"Collections"})) for model in shown]
    return {"TotalCount": len(matching), "Models": models}


def _list_model_versions(context: Context, route: _Route, parameters: Parameters) -> Document:
    _model(context, route.subject)
    matching = select_versions(context.store.versions(route.subject), parameters)
    return {"TotalCount": len(matching), "Versions": page(matching, parameters, largest=_LARGEST_PAGE)}


def _dataset(context: Context, dataset_id: str) -> tuple[Document, list[Document]]:
    """Split a dataset into what is said of it and its versions, oldest first."""
    held = context.store.dataset(dataset_id)
    if held is None:
        raise ApiError(404, "101600005", "dataset not exists")
    shown = {name: value for name, value in held.items() if name != "Versions"}
    return shown, held.get("Versions") or []


def _get_dataset(context: Context, route: _Route, _: Parameters) -> Document:
    shown, versions = _dataset(context, route.subject)
    return {**shown, "LatestVersion": versions[-1]} if versions else shown


def _get_dataset_version(context: Context, route: _Route, _: Parameters) -> Document:
    _, versions = _dataset(context, route.subject)
    found = next((version for version in versions if version.get("VersionName") == route.version_name), None)
    if found is None:
        raise ApiError(404, "101600006", "dataset version not exists")
    return {"DatasetId": route.subject, **found}


def _list_members(context: Context, route: _Route, parameters: Parameters) -> Document:
    matching = select_members(context.store.members(route.subject), parameters)
    shown = page(matching, {"PageSize": "20", **parameters}, largest=_LARGEST_PAGE)
    return {"TotalCount": len(matching), "Members": shown}


_ACTIONS: dict[str, Callable[[Context, _Route, Parameters], Document]] = {
    "GetModel": _get_model,
    "GetModelVersion": _get_model_version,
    "ListModels": _list_models,
    "ListModelVersions": _list_model_versions,
    "GetDataset": _get_dataset,
    "GetDatasetVersion": _get_dataset_version,
    "ListMembers": _list_members,
}
