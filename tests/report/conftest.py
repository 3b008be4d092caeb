import pytest

from pai_notebook.versions.versions import VersionSet

DIGITS = "model-rbvg5wfo5d0gngz1b8"


@pytest.fixture(scope="session")
def digits(everything):
    """The versions of the embedded model of digits."""
    return VersionSet([version for version in everything if version.model_id == DIGITS])
