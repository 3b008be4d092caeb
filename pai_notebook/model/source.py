"""Where a version was made: the Source fields, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from pai_notebook.display import Brief

__all__ = ["Source", "read_source"]

_PARTS = re.compile(r"(region|workspaceId|kind|id)=([^,]*)")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CONSOLE = {
    "PipelineRun": "https://pai.console.aliyun.com/?regionId={region}&workspaceId={workspace}#/studio/task/detail/{id}",
    "TrainingJob": "https://pai.console.aliyun.com/?regionId={region}&workspaceId={workspace}#/training/jobs/{id}/configs",
}


@dataclass(frozen=True, repr=False)
class Source(Brief):
    """The origin of a model version.

    Attributes
    ----------
    type : str
        `Custom`, `PAIFlow`, `TrainingService`, or whatever else the service says.
    text : str
        SourceId as sent; the only thing known about a Custom source.
    region, workspace_id, kind, id : str
        The parts of a structured SourceId, empty otherwise.

    Examples
    --------
    >>> read_source("PAIFlow", "region=cn-shanghai,workspaceId=13,kind=PipelineRun,id=run-1").kind
    'PipelineRun'
    >>> read_source("Custom", "copied by hand, see id=7").id
    ''
    """

    type: str = ""
    text: str = ""
    region: str = ""
    workspace_id: str = ""
    kind: str = ""
    id: str = ""

    def _brief(self) -> str:
        return " ".join(filter(None, (self.type, self.kind, self.id or self.text))) or "unknown"

    @property
    def console_url(self) -> str:
        """Address of the source's page in the PAI console, empty where no pattern is confirmed.

        Confirmed for pipeline runs (documented example of `PipelineRunUri`) and training jobs
        (`TRAINING_JOB_URL_PATTERN` in aliyun/pai-python-sdk); anything else stays text.
        """
        pattern = _CONSOLE.get(self.kind)
        if pattern is None or not all(_SAFE.fullmatch(part) for part in (self.region, self.workspace_id, self.id)):
            return ""
        return pattern.format(region=quote(self.region), workspace=quote(self.workspace_id), id=quote(self.id))


def read_source(source_type: str, source_id: str) -> Source:
    """Take a SourceId apart; text that is not of the documented form stays text."""
    parts = dict(_PARTS.findall(source_id))
    whole = ",".join(f"{key}={value}" for key, value in _PARTS.findall(source_id))
    if whole != source_id or "id" not in parts:
        return Source(type=source_type, text=source_id)
    return Source(
        type=source_type,
        text=source_id,
        region=parts.get("region", ""),
        workspace_id=parts.get("workspaceId", ""),
        kind=parts.get("kind", ""),
        id=parts["id"],
    )
