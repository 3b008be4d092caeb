"""``python -m pai_notebook.demo``: the embedded registry on a loopback port, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from pai_notebook.demo.handler import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from pai_notebook.demo.server import Server, serve

if TYPE_CHECKING:
    from collections.abc import Sequence

# Seconds of one wait: an unlimited one cannot be interrupted on Windows.
_STEP = 0.5


def greeting(server: Server) -> str:
    """Write what a shell may eval: three variables, which `connect()` reads, and their export; everything else is a comment."""
    # in the background of a script Ctrl-C is ignored
    end = f"kill {os.getpid()}" if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else "Ctrl-C"
    return (
        f"# pai_notebook's demo registry listens on {server.url} ({end} ends it)\n"
        f"PAI_ENDPOINT={server.url}\n"
        f"ALIBABA_CLOUD_ACCESS_KEY_ID={ACCESS_KEY_ID}\n"
        f"ALIBABA_CLOUD_ACCESS_KEY_SECRET={ACCESS_KEY_SECRET}\n"
        "export PAI_ENDPOINT ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET\n"
    )


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pai_notebook.demo", description="Serve the embedded registry on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0, the default, takes a free one")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="milliseconds to wait before every answer")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; give the exit status."""
    arguments = _arguments(words)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with serve(arguments.port, latency=arguments.latency_ms / 1000) as server:
            if trouble := _print(greeting(server)):
                return _complain(trouble)
            while not threading.Event().wait(_STEP):
                pass
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError) as error:
        return _complain(f"cannot listen on port {arguments.port}: {error}")
    return 0


def _print(text: str) -> str:
    """Write to the standard output, where there is one, and return what went wrong."""
    try:
        if sys.stdout is not None:
            sys.stdout.write(text)
            sys.stdout.flush()
    except (OSError, ValueError) as error:
        return f"cannot print the address: {error}"
    return ""


def _complain(text: str) -> int:
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
