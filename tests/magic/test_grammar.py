"""The grammar of the line: what it means, what it refuses, and the Python that does the same."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.errors import AddressError
from pai_notebook.grammar import OPTIONS, VERBS, parse_line
from pai_notebook.twin import to_python

CORPUS = Path(__file__).parents[1] / "data" / "corpora" / "ids.json"
LINES = [item for item in json.loads(CORPUS.read_text("utf-8"))["items"] if item["kind"] == "magic_line"]


def _expanded(item):
    generated = item.get("value_gen")
    if generated is None:
        return item["value"]
    return generated.get("prefix", "") + generated["repeat"] * generated["count"] + generated.get("suffix", "")


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("model-a", "ls"),
        ("model-a@latest", "show"),
        ("model-a 0.1.0", "show"),
        ("model-a 0.1.0 0.2.0", "compare"),
        ("model-a@0.1.0,0.2.0", "compare"),
        ("model-a@last:3", "compare"),
        ("model-a@latest model-b@latest", "compare"),
        ("show model-a@last:3", "show"),
        ("ls", "ls"),
        ("ls model-a --label env=prod --last 3", "ls"),
        ("explain model-a@last:2 --lang zh", "explain"),
        ("explore", "explore"),
        ("connect demo", "connect"),
        ("connect --region cn-hangzhou", "connect"),
        ("help compare", "help"),
        ("compare --help", "help"),
        ("model-a@latest --help", "help"),
        ("nonsense --help", "help"),
        ("", "help"),
        ("-h", "help"),
    ],
)
def test_a_line_means_one_verb(line, verb):
    assert parse_line(line).verb == verb


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("model-a@latest --basline approved", "--baseline"),
        ("compre model-a@latest", "compare"),
        ("compare", "needs an address"),
        ("model-a@latest --baseline", "needs a value"),
        ("compare model-a --all=yes", "takes no value"),
        ("compare model-a --baseline 0.1.0 --baseline 0.2.0", "twice"),
        ("ls model-a --last three", "whole number"),
        ("ls model-a --label env", "K=V"),
        ("show model-a@latest --mode cer=min", "does not take"),
        ("model-a@latest --lang fr", "does not take"),
        ("explain model-a@last:2 --lang fr", "en or zh"),
        ("model-a@latest --as 1x", "not a name"),
        ("model-a@latest 0.1.0", "already selects"),
        ('show "model-a', "column 6"),
        ("model-a@{v}", "v is not defined"),
        ("model-a@$v", "v is not defined"),
        ("help nonsense", "no verb"),
        ("gate model-a@latest", "whole cell"),
        ("model-a latest", "model-a@latest"),
        ("compare model-a last:3", "model-a@last:3"),
        ("model-a@0.1.0 0.2.0..0.4.0", "model-a@0.2.0..0.4.0"),
        ("connect a b", "one name"),
        ("model-a@latest --access-key-secret S3CRET", "saved in the history"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(line, says):
    with pytest.raises(AddressError) as caught:
        parse_line(line)
    assert says in str(caught.value)
    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize("item", LINES, ids=lambda item: item["why"])
def test_the_lines_of_the_corpus_are_treated_as_labelled(item):
    line, expect = _expanded(item), item["expect"]
    if expect == "clean_usage_error":
        with pytest.raises(AddressError) as caught:
            parse_line(line)
        assert len(str(caught.value)) < 600
        assert "--access-key-secret SECRET" not in str(caught.value)
    elif expect == "usage":
        assert parse_line(line).verb == "help"
    else:
        assert expect == "run"
        assert parse_line(line).verb == "show"


def test_variables_stand_for_texts_numbers_and_versions_and_nothing_is_evaluated():
    class Version:
        address = "model-b@0.2.0"

    names = {"m": "model-a", "n": 3, "v": Version(), "bad": object()}
    assert str(parse_line("$m@last:{n}", names).addresses[0]) == "model-a@last:3"
    assert str(parse_line("{v}", names).addresses[0]) == "model-b@0.2.0"
    with pytest.raises(AddressError, match="is a object"):
        parse_line("$bad", names)
    for line in ("{m.upper()}", "{1+1}", "{__import__('os')}", "model-a@{m!r}"):
        with pytest.raises(AddressError):
            parse_line(line, names)


def test_a_value_with_spaces_stays_one_value():
    command = parse_line("ls model-a --where \"cer < 0.2 and label.env == 'prod'\" --label '所有者=张 三'")
    assert command.get("where") == "cer < 0.2 and label.env == 'prod'"
    assert command.pairs("label") == {"所有者": "张 三"}


@given(st.text(max_size=60))
def test_no_text_does_anything_but_parse_or_refuse(line):
    try:
        verb = parse_line(line).verb
    except AddressError:
        verb = "help"
    assert verb in VERBS


VALUES = {
    "V": "0.1.0",
    "GLOB": "cer*,wer",
    "NAME=max|min": "cer=min",
    "ID": "d-a",
    "K=V": "所有者=张三",
    "S": "Approved",
    '"EXPR"': "'cer < 0.2'",
    "N": "3",
    "NAME": "cer",
    "TEXT": "情感",
    "en|zh": "zh",
    "FILE": "out.html",
    "REGION": "cn-hangzhou",
    "SECONDS": "60",
    "URL": "https://aiworkspace.aliyuncs.com",
    "public|vpc": "vpc",
}
WITH_TWIN = [verb for verb in VERBS if verb not in ("connect", "help")]


@pytest.mark.parametrize("verb", WITH_TWIN)
@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in ("--code", "--as", "--debug")])
def test_every_option_has_a_python_twin(verb, name):
    option = OPTIONS[name]
    if option.verbs and verb not in option.verbs:
        with pytest.raises(AddressError, match="does not take"):
            parse_line(f"{verb} model-a@last:2 {name} {VALUES.get(option.metavar, '')}")
        return
    if verb == "watch":
        plain, told = (to_python(parse_line(f"watch model-a@latest {extra}")) for extra in ("", f"{name} {VALUES.get(option.metavar, '')}"))
        ast.parse(told)
        assert told != plain
        return
    address = "" if verb == "ls" and name in ("--query", "--limit", "--workspace") else "model-a@last:2"
    address += " --to x.html" if name == "--overwrite" else ""
    plain = to_python(parse_line(f"{verb} {address}"))
    told = to_python(parse_line(f"{verb} {address} {name} {VALUES.get(option.metavar, '')}"))
    ast.parse(told)
    assert told != plain


@pytest.mark.parametrize("line", ["ls model-a  # the versions", "ls model-a #", "ls model-a;   # silent"])
def test_a_comment_behind_the_line_is_left_out(line):
    assert parse_line(line) == parse_line("ls model-a")


def test_a_hash_inside_a_word_or_quotation_marks_is_no_comment():
    assert parse_line("ls model-a --label key=#1 --query a#b").get("label") == ("key=#1",)
    assert parse_line("ls --query '# 1'").get("query") == "# 1"
    assert parse_line("# only a comment").verb == "help"
