import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook import VersionSet
from pai_notebook.comparison import Comparison
from pai_notebook.comparison.cells import trend_of
from pai_notebook.comparison.charting import chart_data
from pai_notebook.display import render_markdown
from pai_notebook.errors import NameNotFound
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.nearest import short_datasets
from pai_notebook.model.numbers import choose_format, format_percent
from pai_notebook.model.version import ModelVersion
from tests.compare.comparing import compare, make, results

CORPUS = json.loads((Path(__file__).parents[1] / "data" / "corpora" / "dicts.json").read_text("utf-8"))["items"]
FIELD_OF = {"metrics": "Metrics", "labels": "Labels", "spec": "TrainingSpec"}


def text_of(comparison):
    return " ".join(str(comparison).split())


def text_of_chinese(comparison):
    with speaking("zh"):
        return text_of(comparison)


def sized(versions, rows):
    """A comparison in which everything differs."""
    documents = [
        make(
            f"0.{number}.0",
            results(d_holdout={f"metric_{place}": number / 7 + place for place in range(rows)}),
            Labels=[{"Key": "team", "Value": f"team {number}"}],
        )
        for number in range(versions)
    ]
    return Comparison(documents)


def test_twenty_versions_and_forty_rows_stay_within_their_budget():
    assert len(sized(20, 40).to_html().encode()) < 150_000


def test_what_is_not_shown_is_said_and_the_object_has_all():
    c = sized(60, 100)
    assert "Showing 20 of 60 versions; all of them are in the comparison." in text_of(c)
    assert "Showing 50 of 100 rows; all of them are counted" in text_of(c)
    assert len(c.rows) == 101
    assert c.to_frame("value").shape == (100, 60)


def test_what_is_left_out_is_named():
    text = text_of(sized(60, 100))
    assert "metric_41" in text
    assert "metric_99" in text
    assert re.search(r"Showing 20 of 60 versions; all of them are in the comparison\. 0\.1\.0, 0\.2\.0", text)
    c = compare({"a": 1.0, "b": 1.0, "cer": 0.1}, {"a": 1.0, "b": 1.0, "cer": 0.2})
    assert "2 identical rows hidden; only='all' shows them. a, b" in text_of(c)
    folds = [make(f"0.{n}.0", results(d_a={"accuracy": 0.9, "cer": n}, d_b={"accuracy": 0.9})) for n in (1, 2)]
    assert "identical rows hidden; only='all' shows them. accuracy (d-a, d-b)" in text_of(Comparison(folds))


def many(versions, metrics, datasets):
    """Metrics on datasets, of which the first is beyond chance better in the second version."""
    values = {f"metric_{place}": 0.5 for place in range(metrics - 1)}
    documents = []
    for number in range(versions):
        told = {
            f"d_{place}": {"accuracy": 0.8 + number * (place + 1) / 100, **dict.fromkeys(values, 0.5 + number / 50), "n": 9000}
            for place in range(datasets)
        }
        documents.append(make(f"0.{number}.0", results(**told)))
    return Comparison(documents)


def test_forty_rows_and_more_are_told_by_metric_with_the_rows_of_each_folded():
    c = many(3, 8, 5)
    text = text_of(c)
    assert "Metrics: 40 rows in 8 lines of 5 datasets, folded below" in text
    assert "accuracy ↑ pp 0.8 " in text
    assert "+1.0 … +5.0;" in text
    assert "a … b: lowest and highest of the rows of a line, no interval" in text
    assert re.search(r"▾ accuracy ↑ · 5 datasets metric dataset", text)
    assert text.count("▾ metric_3") == 1
    for row in c.metrics:
        assert row.is_evidence or f"{row.dataset} " in text
    html = c.to_html()
    assert html.index(">accuracy ↑ <small>pp</small><t") < html.index('pointer">accuracy ↑ <small')
    assert '<summary style="cursor:pointer">accuracy ↑ <small' in html


def test_metrics_of_one_family_are_told_together():
    tasks = {f"mmlu.task{number:02}": 0.5 for number in range(45)}
    c = compare({**tasks, "bleu": 0.1}, {**{name: value + 0.1 for name, value in tasks.items()}, "bleu": 0.2})
    text = text_of(c)
    assert "mmlu 45 metrics" in text
    assert "▾ mmlu" in text
    assert "task44" in text
    assert "▾ bleu" not in text


def test_a_table_of_many_metrics_that_have_nothing_in_common_folds_those_beyond_forty():
    text = text_of(compare(*({f"score{number}": number + nth for number in range(60)} for nth in (1, 2))))
    assert "▾ 20 more" in text
    assert "score59" in text
    assert "Showing" not in text


def test_a_sequence_of_versions_has_a_trend():
    c = compare(
        {"cer": 0.1, "wer": 0.5}, {"cer": 0.2, "wer": 0.5, "auc": 1}, {"wer": 0.5}, {"cer": 0.4, "wer": 0.6, "auc": 2}, baseline="0.2.0"
    )
    assert re.search(r"cer ↓.*▁▃·▇", str(c).replace("\n", " "))
    assert "▁▁▁▇" in str(c)
    assert "▁▃·▇" in c.to_html()
    assert "▁▃·▇" in c._repr_mimebundle_()["text/markdown"]
    assert "trend ▁ low to ▇ high, versions in the order of their names; · no number flat: within the tolerance" in text_of(c)
    assert "▄▄▄" in str(compare({"cer": 1}, {"cer": 1}, {"cer": 1}, only="all"))


def test_a_trend_without_an_interval_is_flat_where_values_are_nearly_the_same():
    values = {"macro_f1": (0.989, 0.987, 0.989), "auc": (0.5, 0.6, 0.8)}
    shown = compare(*({name: each[n] for name, each in values.items()} for n in range(3)))
    places = range(3)
    assert [trend_of(shown, shown[name], places) for name in ("macro_f1", "auc")] == ["▄▄▄", "▁▃▇"]
    without = compare({"cer": 0.1}, {"auc": 0.989}, {"auc": 0.987}, {"auc": 0.989}, baseline="0.1.0")
    assert trend_of(without, without["auc"], range(4)) == "·▄▄▄"


def test_metrics_that_the_baseline_and_most_versions_lack_are_below_those_that_can_be_compared():
    classes = {f"by_class.{n}.f1": 0.9 for n in range(3)}
    c = compare({"accuracy": 0.9, "f1": 0.8}, {"accuracy": 0.91, "f1": 0.7}, {"accuracy": 0.92, "f1": 0.9}, {"accuracy": 0.8, **classes})
    text = str(c)
    places = [text.index(f"{name} ↑") for name in ("accuracy", "f1", "by_class.0.f1", "by_class.2.f1")]
    assert places == sorted(places)
    known = str(compare({"accuracy": 0.9, "f1": 0.8, **classes}, {"accuracy": 0.91, "f1": 0.7}, {"accuracy": 0.92, "f1": 0.9}))
    assert known.index("by_class.2.f1 ↑") + len("by_class.2.") < known.rindex("f1 ↑")  # the baseline's own stay by name


def test_a_trend_is_flat_where_versions_cannot_be_told_apart():
    told = [{"accuracy": value, "n": 1000, "f1": value} for value in (0.900, 0.902, 0.898)]
    assert re.findall("[▁-▇]{3}", str(compare(*told, baseline="first"))[:-1].partition("How to read")[0]) == ["▄▄▄", "▄▄▄"]
    within = compare(*told, baseline="first", tolerance={"f1": 0.01}, only="all")
    assert re.findall("[▁-▇]{3}", str(within)) == ["▄▄▄", "▄▄▄"]
    assert "▇▇▁" in str(compare(*told[:2], {"accuracy": 0.5, "n": 1000}, baseline="first"))


def test_the_unit_of_differences_stands_once_behind_the_name_of_their_row():
    c = compare({"accuracy": 0.9, "cer": 0.1, "auc": 0.8}, {"accuracy": 0.92, "cer": 0.2, "auc": 0.9})
    text = text_of(c)
    assert all(row in text for row in ("accuracy ↑ pp ", "cer ↓ % ", "auc ↑ 0.8 ", "+2.0 ?", "+100 ?", "+0.1 ?"))
    assert "pp after a name: its differences are percentage points" in text
    assert "% after a name: its differences are percent of the baseline" in text
    table = str(c).partition("Metrics")[2].partition("after a name")[0]
    assert (table.count("pp"), table.count("百分点")) == (2, 0)  # with that of the legend
    assert "accuracy ↑ pp" in text_of_chinese(c)
    assert "after a name" not in text_of(compare({"auc": 0.8}, {"auc": 0.9}))


def test_a_row_without_a_difference_leaves_the_unit_with_the_name_of_the_metric():
    versions = [make(f"0.{n}.0", results(d_a={"mae": 46 + n}, d_b={"mae": 51 + n})) for n in range(3)] + [make("0.3.0", {"mae": 47})]
    text = str(Comparison(versions, baseline="first"))
    assert re.search(r"mae ↓ %\s+d-a ", text)
    assert not re.search(r"d-[ab] %", text)


def test_a_metric_is_named_once_where_its_differences_have_several_units():
    both = ({"d_a": 90, "d_b": 0.9, "d_c": 0.8}, {"d_a": 92, "d_b": 1100, "d_c": 1200})
    told = [results(**{name: {"accuracy": value} for name, value in values.items()}) for values in both]
    lines = str(Comparison([make(f"0.{n}.0", each) for n, each in enumerate(told)])).split("\n")
    found = [re.split("  +", line)[:2] for line in lines if re.match("(accuracy ↑)? +d-[abc] ", line)]
    assert found == [["accuracy ↑", "d-a pp"], ["", "d-b"], ["", "d-c"]]


def test_a_metric_has_as_many_decimals_on_all_its_datasets_as_its_differences_need():
    told = [{"d_a": {"macro_f1": a}, "d_b": {"macro_f1": b}} for a, b in ((0.977713, 0.9203), (0.977717, 0.8648), (0.902, 0.446))]
    text = text_of(Comparison([make(f"0.{n}.0", results(**each)) for n, each in enumerate(told)], baseline="first"))
    assert all(number in text for number in ("0.902", "0.920", "0.865", "0.446", "+0.0004 ?"))
    # only these two, as one of them has a star
    assert all(number in text for number in ("d-a 0.97771 ", "☆ 0.97772 "))
    assert all(number in text_of(compare({"cer": 0.977713}, {"cer": 0.977717})) for number in ("0.97771", "0.97772"))


def test_values_of_which_only_some_have_a_star_read_differently():
    c = compare(*({"auc": value} for value in (0.9912, 0.7123, 0.99118, 0.9912)))
    line = " ".join(each for each in str(c).splitlines() if each.startswith("auc"))
    assert all(text in line for text in ("☆ 0.99120", "0.712", " 0.99118"))
    assert "☆ 0.99118" not in line


def test_nothing_of_the_legend_is_cut():
    told = [{"accuracy": value, "n": 9000, "cer": 1 - value, "auc": value} for value in (0.8, 0.82, 0.9, 0.901)]
    for text in (text_of(compare(*told)), text_of_chinese(compare(*told))):
        assert "more characters" not in text
        assert "个字符" not in text


def test_names_of_hidden_rows_are_shown_in_full():
    told = [{**{f"metric_of_a_long_name_number_{nth}": 1 for nth in range(30)}, "cer": cer} for cer in (0.1, 0.2)]
    text = text_of(compare(*told))
    assert all(f"metric_of_a_long_name_number_{nth}" in text for nth in range(30))
    assert "more characters" not in text


def test_a_report_tells_no_code_to_a_reader_who_cannot_run_it(tmp_path):
    c = compare({"a": 1.0, "cer": 0.1}, {"a": 1.0, "cer": 0.2})
    page = c.report(tmp_path / "report.html", charts=False).read_text("utf-8")
    assert "1 identical row hidden<" in page
    assert "only=" not in page
    assert "1 identical row hidden; only='all' shows it." in text_of(c)


def test_what_is_best_in_a_row_stands_before_the_candidates_of_many_versions():
    told = [{"accuracy": value, "n": 9000, "cer": 1 - value} for value in (0.8, 0.82, 0.9, 0.901)]
    lines = str(compare(*told, baseline="first")).split("\n")
    head = next(line for line in lines if "best" in line)
    assert re.search(r"0\.1\.0 +best & others +0\.2\.0", head)
    assert any(re.search(r"☆\s0\.4\.0\s&\s1 ", line) for line in lines)
    assert "best" not in str(compare(*told[:3])).partition("Metrics")[2].partition("☆ best")[0].partition("★ best")[0]


def heads_of(c):
    return re.findall(r'<th scope="col"[^>]*>(0\.\d+\.0)(?=<)', re.search("<thead.*?</thead>", c.to_html())[0])


def test_of_many_versions_those_that_the_verdict_names_stand_first_better_before_worse():
    told = [{"accuracy": value, "n": 2000, "f1": 1 - value} for value in (0.8, 0.801, 0.5, 0.802, 0.9, 0.803, 0.6, 0.95, 0.804)]
    c = compare(*told, baseline="first")
    assert heads_of(c) == ["0.1.0", "0.5.0", "0.8.0", "0.3.0", "0.7.0", "0.2.0", "0.4.0", "0.6.0", "0.9.0"]
    assert "columns: versions that the verdict names first, then the others" in text_of(c)
    by = compare(*told, baseline="first", by="f1")
    assert heads_of(by)[1:4] == ["0.3.0", "0.5.0", "0.8.0"]
    few = compare(*told[:7], baseline="first")
    assert heads_of(few) == [f"0.{nth}.0" for nth in range(1, 8)]
    assert "columns:" not in text_of(few)


def test_what_the_verdict_names_is_shown_however_many_versions_there_are():
    told = [{"accuracy": 0.9 if place == 3 else 0.8 + place / 10_000, "n": 2000} for place in range(60)]
    c = compare(*told, baseline="first")
    assert heads_of(c)[:2] == ["0.1.0", "0.4.0"]
    assert heads_of(c)[-1] == "0.60.0"
    assert len(heads_of(c)) == 20


def test_each_band_on_paper_keeps_the_order_of_names(tmp_path):
    told = [{"accuracy": value, "n": 2000, "f1": 1 - value} for value in (0.8, 0.801, 0.5, 0.802, 0.9, 0.803, 0.6, 0.95, 0.804)]
    page = compare(*told, baseline="first").report(tmp_path / "report.html", charts=False).read_text("utf-8")
    assert "Metrics: 0.6.0, 0.7.0, 0.8.0, 0.9.0" in page
    assert "columns: versions" not in page


def test_whole_numbers_beyond_what_a_float_holds_are_told_and_drawn_as_they_were_sent():
    c = compare({"auc": 2**60, "f1": 10**400}, {"auc": 2**60 + 1, "f1": -(10**401)}, {"auc": 2**60 + 2, "f1": 1})
    text = text_of(c)
    assert "1152921504606846977" in text
    assert "▄▄▄" in text  # of a hundredth of the value that is nothing
    assert "1.00e+400" in text
    assert "-1.00e+401" in text
    # a difference that no float holds
    assert "∞" not in text.replace("-∞", "")


def test_a_dot_in_a_name_is_shown_as_it_was_sent_unless_two_names_would_read_the_same():
    told = [{"head.accuracy": value, "f1": {"a.b": value}} for value in (0.8, 0.9)]
    c = compare(*told, by="head.accuracy")
    shown = [
        c,
        c.verdict,
        c.explain(),
        c.best("head.accuracy"),
        c.rank("head.accuracy"),
        c.coverage,
        c.check("head.accuracy > 1"),
        c.versions[0],
    ]
    assert all("head.accuracy" in text_of(each) for each in shown)
    assert not any("\\" in str(each) or "\\" in each._repr_html_() for each in shown)
    both = compare(*({"head.accuracy": value, "head": {"accuracy": value}} for value in (0.8, 0.9)))
    assert r"head\.accuracy" in text_of(both)
    with pytest.raises(NameNotFound, match=r"Nearest is head\.accuracy"):
        c.best("head.acuracy")


def test_how_many_others_are_not_told_apart_from_the_best_has_no_sign_of_a_difference():
    """`+3` beside a version reads as a difference."""
    several, alone = ((0.5, 0.9, 0.901, 0.902, 0.903), (0.5, 0.6, 0.7, 0.8, 0.9))
    html = [compare(*({"accuracy": value, "n": 5000} for value in values), baseline="first").to_html() for values in (several, alone)]
    assert ["☆\u00a00.5.0\u00a0&amp;\u00a03<" in each for each in html] == [True, False]
    assert ["&amp;\u00a0" in each for each in html] == [True, False]


def test_the_heads_say_in_which_order_versions_and_trends_stand():
    told = [{"accuracy": value, "n": 2000, "f1": 1 - value} for value in (0.8, 0.801, 0.5, 0.802, 0.9, 0.803, 0.6, 0.95, 0.804)]
    many, few, two = (compare(*told[:count], baseline="first").to_html() for count in (9, 3, 2))
    assert ["<small>trend</small><br><small>by\u00a0name</small></thead>" in each for each in (many, few, two)] == [True, False, False]
    assert [re.findall("<small>([^<]*)\u00a0→</small><th", each) for each in (many, few, two)] == [
        ["versions named above first"],
        ["versions by name"],
        [],
    ]


def test_the_head_says_that_costs_are_not_among_the_counts_below_the_versions():
    told = [{"accuracy": value, "latency_ms": 9 + nth} for nth, value in enumerate((0.8, 0.81, 0.82))]
    quality, cost = ([{name: each[name]} for each in told] for name in ("accuracy", "latency_ms"))
    assert ["counts omit cost\u00a0→" in compare(*each).to_html() for each in (told, quality, cost)] == [True, False, False]


def test_two_versions_and_versions_of_several_models_have_no_trend():
    assert "trend" not in str(compare({"cer": 0.1}, {"cer": 0.2}))
    several = [make("0.1.0", {"cer": 0.1}), make("0.2.0", {"cer": 0.2}), make("0.3.0", {"cer": 0.3}, model="model-b")]
    assert "trend" not in str(Comparison(several))


def test_long_names_are_short_in_the_column_of_the_best_and_told_apart_there():
    names = [f"qwen-sft-lora-r{rank}-lr1e-4-epoch3-2026-11-{day:02}" for rank, day in ((16, 1), (16, 2), (32, 2), (64, 2))]
    c = Comparison([make(name, {"cer": 0.1 * place, "wer": 1 / place}) for place, name in enumerate(names, 1)], baseline=names[0])
    best = re.findall("☆\u00a0([^<]*…[^<]*)<", c.to_html())
    assert len(set(best)) == 2
    assert all(len(name) <= 25 and name.endswith(("11-01", "11-02")) for name in best)


def test_long_texts_of_several_versions_are_cut_where_they_differ():
    told = [make(f"0.{nth}.0", {"cer": 0.1}, TrainingSpec={"prompt": "You are a helpful assistant. " * nth}) for nth in range(1, 5)]
    lines = re.findall(r"prompt: ([^→<]*) → ([^<·]*)", Comparison(told, baseline="0.1.0").to_html())
    assert len({after for _, after in lines}) == len(lines) == 3


def test_a_long_name_in_chinese_is_as_wide_as_one_in_latin_letters():
    wide = compare({"cer": 0.1}, {"cer": 0.2})
    assert "max-width:14em" not in wide.to_html()
    html = Comparison(
        [make(name, {"cer": 0.1 * place}) for place, name in enumerate(("基线", "中文指令微调第十二次实验学习率万分之一"), 1)]
    ).to_html()
    assert "max-width:14em;white-space:pre-wrap" in html


def test_names_of_rows_go_on_in_the_next_line_between_words():
    html = compare({"val": {"by_class": 0.1}}, {"val": {"by_class": 0.2}}).to_html()
    assert ">val.<wbr>by_<wbr>class" in html


def test_a_fold_never_hides_a_single_line():
    fields = [{"TrainingSpec": {f"p{place}": nth for place in range(5)}} for nth in (1, 2)]
    c = Comparison([make(f"0.{nth}.0", {"cer": nth}, **fields[nth]) for nth in (0, 1)])
    assert "p0: 1 → 2 · p1: 1 → 2 · p2: 1 → 2 · p3: 1 → 2 · p4: 1 → 2" in text_of(c)
    assert "1 more" not in text_of(c)


def test_the_captions_of_folds_do_not_repeat_what_stands_above():
    versions = [make(f"0.{n}.0", {"cer": n / 10}, TrainingSpec={"lr": n}, Uri=f"oss://{n}") for n in range(2)]
    assert text_of(Comparison(versions)).count("1 version against 0.0.0") == 1


def test_the_baseline_is_always_shown():
    names = re.findall(r"\b0\.\d+\.0\b", Comparison(sized(60, 1).versions, baseline="0.3.0").to_markdown())
    assert "0.3.0" in names
    html = Comparison(sized(60, 1).versions, baseline="0.3.0").to_html()
    assert ">0.3.0<br><small>baseline</small>" in html
    assert '<th scope="col">0.59.0<' in html
    assert '<th scope="col">0.4.0<' not in html  # a folded list of those that are not told apart names it


def test_versions_of_several_models_stand_under_the_id_of_theirs():
    ours, theirs = (
        ModelVersion.from_document({"VersionName": name, "Metrics": results(d_a={"cer": value})}, model)
        for name, value, model in (("0.1.0", 0.1, "model-a"), ("0.2.0", 0.2, "model-b"))
    )
    html = Comparison([ours, theirs]).to_html()
    assert "0.1.0<br><small>model-a</small>" in html
    assert "0.2.0<br><small>model-b</small>" in html
    assert "model-a</small>" not in Comparison([ours, ours]).to_html()


def test_identical_rows_are_folded_and_counted():
    c = compare({"a": 1.0, "b": 1.0, "cer": 0.1}, {"a": 1.0, "b": 1.0, "cer": 0.2})
    assert "2 identical rows hidden; only='all' shows them." in text_of(c)
    assert "hidden" not in text_of(compare({"a": 1.0, "cer": 0.1}, {"a": 1.0, "cer": 0.2}, only="all"))


def test_a_cell_is_filled_and_counted_only_where_the_verdict_says_better():
    # beyond chance alone, but not among twenty comparisons
    alone = {f"0.{nth}.0": {"accuracy": 0.90, "n": 1000} for nth in range(1, 21)} | {"0.9.0": {"accuracy": 0.927, "n": 1000}}
    c = Comparison([make(name, metrics) for name, metrics in {"0.0.0": {"accuracy": 0.90, "n": 1000}, **alone}.items()], baseline="0.0.0")
    assert c["accuracy"].changes[c.names.index("0.9.0")].verdict == "better"
    assert c.verdict.counts["0.9.0"] | {"better": 0, "could be chance": 1} == c.verdict.counts["0.9.0"]
    html, text = c._repr_html_(), text_of(c)
    assert "<var>+2.7 (better)</var>" in re.sub(r"\s+", " ", html)
    assert "<strong" not in html.partition("<table")[2].partition("How to read")[0].partition("(better), (worse)")[0]
    for twin in (text, render_markdown(c._describe())):
        assert "+2.7 (better)" in twin
        assert "(better), (worse): only if compared alone, counted as ≈" in twin
    assert "better, worse: beyond chance" not in text
    assert "1 better" not in text
    assert chart_data(c).find("accuracy").points[c.names.index("0.9.0")].verdict == "could be chance"
    assert "better if compared alone" in str(c.explain(everything=True))
    together = compare({"accuracy": 0.90, "n": 1000}, {"accuracy": 0.927, "n": 1000})
    assert "+2.7 better" in text_of(together)
    assert "1 better" in text_of(together)


def test_better_worse_and_best_are_symbols_and_words():
    first = {"cer": 0.175, "cer_stderr": 0.001, "rtf": 0.08, "rtf_stderr": 0.001}
    second = {"cer": 0.181, "cer_stderr": 0.001, "rtf": 0.07, "rtf_stderr": 0.001}
    text = text_of(compare(first, second))
    assert "0.181 +0.6 worse" in text
    assert "★ 0.07 -12.5 better" in text
    assert "better, worse: beyond chance (95 % together) · ★ best, told apart from all others " in text
    assert "baseline 1 worse" in text  # what it costs is not counted
    assert "cer ↓ pp " in text


def test_what_could_be_chance_and_what_has_no_interval_has_no_colour_and_no_filled_star():
    c = compare({"accuracy": 0.90, "n": 1000, "auc": 0.8}, {"accuracy": 0.91, "n": 1000, "auc": 0.9})
    text = text_of(c)
    assert "☆ 0.91" not in text
    assert "☆ 0.9 +0.1 ?" in text
    assert "≈ could be chance · ? no interval known · ☆ best as measured, or not told apart from it " in text
    assert "baseline 1 ≈, 1 ?" in text
    assert "≈ could be chance: the interval of the difference (95 % together) includes zero. ? no interval known in 1 of 2 cells." in text
    assert not re.search(r"\d (better|worse)\b|[0-9] (better|worse)|★", text)
    assert not re.search("<strong>|<td[^>]*>[^<]*<b>|★", c.to_html())


def test_a_larger_difference_of_a_metric_never_has_a_weaker_fill_whatever_is_known_of_it():
    shares = {"d-1": (0.95, 20_000, (0.874, 0.85)), "d-2": (0.9, 900, (0.802, 0.778, 0.7)), "d-3": (0.8, 500, (0.6,))}
    documents = [
        {
            "VersionName": f"0.{nth}.0",
            "Metrics": {
                "Results": [
                    {
                        "Dataset": {"DatasetId": dataset},
                        "Metrics": {"accuracy": [base, *values, *([base] * (3 - len(values)))][nth], "n": n, "loss": 1 + nth * n},
                    }
                    for dataset, (base, n, values) in shares.items()
                ]
            },
        }
        for nth in range(4)
    ]
    html = VersionSet.from_documents(documents, "model-a").compare("0.0.0").to_html()
    found = re.findall(r'<b(?: class="f(\d)")?>-([\d.]+)\sworse', html)
    steps = [int(step or 1) for step, _ in sorted(found, key=lambda each: float(each[1]))]
    assert steps == sorted(steps)
    assert {float(size): int(step or 1) for step, size in found} == {7.6: 2, 9.8: 2, 10.0: 2, 12.2: 2, 20.0: 3}
    assert "stronger colour, larger difference within the metric" in html.partition("How to read this")[2]


def test_a_cell_is_filled_by_how_large_the_difference_is_within_its_metric():
    c = compare({"accuracy": 0.9, "n": 1000}, *({"accuracy": value, "n": 1000} for value in (0.86, 0.82, 0.7, 0.89)))
    html = c.to_html()
    assert [re.search(rf"-{points}\sworse", html) is not None for points in ("4.0", "8.0", "20.0")] == [True] * 3
    assert [re.search(rf"<b([^>]*)>-{points}\sworse", html)[1] for points in ("4.0", "8.0", "20.0")] == ["", ' class="f2"', ' class="f3"']
    assert "-1.0\u00a0≈</cite>" in html


def test_the_legend_is_one_line_and_the_rest_is_folded():
    first = {"accuracy": 0.9, "n": 1000, "latency_ms": 2.0, "auc": 0.8, "loss": [{"step": k, "value": 1 / k} for k in range(1, 20)]}
    c = compare(first, *({**first, "accuracy": 0.9 - k / 50, "auc": 0.8 + k / 50, "latency_ms": 2.0 + k} for k in range(20)))
    above, _, below = c._repr_html_().partition("How to read this")
    (legend,) = re.findall(r"<div[^>]*>(better, worse: .*?)</div>", above)
    assert "<br>" not in legend
    assert len(legend) < 180
    for said in ("percentage points", "percent of the baseline", "which way is better"):
        assert said in below
        assert said not in above


def test_a_curve_takes_no_more_room_than_a_number_and_is_said_to_be_one():
    curve = [{"step": k, "value": 1 / k} for k in range(1, 13)]
    text = text_of(compare({"loss": curve}, {"loss": curve[:4]}))
    assert "▇▃▂▂▁▁ 0.0833" in text
    assert "loss: a list of numbers, its course as bars, then its last number" in text


def test_the_legend_says_what_the_counts_below_versions_leave_out():
    told = "below a version: how many of its cells are so; costs and = are not counted"
    assert told in text_of(compare({"auc": 0.9}, {"auc": 0.8}))
    assert told not in text_of(compare({"latency_ms": 9}, {"latency_ms": 8}))


def test_the_legend_says_how_many_cells_would_pass_by_chance():
    metrics = {f"t{task}_accuracy": 0.9 for task in range(40)}
    c = Comparison([make(f"0.{place}.0", {**metrics, "t0_accuracy": 0.9 - place / 1000, "n": 1000}) for place in range(20)], only="all")
    assert (
        "If nothing differed, chance would call about 38 of these 760 better or worse on average if compared alone (95 % each)."
        in text_of(c)
    )


def test_an_unknown_direction_has_no_verdict():
    text = text_of(compare({"ks": 0.4}, {"ks": 0.5}))
    assert "0.5 +0.1 " in text
    assert "The direction of ks is unknown" in text
    assert "best" not in text
    assert "ks unknown" in text


def test_where_a_direction_comes_from_is_said():
    c = compare({"cer": 0.1, "rtf": 1.0}, {"cer": 0.2, "rtf": 2.0}, directions={"rtf": "max"})
    assert "directions rtf max (told) cer min (inferred)" in text_of(c)


def test_there_is_no_percent_of_zero():
    assert "0.5 +50.0 ?" in text_of(compare({"cer": 0}, {"cer": 0.5}))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        ("0.91", "0.91†"),
        ("92.3%", "92.3%"),
        (True, "✓ true"),
        (False, "✗ false"),
        ([0.3, 0.2], "2 values ≠ changed"),
        ([{"step": 1, "value": 0.3}, {"step": 2, "value": 0.2}], "▇▁ 0.2"),
        ([[1, 2, 3], [4, 5, 6]], "2×3 matrix"),
        ([{"a": 1}], '[{"a": 1}]'),
        (2**53 + 1, str(2**53 + 1)),
    ],
)
def test_every_state_reads_differently(value, shown):
    assert shown in text_of(compare({"m": 0.5, "x": 1}, {"m": value, "x": 1}))


def test_a_missing_value_says_how_it_is_missing():
    text = text_of(compare({"m": 0.5, "x": 1}, {"x": 1}, {}))
    assert "absent - gone" in text
    assert "no metrics - gone" in text


def test_the_changed_words_of_a_description_are_marked():
    versions = [make("0.1.0", VersionDescription="trained on 2023 data"), make("0.2.0", VersionDescription="trained on 2024 data")]
    assert "trained on [-2023-] {+2024+} data" in text_of(Comparison(versions))


def test_rows_are_grouped_under_headings():
    versions = [
        make(f"0.{n}.0", {"cer": n / 10}, Labels=[{"Key": "env", "Value": str(n)}], TrainingSpec={"lr": n}, Uri=f"oss://{n}")
        for n in range(2)
    ]
    text = text_of(Comparison(versions))
    assert text.index("Metrics") < text.index("Labels") < text.index("Training spec") < text.index("Other")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.found |= {name for name, _ in attrs if name.startswith("on")}


def test_no_hostile_document_breaks_out_of_the_table():
    for item in CORPUS:
        versions = [
            make("0.1.0", Metrics={"acc": 0.5}),
            ModelVersion.from_document({"VersionName": "0.2.0", FIELD_OF[item["kind"]]: item["doc"]}, "model-a"),
        ]
        c = Comparison(versions, only="all")
        tags = Tags()
        tags.feed(c.to_html())
        dangerous = {"script", "img", "iframe", "svg", "object", "embed", "link", "base", "form", "input", "math"}
        assert not tags.found & dangerous, item["id"]
        assert not [name for name in tags.found if name.startswith("on")], item["id"]
        c.to_markdown().encode("utf-8", "surrogatepass")
    assert "\x1b" not in str(c)
    assert c.explain("zh").sentences


values = st.floats(allow_nan=False)


@given(st.lists(values, min_size=1, max_size=6))
def test_distinct_values_read_differently_and_each_has_three_digits_or_is_exact(numbers):
    form = choose_format(numbers)
    texts = {form.value(number): number + 0.0 for number in numbers}
    assert len(texts) == len({number + 0.0 for number in numbers})


@given(st.lists(st.floats(0.001, 1000), min_size=2, max_size=2))
def test_a_difference_never_reads_as_none(numbers):
    before, after = numbers
    form = choose_format(numbers)
    assert (float(form.delta(after - before)) == 0) == (after == before)
    percent = 100 * (after - before) / before
    text = format_percent(percent)
    assert (float(text.strip("× %")) == 0) == (percent == 0)
    assert len(re.sub(r"\D", "", text.partition("e")[0]).strip("0")) <= 3
    if abs(percent + 99.95) > 1e-9:  # at the very edge, rounding decides
        assert text.startswith("×") == (percent >= 900 or percent < -99.95)


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ([0.9123, 0.9149], ["0.912", "0.915"]),
        ([0.175, 0.181, 0.16], ["0.175", "0.181", "0.160"]),
        ([0.91230001, 0.91230002], ["0.91230001", "0.91230002"]),
        ([0.1, 0.1 + 2**-55], ["0.1", "0.10000000000000003"]),
        ([540, 1319], ["540", "1319"]),
        ([1234567.891], ["1234568"]),
        ([1e21, 2e21], ["1e+21", "2e+21"]),
        ([0.0, 0.00001234], ["0", "1.23e-05"]),
        ([5e-324], ["4.94e-324"]),
    ],
)
def test_rows_have_as_few_digits_as_tell_them_apart(numbers, texts):
    form = choose_format(numbers)
    assert [form.value(number) for number in numbers] == texts


def test_metrics_within_the_tolerance_are_not_called_equal():
    values = [{"accuracy": 0.9, "f1": 0.5, "loss": 0.2}, {"accuracy": 0.895, "f1": 0.6, "loss": 0.2}]
    within = compare({"accuracy": 0.9}, {"accuracy": 0.895}, baseline="first", tolerance=0.01)
    assert "The metrics differ by no more than the tolerance (0.01)." in str(within)
    assert "1 row hidden, within the tolerance;" in text_of(within)
    one = compare(*values, baseline="first", tolerance={"accuracy": "1pp"})
    assert "2 rows hidden, identical or within the tolerance; only='all' shows them." in text_of(one)
    assert "tolerance: accuracy 1pp" in text_of(one)
    assert "= same" not in text_of(one)
    assert "2 rows left out, identical or within the tolerance<br>tolerance: accuracy 1pp" in one.to_markdown()
    every = text_of(compare(*values, baseline="first", only="all", tolerance=0.01))
    assert "= same, or within the tolerance (0.01)" in every
    assert "tolerance" not in text_of(compare(*values, baseline="first", only="all"))
    assert "The metrics do not differ." in str(compare({"accuracy": 0.9}, {"accuracy": 0.9}, baseline="first"))


def test_addresses_that_end_alike_are_as_long_as_tells_them_apart():
    alike = ["oss://bucket/digits/shifted/", "oss://bucket/wine/shifted/", "oss://other/wine/shifted/"]
    assert list(short_datasets(alike).values()) == ["…/digits/shifted/", "oss://bucket/wine/shifted/", "oss://other/wine/shifted/"]
    assert short_datasets(["a-name-that-is-long/"]) == {"a-name-that-is-long/": "a-name-that-is-long/"}


def test_a_row_in_which_every_version_may_be_the_best_has_no_star():
    near = [{"accuracy": value, "n": 100} for value in (0.8, 0.81, 0.82, 0.83)]
    c = compare(*near, baseline="first")
    assert c.leaders(c["accuracy"]).is_tie
    for text in (str(c), c.to_html(), c._repr_mimebundle_()["text/markdown"]):
        assert not re.search("[☆★]|a star|>best<", text)
    apart = compare(*near, {"accuracy": 0.2, "n": 100}, baseline="first")
    assert str(apart).count("☆ 0.8") == 4
    assert "no star" not in text_of(apart)
    both = compare(*({**each, "f1": place / 10} for place, each in enumerate(near)), baseline="first")
    assert "☆ best as measured, or not told apart from it · row without a star: any may be the best" in text_of(both)
    assert "☆" in str(compare(*near, {"accuracy": 0.8}, baseline="first"))  # whose interval is not known


def test_the_column_of_the_best_says_all_of_a_row_in_which_every_version_may_be():
    told = [{"accuracy": 0.8 + n / 1000, "top5_accuracy": 0.1 + n / 10, "n": 1000} for n in range(5)]
    assert re.search(r"accuracy ↑ pp [0-9.]+ all ", text_of(compare(*told, baseline="first")))
    # of no row a version is the best: then there is no column
    assert not re.search("pp [0-9.]+ all ", text_of(compare(*({**each, "top5_accuracy": 0.1} for each in told), baseline="first")))


def test_the_legend_of_stars_stands_where_stars_are():
    told = [results(**{f"d_{name}": {f"m{k}": 0.5 + n / 10 for k in range(14)} for name in "abc"}) for n in range(4)]
    html = Comparison([make(f"0.{n}.0", each) for n, each in enumerate(told)], directions={"m*": "max"})._repr_html_()
    above, _, below = html.partition("Rows of each line")
    assert "☆" not in above
    assert "☆ best as measured" in below


def test_fills_are_seen_in_light_and_dark_pages_and_text_on_them_is_read():
    css = (Path(__file__).parents[2] / "pai_notebook" / "display" / "comparison.css").read_text("utf-8")
    fills = re.findall(r"td:has\(>(?:b|strong)[.f23]*\){background:#(\w{4})}", css)
    assert len(fills) == 6

    def luminance(colour):
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    def contrast(one, other):
        low, high = sorted(luminance(colour) for colour in (one, other))
        return (high + 0.05) / (low + 0.05)

    for ground, ink in ((1.0, 0x21 / 255), (0x11 / 255, 0xDD / 255), (0x1E / 255, 0xD4 / 255)):
        for fill in fills:
            *colour, share = (int(digit, 16) / 15 for digit in fill)
            filled = [share * part + (1 - share) * ground for part in colour]
            assert contrast(filled, [ground] * 3) >= 1.3
            assert contrast(filled, [ink] * 3) >= 4.5


def test_rows_without_a_dataset_are_told_from_those_of_the_same_metric_that_have_one(tmp_path):
    def version(nth, *, nowhere):
        results = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"accuracy": 0.8 + nth / 100}}]
        metrics = {"accuracy": 0.9 + nth / 1000, "bleu": 0.5 + nth / 100} if nowhere else {}
        return {"VersionName": f"1.{nth}.0", "Metrics": {"Results": results, **metrics}}

    c = VersionSet.from_documents([version(nth, nowhere=nth > 10) for nth in range(14)], "model-a").compare("1.0.0")
    said = c.report(tmp_path / "r.html", charts=False).read_text("utf-8")
    assert "Nothing in these versions: accuracy (no dataset), bleu." in said


def test_of_rows_that_are_told_together_only_what_is_beyond_chance_is_coloured():
    names = [f"s{nth}" for nth in range(15)]

    def metrics(wer, accuracy):
        others = [{f"{name}_wer": wer + each / 100 for name in names} for each in range(3)]
        return results(**{f"d_{each}": {**others[each], "accuracy": accuracy[each], "n": 5000} for each in range(3)})

    shown = compare(metrics(0.2, (0.5, 0.5, 0.5)), metrics(0.3, (0.9, 0.1, 0.501))).to_html().replace("\u00a0", " ").replace("<wbr>", "")
    lines = {name: re.search(rf"<tr><th[^>]*>{name} .*?(?=<tr|</tbody)", shown)[0] for name in ("accuracy", "s3_wer")}
    assert re.findall("<(var|cite|strong|b)>(.*?)<", lines["accuracy"]) == [("var", "1 better,"), ("cite", "1 worse,")]
    assert "<small>1 ≈</small>" in lines["accuracy"]
    assert re.findall("<(var|cite|strong|b)>", lines["s3_wer"]) == []
    assert "3 ?" in lines["s3_wer"]


def test_of_many_versions_those_better_alone_stand_before_the_worse():
    right = [900, 700, 760, 880, 905, 930, 900, 901, 902]
    c = compare(*({"accuracy": each / 1000, "n": 1000} for each in right))
    assert "better if compared alone: accuracy (+3.0 pp)" in text_of(c.verdict)
    assert heads_of(c) == ["0.1.0", "0.6.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.7.0", "0.8.0", "0.9.0"]


def test_a_line_of_several_datasets_is_filled_only_where_all_of_it_is_better():
    def measured(*accuracies):
        others = dict.fromkeys((f"m{nth}" for nth in range(14)), 0.5 + accuracies[-1] / 100)
        found = zip(("d_a", "d_b", "d_c"), accuracies, strict=True)
        return results(**{dataset: {**others, "accuracy": value, "n": 5000} for dataset, value in found})

    shown = compare(measured(0.5, 0.5, 0.5), measured(0.7, 0.501, 0.501), measured(0.7, 0.7, 0.7)).to_html()
    line = re.search(r"<tr><th[^>]*>(?:<wbr>|\w)*accuracy.*?(?=<tr|</tbody)", shown)[0]
    partly, whole = line.replace("\u00a0", " ").split("<td")[-2:]
    assert "<var>1 better,</var> <small>2 ≈</small>" in partly
    assert "<strong" not in partly
    assert "3 better" in whole
    assert "<strong" in whole


def test_rankings_trade_offs_and_gates_say_which_versions_are_rejected_as_the_verdict_does():
    versions = [
        make("0.1.0", {"accuracy": 0.8, "latency_ms": 9}),
        make("0.2.0", {"accuracy": 0.9, "latency_ms": 5}, ApprovalStatus="Rejected"),
    ]
    c = Comparison(versions, baseline="first")
    shown = (c.rank("accuracy"), c.best("accuracy"), c.pareto(["accuracy", "latency_ms"]), c.check("accuracy >= baseline"))
    for each in shown:
        assert "0.2.0 (Rejected)" in text_of(each)
        assert "0.1.0 (Rejected)" not in text_of(each)
    assert (c.rank("accuracy")[0].version, c.best("accuracy").version) == ("0.2.0", "0.2.0")
    assert c.check("accuracy >= baseline").checks[0].version == "0.2.0"


def test_a_comparison_of_versions_without_a_model_has_a_title_without_blanks():
    versions = [make("a", {"f1": 0.1}, model=""), make("b", {"f1": 0.2}, model="")]
    assert text_of(Comparison(versions, baseline="first")).startswith("Comparison · 1 version against a")


def test_that_a_version_is_rejected_stands_beside_its_name_and_makes_no_head_higher():
    versions = [make("0.1.0", {"f1": 0.8}), make("0.2.0", {"f1": 0.9}, ApprovalStatus="Rejected"), make("0.3.0", {"f1": 0.7})]
    heads = re.findall(
        r'<th scope="col"[^>]*>(0\.\d\.0.*?)(?=<th|$)', Comparison(versions, baseline="first").to_html().partition("</thead>")[0]
    )
    assert [head.count("<br>") for head in heads] == [1, 1, 1]
    assert [re.sub("<.*?>", "", head.partition("<br>")[0]) for head in heads] == ["0.1.0", "0.2.0 ✗ Rejected", "0.3.0"]


def test_the_best_of_a_row_says_that_it_is_rejected():
    versions = [make(f"0.{nth}.0", {"f1": nth / 10}, ApprovalStatus="Rejected" if nth == 4 else "Pending") for nth in range(1, 5)]
    text = str(Comparison(versions, baseline="first")).replace("\u00a0", " ")
    assert "☆ 0.4.0 ✗" in text
    assert "0.4.0 ✗ Rejected" in text


def test_one_word_that_changed_in_a_long_setting_is_what_its_cell_shows():
    prompt = "\n".join(f"{number}. answer with care for names, dates and units" for number in range(80))
    changed = prompt.replace("61. answer", "61. reply")
    c = Comparison(
        [make("0.1.0", {"cer": 0.1}, TrainingSpec={"prompt": prompt}), make("0.2.0", {"cer": 0.2}, TrainingSpec={"prompt": changed})],
        baseline="0.1.0",
    )
    assert re.search(r"<del[^>]*>answer</del><ins[^>]*>reply</ins>", c.to_html())
    assert all(part in str(c) for part in ("[-answer-]", "{+reply+}"))


def test_of_more_than_seven_versions_the_best_of_a_row_has_its_value_beside_its_name():
    told = [{"accuracy": 0.8 + place / 50, "n": 5000} for place in range(8)]
    values = [re.findall('<small class="f2">([^<]*)<', compare(*told[-count:], baseline="first").to_html()) for count in (7, 8)]
    assert values == [[], ["0.940"]]


def test_a_gate_says_of_a_version_that_passed_that_it_is_rejected_and_may_not_go_live():
    versions = [make(f"0.{nth}.0", {"f1": nth / 10}, ApprovalStatus="Rejected" if nth > 1 else "Pending") for nth in (1, 2, 3)]
    said = [Comparison(versions, baseline="first").check(rule).remarks for rule in ("f1 > 0.1", "f1 > 0.25", "f1 > 0.5")]
    assert said == [("Rejected, may not go live: 0.2.0, 0.3.0.",), ("Rejected, may not go live: 0.3.0.",), ()]
