"""Checks once per registry that ListModelVersions returns complete versions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import PaiError
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.document import canonical_json

if TYPE_CHECKING:
    from pai_notebook.client import Client, Reply

# Versions that may fail to be fetched before list items are used as they are.
_TRIES = 3


class ListProbe:
    """Checks whether ListModelVersions returns complete versions.

    Parameters
    ----------
    client : Client
        The client of the service; everything here runs on its loop.

    Attributes
    ----------
    whole : bool or None
        What was found; None before it is known.
    note : str
        What a list lacks, when it lacks something.
    """

    def __init__(self, client: Client) -> None:
        self.whole: bool | None = None
        self.note = ""
        self._client = client
        self._tries = _TRIES
        self._gate = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def settled(self) -> bool:
        """Whether the answer is final."""
        return self.whole is not None or not self._tries

    async def test(self, model_id: str, items: Sequence[Mapping[str, Any]]) -> Reply | None:
        """Compare the smallest item with the answer of GetModelVersion, and return that; concurrent callers wait."""
        if self.whole is not None or not items:
            return None
        async with self._one_at_a_time():
            if self.whole is not None or not self._tries:
                return None
            item = min(items, key=len)
            try:
                reply = await self._client.get_version(model_id, str(item.get("VersionName", "")))
            except PaiError:
                # a version that cannot be fetched by itself can only be taken from the list
                self._tries -= 1
                return None
            self._judge(item, reply.document)
            return reply

    def _one_at_a_time(self) -> asyncio.Lock:
        """The lock of the running loop: after a fork the parent's may be taken for good."""
        if self._loop is not asyncio.get_running_loop():
            self._loop, self._gate = asyncio.get_running_loop(), asyncio.Lock()
        return self._gate

    def _judge(self, item: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        single = {key: value for key, value in document.items() if key != "RequestId"}
        listed = {key: value for key, value in item.items() if key != "RequestId"}
        if canonical_json(single) == canonical_json(listed):
            self.whole = True
        elif single.get("GmtModifiedTime") == listed.get("GmtModifiedTime"):
            self.whole = False
            missing = sorted(set(single) - set(listed))
            what = say("lacks {names}", names=joined(missing)) if missing else say("differs from GetModelVersion")
            self.note = say("ListModelVersions {what}; every version is fetched individually", what=what)
