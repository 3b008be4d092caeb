"""A plugin of pytest that counts how many texts the tests look through for secrets, and prints it: `-p tests.soak.counted`."""

from tests.wire import looks

SEARCH = looks.leaks
counted = {"texts": 0, "ways": set()}


def leaks(secrets, seen):
    """Count, and look as the tests do."""
    counted["texts"] += len(seen)
    counted["ways"] |= {way.rstrip(" 0123456789") for way in seen}
    return SEARCH(secrets, seen)


looks.leaks = leaks


def pytest_terminal_summary(terminalreporter):
    """Print the figures at the end of a run."""
    terminalreporter.write_line(f"looked through {counted['texts']} texts of {len(counted['ways'])} kinds")
