"""``python -m pai_notebook.demo``: the embedded registry on a loopback port, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import threading
from typing import TYPE_CHECKING

from pai_notebook.demo.handler import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from pai_notebook.demo.server import Server, serve

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["greeting", "main"]


def greeting(server: Server) -> str:
    """Write what a shell may eval: three variables and their export; everything else is a comment."""
    return (
        f"# pai_notebook's demo registry listens on {server.url} (Ctrl-C ends it)\n"
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
    """Serve until Ctrl-C; give the exit status."""
    arguments = _arguments(words)
    try:
        with serve(arguments.port, latency=arguments.latency_ms / 1000) as server:
            sys.stdout.write(greeting(server))
            sys.stdout.flush()
            threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"cannot listen on port {arguments.port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
