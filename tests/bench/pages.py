"""What lists by pages cost: CPU beside raw httpx with json.loads and how it grows, seconds and requests with a slow service.

Run with ``python -m tests.bench.pages``; ``--json`` prints the figures for programs, a number sets how many versions there are (10,000).

CPU is that of the client's process, which is a fresh one each time; the server, on loopback, is a process of its own. "Raw" is one pooled
`httpx.AsyncClient`, eight requests in flight, nothing signed, checked or retried. "To the frame" is from the bytes to the wide frame, and
raw to columns that are built by hand for exactly these documents. Growth is of the least CPU of some runs. Ratios hold within one run on
one machine; ``--growth`` and ``--waiting`` leave out the others.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.bench.documents import by_hand, flat_document, full_document
from tests.bench.figures import Figures, count_argument, exponent, middle

KINDS = {"flat": flat_document, "full": full_document}
KEY = ("LTAI5tBenchKey", "BenchSecret0123456789")
SIZE, WORKERS, REPEATS, MODELS = 100, 8, 3, 40
SLOW, LESS_SLOW = 0.3, 0.05


class Pages(asyncio.Protocol):
    """Serves the versions of a model by pages, each after a moment; counts."""

    def __init__(self, held: dict[str, list[bytes]], moment: float, seen: Counter[str]) -> None:
        self.held, self.moment, self.seen = held, moment, seen

    def connection_made(self, transport: Any) -> None:
        self.transport, self.pending = transport, b""

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, _, self.pending = self.pending.partition(b"\r\n\r\n")
            target = urlsplit(head.split(b" ", 2)[1].decode())
            if target.path != "/seen":
                self.seen["flying"] += 1
                self.seen["most"] = max(self.seen["most"], self.seen["flying"])
            asyncio.get_running_loop().call_later(self.moment if target.path != "/seen" else 0, self.answer, target)

    def answer(self, target: Any) -> None:
        if target.path == "/seen":
            body = json.dumps(self.seen).encode()
            self.seen.clear()
        else:
            self.seen["requests"] += 1
            self.seen["flying"] -= 1
            parts = target.path.split("/")
            body = self.body(self.held[parts[4]], parts[6:], parse_qs(target.query))
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    @staticmethod
    def body(held: list[bytes], name: list[str], query: dict[str, list[str]]) -> bytes:
        if name:
            major, minor, _ = name[0].split(".")
            return held[int(major) * 1000 + int(minor)]
        number, size = int(query["PageNumber"][0]), int(query["PageSize"][0])
        ordered = held[::-1] if query["Order"] == ["DESC"] else held
        page = b",".join(ordered[(number - 1) * size : number * size])
        return b'{"RequestId":"r","TotalCount":%d,"Versions":[%s]}' % (len(held), page)


async def serve(kind: str, counts: str, moment: float) -> None:
    """Serve models `model-0` and so on, each with so many versions."""
    held = {
        f"model-{place}": [json.dumps(KINDS[kind](number)).encode() for number in range(int(n))]
        for place, n in enumerate(counts.split(","))
    }
    seen: Counter[str] = Counter()
    server = await asyncio.get_running_loop().create_server(lambda: Pages(held, moment, seen), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def raw(url: str, count: int) -> Iterator[Callable[[], Any]]:
    """One pooled client, decoded by json.loads."""
    import httpx

    runner = asyncio.Runner()
    client = httpx.AsyncClient(base_url=url, trust_env=False, limits=httpx.Limits(max_connections=WORKERS))

    async def page(number: int) -> list[dict[str, Any]]:
        query = {"Order": "ASC", "PageNumber": number, "PageSize": SIZE}
        answer = await client.get("/api/v1/models/model-0/versions", params=query)
        return json.loads(answer.content)["Versions"]

    async def everything() -> list[dict[str, Any]]:
        pages: dict[int, list[dict[str, Any]]] = {}
        waiting = iter(range(1, -(-count // SIZE) + 1))

        async def work() -> None:
            for number in waiting:
                pages[number] = await page(number)

        await asyncio.gather(*(work() for _ in range(WORKERS)))
        return [item for number in sorted(pages) for item in pages[number]]

    yield lambda: by_hand(runner.run(page(1)))
    yield lambda: runner.run(everything())
    runner.run(client.aclose())
    runner.close()


def raw_to_frame(url: str, count: int) -> Iterator[Callable[[], Any]]:
    """The same, and columns by hand."""
    steps = raw(url, count)
    yield next(steps)
    fetch = next(steps)
    yield lambda: by_hand(fetch())
    next(steps, None)


def connected(url: str, **options: Any) -> Any:
    import pai_notebook as pnb

    return pnb.connect(endpoint=url, credentials=KEY, default=False, names=False, **options)


def ours(url: str, count: int) -> Iterator[Callable[[], Any]]:
    """The public API, with every check."""
    with connected(url, requests_per_second=None) as registry:
        yield lambda: registry.get_versions("model-0@latest").to_frame()
        yield lambda: registry.list_versions("model-0", progress=False)


def ours_to_frame(url: str, count: int) -> Iterator[Callable[[], Any]]:
    """The same, and the wide frame."""
    with connected(url, requests_per_second=None) as registry:
        yield lambda: registry.get_versions("model-0@latest").to_frame()
        yield lambda: registry.list_versions("model-0", progress=False).to_frame()


def whole_list(url: str, count: int) -> Iterator[Callable[[], Any]]:
    """One model's whole list as a newcomer asks for it: nothing seen before, paced as usual."""
    with connected(url) as registry:
        yield lambda: None
        yield lambda: registry.list_versions("model-0", progress=False)


def newest(url: str, count: int) -> Iterator[Callable[[], Any]]:
    """The latest version of forty models, as a newcomer asks for them."""
    with connected(url) as registry:
        yield lambda: None
        yield lambda: registry.get_versions([f"model-{place}@latest" for place in range(MODELS)], progress=False)


def asked(selector: str, *, again: bool) -> Callable[[str, int], Iterator[Callable[[], Any]]]:
    """One address, as a newcomer asks for it, or once more."""

    def client(url: str, count: int) -> Iterator[Callable[[], Any]]:
        with connected(url) as registry:
            yield (lambda: registry.get_versions(f"model-0@{selector}")) if again else lambda: None
            yield lambda: registry.get_versions(f"model-0@{selector}")

    return client


ASKED = {f"{selector}, {'again' if again else 'first'}": (selector, again) for selector in ("latest", "last:5") for again in (False, True)}
CLIENTS = {each.__name__: each for each in (raw, raw_to_frame, ours, ours_to_frame, whole_list, newest)}
CLIENTS |= {name: asked(selector, again=again) for name, (selector, again) in ASKED.items()}


def run_client(name: str, url: str, count: int) -> None:
    """One client in this process: warm up, then measure."""
    import httpx

    steps = CLIENTS[name](url, count)
    next(steps)()
    work = next(steps)
    httpx.get(f"{url}/seen", trust_env=False)
    cpu, began = time.process_time(), time.perf_counter()
    found = work()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    seen = httpx.get(f"{url}/seen", trust_env=False).json()
    print(json.dumps({"seconds": took, "cpu": cpu, "found": len(found), "requests": seen["requests"], "most": seen["most"]}))
    next(steps, None)


class Server:
    """A server process for as long as a block runs."""

    def __init__(self, kind: str, counts: list[int], moment: float = 0.0) -> None:
        command = [sys.executable, "-m", "tests.bench.pages", "--serve", kind, ",".join(map(str, counts)), str(moment)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        self.count = counts[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.wait()

    def measure(self, name: str) -> dict[str, float]:
        """What a client says of itself, in a fresh process."""
        command = [sys.executable, "-m", "tests.bench.pages", "--client", name, self.url, str(self.count)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def cpu(figures: Figures, count: int) -> None:
    """CPU beside raw httpx, in turns so that what else the machine does meets all of them alike."""
    for kind, make in KINDS.items():
        with Server(kind, [count]) as server:
            runs = [{name: server.measure(name) for name in ("raw", "ours", "raw_to_frame", "ours_to_frame")} for _ in range(REPEATS)]
        assert all(run["found"] == count for each in runs for run in each.values())
        size = len(json.dumps(make(0)))
        figures.say(f"\n{count:,} versions of {size:,} bytes ({kind}): CPU seconds, median of {REPEATS} runs")
        for name in runs[0]:
            seconds = middle([each[name]["cpu"] for each in runs])
            figures.say(f"  {name:16}{seconds:7.2f}   {runs[0][name]['requests']:.0f} requests")
        for name, aim in (("", 1.6), ("_to_frame", 2.0)):
            ratio = middle([each[f"ours{name}"]["cpu"] / each[f"raw{name}"]["cpu"] for each in runs])
            figures.tell(f"{kind}: CPU of the list{' to the frame' if name else ''} against raw httpx", ratio, f"at most {aim}")


def growth(figures: Figures, middle_count: int) -> None:
    """How the CPU of a list, alone and to the frame, grows from a tenth of the versions to ten times as many."""
    figures.say()
    counts = [middle_count // 10, middle_count, middle_count * 10]
    taken: dict[str, list[float]] = {"raw": [], "ours": [], "ours_to_frame": []}
    for count, times in zip(counts, (4, 2, 1), strict=True):
        with Server("flat", [count]) as server:
            for name, values in taken.items():
                values.append(min(server.measure(name)["cpu"] for _ in range(times)))
    for name, values in taken.items():
        figures.say(f"{name}: " + ", ".join(f"{count:,} versions {value:.2f} s" for count, value in zip(counts, values, strict=True)))
        figures.tell(f"  {name}: exponent of CPU", exponent(counts, values), "at most 1.1" if name != "raw" else "")


def waiting(figures: Figures) -> None:
    """Seconds and requests where the service is slow."""
    figures.say()
    with Server("flat", [1000]) as server:
        for name, (selector, again) in ASKED.items():
            found = server.measure(name)
            assert found["found"] == (5 if selector == "last:5" else 1)
            figures.tell(f"@{name}, of 1,000 versions: requests", found["requests"], "at most 1" if again else "at most 2")
    with Server("flat", [1000], SLOW) as server:
        # what else the machine does can only add to it
        found = min((server.measure("whole_list") for _ in range(REPEATS)), key=lambda each: each["seconds"])
    assert found["found"] == 1000
    what = f"1,000 versions at {SLOW:g} s a page"
    figures.tell(f"{what}: seconds", found["seconds"], "at most 1.5")
    figures.tell(f"{what}: requests", found["requests"], "at most 12")
    figures.tell(f"{what}: in flight", found["most"], f"at most {WORKERS}")
    with Server("flat", [500] * MODELS, LESS_SLOW) as server:
        found = server.measure("newest")
    assert found["found"] == MODELS
    what = f"the latest of {MODELS} models at {LESS_SLOW:g} s a request"
    figures.tell(f"{what}: seconds", found["seconds"])
    figures.tell(f"{what}: requests", found["requests"], f"{MODELS} to {MODELS + 1}")
    figures.tell(f"{what}: in flight", found["most"], f"at most {WORKERS}")


def main() -> None:
    if "--serve" in sys.argv:
        kind, counts, moment = sys.argv[2:5]
        asyncio.run(serve(kind, counts, float(moment)))
    elif "--client" in sys.argv:
        name, url, count = sys.argv[2:5]
        run_client(name, url, int(count))
    else:
        figures = Figures()
        only, count = {"--growth", "--waiting"} & set(sys.argv), count_argument(10_000)
        if not only:
            cpu(figures, count)
        if only != {"--waiting"}:
            growth(figures, count)
        if only != {"--growth"}:
            waiting(figures)
        figures.finish()


if __name__ == "__main__":
    main()
