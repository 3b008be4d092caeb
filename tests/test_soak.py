"""The command of the soak: a small part of its sections passes, and what fails is told."""

import pytest

from tests.soak.__main__ import SECTIONS, run

PARTS = {"interrupts": 0.02, "faults": 0.02, "sizes": 0.04, "snapshots": 0.005, "paths": 0.05, "closes": 0.01}
"""Sections with tests of their own at full size elsewhere are left out: mutations, canaries, redaction, environments, explorers."""


@pytest.mark.slow
@pytest.mark.parametrize("section", PARTS)
def test_a_small_part_passes(section, capsys):
    assert run(section, seed=7, part=PARTS[section]) == 0
    assert " tried, 0 failed, " in capsys.readouterr().out


def test_what_fails_is_told_and_counted(monkeypatch, capsys):
    def broken(figures):
        figures.attempt("first", lambda: 1 / 0)
        figures.check(figures.corpora, "second")
        figures.say("of two")

    monkeypatch.setitem(SECTIONS, "broken", broken)
    assert run("broken", seed=1, part=1) == 2
    told = capsys.readouterr().out
    assert told.startswith("broken (seed 1, part 1):\n  of two\n  2 tried, 2 failed")
    assert "FAILED first: raw ZeroDivisionError" in told
    assert "FAILED second" in told
