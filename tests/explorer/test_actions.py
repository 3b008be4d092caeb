"""Random clicks on the explorer's controls against a model of a few lines: nothing stale is shown, and no click is lost."""

import random

import pytest

import pai_notebook as pnb
from pai_notebook.explorer import Explorer
from pai_notebook.explorer.listing import each
from tests.explorer.test_state import version

SHELF = {
    "model-a": {"0.1.0": "Approved", "0.2.0": "Pending", "0.10.0": "Pending", "1.0.0": "Rejected"},
    "model-b": {"2.0.0": "Pending", "2.1.0": "Approved"},
}
SEQUENCES, ACTIONS = 50, 12


@pytest.fixture(scope="module")
def shelf():
    return pnb.VersionSet(
        version(name, model, word, cer=0.1 + place / 10)
        for model, names in SHELF.items()
        for place, (name, word) in enumerate(names.items())
    )


class Reader:
    """What a reader who clicks expects to see."""

    def __init__(self):
        self.model, self.picks, self.fetched = "model-a", {}, {model: set(names) for model, names in SHELF.items()}

    def pick(self, names):
        self.picks = {model: kept for model, kept in {**self.picks, self.model: set(names)}.items() if kept}

    def fetch(self, *, quickly=False):
        # the explorer is of a set of two models, whose picks are kept: there a quick pick is followed by others
        self.fetched = self.fetched if quickly else dict(self.picks) or self.fetched


def clicks(explorer, reader, dice):
    """One random action, on the controls and on the model."""
    controls = explorer._controls
    kind = dice.choice(["choose", "pick", "pending", "chip", "sort", "filter", "clear", "fetch", "fetch", "fold", "search", "terms", "tab"])
    here = SHELF[reader.model]
    if kind == "choose":
        reader.model = dice.choice(list(SHELF))
        controls.query.value = reader.model
        explorer.wait()  # nobody picks from a list that is not there yet
    elif kind == "pick":
        controls.text.value = ""
        explorer.wait()
        names = dice.sample(sorted(here), dice.randint(1, len(here)))
        controls.versions.value = tuple(names)
        reader.pick(names)
    elif kind == "pending":
        controls.quick["all pending"].click()
        reader.pick(name for name, word in here.items() if word == "Pending")
        reader.fetch(quickly=True)
    elif kind == "chip":
        explorer.wait()
        chips = controls.chip_row.children
        if chips:
            place = dice.randrange(len(chips))
            model, name = each(explorer._state.picks)[place]
            chips[place].click()
            reader.picks = {each: kept - ({name} if each == model else set()) for each, kept in reader.picks.items()}
            reader.picks = {each: kept for each, kept in reader.picks.items() if kept}
    elif kind == "clear":
        controls.clear.click()
        reader.picks = {}
    elif kind == "fetch":
        controls.fetch.click()
        reader.fetch()
    elif kind == "search":
        controls.query.value = "zzzz"
        controls.back.click()
    elif kind == "terms":
        controls.differences.value = not controls.differences.value
    else:
        {
            "sort": lambda: dice.choice(list(controls.columns.values())).click(),
            "filter": lambda: setattr(controls.text, "value", dice.choice(["", "0.1", "pending"])),
            "fold": lambda: dice.choice([controls.change, controls.fold]).click(),
            "tab": lambda: setattr(controls.tabs, "selected_index", dice.randrange(2)),
        }[kind]()


def seen(explorer):
    """What the controls show of the state, and what the state says that they are to show."""
    controls, state = explorer._controls, explorer._state
    window = [line.version_name for line in state.listing.window]
    shown = [value for _, value in controls.versions.options], controls.versions.value, controls.text.value
    picked = tuple(name for name in window if (state.model_id, name) in each(state.picks))
    chips = [chip.description for chip in controls.chip_row.children]
    return (shown, len(chips)), ((window, picked, state.listing.text), len(each(state.picks)))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_random_clicks_lose_nothing_and_leave_nothing_stale(shelf, part):
    for seed in range(part, SEQUENCES, 5):
        dice, explorer, reader = random.Random(seed), Explorer(shelf), Reader()
        explorer.wait()
        explorer._controls.clear.click()
        done = []
        for _ in range(ACTIONS):
            clicks(explorer, reader, dice)
            done.append(explorer._state.status)
        explorer.wait()
        state = explorer._state
        assert {model: set(names) for model, names in state.picks.items()} == reader.picks, (seed, done)
        assert {model: {v.version_name for v in explorer.selected if v.model_id == model} for model in explorer.selected.models} == (
            reader.fetched
        ), (seed, done)
        assert not state.waiting
        assert state.model_id == reader.model
        assert explorer.last_error is None
        controls, wanted = seen(explorer)
        assert controls == wanted, seed
        compared = explorer.value
        assert (compared is None) == (len(explorer.selected) < 2)
        assert compared is None or {v.address for v in explorer.selected} <= {v.address for v in compared.versions}
        explorer._controls.tabs.selected_index = 1
        explorer.wait()
        panel = explorer._controls.panels["Compare"].value
        assert all(each.version_name in panel for each in explorer.selected), seed
        explorer.close()
