"""Where a document came from: which registry, and the requests that brought it."""

from __future__ import annotations

from dataclasses import dataclass

from pai_notebook.display import Brief

__all__ = ["Provenance"]


@dataclass(frozen=True, slots=True, repr=False)
class Provenance(Brief):
    """Where a document came from; it is no part of its content.

    Attributes
    ----------
    registry : str
        Host of the service that answered; empty when it came from none.
    region : str
        Its region.
    workspace_id : str
        The workspace of the connection.
    request_ids : tuple of str
        Ids of the requests: one for a single version, one a page for a list.

    Examples
    --------
    >>> bool(Provenance()), bool(Provenance("aiworkspace.cn-hangzhou.aliyuncs.com"))
    (False, True)
    """

    registry: str = ""
    region: str = ""
    workspace_id: str = ""
    request_ids: tuple[str, ...] = ()

    def _brief(self) -> str:
        return f"{self.registry}, {len(self.request_ids)} requests" if self.registry else "unknown"

    def __bool__(self) -> bool:
        return bool(self.registry)
