"""Registry: what people ask, answered with as few requests as the service allows; nothing fetched is lost."""

import asyncio
import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.errors import (
    AddressError,
    ConfigurationError,
    FetchErrors,
    ModelNotFound,
    ServiceUnavailable,
    VersionNotFound,
)
from pai_notebook.explorer.source import RegistrySource
from pai_notebook.registry.connection import current_registry
from pai_notebook.registry.progress import Progress


def document(name, *, approval="Pending", labels=(), minute=0, **fields):
    moment = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return {
        "VersionName": name,
        "ApprovalStatus": approval,
        "GmtCreateTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "GmtModifiedTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Labels": [{"Key": key, "Value": value} for key, value in labels],
        "Metrics": {"cer": 0.1},
        **fields,
    }


class Watched:
    """A registry over documents of a test, with every request it made by action."""

    def __init__(self, versions, change=None, **options):
        self.store = demo.Store([{"ModelId": model, "ModelName": model} for model in versions], versions)
        self.handler = demo.Handler(self.store)
        self.change = change or (lambda request, response: response)
        self.seen = Counter()
        self.lock = threading.Lock()
        self.registry = pnb.connect(
            endpoint=demo.ENDPOINT,
            credentials=(demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET),
            transport=demo.transport(handler=self.answer),
            requests_per_second=None,
            backoff_scale=0,
            **{"default": False, "names": False, **options},
        )

    def answer(self, request):
        headers = {key.lower(): value for key, value in dict(request.headers).items()}
        with self.lock:
            self.seen[headers.get("x-acs-action", "?")] += 1
        return self.change(request, self.handler.handle(request))


def many(count):
    return [document(f"0.{minor}.0", approval="Approved" if minor == 5 else "Pending", minute=minor) for minor in range(count)]


def names(versions):
    return [version.version_name for version in versions]


def test_one_version_costs_one_request(watched):
    w = watched({"model-a": many(3)})
    version = w.registry.get_version("model-a", "0.1.0")
    assert version.raw == {**w.store.version("model-a", "0.1.0"), "RequestId": version.request_id}
    assert w.seen == {"GetModelVersion": 1}


def test_five_hundred_versions_cost_six_pages_and_one_check_for_life(watched):
    w = watched({"model-a": many(500)})
    vs = w.registry.get_versions("model-a")
    assert len(vs) == 500
    assert names(vs)[:3] == ["0.0.0", "0.1.0", "0.2.0"]
    assert w.seen == {"ListModelVersions": 6, "GetModelVersion": 1}  # the first page is read again: nothing can slip past
    w.registry.get_versions("model-a@0.1.0..0.9.0", refresh=True)
    assert w.seen["GetModelVersion"] == 1


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("latest", ["0.29.0"]),
        ("approved", ["0.5.0"]),
        ("last:3", ["0.27.0", "0.28.0", "0.29.0"]),
        ("0.9.0..0.11.5", ["0.9.0", "0.10.0", "0.11.0"]),
        ("0.3.0,0.1.0", ["0.3.0", "0.1.0"]),
        ("0.4.0,0.3.0,0.2.0,0.1.0", ["0.4.0", "0.3.0", "0.2.0", "0.1.0"]),
        ("0.2?.0", [f"0.{minor}.0" for minor in range(20, 30)]),
    ],
)
def test_a_selector_selects(watched, selector, expected):
    w = watched({"model-a": many(30)})
    assert names(w.registry.get_versions(f"model-a@{selector}")) == expected


def test_several_addresses_keep_their_order_and_are_asked_for_once(watched):
    w = watched({"model-a": many(5), "model-b": many(5)})
    vs = w.registry.get_versions("model-b@latest", ["model-a@0.1.0", "model-a@0.1.0"], "model-b@0.0.0")
    assert [version.address for version in vs] == ["model-b@0.4.0", "model-a@0.1.0", "model-b@0.0.0"]


def test_a_few_names_of_many_versions_are_fetched_singly_when_that_is_cheaper(watched):
    w = watched({"model-a": many(1000)})
    vs = w.registry.get_versions("model-a@0.100.0,0.101.0,0.102.0")
    assert names(vs) == ["0.100.0", "0.101.0", "0.102.0"]
    assert w.seen["ListModelVersions"] == 1
    assert w.seen["GetModelVersion"] == 3


def test_the_bad_are_named_and_the_good_are_kept(watched):
    w = watched({"model-a": many(30)})
    vs = w.registry.get_versions("model-a@0.1.0,0.99.0,0.2.0", "model-x@latest", "model-a@7.*")
    assert names(vs) == ["0.1.0", "0.2.0"]
    assert {address: type(error) for address, error in vs.errors.items()} == {
        "model-a@0.99.0": VersionNotFound,
        "model-x@latest": ModelNotFound,
        "model-a@7.*": VersionNotFound,
    }
    with pytest.raises(FetchErrors) as caught:
        w.registry.get_versions("model-a@0.1.0,0.99.0", on_error="raise")
    assert names(caught.value.partial) == ["0.1.0"]


def test_a_missing_version_costs_one_request_and_names_the_nearest_of_those_seen(watched):
    w = watched({"model-a": many(12)})
    with pytest.raises(VersionNotFound, match=r"no version 0\.9\.5 in model-a .*list_versions") as caught:
        w.registry.get_version("model-a", "0.9.5")
    assert (caught.value.status, bool(caught.value.request_id)) == (404, True)
    assert len(caught.value._render_traceback_()) == 2
    assert w.seen == {"GetModelVersion": 1}
    w.registry.get_version("model-a", "0.2.0")
    with pytest.raises(VersionNotFound, match=r"Nearest of those seen is 0\.2\.0\."):
        w.registry.get_version("model-a", "0.9.5")
    w.registry.list_versions("model-a")
    before = sum(w.seen.values())
    with pytest.raises(VersionNotFound, match=r"Nearest are 0\.9\.0 and 0\.10\.0\."):
        w.registry.get_version("model-a", "0.9.5")
    assert sum(w.seen.values()) == before + 1


def test_names_near_to_a_missing_one_are_asked_for_on_request_and_once(watched):
    w = watched({"model-alpha": many(12)})
    w.registry.get_version("model-alpha", "0.2.0")
    for _ in range(2):
        with pytest.raises(VersionNotFound, match=r"Nearest are 0\.9\.0 and 0\.10\.0\."):
            w.registry.get_version("model-alpha", "0.9.5", suggest=True)
    assert w.seen == {"GetModelVersion": 3, "ListModelVersions": 1}
    fresh = watched({"model-alpha": many(1)})
    vs = fresh.registry.get_versions("model-alpa@0.9.5", "model-alpa@latest", suggest=True)
    assert "model-alpha" in vs.errors["model-alpa@latest"].hint
    assert fresh.seen["ListModels"] == 1


def test_a_text_that_is_no_version_name_is_near_to_those_there_are_on_request(watched):
    w = watched({"model-alpha": many(12)})
    for _ in range(2):
        vs = w.registry.get_versions("model-alpha@0.9", suggest=True)
        assert vs.errors["model-alpha@0.9"].hint == "Nearest is 0.9.0."
    assert w.seen == {"ListModelVersions": 1}


def test_a_model_is_near_to_its_name_in_another_case_and_to_what_it_begins_with(watched):
    w = watched({"model-alpha": many(1)})
    w.registry.list_models()
    for asked in ("MODEL-ALPHA", "model"):
        with pytest.raises(ModelNotFound, match=r"Nearest is .*model-alpha"):
            w.registry.get_model(asked)


def test_a_missing_model_costs_one_request_and_names_the_nearest_of_those_seen(watched):
    w = watched({"model-alpha": many(1)})
    asks = [
        lambda: w.registry.get_version("model-alpa@latest"),
        lambda: w.registry.get_model("model-alpa"),
        lambda: w.registry.list_versions("model-alpa"),
    ]
    for number, ask in enumerate(asks, 1):
        with pytest.raises(ModelNotFound, match="Check the model's id or name, and the region"):
            ask()
        assert sum(w.seen.values()) == number
    w.registry.list_models()
    for ask in asks:
        with pytest.raises(ModelNotFound, match="Nearest is model-alpha"):
            ask()


def test_models_that_the_explorer_found_are_known_to_the_registry(watched):
    w = watched({"model-alpha": many(1)})
    source = RegistrySource(w.registry)
    asyncio.run(source.find_models(""))
    with pytest.raises(ModelNotFound, match="Nearest is model-alpha"):
        w.registry.list_versions("model-alpa")


def test_an_empty_model_is_an_empty_set_but_has_no_latest(watched):
    w = watched({"model-a": []})
    assert len(w.registry.get_versions("model-a")) == 0
    assert len(w.registry.list_versions("model-a")) == 0
    with pytest.raises(VersionNotFound, match="selects no version"):
        w.registry.get_version("model-a@latest")
    with pytest.raises(VersionNotFound, match="approved"):
        w.registry.get_version("model-a@approved")


def test_a_list_that_lacks_a_field_is_noticed_once_and_every_version_fetched_singly(watched):
    def strip(request, response):
        headers = {key.lower(): value for key, value in dict(request.headers).items()}
        if headers.get("x-acs-action") != "ListModelVersions":
            return response
        body = json.loads(response.body)
        for item in body.get("Versions", []):
            item.pop("Metrics", None)
        return type(response)(response.status, response.headers, json.dumps(body).encode())

    w = watched({"model-a": many(6)}, change=strip)
    vs = w.registry.get_versions("model-a")
    assert [version.metrics["cer"].value for version in vs] == [0.1] * 6
    assert "Metrics" in w.registry.notes[0]
    assert w.registry.notes[0] in " ".join(str(w.registry).split())


def test_versions_without_metrics_do_not_make_a_list_suspect(watched):
    w = watched({"model-a": [{"VersionName": f"0.{minor}.0"} for minor in range(20)]})
    assert len(w.registry.get_versions("model-a")) == 20
    assert w.seen == {"ListModelVersions": 1, "GetModelVersion": 1}


def test_a_version_fetched_a_moment_ago_answers_from_memory_and_says_so(watched):
    w = watched({"model-a": many(3)})
    first = w.registry.get_version("model-a", "0.1.0")
    again = w.registry.get_version("model-a", "0.1.0")
    assert w.seen == {"GetModelVersion": 1}
    assert again == first
    assert again.fetched == first.fetched
    assert "from memory" in " ".join(str(again).split())
    assert "from memory" not in str(first)
    fresh = w.registry.get_version("model-a", "0.1.0", refresh=True)
    assert w.seen == {"GetModelVersion": 2}
    assert not fresh.from_memory


def test_memory_ends_with_its_time(watched):
    w = watched({"model-a": many(3)}, cache_seconds=0)
    w.registry.get_version("model-a", "0.1.0")
    w.registry.get_version("model-a", "0.1.0")
    assert w.seen == {"GetModelVersion": 2}


def test_lists_are_filtered_exactly_although_the_service_matches_substrings(watched):
    w = watched(
        {
            "model-a": [
                document("0.1.0", labels=[("env", "prod")]),
                document("0.2.0", labels=[("env", "preprod")]),
                document("0.10.0", approval="Approved"),
            ]
        }
    )
    assert names(w.registry.list_versions("model-a", label={"env": "prod"})) == ["0.1.0"]
    assert names(w.registry.list_versions("model-a", approval="Approved")) == ["0.10.0"]
    assert names(w.registry.list_versions("model-a", last=2)) == ["0.2.0", "0.10.0"]
    assert names(w.registry.list_versions("model-a", "cer < 0.05")) == []
    with pytest.raises(ConfigurationError, match="last=0"):
        w.registry.list_versions("model-a", last=0)


@pytest.mark.parametrize("address", ["model-a@newest", "../x@latest", "model-a@..", "", "model-a@1.0.0;x"])
def test_a_malformed_address_sends_nothing(watched, address):
    w = watched({"model-a": many(1)})
    with pytest.raises(AddressError):
        w.registry.get_versions(address)
    assert not w.seen


def test_no_address_at_all_is_an_error(watched):
    with pytest.raises(ConfigurationError, match="no address"):
        watched({"model-a": []}).registry.get_versions()


def test_ten_thousand_addresses_are_one_plan(watched):
    w = watched({"model-a": many(300)})
    vs = w.registry.get_versions([f"model-a@0.{index % 300}.0" for index in range(10_000)])
    assert len(vs) == 300
    assert sum(w.seen.values()) <= 6


def test_one_failing_model_does_not_cost_the_others(watched):
    def fail(request, response):
        return type(response)(503, {"content-type": "text/html"}, b"<html>busy</html>") if "model-b" in request.target else response

    w = watched({"model-a": many(3), "model-b": many(3)}, change=fail, max_attempts=2)
    vs = w.registry.get_versions("model-a@latest", "model-b@latest")
    assert names(vs) == ["0.2.0"]
    assert isinstance(vs.errors["model-b@latest"], ServiceUnavailable)


def test_what_arrived_before_an_unexpected_end_is_on_the_exception(watched):
    def interrupt(count):
        if count == 2:
            raise KeyboardInterrupt

    def stall(request, response):
        busy = type(response)(503, {"retry-after": "5"}, b"busy")
        return busy if "0.3.0" in request.target else response

    w = watched({"model-a": many(30), "model-b": many(30)}, change=stall)
    with pytest.raises(KeyboardInterrupt) as caught:
        w.registry.get_versions("model-a@0.1.0,0.2.0", "model-b@0.3.0", progress=interrupt)
    assert names(caught.value.partial) == ["0.1.0", "0.2.0"]
    assert len(w.registry.get_versions("model-a")) == 30


def test_progress_is_a_line_only_for_what_takes_long_and_ends_as_a_summary(capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("pai_notebook.registry.progress._notebook_line", lambda text: shown.append(text) or shown.append)
    seconds = iter([0.0, 0.1, 0.6, 0.7, 2.5])
    with Progress(lambda: 7, clock=lambda: next(seconds)) as line:
        for _ in range(3):
            line.tick()
    assert shown == ["fetching: 7 versions so far, 1 s", "fetched 7 versions in 2.5 s"]
    with Progress(lambda: 7, clock=lambda: 0.0) as line:
        line.tick()
    assert len(shown) == 2
    assert capsys.readouterr() == ("", "")


def test_connect_sets_the_default_and_the_module_functions_use_it(watched):
    registry = pnb.connect("demo")
    try:
        assert current_registry() is registry
        model = pnb.list_models()[0]
        assert pnb.get_model(model.model_id).name == model.name
        assert pnb.get_versions(f"{model.model_id}@latest")[0] == pnb.get_version(f"{model.model_id}@latest")
        assert len(pnb.list_versions(model.model_id)) > 1
    finally:
        registry.close()


def test_a_registry_nobody_knows_is_refused():
    with pytest.raises(ConfigurationError, match="unknown registry 'staging'"):
        pnb.connect("staging")


def test_every_bundled_version_is_equal_listed_and_fetched():
    with pnb.connect("demo", default=False) as registry:
        for model in registry.list_models():
            listed = registry.list_versions(model.model_id)
            fetched = registry.get_versions(*[version.address for version in listed][:2], refresh=True) if len(listed) else []
            assert list(fetched) == list(listed)[:2]


def test_a_workspace_is_that_of_the_connection_unless_another_or_a_provider_is_named():
    with pnb.connect("demo", workspace_id="20482", default=False) as registry:
        own, everything = registry.list_models(), registry.list_models(workspace_id="")
        assert {model.workspace_id for model in own} == {"20482"}
        assert len(own) < len(everything)
        assert [model.provider for model in registry.list_models(provider="pai")] == ["pai"]


def test_a_registry_says_whose_key_signs_what_it_has_seen_and_what_to_write_next():
    with pnb.connect("demo", default=False) as registry:
        before = str(registry)
        registry.list_models()
        after = str(registry)
    assert "not asked yet" in before
    assert "registry.list_models()" in before
    assert "signed with  the demo's own key" in before
    assert "9 seen: iris-species" in after
    assert 'registry.compare("iris-species@last:5")' in after


def test_a_registry_gives_no_part_of_its_key_away():
    with pnb.connect(region="cn-hangzhou", credentials=("LTAI5tPublicPart", "secretpart", "tokenpart"), default=False) as registry:
        shown = "".join(registry._repr_mimebundle_().values())
    assert "temporary key from the credentials argument" in shown
    assert not any(part in shown for part in ("PublicPart", "secretpart", "tokenpart"))
