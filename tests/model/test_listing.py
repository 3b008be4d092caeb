"""A list of versions stays one line a version, and says what it leaves out."""

import math
import re

from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.display import render_html, render_text
from pai_notebook.model.list_view import METRICS, _columns, describe_versions, differing_metrics
from pai_notebook.model.models_view import describe_models
from pai_notebook.model.version import ModelVersion


def version(number, value, labels=0):
    pairs = [{"Key": f"k{n}", "Value": "v"} for n in range(labels)]
    return ModelVersion.from_document({"VersionName": f"0.{number}.0", "Metrics": {"cer": value}, "Labels": pairs})


def test_bars_stand_where_they_can_be_told_apart():
    alike, apart = (describe_versions([version(1, 0.95), version(2, value)]) for value in (0.97, 0.5))
    assert "linear-gradient" not in render_html(alike)
    assert render_html(apart).count("linear-gradient") == 2


def listed(*versions):
    return render_text(describe_versions(versions), width=200)


def test_numbers_have_four_significant_digits_or_what_tells_them_apart_and_the_note_says_so():
    text = listed(version(1, 0.123456), version(2, 1234567))
    assert "0.1235" in text
    assert "1234567" in text
    assert "numbers rounded; to_frame() has all" in text


def test_an_infinite_value_is_never_the_best():
    values = 0.5, float("inf"), 0.6
    measured = [ModelVersion.from_document({"VersionName": f"0.{n}.0", "Metrics": {"accuracy": x}}, "m") for n, x in enumerate(values)]
    text = str(pnb.VersionSet(measured))
    assert "☆ 0.6" in text
    assert "☆ ∞" not in text
    assert "☆" not in str(pnb.VersionSet(measured[:2]))


def test_nothing_is_said_of_digits_where_all_are_shown():
    assert "rounded" not in listed(version(1, 0.1235), version(2, 3))


def test_models_are_listed_by_name_and_their_ids_stand_last():
    documents = [{"ModelId": "model-a", "ModelName": "digits", "LatestVersion": {"VersionName": "1.0.0"}}, {"ModelId": "model-b"}]
    text = render_text(describe_models([pnb.Model.from_document(document) for document in documents]), width=200)
    assert [" ".join(line.split()) for line in text.splitlines()[1:2] + text.splitlines()[3:]] == [
        "name latest version approval task modified labels model ID",
        "digits 1.0.0 ○ no approval status unknown model-a",
        "no name no version yet unknown model-b",
    ]


def head(text):
    return text.split("─")[0].splitlines()[-1].split()


def test_four_labels_have_a_column_each_and_the_others_are_counted():
    text = listed(version(1, 0.1, labels=7))
    assert head(text)[-4:] == ["k0", "k1", "k2", "k3"]
    assert "4 of 7 labels; to_frame() has all" in text
    assert "labels;" not in listed(version(1, 0.1, labels=4))


def labelled(number, **labels):
    pairs = [{"Key": key, "Value": value} for key, value in labels.items()]
    return ModelVersion.from_document({"VersionName": f"0.{number}.0", "Labels": pairs}, "model-a")


def test_labels_that_all_versions_have_are_said_once_above_the_table():
    text = listed(labelled(1, team="nlp", env="prod"), labelled(2, env="test", team="nlp"))
    assert text.splitlines()[0] == "model-a: 2 versions, all with team=nlp"
    assert head(text)[-1] == "env"
    assert text.count("nlp") == 1


def test_a_label_that_some_versions_lack_or_that_has_two_values_is_not_common():
    twice = ModelVersion.from_document(
        {"VersionName": "0.3.0", "Labels": [{"Key": "env", "Value": "prod"}, {"Key": "env", "Value": "test"}]}, "model-a"
    )
    text = listed(labelled(1, team="nlp", env="prod"), labelled(2, team="nlp", env="prod"), twice)
    assert "all with" not in text
    assert head(text)[-2:] == ["env", "team"]
    assert "prod, test" in text


def test_a_cell_stands_in_one_line_unless_it_is_long():
    short, long = version(1, 0.1, labels=4), ModelVersion({"Labels": [{"Key": "k", "Value": "v" * 100}]})
    assert "max-width" not in render_html(describe_versions([short])).split("<tbody")[1]
    assert "max-width" in render_html(describe_versions([long])).split("<tbody")[1]


def measured(number, **metrics):
    results = [{"Dataset": {"DatasetId": dataset.replace("_", "-")}, "Metrics": values} for dataset, values in metrics.items()]
    return ModelVersion.from_document({"VersionName": f"0.{number}.0", "Metrics": {"Results": results}}, "model-a")


@given(st.permutations(range(6)), st.integers(2, 6))
def test_the_columns_and_their_order_are_the_same_whichever_versions_are_listed(order, count):
    every = [measured(n, d_b={"f1": 0.1 * n, "accuracy": 0.1 * n, "n": n}, d_a={"f1": 0.1 * n, "accuracy": 0.15 * n}) for n in range(1, 7)]
    text = listed(*(every[place] for place in order[:count]))
    assert text.split("─")[0].splitlines()[-2].split() == ["accuracy", "f1"]
    assert head(text)[-5:] == ["d-a", "d-b", "d-a", "d-b", "created"]


def test_numbers_of_examples_and_errors_are_no_columns():
    assert differing_metrics([measured(n, d_a={"accuracy": n / 10, "n": n, "accuracy_stderr": n / 100}) for n in (1, 2)]) == [
        ("accuracy", "d-a")
    ]


def test_the_best_of_a_column_is_marked_where_its_direction_is_known():
    docs = [{"VersionName": f"0.{n}.0", "Metrics": {"accuracy": 0.8 + n / 100, "cer": 0.2 + n / 100, "ks": n / 10}} for n in (1, 2)]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    text = str(vs)
    assert [line.count("☆") for line in text.splitlines()[3:5]] == [1, 1]
    assert "☆ 0.82" in text
    assert "☆ 0.21" in text
    assert "☆ best as measured" in text
    assert "☆" not in str(vs[:1])
    assert vs._repr_html_().count("font-weight:700") == 2


def test_a_list_marks_the_best_as_measured_as_a_table_does():
    vs = pnb.VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": {"accuracy": n / 10}} for n in range(5, 8)], "model-a")
    for shown in (vs, vs.compare("first")):
        assert re.search(r"☆ 0\.7\b", str(shown))


def test_every_version_that_shares_the_best_of_a_column_is_marked():
    docs = [{"VersionName": f"0.{n}.0", "Metrics": {"accuracy": 0.5 if n == 9 else 0.9}} for n in range(10)]
    for count in (4, 10):
        text = str(pnb.VersionSet.from_documents(docs[-count:], "model-a"))
        assert text.count("☆ 0.9") == count - 1
        assert "☆ best as measured, all that are equal" in text
    assert "☆ best as measured, all" not in str(pnb.VersionSet.from_documents(docs[-2:], "model-a"))


def test_what_a_version_costs_is_a_column_only_where_there_is_room():
    names = ["latency_ms", "perplexity", "train_loss", "accuracy"]
    versions = [measured(n, d_a={name: n / 4 if name == "accuracy" else 10 * n for name in names}) for n in (1, 2)]
    assert [path for path, _ in differing_metrics(versions)] == ["accuracy", "perplexity", "latency_ms", "train_loss"]


def test_a_metric_on_many_datasets_leaves_room_for_others():
    text = listed(*(measured(n, **{f"d_{key}": {"accuracy": n / 10, "f1": n / 10} for key in "abcdef"}) for n in (1, 2)))
    assert text.split("─")[0].splitlines()[-2].split() == ["accuracy", "f1"]
    assert "5 of 12 metric columns" in text


def test_a_metric_stated_twice_shows_both_values_as_the_card_does():
    twice = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": acc}} for acc in (0.8, 0.9)]
    once = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": 0.7}}]
    docs = [{"VersionName": name, "Metrics": {"Results": found}} for name, found in (("1.0.0", twice), ("1.1.0", once))]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    for text in (render_text(vs._describe(), width=200), render_text(vs[0]._describe(), width=200)):
        assert "0.8" in text
        assert "0.9" in text


def test_a_list_shows_the_metric_it_is_sorted_by_and_versions_without_it_stand_last():
    documents = [
        {
            "VersionName": f"0.{n}.0",
            "Metrics": {f"share{place}": (n + place) / 20 for place in range(6)} | ({"wait_ms": 9 - n} if n != 2 else {}),
        }
        for n in range(4)
    ]
    vs = pnb.VersionSet.from_documents(documents, "model-a")
    assert "wait_ms" not in str(vs)
    found = vs.sort_values("wait_ms")
    assert [v.version_name for v in found] == ["0.3.0", "0.1.0", "0.0.0", "0.2.0"]
    text = render_text(found._describe(), width=200)
    assert "wait_ms" in text
    assert "absent" in text.split("0.2.0")[1]
    assert "wait_ms" in str(found[1:])
    assert "wait_ms" in str(vs.filter("share0 > 0 and wait_ms < 9"))


def test_no_sentence_of_a_list_is_cut():
    with pnb.connect("demo", default=False) as registry:
        shown = registry.get_versions("手写数字识别")._repr_mimebundle_()
    assert [
        kind for kind, text in shown.items() if "more characters" in text or "highest by name is 2.5.0" not in text.replace("\n", " ")
    ] == []


def columns_of(text):
    """Names of the versions that have a row, and the rows with a star."""
    rows = [each for each in text.splitlines() if re.match(r"\d+\.\d+\.\d+\b", each)]
    return [each.split()[0] for each in rows], [each for each in rows if "☆" in each]


def test_a_long_list_has_rows_of_the_newest_and_of_the_best_of_each_column():
    def made(n):
        day = f"2026-01-{30 - n if n > 4 else 30:02d}T00:00:00Z"  # the highest names are not the newest
        metrics = {"accuracy": 0.9 if n == 28 else n / 100, "f1": 0.8 if n == 27 else 0.5, "recall": 0.7 if n == 3 else 0.6}
        return {"VersionName": f"0.{n}.0", "GmtCreateTime": day, "Metrics": metrics}

    vs = pnb.VersionSet.from_documents([made(n) for n in range(30)], "model-a")
    text = render_text(vs._describe(), width=200)
    names, starred = columns_of(text)
    assert text.splitlines()[0] == "model-a: 20 of 30 versions"
    assert names == [f"0.{n}.0" for n in (*range(18), 27, 28)]
    assert [line.split()[0] for line in starred] == ["0.3.0", "0.27.0", "0.28.0"]
    assert "the newest, and the best of each column; slices like vs[:20], or to_frame(), show the rest" in text
    assert "not shown here" not in text
    assert render_text(vs[:20]._describe(), width=200).splitlines()[0] == "model-a: 20 versions"


def test_all_metric_columns_of_a_list_have_bars_or_none():
    def bars(*metrics):
        documents = [{"VersionName": f"0.{n}.0", "Metrics": each} for n, each in enumerate(metrics)]
        return pnb.VersionSet.from_documents(documents, "model-a")._repr_html_().count("linear-gradient")

    assert bars({"accuracy": 0.97, "f1": 0.2}, {"accuracy": 0.98, "f1": 0.9}) == 4
    assert bars({"accuracy": 0.97, "f1": 0.91}, {"accuracy": 0.98, "f1": 0.9}) == 0
    assert bars({"accuracy": 0.1, "latency_ms": 12}, {"accuracy": 0.9, "latency_ms": 13}) == 0


def test_the_best_of_a_column_is_named_where_its_version_has_no_row():
    docs = [{"VersionName": f"0.{n}.0", "Metrics": {"accuracy": 0.99 if n == 3 else 0.5 + n / 100, "f1": n / 100}} for n in range(30)]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    assert "the best by a metric: vs.sort_values('accuracy', ascending=False)" in " ".join(str(vs).split())
    assert "not shown here" not in str(vs)
    by_f1 = vs.sort_values("f1", ascending=False)
    assert "best of all 30, not shown here: accuracy 0.3.0 (0.99)" in " ".join(str(by_f1).split())
    assert "the best by a metric" not in str(by_f1)
    assert "not shown here" not in str(vs[:20])


def test_each_of_several_models_has_a_metric_of_its_own_in_sight():
    def of_model(name, metric):
        docs = [{"VersionName": f"0.{n}.0", "Metrics": {f"{metric}{k}": n / 10 for k in range(6)}} for n in (1, 5)]
        return list(pnb.VersionSet.from_documents(docs, name))

    text = listed(*of_model("model-a", "accuracy"), *of_model("model-b", "recall"), *of_model("model-c", "zeta"))
    assert {"accuracy0", "recall0", "zeta0"} < set(head(text))
    shown, total, named, more = re.search(
        r"(\d+) of (\d+) metric columns \(others: (.*) and (\d+) more\)", text.replace("\n", " ")
    ).groups()
    assert int(shown) + len(named.split(", ")) + int(more) == int(total) == 18


def test_of_several_models_a_metric_has_the_datasets_of_each_and_what_has_no_column_is_named():
    def of_model(name, datasets):
        docs = [
            {
                "VersionName": f"0.{n}.0",
                "Metrics": {"Results": [{"Dataset": {"DatasetId": d}, "Metrics": {"accuracy": n / 10, "f1": n / 9}} for d in datasets]},
            }
            for n in (1, 5)
        ]
        return list(pnb.VersionSet.from_documents(docs, name))

    text = listed(*of_model("model-a", ["d-a", "d-b", "d-c"]), *of_model("model-b", ["d-x", "d-y", "d-z"]))
    assert {"d-a", "d-b", "d-c", "d-x", "d-y"} <= set(text.split())
    assert "5 of 12 metric columns (others: accuracy@d-z, f1)" in text


def test_a_list_of_groups_shows_what_they_differ_in_and_no_column_that_none_of_them_has():
    docs = [
        {
            "VersionName": f"{lr}.{seed}.0",
            "TrainingSpec": {"HyperParameters": {"lr": lr / 10, "seed": seed}},
            "Metrics": {"accuracy": 0.8 + lr / 100 + seed / 1000},
        }
        for lr in (1, 2)
        for seed in (1, 2, 3)
    ]
    text = str(pnb.VersionSet.from_documents(docs, "model-a").group_repeats())
    assert head(text) == ["version", "lr", "accuracy"]
    assert "±0.001" in text
    assert "approval" not in text


def test_numbers_farther_apart_than_a_float_goes_are_listed():
    assert differing_metrics([measured(1, d_a={"loss": 1.7e308}), measured(2, d_a={"loss": -1.7e308})]) == [("loss", "d-a")]


def test_a_metric_that_is_called_like_a_bound_is_a_column_unless_it_is_one():
    def shown(**metrics):
        return differing_metrics([measured(place, d_a={name: value + place for name, value in metrics.items()}) for place in (1, 2)])

    assert shown(bleu_hi=1.0) == [("bleu_hi", "d-a")]
    assert shown(bleu=1.0, bleu_lo=0.5, bleu_hi=1.5) == [("bleu", "d-a")]


def test_columns_are_chosen_without_a_look_at_all_metrics_for_each_of_them():
    class Counted(list):
        looks = 0

        def __iter__(self):
            self.looks += 1
            return super().__iter__()

    names = Counted((f"m{place}", "d-a") for place in range(1000))
    assert len(_columns(names, [], asked=0)) == METRICS
    assert names.looks < 10


def test_what_is_infinite_goes_last_in_any_order_as_ranks_leave_it_out():
    numbers = [math.inf, 0.5, math.nan, 0.7, -math.inf, 2**60]
    vs = pnb.VersionSet.from_documents([{"VersionName": str(n), "Metrics": {"auc": number}} for n, number in enumerate(numbers)], "model-a")
    assert [v.version_name for v in vs.sort_values("auc", ascending=False)] == ["5", "3", "1", "0", "2", "4"]
    assert [v.version_name for v in vs.sort_values("auc")] == ["1", "3", "5", "0", "2", "4"]
    assert [v.version_name for v in vs.sort_values("auc", na_position="first")] == ["0", "2", "4", "1", "3", "5"]
