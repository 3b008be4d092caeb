"""What has arrived stays: after an interrupt, a failed page, a deadline and a closed registry, in the set, the cache and the progress."""

import signal
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from pai_notebook.errors import ConfigurationError, DeadlineExceeded, ServiceUnavailable
from pai_notebook.registry.progress import Progress
from tests.patience import PATIENCE, eventually
from tests.registry.outsider import GET, LIST, by_action, connect
from tests.wire.faultserver import FaultServer, error, good_answer, listing

NAMES = [f"0.{number}.0" for number in range(1000)]
MOMENTS = {name: f"{datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}" for number, name in enumerate(NAMES)}


def dated(names):
    """Lists and single answers of versions that were created one a minute."""
    pages = listing(names)

    def answer(hit):
        if not hit.path.endswith("/versions"):
            return {"VersionName": hit.version, "Uri": f"{hit.path.split('/')[4]}/{hit.version}", "GmtCreateTime": MOMENTS[hit.version]}
        body = pages(hit)
        return {**body, "Versions": [{**each, "GmtCreateTime": MOMENTS[each["VersionName"]]} for each in body["Versions"]]}

    return answer


class Slow:
    """A plan that takes its time for each page and notes which it has answered."""

    def __init__(self, seconds=0.05, failing=()):
        self.seconds, self.failing = seconds, set(failing)
        self.answered = set()
        self.lock = threading.Lock()

    def __call__(self, hit):
        number = (hit.path, hit.query.get("Order"), int(hit.query.get("PageNumber", 0)))
        return (
            error(503, "ServiceUnavailable") if number[1:] in self.failing else lambda conn, hit, good: self.answer(conn, hit, good, number)
        )

    def answer(self, conn, hit, good, number):
        time.sleep(self.seconds)
        good_answer(conn, hit, good)
        with self.lock:
            self.answered.add(number)

    def names(self):
        """Names on the pages that were answered."""
        found = set()
        with self.lock:
            answered = set(self.answered)
        for path, order, number in answered:
            ordered = NAMES[::-1] if order == "DESC" else NAMES
            found |= {(path.split("/")[4], name) for name in ordered[(number - 1) * 100 : number * 100] if order}
        return found


def stops_at(moment, plan):
    """The plan up to a request; that one is interrupted, and every later one is answered."""
    stopped = []

    def answered(hit):
        stopped.append(hit)
        if len(stopped) == moment:
            signal.raise_signal(signal.SIGINT)
            return lambda conn, hit, good: time.sleep(2)
        return plan(hit)

    return answered


def keys(versions):
    return {(version.model_id, version.version_name) for version in versions}


ASKED = {
    "a model": (["model-a"], lambda name: True),
    "a glob": (["model-a@0.*"], lambda name: True),
    "a range": (["model-a@0.100.0..0.899.0"], lambda name: 100 <= int(name.split(".")[1]) < 900),
    "the newest": (["model-a@last:950"], lambda name: int(name.split(".")[1]) >= 50),
    "five models": ([f"model-{letter}" for letter in "abcde"], lambda name: True),
}


@pytest.mark.parametrize("asked", sorted(ASKED))
@pytest.mark.parametrize("moment", [2, 3, 5, 8, 11])
def test_an_interrupt_keeps_every_page_that_has_arrived(asked, moment):
    addresses, wanted = ASKED[asked]
    plan = Slow(0)
    # one request at a time: when the one that is interrupted is here, the answers to all before it have arrived
    with FaultServer(stops_at(moment, plan), answer=dated(NAMES)) as server, connect(server, max_workers=1) as registry:
        with pytest.raises(KeyboardInterrupt) as caught:
            registry.get_versions(*addresses)
        partial = caught.value.partial
        assert not partial.errors
        assert keys(partial) == {key for key in plan.names() if wanted(key[1])}


def test_what_an_interrupt_left_is_not_asked_for_again():
    plan = Slow(0.1)
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, max_workers=2) as registry:
        with pytest.raises(KeyboardInterrupt) as caught:
            registry.get_versions("model-a", progress=lambda count: count >= 500 and signal.raise_signal(signal.SIGINT))
        kept = caught.value.partial
        assert len(kept) >= 500
        assert registry.get_version("model-a", kept[-1].version_name).from_memory
        before = by_action(server)
        assert [version.version_name for version in registry.get_versions("model-a")] == NAMES
        again = by_action(server) - before
        # what is missing, and two that show that the rest is as it was; pages that were cut short are asked for again
        assert again == Counter({LIST: -(-(1000 - len(kept)) // 100) + 2})


@pytest.mark.parametrize("moment", [1, 13, 24, 40, 56])
def test_models_that_were_complete_are_not_read_anew(moment):
    addresses, _ = ASKED["five models"]
    with FaultServer(stops_at(moment, Slow(0)), answer=dated(NAMES)) as server, connect(server, max_workers=1) as registry:
        with pytest.raises(KeyboardInterrupt) as caught:
            registry.get_versions(*addresses)
        kept = Counter(version.model_id for version in caught.value.partial)
        before = by_action(server)
        again = registry.get_versions(*addresses)
        assert len(again) == 5000
        # of every model that was begun: what is missing, and two that show that the rest is as it was
        expected = sum((1000 - kept[model]) // 100 + 2 if kept[model] else 11 for model in addresses)
        assert (by_action(server) - before)[LIST] == expected


def test_models_that_were_complete_are_not_read_anew_for_one_that_failed():
    addresses, _ = ASKED["five models"]
    broken = [True]

    def failing(hit):
        return error(503, "ServiceUnavailable") if broken and "model-c" in hit.path and hit.query.get("PageNumber") == "5" else None

    with FaultServer(failing, answer=dated(NAMES)) as server, connect(server, backoff_scale=0, max_attempts=1) as registry:
        assert list(registry.get_versions(*addresses).errors) == ["model-c (page 5 of 10)"]
        broken.clear()
        before = by_action(server)
        again = registry.get_versions(*addresses)
        assert (len(again), dict(again.errors)) == (5000, {})
        assert by_action(server) - before == Counter({LIST: 5 * 2 + 1})
        # nothing is missing now: the next call reads the lists anew
        before = by_action(server)
        registry.get_versions("model-a")
        assert by_action(server) - before == Counter({LIST: 11})


def test_versions_that_an_interrupt_left_are_not_asked_for_one_by_one_again():
    lists = dated(NAMES[:150])

    def answer(hit):
        return lists(hit) if hit.path.endswith("/versions") else {**lists(hit), "Labels": [{"Key": "only", "Value": "singly"}]}

    with FaultServer(stops_at(80, lambda hit: None), answer=answer) as server, connect(server, max_workers=1) as registry:
        with pytest.raises(KeyboardInterrupt) as caught:
            registry.get_versions("model-a")
        kept = caught.value.partial
        assert len(kept) > 50
        before = by_action(server)
        assert len(registry.get_versions("model-a")) == 150
        assert (by_action(server) - before)[GET] == 150 - len(kept)
        before = by_action(server)
        registry.get_versions("model-a")
        assert (by_action(server) - before)[GET] == 150


@pytest.mark.parametrize("address", ["model-a", "model-a@0.*", "model-a@last:900", "model-a@0.0.0..0.999.0"])
def test_a_page_that_fails_costs_its_own_versions_only_and_alone_is_asked_for_again(address):
    plan = Slow(0, failing=[("ASC", 5)])
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, backoff_scale=0, max_attempts=2) as registry:
        versions = registry.get_versions(address)
        lost = set(NAMES[400:500])
        assert {version.version_name for version in versions} == set(NAMES[100 if "last" in address else 0 :]) - lost
        assert {said: type(reason) for said, reason in versions.errors.items()} == {f"{address} (page 5 of 10)": ServiceUnavailable}
        plan.failing.clear()
        before = by_action(server)
        again = registry.get_versions(address)
        assert not again.errors
        assert lost <= {version.version_name for version in again}
        assert by_action(server) - before == Counter({LIST: 3})


@pytest.mark.parametrize("moment", [4, 8])
def test_an_interrupted_search_keeps_what_it_found_in_the_model_it_was_at(moment):
    plan = Slow(0)
    with FaultServer(stops_at(moment, plan), answer=dated(NAMES)) as server, connect(server, max_workers=1) as registry:
        with pytest.raises(KeyboardInterrupt) as caught:
            registry.search_versions("created > '2025-01-01T05:00:00Z'", models=["model-a", "model-b"])
        found = {version.version_name for version in caught.value.partial}
        assert found == {name for _, name in plan.names() if MOMENTS[name] > "2025-01-01T05:00:00Z"}
        assert len(found) >= 200


def test_a_failed_page_costs_a_search_its_own_versions_only():
    plan = Slow(0, failing=[("ASC", 5)])
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, backoff_scale=0, max_attempts=1) as registry:
        versions = registry.search_versions("created > '2024-01-01'", models=["model-a"])
        assert {version.version_name for version in versions} == set(NAMES) - set(NAMES[400:500])
        assert [type(reason) for reason in versions.errors.values()] == [ServiceUnavailable]


def test_a_failed_page_of_a_list_is_raised_with_what_arrived():
    plan = Slow(0, failing=[("ASC", 5)])
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, backoff_scale=0, max_attempts=1) as registry:
        with pytest.raises(ServiceUnavailable) as caught:
            registry.list_versions("model-a")
        assert len(caught.value.partial) == 900
        assert list(caught.value.partial.errors) == ["model-a (page 5 of 10)"]


def test_a_selector_that_hangs_on_a_failed_page_is_not_guessed():
    plan = Slow(0, failing=[("ASC", 5)])
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, backoff_scale=0, max_attempts=1) as registry:
        versions = registry.get_versions("model-a@highest", "model-a@0.1.0..latest", "model-a@0.7.0")
        assert [version.version_name for version in versions] == ["0.7.0"]
        assert set(versions.errors) == {"model-a@highest", "model-a@0.1.0..latest"}


def test_a_service_that_goes_away_is_not_asked_for_every_page():
    def gone(hit):
        return "503" if hit.query.get("Order") == "ASC" else None

    once = {"backoff_scale": 0, "max_attempts": 1, "retry_quota": 10**6}
    with FaultServer(gone, answer=listing([f"0.{n}.0" for n in range(5000)])) as server, connect(server, **once) as registry:
        versions = registry.get_versions("model-a")
    assert len(versions) == 100
    assert len(server.hits) <= 1 + 1 + 3 + 8
    assert any("pages 1 to" in said for said in versions.errors)


@pytest.mark.slow
def test_pages_that_are_too_late_cost_their_own_versions_only():
    over = threading.Event()

    def late(hit):
        never = (hit.query.get("Order"), hit.query.get("PageNumber")) == ("ASC", "3")
        return (lambda conn, hit, good: over.wait(PATIENCE)) if never else None

    # nine pages arrive in a tenth of the time that a busy machine may take for them
    with FaultServer(late, answer=dated(NAMES)) as server, connect(server, deadline=12, attempt_timeout=8) as registry:
        versions = registry.get_versions("model-a")
        over.set()
    assert len(versions) == 900
    assert [type(reason) for reason in versions.errors.values()] == [DeadlineExceeded]


def test_a_registry_that_is_closed_meanwhile_gives_what_has_arrived():
    plan = Slow(0.1)
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, max_workers=2) as registry:
        seen = []
        with pytest.raises(ConfigurationError, match="closed") as caught:
            registry.get_versions("model-a", progress=lambda count: seen.append(count) or (count >= 300 and registry.close()))
        assert len(caught.value.partial) >= 300


def test_threads_that_list_the_same_model_share_one_reading():
    plan = Slow(0.05)
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server) as registry:
        found = []
        threads = [threading.Thread(target=lambda: found.append(registry.list_versions("model-a"))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(versions) for versions in found] == [1000] * 6
        assert by_action(server)[LIST] == 11


def test_one_of_two_who_list_a_model_may_leave():
    plan = Slow(0.1)
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, max_workers=2) as registry:
        found = []
        other = threading.Thread(target=lambda: found.append(registry.list_versions("model-a")))
        other.start()
        eventually(lambda: len(plan.answered) >= 2)
        with pytest.raises(KeyboardInterrupt):
            registry.get_versions("model-a", progress=lambda count: count >= 300 and signal.raise_signal(signal.SIGINT))
        other.join()
        assert len(found[0]) == 1000
        assert by_action(server)[LIST] == 11


def shown_by(progress, monkeypatch):
    shown = []
    monkeypatch.setattr("pai_notebook.registry.progress._notebook_line", lambda text: shown.append(text) or shown.append)
    progress()
    return shown


def line(seconds, **options):
    clock = iter(seconds)
    return Progress(clock=lambda: next(clock), **options)


def test_progress_counts_against_what_was_asked_for_and_ends_with_it(monkeypatch):
    def run():
        with line([0, 1, 3.1], count=lambda: 16, wanted=lambda: 41, ended=lambda: (9, 0, "")) as progress:
            progress.tick()

    assert shown_by(run, monkeypatch) == ["fetching: 16 of 41 versions, 1 s", "fetched 9 versions in 3.1 s"]


def test_progress_says_that_names_are_asked_for_and_what_a_search_went_through(monkeypatch):
    def run(**options):
        with line([0, 1, 3.1], count=lambda: 9, wanted=lambda: 9, naming=lambda: True, **options) as progress:
            progress.tick()

    assert shown_by(run, monkeypatch) == ["asking for names: 9 of 9 versions, 1 s", "fetched 9 versions in 3.1 s"]
    assert shown_by(lambda: run(of_models=True), monkeypatch) == ["asking for names: 9 of 9 models, 1 s", "searched 9 models in 3.1 s"]


def test_progress_says_when_some_or_all_failed(monkeypatch):
    def run(ended):
        with line([0, 1, 3.1], count=lambda: 0, ended=lambda: ended) as progress:
            progress.tick()

    assert shown_by(lambda: run((0, 5, "the service does not accept the key")), monkeypatch)[-1] == (
        "0 of 5 fetched in 3.1 s: the service does not accept the key"
    )
    assert shown_by(lambda: run((9, 1, "no answer")), monkeypatch)[-1] == "fetched 9 versions in 3.1 s; 1 failed: no answer"


def test_progress_of_an_interrupted_list_says_how_far_it_came(monkeypatch):
    shown = []
    monkeypatch.setattr("pai_notebook.registry.progress._notebook_line", lambda text: shown.append(text) or shown.append)
    monkeypatch.setattr("pai_notebook.registry.progress._QUIET", 0.0)
    plan = Slow(0.2)
    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, max_workers=1) as registry:
        threading.Timer(1.0, lambda: signal.raise_signal(signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt) as caught:
            registry.get_versions("model-a")
    assert shown[-1].startswith(f"stopped with {len(caught.value.partial)} of 1,000 versions in ")
    assert any("of 1,000 versions, " in text for text in shown[:-1])


def test_a_key_that_is_refused_is_the_end_of_the_line(monkeypatch):
    shown = []
    monkeypatch.setattr("pai_notebook.registry.progress._notebook_line", lambda text: shown.append(text) or shown.append)
    monkeypatch.setattr("pai_notebook.registry.progress._QUIET", 0.0)

    def refuse(conn, hit, good):
        time.sleep(0.5)
        error(403, "InvalidAccessKeyId.NotFound")(conn, hit, good)

    with FaultServer(lambda hit: refuse) as server, connect(server) as registry:
        versions = registry.get_versions([f"model-a@0.{n}.0" for n in range(5)])
        assert len(versions.errors) == 5
        assert by_action(server)[GET] <= 3
    assert shown[-1].startswith("0 of 5 fetched in ")
    assert "does not accept the key" in shown[-1]
