"""Names of models, datasets and people: asked for with the versions, and never a reason for a fetch to fail."""

import asyncio
import json
import pickle
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait

import httpx
import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.display import describe_error, render_text
from pai_notebook.errors import FetchErrors, PaiError, VersionNotFound
from pai_notebook.i18n.phrases import speaking

MODEL = "model-named"
OWNER, USER = "1557702098000001", "287719005500000002"
DATASETS = {"d-one": "speech-clean", "d-two": "speech-noisy", "d-three": "speech-far"}
PERMISSIONS = {
    "GetModel": "paimodel:GetModel",
    "GetDataset": "paidataset:GetDataset",
    "GetDatasetVersion": "paidataset:GetDatasetVersion",
    "ListMembers": "paiworkspace:ListMembers",
}


def result(dataset, **metrics):
    return {"Dataset": dataset, "Metrics": metrics}


def version(place, results=None):
    measured = [result({"DatasetId": dataset}, accuracy=0.9 + place / 1000) for dataset in DATASETS]
    measured[0]["Dataset"]["DatasetVersion"] = "v2"
    return {
        "VersionName": f"0.{place}.0",
        "GmtCreateTime": f"2025-01-{place + 1:02}T00:00:00Z",
        "OwnerId": OWNER,
        "UserId": USER,
        "Metrics": {"Results": measured if results is None else results},
    }


def dataset(dataset_id, name, *counts, uri=""):
    versions = [{"VersionName": f"v{number}", "DataCount": count} for number, count in enumerate(counts, 1)]
    return {"DatasetId": dataset_id, "Name": name, "Uri": uri, "Versions": versions}


class Service:
    """A registry over documents of a test, that refuses some actions and counts what it is asked."""

    def __init__(self, versions=None, *, datasets=None, denied=(), missing=(), failing=()):
        held = [dataset(key, name, 1000, 500) for key, name in DATASETS.items()] if datasets is None else datasets
        members = {"77": [{"UserId": OWNER, "DisplayName": "Li Na"}, {"UserId": USER, "MemberName": "wang.wu"}]}
        models = [{"ModelId": MODEL, "ModelName": "speech", "WorkspaceId": "77", "OwnerId": OWNER, "UserId": USER}]
        documents = [version(place) for place in range(25)] if versions is None else versions
        store = demo.Store(models, {MODEL: documents}, datasets=held, members=members)
        key = demo.Key("id", "secret", denied=frozenset(denied))
        self.handler = demo.Handler(store, keys=[key])
        self.missing, self.failing = missing, failing
        self.asked = Counter()

    def __call__(self, request):
        action = request.header("x-acs-action")
        self.asked[action] += 1
        if action in self.missing:
            return demo.Response(404, {}, json.dumps({"Code": "InvalidAction.NotFound", "Message": "no such action"}).encode())
        if action in self.failing:
            return demo.Response(503, {}, b"{}")
        return self.handler(request)

    def connect(self, **options):
        own = {"endpoint": demo.ENDPOINT, "credentials": ("id", "secret"), "backoff_scale": 0, "default": False}
        return pnb.connect(**{"transport": demo.transport(handler=self), "requests_per_second": None, **own, **options})


def test_the_heads_of_a_comparison_are_names_and_ids_stand_below():
    with Service().connect() as registry:
        c = registry.compare(f"{MODEL}@last:3")
    assert c.short_datasets == {"d-one:v2": "clean:v2", "d-two": "noisy", "d-three": "far"}
    text = str(c)
    assert "noisy: speech-noisy d-two\n" in text
    assert text.count("d-two") == 1
    assert c.versions[0].provenance.model_name == "speech"


def test_a_list_of_twenty_over_three_datasets_costs_a_request_a_name():
    service = Service()
    with service.connect() as registry:
        assert len(registry.get_versions(f"{MODEL}@last:20")) == 20
        first = Counter(service.asked)
        registry.get_versions(f"{MODEL}@last:20", refresh=True)
    names = {"GetModel": 1, "GetDataset": 3, "GetDatasetVersion": 1, "ListMembers": 1}
    assert {action: first[action] for action in PERMISSIONS} == names
    assert {action: service.asked[action] for action in PERMISSIONS} == names
    bare = Service()
    with bare.connect(names=False) as registry:
        registry.get_versions(f"{MODEL}@last:20")
    assert bare.asked == first - Counter(names)


def test_without_names_nothing_more_is_asked():
    service = Service()
    with service.connect(names=False) as registry:
        found = registry.get_versions(f"{MODEL}@last:20")
    assert not service.asked.keys() & PERMISSIONS.keys()
    assert found[0].provenance.datasets == found[0].provenance.people == ()


@pytest.mark.parametrize("how", ["denied", "missing"])
@pytest.mark.parametrize("action", PERMISSIONS)
def test_a_refused_action_costs_one_request_and_its_names_alone(action, how):
    whole, service = Service(), Service(**{how: [action]})
    with whole.connect(workspace_id="77") as registry:
        expected = registry.get_versions(f"{MODEL}@last:20")
    with service.connect(workspace_id="77") as registry:
        found = registry.get_versions(f"{MODEL}@last:20")
        again = registry.get_versions(MODEL, refresh=True)
        notes = registry.notes
    assert list(found) == list(expected)
    assert len(again) == 25
    assert service.asked[action] == 1
    assert len(notes) == 1
    assert PERMISSIONS[action] in notes[0]


def test_a_service_that_fails_for_names_fails_nothing_and_is_not_asked_at_every_call():
    service = Service(failing=PERMISSIONS)
    with service.connect(max_attempts=1) as registry:
        assert len(registry.get_versions(f"{MODEL}@last:20")) == 20
        asked = Counter(service.asked)
        registry.get_versions(f"{MODEL}@last:20", refresh=True)
        assert registry.notes == ()
    assert {action: service.asked[action] for action in PERMISSIONS} == {action: asked[action] for action in PERMISSIONS}


def test_without_a_cache_a_failing_name_is_asked_for_once_a_call():
    service = Service(failing=PERMISSIONS)
    with service.connect(max_attempts=1, cache_seconds=0) as registry:
        registry.get_versions(f"{MODEL}@last:20")
    assert {action: service.asked[action] for action in PERMISSIONS} == {
        "GetModel": 1,
        "GetDataset": 3,
        "GetDatasetVersion": 1,
        "ListMembers": 0,
    }


def test_threads_that_fetch_at_once_share_the_requests_for_names():
    granted, refused = Service(), Service(denied=["GetDataset"])
    for service, asked in ((granted, 3), (refused, 1)):
        with service.connect() as registry, ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda place, registry=registry: registry.get_version(MODEL, f"0.{place}.0"), range(16)))
        assert service.asked["GetDataset"] == asked
        assert {len(each.provenance.datasets) for each in found} == {1 if service is refused else 3}


class Held(httpx.AsyncBaseTransport):
    """Hands requests on, those for a second dataset and further ones only when told."""

    def __init__(self, service):
        self.service, self.inner = service, demo.transport(handler=service)
        self.waits, self.may_go_on = threading.Event(), threading.Event()

    async def handle_async_request(self, request):
        while self.service.asked["GetDataset"] and request.headers["x-acs-action"] == "GetDataset" and not self.may_go_on.is_set():
            self.waits.set()
            await asyncio.sleep(0.01)
        return await self.inner.handle_async_request(request)


def test_a_call_waits_for_the_names_that_another_call_asks_for():
    service = Service()
    held = Held(service)
    with service.connect(transport=held) as registry, ThreadPoolExecutor(2) as pool:
        first = pool.submit(registry.get_version, MODEL, "0.1.0")
        held.waits.wait()
        second = pool.submit(registry.get_version, MODEL, "0.2.0")
        assert not wait([second], timeout=0.5).done
        held.may_go_on.set()
        assert [len(each.result().provenance.datasets) for each in (first, second)] == [3, 3]
    assert service.asked["GetDataset"] == 3


def test_a_call_asks_for_at_most_twenty_names_and_the_next_for_the_rest():
    many = {f"d-{number:02}": f"set-{number:02}" for number in range(40)}
    results = [result({"DatasetId": each}, accuracy=0.5) for each in many]
    service = Service([version(0, results)], datasets=[dataset(*each) for each in many.items()])
    with service.connect() as registry:
        for named in (14, 28):
            (found,) = registry.get_versions(MODEL, refresh=True)
            assert len(found.provenance.datasets) >= named
            assert sum(service.asked[action] for action in PERMISSIONS) <= 20
            service.asked.clear()
        (found,) = registry.get_versions(MODEL, refresh=True)
    assert {each.identity: each.name for each in found.provenance.datasets} == many


def test_a_dataset_that_is_gone_leaves_its_id_and_the_names_of_the_others():
    service = Service(datasets=[dataset("d-one", "speech-clean", 1000, 500), dataset("d-three", "speech-far")])
    with service.connect() as registry:
        found = registry.get_versions(f"{MODEL}@last:2")
        registry.get_versions(f"{MODEL}@last:2", refresh=True)
        assert registry.notes == ()
    assert service.asked["GetDataset"] == 3
    assert {each.identity for each in found[0].provenance.datasets} == {"d-one:v2", "d-three"}


def test_names_come_back_from_a_snapshot(tmp_path):
    with Service().connect() as registry:
        found = registry.get_versions(f"{MODEL}@last:3")
    again = pnb.load(found.save(tmp_path / "x.paisnap.json"))
    assert [each.provenance for each in again] == [each.provenance for each in found]
    assert str(again.compare()) == str(found.compare())


def test_redaction_leaves_out_the_names_of_people_and_keeps_those_of_datasets(tmp_path):
    with Service().connect() as registry:
        found = registry.get_versions(f"{MODEL}@last:3")
    path = found.save(tmp_path / "x.paisnap.json", redact="default")
    text = path.read_text("utf-8")
    assert "Li Na" not in text
    assert "wang.wu" not in text
    assert OWNER not in text
    assert pnb.load(path).compare().short_datasets["d-two"] == "noisy"


def test_a_name_works_wherever_the_id_of_a_dataset_does():
    with Service().connect() as registry:
        found = registry.get_versions(f"{MODEL}@last:3")
    metrics = found[0].metrics
    assert metrics["accuracy@speech-noisy"] is metrics["accuracy", "speech-noisy"] is metrics["accuracy@d-two"]
    assert "accuracy@speech-noise" not in metrics
    c = found.compare(directions={"accuracy@speech-noisy": "min"}, tolerance={"accuracy[speech-far]": 0.5})
    assert c["accuracy@speech-noisy"].key == c["accuracy@d-two"].key
    assert c["accuracy@speech-noisy"].direction.mode == "min"
    assert c["accuracy@d-three"].direction.mode == "max"
    assert c.best("accuracy", dataset="speech-clean:v2") == c.best("accuracy@d-one:v2")
    assert [row.dataset for row in found.compare(dataset="speech-*").metrics] == ["d-one:v2", "d-three", "d-two"]
    assert found.compare(include="accuracy@speech-far").metrics[0].dataset == "d-three"
    assert len(found.filter("accuracy@speech-far > 0.9225")) == len(found.filter("accuracy@d-three > 0.9225"))
    assert found.sort_values("accuracy@speech-far", ascending=False)[0].version_name == "0.24.0"
    checks = c.check("accuracy[speech-noisy] >= 0.5").checks
    assert {(check.dataset, check.outcome) for check in checks} == {("d-two", "passed")}


def test_a_name_that_two_datasets_share_is_the_name_of_none():
    same = [dataset("d-one", "speech", 1000, 500), dataset("d-two", "far"), dataset("d-three", "far")]
    with Service(datasets=same).connect() as registry:
        c = registry.compare(f"{MODEL}@last:3")
    assert c.short_datasets["d-two"] == "d-two"
    with pytest.raises(pnb.errors.ComparisonError, match="not measured on dataset 'far'"):
        c["accuracy@far"]


def test_the_registry_says_how_many_examples_where_no_metric_does():
    documents = []
    for place, accuracy in enumerate((0.9, 0.95)):
        results = [result({"DatasetId": name, "DatasetVersion": "v2"}, accuracy=accuracy) for name in ("d-one", "d-two")]
        results[1]["Metrics"]["n"] = 100
        documents.append({**version(place), "Metrics": {"Results": results}})
    with Service(documents).connect() as registry:
        c = registry.compare(MODEL, baseline="0.0.0")
        card = str(registry.get_version(MODEL, "0.1.0"))
    looked_up, stated = (c.interval(f"accuracy@{dataset}:v2", "0.1.0") for dataset in ("d-one", "d-two"))
    assert str(looked_up.reason).startswith("n = 500 and 500")
    assert "DataCount" in looked_up.reason
    assert str(stated.reason).startswith("n = 100 and 100")
    assert "DataCount" not in stated.reason
    assert "DataCount = 500" in card
    assert "n = 100" in card
    with Service(documents).connect(names=False) as registry:
        assert registry.compare(MODEL, baseline="0.0.0").interval("accuracy@d-one:v2", "0.1.0").interval is None


def counted_on_v2(*accuracies, **beside):
    """Registered versions that say no n, measured on a version of a dataset that has 500 examples."""
    on = {"DatasetId": "d-one", "DatasetVersion": "v2"}
    return [{**version(place), "Metrics": {"Results": [result(on, accuracy=each, **beside)]}} for place, each in enumerate(accuracies)]


def test_a_number_of_examples_that_was_looked_up_does_not_overrule_a_stated_error():
    with Service(counted_on_v2(0.8, 0.9, accuracy_stderr=0.05)).connect() as registry:
        found = registry.compare(MODEL, baseline="0.0.0").interval("accuracy@d-one:v2", "0.1.0")
    assert found.words == "could be chance"
    assert "accuracy_stderr, clearly wider than n = 500 and 500" in found.reason
    assert "DataCount" in found.reason


@pytest.mark.parametrize("source", ["frame", "documents"])
def test_of_a_version_that_is_not_registered_no_number_of_examples_is_looked_up(source):
    def candidates(**beside):
        numbers = {"accuracy": 1.0, **beside}
        if source == "documents":
            results = [result({"DatasetId": "d-one", "DatasetVersion": "v2"}, **numbers)]
            return pnb.VersionSet.from_documents([{"VersionName": "mine", "Metrics": {"Results": results}}])
        columns = {f"{name}@speech-clean:v2": value for name, value in numbers.items()}
        return pnb.VersionSet.from_frame(pd.DataFrame([columns], index=["mine"]))

    with Service(counted_on_v2(0.9, 0.95)).connect() as registry:
        registered = registry.get_versions(MODEL)
    c = (registered + candidates()).compare("0.0.0")
    (mine,) = [name for name in c.names if name.startswith("mine")]
    found = c.interval("accuracy@d-one:v2", mine)
    assert found.interval is None
    assert "add n@speech-clean:v2" in found.reason
    assert c.verdict.counts[mine]["better"] == 0
    assert c.interval("accuracy@d-one:v2", "0.1.0").interval is not None
    assert (registered + candidates(n=500)).compare("0.0.0").interval("accuracy@d-one:v2", mine).interval is not None


def test_wherever_intervals_are_explained_a_number_of_examples_that_was_looked_up_is_said_to_be():
    with Service(counted_on_v2(0.9, 0.95)).connect() as registry:
        c = registry.compare(MODEL, baseline="0.0.0")
    said = "speech-clean:v2: number of examples from the dataset's DataCount"
    assert "number of examples from the dataset's DataCount" in c.interval("accuracy@d-one:v2", "0.1.0").reason
    assert said in str(c.explain(everything=True))
    assert said in str(c).partition("Where the intervals come from")[2] or said in c.report().partition("Where the intervals come from")[2]
    assert "speech-clean:v2：样本数取自数据集的 DataCount" in str(c.explain("zh", everything=True))


def test_without_a_version_the_count_is_believed_only_of_a_dataset_with_one():
    documents = [{**version(0), "Metrics": {"Results": [result({"DatasetId": name}, accuracy=0.5) for name in ("d-one", "d-two")]}}]
    datasets = [dataset("d-one", "grown", 10, 20), dataset("d-two", "first", 30)]
    with Service(documents, datasets=datasets).connect() as registry:
        (found,) = registry.get_versions(MODEL)
    assert {each.name: each.examples for each in found.provenance.datasets} == {"grown": None, "first": 30}


def test_one_dataset_under_id_and_address_is_said_to_be_one_and_not_merged():
    uri = "oss://bucket.oss-cn-hangzhou.aliyuncs.com/speech/clean/"
    same = "oss://bucket.oss-cn-hangzhou-internal.aliyuncs.com/speech/clean"
    documents = [
        {**version(0), "Metrics": {"Results": [result({"DatasetId": "d-one"}, accuracy=0.5)]}},
        {**version(1), "Metrics": {"Results": [result({"Uri": same}, accuracy=0.6)]}},
    ]
    with Service(documents, datasets=[dataset("d-one", "clean", uri=uri)]).connect() as registry:
        c = registry.compare(MODEL, baseline="0.0.0")
    assert c.short_datasets == {"d-one": "clean", same: "clean (Uri)"}
    assert len(c.metrics) == 2
    (caution,) = c.comparability
    assert caution == "clean is named by its id in 0.0.0 and by its Uri in 0.1.0: the same data, compared as two datasets"
    assert c["accuracy@clean (Uri)"].dataset == same
    gate = c.check("accuracy@clean >= 0.4")
    assert not gate.passed
    assert gate.remarks == (caution,)
    assert "clean (Uri)" in str(c.coverage)
    both = [result({"DatasetId": "d-one"}, accuracy=0.5), result({"Uri": same}, accuracy=0.5)]
    documents = [{**version(place), "Metrics": {"Results": both}} for place in range(2)]
    with Service(documents, datasets=[dataset("d-one", "clean", uri=uri)]).connect() as registry:
        assert registry.compare(MODEL, baseline="0.0.0").comparability == ()
        said = "clean by its id and clean (Uri) are the same data"
        assert all(said in str(shown) for shown in (registry.get_version(f"{MODEL}@0.1.0"), registry.get_versions(MODEL)))


def test_people_stand_by_name_at_the_foot_of_a_card():
    with Service().connect() as registry:
        card = str(registry.get_version(f"{MODEL}@latest"))
    assert f"owner Li Na {OWNER}" in card
    assert f"user wang.wu {USER}" in " ".join(card.split())


def test_frames_keep_ids_unless_they_are_asked_for_names():
    with Service().connect() as registry:
        found = registry.get_versions(f"{MODEL}@last:2")
    ids = ["metrics.accuracy@d-one:v2", "metrics.accuracy@d-three", "metrics.accuracy@d-two"]
    assert [name for name in found.to_frame().columns if "@" in name] == ids
    names = ["metrics.accuracy@speech-clean:v2", "metrics.accuracy@speech-far", "metrics.accuracy@speech-noisy"]
    named = found.to_frame(names=True)
    assert [name for name in named.columns if "@" in name] == names
    assert named["metrics.accuracy@speech-far"].tolist() == found.to_frame()["metrics.accuracy@d-three"].tolist()
    assert set(found.to_frame("long", names=True)["dataset"]) == {"speech-clean:v2", "speech-far", "speech-noisy"}
    assert set(found.to_frame("long")["dataset"]) == {"d-one:v2", "d-three", "d-two"}
    assert set(found.to_frame(flat=False, names=True).columns.get_level_values("dataset")) >= {"speech-far"}
    c = found.compare()
    assert set(c.to_frame().index.get_level_values("dataset")) == {"d-one:v2", "d-three", "d-two"}
    assert set(c.to_frame(names=True).index.get_level_values("dataset")) == {"speech-clean:v2", "speech-far", "speech-noisy"}
    assert "metrics.accuracy@speech-far" in c.to_frame(names=True, flat=True).index
    assert found.to_frame("long", include="accuracy@speech-far")["dataset"].unique().tolist() == ["d-three"]


@pytest.mark.slow
def test_a_report_names_the_model_the_datasets_and_the_people(tmp_path):
    with Service().connect() as registry:
        c = registry.compare(f"{MODEL}@last:3")
    text = c.report(tmp_path / "r.html", redact=None).read_text("utf-8")
    assert all(name in text for name in ("speech", "speech-noisy", "wang.wu: 0.22.0, 0.23.0, 0.24.0"))
    text = c.report(tmp_path / "masked.html").read_text("utf-8")
    assert "speech-noisy" in text
    assert "wang.wu" not in text
    assert "Li Na" not in text


def test_a_model_and_its_latest_version_name_their_people_too():
    service = Service()
    with service.connect() as registry:
        model = registry.get_model("speech")
        assert f"owner Li Na {OWNER}" in str(model)
        assert str(model.latest_version).startswith("speech 0.24.0")
        assert pickle.loads(pickle.dumps(model)).people == model.people
        registry.get_model(MODEL)
    assert service.asked["ListMembers"] == 1
    service = Service(denied=["ListMembers"])
    with service.connect() as registry:
        assert registry.get_model(MODEL) == registry.get_model(MODEL) == model
    assert service.asked["ListMembers"] == 1
    with service.connect(names=False) as registry:
        assert registry.get_model(MODEL).people == ()


def test_reasons_to_be_careful_call_datasets_by_name():
    documents = [
        {**version(0), "Metrics": {"Results": [result({"DatasetId": "d-two"}, accuracy=0.5, n=10)]}},
        {**version(1), "Metrics": {"Results": [result({"DatasetId": "d-three"}, accuracy=0.6)]}},
        {**version(2), "Metrics": {"Results": [result({"DatasetId": "d-two"}, accuracy=0.6, n=20)]}},
    ]
    with Service(documents).connect() as registry:
        said = registry.compare(MODEL, baseline="0.0.0").comparability
    assert "accuracy of 0.1.0 was measured on speech-far, not where the baseline's was" in said
    assert any(sentence.startswith("n@speech-noisy differs") for sentence in said)


def _drifted(versions):
    changed = [each.raw for each in versions]
    changed[-1]["Metrics"]["Results"][1]["Metrics"]["accuracy"] = 0.5
    with Service(changed).connect() as later:
        return later.drift(versions)


ASKED = {
    "best": lambda c: c.best("accuracy", dataset="speech-noisy"),
    "rank": lambda c: c.rank("accuracy@d-two"),
    "pareto": lambda c: c.pareto(["accuracy@d-two", "accuracy@d-three"]),
    "pairs": lambda c: pnb.VersionSet(list(c.versions)).minimal_pairs("accuracy@d-two"),
    "drift": lambda c: _drifted(pnb.VersionSet(list(c.versions))),
    "gate": lambda c: c.check("accuracy@d-two >= 0.99"),
    "paired": lambda c: c.paired("accuracy@d-two", _examples(c), on="id", score="score"),
    "row": lambda c: c["accuracy@d-two"],
}


def _examples(c):
    import pandas as pd

    right = c["accuracy@d-two"].cells
    return {
        name: pd.DataFrame({"id": range(40), "score": [cell.value + n % 7 / 1000 for n in range(40)]})
        for name, cell in zip(c.names[:2], right[:2], strict=True)
    }


@pytest.mark.parametrize("asked", ASKED)
def test_an_answer_about_a_metric_names_its_dataset_and_has_the_id_in_a_line_below_at_most(asked):
    documents = [{**version(place), "TrainingSpec": {"lr": place}} for place in range(3)]
    with Service(documents).connect() as registry:
        shown = str(ASKED[asked](registry.compare(MODEL, baseline="0.0.0")))
    assert "speech-noisy" in shown or "noisy" in shown.split()
    named = [line for line in shown.splitlines() if "d-two" in line]
    assert len(named) <= 1
    assert all(re.search("(noisy: |, |speech-noisy )d-two", line) for line in named)
    assert MODEL not in shown or shown.splitlines()[-1] == MODEL


REFUSED = {
    "several": (lambda c: c.best("accuracy"), "Name one: accuracy@speech-clean:v2, accuracy@speech-far, accuracy@speech-noisy."),
    "nowhere": (lambda c: c.rank("accuracy@speech-nois"), "Nearest are speech-noisy, "),
    "misspelt": (lambda c: c["acuracy@speech-noisy"], "Nearest is accuracy@speech-noisy"),
    "misspelt beside an id": (lambda c: c["acuracy@d-two"], "Nearest is accuracy@speech-noisy"),
    "gate": (lambda c: c.gate("accuracy@d-two > 1"), "accuracy@speech-noisy of 0.1.0 is"),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_hints_name_datasets_as_people_do(refused):
    ask, words = REFUSED[refused]
    with Service([version(place) for place in range(3)]).connect() as registry:
        c = registry.compare(MODEL, baseline="0.0.0")
    with pytest.raises(pnb.PaiError) as caught:
        ask(c)
    assert words in str(caught.value)
    assert "d-three" not in str(caught.value)


def test_a_name_that_a_hint_offers_is_understood_as_it_is_written():
    uri = "oss://bucket.oss-cn-hangzhou.aliyuncs.com/speech/clean/"
    documents = [
        {**version(place), "Metrics": {"Results": [result({"DatasetId": "d-one"}, accuracy=0.5), result({"Uri": uri}, accuracy=0.6)]}}
        for place in range(2)
    ]
    with Service(documents, datasets=[dataset("d-one", "clean", uri=uri)]).connect() as registry:
        c = registry.compare(MODEL, baseline="0.0.0")
    with pytest.raises(pnb.PaiError) as caught:
        c.best("accuracy")
    offered = caught.value.hint.removeprefix("Name one: ").rstrip(".").split(", ")
    assert offered == ["accuracy@clean", "`accuracy@clean (Uri)`"]
    assert [c.best(name).value for name in offered] == [0.5, 0.6]
    assert [len(pnb.VersionSet(list(c.versions)).filter(f"{name} < 0.55")) for name in offered] == [2, 0]
    assert [c.check(f"{name} < 0.55").passed for name in offered] == [True, False]


def test_conditions_on_people_understand_names_and_refuse_those_of_nobody():
    documents = [{**version(place), **({"UserId": OWNER} if place else {})} for place in range(3)]
    with Service(documents).connect() as registry:
        found = registry.get_versions(MODEL)
        for condition, count in {
            "user == 'wang.wu'": 1,
            f"user_id == '{USER}'": 1,
            "UserId in ('wang.wu', 'Li Na')": 3,
            "user != 'wang.wu'": 2,
            "owner contains 'li'": 3,
            f"owner == '{USER}'": 0,
        }.items():
            assert len(found.filter(condition)) == count, condition
            assert len(registry.search_versions(condition)) == count, condition
        for ask in (found.filter, registry.search_versions):
            with pytest.raises(pnb.PaiError, match=r"no version has owner_id 'Li N'. Nearest is Li Na"):
                ask("owner == 'Li N' or user == 'wang.wu'")
    with Service(documents).connect(names=False) as registry:
        with pytest.raises(pnb.PaiError, match="write the id"):
            registry.get_versions(MODEL).filter("owner == 'Li Na'")
        with pytest.raises(pnb.PaiError, match="write the id"):
            registry.search_versions("owner == 'Li Na'")


def test_frames_that_are_asked_for_names_name_people_and_models():
    with Service().connect() as registry:
        found = registry.get_versions(f"{MODEL}@last:2")
    named = found.to_frame(names=True)
    assert named["owner_id"].tolist() == ["Li Na", "Li Na"]
    assert named["user_id"].tolist() == ["wang.wu", "wang.wu"]
    assert set(named["model"]) == set(found.to_frame("long", names=True)["model"]) == {"speech"}
    ids = found.to_frame()
    assert set(ids["owner_id"]) == {OWNER}
    assert set(ids["model"]) == {MODEL}
    assert named.dtypes.tolist() == ids.dtypes.tolist()


def test_an_error_calls_the_model_by_its_name_and_has_the_id_behind(tmp_path):
    with Service().connect() as registry:
        found = registry.get_versions(f"{MODEL}@0.1.0,9.9.9")
        with pytest.raises(VersionNotFound) as caught:
            registry.get_version(f"{MODEL}@9.9.9")
        selected = registry.get_versions(f"{MODEL}@0.1.0", f"{MODEL}@approved")
    error = caught.value
    assert (error.model_id, error.model_name) == (MODEL, "speech")
    assert re.match(rf"no version 9\.9\.9 in speech \({MODEL}, ", str(error))
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    headline, *rest = render_text(describe_error(error)).split("\n")
    assert headline == "✗ no version 9.9.9 in speech"
    assert [line.startswith(MODEL) for line in rest if MODEL in line] == [True]
    assert [str(each).split(" (")[0] for each in selected.errors.values()] == ["no version of speech is approved"]
    assert list(found.errors) == [f"{MODEL}@9.9.9"]
    compared = found.compare(only="all")
    for shown in (found, compared, compared.check("accuracy > 0"), pnb.load(found.save(tmp_path / "x.json", redact="default"))):
        assert "speech@9.9.9" in str(shown)
        assert f"{MODEL}@9.9.9" not in str(shown)
    assert re.search(r"0\.1\.0 +9\.9\.9\n", str(compared))
    assert re.search(r"0\.1\.0 +9\.9\.9\n", str(compared.coverage))
    with pytest.raises(FetchErrors, match=r"could not be fetched: speech@9\.9\.9\. The first reason: no version 9\.9\.9 in speech"):
        found.raise_for_errors()


def test_an_error_of_a_model_whose_name_is_not_known_has_its_id():
    with Service().connect(names=False) as registry, pytest.raises(VersionNotFound) as caught:
        registry.get_version(f"{MODEL}@9.9.9")
    assert str(caught.value).startswith(f"no version 9.9.9 in {MODEL} (")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("acuracy@speech-claen", "accuracy@speech-clean:v2"),
        ("acuracy@d-two", "accuracy@speech-noisy"),
        ("acc@nosy", "accuracy@speech-noisy"),
        ("acuracy@noisy", "accuracy@speech-noisy"),
        ("accuracy@nois", "speech-noisy"),
    ],
)
def test_a_misspelt_metric_on_a_misspelt_dataset_is_answered_with_what_was_meant(typed, near):
    with Service().connect() as registry:
        vs = registry.get_versions(f"{MODEL}@last:2")
    for ask in (vs.compare().best, lambda name: vs.filter(f"{name} > 0.5")):
        with pytest.raises(PaiError) as caught:
            ask(typed)
        assert caught.value.hint.removeprefix("Nearest is ").removeprefix("Nearest are ").startswith(near)


@pytest.mark.parametrize(
    ("column", "near"), [("accuracy@speech-nosy", "speech-noisy"), ("accuracy@speech-noisy", ""), ("accuracy@other", "")]
)
def test_a_dataset_of_candidates_that_is_nearly_a_registered_one_is_a_caution(column, near):
    candidates = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["a"], column: [0.9]}), name="run")
    with Service().connect() as registry:
        c = (registry.get_versions(f"{MODEL}@last:2") + candidates).compare()
    told = [caution for caution in c.comparability if "nearest is" in caution]
    assert told == ([f"dataset speech-nosy of a (not registered) is in no registered version; nearest is {near}"] if near else [])


def test_datasets_that_differ_by_a_number_alone_are_not_taken_for_misspelt():
    frame = pd.DataFrame({"run": ["a"], "accuracy@eval-2": [0.9]})
    results = [result({"DatasetId": "eval-1"}, accuracy=0.8)]
    registered = pnb.VersionSet.from_documents([version(0, results)], MODEL)
    c = (registered + pnb.VersionSet.from_frame(frame, name="run")).compare()
    assert [caution for caution in c.comparability if "nearest is" in caution] == []


def test_a_comparison_of_several_models_calls_versions_with_their_models():
    with pnb.connect("demo", default=False) as registry:
        c = registry.get_versions("wine-cultivar@last:2", "手写数字识别@last:2").compare()
    text = re.sub(r"\s+", " ", str(c))
    assert "3 versions against wine-cultivar 1.8.0, " in text
    assert "log_loss of 手写数字识别 1.12.2 was measured on" in text
    changed = text.partition("What changed")[2].partition("Metrics")[0]
    assert all(name in changed for name in ("wine-cultivar 1.9.0", "手写数字识别 1.12.2", "手写数字识别 2.5.0"))
    with speaking("zh"):
        told = re.sub(r"\s+", " ", str(c))
        assert "以 wine-cultivar 1.8.0 为基线" in told
        assert "wine-cultivar1" not in told


@pytest.mark.parametrize(("column", "named"), [("accuracy", True), ("Accuracy", True), ("acuracy", True), ("loss", False)])
def test_metrics_of_candidates_without_a_dataset_are_told_what_to_be_called(column, named):
    candidates = pnb.VersionSet.from_frame(pd.DataFrame({column: [0.9]}, index=["a"]))
    with Service().connect() as registry:
        c = (registry.get_versions(f"{MODEL}@last:2") + candidates).compare()
    told = [caution for caution in c.comparability if "dataset is named" in caution or "without a dataset" in caution]
    names = "accuracy@speech-clean:v2, accuracy@speech-far, accuracy@speech-noisy"
    assert [text.partition("as in ")[2] for text in told] == ([names] if named else [])


def test_a_set_of_several_models_reads_a_short_name_in_each_as_a_search_does():
    with pnb.connect("demo", default=False) as registry:
        models = ["wine-cultivar", "iris-species"]
        found = registry.search_versions("accuracy@holdout > 0.95", models=models)
        narrow = registry.search_versions("accuracy@holdout > 0.97", models=models)
        assert len({version.model_id for version in narrow}) > 1
        kept = found.filter("accuracy@holdout > 0.97")
        assert {version.address for version in kept} == {version.address for version in narrow}
        by_value = found.sort_values("accuracy@holdout")
        assert list(by_value) == list(found.sort_values("accuracy", dataset="holdout"))
        cells = [cell for version in by_value for cell in version.metrics if cell.path == "accuracy" and "holdout" in cell.dataset]
        assert len(cells) == len(by_value)
        assert [cell.value for cell in cells] == sorted(cell.value for cell in cells)
        # of one model some were measured on no other dataset with a name by which to shorten theirs
        alone = found[["d-irisnoisy00001" not in version.metrics.datasets for version in found]]
        assert any("d-irisholdout0001" in version.metrics.datasets for version in alone)
        assert len(alone.filter("accuracy@holdout > 0.95")) == len(alone)
        # what was asked for has its columns
        assert all(name in str(by_value) for name in ("wine-holdout", "iris-holdout"))
        assert len(found.groupby("accuracy@holdout")) > 1
        with pytest.raises(pnb.errors.AddressError, match=r"accuracy was not measured on dataset 'holdot'\. Nearest are"):
            found.filter("accuracy@holdot > 0.9")
