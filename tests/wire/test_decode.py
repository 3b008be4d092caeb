"""From bytes to a document: everything a service may send is either kept as it is or refused by an error of the package."""

import asyncio
import json
import math
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.client.decode import DamagedAnswer, decode, read_body
from pai_notebook.errors import ProtocolError

from .corpus import body, load

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@given(st.dictionaries(st.text(), JSON, max_size=5), st.booleans())
def test_every_json_object_survives(document, ascii_only):
    text = json.dumps(document, ensure_ascii=ascii_only)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    assert decode(data) == document


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise_anything_else(data):
    error = refusal(data)
    assert error is None or (len(str(error)) < 1000 and error.__context__ is None)


def refusal(data):
    try:
        decode(data)
    except ProtocolError as error:
        return error
    return None


@given(st.dictionaries(st.text(), JSON, max_size=4), st.data())
def test_a_document_cut_anywhere_is_damaged(document, data):
    whole = json.dumps(document).encode()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(DamagedAnswer):
        decode(whole[:cut])


def test_bodies_of_the_corpus_are_treated_as_labelled():
    for case in load("json_bodies"):
        error = refusal(body(case))
        if error is None:
            # shape and size are looked at elsewhere
            assert case["treatment"] != "reject" or "shape" in case["id"] or "size" in case["id"], case["id"]
        else:
            assert case["treatment"] in {"reject", "either"}, case["id"]
            assert len(str(error)) < 1000, case["id"]
            assert error.__context__ is None, case["id"]


def depth_of(value):
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


BRACKETS = st.text(alphabet='[]{}"\\a,')


@given(
    st.dictionaries(
        BRACKETS,
        st.recursive(BRACKETS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(BRACKETS, inner, max_size=3), max_leaves=40),
        max_size=3,
    )
)
def test_depth_is_counted_outside_of_strings_only(document):
    data = json.dumps(document).encode()
    levels = depth_of(document)
    assert decode(data, max_depth=levels) == document
    with pytest.raises(ProtocolError, match="nested deeper"):
        decode(data, max_depth=levels - 1)


KEYS = st.sampled_from(["a", "b", ':"', "\\", "{,", "1e999"])


class Pairs(tuple):
    """An object as it is written, whose keys may occur twice."""

    __slots__ = ()

    @property
    def repeats(self):
        return len({key for key, _ in self}) < len(self)


PAIRS = st.recursive(
    st.none() | st.floats(allow_nan=False) | st.integers() | st.text('a:"\\{}[],0e', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=3).map(Pairs),
    max_leaves=20,
)


def written(value):
    if isinstance(value, Pairs):
        return "{" + ", ".join(f"{json.dumps(key)} : {written(item)}" for key, item in value) + "}"
    return "[" + ",".join(map(written, value)) + "]" if isinstance(value, list) else json.dumps(value)


def plain(value):
    if isinstance(value, Pairs):
        return {key: plain(item) for key, item in value}
    return list(map(plain, value)) if isinstance(value, list) else value


def has_repeats(value):
    if isinstance(value, Pairs):
        return value.repeats or any(has_repeats(item) for _, item in value)
    return isinstance(value, list) and any(map(has_repeats, value))


@given(st.lists(st.tuples(KEYS, PAIRS), min_size=1, max_size=4).map(Pairs))
def test_a_key_that_occurs_twice_anywhere_is_refused_and_nothing_else_is(document):
    data = written(document).encode()
    if has_repeats(document):
        with pytest.raises(ProtocolError, match="twice in one object"):
            decode(data)
    else:
        assert decode(data) == plain(document)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,3}(0{300})?)(\.(0{300})?[0-9]{1,4})?([eE][-+]?[0-9]{1,4})?", fullmatch=True))
def test_a_number_is_the_nearest_float_or_stays_text_where_that_is_infinite_or_zero(text):
    try:
        value = int(text)
    except ValueError:
        value = float(text)
        lost = math.isinf(value) or (value == 0 and any(digit in "123456789" for digit in text.lower().split("e")[0]))
        value = text if lost else value
    found = decode(f'{{"a": [{text}, {{"b":{text}}}]}}'.encode())["a"]
    assert found == [value, {"b": value}]
    assert list(map(type, (found[0], found[1]["b"]))) == [type(value)] * 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9007199254740993", 9007199254740993),
        (b"1e400", "1e400"),
        (b"-1e400", "-1e400"),
        (b"1e-400", "1e-400"),
        (b"0.0e-400", 0.0),
        (b"1e999999999", "1e999999999"),
        (b"Infinity", math.inf),
        (b"1" * 4000, int("1" * 4000)),
    ],
)
def test_numbers_never_change_silently(text, value):
    assert decode(b'{"a":' + text + b"}")["a"] == value


def test_a_bare_nan_does_not_cost_the_document():
    assert math.isnan(decode(b'{"Metrics":{"a":NaN,"b":1}}')["Metrics"]["a"])


async def chunks(data, size):
    for at in range(0, len(data), size):
        yield data[at : at + size]


def read(data, *, encoding="", limit=1000, size=7):
    return asyncio.run(read_body(chunks(data, size), encoding=encoding, max_bytes=limit))


@given(st.binary(max_size=1500), st.sampled_from(["", "identity", "gzip"]), st.integers(1, 2000))
def test_a_body_is_read_whole_or_refused_for_its_size(data, encoding, size):
    packed = zlib.compress(data, wbits=31) if encoding == "gzip" else data
    if len(data) <= 1000:
        assert read(packed, encoding=encoding, size=size) == data
    else:
        with pytest.raises(ProtocolError, match="larger than 1,000 bytes"):
            read(packed, encoding=encoding, size=size)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-3], lambda data: data[5:], lambda data: data + b"rest", lambda data: b"plain", lambda data: b""]
)
def test_damaged_compression_is_noticed(damage):
    with pytest.raises(DamagedAnswer):
        read(damage(zlib.compress(b"hello" * 50, wbits=31)), encoding="gzip")


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "x" * 500])
def test_compression_that_was_not_asked_for_is_refused(encoding):
    with pytest.raises(ProtocolError, match="was not asked for"):
        read(b"{}", encoding=encoding)
