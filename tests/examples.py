"""How many examples a property test is tried with."""

from hypothesis import settings

_USUAL = 100


def examples(count: int) -> settings:
    """Settings for a test that needs more or fewer examples than usual; a profile with few examples asks for fewer in proportion."""
    return settings(max_examples=max(1, count * settings.default.max_examples // _USUAL))
