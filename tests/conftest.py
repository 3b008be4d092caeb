"""What holds for every test: nothing is timed, so a busy machine fails nothing; and nothing lets a secret out."""

from hypothesis import settings

from tests.sweep import Sweep

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config):
    config.pluginmanager.register(Sweep(config), "secret-sweep")
