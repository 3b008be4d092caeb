"""Comparisons of many metrics: names, cells and differences are built only when they are asked for."""

from unittest.mock import patch

from pai_notebook.model.lookup import MetricColumns
from pai_notebook.model.patterns import Pattern
from pai_notebook.versions.versions import VersionSet


def compared(count=60, **arguments):
    """Two versions, of whose metrics every third differs."""
    values = [{f"m{place}_accuracy": (nth if place % 3 else 5) / 10 for place in range(count)} for nth in (6, 7)]
    documents = [{"VersionName": f"0.{nth}.0", "Metrics": metrics} for nth, metrics in enumerate(values, 1)]
    return VersionSet.from_documents(documents, "model-a").compare("0.1.0", **arguments)


def test_a_verdict_makes_no_names_of_metrics_that_are_the_same_everywhere():
    with patch.object(MetricColumns, "name", autospec=True, side_effect=MetricColumns.name) as named:
        compared().verdict.to_frame()
    assert {call.args[1] for call in named.call_args_list} <= {f"m{place}_accuracy" for place in range(60) if place % 3}


def test_notes_make_no_names_where_no_argument_has_a_pattern():
    with patch.object(MetricColumns, "name", autospec=True, side_effect=MetricColumns.name) as named:
        assert compared().notes == ()
    assert not named.called


def test_notes_still_name_patterns_that_match_nothing():
    assert compared(directions={"cer": "min"}, tolerance={"wer": 0.1}).notes[:2] == (
        "directions: 'cer' matches no metric",
        "tolerance: 'wer' matches no metric",
    )


def test_a_gate_matches_each_rule_with_each_metric_once():
    with patch.object(Pattern, "rank", autospec=True, side_effect=Pattern.rank) as ranked:
        assert compared().check("*_accuracy >= 0").passed
    assert ranked.call_count == 60
