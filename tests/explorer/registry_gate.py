"""The embedded registry on loopback with a gate: requests can be held, counted, and seen to be given up by the client."""

import contextlib
import select
import socket
import threading
from urllib.parse import urlsplit

from pai_notebook import demo
from tests.patience import UNHURRIED


class Gate:
    """A handler that counts requests and, while it is closed, holds those whose path contains a text.

    Attributes
    ----------
    store : Store
        May be changed while it is served.
    requests : list of str
        Targets of all requests, in order of arrival.
    aborted : list of str
        Targets of held requests whose client hung up.
    """

    def __init__(self, store=None):
        self.store = store or demo.Store.bundled()
        self.requests = []
        self.aborted = []
        self.waiting = 0
        self.server = None
        self._handler = demo.Handler(self.store)
        self._held = ""
        self._changed = threading.Condition()

    def hold(self, text):
        """Hold requests whose target contains the text, until `release`."""
        self._held = text

    def release(self):
        with self._changed:
            self._held = ""
            self._changed.notify_all()

    def __call__(self, request):
        self.requests.append(request.target)
        if self._held and self._held in request.target and not self._pass(request.target):
            raise ConnectionAbortedError
        return self._handler.handle(request)

    def _pass(self, target):
        """Wait for the gate to open; False when the client is gone before."""
        connection = next(sock for sock, thread in list(self.server._open.items()) if thread is threading.current_thread())
        with self._changed:
            self.waiting += 1
            try:
                while self._held:
                    if _hung_up(connection):
                        self.aborted.append(target)
                        return False
                    self._changed.wait(0.02)
                return True
            finally:
                self.waiting -= 1

    def paths(self):
        """Paths of all requests, without their queries."""
        return [urlsplit(target).path for target in self.requests]


def _hung_up(connection):
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True


# a request that is held is not to be given up and made again
_PATIENT = ", ".join(f"{name}={seconds}" for name, seconds in UNHURRIED.items())


@contextlib.contextmanager
def gated(store=None, **options):
    """A registry behind a gate, with `.url` and `.connect`, the code that connects a notebook to it."""
    gate = Gate(store)
    with demo.serve(handler=gate, **options) as server:
        gate.server = server
        gate.url = server.url
        server.handle_error = lambda *_: None  # a client that hung up is what is tested
        # by name: a secret that is written out would be saved in the notebooks
        key = "(lambda demo: (demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET))(__import__('importlib').import_module('pai_notebook.demo'))"
        gate.connect = f"pnb.connect(endpoint={server.url!r}, credentials={key}, cache_seconds=0, names=False, {_PATIENT})"
        try:
            yield gate
        finally:
            gate.release()
