"""A pytest plugin that looks for secrets in everything the suite lets out.

Secrets are learnt as the suite uses them: every key, token and bearer token that signs, every signature made. They are looked for in

- what any logger says at DEBUG, without touching how logging is set up;
- every error of the package as it is made, and the exceptions that `pytest.raises` or a report saw, with their causes, notes and the
  variables of their frames, as IPython shows them;
- the reprs of what lives in `client/`, which is where keys are;
- what is rendered as HTML, Markdown or text, what IPython displays, and what kernels answer;
- what tests print, and the files they leave, in their folders and in `notebooks/`.

A run that finds one fails and says which test let it out, and where. `ON_PURPOSE` names what holds a key for a reason.
"""

import base64
import functools
import logging
import re
import sys
import traceback
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

import pai_notebook

ROOT = Path(__file__).parents[1]
TESTS = str(ROOT / "tests")
PACKAGE = str(Path(pai_notebook.__file__).parent)
SHORTEST = 12
"""Shorter test secrets such as `secret` are ordinary words."""
MOST = 20
"""Secrets kept of one test; properties make up thousands."""
FRAMES = 20
"""Frames looked through at each end of a long traceback."""
LARGEST = 8 * 2**20
"""Bytes of a file that is looked through."""
ON_PURPOSE = {
    r"^[\w-]+: .* file (config\.json|credentials\.ini|mine\.ini|helper\.py)$": "profiles and a helper, written for the chain to read",
    r"function that raises one of ours\]: .* the text of an error": "the test's function makes it",
    r"^home\d+: .* file history\.sqlite": "IPython's history of a kernel, in which a test has typed the demo's key",
    r"test_no_door_\w+\[\w+-(echo with status 200|secret [a-z ]+)\]: .* the text of an error": "as it is made, before it is masked",
}
"""Patterns over a leak as it is told, each with the reason why it is none."""
SAID_BY_TESTS = {"execute_input", "execute_request", "complete_request", "inspect_request"}
HEX = re.compile(rb"[0-9a-f]{64}")
SIGNED = re.compile(rb"Signature=[0-9a-f]{64}")


@dataclass(frozen=True)
class Leak:
    """Which test let something out, where, and the beginning of what."""

    test: str
    channel: str
    what: str

    def __str__(self):
        return f"{self.test}: {self.what} in {self.channel}"


def needles(secret: str) -> tuple[bytes, ...]:
    """What of a secret survives JSON, URLs and HTML: its longest plain run; and the secret in base64."""
    plain = max(re.findall(r"[A-Za-z0-9_-]+", secret) or [""], key=len)
    encoded = base64.b64encode(secret.encode()).rstrip(b"=")[:-1]
    return tuple(needle for needle in (plain.encode(), encoded) if len(needle) >= SHORTEST - 2)


class Known:
    """The secrets of the suite so far."""

    def __init__(self):
        self.needles: dict[bytes, str] = {}
        self.signatures: set[bytes] = set()
        self.of_test: Counter = Counter()
        self.signed = False

    def add(self, secret: str, test: str) -> None:
        if len(secret) >= SHORTEST and self.of_test[test] < MOST:
            fresh = {needle: f"the secret {secret[:3]}..." for needle in needles(secret) if needle not in self.needles}
            self.of_test[test] += bool(fresh)
            self.needles.update(fresh)

    def add_signature(self, signature: str) -> None:
        self.signatures.add(signature.encode())
        self.signed = True

    def found_in(self, data: bytes) -> set[str]:
        """Names of what `data` gives away."""
        found = {name for needle, name in self.needles.items() if needle in data}
        if SIGNED.search(data) or (self.signed and not self.signatures.isdisjoint(HEX.findall(data))):
            found.add("a signature")
        return found


def shown(error: BaseException) -> str:
    """An exception as a notebook may show it: texts, fields, notes, causes, and the variables of its frames outside the tests."""
    parts, seen, held = [], set(), {}
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts += [str(error), repr(error), *getattr(error, "__notes__", ()), *map(str, vars(error).values())]
        frames = [frame for frame, _ in traceback.walk_tb(from_the_package(error.__traceback__))]
        # a recursion holds the same in each frame, one level deeper: its ends are enough
        for frame in frames if len(frames) <= 2 * FRAMES else frames[:FRAMES] + frames[-FRAMES:]:
            if not frame.f_code.co_filename.startswith(TESTS):
                # what is handed on from frame to frame is the same object, and shown once
                held.update((id(value), value) for value in frame.f_locals.values())
        error = error.__cause__ or error.__context__
    return "\n".join([*parts, *map(safely, held.values())])


def from_the_package(trace):
    """The frames from the first of the package on: the caller's own may hold what the caller knows."""
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
        trace = trace.tb_next
    return trace


def kinds_in(package: str) -> list[type]:
    """Classes of a package that say themselves how they are shown."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith(package)]
    kinds = {value for module in modules for value in vars(module).values() if isinstance(value, type) and "__repr__" in vars(value)}
    return sorted((kind for kind in kinds if kind.__module__.startswith(package)), key=lambda kind: kind.__qualname__)


def safely(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a value that cannot be shown shows nothing
        return ""


class Sweep:
    """The plugin; one for each process of a run."""

    def __init__(self, config: pytest.Config):
        self.config = config
        self.known = Known()
        self.leaks: list[Leak] = []
        self.test = "before the first test"
        self._texts: list[tuple[str, str]] = []
        self._undo: list = []
        self._heard: list = []

    # what is listened to

    def pytest_configure(self):
        """Put ears on the doors."""
        from IPython.core.formatters import DisplayFormatter

        from pai_notebook import display
        from pai_notebook.client import credentials, signing
        from pai_notebook.demo import ACCESS_KEY_SECRET
        from pai_notebook.display import bundle, html, markdown, text
        from pai_notebook.errors import PaiError

        self.known.add(ACCESS_KEY_SECRET, "")
        made = credentials.Credentials.__init__
        self._replace(credentials.Credentials, "__init__", lambda original: self._learning(made))
        self._replace(signing, "authorization", self._noting_signatures)
        self._replace(PaiError, "__init__", self._making)
        for kind in kinds_in("pai_notebook.client"):
            self._replace(kind, "__repr__", lambda original, kind=kind: self._showing(f"the repr of {kind.__name__}", original))
        self._replace(logging.Logger, "isEnabledFor", lambda original: lambda logger, level: True)
        self._replace(logging.Logger, "callHandlers", self._hearing)
        self._replace(DisplayFormatter, "format", lambda original: self._showing("what IPython displays", original))
        for module, name in ((html, "render_html"), (markdown, "render_markdown"), (text, "render_text")):
            original = getattr(module, name)
            wrapped = self._showing(f"a result of {name}", original)
            for place in (module, display, bundle):
                if getattr(place, name, None) is original:
                    self._replace(place, name, lambda _, wrapped=wrapped: wrapped)
            for kind, render in bundle._RENDERERS.items():
                if render is original:
                    bundle._RENDERERS[kind] = wrapped
                    self._undo.append(functools.partial(bundle._RENDERERS.__setitem__, kind, original))
        self._replace(type(pytest.raises(ZeroDivisionError)), "__exit__", self._catching)

    def pytest_unconfigure(self):
        """Take the ears off again."""
        while self._undo:
            self._undo.pop()()

    def _replace(self, owner, name, make) -> None:
        original = getattr(owner, name)
        setattr(owner, name, make(original))
        self._undo.append(functools.partial(setattr, owner, name, original))

    def _learning(self, original):
        @functools.wraps(original)
        def init(key, *args, **kwargs):
            original(key, *args, **kwargs)
            for secret in (key.access_key_secret, key.security_token, key.bearer_token):
                if isinstance(secret, str):
                    self.known.add(secret, self.test)

        return init

    def _making(self, original):
        @functools.wraps(original)
        def init(error, *args, **kwargs):
            original(error, *args, **kwargs)
            self.hear("the text of an error", str(error))

        return init

    def _noting_signatures(self, original):
        @functools.wraps(original)
        def authorization(*args, **kwargs):
            value = original(*args, **kwargs)
            self.known.add_signature(value.rpartition("=")[2])
            return value

        return authorization

    def _hearing(self, original):
        def call_handlers(logger, record):
            said = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                said += shown(record.exc_info[1])
            self.hear(f"a record of the logger {record.name}", f"{said} {record.args}")
            if record.levelno >= logger.getEffectiveLevel() and record.levelno > logger.manager.disable:
                original(logger, record)

        return call_handlers

    def _showing(self, channel, original):
        @functools.wraps(original)
        def show(*args, **kwargs):
            value = original(*args, **kwargs)
            self.hear(channel, str(value))
            return value

        return show

    def _catching(self, original):
        @functools.wraps(original)
        def leave(context, kind, error, trace):
            if error is not None:
                self.hear("an exception", shown(error))
            return original(context, kind, error, trace)

        return leave

    def _listen_to_kernels(self) -> None:
        """Hear the messages of kernels, once a test has loaded what receives them."""
        session = getattr(sys.modules.get("jupyter_client.session"), "Session", None)
        if session is None or session.deserialize in self._heard:
            return
        original = session.deserialize

        @functools.wraps(original)
        def deserialize(*args, **kwargs):
            message = original(*args, **kwargs)
            if message["msg_type"] not in SAID_BY_TESTS:
                self.hear(f"a message {message['msg_type']} of a kernel", str(message["content"]))
            return message

        self._replace(session, "deserialize", lambda _: deserialize)
        self._heard.append(deserialize)

    def hear(self, channel: str, text: str) -> None:
        """Keep a text until the test is over."""
        self._texts.append((channel, text))

    # when it is looked through

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.test, self.known.signed = item.nodeid, False
        self._listen_to_kernels()
        try:
            return (yield)
        finally:
            self.look()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if call.excinfo is not None:
            self.hear("an exception", shown(call.excinfo.value))
        if report.when == "teardown":
            for name, text in report.sections:
                self.hear(name, text)
        return report

    def look(self) -> None:
        """Look through what was heard."""
        texts, self._texts = self._texts, []
        whole = "\n".join(text for _, text in texts).encode("utf-8", "surrogatepass")
        if not self.known.found_in(whole):
            return
        for channel, text in texts:
            self._tell(channel, text.encode("utf-8", "surrogatepass"))

    def _tell(self, channel: str, data: bytes, test: str = "") -> None:
        told = [Leak(test or self.test, channel, what) for what in sorted(self.known.found_in(data))]
        self.leaks += [leak for leak in told if not any(re.search(pattern, str(leak)) for pattern in ON_PURPOSE)]

    def look_at_files(self) -> None:
        """Look through what tests have written, and through the notebooks of the repository."""
        self.known.signed = True
        base = self.config._tmp_path_factory._basetemp
        written = [path for path in sorted(base.rglob("*")) if path.is_file() and not path.is_symlink()] if base else []
        for path in written:
            for part in contents(path):
                self._tell(f"the file {path.name}", part, path.relative_to(base).parts[0])
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            self._tell(f"the file {path.name}", path.read_bytes(), "notebooks")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        self.look()
        self.look_at_files()
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["leaks"] = [(leak.test, leak.channel, leak.what) for leak in self.leaks]
        if self.leaks and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        """A process of pytest-xdist hands over what it found."""
        self.leaks += [Leak(*leak) for leak in getattr(node, "workeroutput", {}).get("leaks", ())]

    def pytest_terminal_summary(self, terminalreporter):
        if self.leaks:
            terminalreporter.section("secrets that were let out", red=True, bold=True)
            for leak, count in Counter(self.leaks).most_common():
                terminalreporter.write_line(f"{leak}" + (f" ({count} times)" if count > 1 else ""))


def contents(path: Path):
    """The bytes of a file, and those of its members when it is an archive, as a workbook is."""
    if path.stat().st_size > LARGEST:
        return
    with suppress(OSError):
        yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with suppress(zipfile.BadZipFile, RuntimeError), zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())
