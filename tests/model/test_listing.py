"""A list of versions stays one line a version, and says what it leaves out."""

import pai_notebook as pnb
from pai_notebook.display import render_html, render_text
from pai_notebook.model.list_view import describe_versions
from pai_notebook.model.version import ModelVersion


def version(number, value, labels=0):
    pairs = [{"Key": f"k{n}", "Value": "v"} for n in range(labels)]
    return ModelVersion.from_document({"VersionName": f"0.{number}.0", "Metrics": {"cer": value}, "Labels": pairs})


def listed(*versions):
    return render_text(describe_versions(versions), width=200)


def test_numbers_have_four_significant_digits_or_what_tells_them_apart_and_the_note_says_so():
    text = listed(version(1, 0.123456), version(2, 1234567))
    assert "0.1235" in text
    assert "1234567" in text
    assert "numbers rounded; to_frame() has all" in text


def test_nothing_is_said_of_digits_where_all_are_shown():
    assert "rounded" not in listed(version(1, 0.1235), version(2, 3))


def test_four_labels_are_shown_and_the_others_counted():
    text = listed(version(1, 0.1, labels=7))
    assert "k3=v  +3 more" in text
    assert "k4" not in text
    assert "more" not in listed(version(1, 0.1, labels=4))


def test_labels_stand_in_one_line_unless_one_of_them_is_long():
    short, long = version(1, 0.1, labels=4), ModelVersion({"Labels": [{"Key": "k", "Value": "v" * 100}]})
    assert "max-width" not in render_html(describe_versions([short])).split("<tbody")[1]
    assert "max-width" in render_html(describe_versions([long])).split("<tbody")[1]


def test_a_metric_stated_twice_shows_both_values_as_the_card_does():
    twice = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": acc}} for acc in (0.8, 0.9)]
    once = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": 0.7}}]
    docs = [{"VersionName": name, "Metrics": {"Results": found}} for name, found in (("1.0.0", twice), ("1.1.0", once))]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    for text in (render_text(vs._describe(), width=200), render_text(vs[0]._describe(), width=200)):
        assert "0.8" in text
        assert "0.9" in text
