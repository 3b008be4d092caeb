import pytest

from tests.shell.commands import RULES


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own with files of rules."""
    monkeypatch.chdir(tmp_path)
    for name, text in RULES.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    return tmp_path
