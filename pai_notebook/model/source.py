"""Where a version was made, where its files lie, and which requests brought it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pai_notebook.display import Brief
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import say
from pai_notebook.language import options
from pai_notebook.model.nearest import counted

_DATASET_ID = re.compile(r"(?P<id>d-[A-Za-z0-9_-]+)(?::(?P<version>.+))?", re.DOTALL)


def split_dataset(identity: str) -> tuple[str, str]:
    """Take what metrics call a dataset apart into its id and version; both are empty for addresses and other texts.

    Examples
    --------
    >>> split_dataset("d-a:v2"), split_dataset("d-a"), split_dataset("oss://bucket/digits/")
    (('d-a', 'v2'), ('d-a', ''), ('', ''))
    """
    found = _DATASET_ID.fullmatch(identity)
    return (found["id"], found["version"] or "") if found else ("", "")


@dataclass(frozen=True, slots=True, repr=False)
class DatasetName(Brief):
    """What the registry calls a dataset.

    Attributes
    ----------
    identity : str
        What metrics call it: its id, with a version behind a colon, or its address.
    name : str
        Its name, empty where only the number of examples is known.
    dataset_id : str
        Its id.
    examples : int or None
        How many examples it has, where it is certain that this is what was measured on.

    Examples
    --------
    >>> DatasetName("d-a:v2", "hold-out", "d-a").shown, DatasetName("oss://bucket/x/", "hold-out", "d-a").shown
    ('hold-out:v2', 'hold-out (Uri)')
    """

    identity: str
    name: str
    dataset_id: str
    examples: int | None = None

    @property
    def is_address(self) -> bool:
        """Whether metrics name it by its address."""
        return "://" in self.identity

    @property
    def shown(self) -> str:
        """The name as it is shown: with the version that metrics name, or that they name it by its address."""
        if not self.name:
            return ""
        return f"{self.name} (Uri)" if self.is_address else self.name + self.identity.removeprefix(self.dataset_id)

    def _brief(self) -> str:
        return f"{self.shown}: {self.identity}"


@dataclass(frozen=True, slots=True, repr=False)
class Provenance(Brief):
    """Where a document came from; it is not part of its content.

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
    model_name : str
        Name of the model, where it was known by then.
    datasets : tuple of DatasetName
        Names of the datasets of its metrics, where they were known by then.
    people : tuple of (str, str)
        Ids of accounts and the names that the workspace shows for them.
    left_out : tuple of str
        Columns that `from_frame` took neither as metrics nor as anything else.
    differing : tuple of str
        Columns that are no settings and may tell versions apart as they do, so that a group may mix what they say: some of those that were
        left out, and metrics that may have been set.
    doubts : tuple of str
        What speaks against taking its numbers as results, a sentence each, as that its run did not end well.

    Examples
    --------
    >>> bool(Provenance()), bool(Provenance("aiworkspace.cn-hangzhou.aliyuncs.com"))
    (False, True)
    """

    registry: str = ""
    region: str = ""
    workspace_id: str = ""
    request_ids: tuple[str, ...] = ()
    model_name: str = ""
    datasets: tuple[DatasetName, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def _brief(self) -> str:
        requests = counted(len(self.request_ids), "request")
        return say("{text}, {word}", text=self.registry, word=requests) if self.registry else say("unknown")

    def __bool__(self) -> bool:
        return bool(self.registry)


def named_datasets(provenances: Iterable[Provenance]) -> dict[str, DatasetName]:
    """Gather what is known of datasets, by what metrics call them.

    Examples
    --------
    >>> named_datasets([Provenance(datasets=(DatasetName("d-a", "hold-out", "d-a"),))])["d-a"].shown
    'hold-out'
    """
    # versions that came together share one
    distinct = {id(datasets): datasets for provenance in provenances if (datasets := provenance.datasets)}
    return {each.identity: each for datasets in distinct.values() for each in datasets}


def dataset_names(provenances: Iterable[Provenance]) -> dict[str, str]:
    """Names of datasets as they are shown and typed, by what metrics call them; without those that could mean another one.

    Examples
    --------
    >>> same = [DatasetName(f"d-{number}", "noisy", f"d-{number}") for number in range(2)]
    >>> dataset_names([Provenance(datasets=(*same, DatasetName("d-c", "clean", "d-c")))])
    {'d-c': 'clean'}
    """
    named = named_datasets(provenances)
    found = {identity: each.shown for identity, each in named.items() if each.name}
    counts = Counter(found.values())
    return {identity: name for identity, name in found.items() if counts[name] == 1 and (name == identity or name not in named)}


def unique_names(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by ids; without those that two ids share, and without empty ones.

    Examples
    --------
    >>> unique_names([("1", "Li Na"), ("1", "Li Na"), ("2", "Wu"), ("3", "Wu"), ("4", "")])
    {'1': 'Li Na'}
    """
    found = {key: name for key, name in pairs if name}
    counts = Counter(found.values())
    return {key: name for key, name in found.items() if counts[name] == 1}


@dataclass(frozen=True, repr=False)
class Storage(Brief):
    """The storage address of a model version.

    Attributes
    ----------
    uri : str
        The address as sent.
    scheme : str
        `oss`, `http`, `https`, another scheme, or empty when the text is not an address.
    bucket, endpoint, key : str
        The parts of an OSS address `oss://<bucket>.<endpoint>/<key>`, empty otherwise.
    url : str
        The address when it is http or https, empty otherwise.

    Examples
    --------
    >>> storage = read_storage("oss://mybucket.oss-cn-beijing.aliyuncs.com/mypath/")
    >>> storage.bucket, storage.endpoint, storage.key
    ('mybucket', 'oss-cn-beijing.aliyuncs.com', 'mypath/')
    >>> read_storage("https://myweb.com/mymodel.tar.gz").url
    'https://myweb.com/mymodel.tar.gz'
    """

    uri: str = ""
    scheme: str = ""
    bucket: str = ""
    endpoint: str = ""
    key: str = ""
    url: str = ""

    _instead = guide({"uri": "path location address", "console_url": "link web_url"})
    _leads_to = (("ModelVersion", "version"),)

    def _brief(self) -> str:
        return self.uri or say("unknown")

    @property
    def console_url(self) -> str:
        """Address of the folder's page in the OSS console, empty where region or bucket are not known.

        Examples
        --------
        >>> read_storage("oss://team-models.oss-cn-beijing.aliyuncs.com/digits/1.0/").console_url
        'https://oss.console.aliyun.com/bucket/oss-cn-beijing/team-models/object?path=digits%2F1.0%2F'
        """
        region = _REGION.fullmatch(self.endpoint)
        # the page of the other site is not known, and a masked bucket has none
        if region is None or not _BUCKET.fullmatch(self.bucket) or self.bucket.startswith("masked-") or options.console != "china":
            return ""
        folder = self.key[: self.key.rfind("/") + 1]
        return f"https://oss.console.aliyun.com/bucket/oss-{region[1] or region[2]}/{self.bucket}/object?path={quote(folder, safe='')}"


def read_storage(uri: str) -> Storage:
    """Take an address apart; text that is not an address stays text."""
    try:
        scheme = urlsplit(uri).scheme.lower() if "://" in uri else ""
    except ValueError:
        scheme = ""
    if scheme == "oss":
        host, _, key = uri.partition("://")[2].partition("/")
        bucket, _, endpoint = host.partition(".")
        return Storage(uri=uri, scheme=scheme, bucket=bucket, endpoint=endpoint, key=key)
    if scheme in ("http", "https"):
        return Storage(uri=uri, scheme=scheme, url=uri)
    return Storage(uri=uri, scheme=scheme)


_PARTS = re.compile(r"(region|workspaceId|kind|id)=([^,]*)")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Hosts of the PAI console by the site of the account.
CONSOLES = {"china": "pai.console.aliyun.com", "international": "pai.console.alibabacloud.com"}
# Pages of it, by the kind of the source.
_PAGES = {
    "PipelineRun": "/studio/task/detail/{id}",
    "TrainingJob": "/training/jobs/{id}",
    "DLCJob": "/dlc/jobs/{id}/overview",
}
# A job of the service is of the kind that its id begins with.
_JOBS = {"dlc": "DLCJob", "train": "TrainingJob"}
_REGION = re.compile(r"oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com|([a-z0-9-]+)\.oss\.aliyuncs\.com")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


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

    _instead = guide({"id": "run_id job_id run job name", "type": "source_type", "console_url": "url link run_link"})
    _leads_to = (("ModelVersion", "version"),)

    def _brief(self) -> str:
        return " ".join(filter(None, (self.type, self.kind, self.id or self.text))) or say("unknown")

    @property
    def console_url(self) -> str:
        """Address of the source's page in the PAI console of `pai_notebook.options.console`, empty where the page is not known.

        Known are pipeline runs (the documented example of `PipelineRunUri`), training jobs (that of `TrainingJobUrl`) and DLC jobs
        (the vendor's own alerts), also where a job of the service (`ServiceJob`) has the id of one.
        """
        job = next((kind for begin, kind in _JOBS.items() if self.id.startswith(begin)), "")
        page = _PAGES.get(job if self.kind == "ServiceJob" else self.kind)
        if page is None or not all(_SAFE.fullmatch(part) for part in (self.region, self.workspace_id, self.id)):
            return ""
        place = f"regionId={quote(self.region)}&workspaceId={quote(self.workspace_id)}"
        return f"https://{CONSOLES[options.console]}/?{place}#{page.format(id=quote(self.id))}"


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
