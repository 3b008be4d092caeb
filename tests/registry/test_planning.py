"""Plans against servers that can only half of what is asked: nothing named is lost, and little is asked in vain."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pai_notebook.errors import ModelNotFound
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.order import Neighbours
from pai_notebook.versions import cache as memory
from tests.registry.outsider import GET, LIST, both, by_action, connect
from tests.wire.faultserver import FaultServer, error, message

LISTS_FAIL = {
    "503": "503",
    "404 of a gateway": lambda conn, hit, good: conn.sendall(message(404, b"<html>no such page</html>")),
    "no such action": error(404, "InvalidApi.NotFound"),
    "no such model": error(404, "100600006", "model not exists"),
    "403": error(403, "NoPermission"),
    "not a list": lambda conn, hit, good: conn.sendall(message(200, b'{"Versions": 3}')),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", sorted(LISTS_FAIL))
def test_hundreds_of_addresses_arrive_from_a_server_that_cannot_list(fault):
    names = [f"0.{number}.0" for number in range(150)]
    plan = lambda hit: LISTS_FAIL[fault] if hit.path.endswith("/versions") else None  # noqa: E731
    with FaultServer(plan, answer=both(names)) as server, connect(server, backoff_scale=0.01) as registry:
        versions = registry.get_versions([f"m-{model}@{name}" for name in names for model in "ab"])
        assert not versions.errors
        assert [version.address for version in versions] == [f"m-{model}@{name}" for name in names for model in "ab"]
        assert by_action(server)[GET] == 300
        assert by_action(server)[LIST] <= 8


GETS_FAIL = {**LISTS_FAIL, "no such version": error(404, "100600008", "model version not exists")}


@pytest.mark.parametrize(
    "fault", ["403", "no such version", *(pytest.param(each, marks=pytest.mark.slow) for each in sorted(LISTS_FAIL) if each != "403")]
)
def test_every_version_arrives_from_a_server_that_only_lists(fault):
    names = [f"0.{number}.0" for number in range(250)]
    plan = lambda hit: None if hit.path.endswith("/versions") else GETS_FAIL[fault]  # noqa: E731
    with FaultServer(plan, answer=both(names)) as server, connect(server, backoff_scale=0.01) as registry:
        with ThreadPoolExecutor(16) as pool:
            sets = list(pool.map(lambda number: registry.list_versions(f"m-{number}"), range(16)))
        for number, versions in enumerate(sets):
            assert [version.uri for version in versions] == [f"m-{number}/{name}" for name in names]
        assert len(registry.get_versions([f"m-99@{name}" for name in names])) == 250
        assert by_action(server)[GET] <= 12


def test_sixteen_threads_check_once_that_lists_can_be_believed():
    names = [f"0.{number}.0" for number in range(50)]
    with FaultServer(answer=both(names)) as server, connect(server) as registry, ThreadPoolExecutor(16) as pool:
        assert all(len(found) == 50 for found in pool.map(lambda number: registry.list_versions(f"m-{number}"), range(16)))
    assert by_action(server) == {GET: 1, LIST: 16}


def test_versions_beyond_what_the_service_hands_out_are_fetched_singly_and_the_gap_is_told():
    names = [f"0.{number}.0" for number in range(10)]
    short = lambda hit: {**both(names)(hit), "TotalCount": 30}  # noqa: E731
    with FaultServer(answer=short) as server, connect(server) as registry:
        versions = registry.get_versions("m@0.1.0,0.2.0,0.3.0,0.20.0", "m")
        assert [version.version_name for version in versions][:4] == ["0.1.0", "0.2.0", "0.3.0", "0.20.0"]
        assert "30" in registry.notes[-1]
        (latest,) = (found := registry.get_versions("m@latest", refresh=True))
        assert latest.version_name
        assert found.origin == "Versions may be missing: the service reports 30 versions of m but returns fewer."
        with speaking("zh"):
            assert "可能缺少一些版本" in str(found)
        assert not versions.errors


@pytest.mark.slow
def test_ten_thousand_names_that_do_not_exist_are_looked_up_in_one_sorted_list(monkeypatch):
    sorted_lists = []
    monkeypatch.setattr(memory, "Neighbours", lambda names: sorted_lists.append(names) or Neighbours(names))
    with FaultServer(answer=both([f"0.{number}.0" for number in range(300)])) as server, connect(server) as registry:
        versions = registry.get_versions([f"m@1.{number}.0" for number in range(10_000)])
    assert len(versions.errors) == 10_000
    assert {problem.hint for problem in versions.errors.values()} == {"Nearest is 0.299.0."}
    assert len(sorted_lists) == 1
    assert len(server.hits) <= 6


@pytest.mark.slow
def test_a_thousand_models_that_do_not_exist_cost_a_request_each_and_a_few_hints():
    gone = error(404, "100600006", "model not exists")
    with FaultServer(lambda hit: gone) as server, connect(server) as registry:
        registry.fetcher.memory.models.see([("m-1a", "", "")])
        versions = registry.get_versions([f"m-{number}@0.1.0" for number in range(1000)], suggest=True)
    assert {type(problem) for problem in versions.errors.values()} == {ModelNotFound}
    assert "m-1a" in versions.errors["m-1@0.1.0"].hint
    assert len(server.hits) <= 1040
