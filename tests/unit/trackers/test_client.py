"""Calls of a tracker's API."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from structlog.testing import capture_logs
from tests.trackers import Connect, FakeServiceNow, Tracker

from triage.errors import DataError, SettingsError, TrackerRefused, TrackerUnavailable
from triage.trackers import Account, TrackerClient, TrackerKind

SERVICENOW = TrackerKind.SERVICENOW


class Plain(Tracker):
    """Answers everything alike."""

    def answer(self, _path: str, _query: object) -> Response:
        return JSONResponse({"ok": True})


def test_busy_tracker_is_asked_again_after_what_it_asks_for(connect: Connect, slept: list[float]) -> None:
    busy = [JSONResponse({}, 429, {"retry-after": "17"}), JSONResponse({}, 503)]
    client = connect(Plain(told=[*busy]), SERVICENOW)
    with capture_logs():
        assert client.get("/x", {}, "things") == {"ok": True}
    # Never sooner than we would by ourselves.
    assert [wait for wait in slept if wait >= 1] == [17.0, 2.0]


def test_tracker_that_stays_busy_or_asks_for_too_long_is_left_alone(connect: Connect) -> None:
    client = connect(Plain(told=[JSONResponse({}, 503) for _ in range(7)]), SERVICENOW)
    with capture_logs(), pytest.raises(TrackerUnavailable, match="answers 503"):
        client.get("/x", {}, "things")
    client = connect(Plain(told=[JSONResponse({}, 429, {"retry-after": "7200"})]), SERVICENOW)
    with pytest.raises(TrackerUnavailable, match="left alone for 7200 s"):
        client.get("/x", {}, "things")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (JSONResponse({}, 401), "refuses the credentials"),
        (JSONResponse({"error": {"detail": "ACL restricts"}}, 403), "read things \\(403\\): ACL restricts"),
        (JSONResponse({"errorMessages": ["Unknown field"]}, 400), "answers 400 to things: \\['Unknown field'\\]"),
        (RedirectResponse("/login"), "login page"),
    ],
)
def test_refusal_is_told_in_words_and_not_tried_again(connect: Connect, said: Response, told: str) -> None:
    tracker = Plain(told=[said])
    with pytest.raises(TrackerRefused, match=told):
        connect(tracker, SERVICENOW).get("/x", {}, "things")
    assert len(tracker.calls) == 1


def test_page_instead_of_json_is_told(connect: Connect) -> None:
    client = connect(Plain(told=[HTMLResponse("<html>Sign in</html>")]), SERVICENOW)
    with pytest.raises(DataError, match=r"text/html.* instead of JSON.*Sign in"):
        client.get("/x", {}, "things")


def test_calls_are_paced() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    account = Account("desk", SERVICENOW, "http://desk", secret="t", rate=4.0)
    client = TrackerClient(account, transport, sleep=sleep, monotonic=lambda: now[0])
    for _ in range(5):
        client.get("/x", {}, "things")
    assert slept == [0.25] * 4


def test_tracker_that_cannot_be_reached_is_told() -> None:
    client = TrackerClient(Account("desk", SERVICENOW, "http://127.0.0.1:9", secret="t"), sleep=lambda _: None)
    with capture_logs(), pytest.raises(TrackerUnavailable, match="cannot be reached"):
        client.get("/x", {}, "things")


@pytest.mark.parametrize(
    ("kind", "user", "header"),
    [
        (SERVICENOW, "", "Bearer t"),
        (TrackerKind.REQUEST_TRACKER, "", "token t"),
        (TrackerKind.JIRA, "bot", "Basic Ym90OnQ="),
    ],
)
def test_secret_is_a_token_or_a_password(connect: Connect, kind: TrackerKind, user: str, header: str) -> None:
    client = connect(Plain(authorization=header), kind, user=user, secret="t")
    assert client.get("/x", {}, "things") == {"ok": True}


def test_certificates_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    account = Account("desk", SERVICENOW, "https://desk", secret="t", ca_file=tmp_path / "ca.pem")
    with pytest.raises(SettingsError, match=r"trackers\.desk\.ca_file"):
        TrackerClient(account)


def test_server_whose_certificate_nobody_vouches_for_is_not_talked_to(connect: Connect) -> None:
    # It speaks no TLS at all: the handshake fails before a secret is sent.
    tracker = FakeServiceNow()
    url = connect(tracker, SERVICENOW).account.url.replace("http:", "https:")
    client = TrackerClient(Account("desk", SERVICENOW, url, secret="t"), sleep=lambda _: None)
    with capture_logs(), pytest.raises(TrackerUnavailable, match="cannot be reached"):
        client.get("/x", {}, "things")
    assert tracker.calls == []
