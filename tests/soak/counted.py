"""A plugin of pytest that counts how many texts the tests look through for secrets, and prints it: `-p tests.soak.counted`."""

import functools

counted = {"texts": 0, "ways": set()}


def counting(search):
    """Count what is looked through, and look as the tests do."""

    @functools.wraps(search)
    def leaks(secrets, seen):
        counted["texts"] += len(seen)
        counted["ways"] |= {way.rstrip(" 0123456789") for way in seen}
        return search(secrets, seen)

    return leaks


def pytest_collection_finish(session):
    """Count in every module that looks for secrets."""
    for module in {item.module for item in session.items if hasattr(item.module, "leaks")}:
        module.leaks = counting(module.leaks)


def pytest_terminal_summary(terminalreporter):
    """Print the figures at the end of a run."""
    terminalreporter.write_line(f"looked through {counted['texts']} texts of {len(counted['ways'])} kinds")
