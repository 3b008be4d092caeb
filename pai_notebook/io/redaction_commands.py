"""Passwords in the commands of a shell, by one table of programs, their options and the shape of what stands behind these."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pai_notebook.io.redaction_names import is_something, what_name_says
from pai_notebook.io.redaction_rules import is_generated

_LEAST = 8  # characters of a key, and of letters that are no name
_NO_KEY = re.compile(r"[.:/@]")


def _whole(_value: str, _before: str) -> int:
    return 0


def _login(value: str, _before: str) -> int:
    """Find what is behind the user in `user:password`, `user,password` and `user%password`; two ids or an address are no login."""
    user, sign, secret = (*re.split("([:,%])", value, maxsplit=1), "", "")[:3]
    return len(user) + 1 if user and sign and not secret.startswith("//") and not (user.isdecimal() and secret.isdecimal()) else -1


def _of_pair(value: str, _before: str) -> int:
    return value.find("=") + 1 or -1


def _generated(value: str, _before: str) -> int:
    return 0 if is_generated(value) else -1


def _key(value: str, _before: str) -> int:
    is_one = len(value) >= _LEAST and not _NO_KEY.search(value) and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return 0 if is_one else -1


def _no_name(value: str, _before: str) -> int:
    return 0 if len(value) >= _LEAST or not value.rstrip(".,;").isalpha() else -1


def _named(value: str, before: str) -> int:
    named = what_name_says(before)
    return 0 if named.kind == "key" and named.fits(value) else -1


class _Rule(NamedTuple):
    """Where a password stands in the commands of some programs.

    Attributes
    ----------
    programs : str
        Their names.
    within : str
        The words that have to follow the name.
    option : re.Pattern or None
        What the password stands behind; None where it is a word of the command itself.
    shape : callable
        From a value and the word before it to where the password begins in it, or -1.
    nth : int
        Which of the words it is; 0 for any.
    is_glued : bool
        Whether it stands right at its option alone, as in `-pX`.
    """

    programs: str
    within: str
    option: re.Pattern[str] | None
    shape: Callable[[str, str], int]
    nth: int = 0
    is_glued: bool = False


_P, _CAPITAL_P, _K = map(re.compile, ("-p", "-P", "-k"))
# alone, or behind letters without a value as in `-sSu`
_OF_LOGIN = re.compile(r"--(?:proxy-user|user|auth)(?![\w-])|-[#0-9fgGiIjJkLlMnNOpqRsSvZ]{0,9}[uUa]")
_TABLE = (
    _Rule("curl http https xh xhs lftp ncftp smbclient rpcclient", "", _OF_LOGIN, _login),
    _Rule("mysql mysqldump mysqladmin mysqlimport mysqlcheck mariadb mariadb-dump mariadb-admin", "", _P, _whole, is_glued=True),
    *(_Rule("7z 7za 7zr rar unrar", action, re.compile("-h?p"), _whole, is_glued=True) for action in "adeltux"),
    _Rule("docker podman nerdctl skopeo buildah oras crane az oc", "login", _P, _whole),
    _Rule("helm", "registry login", _P, _whole),
    _Rule("twine", "upload", _P, _whole),
    _Rule("odpscmd sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport snowsql cqlsh beeline", "", _P, _whole),
    _Rule("ossutil ossutil64 ossutil32 obsutil", "", _K, _whole),
    _Rule("swanlab", "login", _K, _whole),
    _Rule("openssl", "", re.compile(r"-(?:[kK]|hmac)(?![\w-])"), _whole),
    _Rule("kubectl oc", "create secret", re.compile("--from-literal(?![\\w-])"), _of_pair),
    _Rule("sqlcmd bcp zip unzip mosquitto_pub mosquitto_sub ipmitool", "", _CAPITAL_P, _whole),
    _Rule("ldapsearch ldapadd ldapmodify ldapdelete ldapcompare ldappasswd ldapwhoami", "", re.compile("-w"), _whole),
    _Rule("redis-cli valkey-cli", "", re.compile("-a"), _whole),
    # a prompt where nothing stands behind it but the name of a database
    _Rule("psql pg_dump pg_dumpall pg_restore createdb dropdb", "", re.compile("-W"), _no_name),
    _Rule("wandb swanlab comet vault cargo", "login", None, _key),
    _Rule("rclone", "obscure", None, _no_name, 1),
    _Rule("login", "", None, _generated, 1),
    _Rule("mc mcli", "alias set", None, _whole, 4),
    _Rule("mc mcli", "config host add", None, _whole, 4),
    _Rule("htpasswd", "", None, _no_name, 2),  # the file is read as the value of `-b`
    _Rule("aws aliyun", "configure set", None, _named, 2),
    _Rule("npm pnpm yarn pip", "config set", None, _named, 2),
    _Rule("git", "config", None, _named, 2),
)
RULES = {name: [rule for rule in _TABLE if name in rule.programs.split()] for each in _TABLE for name in each.programs.split()}

_PROGRAM = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, RULES))})(?![\w.:-])")
_BLANK = r"(?:[ \t\r]|\\\r?\n)"
_WORD = re.compile(rf"""(?:{_BLANK}|[\["'`(),])*+(?P<said>(?:[^\s"'`()|;&\\]|\\(?![\r\n]))*+)""")
_VALUE = re.compile(
    rf"""(?P<before> ["'],{_BLANK}*+(?=["']) | {_BLANK}*+=?{_BLANK}*+ )
    (?P<value> ["'][^"'\n]++ | (?!-) (?:[^\s"'`\\;&|]|\\(?!["'\r\n])|[;&|](?=[^\s"'`\\;&|]))++ (?:(?<=[:,%])["'][^"'\n]++)? )""",
    re.VERBOSE,
)
_NOT_IN_ARGUMENT = re.compile(r"""[\s"'|;&`()\\]""")  # what would end an argument in a text
_COMMANDED = ("login", "set", "add", "obscure")  # what says that a list is the words of a command, where no option does
_MOST_WORDS = 64
# What is a password by the words before it in a list, whose options and commands say nothing of it.
_ACROSS = re.compile(
    r"(?i)(?<!\S)(?:sqlplus[ ][^\s/@:]{1,64}/(?P<login>[^\s@]{1,128})@"
    r"|(?:proxy-)?authorization:?[ ](?:bearer|basic|token)[ ](?P<key>\S{6,}))"
)


def mask_commands(text: str, mask: Callable[[str, str], str]) -> str:
    """Mask the passwords of commands in a text.

    Examples
    --------
    >>> mask_commands("curl -su li:x1 h; mysql -px1 db; train.py -u li:x1 -p x1", lambda secret, kind: f"({kind})")
    'curl -su li:(key) h; mysql -p(key) db; train.py -u li:x1 -p x1'
    """
    out: list[str] = []
    done = 0
    for start, end in _secrets(text):
        out += [text[done:start], mask(text[start:end], "key")]
        done = end
    return "".join([*out, text[done:]])


def secret_arguments(nodes: Sequence[object]) -> dict[int, int]:
    """Which of the arguments of a program hold a password, and from where on.

    Examples
    --------
    >>> secret_arguments(["curl", "-u", "li:x1", "https://h"]), secret_arguments(["train.py", "-u", "li:x1"])
    ({2: 3}, {})
    """
    words = [node for node in nodes if isinstance(node, str)]
    if len(words) < len(nodes):
        return {}
    text = " ".join([_NOT_IN_ARGUMENT.sub("_", word) for word in words])
    secrets = [each.span(each.lastgroup or 0) for each in _ACROSS.finditer(text)]
    if any(word.startswith("-") or word in _COMMANDED for word in words):
        secrets += _secrets(text)
    starts = [0, *itertools.accumulate(len(word) + 1 for word in words)]
    found: dict[int, int] = {}
    for start, _ in secrets:
        place = bisect_right(starts, start) - 1
        found[place] = start - starts[place]
    return found


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    """From where to where the passwords of all commands stand."""
    at = 0
    while (program := _PROGRAM.search(text, at)) is not None:
        found, at = _of_command(text, program.start())
        yield from found


def _of_command(text: str, at: int) -> tuple[list[tuple[int, int]], int]:
    """Read the words of one command: where its passwords stand, and where it ends."""
    found: list[tuple[int, int]] = []
    heard: list[tuple[_Rule, int]] = []  # with how many words up to the program
    words: list[str] = []
    is_value = False
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, at)
        if word is None or not word["said"]:
            break
        at, said = word.end(), word["said"]
        every = (_secret(text, word.start("said"), said, rule, words[place:]) for rule, place in heard)
        secret = next((each for each in every if each), None)
        if secret:
            found.append(secret)
            at = secret[1]
        if said.startswith("-"):
            is_value = not secret and "=" not in said
        elif is_value:
            is_value = False
        else:
            words.append(said)
            heard += [(rule, len(words)) for rule in RULES.get(said.rpartition("/")[2], ())]
    return found, at


def _secret(text: str, start: int, said: str, rule: _Rule, before: list[str]) -> tuple[int, int] | None:
    """From where to where a password stands at a word or behind it, None for most; `before` are the words behind the program."""
    within = rule.within.split()
    behind = len(before) - len(within)
    option = rule.option.match(said) if rule.option else None
    is_here = option is not None if rule.option else not said.startswith("-") and rule.nth in (0, behind + 1)
    if not is_here or before[: len(within)] != within:
        return None
    value = _VALUE.match(text, start + (option.end() if option else 0))
    # of a sentence, a word behind a dash is no option
    if value is None or (rule.shape is _whole and option and not value["before"] and behind > 1) or (rule.is_glued and value["before"]):
        return None
    given = value["value"].lstrip("\"'")
    at = rule.shape(given, before[-1] if before else "")
    secret = given[at:].lstrip("\"'")
    return (value.end() - len(secret), value.end()) if at >= 0 and is_something(secret) else None
