"""What a stranger to the project uses to try a registry: `pnb.connect` and a server that misbehaves."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

import pai_notebook as pnb
from tests.patience import UNHURRIED
from tests.wire.faultserver import KEY_ID, SECRET, listing

GET, LIST = "GetModelVersion", "ListModelVersions"


def connect(server, **options):
    options = {
        "credentials": (KEY_ID, SECRET),
        "requests_per_second": None,
        "backoff_scale": 0.1,
        "default": False,
        "names": False,
        **UNHURRIED,
        **options,
    }
    return pnb.connect(endpoint=server.url, **options)


def fetch_all(registry, pairs, threads=16):
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda pair: registry.get_version(*pair), pairs))


def failure(ask):
    with pytest.raises(pnb.PaiError) as caught:
        ask()
    return caught.value


def by_action(server):
    return Counter(hit.headers["x-acs-action"] for hit in server.hits)


def both(names):
    """A good answer to single GETs and to lists."""
    pages = listing(names)

    def answer(hit):
        if hit.path.endswith("/versions"):
            return pages(hit)
        return {"VersionName": hit.version, "Uri": f"{hit.path.split('/')[4]}/{hit.version}"}

    return answer
