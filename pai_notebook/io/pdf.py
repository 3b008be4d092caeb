"""HTML documents as PDF, printed by an installed Chromium or Chrome."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from pai_notebook.errors import ConfigurationError
from pai_notebook.files import file_path, new_file, why
from pai_notebook.i18n.phrases import either, say

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
# Where the installers of macOS and Windows put it, which is not on the path.
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)
_SECONDS = 120
_DATES = re.compile(rb"/(?:CreationDate|ModDate) \(D:[^)]*\)")
_ID = re.compile(rb"\(node(\d{8})\)")
_IDS = re.compile(rb"<</Limits \[[^\]]*\]\n/Names \[((?:\(node\d{8}\) \d+ 0 R ?)+)\]")
_BY_HAND = say("Or write an .html file and print it with a browser.")


def write_pdf(path: str | os.PathLike[str], document: str, *, overwrite: bool = False) -> Path:
    """Print an HTML document to a PDF file; nothing is asked of a network and nothing is left behind.

    Parameters
    ----------
    path, overwrite
        As `write_file`.
    document : str
        The document, which loads nothing.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConfigurationError
        When there is no Chromium or Chrome, when it fails, and as `write_file`.
    """
    browser = next(filter(None, map(shutil.which, (*_BROWSERS, *_ELSEWHERE))), None)
    if browser is None:
        hint = say(
            "Install Chromium or Chrome (Debian: apt-get install chromium) so that one of {names} is on the PATH. {by_hand}",
            names=either(_BROWSERS),
            by_hand=_BY_HAND,
        )
        raise ConfigurationError(say("a PDF needs Chromium or Chrome, and none was found"), hint=hint)
    with new_file(path, overwrite=overwrite) as beside, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text(document, "utf-8", "backslashreplace")
        # Chromium refuses to run as root in its own sandbox; the page has no script and may load nothing
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        told = _run([browser, *_OPTIONS, *root, f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}", page.as_uri()])
        data = printed.read_bytes() if printed.is_file() else b""
        if not data.startswith(b"%PDF"):
            raise ConfigurationError(
                say("{browser} did not write a PDF{what}{told}", browser=browser, what=": " if told else "", told=told), hint=_BY_HAND
            )
        beside.write_bytes(_unchanging(data))
    return file_path(path)


def _unchanging(data: bytes) -> bytes:
    """Leave out when Chromium wrote a PDF, and number its table cells by their order, so that the same document is the same bytes.

    Nothing becomes longer or shorter, since the file has a table of where everything in it begins.
    """
    numbers: dict[bytes, bytes] = {}

    def ordered(found: re.Match[bytes]) -> bytes:
        names = sorted(re.findall(rb"\(node\d{8}\) \d+ 0 R", found[1]))
        first, last = (name.split(b" ")[0] for name in (names[0], names[-1]))
        return b"<</Limits [%b %b]\n/Names [%b]" % (first, last, b" ".join(names))

    data = _DATES.sub(lambda found: b" " * len(found[0]), data)
    data = _ID.sub(lambda found: b"(node%b)" % numbers.setdefault(found[1], b"%08d" % len(numbers)), data)
    return _IDS.sub(ordered, data)


def _run(command: list[str]) -> str:
    """Run the browser and give the last line of what it complains about."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - found on the path
    except subprocess.TimeoutExpired:
        return say("it took more than {seconds} s", seconds=_SECONDS)
    except OSError as error:
        return why(error)
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else say("it ended with {returncode}", returncode=done.returncode)
