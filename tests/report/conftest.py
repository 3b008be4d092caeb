import bz2
import json
from importlib import resources

import pytest

from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet


@pytest.fixture(scope="session")
def everything():
    """Every version of the embedded registry."""
    held = json.loads(bz2.decompress(resources.files("pai_notebook.demo").joinpath("registry.json.bz2").read_bytes()))["versions"]
    return VersionSet(ModelVersion.from_document(document, model) for model in held for document in held[model])
