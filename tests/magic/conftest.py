import pytest

from pai_notebook.registry import connection
from tests.magic.shells import opened, run


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(connection, "_default", None)
    with opened() as shell:
        yield shell


@pytest.fixture
def demo(shell):
    run(shell, "%paimodel connect demo;")
    return shell
