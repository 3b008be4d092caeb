"""Measure the wire against the vendor's SDK and against raw httpx, on loopback TLS with 20 ms latency and pacing off.

Run with ``python -m tests.bench.wire``; ``--quick`` leaves out the vendor's slowest ways, ``--pacing`` measures the pace instead. Every
figure is a fresh process; ratios hold within one run on one machine. The server runs in a process of its own.
"""

import argparse
import asyncio
import gc
import json
import os
import resource
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.bench.figures import Figures

LATENCY = 0.020
VERSIONS = [f"0.{number}.0" for number in range(500)]
SINGLES = [(f"model-{number % 40}", f"0.{number}.0") for number in range(200)]
KEY = ("LTAI5tBenchKey", "BenchSecret0123456789")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and a bundle of the usual authorities with it."""
    import certifi
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    server, bundle = folder / "server.pem", folder / "bundle.pem"
    server.write_bytes(certificate + private)
    bundle.write_bytes(Path(certifi.where()).read_bytes() + certificate)
    return server, bundle


def version_document(model: str, version: str) -> dict:
    """About 4 kB, as a version with labels, metrics and specs is."""
    return {
        "VersionName": version,
        "Uri": f"oss://bucket.oss-cn-hangzhou.aliyuncs.com/{model}/{version}/",
        "Labels": [{"Key": f"key{number}", "Value": f"value{number}"} for number in range(6)],
        "Metrics": {
            "Results": [
                {"Dataset": {"DatasetId": f"d-{part}"}, "Metrics": {f"metric{number}": 0.125 * number for number in range(10)}}
                for part in range(3)
            ]
        },
        "InferenceSpec": {"processor": "x" * 1000},
        "TrainingSpec": {"AlgorithmName": "y" * 1500},
        "GmtCreateTime": "2021-01-30T12:51:33.028Z",
        "ApprovalStatus": "Approved",
    }


class Server(asyncio.Protocol):
    """Answers after the latency; keeps connections; counts."""

    counts: ClassVar[Counter] = Counter()
    pages: ClassVar[dict] = {}

    def connection_made(self, transport):
        self.transport, self.pending = transport, b""
        Server.counts["connections"] += 1

    def data_received(self, data):
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, _, self.pending = self.pending.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode()
            delay = 0 if target == "/counts" else LATENCY
            asyncio.get_running_loop().call_later(delay, self.answer, target)

    def answer(self, target):
        if target == "/counts":
            body = json.dumps(Server.counts).encode()
            Server.counts.clear()
        else:
            Server.counts["requests"] += 1
            body = Server.body(target)
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    @classmethod
    def body(cls, target):
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        number, size = (int(query.get(name, ["0"])[0]) for name in ("PageNumber", "PageSize"))
        newest_first = query.get("Order") == ["DESC"]
        if (parts.path, number, size, newest_first) not in cls.pages:
            names = parts.path.split("/")
            if size:
                held = VERSIONS if names[4] == "model-0" else [name for model, name in SINGLES if model == names[4]]
                page = (held[::-1] if newest_first else held)[(number - 1) * size : number * size]
                document = {"RequestId": "r", "TotalCount": len(held), "Versions": [version_document(names[4], name) for name in page]}
            else:
                document = {"RequestId": "r", **version_document(names[4], names[6])}
            cls.pages[parts.path, number, size, newest_first] = json.dumps(document).encode()
        return cls.pages[parts.path, number, size, newest_first]


async def serve(certificate: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for model, name in [*(("model-0", name) for name in VERSIONS), *SINGLES]:
        Server.body(f"/api/v1/models/{model}/versions/{name}")
    for model, number in [("model-0", number) for number in range(2, 6)] + [(model, 1) for model in dict(SINGLES)]:
        for order in ("ASC", "DESC"):
            Server.body(f"/api/v1/models/{model}/versions?Order={order}&PageNumber={number}&PageSize=100")
    server = await asyncio.get_running_loop().create_server(Server, "localhost", 0, ssl=context, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def ours(url, workers=8):
    from pai_notebook.client import Client, Limits, resolve_credentials, resolve_settings

    settings = resolve_settings(endpoint=url, environ={}, home="/nonexistent", limits=Limits(requests_per_second=None, max_workers=workers))
    return Client(settings, resolve_credentials(KEY))


def ours_list(url):
    client = ours(url)
    yield lambda: client.run(client.get_version("model-0", "0.0.0"))
    yield lambda: len(client.run(client.list_versions("model-0")).items)
    client.close()


def ours_single(url, pairs=SINGLES, workers=8):
    client = ours(url, workers)
    yield lambda: client.run(client.get_version("model-0", "0.0.0"))
    yield lambda: sum(not isinstance(reply, Exception) for reply in client.run(client.get_many(pairs)))
    client.close()


def ours_planned(url):
    """The same versions by the public API, which asks for a page where that takes fewer requests."""
    import pai_notebook

    registry = pai_notebook.connect(endpoint=url, credentials=KEY, requests_per_second=None, default=False, names=False)
    yield lambda: registry.get_version("model-0", "0.0.0")
    yield lambda: len(registry.get_versions([f"{model}@{name}" for model, name in SINGLES], progress=False))
    registry.close()


def vendor(url):
    from alibabacloud_aiworkspace20210204.client import Client
    from alibabacloud_aiworkspace20210204.models import GetModelVersionRequest
    from alibabacloud_tea_openapi.models import Config

    client = Client(Config(access_key_id=KEY[0], access_key_secret=KEY[1], endpoint=urlsplit(url).netloc, region_id="cn-hangzhou"))
    return client, GetModelVersionRequest()


def count_good(results):
    return sum(result.body.version_name is not None for result in results)


def vendor_one_by_one(url, pairs=SINGLES):
    client, request = vendor(url)
    yield lambda: client.get_model_version("model-0", "0.0.0", request)
    yield lambda: count_good([client.get_model_version(*pair, request) for pair in pairs])


def vendor_threads(url, pairs=SINGLES):
    client, request = vendor(url)
    yield lambda: client.get_model_version("model-0", "0.0.0", request)
    with ThreadPoolExecutor(16) as pool:
        yield lambda: count_good(pool.map(lambda pair: client.get_model_version(*pair, request), pairs))


def vendor_async(url, pairs=SINGLES):
    client, request = vendor(url)

    async def fetch_all():
        gate = asyncio.Semaphore(16)

        async def fetch(pair):
            async with gate:
                return await client.get_model_version_async(*pair, request)

        return count_good(await asyncio.gather(*map(fetch, pairs)))

    yield lambda: asyncio.run(client.get_model_version_async("model-0", "0.0.0", request))
    yield lambda: asyncio.run(fetch_all())


def raw_httpx(url, pairs=SINGLES, workers=8):
    """The practical limit: one pooled client, signed requests, JSON decoded, nothing checked, nothing retried."""
    import httpx

    from pai_notebook.client import Credentials, sign

    class Auth(httpx.Auth):
        def auth_flow(self, request):
            path = request.url.raw_path.decode("ascii")
            request.headers.update(sign(key, method="GET", path=path, host=request.headers["host"], action=request.headers["x-acs-action"]))
            yield request

    key = Credentials(*KEY)
    runner = asyncio.Runner()
    limits = httpx.Limits(max_connections=workers)
    client = httpx.AsyncClient(auth=Auth(), base_url=url, limits=limits)

    async def get(pair):
        response = await client.get(f"/api/v1/models/{pair[0]}/versions/{pair[1]}", headers={"x-acs-action": "GetModelVersion"})
        return response.json()["VersionName"]

    async def fetch_all():
        waiting = iter(pairs)
        done = []

        async def work():
            for pair in waiting:
                done.append(await get(pair))  # noqa: PERF401 - interleaved

        await asyncio.gather(*(work() for _ in range(workers)))
        return len(done)

    yield lambda: runner.run(get(("model-0", "0.0.0")))
    yield lambda: runner.run(fetch_all())
    runner.run(client.aclose())
    runner.close()


def all_versions(scenario):
    return lambda url: scenario(url, [("model-0", name) for name in VERSIONS])


SCENARIOS = {
    "500 versions: ours, by pages": ours_list,
    "500 versions: ours, single GETs": all_versions(ours_single),
    "500 versions: vendor one by one": all_versions(vendor_one_by_one),
    "500 versions: vendor, 16 threads": all_versions(vendor_threads),
    "500 versions: vendor, async 16": all_versions(vendor_async),
    "200 singles: ours": ours_single,
    "200 singles: ours, 16 in flight": lambda url: ours_single(url, workers=16),
    "200 singles: ours, planned": ours_planned,
    "200 singles: raw httpx, 8 in flight": raw_httpx,
    "200 singles: raw httpx, 16 in flight": lambda url: raw_httpx(url, workers=16),
    "200 singles: vendor one by one": vendor_one_by_one,
    "200 singles: vendor, 16 threads": vendor_threads,
    "200 singles: vendor, async 16": vendor_async,
}
SLOW = {"500 versions: vendor, async 16", "200 singles: vendor, async 16"}


def run_client(name: str, url: str) -> None:
    """One scenario in this process: warm up, then measure."""
    steps = SCENARIOS[name](url)
    next(steps)()
    work = next(steps)
    gc.collect()  # what the imports left is in nobody's figure
    cpu, began = time.process_time(), time.perf_counter()
    good = work()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    next(steps, None)
    print(
        json.dumps({"seconds": took, "cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "good": good}),
        flush=True,
    )


def counts(url: str, bundle: Path) -> dict:
    import httpx

    with httpx.Client(verify=ssl.create_default_context(cafile=str(bundle)), trust_env=False) as client:
        found = client.get(f"{url}/counts").json()
    return {**found, "connections": found.get("connections", 1) - 1}


def measure(name: str, url: str, bundle: Path) -> dict:
    """One scenario in a fresh process, and what the server saw of it."""
    env = {**os.environ, "SSL_CERT_FILE": str(bundle), "REQUESTS_CA_BUNDLE": str(bundle), "NO_PROXY": "localhost"}
    command = [sys.executable, "-m", "tests.bench.wire", "--client", name, "--url", url]
    counts(url, bundle)
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    said = json.loads(run.stdout.splitlines()[-1]) if run.returncode == 0 and run.stdout else {"good": -1, "failed": run.stderr[-300:]}
    return {**said, **counts(url, bundle)}


def summary(runs: list[dict]) -> dict:
    """The medians of the runs that went well."""
    whole = [run for run in runs if run["good"] > 0]
    if not whole:
        return {"failed": len(runs), "why": runs[-1].get("failed", "")}
    middle = {key: statistics.median(run[key] for run in whole) for key in ("seconds", "cpu", "peak", "good", "requests", "connections")}
    return {**middle, "failed": len(runs) - len(whole)}


def compare(args) -> None:
    """Every scenario once a round, so that what else the machine does meets all of them alike."""
    figures = Figures()
    names = [name for name in SCENARIOS if not (args.quick and name in SLOW)]
    with tempfile.TemporaryDirectory() as folder:
        certificate, bundle = make_certificate(Path(folder))
        command = [sys.executable, "-m", "tests.bench.wire", "--serve", str(certificate)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        url = f"https://localhost:{server.stdout.readline().strip()}"
        figures.say(f"{args.repeats} rounds, medians")
        try:
            rounds = [{name: measure(name, url, bundle) for name in names} for _ in range(args.repeats)]
        finally:
            server.kill()
            server.wait()
    results = {name: summary([each[name] for each in rounds]) for name in names}
    show(figures, results)
    ratios(figures, results)
    figures.finish()


def show(figures: Figures, results: dict) -> None:
    figures.say(f"{'':38}{'seconds':>9}{'/s':>8}{'CPU s':>8}{'peak MB':>9}{'requests':>10}{'connections':>13}{'failed runs':>13}")
    for name, found in results.items():
        if "seconds" not in found:
            figures.say(f"{name:38} every run failed: {found['why']}")
            continue
        # one request and one connection belong to the warm-up
        figures.say(
            f"{name:38}{found['seconds']:9.3f}{found['good'] / found['seconds']:8.0f}{found['cpu']:8.3f}{found['peak']:9.0f}"
            f"{found['requests'] - 1:10.0f}{found['connections']:13.0f}{found['failed']:13d}",
            {name: {key: found[key] for key in ("seconds", "cpu", "requests")}},
        )


def ratios(figures: Figures, results: dict) -> None:
    """The aims, each beside what was measured."""

    def ratio(above, below, key="seconds"):
        top, bottom = results.get(above, {}), results.get(below, {})
        return top[key] / bottom[key] if key in top and key in bottom else float("nan")

    pages, planned = "500 versions: ours, by pages", "200 singles: ours, planned"
    eight, sixteen = "200 singles: ours", "200 singles: ours, 16 in flight"
    threads, least = "200 singles: vendor, 16 threads", len(SINGLES) / 8 * LATENCY
    mine = [results[name] for name in (pages, eight, sixteen, planned)]
    lines = [
        ("by pages, times faster than the vendor one by one", ratio("500 versions: vendor one by one", pages), "at least 60"),
        ("by pages, times faster than the vendor with 16 threads", ratio("500 versions: vendor, 16 threads", pages), ""),
        ("requests for the 500 versions", results[pages]["requests"] - 1, "at most 6"),
        ("the 200 as people ask, times faster than the vendor with 16 threads", ratio(threads, planned), "above 1"),
        ("the same, CPU against it", ratio(planned, threads, "cpu"), "at most 0.5"),
        ("the same, requests", results[planned]["requests"] - 1, ""),
        ("the same, connections", results[planned]["connections"], "at most 8"),
        ("200 GETs, 16 in flight, times faster than the vendor with 16 threads", ratio(threads, sixteen), "above 1"),
        ("the same, CPU against it", ratio(sixteen, threads, "cpu"), "at most 0.5"),
        ("the same, time against raw httpx with 16 in flight", ratio(sixteen, "200 singles: raw httpx, 16 in flight"), "at most 1.25"),
        ("200 GETs, 8 in flight, times faster than the vendor with 16 threads", ratio(threads, eight), ""),
        ("the same, CPU against it", ratio(eight, threads, "cpu"), "at most 0.5"),
        ("the same, time against raw httpx with 8 in flight", ratio(eight, "200 singles: raw httpx, 8 in flight"), "at most 1.25"),
        ("the same, connections", results[eight]["connections"], "at most 8"),
        ("what 8 in flight and the latency allow, times faster than the vendor", results[threads]["seconds"] / least, ""),
        ("failed runs of ours", sum(each["failed"] for each in mine), "0"),
    ]
    figures.say()
    subject = ""
    for text, value, aim in lines:
        subject = subject if text.startswith("the same") else text
        figures.tell(text if text == subject else f"{subject.split(',')[0]}: {text}", value, aim)


def pacing() -> None:
    """The pace as a server sees it: 500 GETs at 40 a second, then a server that throttles above 20 a second."""
    from tests.wire.faultserver import FaultServer, error

    figures = Figures()
    pairs = [("m", f"0.{number}.0") for number in range(500)]
    with FaultServer() as server, server.client(requests_per_second=40.0) as client:
        client.run(client.get_many(pairs))
    times = sorted(hit.time for hit in server.hits)
    busiest = max(index + 1 - bisect_left(times, moment - 1) for index, moment in enumerate(times))
    figures.tell("500 GETs at 40 a second: seconds", times[-1] - times[0])
    figures.tell("requests in the busiest second", busiest, "at most 40 + 8")

    taken: deque = deque()
    log = []

    def plan(hit):
        while taken and taken[0] <= hit.time - 1:
            taken.popleft()
        accepted = len(taken) < 20
        log.append((hit.time, accepted))
        if accepted:
            taken.append(hit.time)
        return None if accepted else error(400, "Throttling.User")

    with FaultServer(plan) as server, server.client(requests_per_second=40.0, backoff_scale=1.0) as client:
        outcomes = client.run(client.get_many(pairs))
    begin, end = log[0][0], log[-1][0]
    refused = sum(not accepted for _, accepted in log)
    settled = sum(accepted for moment, accepted in log if moment - begin > 10) / (end - begin - 10)
    lost = sum(isinstance(outcome, Exception) for outcome in outcomes)
    figures.tell("a server that throttles above 20 a second: requests a second after 10 s", settled, "18 to 20")
    figures.tell("lost", lost, "0")
    figures.tell("refused, percent", 100 * refused / len(log), "below 5")
    figures.finish()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pacing", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--serve")
    parser.add_argument("--client")
    parser.add_argument("--url")
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(args.serve))
    elif args.client:
        run_client(args.client, args.url)
    elif args.pacing:
        pacing()
    else:
        compare(args)


if __name__ == "__main__":
    main()
