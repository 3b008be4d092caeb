"""A kernel as a front-end sees it: cells go in, messages come out, clicks and key strokes are comm messages."""

import json
import os
import queue
import re
import signal
import time
from pathlib import Path

from jupyter_client import KernelManager

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


class Ran:
    """What one cell did."""

    def __init__(self, messages, reply):
        self.messages = messages
        self.reply = reply

    def of(self, kind):
        return [message["content"] for message in self.messages if message["msg_type"] == kind]

    @property
    def text(self):
        return "".join(content["text"] for content in self.of("stream"))

    @property
    def error(self):
        return next(iter(self.of("error")), None)

    @property
    def data(self):
        return [content["data"] for content in (*self.of("display_data"), *self.of("execute_result"))]


def _is_idle(message, parent):
    idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
    return idle and message["parent_header"].get("msg_id") == parent


class Kernel:
    """One running kernel.

    Parameters
    ----------
    home : Path
        An empty folder that stands for the home of a user without settings.
    overlay : Path or None
        A folder whose packages come before the installed ones.
    """

    def __init__(self, home, overlay):
        path = os.pathsep.join(str(folder) for folder in (overlay, ROOT) if folder)
        kept = {key: value for key, value in os.environ.items() if not re.match("JUPYTER|IPYTHON|ALIBABA|PAI_|REGION", key)}
        self._environment = {**kept, "PYTHONPATH": path, "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "NO_PROXY": "*"}
        self._environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
        # sockets in a folder of its own: a free TCP port may be taken by somebody else before the kernel binds it
        self.manager = KernelManager(kernel_name="python3", transport="ipc", ip=str(home / "k"), connection_file=str(home / "kernel.json"))
        self._stacks = home / "stacks.txt"
        self._log = (home / "kernel.log").open("w+")
        self.subshell = None
        self.other = []

    def __enter__(self):
        self.manager.start_kernel(env=self._environment, stdout=self._log, stderr=self._log)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.run(f"import faulthandler, signal\nfaulthandler.register(signal.SIGUSR1, open({str(self._stacks)!r}, 'w'))")
        self.version = self.value("__import__('ipykernel').__version__")
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self._log.close()

    def _next(self, receive, awaited):
        """The next message of a channel; when none comes, what the kernel is doing instead."""
        try:
            return receive(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"no message while waiting for {awaited}\n{self.evidence()}") from None

    def evidence(self):
        """What every thread of the kernel is doing, and what it has logged."""
        self.manager.signal_kernel(signal.SIGUSR1)
        time.sleep(0.5)
        log = Path(self._log.name).read_text("utf-8", "replace")[-4000:]
        stacks = self._stacks.read_text("utf-8", "replace") if self._stacks.exists() else "no stacks"
        return f"alive: {self.manager.is_alive()}\n--- stacks\n{stacks[-8000:]}\n--- log\n{log}"

    def send(self, code):
        """Start a cell and return the id of its message."""
        return self.client.execute(code)

    def printed(self, message_id):
        """Wait until a cell has printed something."""
        while True:
            message = self._next(self.client.get_iopub_msg, "a printed line")
            if message["msg_type"] == "stream" and message["parent_header"].get("msg_id") == message_id:
                return message["content"]["text"]

    def next_of(self, kind):
        """Wait for a message of a kind; those before it are left out."""
        while (message := self._next(self.client.get_iopub_msg, f"a message {kind}"))["msg_type"] != kind:
            pass
        return message

    def finish(self, message_id):
        """Wait until a cell is done.

        Messages of other parents are kept in `other`, with updates of displays and widgets, whatever parent they name:
        ipykernel 6 puts what another thread sends under the cell that happens to run.
        """
        messages = []
        while True:
            message = self._next(self.client.get_iopub_msg, "the end of a cell")
            mine = message["parent_header"].get("msg_id") == message_id
            if not mine or message["msg_type"] in ("update_display_data", "comm_msg"):
                self.other.append(message)
            if not mine:
                continue
            messages.append(message)
            if _is_idle(message, message_id):
                break
        while True:
            reply = self._next(self.client.get_shell_msg, "the reply to a cell")
            if reply["parent_header"].get("msg_id") == message_id:
                return Ran(messages, reply["content"])

    def run(self, code, *, fails=False):
        """Run a cell to its end."""
        ran = self.finish(self.send(code))
        assert fails or ran.error is None, "\n".join(ran.error["traceback"])
        return ran

    def value(self, expression):
        """Value of an expression, through JSON."""
        return json.loads(self.run(f"import json as _json; print(_json.dumps({expression}))").text)

    def until(self, expression):
        """Wait until an expression is true, and return its value."""
        deadline = time.monotonic() + PATIENCE
        while not (result := self.value(expression)):
            assert time.monotonic() < deadline, f"{expression} stayed false\n{self.evidence()}"
            time.sleep(0.02)
        return result

    def drain(self):
        """Messages that arrived since the last look and belong to no cell that was waited for."""
        messages, self.other = self.other, []
        while True:
            try:
                messages.append(self.client.get_iopub_msg(timeout=0.3))
            except queue.Empty:
                return messages

    def handled(self, message_id):
        """Wait until the kernel has dealt with a message that is no cell."""
        while not any(_is_idle(message, message_id) for message in self.other):
            self.other.append(self._next(self.client.get_iopub_msg, "the end of a message"))

    def learn(self):
        """Look up the ids of the explorer's controls, which a front-end knows, and a busy kernel cannot tell."""
        names = "{name: control.model_id for name, control in vars(ex._controls).items() if hasattr(control, 'model_id')}"
        self.model_id_of = self.value(names)

    def comm(self, comm_id, data):
        """Send what a front-end sends; on a shell of its own when one was opened, as JupyterLab does."""
        message = self.client.session.msg("comm_msg", {"comm_id": comm_id, "data": data})
        if self.subshell:
            message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def click(self, comm_id):
        return self.comm(comm_id, {"method": "custom", "content": {"event": "click"}})

    def set(self, comm_id, **state):
        return self.comm(comm_id, {"method": "update", "state": state, "buffer_paths": []})

    def open_subshell(self):
        """Ask for a shell of one's own where the kernel has them; returns whether it does."""
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        reply = self._next(self.client.control_channel.get_msg, "a shell of one's own")
        self.subshell = reply["content"].get("subshell_id")
        return self.subshell is not None

    def close_subshell(self):
        """Give the shell of one's own back, where there is one."""
        if self.subshell is not None:
            self.client.control_channel.send(self.client.session.msg("delete_subshell_request", {"subshell_id": self.subshell}))
            self._next(self.client.control_channel.get_msg, "the end of a shell")
            self.subshell = None

    def interrupt(self):
        self.manager.interrupt_kernel()
