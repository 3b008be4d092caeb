"""Which requests answer an address: few whatever the size of the model, and the same answer as the whole list gives."""

import json
import threading
import time
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.demo.queries import page, select_versions
from pai_notebook.errors import AddressError, ModelNotFound, VersionNotFound
from pai_notebook.model.selectors import parse_selector
from tests.examples import examples
from tests.registry.outsider import GET, LIST, by_action, connect
from tests.registry.test_registry import Watched, document, many, names
from tests.wire.faultserver import FaultServer, good_answer

THOUSAND = many(1000)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("latest", ["0.999.0"]),
        ("previous", ["0.998.0"]),
        ("approved", ["0.5.0"]),
        ("last:5", [f"0.{number}.0" for number in range(995, 1000)]),
        ("last:99", [f"0.{number}.0" for number in range(901, 1000)]),
        ("latest,previous,0.999.0", ["0.999.0", "0.998.0"]),
        ("approved,latest", ["0.5.0", "0.999.0"]),
    ],
)
def test_what_goes_by_time_costs_two_requests_the_first_time_and_one_afterwards(watched, selector, expected):
    w = watched({"model-a": THOUSAND, "model-b": THOUSAND})
    w.registry.get_versions("model-b@latest")
    assert sum(w.seen.values()) <= 2
    for _ in range(2):
        w.seen.clear()
        assert names(w.registry.get_versions(f"model-a@{selector}")) == expected
        assert sum(w.seen.values()) == (2 if selector == "approved,latest" else 1)


def test_the_first_of_a_registry_costs_two_requests_as_get_version_does(watched):
    for selector in ("latest", "approved", "previous", "last:5"):
        w = watched({"model-a": THOUSAND})
        w.registry.get_versions(f"model-a@{selector}")
        assert sum(w.seen.values()) == 2
    w = watched({"model-a": THOUSAND})
    assert w.registry.get_version("model-a@latest").version_name == "0.999.0"
    assert w.registry.list_versions("model-a", last=3).latest.version_name == "0.999.0"
    assert sum(w.seen.values()) == 3


def test_a_comparison_of_the_newest_fetches_its_baseline_with_at_most_one_request_more(watched):
    w = watched({"model-a": THOUSAND, "model-b": many(60)})
    compared = w.registry.compare("model-a@last:5")
    assert (compared.baseline_name, len(compared.versions)) == ("0.5.0", 6)
    assert w.seen == {LIST: 2, GET: 1}
    w.seen.clear()
    assert w.registry.compare("model-b@last:5").baseline_name == "0.5.0"
    assert w.seen == {LIST: 1}


def test_a_whole_list_answers_every_other_selector_of_its_model(watched):
    w = watched({"model-a": many(250)})
    versions = w.registry.get_versions(
        "model-a@0.2*", "model-a@approved..latest", "model-a@last:3", "model-a@approved", "model-a@0.7.0,9.9.9"
    )
    assert w.seen == {LIST: 4, GET: 1}
    assert list(versions.errors) == ["model-a@9.9.9"]
    assert {"0.5.0", "0.7.0", "0.249.0", "0.20.0"} <= set(names(versions))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # of five names among five pages one at least is to be expected on the oldest page
        (range(5), {LIST: 1 + 1}),
        (range(0, 200, 40), {LIST: 1 + 1, GET: 2}),
        (range(0, 120, 40), {LIST: 1, GET: 3}),
        # the whole list takes no more
        (range(6), {LIST: 1 + 6}),
    ],
)
def test_old_versions_by_name_are_read_from_the_oldest_page_singly_or_with_the_whole_list(watched, numbers, expected):
    w = watched({"model-a": many(500), "model-b": many(1)})
    w.registry.get_versions("model-b@latest")  # tells by a request whether lists have whole documents
    w.seen.clear()
    wanted = [f"0.{number}.0" for number in numbers]
    assert names(w.registry.get_versions(f"model-a@{','.join(wanted)}")) == wanted
    assert w.seen == expected


def test_forty_models_cost_a_request_each_and_one_with_eight_in_flight():
    flying, most, lock = 0, 0, threading.Lock()

    def answer(hit):
        if not hit.path.endswith("/versions"):
            return {"VersionName": hit.version, "GmtCreateTime": "2026-01-09T00:00:00Z"}
        items = [{"VersionName": f"0.{day}.0", "GmtCreateTime": f"2026-01-0{day}T00:00:00Z"} for day in (9, 8)]
        return {"TotalCount": 500, "Versions": items[: int(hit.query["PageSize"])]}

    def slow(conn, hit, good):
        nonlocal flying, most
        with lock:
            flying += 1
            most = max(most, flying)
        time.sleep(0.05)
        with lock:
            flying -= 1
        good_answer(conn, hit, good)

    with FaultServer(lambda hit: slow, answer=answer) as server, connect(server) as registry:
        versions = registry.get_versions([f"model-{number}@latest" for number in range(40)])
    assert names(versions) == ["0.9.0"] * 40
    assert by_action(server) == {LIST: 40, GET: 1}
    assert most == 8


def changed(change):
    """A change of the answers to ListModelVersions."""

    def apply(request, response):
        headers = {key.lower(): value for key, value in dict(request.headers).items()}
        if headers.get("x-acs-action") != LIST or response.status != 200:
            return response
        body = json.loads(response.body)
        change(body, request)
        return type(response)(response.status, response.headers, json.dumps(body).encode())

    return apply


def oldest_first(versions):
    """A service that sorts by creation, but the wrong way round, whatever is asked for."""

    def change(body, request):
        query = dict(parse_qsl(urlsplit(request.target).query))
        number, size = int(query["PageNumber"]), int(query["PageSize"])
        body["Versions"] = versions[(number - 1) * size : number * size]
        body["TotalCount"] = len(versions)

    return changed(change)


@pytest.mark.parametrize("selector", ["latest", "approved", "last:3", "previous"])
def test_a_service_that_does_not_sort_as_asked_is_found_out_and_read_whole(watched, selector):
    versions = many(250)
    w = watched({"model-a": versions}, change=oldest_first(versions))
    whole = w.registry.list_versions("model-a")
    assert len(whole) == 250
    assert names(w.registry.get_versions(f"model-a@{selector}")) == list(parse_selector(selector).pick(whole))


def test_a_service_that_ignores_the_filter_is_read_whole(watched):
    def ignore(body, request):
        if "ApprovalStatus" in request.target:
            body["Versions"] = [document("0.249.0", minute=249), document("0.248.0", minute=248)]
            body["TotalCount"] = 250

    w = watched({"model-a": many(250)}, change=changed(ignore))
    assert names(w.registry.get_versions("model-a@approved")) == ["0.5.0"]


def test_a_service_that_does_not_count_is_read_to_the_end(watched):
    w = watched({"model-a": many(150)}, change=changed(lambda body, request: body.pop("TotalCount")))
    assert names(w.registry.get_versions("model-a@latest")) == ["0.149.0"]
    assert len(w.registry.get_versions("model-a")) == 150


def small_pages(versions, most):
    """A service that hands out small pages, so that a few versions make a long list."""
    in_order = sorted(versions, key=lambda each: each.get("GmtCreateTime", ""))

    def change(body, request):
        query = dict(parse_qsl(urlsplit(request.target).query))
        selected = select_versions(in_order, query)
        size = str(min(int(query["PageSize"]), most))
        body.update(TotalCount=len(selected), Versions=page(selected, {**query, "PageSize": size}, largest=100))

    return changed(change)


MODELS = st.lists(
    st.tuples(
        st.sampled_from([f"0.{number}.0" for number in range(30)]),
        st.sampled_from(["Approved", "Pending", "Rejected", ""]),
        st.integers(0, 6) | st.none(),
    ),
    max_size=14,
    unique_by=lambda item: item[0],
)
SELECTORS = st.sampled_from(
    [
        "latest",
        "approved",
        "previous",
        "highest",
        "last:1",
        "last:2",
        "last:5",
        "all",
        "0.1*",
        "0.3.0..0.9.0",
        "approved..latest",
        "0.5.0..",
    ]
)


@given(MODELS, st.lists(SELECTORS, min_size=1, max_size=3), st.integers(1, 4))
@examples(150)
def test_the_plan_gives_what_the_whole_list_gives(versions, selectors, size):
    documents = [document(name, approval=approval, minute=minute or 0) for name, approval, minute in versions]
    for (_, _, minute), each in zip(versions, documents, strict=True):
        if minute is None:
            del each["GmtCreateTime"]
    w = Watched({"model-a": documents}, change=small_pages(documents, size))
    try:
        whole = pnb.VersionSet(pnb.ModelVersion(each, model_id="model-a") for each in documents)
        expected = [name for selector in selectors for name in parse_selector(selector).pick(whole)]
        found = w.registry.get_versions(f"model-a@{','.join(selectors)}")
        assert names(found) == list(dict.fromkeys(expected))
        failing = {f"model-a@{selector}" for selector in selectors if selector != "all" and not parse_selector(selector).pick(whole)}
        assert set(found.errors) == failing
        assert all(isinstance(error, VersionNotFound) for error in found.errors.values())
    finally:
        w.registry.close()


def test_an_illegal_version_name_costs_no_request_and_names_the_nearest(watched):
    w = watched({"model-a": [document("2.4.0"), document("2.5.0")]})
    with pytest.raises(AddressError, match=r"'2\.4' is not a version name"):
        w.registry.get_version("model-a", "2.4")
    assert not w.seen
    versions = w.registry.get_versions("model-a@2.4,latest,v2.5.0")
    assert names(versions) == ["2.5.0"]
    assert {address: error.hint for address, error in versions.errors.items()} == {
        "model-a@2.4": "Nearest is 2.4.0.",
        "model-a@v2.5.0": "Did you mean 2.5.0?",
    }
    with pytest.raises(AddressError, match=r"'2\.4' is not a version name.*Nearest is 2\.4\.0"):
        w.registry.get_version("model-a@2.4")


def test_a_name_of_two_numbers_means_the_version_that_begins_with_them_whether_it_was_seen_or_not(watched):
    w = watched({"model-a": [document(f"1.{number}.0") for number in range(10)]})
    w.registry.get_version("model-a", "1.5.0")
    before = dict(w.seen)
    for name in ("1.8", "v1.8"):
        with pytest.raises(AddressError, match=r"Did you mean 1\.8\.0\?$"):
            w.registry.get_version("model-a", name)
    assert w.seen == before
    for compared in (w.registry.compare("model-a@1.5.0,1.6.0,1.8"), w.registry.compare("model-a@1.5.0,1.6.0,1.8", refresh=True)):
        assert compared.errors["model-a@1.8"].hint == "Did you mean 1.8.0?"
    with pytest.raises(AddressError, match=r"Nearest of those seen are 1\.5\.0 and 1\.6\.0\.$"):
        w.registry.get_version("model-a", "1.6.0-rc")


def test_a_model_and_names_behind_it_are_its_versions(watched):
    w = watched({"model-a": many(3), "model-b": many(3)})
    assert [version.address for version in w.registry.get_versions("model-a", "0.1.0")] == ["model-a@0.1.0"]
    assert names(w.registry.get_versions("model-a", "0.1.0", "0.2.0")) == ["0.1.0", "0.2.0"]
    assert names(w.registry.get_versions("model-a", ["0.1.0", "0.2.0"])) == ["0.1.0", "0.2.0"]
    assert w.registry.compare("model-a", ["0.1.0", "0.2.0"], baseline="0.1.0").names == ("0.1.0", "0.2.0")
    with pytest.raises(AddressError, match=r"'0\.1\.0' is the name of a version, not of a model"):
        w.registry.get_versions("model-a@latest", "0.1.0")


class Named(Watched):
    """A registry whose models have names."""

    def __init__(self, models, versions, **options):
        super().__init__({}, **options)
        documents = [{"ModelId": model_id, "ModelName": name, "WorkspaceId": "1"} for model_id, name in models.items()]
        self.handler = demo.Handler(demo.Store(documents, versions))


@pytest.fixture
def named():
    models = {"model-a1": "手写数字识别", "model-b2": "wine-cultivar", "model-c3": "twin", "model-d4": "twin", "model-e5": "fish (v2)"}
    w = Named(models, dict.fromkeys(models, many(3)))
    yield w
    w.registry.close()


def test_a_model_may_be_named_where_its_id_is_asked_for(named):
    registry = named.registry
    assert registry.get_version("手写数字识别@latest").address == "model-a1@0.2.0"
    assert registry.get_version("wine-cultivar", "0.1.0").address == "model-b2@0.1.0"
    assert registry.get_versions("手写数字识别@last:2", "model-b2@0.0.0").models == ("model-a1", "model-b2")
    assert registry.list_versions("fish (v2)").models == ("model-e5",)
    assert registry.get_model("wine-cultivar").model_id == "model-b2"
    assert registry.compare("手写数字识别@0.1.0", baseline="latest").baseline.address == "model-a1@0.2.0"
    assert next(registry.watch("手写数字识别@latest")).address == "model-a1@0.2.0"
    assert named.seen["ListModels"] == 1


def test_names_cost_one_list_of_models_and_ids_none(named):
    named.registry.get_versions("model-a1@latest", "model-b2@0.1.0")
    assert named.seen["ListModels"] == 0
    named.registry.get_versions("手写数字识别@latest", "wine-cultivar@0.1.0", "fish (v2)", "nobody@latest")
    assert named.seen["ListModels"] == 1
    named.seen.clear()
    assert named.registry.get_version("wine-cultivar@0.1.0").from_memory
    assert not named.seen, "the name is known by now, and the version too"


def test_a_name_that_is_unknown_or_not_unique_is_refused_with_names_and_ids(named):
    versions = named.registry.get_versions("wine-cultivat@latest", "手写数字识@0.1.0", "twin@latest", "model-zz@latest", "model-a1@0.1.0")
    assert [version.address for version in versions] == ["model-a1@0.1.0"]
    errors = versions.errors
    assert "wine-cultivar (model-b2)" in errors["wine-cultivat@latest"].hint
    assert "手写数字识别 (model-a1)" in errors["手写数字识@0.1.0"].hint
    assert (type(errors["twin@latest"]), errors["twin@latest"].hint) == (AddressError, "Use an id: model-c3, model-d4.")
    assert isinstance(errors["model-zz@latest"], ModelNotFound)
    assert named.seen["ListModels"] == 1
    for ask in (named.registry.get_model, named.registry.list_versions, named.registry.get_version):
        with pytest.raises(AddressError, match="2 models are named twin"):
            ask("twin@latest" if ask == named.registry.get_version else "twin")


def test_a_text_that_looks_like_an_id_is_never_taken_for_a_name(watched):
    w = Named({"model-a1": "model-b2"}, {"model-a1": many(1)})
    with pytest.raises(ModelNotFound):
        w.registry.get_version("model-b2@latest")
    assert w.seen == Counter({LIST: 1})
    w.registry.close()


@pytest.mark.parametrize("text", ["../x", "", "a/b", "x" * 200, "a\x00b", "a@b", "模型\n"])
def test_what_can_be_neither_id_nor_name_sends_nothing(named, text):
    for ask in (named.registry.list_versions, named.registry.get_model, lambda text: named.registry.get_version(text, "0.1.0")):
        with pytest.raises(AddressError):
            ask(text)
    assert not named.seen
