"""Distinct values print distinct, and the same value prints the same, on every surface that shows a metric."""

import ast
import math
import re
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

import pai_notebook
import pai_notebook as pnb
from pai_notebook.comparison import Comparison
from pai_notebook.comparison.cells import forms_of
from pai_notebook.display import render_text
from pai_notebook.errors import RegressionError
from pai_notebook.model.numbers import choose_format, choose_row_formats, format_computed, format_number, format_percent
from pai_notebook.versions.versions import VersionSet
from tests.compare.comparing import make

mpl.use("agg")

PACKAGE = Path(pai_notebook.__file__).parent
WRITERS = [path for room in ("comparison", "model", "plot") for path in sorted((PACKAGE / room).rglob("*.py")) if path.name != "numbers.py"]

NEAR = ("1234.5678", "1234.5679")


def near_versions():
    return VersionSet([make(f"0.{place}.0", {"cer": float(text)}) for place, text in enumerate(NEAR, 1)])


def refusal(check, *arguments):
    with pytest.raises(RegressionError) as caught:
        check(*arguments)
    return str(caught.value)


SURFACES = {
    "card": lambda vs: "\n".join(map(str, vs)),
    "list": str,
    "comparison": lambda vs: str(vs.compare()),
    "explain": lambda vs: str(vs.compare().explain(everything=True)),
    "rank": lambda vs: str(vs.compare().rank("cer")),
    "best": lambda vs: str(vs.compare().best("cer")),
    "gate": lambda vs: refusal(vs.compare().gate, "cer <= 1234.5678"),
    "no regression": lambda vs: refusal(vs.compare().assert_no_regression),
    "dots": lambda vs: "\n".join(text.get_text() for text in vs.compare().plot.dot("cer").findobj(Text)),
    "markdown": lambda vs: vs.compare().to_markdown(),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_distinct_values_print_distinct_on_every_surface(surface):
    text = SURFACES[surface](near_versions())
    assert all(value in text for value in NEAR), text


SAME_UNIT = {
    "comparison": (str, "+3.0 "),
    "verdict": (lambda c: str(c.verdict), "(+3.0 pp)"),
    "explain": (lambda c: str(c.explain()), "(+3.0 pp)"),
    "rank": (lambda c: str(c.rank("accuracy")), "+3.0 "),
    "best": (lambda c: str(c.best("accuracy")), "behind by 3.0 pp"),
    "pareto": (lambda c: str(c.pareto(["accuracy", "cer"], modes={"cer": "max"})), "-3.0 pp"),
    "gate": (lambda c: str(c.check("accuracy >= baseline + 0.04")), "+3.0 pp"),
    "no regression": (lambda c: str(c.check("cer <= baseline")), "-50.0 %"),
    "pairs": (lambda c: str(VersionSet(c.versions).minimal_pairs("accuracy")), "+3.0 pp"),
    "dots": (lambda c: "\n".join(text.get_text() for text in c.plot.dot("accuracy").findobj(Text)), "+3.0 pp"),
}


@pytest.mark.parametrize("surface", SAME_UNIT)
def test_a_difference_has_the_same_unit_on_every_surface(surface):
    values = ({"accuracy": 0.90, "cer": 0.2, "n": 9000}, {"accuracy": 0.93, "cer": 0.1, "n": 9000})
    versions = VersionSet([make(f"0.{place}.0", told, TrainingSpec={"lr": place}) for place, told in enumerate(values, 1)])
    write, expected = SAME_UNIT[surface]
    text = write(versions.compare("0.1.0"))
    assert expected in text, text
    assert "0.03 " not in text, text


def test_a_bound_reads_differently_from_the_value_that_breaks_it():
    comparison = Comparison([make("0.1.0", {"cer": 1.0}), make("0.2.0", {"cer": 1234.4})], baseline="first")
    with pytest.raises(RegressionError, match=r"is 1234\.4: above the bound; allowed <= 1234\.3"):
        comparison.gate("cer <= 1234.3")


def test_a_whole_number_that_no_float_holds_is_shown_as_sent():
    versions = [make("0.1.0", {"steps": 2**53}), make("0.2.0", {"steps": 2**53 + 1})]
    assert "9007199254740993" in render_text(versions[1]._describe())
    assert "9007199254740993" in str(Comparison(versions))
    assert "9007199254740992 → 9007199254740993" in str(Comparison(versions).explain(everything=True))


@pytest.mark.parametrize(
    ("percent", "text"),
    [(3.4285714, "+3.4 %"), (12.345, "+12.3 %"), (123.45, "+123 %"), (899.0, "+899 %"), (9.999, "+10.0 %"), (-11.11, "-11.1 %")],
)
def test_a_percentage_has_at_most_three_digits(percent, text):
    assert format_percent(percent) == text


@pytest.mark.parametrize(("before", "after", "text"), [(1, 52, "×52"), (2, 20, "×10"), (1, 123456, "×123000"), (1e6, 1, "×1e-06")])
def test_a_change_from_tenfold_is_a_factor(before, after, text):
    assert format_percent(100 * (after - before) / before) == text


def test_a_change_from_tenfold_is_a_factor_for_quality_as_for_cost():
    c = Comparison([make(f"0.{n}.0", {"log_loss": value, "train_seconds": value}) for n, value in enumerate((0.1, 2.21))], baseline="first")
    assert [c[name].percent_text(1) for name in ("log_loss", "train_seconds")] == ["×22.1", "×22.1"]
    for text in (str(c), " ".join(c.verdict.sentences), str(c.explain(everything=True))):
        assert (text.count("×22.1") >= 2, "+2110" in text) == (True, False)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_alone_is_in_full_where_that_takes_at_most_ten_digits(value):
    text = format_number(value)
    assert float(text) == pytest.approx(value, rel=1e-5)
    if len(repr(value).partition("e")[0].replace(".", "").strip("-0")) <= 10:
        assert float(text) == value


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_rounding_of_a_calculation_is_not_shown(first, second):
    assert float(format_computed(first + second)) == pytest.approx(first + second, rel=1e-5, abs=1e-12)


@given(st.lists(st.floats(-1e9, 1e9).filter(lambda value: value == 0 or abs(value) > 1e-3), min_size=2, max_size=5))
def test_numbers_of_a_metric_are_aligned(values):
    form = choose_format(values)
    if form.decimals is not None:
        assert len({len(form.value(value).partition(".")[2]) for value in values}) == 1


def numbers_of(c, metric):
    """Values and differences of a row as a table shows them, without stars and verdicts."""
    line = next(each for each in render_text(c._describe(), width=200).splitlines() if each.startswith(metric))
    values = re.findall(r"(?<![+\-\w.])\d+(?:\.\d+(?![\w.])|e-\d+)", line)
    return values, re.findall(r"[+-]\d[\d.e\-]*", line)


def places(text):
    return len(text.partition(".")[2])


@given(st.lists(st.floats(0.002, 50), min_size=2, max_size=6, unique=True), st.lists(st.floats(0.002, 50), min_size=2, max_size=6))
def test_the_rows_of_a_metric_have_one_number_of_decimals_each_for_values_and_differences(first, second):
    rows = [first, second]
    deltas = [[value - row[0] for value in row[1:]] for row in rows]
    for row, beside, form in zip(rows, deltas, choose_row_formats(rows, deltas), strict=True):
        largest = max(row)
        assert form.decimals is not None
        assert len(f"{largest:.{form.decimals}f}".replace(".", "").lstrip("0")) <= 5  # 9.9999 is written 10.000
        plain = [value for value in row if value >= form.own]
        assert {places(form.value(value)) for value in plain} <= {form.decimals}
        unit = 10.0**-form.decimals
        for value, delta in zip(row[1:], beside, strict=True):
            if value in plain and row[0] in plain and float(form.delta(delta)) and abs(delta) >= unit:
                shown = float(form.value(value)) - float(form.value(row[0]))
                assert abs(shown - float(form.delta(delta))) <= 1.01 * unit
                assert places(form.delta(delta)) == form.decimals


def test_differences_of_a_row_have_the_decimals_of_its_values_and_agree_with_them():
    c = Comparison([make(f"0.{n}.0", {"auc": value}) for n, value in enumerate((3.4957, 3.5349, 4.2648, 3.4881))], baseline="first")
    assert numbers_of(c, "auc") == (["3.496", "3.535", "4.265", "3.488"], ["+0.039", "+0.769", "-0.008"])


def test_a_value_much_smaller_than_the_others_has_digits_of_its_own():
    c = Comparison([make(f"0.{n}.0", {"cer": value}) for n, value in enumerate((0.12, 0.1, 1e-5, 0.3))], baseline="first")
    assert numbers_of(c, "cer")[0][:4] == ["0.12", "0.10", "1e-05", "0.30"]


def test_a_metric_in_twenty_versions_has_no_more_decimals_than_in_five():
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("model-rbvg5wfo5d0gngz1b8@last:20", baseline="approved")
    rows = {row.key: row for row in c.metrics if row.path in ("accuracy", "latency_ms", "log_loss", "macro_f1")}
    forms = forms_of(list(rows.values()), range(len(c.names)))
    for path, decimals in (("accuracy", 3), ("latency_ms", 4), ("log_loss", 3), ("macro_f1", 3)):
        assert {form.decimals for key, form in forms.items() if rows[key].path == path} == {decimals}


def test_a_row_of_which_only_one_of_two_equal_readings_has_a_star_has_more_decimals_as_a_whole():
    c = Comparison([make(f"0.{n}.0", {"auc": value}) for n, value in enumerate((0.9912, 0.7123, 0.99118, 0.9912))], baseline="first")
    assert numbers_of(c, "auc")[0] == ["0.99120", "0.71230", "0.99118", "0.99120"]


def digits_of_their_own(path):
    """Formats with a number of digits in f-strings, and in the templates of what we say."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield from re.findall(r"[-+.0-9]*[gfe]$", ast.unparse(node.format_spec).strip("f'\""))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\{\w+:[-+.0-9]*[gfe]\}", node.value)


@pytest.mark.slow
def test_no_module_has_digits_of_its_own():
    assert [(path, digits) for path in WRITERS for digits in digits_of_their_own(path)] == []


@pytest.mark.parametrize("number", [9.999999999999e-05, 3.0000000000001e-06, 1.4999999999999e-07, 5.00000000001e-300, 2.00000000001e20])
def test_rounding_errors_of_a_very_small_or_large_number_are_not_written(number):
    assert choose_format([number]).value(number) == f"{number:.3g}"
    assert len(format_number(number)) <= len("1.23456e-300")


def test_a_factor_beyond_a_float_is_not_called_infinite():
    assert format_percent(math.inf) == "> ×1e+306"
