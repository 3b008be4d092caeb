import bz2
import json
from importlib import resources

import pytest


@pytest.fixture(scope="session")
def bundled():
    packed = resources.files("pai_notebook.demo").joinpath("registry.json.bz2").read_bytes()
    return json.loads(bz2.decompress(packed))
