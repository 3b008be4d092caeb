"""Which certificates are trusted, and what is wrong with the files that the environment names for them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import httpx

from pai_notebook.errors import ConfigurationError

__all__ = ["tls_context"]

_FILE = "SSL_CERT_FILE"
_FOLDER = "SSL_CERT_DIR"
_KEYS = "SSLKEYLOGFILE"


def tls_context() -> ssl.SSLContext:
    """Return a context that trusts what `SSL_CERT_FILE` or `SSL_CERT_DIR` says, else the authorities of certifi.

    Raises
    ------
    ConfigurationError
        When a file that one of the variables names cannot be used.
    """
    if why := _wrong_folder():
        raise ConfigurationError(why, hint=f"Correct {_FOLDER}, or unset it.")
    error: Exception
    try:
        return httpx.create_ssl_context()
    except (OSError, ValueError) as caught:
        error = caught.with_traceback(None)
    raise _unusable(error)


def _wrong_folder() -> str:
    """What is wrong with the folder of certificates, which the ssl module takes without a word."""
    folder = os.environ.get(_FOLDER, "")
    if os.environ.get(_FILE) or not folder or Path(folder).is_dir():
        return ""
    return f"{_FOLDER} names {folder}, which is not a folder"


def _unusable(error: Exception) -> ConfigurationError:
    named = os.environ.get(_FILE, "")
    if named and (why := _wrong_file(named)):
        return ConfigurationError(f"{_FILE} names {named}, which {why}", hint=f"Correct {_FILE}, or unset it.")
    if os.environ.get(_KEYS):
        return ConfigurationError(f"{_KEYS} names {os.environ[_KEYS]}, which cannot be written", hint=f"Correct {_KEYS}, or unset it.")
    if os.environ.get(_FOLDER):
        return ConfigurationError(f"{_FOLDER} cannot be used ({type(error).__name__})", hint=f"Correct {_FOLDER}, or unset it.")
    return ConfigurationError(
        f"the certificates of the package certifi cannot be read ({type(error).__name__})",
        hint=f"Install certifi again, or set {_FILE} to a file of certificates.",
    )


def _wrong_file(named: str) -> str:
    try:
        text = Path(named).read_bytes()
    except FileNotFoundError:
        return "is not there"
    except IsADirectoryError:
        return "is a folder, not a file"
    except PermissionError:
        return "this user may not read"
    except OSError as error:
        return f"cannot be read ({type(error).__name__})"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text.decode("ascii", "replace"))
    except (ssl.SSLError, ValueError):
        return "holds no certificate in PEM form"
    return ""
