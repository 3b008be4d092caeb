"""Time that grows with a text and no faster: every regular expression of the package, and masking as a whole."""

import ast
import gc
import importlib
import pkgutil
import re
import sys
from functools import lru_cache
from itertools import product
from pathlib import Path
from re import _parser
from time import process_time

import pytest

import pai_notebook
from pai_notebook.io.redaction import Redaction
from tests.bench.metrics import WAYS, versions
from tests.compare.comparing import compare

ROOT = Path(pai_notebook.__file__).parent
ENDS = ("", "\x00 \nx")
COMMON = ("a", "1", "A", " ", ".", "-", "_", '"', "\n", "中")
SHORT, LONG = 1500, 6000
UNREMARKABLE = 0.004
APPLIED = {f"re.{method}" for method in ("compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")}
ANCHORED = {"match", "fullmatch"}


class Expression:
    """A pattern and how the package applies it."""

    def __init__(self, pattern, uses, where):
        self.pattern, self.where = pattern, where
        self.anchored = bool(uses) and uses <= ANCHORED

    def apply(self, text):
        if self.anchored:
            self.pattern.fullmatch(text)
            self.pattern.match(text)
        else:
            for _ in self.pattern.finditer(text):
                pass


def modules():
    for found in pkgutil.walk_packages(pai_notebook.__path__, "pai_notebook."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns_in(value, depth=3):
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, tuple | list | dict | set | frozenset):
        for child in (*value, *(value.values() if isinstance(value, dict) else ())):
            yield from patterns_in(child, depth - 1)
    elif depth and hasattr(value, "__dict__") and type(value).__module__.startswith("pai_notebook"):
        yield from patterns_in(list(vars(value).values()), depth - 1)


def used(source):
    """The methods that are called on each name."""
    found = {}
    for name, method in re.findall(r"\b(\w+)\.(\w+)\b", source):
        found.setdefault(name, set()).add(method)
    return found


@lru_cache
def expressions():
    """Every pattern that a module holds, and every one that a call spells out."""
    sources = {path: path.read_text("utf-8") for path in ROOT.rglob("*.py")}
    everything = used("\n".join(sources.values()))
    found = {}
    for module in modules():
        within = used(sources[Path(module.__file__)])
        for name, value in vars(module).items():
            uses = (within if name.startswith("_") else everything).get(name, set())
            for pattern in patterns_in(value):
                if isinstance(pattern.pattern, str):
                    found.setdefault((pattern.pattern, pattern.flags), Expression(pattern, uses, f"{module.__name__}.{name}"))
    for path, source in sources.items():
        for method, text, flags in spelt_out(source):
            pattern = re.compile(text, flags)
            uses = set() if method == "compile" else {method}
            found.setdefault((pattern.pattern, pattern.flags), Expression(pattern, uses, str(path)))
    return tuple(found.values())


def spelt_out(source):
    """Calls such as `re.sub(r"...", ...)`: the method, the pattern and its flags."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in APPLIED and node.args:
            text = node.args[0]
            flags = [each for each in node.args[1:] if re.fullmatch(r"re\.[A-Z]+( \| re\.[A-Z]+)*", ast.unparse(each))]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield node.func.attr, text.value, eval(ast.unparse(flags[0]), {"re": re}) if flags else 0


def literals(parsed):
    """The characters that a pattern names, and the words it spells."""
    word = ""
    for operator, argument in [*parsed, (None, None)]:
        if str(operator) in ("LITERAL", "NOT_LITERAL"):
            word += chr(argument)
            continue
        yield from (word, *word) if word else ()
        word = ""
        if str(operator) == "RANGE":
            yield chr(argument[0])
        elif str(operator) == "IN":
            yield from literals(argument)
        else:
            yield from (text for part in nested(argument) for text in literals(part))


def nested(argument):
    """The patterns in what an operator is given."""
    parts = argument if isinstance(argument, tuple | list) else ()
    return [each for part in parts for each in (part if isinstance(part, list) else [part]) if isinstance(each, _parser.SubPattern)]


def units(pattern):
    """What is repeated to make a text long: what the pattern names, and pairs of it."""
    named = sorted(set(literals(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))), key=lambda unit: (-len(unit), unit))[:14]
    single = [*dict.fromkeys((*named, *COMMON))]
    return [*single, *("".join(pair) for pair in product(named[:5], single) if pair[0] != pair[1])]


def clock(call, text):
    start = process_time()
    call(text)
    return process_time() - start


def grows_too_fast(call, make):
    """Whether four times the text takes far more than four times as long; what is over at once is not measured further."""
    if clock(call, make(LONG)) < UNREMARKABLE:
        return False
    ratios = (clock(call, make(LONG)) / clock(call, make(SHORT)) for _ in range(6))
    return all(ratio > LONG / SHORT * 2.2 for ratio in ratios)


def repeated(unit, before="", after=""):
    return lambda length: before + (unit * (length // len(unit) + 1))[:length] + after


def builds_patterns(source):
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    return any(ast.unparse(call.func) == "re.compile" and not isinstance(call.args[0], ast.Constant) for call in calls)


@pytest.mark.slow
def test_every_expression_is_found():
    """No function builds a pattern where this file does not look, but from what a user wrote: names with wildcards, and rules."""
    built = {path.name for path in ROOT.rglob("*.py") if builds_patterns(path.read_text("utf-8"))}
    assert built == {"patterns.py", "redaction.py"}
    assert len(expressions()) >= 100


def first_too_fast(expression):
    """The unit and the end of a text that takes too long, None for most."""
    ways = product(units(expression.pattern), ENDS)
    return next(((unit, after) for unit, after in ways if grows_too_fast(expression.apply, repeated(unit, after=after))), None)


@pytest.mark.slow
def test_every_pattern_takes_time_in_proportion_to_the_text():
    fast = [(each.where, each.pattern.pattern, unit) for each in expressions() for unit in [first_too_fast(each)] if unit is not None]
    assert fast == []


UNITS = (
    *COMMON,
    *"/\\'{}[]<>=:%?@&,;`()",
    *("aB3", "a.", "a-", "a=", "a: ", "%3a", "%2f", "://", "a://b/", "oss://", "a@", "a@b.", "\\\\\\"),
    *(
        '{"a":',
        '["',
        "[{",
        '\\"',
        '{"a":["',
        '{"a":1} ',
        'a={"":1}',
        '{"a":"oss://b"} ',
        "[[1],",
        "token=",
        "token=<a>",
        "token=[",
        "token=)",
    ),
    *(
        "password=",
        "--password ",
        "--p",
        'password="',
        'token=\\"',
        "password={",
        "password=[",
        "password=<",
        "密码=",
        "authorization: ",
        "sk=1,",
    ),
    *("user_id=", 'user_id="', "owner_id={", 'user_id=\\"', "bucket=", "bucket=a/", "<a>", "<password>a</", "</"),
    *(
        "acs:",
        "acs:oss:",
        "acs:oss:*:",
        "arn:aws:",
        "s3.",
        "oss-",
        "oss.aliyuncs.com/",
        "/bucket/cn-",
        "bearer ",
        "eyJ",
        "eyJaaaaaaaa.",
        "LTAI",
    ),
    *("/hook/", "/hooks/a", "hooks.slack.com/services/", "api.telegram.org", "password is ", "login a ", "login "),
    *(
        "curl ",
        "curl -u a",
        "curl -u a:1 ",
        "docker login ",
        "docker login -p ",
        "http -a",
        "mc alias set ",
        "aws configure ",
        "mysql ",
        "mysql -p",
        "redis-cli ",
        "redis-cli -a ",
        "&sig=",
        "&sig=a1",
        " -u ",
    ),
    *("密码是", "密码（", "（", "sshpass -p ", "ms-"),
    *("-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "BEGIN A", "1234567890123456"),
)


@pytest.mark.slow
def test_masking_takes_time_in_proportion_to_the_text():
    def mask(text):
        redaction = Redaction()
        redaction.learn([{"OwnerId": "4711", "Uri": "oss://team-data"}])
        redaction.document({"note": text, "password": text})

    assert [unit for unit in UNITS if grows_too_fast(mask, repeated(unit))] == []


def steps(call):
    """Instructions of Python that a call takes, the same on every machine however busy."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"report"}))
def test_metrics_take_steps_in_proportion_to_their_number(way, tmp_path):
    few, many = versions(150), versions(600)
    WAYS[way](versions(2), tmp_path)
    assert steps(lambda: WAYS[way](many, tmp_path)) < 5.2 * steps(lambda: WAYS[way](few, tmp_path))


@pytest.mark.slow
def test_a_metric_of_many_is_few_objects():
    # Python's collector walks through every object again and again while more are made
    def objects():
        for _ in range(3):  # it lets go of tuples of plain values, and in the next pass of tuples of those
            gc.collect()
        return len(gc.get_objects())

    versions(300).compare(baseline="first")._repr_html_()  # loads what it needs
    some = versions(3000)
    before = objects()
    c = some.compare(baseline="first")
    assert objects() - before < 2.5 * 3000
    c._repr_html_()
    assert objects() - before < 5 * 3000  # of a third cells, changes and a name too


def test_the_collector_rests_while_what_stays_is_made():
    def collections():
        return sum(generation["collections"] for generation in gc.get_stats())

    c = versions(3000).compare(baseline="first")
    before = collections()
    _ = c.verdict
    assert collections() - before < 4
    assert gc.isenabled()


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["lr", "seed"])
def test_pairs_are_found_in_steps_in_proportion_to_the_versions(setting):
    def pairs(count):
        documents = [
            {"VersionName": f"0.{n}.0", "Metrics": {"cer": n % 97 / 100}, "TrainingSpec": {"HyperParameters": {"bs": 1, setting: n}}}
            for n in range(count)
        ]
        some = pai_notebook.VersionSet.from_documents(documents, "model-a")
        return steps(lambda: some.minimal_pairs("cer"))

    pairs(4)
    assert pairs(800) < 5.2 * pairs(200)


@pytest.mark.slow
def test_what_is_shown_of_a_comparison_takes_hardly_more_steps_for_more_versions():
    def show(count):
        c = compare(*({f"m{part}": n % 97 / 100 + part for part in range(20)} for n in range(count)))
        c.to_html()
        return steps(c.to_html)

    show(4)
    assert show(200) < 1.17 * show(100)  # both show 20 versions


LITERALS = {
    "names that are there": lambda count: "version in ({})".format(", ".join(f"'0.{n}.0'" for n in range(count))),
    "names that are not": lambda count: "version not in ({})".format(", ".join(f"'1.{n}.0'" for n in range(count))),
    "labels": lambda count: "label.env in ({})".format(", ".join(f"'e{n}'" for n in range(0, 2 * count, 2))),
    "numbers": lambda count: "cer in ({})".format(", ".join(f"{n / 500}" for n in range(count))),
    "joined by or": lambda count: " or ".join(f"version == '0.{n}.0'" for n in range(count)),
}


@pytest.mark.slow
@pytest.mark.parametrize("literals", LITERALS)
def test_a_condition_of_many_literals_takes_steps_in_proportion_to_their_number(literals):
    def asked(count):
        documents = [
            {"VersionName": f"0.{n}.0", "Labels": [{"Key": "env", "Value": f"e{n}"}], "Metrics": {"cer": n / 1000}} for n in range(count)
        ]
        some, condition = pai_notebook.VersionSet.from_documents(documents, "model-a"), LITERALS[literals](count)
        return steps(lambda: some.filter(condition))

    asked(4)
    assert asked(480) < 5.2 * asked(120)


RULES = ("accuracy >= baseline - 1pp", "cer >= 0 with 95% confidence", "fail if worse beyond chance")


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_a_gate_takes_steps_in_proportion_to_the_versions(rule):
    def check(count):
        metrics = [{"accuracy": 0.9 + n % 7 / 100, "n": 1000, "cer": n % 90 / 100 if n % 2 else 1 + n % 90} for n in range(count)]
        c = compare(*metrics)
        return steps(lambda: c.check(rule))

    check(4)
    assert check(800) < 5.2 * check(200)


BESIDE = {
    "n": lambda place: {"n": 1000},
    "an error": lambda place: {"accuracy_stderr": 0.01 + place / 1e5},
    "runs": lambda place: {"accuracy_std": 0.01 + place / 1e5, "n_runs": 5},
}


@pytest.mark.slow
@pytest.mark.parametrize("beside", BESIDE)
def test_the_best_of_many_equally_good_takes_steps_in_proportion_to_their_number(beside):
    def best_of(count):
        metrics = [{"accuracy": 0.9 if place % 2 else 0.5 + place / 1e4, **BESIDE[beside](place)} for place in range(count)]
        return steps(lambda: compare(*metrics).best("accuracy"))

    best_of(4)
    assert best_of(160) < 5.2 * best_of(40)


EVIDENCE = {
    "ends of intervals": lambda name: {name: 0.5, f"{name}_low": 0.4, f"{name}_high": 0.6},
    "counts": lambda name: {name: {"accuracy": 0.5, "count": 10}},
    "folds": lambda name: {name: {"loss": 0.5, "loss_std": 0.1, "cv": 5}},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", EVIDENCE)
def test_what_stands_beside_metrics_is_read_in_steps_in_proportion_to_their_number(kind):
    def read(count):
        metrics = {name: value for place in range(count) for name, value in EVIDENCE[kind](f"m{count}-{place}").items()}
        versions = pai_notebook.VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": metrics} for n in (1, 2)], "model-a")
        return steps(lambda: versions.compare(baseline="first"))

    read(4)
    assert read(200) < 5.2 * read(50)
