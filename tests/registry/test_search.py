"""Searching versions of all models: what is found, how many requests it takes, and what is left of a search that ends early."""

import gc
import json
import re
import signal
import threading
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.errors import AddressError, ComparisonError, ConfigurationError, NameNotFound, ServiceUnavailable
from pai_notebook.model.searching import VersionSearch
from pai_notebook.registry import registry as registry_module
from pai_notebook.registry.search import Finds
from pai_notebook.versions import known_models
from pai_notebook.versions.versions import VersionSet
from tests.demo.many_models import ManyModels


def versions_of(number):
    state = "Approved" if number % 3 == 0 else "Pending"
    label = [{"Key": "team", "Value": "a" if number % 2 else "b"}]
    metrics = {"cer": number / 1000} if number % 5 else {"wer": 0.5}
    return [{"VersionName": f"0.{place}.0", "Metrics": metrics, "ApprovalStatus": state, "Labels": label} for place in range(2)]


@pytest.fixture
def connected():
    made = []

    def make(count, change=lambda request, answer: answer(request), versions=versions_of):
        store, asked = ManyModels(count, versions), []
        make.stores.append(store)
        handler = demo.Handler(store)

        def answer(request):
            asked.append(request.target)
            return change(request, handler.handle)

        made.append(pnb.connect("demo", transport=demo.transport(handler=answer), default=False, backoff_scale=0, names=False))
        return made[-1], asked

    make.stores = []
    yield make
    for registry in made:
        registry.close()


def addresses(found):
    return [version.address for version in found]


def test_a_search_finds_what_a_filter_of_everything_keeps():
    where, approval = "accuracy@d-wineholdout0001 > 0.95 or perplexity@d-descrwine0000001 < 20", ["approved", "pending"]
    with pnb.connect("demo", default=False) as registry:
        found = registry.search_versions(where, approval=approval)
        everything = VersionSet([version for model in registry.list_models() for version in registry.get_versions(model.model_id)])
    expected = everything.filter(where, approval=approval)
    assert sorted(addresses(found)) == sorted(addresses(expected))
    assert len(found) > 10


@pytest.mark.parametrize("named", [lambda name: name, lambda name: [name]])
def test_a_model_to_search_may_be_named(named):
    with pnb.connect("demo", default=False) as registry:
        found = registry.search_versions("accuracy@d-wineholdout0001 > 0.9", models=named("wine-cultivar"))
        assert found.errors == {}
        assert found.models == ("model-rbvg5w0xvkg09sgeed",)
        with pytest.raises(pnb.errors.FetchErrors, match=r"no model named wine-cultvar .* Nearest is wine-cultivar"):
            registry.search_versions("cer < 1", models=named("wine-cultvar")).raise_for_errors()


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(
    st.floats(0, 0.04), st.sampled_from([None, "approved", ["Pending", "Approved"]]), st.sampled_from([None, {"team": "a"}]), st.booleans()
)
def test_conditions_mean_what_they_mean_in_one_model(bound, approval, label, negated):
    handler = demo.Handler(ManyModels(15, versions_of))
    where = f"not cer < {bound}" if negated else f"cer < {bound} or wer > 0.9"
    with pnb.connect("demo", transport=demo.transport(handler=handler.handle), default=False, names=False) as registry:
        found = registry.search_versions(where, approval=approval, label=label)
        everything = registry.get_versions(*[model.model_id for model in registry.list_models()])
    kept = everything.filter(where)
    kept = kept.filter(approval=approval, label=label) if kept else kept
    assert sorted(addresses(found)) == sorted(addresses(kept))


def test_a_limit_takes_the_first_in_the_order_of_the_models_and_ends_the_search(connected):
    registry, asked = connected(150)
    found = registry.search_versions("cer < 1", limit=3)
    listed = [model.model_id for model in registry.list_models()]
    first = [model for model in listed if int(model.removeprefix("model-")) % 5][:2]
    assert [version.model_id for version in found] == [first[0], first[0], first[1]]
    assert len([target for target in asked if "/versions?" in target]) < 40
    assert found.removed == ("only the first 3 that were found; there may be more",)
    assert "only the first 3 that were found" in " ".join(str(found).split())
    # where all were searched and nothing was cut there are no more
    of_one = [first[0]]
    whole = registry.search_versions("cer < 1", models=of_one)
    assert registry.search_versions("cer < 1", models=of_one, limit=len(whole)).removed == whole.removed == ()
    assert len(registry.search_versions("cer < 1", models=of_one, limit=1).removed) == 1


def test_more_than_200_requests_are_told_before_they_are_made(connected):
    registry, asked = connected(250)
    with pytest.raises(ConfigurationError, match=r"253 requests, at least 7 s.*confirm=True"):
        registry.search_versions("cer < 1")
    assert len(asked) == 1
    told = []
    registry.search_versions("cer < 0.1", confirm=lambda requests: told.append(requests) or True)
    assert told == [253]
    # one to ask how many there are, those told, and two that look whether lists are complete
    assert len(asked) - 1 <= 253 + 3
    assert len(registry.search_versions("cer < 1", models=["model-1", "model-2"])) == 4
    with pytest.raises(ConfigurationError, match="201 requests"):
        registry.search_versions("cer < 1", models=[f"model-{number}" for number in range(201)])


def test_what_occurs_nowhere_is_an_error_and_what_occurs_somewhere_is_not(connected):
    registry, _ = connected(12)
    assert addresses(registry.search_versions("wer > 0.4"))[0].startswith("model-")
    for arguments, error, says in (
        ({"where": "werr > 0.4"}, NameNotFound, "Nearest is wer"),
        ({"label": {"tem": "a"}}, ConfigurationError, "no version has a label 'tem'"),
        ({"approval": "Aproved"}, ConfigurationError, "Nearest is Approved"),
        ({"where": "wer >> 0.4"}, AddressError, "column"),
    ):
        with pytest.raises(error, match=says):
            registry.search_versions(**arguments)
    assert len(registry.search_versions(approval="rejected")) == 0


def test_a_model_in_which_a_name_means_several_metrics_is_named_and_finds_nothing(connected):
    def several(number):
        results = [{"Dataset": {"DatasetId": f"d-{place}"}, "Metrics": {"cer": 0.1}} for place in range(2 if number == 3 else 1)]
        return [{"VersionName": "0.1.0", "Metrics": {"Results": results}}]

    registry, _ = connected(6, versions=several)
    found = registry.search_versions("cer < 0.2")
    assert "model-3" not in {version.model_id for version in found}
    assert len(found) == 5
    assert [*found.errors] == ["name 3"]
    assert "2 datasets" in str(found.errors["name 3"])


def test_a_model_that_fails_costs_no_other(connected):
    def refuse(request, answer):
        if "model-4/" in request.target:
            return demo.Response(503, (("Content-Type", "application/json"),), json.dumps({"Code": "ServiceUnavailable"}).encode())
        return answer(request)

    registry, _ = connected(10, refuse)
    found = registry.search_versions("cer < 1 or wer < 1")
    assert len(found) == 18
    assert isinstance(found.errors["name 4"], ServiceUnavailable)


def test_an_interrupt_keeps_what_was_found(connected):
    def interrupt(request, answer):
        if "model-60/" in request.target:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            time.sleep(1)  # the main thread has to notice before everything is here
        return answer(request)

    registry, _ = connected(100, interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        registry.search_versions("cer < 1 or wer < 1")
    assert 0 < len(caught.value.partial) < 200


def test_an_interrupt_while_models_are_listed_keeps_an_empty_set(connected):
    def interrupt(request, answer):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(1)  # as above
        return answer(request)

    registry, _ = connected(100, interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        registry.search_versions("cer < 1")
    assert caught.value.partial == VersionSet()


@pytest.mark.parametrize("where", ["created == 2025-02-30", "created == 'yesterday'", "created > -99999999d", "label.env == 2025-02-30"])
def test_a_condition_that_no_version_could_meet_is_refused_before_anything_is_asked(connected, where):
    registry, asked = connected(3)
    with pytest.raises(AddressError, match="is not a time") as caught:
        registry.search_versions(where)
    assert not asked
    with pytest.raises(AddressError) as filtered:
        VersionSet.from_documents({"VersionName": "a", "GmtCreateTime": "2026-01-01", "Labels": [{"Key": "env", "Value": "a"}]}).filter(
            where
        )
    assert str(caught.value) == str(filtered.value)


@pytest.mark.slow
def test_nothing_is_left_of_models_without_finds(connected):
    def large(number):
        return [{**version, "VersionDescription": "x" * 20_000} for version in versions_of(number)]

    def left(count):
        registry, _ = connected(count, versions=large)
        registry.search_versions("cer > 99", models=["model-1"])
        tracemalloc.start()
        try:
            registry.search_versions("cer < 0.002", models=[f"model-{number}" for number in range(count)], confirm=True)
            gc.collect()
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    left(40)  # what is loaded and remembered once
    few, many = left(40), left(240)
    assert many < few + 200 * 2_000  # what the embedded service and this test note of a request


def named_registry(models, **options):
    """Connect to models with two datasets each, which the registry calls `hold-out 0` and so on, and note what is asked for."""
    documents = {
        f"model-{number}": [
            {
                "VersionName": f"0.{place}.0",
                "OwnerId": "1557702098000001",
                "Metrics": {
                    "Results": [
                        {"Dataset": {"DatasetId": f"d-{number}{kind}"}, "Metrics": {"accuracy": 0.9 + place / 100}} for kind in ("x", "y")
                    ]
                },
            }
            for place in range(3)
        ]
        for number in range(models)
    }
    held = [{"ModelId": each, "ModelName": f"name {each[6:]}", "WorkspaceId": "7"} for each in documents]
    datasets = [
        {"DatasetId": f"d-{number}{kind}", "Name": f"{called}-{number}", "Versions": []}
        for number in range(models)
        for kind, called in (("x", "hold-out"), ("y", "手写"))
    ]
    members = {"7": [{"UserId": "1557702098000001", "DisplayName": "张三"}]}
    handler = demo.Handler(demo.Store(held, documents, datasets=datasets, members=members))
    asked = []

    def answer(request):
        asked.append(request.header("x-acs-action"))
        return handler(request)

    return pnb.connect("demo", transport=demo.transport(handler=answer), default=False, backoff_scale=0, **options), asked


def test_a_search_understands_names_of_datasets_and_what_it_finds_has_them():
    registry, asked = named_registry(3)
    with registry:
        found = registry.search_versions("accuracy@手写-1 > 0.915")
        assert addresses(found) == ["model-1@0.2.0"]
        assert addresses(registry.search_versions("accuracy[hold-out-2] > 0.905 and accuracy@d-2y < 0.915")) == ["model-2@0.1.0"]
    assert asked.count("GetDataset") == 6
    assert asked.count("ListMembers") == 1
    assert asked.count("GetModel") == 0
    text = str(found)
    assert "name 1" in text
    assert "手写" in text
    assert found[0].provenance.people == (("1557702098000001", "张三"),)


def test_a_search_without_names_of_datasets_asks_only_for_those_of_what_it_finds():
    registry, asked = named_registry(3)
    with registry:
        assert addresses(registry.search_versions("accuracy@d-1x > 0.915")) == ["model-1@0.2.0"]
    assert asked.count("GetDataset") == 2
    registry, asked = named_registry(3, names=False)
    with registry:
        registry.search_versions("accuracy@d-1x > 0.915")
    assert asked == ["ListModels", *["ListModelVersions"] * 3, *["GetModelVersion"] * asked.count("GetModelVersion")]


def test_an_unknown_name_of_a_dataset_is_refused_with_those_there_are():
    registry, _ = named_registry(2)
    with registry, pytest.raises(NameNotFound, match="not measured on dataset 'hold-ou-1'") as caught:
        registry.search_versions("accuracy@hold-ou-1 > 0.9")
    assert "hold-out-" in caught.value.hint


def test_a_search_finds_a_dataset_by_name_among_more_than_are_asked_for_to_be_shown():
    registry, _ = named_registry(12)
    with registry:
        found = registry.search_versions("accuracy@hold-out-11 > 0.915")
    assert addresses(found) == ["model-11@0.2.0"]
    assert not found.errors


def test_a_search_asks_for_the_names_of_datasets_of_its_metric_only():
    registry, asked = named_registry(12)
    with registry:
        assert not registry.search_versions("accuracy@d-1x > 2 or version == 'none'")
        with pytest.raises(NameNotFound, match=r"'acuracy@hold-out-3'\. Nearest are accuracy@d-"):
            registry.search_versions("acuracy@hold-out-3 > 0.5")
    assert "GetDataset" not in asked


def test_a_search_asks_for_200_names_of_datasets_at_most_and_says_which_models_are_left_over():
    registry, asked = named_registry(110)
    with registry:
        found = registry.search_versions("accuracy@hold-out-109 > 2")
        assert 150 < asked.count("GetDataset") <= 200
        assert 9 <= len(found.errors) < 50
        assert all("name" in model for model in found.errors)
        said = str(next(iter(found.errors.values())))
        assert "names of datasets left unasked" in said
        assert "again" not in said


def test_a_dataset_on_which_nothing_was_measured_is_answered_with_the_nearest_of_all_models():
    registry, _ = named_registry(12)
    with registry:
        for name, near in (("hold-ot-11", "hold-out-11"), ("hold-out", "hold-out-")):
            with pytest.raises(NameNotFound, match=rf"accuracy was not measured on dataset '{name}'\. Nearest are {near}"):
                registry.search_versions(f"accuracy@{name} > 0.5")


def test_what_a_search_finds_shows_the_metrics_of_its_condition():
    with pnb.connect("demo", default=False) as registry:
        found = registry.search_versions("train_seconds < 0.005", models="wine-cultivar")
        assert "train_seconds" in str(found)
        assert "train_seconds" not in str(registry.get_versions("wine-cultivar"))


def test_a_metric_on_several_datasets_is_refused_with_their_names():
    registry, _ = named_registry(2)
    with registry:
        found = registry.search_versions("accuracy > 0.5", models="name 1")
    assert "Name one: accuracy@hold-out-1, accuracy@手写-1." in str(found.errors["name 1"])


@pytest.mark.parametrize("asked", [{"label": {"tem": "a"}}, {"label": {"zzz": "a"}}, {"approval": "Aproved"}, {"approval": "zzz"}])
def test_a_filter_and_a_search_refuse_what_nothing_has_in_the_same_words(asked):
    labels = [[{"Key": "team", "Value": "a"}], [{"Key": "", "Value": "b"}]]
    versions = pnb.VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Labels": each} for n, each in enumerate(labels)], "model-a")
    search = VersionSearch(**asked)
    assert search.matches(list(versions)) == []
    with pytest.raises(ConfigurationError) as found:
        search.check()
    with pytest.raises(ConfigurationError) as filtered:
        versions.filter(**asked)
    assert filtered.value.sentence == found.value.sentence
    assert "Available: , " not in found.value.sentence


def test_a_state_or_label_that_is_near_to_none_is_answered_with_those_there_are(connected):
    registry, _ = connected(6)
    with pytest.raises(ConfigurationError, match=r"Available: Approved, Pending and Rejected\.$"):
        registry.search_versions(approval="ok")
    with pytest.raises(ConfigurationError, match=r"Available: team\.$"):
        registry.search_versions(label={"nosuch": "x"})


def test_of_a_thousand_models_names_are_remembered_and_nothing_is_held_of_those_without_finds(connected, monkeypatch):
    kept = []
    monkeypatch.setattr(registry_module, "Finds", lambda *given: kept.append(Finds(*given)) or kept[-1])
    registry, asked = connected(450, versions=lambda number: [{"VersionName": "0.1.0", "Metrics": {"cer": number / 1000}}])
    found = registry.search_versions("cer >= 0.44", confirm=True)
    assert addresses(found) == [f"model-{number}@0.1.0" for number in range(440, 450)]
    assert (kept[0].done, len(kept[0]._found), len(kept[0]._ended)) == (450, 10, 0)
    requests = len(asked)
    assert registry.search_versions("cer < 1", models="name 7").models == ("model-7",)
    assert not [target for target in asked[requests:] if "ListModels" in target or target.endswith("/models")]


@pytest.fixture
def few_remembered(monkeypatch):
    monkeypatch.setattr(known_models, "MOST_MODELS", 50)
    monkeypatch.setattr(registry_module, "MOST_MODELS", 50)


def test_of_more_models_than_are_remembered_a_name_is_asked_for_and_still_unique_or_not(connected, few_remembered):
    registry, asked = connected(230, versions=lambda number: [{"VersionName": "0.1.0", "Metrics": {"cer": number / 1000}}])
    found = registry.search_versions("cer < 0.003 or cer > 0.227", confirm=True)
    assert [version.provenance.model_name for version in found] == [f"name {number}" for number in (0, 1, 2, 228, 229)]
    assert len(registry.fetcher.memory.models.names()) == 50
    assert registry.get_model("name 7").model_id == "model-7"
    requests = len(asked)
    # from the second name on one list of those of the name, and none for a name that was asked for
    assert [registry.get_model(name).name for name in ("name 8", "name 8", "name 7")] == ["name 8", "name 8", "name 7"]
    lists = [target for target in asked[requests:] if target.startswith("/api/v1/models?")]
    assert len(lists) == 1
    assert "ModelName=name" in lists[0]
    with pytest.raises(pnb.errors.ModelNotFound, match=r"no model named name 9999"):
        registry.get_model("name 9999")
    with pytest.raises(pnb.errors.ModelNotFound, match=r"Nearest (is|are) name 229"):
        registry.get_model("name 2299")


def test_of_more_models_than_are_remembered_errors_say_names_where_they_are_unique(connected, few_remembered):
    def refuse(request, answer):
        if any(f"/{model}/" in request.target for model in ("model-4", "model-5")):
            return demo.Response(503, (("Content-Type", "application/json"),), json.dumps({"Code": "ServiceUnavailable"}).encode())
        return answer(request)

    registry, _ = connected(130, refuse)
    found = registry.search_versions("cer > 0.12", confirm=True)
    assert sorted(found.errors) == ["name 4", "name 5"]
    assert [version.model_id for version in found][::2] == [f"model-{number}" for number in range(121, 130) if number % 5]


def test_models_are_met_once_and_in_their_order_while_others_are_deleted(connected):
    def change(request, answer):
        if request.target.startswith("/api/v1/models?") and "PageNumber=2" in request.target and store:
            del store.pop()[10:20]
        return answer(request)

    store = []
    registry, _ = connected(330, change, versions=lambda number: [{"VersionName": "0.1.0", "Metrics": {"cer": 0.1}}])
    store.append(connected.stores[-1].models())
    found = registry.search_versions("cer < 1", confirm=True)
    numbers = [int(version.model_id.removeprefix("model-")) for version in found]
    assert numbers == sorted(set(numbers))
    assert set(numbers) >= {*range(10), *range(20, 330)}


def test_words_that_are_empty_in_the_registry_are_not_offered(connected):
    def bare(number):
        return [{"VersionName": "0.1.0", "ApprovalStatus": "", "Labels": [{"Key": "", "Value": "x"}, {"Key": "team", "Value": "a"}]}]

    registry, _ = connected(2, versions=bare)
    with pytest.raises(ConfigurationError, match=r"Available: Approved, Pending and Rejected\.$"):
        registry.search_versions(approval="ok")
    with pytest.raises(ConfigurationError, match=r"Available: team\.$"):
        registry.search_versions(label={"nosuch": "x"})


def test_a_short_name_of_a_dataset_is_understood_in_each_model_as_in_it_alone():
    where = "accuracy@holdout > 0.9"
    with pnb.connect("demo", default=False) as registry:
        found = registry.search_versions(where, approval="approved")
        alone = set()
        for model in registry.list_models():
            try:
                alone |= set(addresses(registry.get_versions(model.model_id).filter(where, approval="approved")))
            except (NameNotFound, AddressError):
                continue
    assert set(addresses(found)) == alone
    assert not found.errors
    assert len(found.models) > 1


def test_a_short_name_tells_a_dataset_from_those_of_other_metrics_and_pages():
    def measured(place, *datasets):
        results = [{"Dataset": {"DatasetId": each}, "Metrics": {metric: 0.5}} for each, metric in datasets]
        created = f"2026-01-01T{place // 60:02}:{place % 60:02}:00Z"
        return {"VersionName": f"0.{place}.0", "GmtCreateTime": created, "Metrics": {"Results": results}}

    old = [measured(place, ("d-a", "accuracy")) for place in range(130)]
    documents = {"model-1": [*old, measured(130, ("d-a", "accuracy"), ("d-b", "latency"))], "model-2": [measured(0, ("d-c", "accuracy"))]}
    held = [{"ModelId": each, "ModelName": each, "WorkspaceId": "7"} for each in documents]
    names = {"d-a": "wine-holdout", "d-b": "wine-noisy", "d-c": "iris-train", "d-d": "never-asked"}
    datasets = [{"DatasetId": each, "Name": name, "Versions": []} for each, name in names.items()]
    handler = demo.Handler(demo.Store(held, documents, datasets=datasets))
    with pnb.connect("demo", transport=demo.transport(handler=handler), default=False, backoff_scale=0) as registry:
        found = registry.search_versions("accuracy@holdout > 0.4")
        assert len(found) == 131
        assert found.models == ("model-1",)
        with pytest.raises(NameNotFound, match="not measured on dataset 'hold'"):
            registry.search_versions("accuracy@hold > 0.4")


def test_a_metric_on_several_datasets_in_every_model_is_one_error_with_a_condition_that_can_be_searched():
    with pnb.connect("demo", default=False) as registry:
        with pytest.raises(ComparisonError, match="accuracy is several metrics in each of the 4 models that have it") as caught:
            registry.search_versions("approval == 'approved' and accuracy > 0.9")
        names, way = re.fullmatch(r"Name a dataset, such as (\w+ or \w+): (.*)\.", caught.value.hint).groups()
        for name in names.split(" or "):
            assert len(registry.search_versions(way.replace(f"@{names.split()[0]}", f"@{name}"))) > 3


def test_a_search_that_finds_nothing_because_a_fraction_is_bounded_in_percent_says_so():
    with pnb.connect("demo", default=False) as registry:
        found = registry.search_versions("accuracy@d-wineholdout0001 > 98", models=["wine-cultivar"])
        assert found.removed == ("accuracy@d-wineholdout0001 is 0.389 to 0.981; did you mean 98%?",)
        assert registry.search_versions("accuracy@d-wineholdout0001 > 0.9", models=["wine-cultivar"]).removed == ()


@pytest.mark.parametrize(
    "asked", [{"where": "label.team == 'c'"}, {"label": {"team": "c"}}, {"label": {"team": ["c"]}, "approval": "approved"}]
)
def test_a_search_for_a_text_that_no_version_has_says_which_there_are(connected, asked):
    registry, requests = connected(4)
    found = registry.search_versions(**asked)
    counted = len(requests)
    assert found.removed == ("no version has labels.team 'c'; there are: a, b",)
    assert "no version has labels.team 'c'; there are: a, b" in str(found)
    assert len(requests) == counted  # from what was seen


def test_a_search_says_nothing_of_a_text_that_versions_of_some_model_have(connected):
    registry, _ = connected(4)
    assert registry.search_versions("label.team == 'a' and label.team == 'b'").removed == ()
    assert registry.search_versions("label.team == 'a' or label.team == 'c'").removed == ()
