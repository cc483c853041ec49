"""Calls of a tracker's API: paced, tried again where that helps, every refusal told in words. It knows no tracker."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
import structlog

from triage.deliver.ladder import retry_after_s
from triage.errors import DataError, SettingsError, TrackerRefused, TrackerUnavailable
from triage.trackers.accounts import Account, TrackerKind

__all__ = ["WAITS_S", "TrackerClient"]

_log = structlog.get_logger(__name__)

_SCHEMES = {TrackerKind.REQUEST_TRACKER: "token", TrackerKind.SERVICENOW: "Bearer", TrackerKind.JIRA: "Bearer"}
# Seconds before each further try of a call: a restart of the tracker is waited for, an outage is not.
WAITS_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
# Whoever asks for more is not waited for: the same command goes on later.
_LONGEST_WAIT_S = 900.0
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_SHOWN = 300


class TrackerClient:
    """One tracker, a call at a time.

    Parameters
    ----------
    account : Account
    transport : httpx.BaseTransport or None, default=None
        How HTTP is spoken; over the network if None.
    waits_s : sequence of float, default=WAITS_S
        How long to wait before each further try of a call, in seconds; none for whoever asks again by itself.
    sleep, monotonic : callable
        Waits some seconds; tells seconds of a clock that nobody sets.
    """

    def __init__(
        self,
        account: Account,
        transport: httpx.BaseTransport | None = None,
        waits_s: Sequence[float] = WAITS_S,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.account = account
        self._waits_s = waits_s
        self._sleep = sleep
        self._monotonic = monotonic
        self._next_call_at = 0.0
        self._client = httpx.Client(
            base_url=account.url,
            transport=transport,
            timeout=account.timeout_s,
            # A redirect is to a login page; the credentials must not follow it.
            follow_redirects=False,
            headers={"user-agent": "triage", "accept": "application/json", "authorization": _authorization(account)},
            verify=_trust(account),
        )

    def get(self, path: str, query: Mapping[str, str], what: str) -> object:
        """Return the JSON at a path.

        Parameters
        ----------
        path : str
            Below the account's address.
        query : mapping of str to str
        what : str
            What is read, for messages: ``the changes of incidents (table sys_audit)``.

        Raises
        ------
        TrackerRefused
            The credentials, or what they may see; there is no such place; the query cannot be meant.
        TrackerUnavailable
            It does not answer, or asks to be left alone, for longer than is waited for.
        DataError
            What is answered is no JSON.
        """
        for wait_s in (*self._waits_s, None):
            self._pace()
            try:
                response = self._client.get(path, params=dict(query))
            except httpx.TransportError as err:
                if wait_s is None or isinstance(err, httpx.UnsupportedProtocol):
                    raise TrackerUnavailable(
                        f"{self._where()} cannot be reached: {err or type(err).__name__}."
                    ) from err
                self._wait(wait_s, repr(err))
                continue
            if response.status_code not in _AGAIN:
                return self._read(response, what)
            asked_s = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
            if wait_s is None or (asked_s or 0.0) > _LONGEST_WAIT_S:
                raise TrackerUnavailable(
                    f"{self._where()} answers {response.status_code} to {what}"
                    + (f" and asks to be left alone for {asked_s:.0f} s." if asked_s else f": {_said(response)}")
                )
            self._wait(max(wait_s, asked_s or 0.0), f"status {response.status_code}")
        raise AssertionError("unreachable")  # the last wait is None

    def close(self) -> None:
        """Let connections go."""
        self._client.close()

    def _pace(self) -> None:
        now = self._monotonic()
        if now < self._next_call_at:
            self._sleep(self._next_call_at - now)
        self._next_call_at = max(now, self._next_call_at) + 1.0 / self.account.rate

    def _wait(self, seconds: float, why: str) -> None:
        _log.warning("tracker_waited_for", tracker=self.account.name, seconds=round(seconds, 1), why=why)
        self._sleep(seconds)

    def _read(self, response: httpx.Response, what: str) -> object:
        status = response.status_code
        if status == HTTPStatus.UNAUTHORIZED:
            raise TrackerRefused(
                f"{self._where()} refuses the credentials (401): they are wrong or have expired. Check user and "
                "secret_env; the same command goes on where this ended."
            )
        if status == HTTPStatus.FORBIDDEN:
            raise TrackerRefused(f"{self._where()} does not let this account read {what} (403): {_said(response)}")
        if response.is_redirect:
            raise TrackerRefused(
                f"{self._where()} sends {what} on to another address ({status}), mostly a login page. Check url and "
                "how the account signs in."
            )
        if not response.is_success:
            raise TrackerRefused(f"{self._where()} answers {status} to {what}: {_said(response)}")
        try:
            return response.json()
        except ValueError as err:
            media = response.headers.get("content-type", "no content type")
            raise DataError(
                f"{self._where()} answers {what} with {media} instead of JSON: a login or maintenance page, or an "
                f"address that is not the API's. It begins {response.text[:80]!r}."
            ) from err

    def _where(self) -> str:
        return f"{self.account.kind} at {self.account.url}"


def _authorization(account: Account) -> str:
    if account.user:
        return f"Basic {base64.b64encode(f'{account.user}:{account.secret}'.encode()).decode()}"
    return f"{_SCHEMES[account.kind]} {account.secret}"


def _trust(account: Account) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if account.ca_file is None else str(account.ca_file))
    except (OSError, ssl.SSLError) as err:
        raise SettingsError(f"trackers.{account.name}.ca_file cannot be read as certificates: {err}.") from err


def _said(response: httpx.Response) -> str:
    """Return what a tracker says of a refusal, in the words of whichever key it uses."""
    try:
        body = response.json()
    except ValueError:
        return response.reason_phrase or "no reason"
    if isinstance(body, dict):
        error = body.get("error", body.get("errorMessages", body.get("message", body)))
        body = error.get("detail") or error.get("message") if isinstance(error, dict) else error
    return str(body)[:_SHOWN]
