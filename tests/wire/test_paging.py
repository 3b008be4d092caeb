"""Reading lists while others insert and delete: nothing is lost, nothing comes twice."""

import asyncio
import threading
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pai_notebook.client.pages import Page, Reading
from pai_notebook.client.paging import read_pages
from pai_notebook.client.streaming import PackedNames, stream_pages
from pai_notebook.errors import ConfigurationError, PaiError, ProtocolError, ServiceUnavailable
from tests.examples import examples
from tests.patience import PATIENCE

from .faultserver import FaultServer, error, good_answer, listing

SIZE = 5


class Shelf:
    """A list ordered by creation that changes between the requests for its pages."""

    def __init__(self, count, changes, *, most=10**6, counts=True):
        self.items = list(range(count))
        self.always = set(self.items)
        self.ever = set(self.items)
        self.next = count
        self.changes = iter(changes)
        self.most = most
        self.counts = counts
        self.requests = 0

    def change(self):
        for delete in next(self.changes, ()):
            if delete is None:
                self.items.append(self.next)
                self.ever.add(self.next)
                self.next += 1
            elif self.items:
                self.always.discard(self.items.pop(delete % len(self.items)))

    async def fetch(self, number, size, newest):
        self.requests += 1
        if self.requests > 1:
            self.change()
        size = min(size, self.most)
        ordered = self.items[::-1] if newest else self.items
        page = ordered[(number - 1) * size : number * size]
        return Page(tuple({"VersionName": str(item)} for item in page), len(self.items) if self.counts else None, f"r{self.requests}")

    def read(self, **options):
        found = asyncio.run(read_pages(self.fetch, key=lambda item: item["VersionName"], size=SIZE, **options))
        return found, [int(item["VersionName"]) for item in found.items]

    def stream(self):
        async def everything():
            return [listing async for listing in stream_pages(self.fetch, key=lambda item: item["VersionName"], size=SIZE)]

        pages = asyncio.run(everything())
        return pages, [int(item["VersionName"]) for page in pages for item in page.items]


CHANGES = st.lists(st.lists(st.none() | st.integers(0, 100), max_size=3), max_size=12)


@given(st.integers(0, 32), CHANGES, st.booleans(), st.sampled_from([2, 3, 10**6]))
@examples(500)
def test_what_is_there_all_the_time_is_read_once_whatever_others_do(count, changes, newest_first, most):
    shelf = Shelf(count, changes, most=most)
    found, names = shelf.read(newest_first=newest_first)
    assert shelf.always <= set(names) <= shelf.ever
    assert len(names) == len(set(names))
    lasting = [name for name in names if name in shelf.always]
    assert lasting == sorted(lasting, reverse=newest_first)
    assert len(found.request_ids) == shelf.requests


@given(st.integers(0, 32), CHANGES, st.sampled_from([2, 3, 10**6]), st.booleans())
@examples(500)
def test_a_stream_hands_on_once_what_is_there_all_the_time(count, changes, most, counts):
    shelf = Shelf(count, changes if counts else [], most=most, counts=counts)
    pages, names = shelf.stream()
    assert shelf.always <= set(names) <= shelf.ever
    assert len(names) == len(set(names))
    assert all(page.items or not page.complete for page in pages)


@given(st.integers(0, 32), st.lists(st.integers(0, 3), max_size=8))
@example(2, [1, 0, 1, 0, 0, 1])
@examples(300)
def test_a_stream_reads_again_when_pages_shrink_for_a_moment(count, glitches):
    shelf = Shelf(count, [])
    trouble = iter(glitches)
    fetch = shelf.fetch

    async def glitch(number, size, newest):
        page = await fetch(number, size, newest)
        return Page(page.items[: len(page.items) - next(trouble, 0)], page.total, page.request_id)

    shelf.fetch = glitch
    pages, names = shelf.stream()
    assert len(names) == len(set(names))
    if all(page.complete for page in pages):
        assert set(names) == set(range(count))
    if len(glitches) < 2:
        assert all(page.complete for page in pages)


class Late(Shelf):
    """A shelf whose answers come late, each looked up and delivered at a moment of its own."""

    def __init__(self, count, changes, delays, **options):
        super().__init__(count, changes, **options)
        self.delays = iter(delays)
        self.flying = self.most_flying = 0
        self.failing = set()

    async def fetch(self, number, size, newest):
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            for _ in range(next(self.delays, 0)):
                await asyncio.sleep(0)
            page = await super().fetch(number, size, newest)
            for _ in range(next(self.delays, 0)):
                await asyncio.sleep(0)
            if not newest and number in self.failing:
                raise ServiceUnavailable("no answer")
            return page
        finally:
            self.flying -= 1


DELAYS = st.lists(st.integers(0, 6), max_size=40)


@pytest.mark.slow
@given(st.integers(0, 60), CHANGES, DELAYS, st.booleans(), st.integers(1, 8))
@examples(500)
def test_pages_that_come_in_any_order_lose_nothing_either(count, changes, delays, newest_first, window):
    shelf = Late(count, changes, delays)
    found, names = shelf.read(newest_first=newest_first, window=window)
    assert shelf.always <= set(names) <= shelf.ever
    assert len(names) == len(set(names))
    lasting = [name for name in names if name in shelf.always]
    assert lasting == sorted(lasting, reverse=newest_first)
    assert shelf.most_flying <= window
    assert len(found.request_ids) == shelf.requests
    shelf = Late(count, changes, delays)
    _, names = shelf.stream()
    assert shelf.always <= set(names) <= shelf.ever
    assert len(names) == len(set(names))


@given(st.integers(0, 60), st.lists(st.integers(0, 9), max_size=12), DELAYS, st.integers(1, 8))
@examples(300)
def test_pages_that_fail_are_named_and_all_others_are_kept_and_only_they_are_asked_for_again(count, failing, delays, window):
    shelf = Late(count, [], delays)
    shelf.failing = {number + 1 for number in failing}
    reading, told = Reading(), []
    try:
        found, names = shelf.read(reading=reading, on_page=told.append, window=window)
    except ServiceUnavailable:
        return  # the check at the end is a page as well
    assert set(names) == {int(item["VersionName"]) for page in told for item in page.items}
    assert found.complete == (not found.failed)
    before, shelf.failing = shelf.requests, set()
    again, names = shelf.read(reading=reading)
    assert names == list(range(count))
    assert again.complete
    assert shelf.requests - before <= 2 + len(reading.failed | {n: 0 for n in range(1, reading.count + 1) if not found.complete})


@given(st.integers(0, 60), CHANGES, CHANGES, DELAYS, st.integers(0, 12))
@example(count=6, changes=[[None, 2]], between=[[], [], [None]], delays=[], cut=1)
@examples(500)
def test_a_reading_that_was_cut_short_goes_on_and_is_as_good_as_a_new_one(count, changes, between, delays, cut):
    shelf = Late(count, changes, delays)
    reading = Reading()

    async def cut_short():
        task = asyncio.ensure_future(read_pages(shelf.fetch, key=lambda item: item["VersionName"], size=SIZE, reading=reading))
        while shelf.requests < cut and not task.done():  # noqa: ASYNC110 - counts turns of the loop
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(cut_short())
    shelf.changes = iter(between)
    shelf.change()
    shelf.always, shelf.ever, start = set(shelf.items), set(shelf.items), shelf.requests
    found, names = shelf.read(reading=reading)
    assert shelf.always <= set(names)
    if found.complete:
        assert set(names) <= shelf.ever
    assert len(names) == len(set(names))
    lasting = [name for name in names if name in shelf.always]
    assert lasting == sorted(lasting)
    if not any(changes) and not any(between):
        assert shelf.requests - start <= max(1, -(-len(shelf.items) // SIZE)) + 1


def test_a_reading_goes_on_with_what_is_missing():
    shelf = Shelf(48, [])
    reading = Reading()
    shelf.read(reading=reading)
    held = dict(reading.pages)
    reading.pages = {number: held[number] for number in (9, 8, 3)}
    before = shelf.requests
    found, names = shelf.read(reading=reading)
    assert (names, found.complete) == (list(range(48)), True)
    assert shelf.requests - before == 1 + 6 + 1, "the newest page, six that are missing, and the anchor"


def test_pages_are_asked_for_eight_at_a_time():
    shelf = Late(10 * SIZE, [], [3] * 40)
    assert shelf.read()[1] == list(range(10 * SIZE))
    assert (shelf.most_flying, shelf.requests) == (8, 11)


@given(st.lists(st.text(max_size=3)))
def test_packed_names_are_a_set(names):
    packed = PackedNames()
    known = set()
    for name in names:
        assert packed.add(name) == (name not in known)
        known.add(name)
    assert len(packed) == len(known)


def test_packed_names_take_few_bytes_more_than_their_texts_however_few_or_many():
    tracemalloc.start()
    try:
        for count, most in ((0, 2_000), (20_000, 20_000 * 40)):
            before = tracemalloc.get_traced_memory()[0]
            packed = PackedNames()
            assert all(packed.add(f"model-{number:024}") for number in range(count))
            assert not any(packed.add(f"model-{number:024}") for number in range(0, count, 7))
            assert len(packed) == count
            assert tracemalloc.get_traced_memory()[0] - before < most
    finally:
        tracemalloc.stop()


@given(st.integers(0, 32), CHANGES, st.integers(1, 20), st.booleans())
@examples(300)
def test_a_limit_gives_the_ends_of_the_list(count, changes, limit, newest_first):
    shelf = Shelf(count, changes)
    _, names = shelf.read(limit=limit, newest_first=newest_first)
    assert len(names) == len(set(names)) <= limit
    lasting = [name for name in names if name in shelf.always]
    assert lasting == sorted(lasting, reverse=newest_first)
    if not any(changes):
        assert names == (sorted(range(count), reverse=newest_first))[:limit]


@given(st.integers(0, 32), st.lists(st.integers(0, 3), max_size=8), st.booleans())
@examples(300)
def test_pages_that_shrink_or_repeat_for_a_moment_cost_requests_and_nothing_else(count, glitches, repeat):
    shelf = Shelf(count, [])
    trouble = iter(glitches)
    fetch = shelf.fetch

    async def glitch(number, size, newest):
        lost = next(trouble, 0)
        page = await fetch(1 if repeat and lost else number, size, newest)
        return Page(page.items[: len(page.items) - lost] if not repeat else page.items, page.total, page.request_id)

    shelf.fetch = glitch
    try:
        found, names = shelf.read()
    except ProtocolError:
        assert repeat
        assert len(glitches) > 1, "the same page again and again cannot be told from a service that knows no other"
        return
    assert len(names) == len(set(names))
    if found.complete:
        assert set(names) == set(range(count))
    if len(glitches) < 2:
        assert found.complete


def test_the_requests_are_as_many_as_the_pages_and_one_to_be_sure():
    for count, requests in [(0, 1), (4, 1), (5, 1), (6, 3), (10, 3), (11, 4), (25, 6)]:
        shelf = Shelf(count, [])
        assert shelf.read()[1] == list(range(count))
        assert shelf.requests == requests, count


def test_few_of_the_newest_cost_one_request():
    shelf = Shelf(1000, [])
    assert shelf.read(limit=3, newest_first=True)[1] == [999, 998, 997]
    assert shelf.requests == 1


def test_a_list_without_a_count_is_read_to_its_end():
    assert Shelf(23, [], counts=False).read()[1] == list(range(23))


def test_a_count_that_is_too_high_is_believed_for_two_passes_and_then_told():
    shelf = Shelf(7, [])
    honest = shelf.fetch

    async def boast(number, size, newest):
        page = await honest(number, size, newest)
        return Page(page.items, 9, page.request_id)

    shelf.fetch = boast
    found, names = shelf.read()
    assert names == list(range(7))
    assert (found.complete, found.total) == (False, 9)
    assert shelf.requests == 6
    pages, names = shelf.stream()
    assert sorted(names) == list(range(7))
    assert (pages[-1].items, pages[-1].complete, pages[-1].total) == ((), False, 9)


@given(st.integers(0, 32), st.integers(1, 10_000), CHANGES, st.booleans(), st.sampled_from([2, 3, 10**6]))
@examples(300)
def test_a_count_that_is_far_too_high_costs_few_requests_and_no_item(count, more, changes, newest_first, most):
    shelf = Shelf(count, changes, most=most)
    honest = shelf.fetch

    async def boast(number, size, newest):
        page = await honest(number, size, newest)
        return Page(page.items, page.total + more, page.request_id)

    shelf.fetch = boast
    for ask in (lambda: shelf.read(newest_first=newest_first), shelf.stream):
        shelf.always, shelf.requests = set(shelf.items), 0
        _, names = ask()
        assert shelf.always <= set(names) <= shelf.ever
        assert len(names) == len(set(names))
        # eight at once, then a few passes over at most 22 pages, each with a search among the empty ones
        assert shelf.requests <= 12 + 5 * (24 + 2 * more.bit_length())


def test_versions_that_a_service_counts_and_does_not_have_cost_few_requests():
    shelf = Shelf(7, [], most=7)
    honest = shelf.fetch

    async def boast(number, size, newest):
        page = await honest(number, size, newest)
        return Page(page.items, 5000, page.request_id)

    found = asyncio.run(read_pages(boast, key=lambda item: item["VersionName"]))
    assert [item["VersionName"] for item in found.items] == [str(number) for number in range(7)]
    assert (found.complete, found.total) == (False, 5000)
    assert shelf.requests < 40


def test_one_page_for_every_number_is_an_error():
    shelf = Shelf(20, [])
    honest = shelf.fetch

    async def stuck(number, size, newest):
        return await honest(1, size, newest)

    shelf.fetch = stuck
    for ask in (shelf.read, shelf.stream):
        with pytest.raises(ProtocolError, match="every page number"):
            ask()


def test_a_list_that_never_ends_is_an_error():
    async def endless(number, size, newest):
        return Page(({"VersionName": str(number)},), 10**9)

    with pytest.raises(ProtocolError, match="more than can be read"):
        asyncio.run(read_pages(endless, key=lambda item: item["VersionName"]))
    shelf = Shelf(0, [])
    shelf.fetch = endless
    with pytest.raises(ProtocolError, match="more than can be read"):
        shelf.stream()


NAMES = [f"0.{number}.0" for number in range(500)]


def names_of(found):
    return [item["VersionName"] for item in found.items]


def test_five_hundred_versions_cost_six_requests():
    with FaultServer(answer=listing(NAMES)) as server, server.client() as client:
        found = client.run(client.list_versions("m-1"))
    assert names_of(found) == NAMES
    assert len(server.hits) == 6
    assert 1 < server.connections <= 8


@pytest.mark.parametrize("most", [50, 10])
@pytest.mark.parametrize(
    ("code", "text"), [("InvalidParameter", "bad"), ("100400008", "bad"), ("BadRequest", "PageSize must not exceed 50")]
)
def test_a_service_that_objects_to_the_page_size_is_asked_for_smaller_pages(most, code, text):
    def plan(hit):
        return error(400, code, text) if int(hit.query["PageSize"]) > most else None

    with FaultServer(plan, answer=listing(NAMES[:120])) as server, server.client() as client:
        assert names_of(client.run(client.list_versions("m-1"))) == NAMES[:120]
        tried = len(server.hits)
        assert names_of(client.run(client.list_versions("m-2"))) == NAMES[:120]
        streamed = [item["VersionName"] for page in client.iterate(client.stream_versions("m-3")) for item in page.items]
        assert sorted(streamed) == sorted(NAMES[:120])
        assert {hit.query["PageSize"] for hit in server.hits[tried:]} == {str(most)}, "the size is remembered"


def test_a_service_that_hands_out_less_than_asked_is_read_whole():
    with FaultServer(answer=listing(NAMES[:120], most=50)) as server, server.client() as client:
        assert names_of(client.run(client.list_versions("m-1"))) == NAMES[:120]
        assert names_of(client.run(client.list_versions("m-2", limit=70, newest_first=True))) == NAMES[:120][::-1][:70]
    assert all(int(hit.query["PageSize"]) in {100, 70, 50} for hit in server.hits)


def test_a_bad_request_that_is_not_about_pages_is_asked_once():
    refuse = error(400, "InvalidOrder", "Order is wrong")
    with FaultServer(lambda hit: refuse) as server, server.client() as client, pytest.raises(PaiError, match="InvalidOrder"):
        client.run(client.list_versions("m-1"))
    assert len(server.hits) == 1


def test_filters_reach_the_service_as_documented():
    with FaultServer(answer=lambda hit: {"TotalCount": 0, "Models": [], "Versions": []}) as server, server.client() as client:
        client.run(client.list_versions("m-1", approval="Approved", limit=7))
        client.run(
            client.list_models(name='"qwen2.5-7b"', label="阶段=a b+c", query="", collections=["AI4D", "QuickStart"], workspace_id=12)
        )
    versions, models = (hit.query for hit in server.hits)
    assert versions == {
        "SortBy": "GmtCreateTime",
        "ApprovalStatus": "Approved",
        "Order": "ASC",
        "PageNumber": "1",
        "PageSize": "7",
    }
    assert models["ModelName"] == '"qwen2.5-7b"'
    assert (models["Label"], models["Collections"], models["WorkspaceId"]) == ("阶段=a b+c", "AI4D,QuickStart", "12")
    assert "Query" not in models


@pytest.mark.parametrize(
    "options", [{"limit": 0}, {"limit": -3}, {"limit": 1.5}, {"limit": True}, {"approval": 1.5}, {"approval": "\ud800"}]
)
def test_impossible_questions_are_refused_before_a_socket_is_opened(options):
    with FaultServer() as server, server.client() as client, pytest.raises(ConfigurationError):
        client.run(client.list_versions("m-1", **options))
    assert server.connections == 0


def either(hit):
    return listing(NAMES[:3])(hit) if "PageSize" in hit.target else {"VersionName": hit.version}


def test_identical_requests_in_flight_are_made_once():
    all_asked = threading.Event()

    def held(conn, hit, good):
        all_asked.wait(PATIENCE)
        good_answer(conn, hit, good)

    with FaultServer(lambda hit: held, answer=either) as server, server.client() as client:
        futures = [client.submit(client.get_version("m-1", "0.1.0")) for _ in range(20)]
        futures += [client.submit(client.list_versions("m-1")) for _ in range(20)]
        all_asked.set()
        results = [future.result(PATIENCE) for future in futures]
    assert len(server.hits) == 2
    assert len({id(result) for result in results}) == 2
