import bz2
import json
from importlib import resources

import pytest

from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet


@pytest.fixture(scope="session")
def bundled():
    packed = resources.files("pai_notebook.demo").joinpath("registry.json.bz2").read_bytes()
    return json.loads(bz2.decompress(packed))


@pytest.fixture(scope="session")
def everything(bundled):
    """Every version of the embedded registry."""
    return VersionSet(ModelVersion.from_document(document, model) for model, held in bundled["versions"].items() for document in held)
