"""What loading costs, beside the vendor's client, in one run: `python -m tests.bench.load`.

Every figure is the median of fresh processes: milliseconds that `%load_ext pai_notebook` adds to an IPython that is already
running, and that importing the vendor's generated client takes.
"""

import os
import statistics
import subprocess
import sys

from tests.bench.figures import Figures

REPEAT = 7
SHELL = "from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell()"
CASES = {
    "import pai_notebook": ("pass", "import pai_notebook"),
    "%load_ext pai_notebook in a warm IPython": (SHELL, "shell.run_line_magic('load_ext', 'pai_notebook')"),
    "import the vendor's client": ("pass", "import alibabacloud_aiworkspace20210204.client"),
}
HEAVY = ("pandas", "httpx", "ipywidgets", "alibabacloud_credentials", "jinja2")


def measure(before: str, what: str) -> tuple[float, list[str]]:
    """Milliseconds of one statement in a fresh process, and the heavy modules it left loaded."""
    code = f"import sys, time\n{before}\nt = time.perf_counter()\n{what}\nprint((time.perf_counter() - t) * 1000)\n"
    code += f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=installed())
    took, loaded = ran.stdout.split("\n")[:2]
    return float(took), loaded.split()


def installed() -> dict[str, str]:
    """The environment of processes that find compiled modules, as those of an installed package do."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    """Print the table."""
    figures, medians = Figures(), {}
    for name, (before, what) in CASES.items():
        measure(before, what)  # what is not compiled yet is compiled
        runs = [measure(before, what) for _ in range(REPEAT)]
        medians[name] = statistics.median(took for took, _ in runs)
        heavy = ", ".join(runs[0][1]) or "none"
        figures.say(f"{name:45s} {medians[name]:8.1f} ms   heavy modules loaded: {heavy}", {f"{name}, ms": medians[name]})
    ours, theirs = medians["%load_ext pai_notebook in a warm IPython"], medians["import the vendor's client"]
    figures.tell("the vendor's client takes so many times as long", theirs / ours)
    figures.finish()


if __name__ == "__main__":
    main()
