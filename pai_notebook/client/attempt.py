"""One attempt at a request: connection, rate limit, credentials, signature, answer, and whether another attempt can help.

Expected errors are returned, not raised: an exception raised while another is handled would carry that one's frames along, and with them
the request's headers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from pai_notebook.client.credentials import hangs
from pai_notebook.client.decode import DamagedAnswer, decode, read_body
from pai_notebook.client.failures import Answer, Subject, failure_of_answer, is_error_document
from pai_notebook.client.masking import Mask, masked_logs
from pai_notebook.client.operations import WrongAnswer
from pai_notebook.client.rate_limit import bucket_for
from pai_notebook.client.retry import Again, Failure
from pai_notebook.client.signing import sign
from pai_notebook.client.unreachable import failure_of_exception
from pai_notebook.errors import ConfigurationError, DeadlineExceeded, PaiError, ProtocolError, ServiceUnavailable
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from pai_notebook.client.connections import ConnectionPool, Lane
    from pai_notebook.client.credentials import Credentials, Provider
    from pai_notebook.client.operations import Operation
    from pai_notebook.client.rate_limit import Bucket
    from pai_notebook.client.settings import Settings

_log = logging.getLogger("pai_notebook.client")
_HEADERS = (("accept", "application/json"), ("accept-encoding", "gzip"), ("user-agent", "pai-notebook"))
# An error needs no more bytes, and may come from anything that answers at the address.
_ERROR_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Reply:
    """A document of the service.

    Parameters
    ----------
    document : dict
        As it was sent.
    request_id : str
        The service's id of the request.
    fetched : datetime
        When it arrived, UTC.
    attempts : int
        Requests it took.
    """

    document: dict[str, Any]
    request_id: str
    fetched: datetime
    attempts: int = 1


class Exchange:
    """Makes attempts for one client.

    Parameters
    ----------
    settings : Settings
        Where, and within which limits.
    provider : Provider
        Whose key.
    lanes : ConnectionPool
        The connections.
    """

    def __init__(self, settings: Settings, provider: Provider, lanes: ConnectionPool) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._provider = provider
        self._lanes = lanes

    async def attempt(self, operation: Operation, *, end: float, offset: timedelta, refused: Failure | None = None) -> Reply | Failure:
        """Ask once.

        Parameters
        ----------
        operation : Operation
            What to ask.
        end : float
            The loop's time at which the call as a whole is over.
        offset : timedelta
            What to add to this machine's clock.
        refused : Failure or None
            How the service refused the key of the attempt before; with the same key again nothing is sent.

        Raises
        ------
        PaiError
            Only for what no further attempt can change: no credentials, or some that cannot be sent.
        """
        began = time.monotonic()
        outcome = await self._within(operation, end, offset, refused)
        said = outcome.error if isinstance(outcome, Failure) else "ok"
        _log.debug("%s %s: %s after %.0f ms", operation.action, operation.path, said, 1000 * (time.monotonic() - began))
        return outcome

    async def _within(self, operation: Operation, end: float, offset: timedelta, refused: Failure | None) -> Reply | Failure:
        """The attempt inside its time limits."""
        loop = asyncio.get_running_loop()
        asking = ""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(end) as timer, self._lanes.lane() as lane:
                if late := await self._pace(operation, end):
                    return late
                asking = self._provider.asking
                credentials = await self._provider.get(patience=self._limits.deadline)
                asking = ""
                # the service has refused this very key; asking again could only be refused again
                if refused is not None and credentials == refused.key:
                    return replace(refused, again=Again.SAME_KEY)
                # the attempt's own limit begins here: waiting for a place and for credentials is no fault of the service
                timer.reschedule(min(end, loop.time() + self._limits.attempt_timeout))
                return await self._send(lane, operation, credentials, offset)
        if asking:
            return Failure(hangs(self._provider.asking, self._limits.deadline))
        return self._timed_out(operation, over=loop.time() >= end)

    async def _pace(self, operation: Operation, end: float) -> Failure | None:
        limit = self._limits.requests_per_second
        if limit is None:
            return None
        bucket, epoch = self._bucket(operation), -1
        # a refusal meanwhile voids the place that was reserved, so another is taken at the slower pace
        while epoch != bucket.epoch:
            epoch = bucket.epoch
            if asyncio.get_running_loop().time() + bucket.delay(limit) > end:
                return self._timed_out(operation, over=True)
            await asyncio.sleep(bucket.reserve(limit))
        return None

    def _bucket(self, operation: Operation) -> Bucket:
        return bucket_for(self._settings.endpoint.url, operation.action)

    def _subject(self, operation: Operation, credentials: Credentials | None = None) -> Subject:
        return Subject(
            action=operation.action,
            permission=operation.permission,
            model_id=operation.model_id,
            version_name=operation.version_name,
            region=self._settings.region,
            endpoint=self._settings.endpoint.host,
            workspace_id=self._settings.workspace_id,
            mask=credentials.mask if credentials else Mask(),
            origin=credentials.origin if credentials else "",
            proxy=self._lanes.proxy,
        )

    async def _send(self, lane: Lane, operation: Operation, credentials: Credentials, offset: timedelta) -> Reply | Failure:
        sent = time.monotonic()
        subject = self._subject(operation, credentials)
        outcome: Reply | Failure
        try:
            with masked_logs(lambda text: subject.proxy.mask(credentials.mask(text))):
                answer = await self._exchange(lane, self._request(operation, credentials, offset))
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            outcome = failure_of_exception(error, subject)
        except ProtocolError as error:
            error.message = subject.mask(error.message)
            outcome = Failure(_bare(error), Again.LATER if isinstance(error, DamagedAnswer) else Again.NEVER)
        except ConfigurationError as error:
            outcome = Failure(_bare(error))
        except Exception as error:
            # a transport that was passed in may raise anything, and its errors belong to who wrote it
            if not self._lanes.own:
                raise
            outcome = failure_of_exception(error, subject)
        else:
            outcome = self._judge(answer, operation, subject, offset)
            lane.check()
        if isinstance(outcome, Failure):
            # an answer cut short or garbled may have left bytes on the connection
            lane.fit = lane.fit and outcome.error.status is not None and not isinstance(outcome.error, ProtocolError)
            if outcome.again is Again.KEY:
                self._provider.refuse(credentials)
                outcome = replace(outcome, key=credentials)
        self._note(operation, outcome, sent)
        return outcome

    def _request(self, operation: Operation, credentials: Credentials, offset: timedelta) -> httpx.Request:
        signed = sign(
            credentials,
            method="GET",
            path=operation.path,
            host=self._settings.endpoint.host,
            action=operation.action,
            query=operation.query,
            now=datetime.now(UTC) + offset,
        )
        url = httpx.URL(self._settings.endpoint.url + operation.path, params=operation.query or None)
        # reading and writing are bounded by the timer above, which a slow trickle of bytes cannot outlast
        timeout = {"connect": self._limits.connect_timeout, "read": None, "write": None, "pool": None}
        return httpx.Request("GET", url, headers=[*signed, *_HEADERS], extensions={"timeout": timeout})

    async def _exchange(self, lane: Lane, request: httpx.Request) -> Answer:
        response = await lane.transport.handle_async_request(request)
        limit = self._limits.max_bytes if response.is_success else min(self._limits.max_bytes, _ERROR_BYTES)
        try:
            body = await read_body(response.stream, encoding=response.headers.get("content-encoding", ""), max_bytes=limit)  # type: ignore[arg-type]
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers, body)

    def _judge(self, answer: Answer, operation: Operation, subject: Subject, offset: timedelta) -> Reply | Failure:
        """The reply, when the answer belongs to this operation."""
        now = datetime.now(UTC)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class of successes
            return failure_of_answer(answer, subject, now=now + offset)
        try:
            document = decode(answer.body, max_depth=self._limits.max_depth)
            # some gateways send an error with status 200
            if operation.field not in document and is_error_document(document):
                return failure_of_answer(answer, subject, now=now + offset)
            operation.check(document)
        except ProtocolError as error:
            error.status = answer.status
            error.message = subject.mask(error.message)
            return Failure(_bare(error), Again.LATER if isinstance(error, (DamagedAnswer, WrongAnswer)) else Again.NEVER)
        request_id = document.get("RequestId") or answer.headers.get("x-acs-request-id", "")
        return Reply(document, request_id if isinstance(request_id, str) else "", now)

    def _note(self, operation: Operation, outcome: Reply | Failure, sent: float) -> None:
        """Tell the bucket whether the pace was right."""
        limit = self._limits.requests_per_second
        if limit is None:
            return
        if isinstance(outcome, Failure) and outcome.again is Again.THROTTLED:
            self._bucket(operation).refused(sent, limit=limit, wait=outcome.wait)
        else:
            self._bucket(operation).accepted(sent)

    def _timed_out(self, operation: Operation, *, over: bool) -> Failure:
        subject = self._subject(operation)
        if over:
            error: PaiError = DeadlineExceeded(
                say("{name} was not fetched within {deadline:g} s", name=subject.name, deadline=self._limits.deadline),
                hint=say("Try again, or raise deadline=."),
            )
            return Failure(error, Again.NEVER)
        text = say(
            "{endpoint} did not finish its answer within {attempt_timeout:g} s",
            endpoint=subject.endpoint,
            attempt_timeout=self._limits.attempt_timeout,
        )
        return Failure(ServiceUnavailable(text, hint=say("Try again, or raise attempt_timeout=.")), Again.LATER)


def _bare(error: PaiError) -> PaiError:
    """The error without the frames and the exceptions behind it, whose variables hold the answer or the request's headers."""
    error.args = (error.message,)
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
