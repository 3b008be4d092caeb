"""What the package says: every sentence has its Chinese, with the same values, and stays an ordinary text."""

import ast
import copy
import functools
import json
import pickle
import re
from pathlib import Path
from string import Formatter

import pytest

import pai_notebook
from pai_notebook.display import Code, Note, render_html, render_markdown, render_text
from pai_notebook.explorer.panels import _BY_CONTROLS
from pai_notebook.i18n.chinese import SEPARATORS, TEMPLATES, read_entries
from pai_notebook.i18n.phrases import Phrase, first, in_language, joined, now, say, speaking
from pai_notebook.i18n.rewording import as_data, from_data, with_values
from pai_notebook.model.metric_cells import State
from pai_notebook.model.nearest import _COUNTED, counted

PACKAGE = Path(pai_notebook.__file__).parent
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "chinese.py"]


@functools.cache
def nodes_of(source):
    """Everything in a source, which several tests look through."""
    return list(ast.walk(ast.parse(source)))


def fields_of(template):
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def said():
    """Every template that is handed to `say` or `now` as it stands, alone or as one of two."""
    for path in SOURCES:
        for node in nodes_of(path.read_text("utf-8")):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "now"):
                first = node.args[0]
                for each in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                    if isinstance(each, ast.Constant):
                        yield path.name, each.value


def constants(sources=SOURCES):
    """Every text that stands in a source."""
    nodes = (node for path in sources for node in nodes_of(path.read_text("utf-8")))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.slow
def test_everything_that_is_said_has_its_chinese():
    templates = list(said())
    assert len(templates) > 100
    assert [(name, template) for name, template in templates if template not in TEMPLATES] == []


# What a package raises for programmers, and what the embedded registry answers with.
_FOR_PROGRAMMERS = {"TypeError", "AttributeError", "RuntimeError", "ValueError", "KeyError", "OSError", "ApiError", "ImportError"}


def unsaid(source):
    """Words of an error, a hint, a reason or a warning that no template says: they could not be said in Chinese."""
    nodes = nodes_of(source)
    # what reads a value returns it with a note
    returned = [node.value for node in nodes if isinstance(node, ast.Return)]
    notes = [value.elts[-1] for value in returned if isinstance(value, ast.Tuple) and value.elts]
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        told = [word.value for word in call.keywords if word.arg in ("hint", "reason", "why")]
        told += call.args[2:3] if name == "Direction" else call.args[:1] if name.startswith("_no_") else []
        if (name in pai_notebook.errors.__all__ or name.endswith("Error") or name == "warn") and name not in _FOR_PROGRAMMERS:
            told += call.args[:1]
        notes += told
    for each in notes:
        for part in (each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,):
            words = part.values if isinstance(part, ast.JoinedStr) else [part]
            texts = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if any(sum(word.isalpha() for word in text.split()) > 1 for text in texts):
                yield ast.unparse(part)


def test_no_error_hint_or_warning_is_written_outside_of_the_catalogue():
    paths = [path for path in SOURCES if "demo" not in path.parts]
    assert [(path.name, words) for path in paths for words in unsaid(path.read_text("utf-8"))] == []
    assert list(unsaid("raise NotFound(f'no model named {name}', hint='Check its name.')")) == [
        "'Check its name.'",
        "f'no model named {name}'",
    ]
    assert list(unsaid("raise NotFound(say('no model named {name}'), hint=say('Check it now.') if name else '')")) == []
    assert list(unsaid("return None, '' if value else 'not a number'")) == ["'not a number'"]
    assert list(unsaid("Direction(reason='not a metric')")) == ["'not a metric'"]


_ENGLISH = re.compile(r"[a-z]{2,},? [a-z]{2,}|(^|[ (])(of|and|or|in|with|by|to|from|more|before|after)( |$)")
# Methods whose f-strings nobody reads as a sentence, and words of programs.
_NOT_SAID = re.compile(r"[<>{}=]|^(for|import) ")


def prose(source):
    """F-strings with words of English beside their values, which no template says."""
    nodes = nodes_of(source)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    own = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in _FOR_PROGRAMMERS]
    left = {id(node) for call in own for node in ast.walk(call)}
    for made in (node for node in nodes if isinstance(node, ast.JoinedStr) and id(node) not in left):
        for text in (part.value for part in made.values if isinstance(part, ast.Constant)):
            if re.search(
                r"[a-z]{2,},? [a-z]{2,}|(^|[ (])(of|and|or|in|with|by|to|from|more|before|after)( |$)", text
            ) and not _NOT_SAID.search(text):
                yield ast.unparse(made)
    for call in calls:
        if ast.unparse(call.func) in ("' and '.join", "' or '.join", "' with '.join"):
            yield ast.unparse(call)


def test_no_sentence_is_made_by_an_f_string_or_by_joining_words():
    left = {
        "registry/connection.py": 1,  # a docstring
        "model/document.py": 1,  # what stands in a fingerprint
        "python_source.py": 1,  # the Python that is written, as below
        "model/pivoting.py": 1,
        "model/table_shapes.py": 1,
    }
    paths = {str(path.relative_to(PACKAGE)): path for path in SOURCES if "demo" not in path.parts}
    found = {name: list(prose(path.read_text("utf-8"))) for name, path in paths.items()}
    assert {name: texts for name, texts in found.items() if len(texts) > left.get(name, 0)} == {}
    assert list(prose("say('a group {said}', said=f'of {n} models')")) == ["f'of {n} models'"]


def test_every_entry_of_the_catalogue_is_read_and_stands_there_once():
    text = (PACKAGE / "i18n" / "zh.po").read_text("utf-8")
    assert len(read_entries(text)) == text.count("\nmsgid ") == text.count("\nmsgstr ") == len(TEMPLATES) > 1000


def test_a_number_with_a_noun_has_its_chinese_in_the_singular_and_the_plural():
    assert [template for forms in _COUNTED.values() for template in forms if template not in TEMPLATES] == []
    assert (counted(1, "model"), counted(2000, "model")) == ("1 model", "2,000 models")
    assert {counted(number, "model").in_language("zh") for number in (0, 1, 2)} == {"0 个模型", "1 个模型", "2 个模型"}


def test_blanks_stand_between_chinese_and_latin_and_nowhere_else():
    assert say("label {name}", name="env").in_language("zh") == "标签“env”"
    assert say("{section} {path}", section=say("labels"), path="阶段").in_language("zh") == "标签：阶段"
    assert say("{section} {path}", section=say("labels"), path="env").in_language("zh") == "标签 env"
    assert say("{size} in {metric}", size="2", metric="准确率（测试集）").in_language("zh") == "准确率（测试集）2"
    assert say("{said}, only as measured", said=" 甲  乙 ").in_language("zh") == " 甲  乙 （仅按测量值）"
    assert say("{shown} or {last}", shown="'wide'", last="'long'").in_language("zh") == "'wide' 或 'long'"
    assert say("{shown} and {last}", shown="a (b)", last="c").in_language("zh") == "a (b) 和 c"
    assert joined([say("{points} pp", points=3), "a"], " and ").in_language("zh") == "3 个百分点与 a"


def test_no_blank_stands_beside_a_full_width_mark_in_a_line_or_a_cell():
    note = Note((Code("job-1"), say("({place})", place="cn-hangzhou"), "a", "b"))
    with speaking("zh"):
        assert "job-1（cn-hangzhou）a b" in render_text(note)
        assert "</code>（cn-hangzhou）a b" in render_html(note)
        assert "`job-1`（cn-hangzhou）a b" in render_markdown(note)
    assert "job-1 (cn-hangzhou) a b" in render_text(note)


@pytest.mark.slow
def test_nothing_is_translated_that_nobody_says():
    assert set(TEMPLATES) - constants() - {str(state) for state in State} == set()


@pytest.mark.slow
def test_what_the_explorer_says_otherwise_is_said_elsewhere_and_has_no_other_values():
    elsewhere = constants([path for path in SOURCES if path.name != "panels.py"])
    assert set(_BY_CONTROLS) - elsewhere == set()
    assert [new for old, new in _BY_CONTROLS.items() if not set(fields_of(new)) <= set(fields_of(old)) or new not in TEMPLATES] == []


def test_the_chinese_has_the_same_values_and_other_words():
    pairs = TEMPLATES.items()
    assert [template for template, chinese in pairs if fields_of(chinese) != fields_of(template)] == []
    kept = [template.split() for template, chinese in pairs if chinese == template]
    assert [words for words in kept if any(word.isalpha() for word in words if word not in ("null", "NaN"))] == []


@pytest.mark.slow
def test_what_is_joined_is_joined_by_a_known_separator():
    calls = [node for path in SOURCES for node in nodes_of(path.read_text("utf-8")) if isinstance(node, ast.Call)]
    joins = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "joined"]
    assert len(joins) > 10
    separators = [call.args[1] for call in joins if len(call.args) > 1]
    assert {each.value for each in separators if isinstance(each, ast.Constant)} == set(SEPARATORS) - {", "}


def test_a_phrase_is_its_english_text():
    phrase = say("the value is {state}", state=say("absent"))
    assert phrase == "the value is absent"
    assert hash(phrase) == hash("the value is absent")
    assert {phrase: 1}["the value is absent"] == 1
    assert phrase.in_language("zh") == "实际值：缺失"


def test_a_phrase_is_printed_in_the_language_that_is_spoken():
    phrase = say("the value is {state}", state=say("absent"))
    assert (str(phrase), f"{phrase:>22}", repr(phrase)) == ("the value is absent", "   the value is absent", "'the value is absent'")
    with speaking("zh"):
        assert (str(phrase), f"{phrase}", f"{phrase:>8}") == ("实际值：缺失", "实际值：缺失", "  实际值：缺失")
        assert repr([phrase]) == "['实际值：缺失']"
        assert phrase == "the value is absent"
        assert say("{what}: {said}", what=phrase, said=1) == "the value is absent: 1"
        assert json.dumps(phrase) == '"the value is absent"'


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda phrase: pickle.loads(pickle.dumps(phrase))])
def test_a_phrase_that_was_copied_or_pickled_still_knows_its_chinese(again):
    made = again(say("{kind} {sentence}", kind=say("labels"), sentence=joined(["'a'", "'A'"], " and ")))
    assert isinstance(made, Phrase)
    assert made == "labels 'a' and 'A'"
    assert made.in_language("zh") == "标签 'a' 与 'A'"


def test_values_are_never_taken_for_templates():
    hostile = "{state} {0} {{}} baseline"
    assert say("the value is {text}", text=hostile).in_language("zh") == f"实际值：{hostile}"
    assert in_language(hostile, "zh") == hostile


def test_words_of_the_data_are_never_translated():
    assert in_language("absent", "zh") == "absent"
    assert joined(["absent", "better"]).in_language("zh") == "absent、better"


def test_the_first_of_many_are_named_and_the_rest_counted():
    assert first(["a", "b"], 2) == "a, b"
    assert first(["a", "b", "c", "d"], 2).in_language("zh") == "a、b 等（另有 2 个未列出）"


def test_one_more_is_shown_itself():
    assert first(["a", "b", "c"], 2) == "a, b, c"


def test_a_language_is_spoken_only_inside():
    with speaking("zh"):
        assert now("+{count:,} more", count=2) == "另有 2 个"
    assert now("+{count:,} more", count=2) == "+2 more"


def test_what_only_the_whole_sentence_gives_away_is_not_said_from_its_values():
    def masked(text):
        return re.sub("(?<=password: )[a-z]+", "***", text)

    phrase = with_values(say("{what}: {said}", what="password", said="hunter"), masked)
    assert (phrase, in_language(phrase, "zh")) == ("password: ***", "password: ***")
    kept = with_values(say("{what}: {said}", what="metric", said="password: hunter"), masked)
    assert (kept, in_language(kept, "zh")) == ("metric: password: ***", "metric：password: ***")


@pytest.mark.parametrize("phrase", [say("the value is {state}", state=say("absent")), joined([say("absent"), "x"]), say("absent")])
def test_a_phrase_written_as_json_is_said_again(phrase):
    again = from_data(json.loads(json.dumps(as_data(phrase))))
    assert (again, again.in_language("zh")) == (phrase, phrase.in_language("zh"))


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["wine-cultivar", "1.8.0"], "wine-cultivar 1.8.0"),
        (["手写数字识别", "1.8.0"], "手写数字识别 1.8.0"),
        (["手写", "甲"], "手写 甲"),
        ([say("The set is empty."), say("The set is empty.")], "此处没有版本。此处没有版本。"),
        ([say("absent"), say("absent")], "缺失缺失"),
        (["wine", say("absent")], "wine 缺失"),
    ],
)
def test_a_blank_stands_between_joined_data_and_none_between_two_chinese_words_of_ours(texts, told):
    assert joined(texts, " ").in_language("zh") == told
