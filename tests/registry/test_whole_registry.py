"""A whole registry as Parquet: every version once, page by page, and nothing left behind when it fails."""

import _thread
import gc
import json
import subprocess
import sys
import time

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.errors import ConfigurationError, ModelNotFound, ServiceUnavailable
from tests.demo.lazy_store import LazyStore

DASK = "import dask.dataframe as dd, sys; f = dd.read_parquet(sys.argv[1]); print(len(f), f[f.metric == 'cer'].value.sum().compute())"


def document(number):
    return {"VersionName": f"0.{number}.0", "Metrics": {"cer": number / 4, "rtf": None}}


def refused(request):
    body = json.dumps({"Code": "ServiceUnavailable", "Message": "no"}).encode()
    return demo.Response(503, (("Content-Type", "application/json"),), body)


@pytest.fixture
def connected():
    made = []

    def make(store, change=lambda request, answer: answer(request)):
        handler = demo.Handler(store)
        transport = demo.transport(handler=lambda request: change(request, handler.handle))
        made.append(pnb.connect("demo", transport=transport, default=False, backoff_scale=0, names=False))
        return made[-1]

    yield make
    for registry in made:
        registry.close()


def test_every_version_of_every_model_is_written_once(connected, tmp_path):
    registry = connected(None)
    frame = pq.read_table(registry.to_parquet(tmp_path / "all.parquet")).to_pandas()
    expected = [registry.get_versions(model.model_id).to_frame("long") for model in registry.list_models()]
    assert len(frame) == sum(map(len, expected)) > 500
    for part in expected:
        name = part["model"].iloc[0] if len(part) else ""
        found = frame[frame["model"] == name].sort_values(["version", "dataset", "metric"])
        wanted = part.sort_values(["version", "dataset", "metric"])
        assert found["version"].tolist() == wanted["version"].tolist()
        assert found["value"].fillna(-1).tolist() == wanted["value"].fillna(-1).tolist()
        assert found["state"].tolist() == wanted["state"].tolist()


@pytest.mark.slow
def test_a_model_of_many_pages_is_read_by_pyarrow_and_dask(connected, tmp_path):
    registry = connected(LazyStore(950, document))
    path = registry.to_parquet(tmp_path / "x.parquet", "model-synthetic")
    table = pq.read_table(path)
    assert set(table["version"].to_pylist()) == {f"0.{number}.0" for number in range(950)}
    assert table.num_rows == 1900
    assert pc.sum(table["value"]).as_py() == sum(number / 4 for number in range(950))
    done = subprocess.run([sys.executable, "-c", DASK, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1900", str(sum(number / 4 for number in range(950)))]


def test_only_metrics_asked_for_are_written(connected, tmp_path):
    registry = connected(LazyStore(250, document))
    table = pq.read_table(registry.to_parquet(tmp_path / "x.parquet", registry.list_models(), include="c*"))
    assert set(table["metric"].to_pylist()) == {"cer"}
    assert pq.read_table(registry.to_parquet(tmp_path / "y.parquet", ["model-synthetic"], exclude="*")).num_rows == 0


def test_the_versions_are_written_beside_by_the_same_requests(connected, tmp_path):
    asked = {"alone": [], "both": []}
    for name, fields in (("alone", None), ("both", ["created", "labels"])):
        registry = connected(
            LazyStore(950, document), lambda request, answer, name=name: asked[name].append(request.target) or answer(request)
        )
        registry.to_parquet(tmp_path / f"{name}.parquet", "model-synthetic", fields=fields)
    assert sorted(asked["both"]) == sorted(asked["alone"])
    table = pq.read_table(tmp_path / "both.versions.parquet")
    assert sorted(table["version"].to_pylist()) == sorted(f"0.{number}.0" for number in range(950))
    assert table.column_names == ["model", "version", "created", "labels"]


def test_a_field_that_is_not_there_is_refused_before_a_version_is_asked_for(connected, tmp_path):
    asked = []
    registry = connected(LazyStore(950, document), lambda request, answer: asked.append(request.target) or answer(request))
    with pytest.raises(ConfigurationError, match="Nearest is labels"):
        registry.to_parquet(tmp_path / "x.parquet", "model-synthetic", fields="lables")
    assert (asked, list(tmp_path.iterdir())) == ([], [])


def test_versions_deleted_and_made_meanwhile_cost_no_other(connected, tmp_path):
    store = demo.Store([{"ModelId": "model-a"}], {"model-a": [document(number) for number in range(700)]})
    turns = iter(range(1000))

    def moving(request, answer):
        turn = next(turns)
        if turn and turn % 2 and "PageNumber" in request.target:
            store.delete_version("model-a", f"0.{turn * 37}.0")
            store.put_version("model-a", {**document(1000 + turn), "GmtCreateTime": "2025-01-01T00:00:00Z"})
        return answer(request)

    registry = connected(store, moving)
    found = pq.read_table(registry.to_parquet(tmp_path / "x.parquet", "model-a"))["version"].to_pylist()
    lasting = {version["VersionName"] for version in store.versions("model-a")} & {f"0.{number}.0" for number in range(700)}
    assert len(lasting) < 700
    assert lasting <= set(found)
    assert len(found) == 2 * len(set(found))


def test_nothing_is_remembered_or_kept_of_what_was_written(connected, tmp_path):
    registry = connected(LazyStore(500, document))
    registry.to_parquet(tmp_path / "x.parquet", "model-synthetic")
    gc.collect()
    assert registry.fetcher.memory.names("model-synthetic") == []


def test_lists_that_lack_a_field_are_filled_from_single_answers(connected, tmp_path):
    def lacking(request, answer):
        response = answer(request)
        if "PageNumber" not in request.target:
            return response
        body = json.loads(response.body)
        for item in body.get("Versions", []):
            item.pop("Metrics")
        return demo.Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())

    registry = connected(LazyStore(120, document), lacking)
    assert pq.read_table(registry.to_parquet(tmp_path / "x.parquet", "model-synthetic")).num_rows == 240
    assert any("lacks Metrics" in note for note in registry.notes)


def test_a_service_that_counts_more_than_it_hands_out_is_noted(connected, tmp_path):
    def boasting(request, answer):
        response = answer(request)
        body = json.loads(response.body)
        body.update({"TotalCount": 251} if "TotalCount" in body else {})
        return demo.Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())

    registry = connected(LazyStore(250, document), boasting)
    assert pq.read_table(registry.to_parquet(tmp_path / "x.parquet", "model-synthetic")).num_rows == 500
    assert any("reports 251 versions" in note for note in registry.notes)


def test_a_failure_half_way_leaves_no_file_and_a_registry_that_works(connected, tmp_path):
    broken = [True]

    def failing(request, answer):
        return refused(request) if broken[0] and "PageNumber=3" in request.target else answer(request)

    registry = connected(LazyStore(700, document), failing)
    with pytest.raises(ServiceUnavailable):
        registry.to_parquet(tmp_path / "x.parquet", "model-synthetic", fields="all")
    assert list(tmp_path.iterdir()) == []
    broken[0] = False
    assert registry.to_parquet(tmp_path / "x.parquet", "model-synthetic").exists()


def test_an_interrupt_ends_the_writing_and_leaves_no_file_and_a_registry_that_works(connected, tmp_path):
    pressed = []

    def pressing(request, answer):
        if "PageNumber=4" in request.target and not pressed:
            pressed.append(request)
            _thread.interrupt_main()
            time.sleep(0.2)
        return answer(request)

    registry = connected(LazyStore(700, document), pressing)
    with pytest.raises(KeyboardInterrupt):
        registry.to_parquet(tmp_path / "x.parquet", "model-synthetic")
    assert list(tmp_path.iterdir()) == []
    assert pq.read_table(registry.to_parquet(tmp_path / "x.parquet", "model-synthetic")).num_rows == 1400


def test_who_stops_reading_stops_the_requests(connected):
    asked = []
    registry = connected(LazyStore(5000, document), lambda request, answer: asked.append(request.target) or answer(request))
    for page in registry.client.iterate(registry.client.stream_versions("model-synthetic")):
        assert len(page.items) == 100
        break
    assert len(asked) == 1
    registry.get_version("model-synthetic", "0.1.0")
    assert len(asked) == 2


def test_an_unknown_model_is_named_with_its_nearest(connected, tmp_path):
    registry = connected(None)
    model = registry.list_models()[0].model_id
    with pytest.raises(ModelNotFound, match=model[:-1] + "x"):
        registry.to_parquet(tmp_path / "x.parquet", model[:-1] + "x")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_before_anything_is_asked(connected, tmp_path):
    asked = []
    registry = connected(None, lambda request, answer: asked.append(request) or answer(request))
    (tmp_path / "x.parquet").write_text("mine")
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        registry.to_parquet(tmp_path / "x.parquet", "model-a")
    assert ((tmp_path / "x.parquet").read_text(), asked) == ("mine", [])
