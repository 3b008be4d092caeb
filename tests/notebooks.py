"""Run the notebooks from top to bottom: `python -m tests.notebooks [--write] [NAME...]`.

Every cell must run and none may leave an error output; `--write` stores the outputs, with volatile metadata removed, so
that what is committed is what a run printed.
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1] / "notebooks"
LARGEST = 500_000


def run(path: Path) -> nbformat.NotebookNode:
    """Execute one notebook in a fresh kernel, in its own folder."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=5 * PATIENCE, startup_timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            errors = [output for output in cell.outputs if output.output_type == "error"]
            assert not errors, f"{path.name}, cell {index}: {errors[0].ename}"
            assert cell.execution_count, f"{path.name}, cell {index} did not run"
    return notebook


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Remove what changes from run to run without meaning."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def main() -> int:
    """Run what the command line names, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    paths = [ROOT / f"{name}.ipynb" for name in arguments.names] or sorted(ROOT.glob("*.ipynb"))
    for path in paths:
        notebook = run(path)
        if arguments.write:
            tidy(notebook)
            nbformat.write(notebook, path)
        size = path.stat().st_size
        assert size < LARGEST, f"{path.name} has {size:,} bytes"
        print(f"{path.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells ran, {size:,} bytes stored")
    return 0


if __name__ == "__main__":
    sys.exit(main())
