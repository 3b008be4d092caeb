"""Fetch, compare and report PAI model versions in a notebook.

>>> import pai_notebook as pnb
>>> registry = pnb.connect("demo")  # or connect(region="cn-hangzhou", workspace_id="1234")
>>> vs = registry.get_versions("wine-cultivar@last:3")  # also @latest, @approved, @1.4.0, @1.4.0..1.6.0, @1.*
>>> c = registry.compare(vs, baseline="approved")
>>> c.baseline_name
'1.5.0'
>>> registry.close()

Connecting: `connect` gives a `Registry` and makes it the default one, on which the functions below work; `connect("demo")` is an
embedded registry.

Fetching: `get_version`, `get_versions`, `list_versions` and `search_versions` (all models) give a `ModelVersion` or a `VersionSet`;
`get_model` and `list_models` give models (`Model`); `watch` follows one version; `load` reads the file that `VersionSet.save` wrote, and
`drift` compares it with the registry of now.

Comparing: `compare`, or `VersionSet.compare`, gives a `Comparison`: `.verdict`, `.explain()`, `.best()`, `.rank()`, `.gate()`, `.report()`,
`.plot`, `.to_frame()`; `VersionSet.group_repeats` gives a `VersionGroup` for each set of repeats.

Looking: an object shows itself as the last line of a cell; `Explorer` is a widget; `%load_ext pai_notebook` adds the line `%paimodel`
(`%paimodel help` lists what it can do), which `load_ipython_extension` and `unload_ipython_extension` stand behind.
`options.lang = "zh"` has everything shown in Chinese.

Failing: every error is a `PaiError` and says what to do next; `errors` has all of them. `__version__` is the version of this package.

The attributes of an object are found with Tab; every function and method has an example (`pnb.compare?`).
"""

from __future__ import annotations

# nothing that takes time is imported here, so that Ctrl-C in a shell is quiet as soon as Python itself has started
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from IPython.core.interactiveshell import InteractiveShell

    from pai_notebook.comparison import Comparison
    from pai_notebook.errors import PaiError
    from pai_notebook.explorer import Explorer
    from pai_notebook.language import options
    from pai_notebook.model.group import VersionGroup
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.registry.connection import (
        compare,
        connect,
        drift,
        get_model,
        get_version,
        get_versions,
        list_models,
        list_versions,
        search_versions,
        watch,
    )
    from pai_notebook.registry.registry import Registry
    from pai_notebook.versions.versions import VersionSet, load
else:
    ModuleType = type(sys)

__all__ = [
    "Comparison",
    "Explorer",
    "Model",
    "ModelVersion",
    "PaiError",
    "Registry",
    "VersionGroup",
    "VersionSet",
    "__version__",
    "compare",
    "connect",
    "drift",
    "errors",
    "get_model",
    "get_version",
    "get_versions",
    "list_models",
    "list_versions",
    "load",
    "load_ipython_extension",
    "options",
    "search_versions",
    "unload_ipython_extension",
    "watch",
]

# each is imported on first use, so that `import pai_notebook` and `%load_ext pai_notebook` stay quick
_HOMES = {
    "Comparison": "comparison",
    "Explorer": "explorer",
    "Model": "model.registered_model",
    "ModelVersion": "model.version",
    "PaiError": "errors",
    "Registry": "registry.registry",
    "VersionGroup": "model.group",
    "VersionSet": "versions.versions",
    "compare": "registry.connection",
    "connect": "registry.connection",
    "drift": "registry.connection",
    "get_model": "registry.connection",
    "get_version": "registry.connection",
    "get_versions": "registry.connection",
    "list_models": "registry.connection",
    "list_versions": "registry.connection",
    "search_versions": "registry.connection",
    "watch": "registry.connection",
    "load": "versions.versions",
    "options": "language",
}


# What is looked for under other names.
_INSTEAD = {
    "VersionSet.from_documents(docs)": "from_documents from_document from_dict from_dicts from_json",
    "VersionSet.from_frame(df)": "from_frame from_dataframe from_pandas from_df from_wandb from_mlflow from_sklearn",
    "VersionSet.from_frame(pandas.DataFrame(rows))": "from_records from_rows from_metrics",
    "VersionSet.from_frame(pandas.read_csv(path))": "from_csv read_csv",
    "VersionSet.from_lm_eval": "from_lm_eval from_lm_harness from_results",
    "Explorer()": "explore explorer",
    "load(path)": "read open load_snapshot read_snapshot from_file from_snapshot",
    "connect()": "login init configure client",
    "get_version or get_versions": "get fetch get_latest latest",
    "compare": "diff compare_versions compare_models",
    "search_versions": "search find runs search_runs",
    "list_models": "models search_models find_models",
    "versions.save(path)": "save dump snapshot",
    "help(pnb)": "help docs",
    "options.lang = 'zh'": "lang language locale set_lang set_language set_locale set_option set_options",
    "options.console = 'international'": "console site",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - takes longer than the rest of this module

        return version("pai-notebook")
    import importlib  # noqa: PLC0415 - as above

    if name == "errors":
        return importlib.import_module("pai_notebook.errors")
    if name not in _HOMES:
        if name.startswith("_"):  # asked for by tools
            raise AttributeError(f"module 'pai_notebook' has no attribute {name!r}")
        from difflib import get_close_matches  # noqa: PLC0415 - as above

        from pai_notebook.guides import guide, meant, missing_attribute  # noqa: PLC0415 - loads on first use

        known = f"errors.{name}" if name in vars(importlib.import_module("pai_notebook.errors")) else ""
        known = known or guide(_INSTEAD).get(name, "")
        if not known and not get_close_matches(name, __all__, 1, cutoff=0.8):
            # functions do what methods of a registry do
            known = meant(importlib.import_module("pai_notebook.registry.registry").Registry, name)
        raise missing_attribute("pai_notebook", name, known, __all__)
    value = getattr(importlib.import_module(f"pai_notebook.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)


class _Package(ModuleType):
    """The module: refuses settings of `options`, which would be kept here and do nothing."""

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, str) and any(name in _INSTEAD[code].split() for code in _INSTEAD if code.startswith("options.")):
            raise __getattr__(name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register `%paimodel` and `%%paimodel` with a shell; does no I/O and prints nothing.

    Parameters
    ----------
    shell : InteractiveShell
        The shell that loads the extension; IPython gives it.

    Examples
    --------
    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> load_ipython_extension(shell)
    >>> "paimodel" in shell.magics_manager.magics["line"]
    True
    >>> unload_ipython_extension(shell)
    """
    from pai_notebook.magic import load  # noqa: PLC0415 - the magic is only needed inside IPython

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Remove everything `load_ipython_extension` registered.

    Parameters
    ----------
    shell : InteractiveShell
        The shell that loaded the extension; IPython gives it.

    Examples
    --------
    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> load_ipython_extension(shell)
    >>> unload_ipython_extension(shell)
    >>> "paimodel" in shell.magics_manager.magics["line"]
    False
    """
    from pai_notebook.magic import unload  # noqa: PLC0415 - as above

    unload(shell)
