"""The documentation of the API is true: its examples run, its assets are ours."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.delivery import memory_keys
from tests.fakes import NOON, FakeCatalogue, FakeLabeller, fixed_clock, received, started_metrics
from tests.stored import database_url

from triage.api import IntakeRules, Service, create_app, examples, schemas
from triage.decide.grouping import GroupingRules
from triage.domain import Incident, IncidentState, Triage
from triage.flow import Ending, EndState, Entry, LiveFlow, Received
from triage.intake import field_map_of
from triage.store import SqlJournal

Document = dict[str, Any]

ZABBIX = {"id": "event.id", "title": "event.name", "state": "event.status", "labels": {"host": "host.name"}}


@pytest.fixture
def stored_app(tmp_path: Path) -> Iterator[FastAPI]:
    """An app over a real database; the clock stands at the moment that the examples show."""
    with SqlJournal.open(database_url(tmp_path / "triage.db"), grouping=GroupingRules()) as journal:
        flow = LiveFlow(FakeLabeller, journal, fixed_clock)
        metrics = started_metrics(flow, journal.metrics)
        rules = IntakeRules(maps={"zabbix": field_map_of("zabbix", ZABBIX)})
        asyncio.run(give_up(journal, "INC0012339", "INC0012340"))
        asyncio.run(storm(journal))
        outbox, keyed = journal.outbox, memory_keys()
        yield create_app(Service(flow, metrics, FakeCatalogue(), outbox, keyed, clock=fixed_clock, intake=rules))


async def give_up(journal: SqlJournal, *ids: str) -> None:
    """Have a message on incidents given up, as the examples show it."""
    title = str(examples.INCIDENT["title"])
    for number in ids:
        entry = Entry(received(number, title, "service-desk"), Triage(number, "service-desk"), ("desk",))
        await journal.record([entry])
        [message] = await journal.outbox.claim("desk", NOON, 1)
        reason = str(examples.DEAD_LETTER["reason"])
        await journal.outbox.settle(message, Ending(EndState.DEAD, NOON, reason=reason))


async def storm(journal: SqlJournal) -> None:
    """Have problems come and go before the examples."""
    for service, began in (("mail", 80), ("shop", 20)):
        for host, minutes in ((f"{service}-db-1", began), (f"{service}-web-1", began - 2)):
            for state, at in ((IncidentState.OPEN, minutes), (IncidentState.RESOLVED, began - 10)):
                labels = {"title": f"{host} is slow", "host": host, "service": service, "severity": "critical"}
                incident = Incident(f"{host}/slow", "monitor", NOON - timedelta(minutes=at), None, labels, state)
                said = Received(incident, b"{}", f"{host} {state}")
                await journal.record([Entry(said, Triage(incident.id, "monitor"))])


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def with_parameters(path: str, operation: Document) -> str:
    """Fill in the examples of a route's parameters, where they have one."""
    query = ""
    for parameter in operation.get("parameters", ()):
        for example in parameter["schema"].get("examples", ())[:1]:
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(example))
            elif parameter["in"] == "query":
                query = f"?{parameter['name']}={example}"
    return path + query


def requests(operation: Document) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Every body of an operation, and the headers that it is sent with."""
    if "requestBody" not in operation:
        yield b"", {}
        return
    given = [one for one in operation.get("parameters", ()) if one["in"] == "header"]
    headers = {one["name"]: one["schema"]["examples"][0] for one in given}
    for media, content in operation["requestBody"]["content"].items():
        for one in content["examples"].values():
            value = one["value"]
            if content["schema"].get("contentEncoding") == "base64":
                body = base64.b64decode(value)
            else:
                body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
            yield body, {**headers, "content-type": media}


def test_every_example_of_the_document_is_answered_as_it_says(stored_app: FastAPI) -> None:
    client = TestClient(stored_app)
    document = client.get("/openapi.json").json()
    compared, sent = [], []
    for path, method, operation in operations(document):
        url = with_parameters(path, operation)
        for body, headers in requests(operation):
            response = client.request(method, url, content=body, headers=headers)
            described = operation["responses"][str(response.status_code)]
            sent.append(path)
            example = described.get("content", {}).get("application/json", {}).get("example")
            # The answer that is shown is the one on JSON.
            if example is not None and "json" in headers.get("content-type", "json"):
                assert response.json() == example, (method, url)
                compared.append((method, url, response.status_code))
    assert set(sent) == set(document["paths"])
    assert compared == [
        ("post", "/v1/incidents", 201),
        ("post", "/v1/incidents", 207),
        ("get", "/v1/incidents?limit=1", 200),
        ("get", "/v1/incidents/INC0012345", 200),
        ("get", "/v1/groups?limit=1", 200),
        ("get", "/v1/groups/d41848e23ed8d4916c85c2f2", 200),
        ("post", "/v1/feedback", 201),
        ("post", "/v1/outcomes", 201),
        ("post", "/v1/metrics", 200),
        ("get", "/v1/warnings?limit=1", 200),
        ("get", "/v1/warnings/d22c6cf1", 200),
        ("get", "/v1/models", 200),
        ("get", "/v1/models/desk", 200),
        ("get", "/v1/dead-letters?limit=1", 200),
        ("get", "/v1/dead-letters/2", 200),
        ("put", "/v1/dead-letters/2", 200),
        ("post", "/v1/alertmanager", 200),
        ("post", "/v1/events", 200),
        ("post", "/v1/events/zabbix", 200),
        ("post", "/v2/enqueue", 202),
        ("post", "/v2/change/enqueue", 202),
        ("post", "/v2/change/enqueue", 202),
        ("post", "/api/global/em/jsonv2", 200),
        ("post", "/v1/servicenow/incidents", 200),
        ("post", "/v1/jira", 200),
        ("post", "/otlp/v1/metrics", 200),
        ("get", "/v1/changes?limit=1", 200),
        ("get", "/healthz", 200),
        ("get", "/readyz", 200),
    ]


def test_examples_have_the_documented_shapes(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    checked = 0
    for _, _, operation in operations(document):
        for response in operation["responses"].values():
            content = response.get("content", {}).get("application/json", {})
            if "example" in content:
                model = getattr(schemas, content["schema"]["$ref"].rpartition("/")[2])
                assert set(model.model_validate(content["example"]).model_dump()) >= set(content["example"])
                checked += 1
    assert checked == 28


def test_every_reference_of_the_document_leads_somewhere(client: TestClient) -> None:
    response = client.get("/openapi.json")
    known = response.json()["components"]["schemas"]
    references = set(re.findall(r'"#/([^"]+)"', response.text))
    assert references
    assert {reference.removeprefix("components/schemas/") for reference in references} <= set(known)


def test_every_route_says_what_its_problems_look_like(client: TestClient) -> None:
    for path, _, operation in operations(client.get("/openapi.json").json()):
        assert ("4XX" in operation["responses"]) is not path.startswith(("/healthz", "/metrics")), path
        assert "422" not in operation["responses"]


def test_documentation_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.findall(r"(?:https?:)?//[\w.-]+", page.text)
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) == 3
    for asset in assets:
        response = client.get(asset)
        assert response.status_code == 200
        assert len(response.content) > 1000


def test_address_of_the_service_leads_to_the_documentation(client: TestClient) -> None:
    assert client.get("/", follow_redirects=False).headers["location"] == "/docs"


def test_documentation_is_not_checked_by_a_server_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert '"validatorUrl": null' in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
