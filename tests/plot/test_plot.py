"""Charts draw what the comparison says, and say what they cannot draw."""

import base64
import io
import math
import os
import re
import struct
import subprocess
import sys
import warnings
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

from matplotlib import pyplot as plt
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.version import ModelVersion
from pai_notebook.plot import text as plot_text
from pai_notebook.plot.labels import _crosses as crosses
from pai_notebook.plot.pictures import png_of, report_figures
from pai_notebook.plot.theme import theme_of
from pai_notebook.versions.versions import VersionSet


def make(name, approval="Pending", **metrics):
    return ModelVersion.from_document({"VersionName": name, "Metrics": metrics, "ApprovalStatus": approval}, "model-a")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def compared():
    return VersionSet(
        [
            make("0.2.0", "Approved", cer=0.175, cer_stderr=0.001, rtf=0.08, accuracy=0.90, n=1000, loss_curve=[3, 2, None, 1]),
            make("0.10.0", cer=0.181, cer_stderr=0.001, rtf=0.05, accuracy=0.93, n=1000, loss_curve=[3, 1]),
            make("1.0.0", cer=0.160, cer_stderr=0.001, rtf=None, accuracy=0.95, n=1000, 中文="x"),
        ]
    ).compare(only="all")


def words(ax):
    return [text.get_text() for text in ax.findobj(Text) if text.get_text()]


def note(ax):
    """What stands below the chart, on one line."""
    return " ".join(ax.texts[-1].get_text().split())


def marks(ax, count):
    """The marks of the versions in their order: shape, and whether it is filled."""
    found = [line for line in ax.lines if line.get_marker() not in ("None", None, "")]
    same = [mpl.colors.to_hex(line.get_markerfacecolor()) == mpl.colors.to_hex(line.get_color()) for line in found]
    return list(zip([line.get_marker() for line in found], same, strict=True))[:count]


def test_one_call_draws_dots_around_the_baseline_and_not_bars_from_zero(compared):
    ax = compared.plot("cer")
    low, high = ax.get_xlim()
    assert 0.15 < low < 0.16
    assert 0.181 < high < 0.19
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0.2.0 (baseline)", "0.10.0", "1.0.0"]
    assert any(list(line.get_xdata()) == [0.175, 0.175] for line in ax.lines)
    assert ax.get_xlabel() == "cer  ← lower is better"
    assert {"0.175", "0.181", "0.160", "▼ +0.6 pp", "▲ -1.5 pp"} <= set(words(ax))


@pytest.mark.parametrize(("metric", "scale", "low", "high"), [("accuracy", 1, 0, 1), ("accuracy", 100, 0, 100), ("cer", 1, 0, None)])
def test_no_whisker_reaches_where_a_metric_cannot_be(metric, scale, low, high):
    errors = {f"{metric}_stderr": 0.03 * scale}
    values = (0.02, 0.03, 0.5, 0.97, 0.98)
    c = VersionSet([make(f"0.{nth}.0", **{metric: value * scale}, **errors) for nth, value in enumerate(values, 1)]).compare("0.1.0")
    (measure,) = c.plot.data.measures
    ends = [end for point in measure.points if point.interval for end in point.interval]
    assert min(ends) == low
    assert max(ends) == high if high else max(ends) > 1
    ax = c.plot.dot(metric)
    drawn = [end for lines in ax.collections for segment in lines.get_segments() for end in segment[:, 0]]
    assert sorted(set(drawn)) == pytest.approx(sorted(set(ends)))


def test_bars_on_request_begin_at_zero(compared):
    ax = compared.plot("cer", kind="bar")
    assert [bar.get_width() for bar in ax.patches] == [0.175, 0.181, 0.16]
    assert ax.get_xlim()[0] == 0


@pytest.mark.parametrize("kind", ["dot", "bar"])
def test_dots_and_bars_mark_the_best_with_the_star_and_the_words_of_tables(kind):
    accuracies = {"0.1.0": 0.80, "0.2.0": 0.90, "0.3.0": 0.905, "0.4.0": 0.5}
    near = VersionSet([make(name, accuracy=value, n=1000) for name, value in accuracies.items()]).compare(only="all")
    ax = getattr(near.plot, kind)("accuracy")
    told = words(ax)
    assert [text for text in told if text.startswith(("★", "☆"))] == ["☆ 0.900", "☆ 0.905"]
    assert {"0.800", "0.500"} <= set(told)
    assert "☆ best as measured, or not told apart from it" in note(ax)
    alone = VersionSet([make("0.1.0", accuracy=0.5, n=1000), make("0.2.0", accuracy=0.9, n=1000)]).compare(only="all")
    ax = getattr(alone.plot, kind)("accuracy")
    assert "★ 0.9" in words(ax)
    assert "★ best, told apart from all others" in note(ax)
    assert "☆" not in " ".join(words(ax))


def test_better_and_worse_differ_by_shape_and_hatch_not_by_colour_alone(compared):
    assert marks(compared.plot.dot("cer"), 3) == [("s", True), ("D", True), ("o", True)]
    assert [bar.get_hatch() for bar in compared.plot.bar("cer").patches] == [None, "///", None]
    said, star = "beyond chance (95 % together) ·", "★ best, told apart from all others ·"
    whiskers = "whiskers: 95 % interval of the difference to 0.2.0, compared alone; filled marks count all comparisons together"
    assert note(compared.plot.slope("cer")) == f"● better, ◆ worse {said} {whiskers}"
    assert note(compared.plot.dot("cer")) == f"● ▲ better, ◆ ▼ worse {said} {star} {whiskers}"


@pytest.mark.parametrize("kind", ["dot", "bar"])
def test_a_missing_value_is_named_and_draws_nothing(compared, kind):
    ax = compared.plot("rtf", kind=kind)
    assert len(ax.patches) == (2 if kind == "bar" else 0)
    assert "null" in words(ax)


def test_intervals_are_drawn_where_they_are_known(compared):
    accuracy, rtf = (compared.plot.data.find(name) for name in ("accuracy", "rtf"))
    low, high = accuracy.points[1].interval
    assert low < 0.93 < high
    assert compared.plot.dot("accuracy").collections[0].get_segments()[0][:, 0].tolist() == [low, high]
    assert [point.interval for point in rtf.points] == [None, None, None]
    assert len(compared.plot.dot("rtf").collections) == 0


def test_a_value_far_from_all_others_stands_at_the_end_of_the_axis_and_is_named():
    values = [0.974, 0.981, 0.985, 0.989, 0.19, 0.98]
    c = VersionSet([make(f"0.{nth}.0", accuracy=value) for nth, value in enumerate(values)]).compare("first")
    for kind, limits, sign in (("dot", "get_xlim", "◀"), ("slope", "get_ylim", "▼")):
        ax = c.plot("accuracy", kind=kind)
        assert getattr(ax, limits)()[0] > 0.97
        assert note(ax).endswith(f"{sign} beyond the axis: 0.4.0 (0.190).")
        assert "0.190" in words(ax)
    dotted, line = (line for line in ax.lines if len(line.get_ydata()) == len(values))
    assert (dotted.get_linestyle(), [math.isnan(value) for value in line.get_ydata()]) == (":", [False] * 4 + [True, False])
    assert c.plot.bar("accuracy").get_xlim()[0] == 0


def test_a_slope_has_a_gap_where_there_is_no_number(compared):
    line = next(line for line in compared.plot.slope("rtf").lines if len(line.get_ydata()) == 3)
    assert [math.isnan(value) for value in line.get_ydata()] == [False, False, True]


def test_the_heat_map_fills_what_is_beyond_chance_and_says_the_others(compared):
    ax = compared.plot.heatmap(["cer", "accuracy", "rtf"])
    gains = [[point.gain for point in compared.plot.data.find(name).points] for name in ("cer", "accuracy", "rtf")]
    assert (gains[0][1], gains[1][1]) == pytest.approx((-0.4, 0.6))
    assert math.isnan(gains[2][1])
    filled = [[tuple(cell) != (1, 1, 1) for cell in row] for row in ax.images[0].get_array().tolist()]
    assert filled == [[False, True, True], [False, True, True], [False, False, False]]
    assert {"▼ +0.6 pp", "▲ +3.0 pp", "0.175", "△ -37.5 %", "cer ↓", "null"} <= set(words(ax))
    assert note(ax) == (
        "change against 0.2.0; filled only beyond chance (95 % together), stronger where larger within its metric: "
        "▲ better (blue), ▼ worse (orange) · △ better, ▽ worse as measured, no interval known (? in tables)"
    )


def test_signs_of_a_crowded_heat_map_say_better_and_worse_and_not_higher_and_lower():
    versions = [make(f"0.{nth}.0", latency_ms=20.0 - nth, accuracy=0.5 + nth / 40, rouge=0.5 + nth / 40, n=1000) for nth in range(12)]
    c = VersionSet([*versions, make("0.12.0", latency_ms=30.0, accuracy=0.2, rouge=0.2, n=1000)]).compare("first")
    ax = c.plot.heatmap(["latency_ms", "accuracy", "rouge"])
    signs = {label.get_text().split()[0]: [text.get_text() for text in ax.texts if text.get_position()[1] == nth][-12:]
             for nth, label in enumerate(ax.get_yticklabels())}  # fmt: skip
    assert signs["latency_ms"] == ["△"] * 11 + ["▽"]
    assert (signs["accuracy"][-2:], signs["rouge"][-2:]) == (["▲", "▼"], ["△", "▽"])
    assert "△ better, ▽ worse as measured, larger where the difference is, no interval known" in note(ax)
    sizes = [text.get_fontsize() for text in ax.texts if text.get_text() in "△▽" and text.get_position()[1] == 0]
    assert sizes[:11] == sorted(sizes[:11])
    assert len({*sizes}) > 8
    weights = {text.get_text(): text.get_fontweight() for text in ax.texts[:-1]}
    assert (weights["▲"], weights["△"]) == ("bold", "normal")
    # quality before cost, as in tables, and a metric with as many decimals on all datasets
    documents = [
        {"VersionName": f"0.{nth}.0", "Metrics": {"Results": [
            {"Dataset": {"DatasetId": f"d-{place}"}, "Metrics": {"latency_ms": place + nth, "rouge": rouge + nth / 1e5}}
            for place, rouge in enumerate((0.98887, 0.915), 1)]}}
        for nth in range(2)
    ]  # fmt: skip
    data = VersionSet.from_documents(documents, "model-a").compare("first").plot.data
    assert [measure.path for measure in data.measures][:2] == ["rouge", "rouge"]
    assert len({len(measure.form.value(measure.values[0])) for measure in data.measures if measure.path == "rouge"}) == 1


@pytest.mark.slow
def test_a_report_that_is_judged_by_a_metric_draws_its_dots_first(compared):
    data = compared.plot.data
    alone, (dots, changes) = report_figures(data), report_figures(data, by=["accuracy"])
    assert dots.alt.startswith("Dot plot of accuracy")
    assert [changes.alt] == [each.alt for each in alone]


@pytest.mark.slow
def test_a_report_that_is_judged_by_no_metric_draws_the_dots_of_what_is_beyond_chance_first(compared):
    *dots, changes = report_figures(compared.plot.data, by=None)
    assert [each.alt.split()[3] for each in dots] == ["accuracy", "cer"]  # and not rtf, of which no interval is known
    assert changes.alt.startswith("Change of metrics")


def test_a_legend_promises_nothing_of_chance_where_no_interval_is_known():
    versions = [make(f"0.{nth}.0", latency_ms=20.0 - nth, rouge=0.5 + nth / 40) for nth in range(4)]
    plot = VersionSet(versions).compare("first").plot
    drawn = (plot.bar("rouge"), plot.dot("rouge"), plot.slope("rouge"), plot.scatter("latency_ms", "rouge"), plot.heatmap())
    for said in map(note, drawn):
        assert "no interval known" in said
        assert not re.search("not beyond chance|whiskers|filled|95 %|▲|▼", said)


@pytest.mark.parametrize("count", [8, pytest.param(20, marks=pytest.mark.slow)])
def test_a_heat_map_of_a_report_has_room_in_a_narrow_window_and_of_many_versions_beside_dots_on_paper(count):
    versions = [make(f"0.{nth}.0", f1_of_the_holdout=0.5 + nth / 40, rouge_of_the_holdout=0.5 - nth / 40, n=1000) for nth in range(count)]
    *_, changes = report_figures(VersionSet(versions).compare("first").plot.data)
    assert 0.75 * changes.width < 668
    # a page has 1,031 pixels, and a dot plot takes 506 of them
    assert 0.78 * changes.width < 1031 - 506 or count < 10


def test_charts_mark_versions_that_may_not_go_live():
    versions = [make(f"0.{nth}.0", latency_ms=20.0 - nth, rouge=0.5 + nth / 40) for nth in range(4)]
    raw = [{**version.raw, "ApprovalStatus": "Rejected" if nth == 2 else "Pending"} for nth, version in enumerate(versions)]
    plot = VersionSet.from_documents(raw, "model-a").compare("first").plot
    for ax in (plot.bar("rouge"), plot.dot("rouge"), plot.slope("rouge"), plot.scatter("latency_ms", "rouge"), plot.heatmap()):
        labels = [label.get_text() for label in (*ax.get_yticklabels(), *ax.get_xticklabels(), *ax.texts)]
        assert [label for label in labels if "✗" in label and "Rejected" not in label] == ["0.2.0 ✗"]
        assert "✗ Rejected, may not go live" in note(ax)
    assert "✗" not in note(VersionSet(versions).compare("first").plot.dot("rouge"))


def test_the_legend_of_bars_has_no_round_mark(compared):
    assert "○" not in note(compared.plot.bar("rtf"))
    versions = [make("0.1.0", accuracy=0.5, n=1000), make("0.2.0", accuracy=0.51, n=1000)]
    assert "□ not beyond chance · ≈ could be chance" in note(VersionSet(versions).compare("first").plot.bar("accuracy"))
    assert "■ ▲ better, ▨ ▼ worse beyond chance (95 % together)" in note(compared.plot.bar("cer"))


def test_of_many_points_of_a_slope_the_baseline_the_ends_and_the_last_have_their_values():
    c = many(20)
    values = c.plot.data.find("accuracy").values
    form = c.plot.data.find("accuracy").form.value
    beside = {text for text, _ in drawn_labels(c.plot.slope("accuracy")) if text[0].isdigit()}
    assert beside == {form(each) for each in (values[0], min(values), max(values), values[-1])}


def test_of_many_versions_a_slope_is_about_the_baseline_the_ends_the_latest_and_what_is_beyond_chance():
    c = many(20)
    values, points = c.plot.data.find("accuracy").values, c.plot.data.find("accuracy").points
    highest, lowest = (max(place for place, value in enumerate(values) if value == end) for end in (max(values), min(values)))
    loud = {0, highest, lowest, 19, *(place for place, point in enumerate(points) if point.is_beyond_chance)}
    ax = c.plot.slope("accuracy")
    sizes = [line.get_markersize() for line in ax.lines if line.get_marker() not in ("None", None, "")]
    assert {place for place, size in enumerate(sizes) if size > 5} == loud
    inks = [name.get_color() for name in ax.get_xticklabels()]
    assert {place for place, ink in enumerate(inks) if ink == "#1a1a1a"} == loud
    assert "Large: the baseline, the highest and lowest value (the last of equals), the last version, and what is beyond chance." in note(
        ax
    )
    # what has its value beside it is large
    ax.figure.canvas.draw()
    assert {text.xy[0] for text in ax.texts[:-1]} == {0, highest, lowest, 19}
    few = many(5).plot.slope("accuracy")
    assert "Large" not in note(few)
    assert {line.get_markersize() > 5 for line in few.lines if line.get_marker() not in ("None", None, "")} == {True}


def test_no_two_lines_of_a_series_look_alike_and_the_grey_ones_are_named():
    ax = many(20).plot.series("loss")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    looks = [(line.get_color(), line.get_linestyle()) for line in ax.lines if not line.get_label().startswith("_")]
    assert legend == ["0.0.0 (baseline)", "1.2.0", "1.4.0", "1.6.0", "1.8.0"]  # the lowest at their ends
    assert len(set(looks)) == len(looks) == 5
    assert len({line.get_linestyle() for line in ax.lines if line.get_label()[:1] == "1"}) == 4
    assert {line.get_color() for line in ax.lines if line.get_label().startswith("_child")} == {"#6b7075"}
    assert "Coloured are the baseline and the 4 that end best; grey: 0.1.0, 0.2.0, " in note(ax)
    assert all(tick == round(tick) for tick in ax.get_xticks())


def test_a_curve_that_diverged_ends_worst_and_one_that_ends_in_nulls_at_its_last_measured_number():
    curves = [[0.9, 0.5], [0.9, 0.1, math.nan], [0.9, 0.2, None, None], *([0.9, 0.3 + nth / 100] for nth in range(4))]
    ax = VersionSet([make(f"0.{nth}.0", loss=curve) for nth, curve in enumerate(curves)]).compare("first").plot.series("loss")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["0.0.0 (baseline)", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]


@pytest.mark.parametrize(("largest", "scale", "said"), [(0.5, "log", " (log scale)"), (0.02, "linear", "")])
def test_costs_that_are_many_times_apart_are_drawn_as_ratios(largest, scale, said):
    costs = (0.001, 0.002, 0.004, largest)
    c = VersionSet([make(f"0.{nth}.0", accuracy=0.9 + nth / 100, latency_ms=cost) for nth, cost in enumerate(costs)]).compare("first")
    ax = c.plot.scatter("latency_ms", "accuracy")
    assert (ax.get_xscale(), ax.get_yscale()) == (scale, "linear")
    assert ax.get_xlabel().replace("\n", " ") == f"latency_ms  ← lower is better{said}"
    assert len({text for text, _ in drawn_labels(ax)} & {"0.0.0", "0.1.0", "0.2.0", "0.3.0"}) == 4
    assert c.plot.scatter("accuracy", "latency_ms").get_yscale() == scale


def test_each_line_of_the_name_of_an_axis_is_wrapped_by_itself():
    c = VersionSet([make(f"0.{nth}.0", a_metric_of_some_length=nth / 9) for nth in (1, 2)]).compare(directions={"a_metric*": "max"})
    assert c.plot.slope("a_metric_of_some_length").get_ylabel() == "a_metric_of_some_length\n↑ higher is better"


def test_the_heat_map_leaves_out_what_cannot_differ_and_names_it():
    documents = [make(f"0.{nth}.0", accuracy=0.8 + nth / 50, n=100, epochs=3, recall=[None, 0.5][nth % 2]) for nth in range(3)]
    ax = VersionSet(documents).compare("first", only="all").plot.heatmap()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["accuracy ↑"]
    assert note(ax).endswith("No number in 0.0.0: recall. The same in every version: epochs.")


@pytest.mark.parametrize("count", [9, 30])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_in_a_cell_is_readable(theme, count):
    versions = [make(f"0.{nth}.0", accuracy=0.3 + nth / 50, rtf=1 + nth % 5, n=1000) for nth in range(count)]
    ax = VersionSet(versions).compare("0.4.0").plot.heatmap(theme=theme)
    cells = [cell for row in ax.images[0].get_array().tolist() for cell in row]
    inks = [text.get_color() for text in ax.texts[: len(cells)]]
    assert len({tuple(cell) for cell in cells}) > 4
    assert min(contrast(cell, ink) for cell, ink in zip(cells, inks, strict=True)) > 4.5
    # hollow signs have thin strokes, whose pixels are between ink and paper
    ax.figure.set_dpi(165)
    ax.figure.canvas.draw()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[::-1, :, :3] / 255
    for text in ax.texts[: len(cells)]:
        box = text.get_window_extent()
        inside = pixels[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1].reshape(-1, 3)
        assert contrast(inside[inside.sum(1).argmin()], inside[inside.sum(1).argmax()]) > 4.5


def test_what_could_be_chance_or_has_no_interval_is_hollow_everywhere():
    c = VersionSet([make("0.1.0", accuracy=0.90, n=100, rtf=0.08), make("0.2.0", accuracy=0.91, n=100, rtf=0.05)]).compare()
    for metric, said in (("accuracy", "≈ +1.0 pp"), ("rtf", "? -37.5 %")):
        assert marks(c.plot.dot(metric), 2) == [("s", True), ("o", False)]
        assert said in words(c.plot.dot(metric))
        bar = c.plot.bar(metric).patches[1]
        assert mpl.colors.to_hex(bar.get_facecolor()) == "#ffffff"
        assert bar.get_hatch() is None
        assert marks(c.plot.slope(metric), 2) == [("s", True), ("o", False)]
    assert marks(c.plot.scatter("rtf", "accuracy"), 2) == [("s", True), ("o", False)]
    assert c.plot.heatmap().images[0].get_array().min() == 1


def test_the_scatter_names_the_front_the_good_corner_and_what_it_leaves_out(compared):
    ax = compared.plot.scatter("cer", "rtf")
    front = ax.lines[-1]
    assert list(zip(front.get_xdata(), front.get_ydata(), strict=True)) == [(0.175, 0.08), (0.181, 0.05)]
    assert {"better ↙", "0.2.0", "0.10.0"} <= set(words(ax))
    assert "steps: Pareto front" in note(ax)
    assert "as measured, from left to right: no other version is as good in both and better in one: 0.2.0, 0.10.0." in note(ax)
    assert note(ax).endswith("Not drawn, a number is missing: 1.0.0.")


@pytest.mark.parametrize(("x", "y", "corner"), [("cer", "accuracy", "↖"), ("accuracy", "cer", "↘"), ("accuracy", "recall", "↗")])
def test_the_good_corner_follows_the_directions(x, y, corner):
    c = VersionSet([make(f"0.{nth}.0", cer=nth / 10, accuracy=nth / 9, recall=nth / 8) for nth in (1, 2)]).compare()
    assert f"better {corner}" in words(c.plot.scatter(x, y))


def test_a_version_that_is_better_in_one_metric_and_worse_in_the_other_has_a_mark_of_its_own():
    c = VersionSet([make("0.1.0", accuracy=0.9, exact_match=0.8, n=1000), make("0.2.0", accuracy=0.8, exact_match=0.9, n=1000)]).compare()
    ax = c.plot.scatter("accuracy", "exact_match")
    assert marks(ax, 2) == [("s", True), ("P", True)]
    assert "✚ better in one and worse in the other" in note(ax)


def many(count):
    """Versions with values that lie close together, some of them on top of each other."""
    return VersionSet(
        [
            make(
                f"{nth // 10}.{nth % 10}.0",
                accuracy=0.9 + (nth * 7 % 11) / 250,
                latency_ms=10 + (nth * 5 % 13) / 4,
                n=500,
                loss=[[1.0, 1 / (nth + 1)], [0.9, 0.5, 0.4]][nth % 2],
            )
            for nth in range(count)
        ]
    ).compare("first", only="all")


def drawn_labels(ax):
    """Boxes of the texts inside the axes that are drawn, on the screen."""
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    texts = [text for text in ax.texts if text.get_visible() and text.get_text()]
    return [(text.get_text(), Text.get_window_extent(text, renderer)) for text in texts]


@pytest.mark.parametrize("count", [pytest.param(3, marks=pytest.mark.slow), 20, pytest.param(30, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["dot", "bar", "slope", "scatter", "heatmap"])
def test_no_text_in_a_chart_covers_another(kind, count):
    plot = many(count).plot
    ax = {"scatter": lambda: plot.scatter("latency_ms", "accuracy"), "heatmap": plot.heatmap}.get(
        kind, lambda: plot("accuracy", kind=kind)
    )()
    boxes = drawn_labels(ax)
    # of many points a few have their values or names
    assert len(boxes) >= (3 if count > 12 and kind in ("slope", "scatter") else count - 1)
    covered = [
        (first, second)
        for nth, (first, box) in enumerate(boxes)
        for second, other in boxes[nth + 1 :]
        if (both := Bbox.intersection(box, other)) is not None and min(both.width, both.height) > 0.5  # half a pixel
    ]
    assert covered == []


@pytest.mark.parametrize("count", [5, 20, *(pytest.param(count, marks=pytest.mark.slow) for count in (3, 12, 30))])
@pytest.mark.parametrize("kind", ["slope", "scatter"])
def test_a_label_is_nearest_to_its_own_point_and_lies_on_no_line(kind, count):
    plot = many(count).plot
    ax = plot.scatter("latency_ms", "accuracy") if kind == "scatter" else plot.slope("accuracy")
    found = drawn_labels(ax)
    shown = [text for text in ax.texts if text.get_visible() and text.get_text()]
    beside = [(box, ax.transData.transform(text.xy)) for text, (_, box) in zip(shown[:-1], found, strict=False) if hasattr(text, "xy")]
    points = [ax.transData.transform(line.get_xydata()[0]) for line in ax.lines if line.get_marker() not in ("None", None, "")]
    assert len(beside) >= min(count, 3)
    for box, point in beside:
        other = min(distance(box, each) for each in points if math.dist(each, point) > 2)
        assert distance(box, point) < 0.7 * other
        lines = [line.get_transform().transform_path(line.get_path()) for line in ax.lines if len(line.get_xdata()) > 1]
        lines += [ax.transData.transform_path(path) for found in ax.collections for path in found.get_paths()]
        assert not any(line.intersects_bbox(box, filled=False) for line in lines)


def distance(box, spot):
    return math.hypot(max(box.x0 - spot[0], 0, spot[0] - box.x1), max(box.y0 - spot[1], 0, spot[1] - box.y1))


@pytest.mark.parametrize(("count", "kind", "drawn"), [(10, "slope", 9), (20, "slope", 0), (5, "scatter", 4), (20, "scatter", 0)])
def test_whiskers_of_a_chart_stand_at_all_versions_alike_or_at_none(count, kind, drawn):
    plot = many(count).plot
    ax = plot.scatter("latency_ms", "accuracy") if kind == "scatter" else plot.slope("accuracy")
    assert len(ax.collections) == drawn
    assert len({(*line.get_linewidth(), line.get_alpha()) for line in ax.collections}) == min(drawn, 1)
    assert ("whiskers" in note(ax)) == (drawn > 0)


@pytest.mark.parametrize("count", [3, 20, 30, 41])
def test_every_version_of_a_scatter_is_named_beside_its_point_or_below(count):
    ax = many(count).plot.scatter("latency_ms", "accuracy")
    beside = {text for text, _ in drawn_labels(ax)}
    below = note(ax).partition("Without a name in the chart: ")[2].rstrip(".")
    unnamed = set(below.split(", ")) if below else set()
    names = {f"{nth // 10}.{nth % 10}.0" for nth in range(count)}
    assert names - beside - unnamed <= {"0.0.0"}
    assert "■ baseline: 0.0.0" in note(ax)
    assert names & beside & unnamed == set()


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 9, 31, 60])
def test_no_chart_warns_or_collapses(count):
    plot = many(count).plot
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in ("dot", "bar", "slope"):
            plot("accuracy", kind=kind).figure.canvas.draw()
        plot.series("loss").figure.canvas.draw()
        plot.heatmap().figure.canvas.draw()
        plot.scatter("latency_ms", "accuracy").figure.canvas.draw()


@pytest.mark.parametrize("kind", ["dot", "slope", "series", "heatmap"])
def test_at_most_thirty_versions_are_drawn_and_the_others_named(kind):
    plot = many(41).plot
    ax = plot.heatmap() if kind == "heatmap" else plot("loss" if kind == "series" else "accuracy", kind=kind)
    best = "best" if kind == "dot" else "last"
    _, _, left = note(ax).partition(f"The baseline and the {best} 29 of 41 versions; not drawn: ")
    assert len(left.rstrip(".").split(", ")) == 11


def test_of_many_versions_the_dots_keep_the_best_and_the_baseline():
    c = VersionSet([make(f"0.{nth}.0", cer=nth / 100) for nth in range(40)]).compare("0.39.0")
    shown = [label.get_text() for label in c.plot.dot("cer").get_yticklabels()]
    assert shown == [*(f"0.{nth}.0" for nth in range(29)), "0.39.0 (baseline)"]


@pytest.mark.slow
def test_a_note_that_cannot_name_all_says_how_many_more_there_are():
    assert re.search(r"not drawn: 0\.1\.0, .* and \d+ more\.$", note(many(200).plot.dot("accuracy")))


@pytest.mark.slow
def test_charts_speak_chinese_where_a_font_has_it(compared, monkeypatch):
    monkeypatch.setattr(plot_text, "_characters", lambda: frozenset(range(0x10000)))
    monkeypatch.setattr("pai_notebook.plot.theme.font_families", lambda: ["DejaVu Sans", "some font with Chinese"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ax = compared.plot.dot("cer", lang="zh")
        assert ax.get_xlabel().replace("\n", "") == "cer（← 越低越好）"
        assert ax.get_yticklabels()[0].get_text() == "0.2.0（基线）"
        assert "误差线：与0.2.0之差的95%置信区间" in "".join("".join(words(ax)).split())
    monkeypatch.setattr("pai_notebook.plot.theme.font_families", lambda: ["DejaVu Sans"])
    assert compared.plot.dot("cer", lang="zh").get_xlabel() == "cer  ← lower is better"
    with pytest.raises(ConfigurationError, match="lang='fr'"):
        compared.plot.dot("cer", lang="fr")


def test_a_series_draws_its_points_with_a_gap(compared):
    lines = compared.plot.series("loss_curve").lines
    assert [len(line.get_ydata()) for line in lines] == [4, 2]
    assert math.isnan(lines[0].get_ydata()[2])


def contrast(first, second):
    """Contrast of two colours as WCAG measures it."""

    def luminance(colour):
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in mpl.colors.to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    ink, paper = luminance(first), luminance(second)
    return (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_both_themes_keep_text_and_marks_readable_on_their_paper(compared, name):
    ax = compared.plot.dot("cer", theme=name)
    assert contrast(ax.xaxis.label.get_color(), ax.get_facecolor()) > 7
    assert min(contrast(line.get_color(), ax.get_facecolor()) for line in ax.lines if line.get_marker() != "None") > 3


def test_where_no_direction_is_known_nothing_is_said_of_chance():
    c = VersionSet([make("0.1.0", epochs=3), make("0.2.0", epochs=5)]).compare()
    ax = c.plot.bar("epochs")
    assert "chance" not in "".join(words(ax))
    assert "whiskers" not in "".join(words(ax))
    assert ax.get_xlabel() == "epochs"


@pytest.mark.slow
def test_the_words_for_who_does_not_see_a_chart_say_what_is_drawn_and_what_is_not():
    data = many(41).plot.data
    dots, (heat,) = report_figures(data, ["accuracy"])[0].alt, report_figures(data)
    assert dots.startswith("Dot plot of accuracy  ↑ higher is better: 0.0.0 0.900, baseline, ")
    told, _, left = dots.partition("not drawn: ")
    names = {f"{nth // 10}.{nth % 10}.0" for nth in range(41)}
    assert {name for name in names if f" {name} " in told} == names - set(left.rstrip(".").split(", "))
    assert "; The baseline and the last 29 of 41 versions; not drawn: 0.1.0, " in heat.alt
    assert {"could be chance", "better"} & set(re.findall("could be chance|better|worse", told.partition("better: ")[2]))


def test_no_line_of_a_note_begins_with_a_chinese_mark():
    note = "、".join(f"{place}.0.0_rc10" for place in range(40)) + "。" + "未标名，" * 40
    for width in range(80, 400, 20):
        lines = plot_text._wrapped(note, width, 8, most_lines=90).split("\n")
        assert "".join(lines) == note
        assert [line for line in lines if line[0] in "、。，"] == []


@pytest.mark.slow
def test_a_report_in_chinese_has_charts_in_chinese(compared, tmp_path, monkeypatch):
    monkeypatch.setattr(plot_text, "_characters", lambda: frozenset(range(0x10000)))
    monkeypatch.setattr("pai_notebook.plot.theme.font_families", lambda: ["DejaVu Sans", "some font with Chinese"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        english, chinese = (report_figures(compared.plot.data, lang=lang)[0].light for lang in ("en", "zh"))
        with speaking("zh"):
            assert report_figures(compared.plot.data)[0].light == chinese
        text = compared.report(tmp_path / "r.html", redact=None, lang="zh").read_text("utf-8")
    assert base64.b64encode(chinese).decode() in text
    assert base64.b64encode(english).decode() not in text


def test_charts_go_into_axes_that_are_handed_in(compared):
    _, axes = plt.subplots(1, 2)
    assert compared.plot.bar("cer", ax=axes[1]) is axes[1]


@pytest.mark.slow
def test_labels_find_their_places_anew_in_axes_of_another_size():
    figure, axes = plt.subplots(1, 2, figsize=(14, 6), layout="constrained")
    many(20).plot.scatter("latency_ms", "accuracy", ax=axes[0])
    figure.set_size_inches(8, 4)
    boxes = [box for _, box in drawn_labels(axes[0])]
    assert len(boxes) > 3
    assert all(Bbox.intersection(first, second) is None for nth, first in enumerate(boxes) for second in boxes[nth + 1 :])


@pytest.mark.slow
def test_drawing_gives_the_same_bytes(compared):
    first, second = (report_figures(compared.plot.data)[0] for _ in range(2))
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("metrics", [None, ["accuracy"]])
def test_a_picture_of_a_report_is_there_for_light_and_for_dark_pages(metrics):
    figure = report_figures(many(20).plot.data, metrics)[0]
    papers = []
    for png in (figure.light, figure.dark):
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        papers.append(max(picture.getcolors(1 << 20))[1])
        assert picture.width > 1.4 * figure.width
    assert papers == [(255, 255, 255), (17, 17, 17)]


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["dot", "bar", "slope", "scatter", "heatmap"])
def test_a_picture_has_the_very_colours_of_better_and_worse(kind, theme):
    accuracies = [0.9, 0.5, 0.99, *(0.88 + nth / 500 for nth in range(17))]
    plot = VersionSet([make(f"0.{nth}.0", accuracy=each, rtf=nth, n=1000) for nth, each in enumerate(accuracies)]).compare("first").plot
    looks = {"heatmap": lambda: plot.heatmap(theme=theme), "scatter": lambda: plot.scatter("rtf", "accuracy", theme=theme)}
    ax = looks.get(kind, lambda: plot("accuracy", kind=kind, theme=theme))()
    if kind == "heatmap":
        meant = {tuple(round(255 * part) for part in cell) for row in ax.images[0].get_array().tolist() for cell in row}
    else:
        meant = {
            tuple(round(255 * part) for part in mpl.colors.to_rgb(getattr(theme_of(theme), of))) for of in ("better", "worse", "paper")
        }
    assert len(meant) == 3
    drawn = [colour for _, colour in Image.open(io.BytesIO(png_of(ax.figure))).convert("RGB").getcolors(1 << 20)]
    off = [min(max(abs(a - b) for a, b in zip(each, colour, strict=True)) for colour in drawn) for each in meant]
    assert max(off) <= (1 if kind == "heatmap" else 0)  # matplotlib rounds the colours of an image down


def test_chinese_and_hostile_names_are_drawn_as_text(compared):
    vs = VersionSet([make("0.1.0", **{"准确率 $x^2$ \x1b[2J": 1.0}), make("0.2.0", **{"准确率 $x^2$ \x1b[2J": 2.0})])
    ax = vs.compare().plot.bar("准确率 $x^2$ \x1b[2J")
    assert "\\x1b[2J" in ax.get_xlabel()
    assert not ax.xaxis.label.get_parse_math()
    with warnings.catch_warnings():
        warnings.simplefilter("error" if len(plot_text.font_families()) > 1 else "ignore")
        assert png_of(ax.get_figure())[:4] == b"\x89PNG"


def test_missing_glyphs_are_named(compared, monkeypatch):
    monkeypatch.setattr(plot_text, "_characters", lambda: frozenset(range(0x2800)))
    vs = VersionSet([make("0.1.0", 准确率=1.0), make("0.2.0", 准确率=2.0)])
    with pytest.warns(UserWarning, match="no font here has 准率确;"):
        vs.compare().plot.bar("准确率")


@pytest.mark.parametrize(
    ("draw", "words_of_it"),
    [
        (lambda plot: plot.bar("ce"), "Nearest is cer"),
        (lambda plot: plot.series("cer"), "is not a series"),
        (
            lambda plot: plot.scatter("cer", "loss_curve"),
            r"the direction of loss_curve is unknown\. Pass directions={'loss_curve': 'max'} or",
        ),
        (lambda plot: plot.heatmap(["loss_*"]), "no numbers to draw"),
    ],
)
def test_what_cannot_be_drawn_is_said(compared, draw, words_of_it):
    with pytest.raises(ComparisonError, match=words_of_it):
        draw(compared.plot)


def test_an_unknown_kind_is_refused(compared):
    with pytest.raises(ConfigurationError, match="Pass 'dot', 'bar', 'slope' or 'series'"):
        compared.plot("cer", kind="pie")


def test_an_unknown_theme_is_refused(compared):
    with pytest.raises(ConfigurationError, match="theme='pink'"):
        compared.plot.bar("cer", theme="pink")


def test_without_matplotlib_a_chart_says_what_to_install(compared, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ConfigurationError, match="Run pip install matplotlib"):
        compared.plot.bar("cer")


LONG = ("word_error_rate_of_the_far_field_microphone_array_in_a_noisy_kitchen", "字错误率在非常嘈杂的厨房环境下的远场麦克风阵列" * 2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bar", "slope", "heatmap"])
def test_long_names_are_shortened_in_the_middle_and_nothing_is_cut_off(kind):
    name = "1.0.0_release_candidate_with_a_long_name_2025"
    compared = VersionSet([make(name, **dict.fromkeys(LONG, 1.0)), make("1.1.0", **dict.fromkeys(LONG, 2.0))]).compare(
        only="all", baseline=name
    )
    ax = compared.plot.heatmap() if kind == "heatmap" else getattr(compared.plot, kind)(LONG[0])
    figure = ax.get_figure()
    figure.canvas.draw()
    whole = figure.bbox
    names = ax.get_yticklabels() if kind != "slope" else []
    for text in filter(Text.get_text, (ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *names)):
        box = text.get_window_extent()
        assert min(box.x0 - whole.x0, box.y0 - whole.y0, whole.x1 - box.x1, whole.y1 - box.y1) > -1, text
    shown = (ax.get_xticklabels() if kind != "bar" else ax.get_yticklabels())[0].get_text()
    assert shown.startswith("1.0.0_re")
    assert "…" in shown
    assert shown.removesuffix("\nbaseline").removesuffix(" (baseline)").endswith("025")
    figures = report_figures(compared.plot.data)
    assert all(long in figures[0].alt for long in (*LONG, name))


def test_short_names_stay_as_they_are(compared):
    ax = compared.plot.heatmap()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.2.0\nbaseline", "0.10.0", "1.0.0"]


SAVING = """
import sys
from pai_notebook.versions.versions import VersionSet
from pai_notebook.model.version import ModelVersion
make = lambda name, cer: ModelVersion.from_document({"VersionName": name, "Metrics": {"cer 字": cer, "rtf": 1 - cer}}, "model-a")
plot = VersionSet([make("0.1.0", 0.2), make("0.2.0", 0.1)]).compare(baseline="first").plot
for form in ("svg", "png"):
    plot.save(f"{sys.argv[1]}.{form}", plot.heatmap())
"""


@pytest.mark.slow
def test_a_saved_chart_has_the_same_bytes_in_every_process(tmp_path):
    for name in "ab":
        seeded = {**os.environ, "PYTHONHASHSEED": str(ord(name))}
        subprocess.run([sys.executable, "-c", SAVING, str(tmp_path / name)], check=True, env=seeded)
    for form in ("svg", "png"):
        assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()


def test_an_svg_is_xml_that_needs_no_font_and_loads_and_runs_nothing(tmp_path):
    text = "</text><script>alert(1)</script> --> 中文"
    vs = VersionSet([make("0.1.0", **{text: 1}), make("0.2.0", **{text: 2})])
    plot = vs.compare(baseline="first", directions={text: "max"}, only="all").plot
    path = plot.save(tmp_path / "x.svg", plot.heatmap())
    tree = ET.fromstring(path.read_text("utf-8"))
    tags = {element.tag.partition("}")[2] for element in tree.iter()}
    assert not tags & {"script", "text", "foreignObject", "a"}
    addresses = {value for element in tree.iter() for name, value in element.attrib.items() if name.endswith(("href", "src"))}
    assert all(value.startswith(("#", "data:image/png;base64,")) for value in addresses)
    assert not re.search(r"<dc:date|matplotlib v", path.read_text("utf-8"))


def test_a_png_has_the_size_that_was_asked_for(compared, tmp_path):
    ax = compared.plot.bar("cer")
    data = compared.plot.save(tmp_path / "x.png", ax, dpi=200).read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == tuple(round(inches * 200) for inches in ax.figure.get_size_inches())


def test_a_chart_is_not_written_over_another_nor_in_a_form_it_cannot_have(compared, tmp_path):
    ax = compared.plot.bar("cer")
    compared.plot.save(tmp_path / "x.png", ax)
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        compared.plot.save(tmp_path / "x.png", ax)
    compared.plot.save(tmp_path / "x.png", ax, overwrite=True)
    with pytest.raises(ConfigurationError, match="does not end in"):
        compared.plot.save(tmp_path / "x.gif", ax)
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


@pytest.mark.parametrize("kind", ["dot", "bar", "slope"])
@pytest.mark.parametrize("numbers", [[1e308, -1e308], [8e307, 0.5, 0.6], [1e150, 1e149]])
def test_a_number_too_large_for_an_axis_is_refused_in_words(kind, numbers):
    plots = (
        VersionSet([ModelVersion({"VersionName": f"0.{place}.0", "Metrics": {"accuracy": number}}) for place, number in enumerate(numbers)])
        .compare("first")
        .plot
    )
    with pytest.raises(ComparisonError, match="accuracy has a number too large to draw"):
        getattr(plots, kind)("accuracy")


@pytest.mark.slow
def test_settings_of_the_user_make_no_formula_of_a_name(tmp_path):
    versions = VersionSet([make("0.1.0", **{r"cost_$\input{x}$": 1000.0}), make("0.2.0", **{r"cost_$\input{x}$": 2000.0})])
    plain = png_of(versions.compare().plot.dot(r"cost_$\input{x}$").figure)
    with mpl.rc_context({"text.usetex": True, "axes.formatter.use_mathtext": True}):
        axes = versions.compare().plot.dot(r"cost_$\input{x}$")
        assert not any(text.get_usetex() for text in axes.findobj(Text))
        assert png_of(axes.figure) == plain
        versions.compare().report(tmp_path / "x.html")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "said"), [("nonsense", "matplotlib refuses MPLBACKEND"), ("module://nosuch", "matplotlib cannot load its backend")]
)
def test_a_backend_that_cannot_be_is_named_with_its_variable(backend, said):
    code = """
import pai_notebook as pnb
c = pnb.VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": {"cer": n}} for n in (1, 2)], "model-a").compare()
try:
    c.plot.dot("cer")
except pnb.PaiError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "MPLBACKEND": backend}, capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith(said)
    assert "Correct the variable MPLBACKEND, or unset it." in run.stdout


def repeated(name, values, lr):
    documents = [
        {"VersionName": f"{name}.{k}", "Metrics": {"auc": value}, "TrainingSpec": {"lr": lr, "seed": k}} for k, value in enumerate(values)
    ]
    return [ModelVersion.from_document(document, "model-a") for document in documents]


@pytest.mark.parametrize(("chart", "mark"), [("dot", "|"), ("bar", "|"), ("slope", "_")])
def test_the_runs_of_a_group_are_drawn_around_their_mean(chart, mark):
    first, second = (0.80, 0.84, 0.82), (0.90, 0.97, 0.89)
    vs = VersionSet([*repeated("1.0", first, 1), *repeated("2.0", second, 2)]).group_repeats()
    c = vs.compare(vs[0].version_name)
    ax = getattr(c.plot, chart)("auc")
    drawn = [line for line in ax.lines if line.get_marker() == mark and len(line.get_xdata()) == 3]
    assert [tuple(line.get_ydata() if chart == "slope" else line.get_xdata()) for line in drawn] == [first, second]
    low, high = ax.get_ylim() if chart == "slope" else ax.get_xlim()
    assert low <= min(first)
    assert high >= max(second)
    assert "strokes: single runs; sd: their standard deviation" in note(ax)
    assert chart == "slope" or {"0.82 (sd 0.0200)", "0.92 (sd 0.0436)"} <= {text.lstrip("★☆ ") for text in words(ax)}
    assert "strokes" not in note(getattr(VersionSet(repeated("1.0", first, 1)).compare().plot, chart)("auc"))


def test_no_line_of_a_note_begins_with_the_sign_of_a_percentage():
    note = "whiskers: 95 % interval · better by 5 % " * 9
    for width in range(60, 300, 7):
        lines = plot_text._wrapped(note, width, 8, most_lines=90).split("\n")
        assert [line for line in lines if line.startswith("%")] == []


def family():
    """Versions of which one is worse if compared alone, but not among all others."""
    accuracies = [0.95, 0.925, *(0.94 + nth % 5 / 200 for nth in range(1, 10))]
    return VersionSet([make(f"0.{nth}.0", accuracy=each, rtf=1 + nth, n=1000) for nth, each in enumerate(accuracies)]).compare("first")


ONLY_ALONE = "(better), (worse): only if compared alone, counted as ≈ · ≈ could be chance"


@pytest.mark.parametrize("kind", ["dot", "bar"])
def test_what_is_worse_only_if_compared_alone_has_the_words_of_the_table(kind):
    c = family()
    assert "-2.5 pp (worse)" in c.to_markdown()
    ax = getattr(c.plot, kind)("accuracy")
    assert "-2.5 pp (worse)" in words(ax)
    assert "≈ +0.5 pp" in words(ax)
    assert ONLY_ALONE in note(ax)
    few = VersionSet([make("0.1.0", accuracy=0.95, n=500), make("0.2.0", accuracy=0.951, n=500)]).compare("first")
    assert "alone" not in note(getattr(few.plot, kind)("accuracy"))


def test_every_chart_says_what_is_worse_only_if_compared_alone_as_it_has_room():
    c = family()
    for ax in (c.plot.slope("accuracy"), c.plot.scatter("accuracy", "rtf")):
        assert "○ not beyond chance, or only if compared alone" in note(ax)
    assert "≈ could be chance, or beyond it only if compared alone" in note(c.plot.heatmap())
    documents = [make("0.1.0", accuracy=0.95, exact_match=0.95, n=1000), make("0.2.0", accuracy=0.929, exact_match=0.951, n=1000)]
    few = VersionSet(documents).compare("first").plot.heatmap()
    assert "-2.1 pp (worse)" in words(few)
    assert ONLY_ALONE in note(few)


def test_a_legend_says_that_a_whisker_ends_at_the_limit_of_its_metric_and_what_the_tolerance_does():
    for best, cut in ((0.99, True), (0.9, False)):
        c = VersionSet([make("0.1.0", accuracy=0.85, n=100), make("0.2.0", accuracy=best, n=100)]).compare("first")
        for ax in (c.plot.dot("accuracy"), c.plot.slope("accuracy")):
            limit = "cut at the metric's limit; " if cut else ""
            assert f"to 0.1.0, compared alone; {limit}filled marks count all comparisons together" in note(ax)
    versions = [make("0.1.0", accuracy=0.85, n=1000), make("0.2.0", accuracy=0.9, n=1000)]
    ax = VersionSet(versions).compare("first", tolerance=0.04).plot.dot("accuracy")
    assert "≈ could be chance or within the tolerance" in note(ax)


def test_the_line_of_a_slope_goes_to_the_mark_of_what_is_beyond_the_axis_and_strikes_no_value():
    accuracies = [0.9 + nth % 4 / 100 for nth in range(12)]
    accuracies[6] = 0.2
    c = VersionSet([make(f"0.{nth}.0", accuracy=each, n=500) for nth, each in enumerate(accuracies)]).compare("first")
    ax = c.plot.slope("accuracy")
    assert note(ax).partition("▼ ")[2].startswith("beyond the axis: 0.6.0 (0.20, worse). Large: ")
    assert "◆" not in note(ax)
    course = next(line for line in ax.lines if len(line.get_ydata()) == 12)
    (mark,) = [line for line in ax.lines if line.get_marker() == "v"]
    assert course.get_ydata()[6] == mark.get_ydata()[0] > ax.get_ylim()[0]
    boxes = {text: box for text, box in drawn_labels(ax) if text == "0.20"}
    ends = [ax.transData.transform((place, course.get_ydata()[place])) for place in (5, 6, 7)]
    strokes = [(*ends[nth], *ends[nth + 1]) for nth in (0, 1)]
    assert not any(crosses((a, b), (c, d), tuple(boxes["0.20"].extents)) for a, b, c, d in strokes)


def test_a_scatter_says_by_what_sign_a_version_stands_beyond_its_axes():
    accuracies = [0.974, 0.981, 0.985, 0.989, 0.19, 0.98]
    c = VersionSet([make(f"0.{nth}.0", accuracy=each, rtf=1 + nth, n=1000) for nth, each in enumerate(accuracies)]).compare("first")
    assert "▼ beyond the axis: 0.4.0 (5, 0.190, worse)." in note(c.plot.scatter("rtf", "accuracy"))
    costs = [1, 2, 3, 4, 500, 6]
    c = VersionSet([make(f"0.{nth}.0", accuracy=each, loss=costs[nth], n=1000) for nth, each in enumerate(accuracies)]).compare("first")
    assert "◢ beyond the axis: 0.4.0 (500, 0.190, worse)." in note(c.plot.scatter("loss", "accuracy"))


def test_the_heat_map_of_many_keeps_the_datasets_of_its_metrics_and_heads_the_values_of_the_baseline():
    documents = [
        {"VersionName": f"0.{nth}.0", "Metrics": {"Results": [
            {"Dataset": {"DatasetId": f"d-{name}"}, "Metrics": {"latency_ms_of_a_request": 1.05 + nth / 7}}
            for name in ("holdout00001", "digitsnoisy")
        ]}}
        for nth in range(12)
    ]  # fmt: skip
    c = VersionSet.from_documents(documents, "model-a").compare("first")
    ax = c.plot.heatmap()
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [f"latency_ms_of_a_request@{name} ↓  1.05" for name in ("d-digitsnoisy", "d-holdout00001")]
    boxes = dict(drawn_labels(ax))
    head, (values, *_) = boxes["0.0.0 (baseline)"], [label.get_window_extent() for label in ax.get_yticklabels()]
    assert head.x1 == pytest.approx(values.x1, abs=8)
    assert head.y0 > ax.bbox.y1
    assert head.x0 > 0
    _, narrow = plt.subplots(figsize=(4, 3), layout="constrained")
    cut = [label.get_text() for label in c.plot.heatmap(ax=narrow).get_yticklabels()]
    assert all("…" in label for label in cut)
    assert ["@d-digitsnoisy ↓" in cut[0], "@d-holdout00001 ↓" in cut[1]] == [True, True]


@pytest.mark.parametrize(
    ("theme", "said"), [("light", "▲ better (blue), ▼ worse (orange)"), ("dark", "▲ better (light blue), ▼ worse (gold)")]
)
def test_the_legend_of_a_heat_map_names_the_colours_that_are_drawn(compared, theme, said):
    assert said in note(compared.plot.heatmap(theme=theme))


def test_heat_maps_of_few_and_of_many_versions_have_the_same_signs_but_one_that_would_look_like_another_when_scaled_down():
    signs = []
    for count in (4, 12):
        versions = [make(f"0.{nth}.0", rouge=(0.5, 0.4, 0.6, 0.5)[nth % 4]) for nth in range(count)]
        ax = VersionSet(versions).compare("first").plot.heatmap()
        larger = ", larger where the difference is" if count > 10 else ""
        assert f"△ better, ▽ worse as measured{larger}, no interval known (? in tables)" in note(ax)
        assert ("• equal as measured (= in tables)" if count > 10 else "= equal as measured") in note(ax)
        tolerant = VersionSet([*versions, make("9.0.0", rouge=0.501)]).compare("first", tolerance=0.01).plot.heatmap()
        equal = "• equal as measured, or within the tolerance (= in tables)"
        assert (equal if count > 10 else "= equal as measured, or within the tolerance") in note(tolerant)
        signs.append({text.get_text()[0] for text in ax.texts[:-1]} & set("△▽?=•≈"))
    assert signs == [{"△", "▽", "="}, {"△", "▽", "•"}]


@pytest.mark.parametrize("count", [4, 12])
def test_a_heat_map_writes_the_sign_of_the_largest_loss_of_a_metric_larger_than_the_others_and_numbers_alike(count):
    documents = [
        {"VersionName": f"0.{nth}.0", "Metrics": {"Results": [
            {"Dataset": {"DatasetId": name}, "Metrics": {"rouge": 0.9 - loss * nth}} for name, loss in (("d-a", 0.001), ("d-b", 0.05))
        ]}}
        for nth in range(count)
    ]  # fmt: skip
    ax = VersionSet.from_documents(documents, "model-a").compare("first").plot.heatmap()
    sizes = [[text.get_fontsize() for text in ax.texts[:-1] if text.get_position()[1] == row and "▽" in text.get_text()] for row in (0, 1)]
    assert max(sizes[0]) < min(sizes[1]) + 0.2
    assert sizes[1] == sorted(sizes[1])
    assert sizes[1][-1] == (11 if count > 10 else sizes[0][0])
    assert "bold" not in {text.get_fontweight() for text in ax.texts[:-1]}


def test_bars_that_look_alike_from_zero_say_where_their_differences_show():
    plot = VersionSet([make(f"0.{nth}.0", accuracy=0.97 + nth / 1000, rtf=1.0 + nth, n=1000) for nth in range(20)]).compare("first").plot
    said = "From zero these bars look alike; plot.dot shows how they differ."
    assert [said in note(chart) for chart in (plot.bar("accuracy"), plot.bar("rtf"), plot.dot("accuracy"))] == [True, False, False]


@pytest.mark.slow
def test_each_of_several_dot_plots_says_what_its_marks_mean(monkeypatch):
    drawn = []
    monkeypatch.setattr("pai_notebook.plot.pictures.png_of", lambda figure: drawn.append(figure.axes[0]) or b"")
    documents = [
        {"VersionName": name, "Metrics": {"Results": [
            {"Dataset": {"DatasetId": f"d-{place}"}, "Metrics": {"accuracy": value, "n": 1000}} for place, value in enumerate(values)
        ]}}
        for name, values in (("0.1.0", (0.5, 0.5, 0.5)), ("0.2.0", (0.9, 0.1, 0.5)))
    ]  # fmt: skip
    data = VersionSet.from_documents(documents, "model-a").compare("first", only="all").plot.data
    assert len(report_figures(data, ["accuracy@d-0", "accuracy@d-1", "accuracy@d-2"])) == 3
    notes = [" ".join(text for text in words(ax) if "beyond chance" in text or "whiskers" in text) for ax in drawn[::2]]
    marks_of_each = ("● ▲ better beyond chance (95 % together)", "◆ ▼ worse beyond chance (95 % together)", "○ not beyond chance · = equal")
    assert [" ".join(each.split()).startswith(said) for each, said in zip(notes, marks_of_each, strict=True)] == [True] * 3
    assert [each.count("whiskers") for each in notes] == [1] * 3
    drawn.clear()
    report_figures(data, by=["accuracy@d-0", "accuracy@d-1"])
    assert ["whiskers" in " ".join(words(ax)) for ax in drawn[::2]] == [True, True, False]


GLYPHS = {("o", True): "●", ("o", False): "○", ("D", True): "◆", ("s", True): "(baseline)", ("P", True): "✚",
          **dict.fromkeys([("v", True), ("v", False)], "▼ beyond"), **dict.fromkeys([("^", True), ("^", False)], "▲ beyond"),
          **dict.fromkeys([("<", True), ("<", False)], "◀ beyond"), **dict.fromkeys([(">", True), (">", False)], "▶ beyond")}  # fmt: skip


def every_sign():
    """Versions with every verdict: better, worse, so only if compared alone, chance, equal, no interval, no number, far from all others."""
    accuracies = [0.9, 0.9, 0.905, 0.87, 0.95, 0.85, 0.2, 0.902]
    rtf = [5, 5, 4, 6, 3, 7, 900, None]
    matches = [0.9, 0.9, 0.905, 0.9, 0.95, 0.95, 0.9, 0.9]
    columns = zip(accuracies, rtf, matches, strict=True)
    return [make(f"0.{nth}.0", accuracy=a, rtf=b, exact_match=c, n=1000) for nth, (a, b, c) in enumerate(columns)]


@pytest.mark.slow
def test_every_mark_and_sign_of_a_chart_is_in_its_legend():
    more = [make(f"1.{nth}.0", accuracy=0.9 + nth / 1000, rtf=5, exact_match=0.9, n=1000) for nth in range(6)]
    charts = []
    for versions in (every_sign(), [*every_sign(), *more]):
        plot = VersionSet(versions).compare("first").plot
        charts += [getattr(plot, kind)(metric) for kind in ("dot", "bar", "slope") for metric in ("accuracy", "rtf")]
        charts += [plot.scatter("exact_match", "accuracy"), plot.scatter("rtf", "accuracy"), plot.heatmap()]
    found = set()
    for ax in charts:
        below = note(ax)
        names = [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
        used = {GLYPHS[mark] for mark in marks(ax, None)}
        used = {"■ baseline" if sign == "(baseline)" and not any(sign in name for name in names) else sign for sign in used}
        used |= {char for text in ax.texts[:-1] for char in text.get_text() if char in "★☆≈?=•▲▼△▽–"}
        used |= {"(better), (worse)" for text in ax.texts[:-1] if "(worse)" in text.get_text()}
        assert {sign for sign in used if sign not in below and not any(sign in name for name in names)} == set()
        found |= used
    assert {"●", "○", "◆", "✚", "■ baseline", "▼ beyond", "★", "≈", "?", "=", "▲", "▼", "△", "▽", "(better), (worse)"} - found == set()
