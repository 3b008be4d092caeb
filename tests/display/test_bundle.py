"""What a notebook gets from an object that describes itself."""

import pytest
from IPython.core.formatters import DisplayFormatter

from pai_notebook.display import Displayed, Note, mimebundle, render_html, render_markdown, render_text


class Answer(Displayed):
    def _describe(self):
        return Note("42 <b>")


def test_the_bundle_has_all_three_from_one_description():
    note = Note("42 <b>")
    assert Answer()._repr_mimebundle_() == {
        "text/html": render_html(note),
        "text/markdown": render_markdown(note),
        "text/plain": render_text(note),
    }
    assert Answer()._repr_html_() == Answer().to_html() == render_html(note)
    assert str(Answer()) == render_text(note) == "42 <b>"


@pytest.mark.parametrize(
    ("include", "exclude", "kinds"),
    [
        (None, None, {"text/html", "text/markdown", "text/plain"}),
        ({"text/plain"}, None, {"text/plain"}),
        (None, {"text/html"}, {"text/markdown", "text/plain"}),
        ({"image/png"}, None, set()),
    ],
)
def test_only_what_is_asked_for_is_rendered(include, exclude, kinds):
    assert set(mimebundle(Note("x"), include, exclude)) == kinds


def test_ipython_takes_the_bundle():
    data, metadata = DisplayFormatter().format(Answer())
    assert set(data) == {"text/html", "text/markdown", "text/plain"}
    assert data["text/plain"] == "42 <b>"
    assert metadata == {}


def test_a_class_that_does_not_describe_itself_says_so():
    with pytest.raises(TypeError, match="Displayed does not say how it looks"):
        str(Displayed())
