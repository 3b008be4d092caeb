"""Charts draw what the comparison says, and say what they cannot draw."""

import math
import os
import re
import struct
import subprocess
import sys
import warnings
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest

mpl.use("agg")

from matplotlib import pyplot as plt
from matplotlib.text import Text

from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.model.version import ModelVersion
from pai_notebook.plot import theme
from pai_notebook.plot.pictures import png_of, report_figures
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


def test_bars_stand_for_the_values_in_natural_order_with_the_baseline_as_a_line(compared):
    ax = compared.plot.bar("cer")
    assert [bar.get_height() for bar in ax.patches] == [0.175, 0.181, 0.16]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.2.0", "0.10.0", "1.0.0"]
    assert ax.get_ylim()[0] == 0
    assert any(list(line.get_ydata()) == [0.175, 0.175] for line in ax.lines)
    assert ax.get_ylabel() == "cer  ↓ lower is better"


def test_worse_bars_differ_by_hatch_and_mark_not_by_colour_alone(compared):
    ax = compared.plot.bar("cer")
    assert [bar.get_hatch() for bar in ax.patches] == [None, "//", None]
    assert {"0.181 ▲", "0.160 ▼"} <= set(words(ax))


def test_a_missing_value_is_named_and_draws_no_bar(compared):
    ax = compared.plot.bar("rtf")
    assert len(ax.patches) == 2
    assert "null" in words(ax)


def test_intervals_are_drawn_where_they_are_known(compared):
    low, high = compared.plot.data.find("accuracy").intervals[1]
    assert low < 0.93 < high
    assert len(compared.plot.bar("accuracy").containers) == 5
    assert compared.plot.data.find("rtf").intervals == (None, None, None)


def test_a_slope_has_a_gap_where_there_is_no_number(compared):
    line = compared.plot.slope("rtf").lines[0]
    assert [math.isnan(value) for value in line.get_ydata()] == [False, False, True]


def test_the_heat_map_colours_gains_and_writes_changes(compared):
    ax = compared.plot.heatmap(["cer", "accuracy", "rtf"])
    gains = ax.images[0].get_array()
    assert gains[0][1] == pytest.approx(-0.006 / (1.96 * 0.001 * 2**0.5), abs=0.01)
    assert gains[1][1] > 1
    assert gains.mask[2].all() if hasattr(gains, "mask") and gains.mask.ndim else math.isnan(gains[2][1])
    assert {"+3.43 %", "+3.0 pp", "0.175", "-37.5 % ?", "cer ↓"} <= set(words(ax))
    assert "coloured beyond chance (95 %) only" in " ".join(ax.get_xlabel().split())


def test_whiskers_say_which_difference_they_are_the_interval_of(compared):
    assert " ".join(compared.plot.bar("accuracy").get_xlabel().split()) == "whiskers: 95 % interval of the difference to 0.2.0"
    assert " ".join(compared.plot.slope("cer").get_xlabel().split()) == "whiskers: 95 % interval of the difference to 0.2.0"
    assert compared.plot.bar("rtf").get_xlabel() == ""


def test_what_could_be_chance_or_has_no_interval_is_neither_coloured_nor_hatched():
    c = VersionSet([make("0.1.0", accuracy=0.90, n=100, rtf=0.08), make("0.2.0", accuracy=0.91, n=100, rtf=0.05)]).compare()
    neutral = theme.LIGHT.neutral if hasattr(theme, "LIGHT") else theme.theme_of("light").neutral
    for metric, mark in (("accuracy", "0.91 ≈"), ("rtf", "0.05 ?")):
        ax = c.plot.bar(metric)
        assert [mpl.colors.to_hex(bar.get_facecolor()) for bar in ax.patches][1] == mpl.colors.to_hex(neutral)
        assert ax.patches[1].get_hatch() is None
        assert mark in words(ax)


def test_the_scatter_joins_what_no_other_version_beats_and_names_what_it_leaves_out(compared):
    ax = compared.plot.scatter("cer", "rtf")
    front = ax.lines[-1]
    assert list(zip(front.get_xdata(), front.get_ydata(), strict=True)) == [(0.175, 0.08), (0.181, 0.05)]
    assert ax.get_title(loc="left") == "not drawn: 1.0.0"


def test_parallel_coordinates_point_up_for_better(compared):
    ax = compared.plot.parallel(["cer", "accuracy"])
    assert [round(height, 3) for height in ax.lines[2].get_ydata()] == [1.0, 1.0]
    assert [round(height, 3) for height in ax.lines[0].get_ydata()] == [0.286, 0.0]


def test_names_of_parallel_axes_are_two_lines(compared):
    ax = compared.plot.parallel(["cer", "accuracy"])
    assert [len(label.get_text().split("\n")) for label in ax.get_xticklabels()] == [2, 2]
    assert all("\\n" not in label.get_text() for label in ax.get_xticklabels())


def test_a_series_draws_its_points_with_a_gap(compared):
    lines = compared.plot.series("loss_curve").lines
    assert [len(line.get_ydata()) for line in lines] == [4, 2]
    assert math.isnan(lines[0].get_ydata()[2])


@pytest.mark.parametrize("name", ["light", "dark"])
def test_both_themes_keep_text_readable_on_their_paper(compared, name):
    ax = compared.plot.bar("cer", theme=name)

    def luminance(colour):
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in mpl.colors.to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    ink, paper = luminance(ax.yaxis.label.get_color()), luminance(ax.get_facecolor())
    assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) > 7


def test_charts_go_into_axes_that_are_handed_in(compared):
    _, axes = plt.subplots(1, 2)
    assert compared.plot.bar("cer", ax=axes[1]) is axes[1]


def test_drawing_gives_the_same_bytes(compared):
    first, second = (report_figures(compared.plot.data)[0].png for _ in range(2))
    assert first == second


def test_chinese_and_hostile_names_are_drawn_as_text(compared):
    vs = VersionSet([make("0.1.0", **{"准确率 $x^2$ \x1b[2J": 1.0}), make("0.2.0", **{"准确率 $x^2$ \x1b[2J": 2.0})])
    ax = vs.compare().plot.bar("准确率 $x^2$ \x1b[2J")
    assert "\\x1b[2J" in ax.get_ylabel()
    assert not ax.yaxis.label.get_parse_math()
    with warnings.catch_warnings():
        warnings.simplefilter("error" if len(theme._families()) > 1 else "ignore")
        assert png_of(ax.get_figure())[:4] == b"\x89PNG"


def test_missing_glyphs_are_named(compared, monkeypatch):
    monkeypatch.setattr(theme, "_characters", lambda: frozenset(range(0x2800)))
    vs = VersionSet([make("0.1.0", 准确率=1.0), make("0.2.0", 准确率=2.0)])
    with pytest.warns(UserWarning, match="no font here has 准率确;"):
        vs.compare().plot.bar("准确率")


@pytest.mark.parametrize(
    ("draw", "words_of_it"),
    [
        (lambda plot: plot.bar("ce"), "Nearest is cer"),
        (lambda plot: plot.series("cer"), "is no series"),
        (lambda plot: plot.scatter("cer", "loss_curve"), "which way loss_curve is better is not known"),
        (lambda plot: plot.parallel(["cer"]), "at least two metrics"),
    ],
)
def test_what_cannot_be_drawn_is_said(compared, draw, words_of_it):
    with pytest.raises(ComparisonError, match=words_of_it):
        draw(compared.plot)


def test_an_unknown_kind_is_refused(compared):
    with pytest.raises(ConfigurationError, match="Use kind="):
        compared.plot("cer", kind="pie")


def test_an_unknown_theme_is_refused(compared):
    with pytest.raises(ConfigurationError, match="theme='pink'"):
        compared.plot.bar("cer", theme="pink")


def test_without_matplotlib_a_chart_says_what_to_install(compared, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ConfigurationError, match=r"pai-notebook\[plot\]"):
        compared.plot.bar("cer")


LONG = ("word_error_rate_of_the_far_field_microphone_array_in_a_noisy_kitchen", "字错误率在非常嘈杂的厨房环境下的远场麦克风阵列" * 2)


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
    names = ax.get_yticklabels() if kind == "heatmap" else []
    for text in filter(Text.get_text, (ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *names)):
        box = text.get_window_extent()
        assert min(box.x0 - whole.x0, box.y0 - whole.y0, whole.x1 - box.x1, whole.y1 - box.y1) > -1, text
    shown = ax.get_xticklabels()[0].get_text()
    assert shown.startswith("1.0.0_re")
    assert "…" in shown
    assert shown.removesuffix(" *").endswith("2025")
    figures = report_figures(compared.plot.data)
    assert all(long in figures[0].alt for long in (*LONG, name))


def test_short_names_stay_as_they_are(compared):
    ax = compared.plot.heatmap()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.2.0 *", "0.10.0", "1.0.0"]


SAVING = """
import sys
from pai_notebook.versions.versions import VersionSet
from pai_notebook.model.version import ModelVersion
make = lambda name, cer: ModelVersion.from_document({"VersionName": name, "Metrics": {"cer 字": cer, "rtf": 1 - cer}}, "model-a")
plot = VersionSet([make("0.1.0", 0.2), make("0.2.0", 0.1)]).compare(baseline="first").plot
for form in ("svg", "png"):
    plot.save(f"{sys.argv[1]}.{form}", plot.heatmap())
"""


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
    with pytest.raises(ConfigurationError, match="savefig"):
        compared.plot.save(tmp_path / "x.gif", ax)
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]
