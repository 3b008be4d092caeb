"""Real kernels of several ipykernel versions; a version that is not installed is put into an overlay by pip."""

import importlib.metadata
import subprocess
import sys

import pytest

from tests.explorer.registry_gate import gated
from tests.kernel.kernels import Kernel

VERSIONS = ["6.29.5", "7.0.1", "7.3.0", "installed"]


def pytest_collection_modifyitems(items):
    for item in items:
        if "/tests/kernel/" in item.path.as_posix():
            item.add_marker(pytest.mark.kernel)
            # a shell of its own on the version that is installed is tried each time
            if any(version in item.name for version in VERSIONS[:-1]) or "installed-main shell" in item.name:
                item.add_marker(pytest.mark.slow)
    # a front-end can have a shell of its own from ipykernel 7 on; the main shell is tried on the oldest version and on the one installed
    left_out = {("6.29.5", "own shell"), ("7.0.1", "main shell"), ("7.3.0", "main shell")}
    items[:] = [item for item in items if not any(version in item.name and shell in item.name for version, shell in left_out)]


def overlay(cache, version):
    """A folder with this ipykernel, None for the installed one."""
    if version in ("installed", importlib.metadata.version("ipykernel")):
        return None
    folder = cache.mkdir("ipykernel") / version
    if not (folder / "ipykernel").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
        done = subprocess.run([*command, f"ipykernel=={version}", "nest_asyncio"], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"ipykernel {version} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def any_kernel(request, tmp_path_factory):
    """One kernel of each version, kept for all tests of a module."""
    with Kernel(tmp_path_factory.mktemp("home"), overlay(request.config.cache, request.param)) as started:
        yield started


@pytest.fixture(scope="module")
def registry():
    """The embedded registry over HTTP, behind a gate that can hold requests."""
    with gated() as gate:
        yield gate


@pytest.fixture
def kernel(any_kernel, registry):
    """A kernel in which `ex` is an explorer whose models are listed; afterwards everything must be gone."""
    before = any_kernel.value("len(__import__('comm').get_comm_manager().comms)")
    any_kernel.run(f"import pai_notebook as pnb\nregistry = {registry.connect}\nex = pnb.Explorer(registry)\nex.wait()")
    any_kernel.learn()
    any_kernel.drain()
    registry.requests.clear()
    registry.aborted.clear()
    yield any_kernel
    registry.release()
    any_kernel.close_subshell()
    any_kernel.run("ex.close()\nregistry.close()")
    assert any_kernel.value("len(__import__('comm').get_comm_manager().comms)") == before
    assert "pai-loop" not in any_kernel.value("[t.name for t in __import__('threading').enumerate()]")
