"""Python in a browser, simulated: no thread starts, no socket opens, files have no second name, and waiting is the browser's business.

The same cells were run in Pyodide 314 (Python 3.14) in Chromium and under Node, with and without JSPI. Frames were not: its wheels of
pandas are not on package indexes.
"""

import subprocess
import sys
import textwrap

import pytest

_BROWSER = textwrap.dedent("""
    import asyncio, importlib.metadata, os, socket, sys, threading, types, warnings
    import httpx, pandas
    warnings.simplefilter("error")
    loop = asyncio.new_event_loop()

    def refuse(*_, **__):
        raise RuntimeError("can't start new thread")

    def no_socket(*_, **__):
        raise OSError(22, "Invalid argument")

    ffi = types.ModuleType("pyodide.ffi")
    ffi.can_run_sync = lambda: CAN_WAIT
    ffi.run_sync = loop.run_until_complete
    sys.modules |= {"pyodide": types.ModuleType("pyodide"), "pyodide.ffi": ffi}
    threading.Thread.start = refuse
    socket.socket = socket.socketpair = socket.create_connection = no_socket
    del os.link
    sys.platform = "emscripten"

    import pai_notebook as pnb
    from pai_notebook.errors import PaiError

    def told(call):
        try:
            return repr(call())
        except PaiError as error:
            return f"{type(error).__name__}: {error}"
""")
_OFFLINE = textwrap.dedent("""
    vs = pnb.VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)], "model-a")
    c = vs.compare(baseline="first")
    assert "<table" in c._repr_html_() and "cer" in str(c) and "0.1.0" in vs[0]._repr_html_()
    assert pnb.load(vs.save("a.paisnap.json.gz")) == vs
    assert "exists already" in told(lambda: vs.save("a.paisnap.json.gz"))
    assert c.report("a.html").stat().st_size > 1000 and c.to_csv("a.csv").exists()
    assert len(vs.to_frame()) == 2
    registry = pnb.connect("demo")
""")
_CASES = {
    "able to wait": """
        wine = registry.get_versions("wine-cultivar@last:3")
        assert len(wine) == 3 and len(registry.compare("wine-cultivar@last:2").rows) > 5
        assert len(registry.list_models()) == 9 and len(list(registry.search_versions("accuracy@d-wineholdout0001 > 0.9"))) > 0
        assert "are as they were" in str(registry.drift(wine))
        assert told(lambda: registry.get_version("wine-cultivar", "9.9.9")).startswith("VersionNotFound: ")
        refused = "ConfigurationError: this process cannot start another thread. Python in a browser has no threads."
        assert told(lambda: pnb.Explorer(registry)) == refused
        with pnb.connect(region="cn-hangzhou", credentials=("id", "secret"), default=False) as real:
            assert told(real.list_models).startswith("ConfigurationError: Python in a browser cannot reach a registry")
        registry.close()
        assert told(lambda: registry.list_models()).startswith("ConfigurationError: this registry was closed")
    """,
    "unable to wait": """
        for call in (registry.list_models, lambda: registry.compare("wine-cultivar@last:2"), lambda: pnb.get_version("model-a@latest")):
            assert told(call).startswith("ConfigurationError: Python in this browser cannot wait for an answer"), told(call)
        registry.close()
        with pnb.connect(region="cn-hangzhou", credentials=("id", "secret"), default=False) as real:
            assert told(real.list_models).startswith("ConfigurationError: Python in a browser cannot reach a registry")
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("case", _CASES)
def test_in_a_browser_everything_offline_works_and_fetching_works_or_says_why_not(case, tmp_path):
    code = _BROWSER.replace("CAN_WAIT", str(case == "able to wait")) + _OFFLINE + textwrap.dedent(_CASES[case])
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.returncode == 0
