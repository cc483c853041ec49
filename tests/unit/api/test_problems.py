"""Errors as problem documents."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from triage import errors
from triage.api.problems import problem_of
from triage.errors import DataError, Problem, TriageError


def all_errors(root: type[TriageError] = TriageError) -> list[type[TriageError]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in all_errors(child))]


@pytest.mark.parametrize("kind", all_errors())
def test_every_error_of_ours_is_answered_with_its_status(app: FastAPI, kind: type[TriageError]) -> None:
    @app.get("/fails")
    async def fail() -> None:
        raise kind("It went wrong.")

    with TestClient(app, raise_server_exceptions=False) as client, capture_logs() as logs:
        response = client.get("/fails")
    assert response.status_code == kind.http_status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == "It went wrong."
    assert ("request_failed" in [log["event"] for log in logs]) is (kind.http_status >= 500)


def test_types_of_problems_are_told_apart() -> None:
    types = {str(problem_of(kind("x"))["type"]) for kind in all_errors()}
    assert len(types) == len(all_errors())
    assert "urn:triage:problem:body-too-large" in types


def test_problems_are_listed_and_bounded() -> None:
    body = problem_of(DataError("Bad.", [Problem("no", where="a", rows=(1, 2), got="x" * 500)] * 120))
    assert body["detail"] == "Bad. 20 more problems are not shown."
    assert isinstance(body["problems"], list)
    assert len(body["problems"]) == 100
    assert body["problems"][0] == {"where": "a", "message": "no", "rows": [1, 2], "got": "x" * 200}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1/incidents", 405),
        ("POST", "/healthz", 405),
        ("GET", "/v1/incidents/", 404),
    ],
)
def test_errors_of_the_framework_are_problem_documents_too(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    body = response.json()
    assert (response.status_code, body["status"]) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "problems"} == set(body)
    assert ("allow" in response.headers) is (status == 405)


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("DELETE", "/v1/incidents", "GET, POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/v1/dead-letters/7", "DELETE, GET, PUT"),
    ],
)
def test_wrong_method_is_told_all_that_the_path_is_answered_for(
    client: TestClient, method: str, path: str, methods: str
) -> None:
    response = client.request(method, path)
    assert response.headers["allow"] == methods
    assert response.json()["detail"] == f"{method} is not answered at {path}. Send {methods.replace(', ', ' or ')}."


def test_unknown_path_is_named_with_where_to_look(client: TestClient) -> None:
    assert client.get("/v1/incident").json()["detail"] == (
        "There is nothing at /v1/incident. What there is stands at /docs."
    )


@pytest.mark.parametrize(
    ("query", "message", "got"),
    [
        ("limit=0", "must be 1 or more", "0"),
        ("limit=9000", "must be at most 200", "9000"),
        ("limit=many", "must be a whole number", "many"),
        ("state=shut", "must be 'open', 'closed' or 'all'", "shut"),
    ],
)
def test_parameter_is_refused_in_words_of_ours(client: TestClient, query: str, message: str, got: str) -> None:
    [problem] = client.get(f"/v1/warnings?{query}").json()["problems"]
    assert problem == {"where": f"query.{query.partition('=')[0]}", "message": message, "rows": [], "got": got}


def test_unexpected_error_is_logged_and_tells_nothing(app: FastAPI) -> None:
    @app.get("/breaks")
    async def breaks() -> None:
        raise RuntimeError("secret detail")

    with TestClient(app, raise_server_exceptions=False) as client, capture_logs() as logs:
        response = client.get("/breaks")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in response.text
    [logged] = [log for log in logs if log["event"] == "unexpected_error"]
    assert isinstance(logged["exc_info"], RuntimeError)


def test_the_whole_tree_is_walked() -> None:
    named = {name for name in errors.__all__ if name not in ("Problem", "bounded")}
    assert {kind.__name__ for kind in all_errors()} == named
