"""How long a test waits at most, said in one place. A run that passes does not wait: conditions are looked at until they hold."""

import inspect
import threading
import time

PATIENCE = 120.0
"""Seconds for what must happen, however busy the machine is."""
MILLISECONDS = 1000 * PATIENCE
"""The same for a browser's driver."""
UNHURRIED = {"connect_timeout": 5 * PATIENCE, "attempt_timeout": 5 * PATIENCE, "deadline": 5 * PATIENCE}
"""Limits of a client that gives nothing up within a test, so that what ends sooner was ended by what is tested."""


def eventually(condition, patience=PATIENCE):
    """Wait until a condition holds, and return what it gave."""
    end = time.monotonic() + patience
    while not (result := condition()):
        assert time.monotonic() < end, f"it did not happen within {patience} s: {inspect.getsource(condition).strip()}"
        time.sleep(0.01)
    return result


def ended(work):
    """Run something that must come to its end by itself, in a thread, and return what it gave."""
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(work()), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), f"it did not end within {PATIENCE} s"
    return outcome[0]
