"""Explorers, comparisons and registries are freed when they are closed or dropped; `tests/bench/life.py` prints figures for 1,000."""

import copy
import gc
import pickle
from types import SimpleNamespace

import pytest
from ipywidgets.widgets.widget import _instances

import pai_notebook as pnb
from pai_notebook.display.static_copy import VIEW
from pai_notebook.explorer import close_all
from tests.bench.life import KINDS, MODEL, explorer_of_a_set_closed, lived
from tests.patience import eventually

COUNT = 6
# of one kind as many as a user makes in a week, so that what grows slowly is seen too
MANY = {explorer_of_a_set_closed: 50}


@pytest.fixture(scope="module")
def registry():
    with pnb.connect("demo", default=False) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_nothing_of_it_is_left(make, registry):
    count = MANY.get(make, COUNT)
    before, after, alive = lived(make, count, registry, registry.list_versions(MODEL, last=3))
    assert alive == 0
    assert after["widgets"] <= before["widgets"]
    assert after["threads"] <= before["threads"]
    assert (after["descriptors"] or 0) <= (before["descriptors"] or 0)
    # a widget has about 100 objects, an explorer more than 100 widgets
    assert after["objects"] - before["objects"] < 100 * count


def test_an_explorer_on_show_without_a_name_goes_on_until_it_is_closed(registry, monkeypatch):
    shown = []
    monkeypatch.setattr("pai_notebook.explorer.view.get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle))
    pnb.Explorer(registry)._ipython_display_()
    view = shown[0][VIEW]["model_id"]
    gc.collect()
    root = _instances[view]
    choice = next(child for child in root.children if type(child).__name__ == "_Combobox")
    eventually(lambda: len(choice.options) > 1)
    close_all()
    assert view not in _instances


@pytest.mark.parametrize("travel", [copy.copy, copy.deepcopy, pickle.dumps])
def test_an_explorer_is_not_copied_and_says_what_to_use_instead(registry, travel):
    explorer = pnb.Explorer(registry.list_versions(MODEL, last=3))
    with pytest.raises(pnb.errors.ConfigurationError, match=r"neither pickled nor copied.*\.selected"):
        travel(explorer)
    explorer.close()
