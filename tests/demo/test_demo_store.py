"""What the registry holds, and how it changes under a reader."""

import itertools
from datetime import UTC, datetime

import pytest

from pai_notebook.demo import Handler, Store
from tests.demo.lazy_store import LazyStore


def names(store, model_id="model-a"):
    return [version["VersionName"] for version in store.versions(model_id)]


def test_a_store_keeps_its_own_copies():
    document = {"VersionName": "0.1.0", "Labels": []}
    store = Store([{"ModelId": "model-a"}], {"model-a": [document]})
    document["Labels"].append("later")
    assert store.version("model-a", "0.1.0") == {"VersionName": "0.1.0", "Labels": []}


def test_an_added_version_takes_its_place_by_time(store):
    store.put_version("model-a", {"VersionName": "0.3.0", "GmtCreateTime": "2025-01-02T12:00:00Z"})
    assert names(store) == ["0.1.0", "0.2.0", "0.3.0", "0.10.0"]


def test_a_version_of_the_same_name_replaces_the_old_one(store):
    store.put_version("model-a", {"VersionName": "0.1.0", "GmtCreateTime": "2025-09-01T00:00:00Z"})
    assert names(store) == ["0.2.0", "0.10.0", "0.1.0"]


def test_an_update_leaves_other_fields_and_earlier_snapshots_alone(store):
    before = store.versions("model-a")
    store.update_version("model-a", "0.2.0", {"ApprovalStatus": "Approved"})
    assert store.version("model-a", "0.2.0")["Labels"] == [{"Key": "阶段", "Value": "灰度"}]
    assert store.version("model-a", "0.2.0")["ApprovalStatus"] == "Approved"
    assert before[1]["ApprovalStatus"] == "Pending"


def test_an_update_sets_the_time_when_the_version_was_modified():
    store, before = Store.bundled(), datetime.now(UTC).replace(microsecond=0)
    model = "model-rbvg5w0xvkg09sgeed"
    store.update_version(model, "1.9.0", {"ApprovalStatus": "Approved"})
    assert datetime.fromisoformat(store.version(model, "1.9.0")["GmtModifiedTime"]) >= before
    store.update_version(model, "1.9.0", {"GmtModifiedTime": "2026-01-02T03:04:05Z"})
    assert store.version(model, "1.9.0")["GmtModifiedTime"] == "2026-01-02T03:04:05Z"


def test_a_deleted_version_is_gone(store):
    store.delete_version("model-a", "0.2.0")
    assert names(store) == ["0.1.0", "0.10.0"]


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.put_version("nowhere", {"VersionName": "1.0.0"}),
        lambda store: store.update_version("model-a", "9.9.9", {}),
        lambda store: store.delete_version("model-a", "9.9.9"),
    ],
)
def test_changing_what_is_not_there_is_an_error(store, change):
    with pytest.raises(KeyError):
        change(store)


@pytest.mark.parametrize("created", [None, 5, "yesterday", "2025-01-01T00:00:00", ["x"]])
def test_documents_with_an_unreadable_time_are_served_all_the_same(created):
    store = Store([{"ModelId": "model-a"}], {"model-a": [{"VersionName": "new", "GmtCreateTime": "2026-01-01T00:00:00Z"}]})
    store.put_version("model-a", {"VersionName": "odd", "GmtCreateTime": created})
    assert names(store) == ["odd", "new"]


def test_a_version_that_is_added_between_two_pages_shows_on_the_second(store, ask):
    first = ask("/api/v1/models/model-a/versions", {"PageSize": "2"})
    store.put_version("model-a", {"VersionName": "0.0.1", "GmtCreateTime": "2024-01-01T00:00:00Z"})
    second = ask("/api/v1/models/model-a/versions", {"PageSize": "2", "PageNumber": "2"})
    assert [version["VersionName"] for version in first["Versions"] + second["Versions"]] == ["0.1.0", "0.2.0", "0.2.0", "0.10.0"]
    assert (first["TotalCount"], second["TotalCount"]) == (3, 4)


def lazy(count, made, **options):
    def make(number):
        made.append(number)
        return {"VersionName": f"0.{number}.0", "GmtCreateTime": "2025-01-01T00:00:00Z", "Parity": str(number % 2)}

    return LazyStore(count, make, **options)


def test_a_page_out_of_a_million_makes_one_page_of_versions(make):
    made = []
    handler = Handler(lazy(1_000_000, made), clock=lambda: datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC))
    query = {"PageNumber": "500", "PageSize": "100", "Order": "DESC"}
    body = handler.handle(make("/api/v1/models/model-synthetic/versions", query)).json()
    assert (body["TotalCount"], body["Versions"][0]["VersionName"], len(made)) == (1_000_000, "0.950099.0", 100)


def test_one_version_out_of_many_is_found_by_position_or_by_making_all_once():
    made = []
    found = lazy(5000, made, find=lambda name: int(name.split(".")[1]))
    assert found.version("model-synthetic", "0.7.0")["VersionName"] == "0.7.0"
    assert made == [7]
    made.clear()
    searched = lazy(50, made)
    assert [searched.version("model-synthetic", f"0.{number}.0") is None for number in (7, 8, 99)] == [False, False, True]
    assert len(made) == 52


def test_a_lazy_store_is_a_sequence_like_any_other():
    versions = lazy(10, []).versions("model-synthetic")
    assert [item["VersionName"] for item in versions[2:4]] == ["0.2.0", "0.3.0"]
    assert next(itertools.islice(versions, 9, None)) == versions[-1]
    assert lazy(10, []).versions("another") == ()
    assert lazy(10, []).version("another", "0.1.0") is None
    assert lazy(3, [], model={"ModelId": "model-m"}).models() == [{"ModelId": "model-m"}]
