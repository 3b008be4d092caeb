"""Soak of what is fetched: interrupts, failed pages, closes while others fetch, and what explorers leave behind."""

import contextlib
import io
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError, PaiError
from tests.bench import life
from tests.registry.outsider import by_action, connect
from tests.registry.test_arrived import ASKED, NAMES, Slow, dated, keys
from tests.wire.faultserver import FAULTS as ANY_FAULT
from tests.wire.faultserver import FaultServer, Hangup, draw, error, good_answer, listing, raw, reset_in_body
from tests.wire.test_closing import ASKS, CLOSED, EMBEDDED, close_amid

WORKERS = 8
IN_FLIGHT = 0.3
"""Seconds that an answer may be on its way from the server to the set."""


class Stopped(Slow):
    """A slow plan that knows when each page was answered, and answers none once it is halted."""

    def __init__(self, dice):
        super().__init__(0)
        self.dice, self.halted, self.moments = dice, threading.Event(), {}

    def answer(self, conn, hit, good, number):
        time.sleep(self.dice.uniform(0, 0.2))
        if self.halted.is_set():
            while self.halted.is_set():
                time.sleep(0.02)
            raise Hangup
        good_answer(conn, hit, good)
        with self.lock:
            self.answered.add(number)
            self.moments[number] = time.monotonic()

    def names_until(self, moment):
        earlier = Slow(0)
        with self.lock:
            earlier.answered = {number for number, at in self.moments.items() if at <= moment}
        return earlier.names()


def interrupts(figures):
    """SIGINT at random moments, with answers in flight and without, and one failing page of ten."""
    # what a shell has started behind itself ignores SIGINT
    signal.signal(signal.SIGINT, signal.default_int_handler)
    outcomes, number = Counter(), 0
    while outcomes["with nothing on its way"] + outcomes["with answers on its way"] < figures.some(100) and number < figures.some(300):
        outcomes += _interrupted(figures, sorted(ASKED)[number % len(ASKED)], quiet=number % 2 == 0)
        number += 1
    figures.say("SIGINT at random moments: " + ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items())))
    tried, failed = figures.tried, len(figures.failed)
    for asked, place, fault in figures.drawn(product(("a model", "a glob", "a range", "the newest"), range(1, 11), FAULTS)):
        _failing_page(figures, asked, place, fault)
    figures.say(
        f"one failing page of ten: {figures.tried - tried} fetches with {len(FAULTS)} faults, {len(figures.failed) - failed} lost a version"
    )


def _interrupted(figures, asked, *, quiet):
    """One interrupt; quiet means that nothing is in flight, so that kept and answered must be the same."""
    addresses, wanted = ASKED[asked]
    plan, moments = Stopped(figures.dice), []

    def stop(hard):
        if quiet:
            plan.halted.set()
            time.sleep(IN_FLIGHT)
        moments.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    with FaultServer(plan, answer=dated(NAMES)) as server, connect(server, max_workers=figures.dice.randint(1, WORKERS)) as registry:
        timer = threading.Timer(figures.dice.uniform(0.02, 0.7 if "five" not in asked else 2), stop, [True])
        try:
            timer.start()
            found, over = registry.get_versions(*addresses, progress=False), True
            timer.cancel()
            timer.join()
            if moments:
                time.sleep(1)  # the interrupt is still to come
        except KeyboardInterrupt as caught:
            found, over = getattr(caught, "partial", None), bool(getattr(caught, "partial", None) is None)
        if over:
            figures.tried += 1
            return Counter({"over before the signal": 1})
        kept = keys(found)
        must = {key for key in plan.names_until(moments[0] - (0 if quiet else IN_FLIGHT)) if wanted(key[1])}
        may = {key for key in plan.names() if wanted(key[1])}
        figures.check(must <= kept <= may, f"{asked}: {len(kept)} kept, {len(must)} answered before, {len(may)} in all")
        exact = kept == {key for key in plan.names_until(moments[0]) if wanted(key[1])}
        # the cache has them too, and the rest can still be had
        plan.halted.clear()
        before = by_action(server)["ListModelVersions"]
        again = registry.get_versions(*addresses, progress=False)
        figures.check(keys(again) >= kept and not again.errors, f"{asked}: not usable afterwards")
        spared = by_action(server)["ListModelVersions"] - before
        missing = -(-(len(keys(again)) - len(kept)) // 100)
        # two show that the rest of a model is as it was; requests of the interrupted call may be counted late
        most = missing + 2 * len(addresses) + WORKERS
        figures.check(not missing or spared <= most, f"{asked}: {spared} requests for {missing} missing pages")
    told = f"with {'nothing' if quiet else 'answers'} on its way"
    return Counter({told: 1, f"{told}, kept exactly what was answered": exact, f"{told}, nothing had arrived": not kept})


def faults(figures):
    """2,000 versions of 20 models by pages of 20, eight models at a time, with a fifth of the answers faulty."""
    names = [f"0.{number}.0" for number in range(100)]
    kinds = {name: fault for name, fault in ANY_FAULT.items() if name != "another version"}  # of a page nobody can tell
    wanted = {f"m-{number}": [f"m-{number}/{name}" for name in names] for number in range(20)}
    served = Counter()
    for _ in range(figures.some(50)):
        seed = figures.dice.random()
        plan = lambda hit, seed=seed: draw(seed, hit.target, hit.attempt, rate=0.2, kinds=kinds)  # noqa: E731
        with (
            FaultServer(plan, answer=listing(names, most=20)) as server,
            connect(server, max_attempts=10, backoff_scale=0.01) as registry,
            ThreadPoolExecutor(WORKERS) as pool,
        ):
            found = list(pool.map(lambda model: registry.list_versions(model, progress=False), wanted))
        for (model, uris), versions in zip(wanted.items(), found, strict=True):
            figures.check([version.uri for version in versions] == uris, f"{model}, seed {seed}: {len(versions)} came")
        served += server.served
    figures.say(f"a fifth faulty: {sum(served.values()) - served['good']:,} faulty of {sum(served.values()):,} answers")


FAULTS = {
    "503": error(503, "ServiceUnavailable"),
    "no JSON": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{"),
    "reset": reset_in_body,
    "403": error(403, "NoPermission"),
}


def _failing_page(figures, asked, place, fault):
    addresses, wanted = ASKED[asked]
    plan = Slow(0)

    def failing(hit):
        return FAULTS[fault] if (hit.query.get("Order"), hit.query.get("PageNumber")) == ("ASC", str(place)) else plan(hit)

    with FaultServer(failing, answer=dated(NAMES)) as server, connect(server, backoff_scale=0, max_attempts=2) as registry:
        try:
            versions = registry.get_versions(*addresses, progress=False)
        except PaiError as raised:
            versions = raised.partial
    # not before the server has ended: it notes an answer after it was sent
    kept = keys(versions) if versions is not None else set()
    answered = {key for key in plan.names() if wanted(key[1])}
    figures.check(kept == answered, f"{asked}, page {place}, {fault}: {len(kept)} kept of {len(answered)} answered")


def closes(figures):
    """Registries closed while threads fetch from the embedded registry and, by pages of a model of 2,000 versions, over sockets."""
    before = set(threading.enumerate())
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        for _ in range(figures.some(300)):
            registry = pnb.connect("demo", default=False, transport=EMBEDDED)
            _check_ends(figures, "embedded", close_amid(registry, ASKS, after=figures.dice.uniform(0, 0.03)))
        names = [f"0.{number}.0" for number in range(2000)]
        asks = (
            lambda registry: registry.get_versions("model-a", refresh=True, progress=False),
            lambda registry: registry.get_versions("model-b@last:1500", refresh=True, progress=False),
            lambda registry: list(registry.client.iterate(registry.client.stream_versions("model-c"))),
        )
        with FaultServer(answer=listing(names)) as server:
            for _ in range(figures.some(300)):
                ends = close_amid(connect(server), asks, after=figures.dice.uniform(0, 0.4))
                _check_ends(figures, "over sockets", ends)
    deadline = time.monotonic() + 10
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    figures.check(not left, f"threads left: {left}")
    figures.check(not said.getvalue(), f"said on the standard streams: {said.getvalue()[:300]}")
    figures.say(f"{2 * figures.some(300)} closes, threads before and after: {len(before)}, {len(before) + len(left)}")


def _check_ends(figures, where, ends):
    for end in ends:
        ours = type(end) is ConfigurationError and end.message == CLOSED
        figures.check(ours, f"{where}: {type(end).__name__}: {str(end)[:150]}")


def explorers(figures):
    """Explorers, comparisons and registries made, shown and closed or dropped: what is there before and after."""
    count = figures.some(1000)
    with pnb.connect("demo", default=False) as registry:
        versions = registry.list_versions(life.MODEL, last=3)
        for make in life.KINDS:
            before, after, alive = life.lived(make, count, registry, versions)
            figures.say(
                f"{make.__name__}: {count:,} made; " + ", ".join(f"{name} {before[name]:.0f} -> {after[name]:.0f}" for name in before)
            )
            figures.check(alive == 0, f"{make.__name__}: {alive} alive")
            for name in ("widgets", "threads", "descriptors"):
                figures.check((after[name] or 0) <= (before[name] or 0), f"{make.__name__}: {name} grew")
            figures.check(after["MiB"] - before["MiB"] < 40, f"{make.__name__}: memory grew")
