"""Limits are ours: what a service can teach, and what it can send, is bounded on this side."""

import gzip
import json
import sys
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pai_notebook.client.decode import decode, read_body
from pai_notebook.client.retry import read_date
from pai_notebook.errors import ClockSkew, ProtocolError
from pai_notebook.json_text import MAX_DEPTH, MAX_DIGITS

from .faultserver import FaultServer, error, http_date, message

ABSURD = {
    "the year 9999": "Fri, 31 Dec 9999 23:59:59 GMT",
    "the year 9999, behind Greenwich": "Fri, 31 Dec 9999 23:59:59 -2359",
    "the year 1": "Mon, 01 Jan 0001 00:00:00 GMT",
    "the year 1, ahead of Greenwich": "Mon, 01 Jan 0001 00:00:00 +2359",
    "the epoch": "Thu, 01 Jan 1970 00:00:00 GMT",
    "two days ahead": None,
}


@pytest.mark.parametrize("case", sorted(ABSURD))
def test_an_absurd_clock_is_told_and_not_believed(case):
    date = ABSURD[case] or http_date(datetime.now(UTC) + timedelta(days=2))
    refuse = lambda hit: error(400, "InvalidTimeStamp.Expired", Date=date) if hit.version == "0.1.0" else None  # noqa: E731
    with FaultServer(refuse) as server, server.client() as client:
        with pytest.raises(ClockSkew) as caught:
            client.run(client.get_version("m", "0.1.0"))
        assert len(server.hits) == 1, "nothing to be gained by asking again"
        assert "more than a day" in caught.value.message or "refused the date" in caught.value.message
        assert client.clock_offset == timedelta()
        for number in range(2, 5):
            assert client.run(client.get_version("m", f"0.{number}.0")).attempts == 1
        sent = datetime.strptime(server.hits[-1].headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(sent - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_clock_that_is_too_far_off_says_what_the_service_says():
    moment = datetime.now(UTC) + timedelta(days=3)
    refuse = lambda hit: error(400, "InvalidTimeStamp.Expired", Date=http_date(moment))  # noqa: E731
    with FaultServer(refuse) as server, server.client() as client, pytest.raises(ClockSkew) as caught:
        client.run(client.get_version("m", "0.1.0"))
    assert f"{moment:%Y-%m-%d %H:%M} UTC" in caught.value.hint


@given(
    st.text(max_size=40)
    | st.from_regex(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} ([+-]\d{4}|GMT|[A-Z]{1,4})", fullmatch=True)
)
def test_whatever_a_date_says_it_can_be_reckoned_with(text):
    moment = read_date(text)
    if moment is not None:
        assert isinstance(moment - datetime.now(UTC), timedelta)
        assert moment.utcoffset() == timedelta()


# compressed answers


async def pieces(data, size):
    for start in range(0, len(data), size):
        yield data[start : start + size]


def inflated(data, *, size=1000, most=10**6):
    import asyncio

    return asyncio.run(read_body(pieces(data, size), encoding="gzip", max_bytes=most))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6), st.integers(1, 400))
def test_a_gzip_answer_of_several_members_is_read_whole(parts, size):
    assert inflated(b"".join(map(gzip.compress, parts)), size=size) == b"".join(parts)


def test_a_version_in_two_members_arrives():
    def split(conn, hit, good):
        body = gzip.compress(good[:100]) + gzip.compress(good[100:])
        conn.sendall(message(200, body, Content_Encoding="gzip"))

    with FaultServer(lambda hit: split) as server, server.client() as client:
        assert client.run(client.get_version("m", "0.1.0")).document["VersionName"] == "0.1.0"


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"a")[:-4],
        gzip.compress(b"a") + b"x",
        gzip.compress(b"a") + gzip.compress(b"b")[:-1],
        gzip.compress(b"a") + gzip.compress(b"b")[:-8] + bytes(8),
        gzip.compress(b"") * 2000,
        b"",
    ],
    ids=["cut", "rest", "second cut", "second damaged", "two thousand members", "nothing"],
)
def test_damaged_members_are_an_error(data):
    with pytest.raises(ProtocolError, match="damaged"):
        inflated(data)


def test_members_together_may_not_exceed_the_limit():
    with pytest.raises(ProtocolError, match="larger than 1,000 bytes"):
        inflated(gzip.compress(b"a" * 600) * 2, most=1000)
    with pytest.raises(ProtocolError, match="larger than"):
        # stored blocks of nothing: data without end that never becomes anything
        inflated(zlib.compressobj(wbits=31).flush(zlib.Z_SYNC_FLUSH) + b"\x00\x00\x00\xff\xff" * 30_000, most=1000)


# structure and numbers


def nested(depth):
    return b'{"VersionName":"0.1.0","x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_depth_is_counted_exactly():
    assert decode(nested(MAX_DEPTH))["VersionName"] == "0.1.0"
    with pytest.raises(ProtocolError, match=f"deeper than {MAX_DEPTH} levels"):
        decode(nested(MAX_DEPTH + 1))


@pytest.fixture(params=[4300, 640, 0, 100_000], ids=lambda limit: f"interpreter limit {limit}")
def interpreter_limit(request):
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(request.param)
    yield request.param
    sys.set_int_max_str_digits(before)


def test_digits_are_bounded_whatever_the_interpreter_allows(interpreter_limit):
    held = min(MAX_DIGITS, interpreter_limit or MAX_DIGITS)
    assert decode(b'{"x":' + b"9" * held + b"}")["x"] % 10 == 9
    assert decode(b'{"x":-' + b"9" * held + b"}")["x"] < 0
    for digits in (held + 1, MAX_DIGITS + 2, 50_000):
        with pytest.raises(ProtocolError, match="too many digits"):
            decode(b'{"x":' + b"9" * digits + b"}")


@pytest.mark.parametrize("unit", [b"[],", b"{},", pytest.param(b'{"a":[]},', marks=pytest.mark.slow)])
def test_an_answer_of_millions_of_lists_is_refused_before_it_is_parsed(unit):
    body = b'{"VersionName":"0.1.0","x":[' + unit * (15_000_000 // len(unit)) + b"0]}"
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="more than 1,048,576 lists and objects"):
            decode(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(body), "parsed it would take memory by the gigabyte"


def test_brackets_in_texts_are_no_lists():
    text = '[{"\\' * 300_000
    document = {"VersionName": "0.1.0", "x": text}
    assert decode(json.dumps(document).encode()) == document
