"""The apps of the page of how-tos, run by Streamlit and FastAPI without a browser."""

import importlib.util
import re
from pathlib import Path

import pytest

from tests.patience import PATIENCE

DOCS = Path(__file__).parents[1] / "docs"
PAGE, CHINESE = DOCS / "howto.md", DOCS / "zh" / "howto.md"


def needs(package):
    return pytest.mark.skipif(importlib.util.find_spec(package) is None, reason=f"needs {package}, of the extra docs")


def code_with(text, page=PAGE):
    return next(block for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL) if text in block)


@needs("streamlit")
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_app_for_streamlit_shows_what_is_chosen(tmp_path):
    from streamlit.testing.v1 import AppTest

    path = tmp_path / "app.py"
    path.write_text(code_with("import streamlit"), "utf-8")
    app = AppTest.from_file(str(path), default_timeout=5 * PATIENCE).run()
    for model, count, shown in (("wine-cultivar", 3, "against"), ("wine-cultivar", 1, "accuracy"), ("tiny-char-lm", 2, "perplexity")):
        app.selectbox[0].select(model)
        app.slider[0].set_value(count).run()
        assert not app.exception
        assert shown in app.get("html")[0].proto.body
        assert len(app.dataframe[0].value) == count


@needs("fastapi")
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("howto", [PAGE, CHINESE], ids=["en", "zh"])
def test_the_app_for_fastapi_answers_requests(howto):
    from fastapi.testclient import TestClient

    names = {"__name__": "app"}
    exec(compile(code_with("from fastapi", howto), str(howto), "exec"), names)
    client = TestClient(names["app"])
    page = client.get("/compare/wine-cultivar")
    assert page.headers["content-type"].startswith("text/html")
    assert "<table" in page.text
    assert "accuracy" in page.text
    passed = [client.get("/gate/wine-cultivar", params={"rule": rule}).json()["passed"] for rule in ("accuracy >= 0.5", "accuracy >= 2")]
    assert passed == [True, False]
    missing = client.get("/compare/no-such-model")
    assert (missing.status_code, "no-such-model" in missing.text) == (404, True)
    # what a caller mistypes is told, and is no fault of the server
    for path, typo in (
        ("/compare/wine-cultivar", {"versions": "last5"}),
        ("/compare/wine-cultivar", {"versions": "last:x"}),
        ("/gate/wine-cultivar", {"rule": "accuracy >= 98 %%"}),
    ):
        refused = client.get(path, params=typo)
        assert 400 <= refused.status_code < 500, typo
        assert refused.json()["detail"]
    names["registry"].close()
