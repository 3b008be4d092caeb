"""Modules that are imported when something of them is first used: every run collects every test, and few tests need these."""

import importlib


class Lazy:
    """Stands for a module until then; what collectors ask of everything that they find, such as `__wrapped__`, it does not have."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        if attribute.startswith(("_", "pytest", "is_hypothesis")):
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)
