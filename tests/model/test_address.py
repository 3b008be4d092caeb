"""Addresses and the natural order of versions."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import ModelVersion
from pai_notebook.arguments import check_version_name
from pai_notebook.errors import AddressError
from pai_notebook.model.address import address_of, parse_address
from pai_notebook.model.order import version_key
from pai_notebook.model.selector_words import BASELINES, nearest_versions, nearest_word


def named(name, day="2026-01-01", approval=""):
    return ModelVersion.from_document({"VersionName": name, "GmtCreateTime": f"{day}T00:00:00Z", "ApprovalStatus": approval}, "m")


version_names = st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(_[a-z0-9]{1,6})?", fullmatch=True)


def test_versions_sort_as_people_read_them():
    ordered = ["0.2.0", "0.10.0", "1.0.0_beta", "1.0.0_RC2", "1.0.0_rc10", "1.0.0", "1.0.0_20240101", "1.0.0_base", "1.0.0_final"]
    for shuffled in itertools.islice(itertools.permutations(ordered), 0, 5040, 97):
        assert sorted(shuffled, key=version_key) == ordered


@given(st.lists(version_names | st.text(max_size=8), max_size=6))
def test_any_text_has_a_place_in_the_order(names):
    ordered = sorted(names, key=version_key)
    assert sorted(ordered) == sorted(names)
    backwards = ordered[::-1]
    assert sorted(backwards, key=version_key) == ordered


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("model-a", "all"),
        ("model-a@latest", "latest"),
        ("model-a@approved", "approved"),
        ("model-a@last:5", "last"),
        ("model-a@0.1.0", "names"),
        ("model-a@0.1.0,1.0.0_rc1", "names"),
        ("model-a@0.1.0..0.9.0", "range"),
        ("model-a@1.*", "glob"),
        ("model-a@previous", "previous"),
        ("model-a@highest", "highest"),
        ("model-a@2.0.0..", "range"),
        ("model-a@..0.9.0", "range"),
        ("model-a@approved..latest", "range"),
        ("model-a@latest,approved", "list"),
        ("model-a@last:2,0.1.0", "list"),
        ("model-a@1.0.0_测试", "names"),
        ("手写数字识别@latest", "latest"),
        ("A1_b-c.d@latest", "latest"),
    ],
)
def test_an_address_reads_and_writes_itself(text, kind):
    address = parse_address(text)
    assert address.selector.kind == kind
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "@latest", "../x", "a/b", "model-a@", "model-a@newest", "model-a@..", "model-a@newest..1.0.0",
        "model-a@last:0", "model-a@last:x", "model-a@{v}", "model-a@$v",
        "model-a@0.9.0..0.1.0", "model-a@1.0.0;id", "m\n@latest", "model-a@１.０.０",
    ],
)  # fmt: skip
def test_a_malformed_address_is_refused_with_the_grammar(text):
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    assert caught.value.hint
    assert len(str(caught.value)) < 400


@given(st.lists(version_names, unique=True, max_size=12), version_names, version_names)
def test_a_range_is_inclusive_and_natural(names, first, second):
    low, high = sorted([first, second], key=version_key)
    picked = parse_address(f"m@{low}..{high}").selector.pick(map(named, names))
    assert set(picked) == {name for name in names if version_key(low) <= version_key(name) <= version_key(high)}
    assert list(picked) == sorted(picked, key=version_key)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("1.4.0..1.5", ["1.4.0", "1.5.0_rc1", "1.5.0", "1.5.7"]),
        ("1.5..1.5", ["1.5.0_rc1", "1.5.0", "1.5.7"]),
        ("1.5.7..1.5", ["1.5.7"]),
        ("v1.5..2", ["1.5.0_rc1", "1.5.0", "1.5.7", "1.50.0"]),
        ("1.4.0..v1.5", ["1.4.0", "1.5.0_rc1", "1.5.0", "1.5.7"]),
        ("..1.4", ["1.4.0"]),
        ("1.5..", ["1.5.0_rc1", "1.5.0", "1.5.7", "1.50.0"]),
        ("1.5..highest", ["1.5.0_rc1", "1.5.0", "1.5.7", "1.50.0"]),
        ("1..1", ["1.4.0", "1.5.0_rc1", "1.5.0", "1.5.7", "1.50.0"]),
        ("1.4.0..1.5.0", ["1.4.0", "1.5.0_rc1", "1.5.0"]),
    ],
)
def test_a_short_end_of_a_range_is_its_whole_series(ends, expected):
    known = [named(name) for name in ("1.4.0", "1.5.0_rc1", "1.5.0", "1.5.7", "1.50.0")]
    assert list(parse_address(f"m@{ends}").selector.pick(known)) == expected


def test_written_names_keep_their_order_even_when_they_do_not_exist():
    assert parse_address("m@2.0.0,1.0.0,2.0.0").selector.pick([named("1.0.0")]) == ("2.0.0", "1.0.0")


def test_the_nearest_names_surround_a_missing_one():
    assert nearest_versions("1.2.1", ["0.1.0", "1.3.0", "1.2.0", "2.0.0"]) == ("1.2.0", "1.3.0")
    assert nearest_versions("1.0.0", []) == ()


NEAR = ["1.5.0", "1.7.2", "1.7.3", "1.8.0", "1.8.5", "1.9.0"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1.8", ("1.8.0",)),
        ("v1.8", ("1.8.0",)),
        ("1.7", ("1.7.3",)),
        ("1.55.0", ("1.5.0",)),
        ("1.88.0", ("1.8.0",)),
        ("1.8.1", ("1.8.0", "1.8.5")),
        ("1.4", ("1.5.0",)),
        ("9.0.0", ()),
        ("1.2.0", ()),
        ("1.3", ()),
    ],
)
def test_a_version_that_is_not_near_is_not_named(name, expected):
    assert nearest_versions(name, NEAR) == expected


AGED = [
    named("2.0.0", "2026-01-01", "Approved"),
    named("1.9.0", "2026-03-01", "approved"),
    named("2.1.0", "2026-02-01", "Pending"),
    named("1.9.1", "2026-04-01", "Rejected"),
]


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("latest", ["1.9.1"]),
        ("LATEST", ["1.9.1"]),
        ("previous", ["1.9.0"]),
        ("approved", ["1.9.0"]),
        ("highest", ["2.1.0"]),
        ("last:2", ["1.9.0", "1.9.1"]),
        ("Last:3", ["1.9.0", "1.9.1", "2.1.0"]),
        ("2.0.0..", ["2.0.0", "2.1.0"]),
        ("..1.9.0", ["1.9.0"]),
        ("approved..latest", ["1.9.0", "1.9.1"]),
        ("latest..highest", ["1.9.1", "2.0.0", "2.1.0"]),
        ("highest,latest", ["2.1.0", "1.9.1"]),
        ("2.1.0，latest", ["2.1.0", "1.9.1"]),
        ("last:2, 2.0.0", ["1.9.0", "1.9.1", "2.0.0"]),
    ],
)
def test_words_go_by_creation_time_and_ranges_by_name(selector, names):
    assert list(parse_address(f"m@{selector}").selector.pick(AGED)) == names


def test_equal_and_unknown_times_fall_back_to_the_order_of_names():
    undated = [ModelVersion.from_document({"VersionName": name}, "m") for name in ("0.2.0", "0.10.0", "0.10.0_rc1")]
    assert parse_address("m@latest").selector.pick(undated) == ("0.10.0",)
    assert parse_address("m@last:2").selector.pick([*undated, named("0.1.0")]) == ("0.1.0", "0.10.0")


def test_a_misspelt_word_names_the_nearest():
    with pytest.raises(AddressError, match=r"'latst' is not a selector. Did you mean latest\?"):
        parse_address("m@latst")
    for text in ("last3", "last-3", "last=3"):
        with pytest.raises(AddressError, match=r"Did you mean last:3\?"):
            parse_address(f"model-a@{text}")


def test_no_versions_are_not_offered_instead_of_no_versions():
    with pytest.raises(AddressError, match="write last:1 for the newest") as caught:
        parse_address("model-a@last:0")
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("newest", "Did you mean latest?"),
        ("newst", "Did you mean latest?"),
        ("PROD", "Did you mean approved?"),
        ("stable", "Did you mean approved?"),
        ("prev", "Did you mean previous?"),
        ("oldest", "No word means the oldest"),
        ("best", "No word means the best"),
        ("lowest", "Write MODEL or MODEL@SELECTOR"),
        ("^1.5", "Did you mean 1.5..?"),
        ("~1.5", "Did you mean 1.5.*?"),
        (">=1.5.0", "Did you mean 1.5.0..?"),
        ("1.5 to 1.6", "Did you mean 1.5..1.6?"),
    ],
)
def test_a_word_of_another_system_is_answered_with_ours(written, meant):
    with pytest.raises(AddressError) as caught:
        parse_address(f"model-a@{written}")
    assert caught.value.hint.startswith(meant)
    assert "Write MODEL or MODEL@SELECTOR" in caught.value.hint


@pytest.mark.parametrize(("mark", "version"), [(":", "1.5.0"), ("/", "1.5.0"), ("==", "1.5.0"), (":", "latest")])
def test_a_model_and_its_version_as_others_write_them_are_answered_with_an_address(mark, version):
    with pytest.raises(AddressError, match=rf"is not a model id\. Did you mean 数字-a@{version}\?$"):
        parse_address(f"数字-a{mark}{version}")


@pytest.mark.parametrize(("name", "meant"), [("1.x", "1.*"), ("v1.5.x", "1.5.*"), ("1.5-1.6", "1.5..1.6"), ("1.5+", "1.5..")])
def test_what_others_write_for_several_versions_is_answered_with_a_selector(name, meant):
    with pytest.raises(AddressError, match="is not a version name") as caught:
        check_version_name(name)
    assert caught.value.hint == f"Did you mean {meant}?"


@pytest.mark.parametrize(("written", "meant"), [("latest", "latest"), ("newest", "latest"), ("last3", "last:3"), ("prod", "approved")])
def test_a_word_in_the_place_of_a_version_is_told_where_to_stand(written, meant):
    with pytest.raises(AddressError, match=f"'{written}' is not a version name. Write model-a@{meant}"):
        address_of("model-a", written)


@pytest.mark.parametrize("selector", ["latest", "last:2", "1.*", "1.7.0..", "1.0.0,1.1.0"])
def test_a_selector_without_a_model_is_told_where_to_stand(selector):
    with pytest.raises(AddressError) as caught:
        parse_address(selector)
    assert str(caught.value) == f"{selector!r} chooses versions, and names no model. Write MODEL@{selector}."


@pytest.mark.parametrize(("word", "state"), [("rejected", "Rejected"), ("Pending", "Pending"), ("unapproved", "Pending")])
def test_a_state_that_is_no_selector_is_never_answered_with_its_opposite(word, state):
    with pytest.raises(AddressError) as caught:
        parse_address(f"model-a@{word}")
    assert caught.value.hint.startswith(f"registry.list_versions(MODEL, approval={state!r}) lists those. Write MODEL")
    assert nearest_word(word, BASELINES) == ""
