import pytest

from pai_notebook.comparison.evidence import is_share
from pai_notebook.errors import ComparisonError, ConfigurationError
from tests.compare.comparing import compare, results


def test_a_count_beside_the_metric_gives_an_interval():
    evidence = compare(results(d={"accuracy": 0.9, "n": 1000}), results(d={"accuracy": 0.91, "n": 1000})).interval("accuracy", "0.2.0")
    assert (round(evidence.interval.low, 3), round(evidence.interval.high, 3)) == (-0.016, 0.036)
    assert evidence.words == "could be chance"
    assert evidence.reason == "n = 1000 and 1000"


@pytest.mark.parametrize(("n", "words"), [(1000, "could be chance"), (5000, "could be chance"), (10_000, "beyond chance")])
def test_one_point_becomes_visible_at_about_ten_thousand_examples(n, words):
    assert compare({"accuracy": 0.9}, {"accuracy": 0.91}, n=n).interval("accuracy", "0.2.0").words == words


def test_a_count_above_the_metric_is_found_too():
    first, second = {"by": {"a": {"accuracy": 0.9}}, "n": 100}, {"by": {"a": {"accuracy": 0.95}, "n": 80}}
    assert compare(first, second).interval("by.a.accuracy", "0.2.0").reason == "n = 80 and 100"


@pytest.mark.parametrize(
    ("metrics", "metric", "why"),
    [
        ({"accuracy": 0.9}, "accuracy", "the number of examples is not known"),
        ({"f1": 0.9, "n": 100}, "f1", "f1 is no share of examples"),
        ({"accuracy": 91.0, "n": 100}, "accuracy", "the values are not between 0 and 1"),
        ({"accuracy": "good", "n": 100}, "accuracy", "one of the two is no number"),
        ({"accuracy": 0.9, "n": None}, "accuracy", "the number of examples is not known"),
        ({"accuracy": 0.9, "n": 0}, "accuracy", "the number of examples is not known"),
    ],
)
def test_where_the_data_do_not_allow_it_the_answer_is_cannot_tell(metrics, metric, why):
    evidence = compare(metrics, metrics).interval(metric, "0.2.0")
    assert evidence.interval is None
    assert evidence.words == "cannot tell"
    assert evidence.reason.startswith(why)


@pytest.mark.parametrize(
    ("beside", "reason", "low"),
    [
        ({"f1_stderr": 0.003}, "from the stated standard errors", 0.0117),
        ({"f1_std": 0.003}, "from the stated standard deviations, taken as the spread of one run", 0.0117),
        ({"f1_ci": 0.00588}, "from the stated 95 % intervals", 0.0117),
        ({"f1_ci": [0.89412, 0.90588]}, "from the stated 95 % intervals", 0.0117),
    ],
)
def test_a_spread_beside_the_metric_gives_an_interval(beside, reason, low):
    evidence = compare({"f1": 0.90, **beside}, {"f1": 0.92, **beside}).interval("f1", "0.2.0")
    assert evidence.reason == reason
    assert evidence.interval.low == pytest.approx(low, abs=1e-4)
    assert evidence.words == "beyond chance"


def test_a_difference_that_could_be_chance_is_marked_in_the_table():
    def marked(*metrics, **options):
        return "could be chance" in " ".join(repr(compare(*metrics, **options)).split())

    assert marked({"accuracy": 0.9, "n": 1000}, {"accuracy": 0.91, "n": 1000})
    assert not marked({"accuracy": 0.9}, {"accuracy": 0.91})
    assert not marked({"accuracy": 0.9}, {"accuracy": 0.91}, n=100_000)


def test_significance_is_never_claimed():
    assert "significant" not in repr(compare({"accuracy": 0.5}, {"accuracy": 0.9}, n=100_000))


def test_the_interval_of_something_else_is_an_error():
    c = compare({"accuracy": 0.9}, {"accuracy": 0.91})
    with pytest.raises(ConfigurationError, match=r"no version '0\.9\.0'"):
        c.interval("accuracy", "0.9.0")
    with pytest.raises(ConfigurationError, match="level=95 cannot be used"):
        c.interval("accuracy", "0.2.0", level=95)
    with pytest.raises(ComparisonError, match="no version has a metric"):
        c.interval("wer", "0.2.0")


@pytest.mark.parametrize(
    ("name", "share"), [("acc", True), ("top5_accuracy", True), ("word_error_rate", False), ("precision", False), ("macro_accuracy", False)]
)
def test_only_shares_of_examples_get_their_spread_from_n(name, share):
    assert is_share(name) is share
