import pytest

import pai_notebook as pnb


@pytest.fixture(scope="module")
def registry():
    with pnb.connect("demo", default=False) as registry:
        yield registry


@pytest.fixture
def watched():
    """Makes registries that count their requests."""
    from tests.registry.test_registry import Watched

    made = []

    def make(versions, **options):
        made.append(Watched(versions, **options))
        return made[-1]

    yield make
    for each in made:
        each.registry.close()
