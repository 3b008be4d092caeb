"""Driving real front-ends: a server, a browser, and a notebook page with the few things that tests do to one."""

import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from tests.lazy import Lazy
from tests.patience import MILLISECONDS, PATIENCE

nbformat = Lazy("nbformat")

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT = 1300, 1000
_WIDGET = "window.jupyterapp.shell.currentWidget"
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
_EVIDENCE = """() => ({
  address: location.href,
  focus: document.activeElement?.outerHTML.slice(0, 300),
  kernel: window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status,
  status: [...document.querySelectorAll('.pai-status')].map(each => each.textContent),
  outputs: [...document.querySelectorAll('.jp-OutputArea-output')].map(each => each.innerText.slice(0, 1500)),
  dialogs: [...document.querySelectorAll('.jp-Dialog')].map(each => each.innerText),
})"""
_END_KERNELS = """async () => {
  const kernels = await (await fetch('/api/kernels?token=t')).json();
  await Promise.all(kernels.map(kernel => fetch(`/api/kernels/${kernel.id}?token=t`, {method: 'DELETE'})));
}"""
_OPEN = """async path => {
  const app = window.jupyterapp, panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
  for (const other of [...app.shell.widgets('main')]) if (other !== panel) other.dispose();
  app.shell.activateById(panel.id);
}"""
_LEAVE = """async () => {
  const app = window.jupyterapp;
  for (const panel of [...app.shell.widgets('main')]) {
    if (panel.context) panel.context.model.dirty = false;
    panel.dispose();
  }
  await app.serviceManager.sessions.shutdownAll();
}"""
_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def free_port():
    """A free port below those that the system hands out, so that no connection of anybody takes it before the server does.

    Drawn anew in CI too: two runs that draw the same would meet on it.
    """
    dice = random.SystemRandom()
    while True:
        port = dice.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment(home):
    """The environment of a user who has no settings, no trust database and no keys of their own."""
    kept = {key: value for key, value in os.environ.items() if not re.match("JUPYTER|IPYTHON|ALIBABA|PAI_|REGION", key)}
    folders = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    lab = {name: str(home / name.lower()) for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")}
    return {**kept, **folders, **lab, "HOME": str(home), "NO_PROXY": "*", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


class Server:
    """A Jupyter server with Lab, Notebook 7 and Voila on it."""

    def __init__(self, home):
        self.work = home / "work"
        self.work.mkdir(parents=True)
        for name, settings in _SETTINGS.items():
            path = home / "jupyterlab_settings_dir" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings), "utf-8")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = home / "server.log"
        self.log = self.log_path.open("wb")
        command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=t"]
        command += [f"--ServerApp.root_dir={self.work}", "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"]
        command += ["--JupyterNotebookApp.expose_app_in_browser=True", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        # kernels listen on sockets in a folder, whose path must be short: a free TCP port may be taken before a kernel binds it
        command += ["--LabApp.news_url=None", "--KernelManager.transport=ipc"]
        command += ["--VoilaConfiguration.allow_theme_override=YES"]
        self._runtime = tempfile.TemporaryDirectory(prefix="pai-")
        self.environment = {**environment(home), "JUPYTER_RUNTIME_DIR": self._runtime.name}
        self.process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log, cwd=self.work)
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.logged()
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/api/status?token=t", timeout=2):
                return
            time.sleep(0.2)
        raise AssertionError(self.logged())

    def logged(self):
        """The end of what the server and its kernels have written."""
        return self.log_path.read_text("utf-8", "replace")[-4000:]

    def write(self, name, cells):
        """Write a notebook without outputs; what is not a source text is a notebook already."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]) if isinstance(cells, list) else cells
        notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
        nbformat.write(notebook, self.work / name)
        return name

    def read(self, name):
        return nbformat.read(self.work / name, as_version=4)

    def stop(self):
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        for process in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.log.close()
        self._runtime.cleanup()


class Chromium:
    """One browser with an empty profile; `outside` has every request that would have left this machine.

    JupyterLab is loaded once and opens one notebook after another; a test that failed leaves its page to nobody.
    """

    def __init__(self, executable):
        self._stack = contextlib.ExitStack()
        playwright = self._stack.enter_context(sync_playwright())
        profile = self._stack.enter_context(tempfile.TemporaryDirectory())
        self.context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            args=_ARGUMENTS,
            headless=True,
            viewport={"width": WIDTH, "height": HEIGHT},
            service_workers="block",
        )
        self.context.set_default_timeout(MILLISECONDS)
        self.outside = []
        self.opened = []
        self._lab = None
        self.context.route(re.compile(r"^(https?|wss?)://(?!127\.0\.0\.1[:/]|localhost[:/])"), self._refuse)

    def _refuse(self, route, request):
        self.outside.append(request.url)
        route.abort()

    def open(self, server, name, *, front="lab", dark=False, width=None):
        """Open a notebook in JupyterLab, Notebook 7 or Voila, ready for use."""
        again = front == "lab" and self._lab is not None and not self._lab.page.is_closed()
        notebook = self._lab if again else Notebook(self.context.new_page(), front)
        page = notebook.page
        self.opened.append(notebook)
        page.set_viewport_size({"width": width or WIDTH, "height": HEIGHT})
        if notebook.is_voila:
            page.goto(f"{server.url}/voila/render/{name}?token=t&theme={'dark' if dark else 'light'}", timeout=MILLISECONDS)
            return notebook
        if again:
            notebook.said.clear()
            notebook.evaluate(_OPEN, name)
        else:
            page.goto(f"{server.url}/{f'lab/tree/{name}?token=t&reset' if front == 'lab' else f'notebooks/{name}?token=t'}")
        notebook.ready(name)
        notebook.theme("JupyterLab Dark" if dark else "JupyterLab Light")
        self._lab = notebook if front == "lab" else self._lab
        return notebook

    def close_all(self):
        """Close every page that was opened, also one that did not get ready."""
        while self.opened:
            self.opened.pop().close()

    def stop(self):
        self.context.close()
        self._stack.close()


class Notebook:
    """A notebook in a front-end."""

    def __init__(self, page, front):
        self.page = page
        self.is_voila = front == "voila"
        self.has_failed = False
        self._is_lab = front == "lab"
        self.said = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text[:300]}"))
        page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"[:600]))

    def ready(self, name):
        self.page.wait_for_function(f"name => window.jupyterapp && {_WIDGET}?.sessionContext?.path === name", arg=name)
        self.evaluate(
            f"async () => {{ await window.jupyterapp.restored; const p = {_WIDGET};"
            " await p.revealed; await p.context.ready; await p.sessionContext.ready }"
        )
        self.page.wait_for_function(f"{_WIDGET}.sessionContext.session?.kernel?.status === 'idle'")

    def evaluate(self, function, argument=None):
        """Call a function in the page and wait for its promise, but not for ever."""
        late = f"new Promise((_, fail) => setTimeout(() => fail(new Error('not done within {MILLISECONDS} ms')), {MILLISECONDS}))"
        return self.page.evaluate(f"argument => Promise.race([({function})(argument), {late}])", argument)

    def command(self, name, **arguments):
        return self.evaluate("([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)", [name, arguments])

    def theme(self, name):
        """Change to a theme, and wait until it is there."""
        light = "false" if "Dark" in name else "true"
        self.command("apputils:change-theme", theme=name)
        self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def run(self, index=None):
        """Run one cell, or all, and wait until it is done."""
        if index is None:
            self.command("notebook:run-all-cells")
        else:
            self.page.evaluate(f"index => {{ {_WIDGET}.content.activeCellIndex = index }}", index)
            self.command("notebook:run-cell")
        self.page.wait_for_function(f"{_WIDGET}.sessionContext.session.kernel.status === 'idle'")

    def output(self, index):
        """Everything a cell shows."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-Cell-outputArea")

    def save(self):
        """Save, and return once the file is written."""
        self.evaluate(f"() => {_WIDGET}.context.save()")

    @property
    def is_trusted(self):
        """Whether the outputs of every code cell may do what they like."""
        return self.page.evaluate(f"[...{_WIDGET}.content.model.cells].every(cell => cell.type !== 'code' || cell.trusted)")

    def in_sight(self):
        """Let the notebook be as high as it needs to be, so that everything is laid out and can be checked."""
        height = self.page.evaluate(
            "Math.max(...[...document.querySelectorAll('.jp-Cell')].map(cell => cell.getBoundingClientRect().bottom))"
        )
        self.page.set_viewport_size({"width": self.page.viewport_size["width"], "height": int(height) + 400})

    def evidence(self):
        """What a failure is understood by: what the page shows, what it wrote to its console, and what its kernel is doing."""
        shown = self.page.evaluate(_EVIDENCE)
        return json.dumps(shown, indent=1, ensure_ascii=False) + "\n" + "\n".join(self.said[-30:])

    def close(self):
        """End the kernels and close the page, or in JupyterLab the notebook; Voila would leave its kernel running."""
        left = False
        with contextlib.suppress(Exception):
            self.page.emulate_media(forced_colors="none")
            self.evaluate(_END_KERNELS if self.is_voila else _LEAVE)
            left = True
        if self.has_failed or not left or not self._is_lab:
            self.page.close()
