"""What an HTTP answer says about the next attempt."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.fakes import fixed_clock

from triage.deliver import Attempt, Verdict
from triage.deliver.attempts import attempted

REQUEST = httpx.Request("POST", "http://x")


def judge(status: int, headers: dict[str, str] | None = None) -> Attempt:
    async def call() -> str:
        httpx.Response(status, headers=headers, text="says why", request=REQUEST).raise_for_status()
        return "T1"

    return asyncio.run(attempted(call(), fixed_clock))


def test_success_is_delivered_with_what_the_core_calls_it() -> None:
    assert judge(202) == Attempt(Verdict.DELIVERED, ref="T1")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.REFUSED),
        (422, Verdict.REFUSED),
        (413, Verdict.REFUSED),
        (410, Verdict.GONE),
        (301, Verdict.RETRY),
        (401, Verdict.RETRY),
        (404, Verdict.RETRY),
        (408, Verdict.RETRY),
        (409, Verdict.RETRY),
        (429, Verdict.RETRY),
        (500, Verdict.RETRY),
        (503, Verdict.RETRY),
    ],
)
def test_what_is_wrong_with_the_message_is_not_tried_again(status: int, verdict: Verdict) -> None:
    found = judge(status)
    assert found.verdict is verdict
    assert found.reason.startswith(str(status))
    assert found.reason.endswith("says why")


def test_retry_after_is_read() -> None:
    assert judge(429, {"retry-after": "17"}).retry_after_s == 17.0


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), KeyError("result")])
def test_failure_to_get_an_answer_is_tried_again(error: Exception) -> None:
    async def call() -> str:
        raise error

    found = asyncio.run(attempted(call(), fixed_clock))
    assert found.verdict is Verdict.RETRY
    assert type(error).__name__ in found.reason
