import math

import pytest

from pai_notebook.comparison import Comparison
from pai_notebook.errors import ComparisonError, ConfigurationError
from tests.compare.comparing import compare, make, results


def test_best_tells_the_value_the_runner_up_the_margin_and_why():
    best = compare({"cer": 0.2}, {"cer": 0.15}, {"cer": 0.1}).best("cer")
    assert (best.version, best.value, best.runner_up, best.runner_up_value) == ("0.3.0", 0.1, "0.2.0", 0.15)
    assert best.margin == pytest.approx(0.05)
    assert best.words == "lower is better (inferred: from 'cer')"
    assert "★ best" in repr(best)


def test_a_tie_names_everybody_in_it():
    best = compare({"cer": 0.1}, {"cer": 0.2}, {"cer": 0.1}).best("cer")
    assert (best.version, best.ties, best.margin, best.runner_up) == ("0.1.0", ("0.3.0",), 0.0, "0.3.0")


def test_a_mode_beats_the_inferred_direction():
    assert compare({"cer": 0.1}, {"cer": 0.2}).best("cer", "max").version == "0.2.0"
    assert compare({"cer": 0.1}, {"cer": 0.2}).best("cer", mode=True).version == "0.2.0"


def test_an_unknown_direction_without_a_mode_names_the_argument():
    with pytest.raises(ComparisonError, match=r"which way ks is better.*mode='max' or mode='min', or directions=\{'ks': 'max'\}"):
        compare({"ks": 0.4}, {"ks": 0.5}).best("ks")


def test_an_unknown_metric_names_the_nearest():
    with pytest.raises(ComparisonError, match=r"no version has a metric 'acuracy'.*Nearest is accuracy"):
        compare({"accuracy": 0.4}, {"accuracy": 0.5}).best("acuracy")


def test_text_cannot_be_ranked_and_the_error_shows_it():
    with pytest.raises(ComparisonError, match=r"grade has no number to rank: text in 3 of 3 versions \('A', 'B\+'\)"):
        compare({"grade": "A"}, {"grade": "B+"}, {"grade": "A"}).best("grade", "max")


def test_a_metric_of_several_datasets_must_say_which():
    c = compare(results(d_a={"cer": 0.1}, d_b={"cer": 0.2}), results(d_a={"cer": 0.2}, d_b={"cer": 0.1}))
    with pytest.raises(ComparisonError, match=r"measured on 2 datasets.*cer@d-a, cer@d-b"):
        c.best("cer")
    assert c.best("cer@d-a").version == "0.1.0"
    assert c.best("cer", dataset="d-b").version == "0.2.0"
    assert c.best("metrics.cer@d-b").version == "0.2.0"
    with pytest.raises(ComparisonError, match=r"not measured on dataset 'd-c'.*'d-a' and 'd-b'"):
        c.best("cer", dataset="d-c")


def test_every_version_lacking_the_metric_is_an_error():
    with pytest.raises(ComparisonError, match="no version has a metric 'cer'"):
        compare({}, None).best("cer")


def test_versions_without_a_number_are_listed_and_never_placed():
    ranking = compare({"cer": 0.2}, {"cer": None}, {"cer": math.nan}, {"cer": "good"}, {"wer": 1.0}, {}).rank("cer")
    assert [(entry.rank, entry.version) for entry in ranking] == [(1, "0.1.0")]
    assert ranking.unranked == (("0.2.0", "null"), ("0.3.0", "NaN"), ("0.4.0", "text"), ("0.5.0", "absent"), ("0.6.0", "no metrics"))
    assert "Not ranked: 0.2.0 (null)" in repr(ranking).replace("\n", " ")


def test_numeric_text_and_the_last_point_of_a_series_are_ranked():
    ranking = compare({"cer": "0.15"}, {"cer": [0.5, 0.1]}, {"cer": 0.2}).rank("cer")
    assert [(entry.version, entry.value) for entry in ranking] == [("0.2.0", 0.1), ("0.1.0", 0.15), ("0.3.0", 0.2)]


def test_infinite_values_rank_by_order():
    ranking = compare({"loss": math.inf}, {"loss": 1.0}, {"loss": -math.inf}).rank("loss")
    assert [entry.version for entry in ranking] == ["0.3.0", "0.2.0", "0.1.0"]
    assert "the best value is infinite" in compare({"loss": -math.inf}, {"loss": 1.0}).best("loss").notes


def test_equal_values_share_a_rank_and_the_next_rank_counts_them():
    ranking = compare({"cer": 0.2}, {"cer": 0.1}, {"cer": 0.2}, {"cer": 0.3}).rank("cer")
    assert [(entry.rank, entry.version) for entry in ranking] == [(1, "0.2.0"), (2, "0.1.0"), (2, "0.3.0"), (4, "0.4.0")]


def test_values_within_the_tolerance_share_a_rank():
    ranking = compare({"cer": 0.100}, {"cer": 0.102}, {"cer": 0.2}, tolerance=0.005).rank("cer")
    assert [entry.rank for entry in ranking] == [1, 1, 3]
    assert compare({"cer": 0.100}, {"cer": 0.102}, tolerance=0.005).best("cer").ties == ("0.2.0",)


def test_a_ranking_is_a_sequence_and_a_frame():
    ranking = compare({"cer": 0.2}, {"cer": 0.1}, {}).rank("cer")
    assert len(ranking.head(1)) == 1
    assert ranking[0].behind == 0
    assert ranking[0].delta == -0.1
    frame = ranking.to_frame()
    assert frame["version"].tolist() == ["0.2.0", "0.1.0", "0.3.0"]
    assert frame.dtypes.astype(str).to_dict() == {
        "rank": "Int64",
        "version": "string",
        "value": "float64",
        "delta": "float64",
        "behind": "float64",
        "state": "string",
    }


def test_the_best_of_many_is_partly_luck_and_best_says_how_much():
    many = [make(f"0.{number}.0", {"accuracy": 0.9 + number / 1000, "n": 1000}) for number in range(10)]
    assert "about 0.014 even if all were equally good" in " ".join(Comparison(many).best("accuracy").notes)
    assert "how much cannot be told" in " ".join(Comparison([make(f"0.{n}.0", {"auc": n / 10}) for n in range(5)]).best("auc").notes)
    assert compare({"auc": 0.1}, {"auc": 0.2}).best("auc").notes == ()


def test_best_says_whether_its_lead_could_be_chance():
    close = compare({"accuracy": 0.900, "n": 1000}, {"accuracy": 0.910, "n": 1000}).best("accuracy")
    assert close.notes[0].startswith("The lead over 0.1.0 could be chance: 95 % interval -0.0158 to +0.0359")
    clear = compare({"accuracy": 0.900}, {"accuracy": 0.910}, n=100_000).best("accuracy")
    assert clear.notes[0].startswith("The lead over 0.1.0 is beyond chance")


def test_pareto_keeps_what_nobody_beats_in_everything():
    front = compare(
        {"cer": 0.10, "rtf": 0.30},
        {"cer": 0.20, "rtf": 0.10},
        {"cer": 0.20, "rtf": 0.40},
        {"cer": 0.15, "rtf": 0.20},
        {"cer": 0.12},
    ).pareto(["cer", "rtf"])
    assert front.versions == ("0.1.0", "0.4.0", "0.2.0")
    assert front.dominated == {"0.3.0": "0.1.0"}
    assert front.unranked == ("0.5.0",)
    assert front.steps == ("0.4.0 buys -0.1 rtf for +0.05 cer", "0.2.0 buys -0.1 rtf for +0.05 cer")
    assert "0.4.0 buys -0.1 rtf for +0.05 cer" in repr(front)


def test_pareto_of_mixed_directions_and_equal_points():
    front = compare({"accuracy": 0.9, "rtf": 0.1}, {"accuracy": 0.9, "rtf": 0.1}, {"accuracy": 0.8, "rtf": 0.2}).pareto(["accuracy", "rtf"])
    assert front.versions == ("0.1.0", "0.2.0")
    assert front.steps == ("0.2.0 is equal in all of them",)


def test_pareto_of_an_unknown_direction_needs_a_mode():
    c = compare({"ks": 0.4, "rtf": 0.1}, {"ks": 0.5, "rtf": 0.2})
    with pytest.raises(ComparisonError, match="which way ks is better"):
        c.pareto(["ks", "rtf"])
    assert c.pareto(["ks", "rtf"], modes={"ks": "max"}).versions == ("0.2.0", "0.1.0")


@pytest.mark.parametrize("metrics", ["cer", []])
def test_pareto_of_no_metrics_is_an_error(metrics):
    with pytest.raises(ConfigurationError, match="needs metrics to trade off"):
        compare({"cer": 0.1}, {"cer": 0.2}).pareto(metrics)
