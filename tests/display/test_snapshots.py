"""Every kind as it is, to be opened in a browser or an editor and judged: `pytest --snapshot-update` after a wanted change."""

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from pai_notebook.display import render_html, render_markdown, render_text
from tests.display.shape_samples import SAMPLES

RENDERERS = {"html": render_html, "md": render_markdown, "txt": lambda shape: render_text(shape, 100)}


class Snapshot(SingleFileSnapshotExtension):
    """A text file for each kind and rendering."""

    _write_mode = write_mode = WriteMode.TEXT  # syrupy 5 renamed it


EXTENSIONS = {suffix: type(f"{suffix}Snapshot", (Snapshot,), {"_file_extension": suffix, "file_extension": suffix}) for suffix in RENDERERS}


CASES = {f"{name}-{suffix}".replace(" ", "-"): (name, suffix) for name in SAMPLES if name != "stress" for suffix in RENDERERS}


@pytest.mark.parametrize("case", CASES)
def test_look(snapshot, case):
    name, suffix = CASES[case]
    document = RENDERERS[suffix](SAMPLES[name]) + "\n"
    if suffix == "html":
        document = f'<!doctype html><meta charset="utf-8"><title>{name}</title>\n{document}'
    assert document == snapshot(extension_class=EXTENSIONS[suffix])
