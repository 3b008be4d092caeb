"""How many examples a property test is tried with, and how many cases a test that makes up its own."""

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

Case = TypeVar("Case")

_USUAL = 100


def examples(count: int) -> settings:
    """Settings for a test that needs more or fewer examples than usual; a profile with few examples asks for fewer in proportion."""
    return settings(max_examples=cases(count))


def cases(count: int) -> int:
    """Of `count` random cases that a test makes up itself, as many as the profile has a share of examples."""
    return max(1, count * settings.default.max_examples // _USUAL)


def share(everything: Sequence[Case], turn: int) -> Sequence[Case]:
    """Of what a test tries in several places all, or as many as the profile has a share of, others in each turn."""
    step = max(1, _USUAL // settings.default.max_examples)
    return everything[turn % step :: step]
