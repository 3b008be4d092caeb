"""Where the files of a version lie: the Uri field, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pai_notebook.display import Brief

__all__ = ["Storage", "read_storage"]


@dataclass(frozen=True, repr=False)
class Storage(Brief):
    """The storage address of a model version.

    Attributes
    ----------
    uri : str
        The address as sent.
    scheme : str
        `oss`, `http`, `https`, another scheme, or empty when the text is no address.
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

    def _brief(self) -> str:
        return self.uri or "unknown"


def read_storage(uri: str) -> Storage:
    """Take an address apart; text that is no address stays text."""
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
