"""ServiceNow's Table API: incidents, found again by their correlation id."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from triage.deliver.content import Told
from triage.deliver.destinations import Destination
from triage.deliver.tickets import remark

__all__ = ["ServiceNowApi"]

_TABLE = "/api/now/table/incident"
_LONGEST_TITLE = 160  # of short_description, as it comes
# Only these: a value with ^ in it would go on with the query.
_PLAIN = re.compile(r"[\w.-]+")


class ServiceNowApi:
    """Incidents of one instance; implements `triage.deliver.tickets.TicketApi`.

    Parameters
    ----------
    destination : Destination
        With a user: basic authentication; without one the secret is a bearer token.
    client : httpx.AsyncClient
        Closed with this.
    """

    def __init__(self, destination: Destination, client: httpx.AsyncClient) -> None:
        self._destination = destination
        self._client = client

    async def find(self, key: str) -> str:
        """Return the ``sys_id`` of the incident with a correlation id."""
        return await self._first(f"correlation_id={key}")

    async def find_own(self, incident_id: str) -> str:
        """Return the ``sys_id`` of the incident with a number, or with that ``sys_id`` itself."""
        if not _PLAIN.fullmatch(incident_id):
            return ""
        return await self._first(f"number={incident_id}^ORsys_id={incident_id}")

    async def create(self, told: Told, key: str) -> str:
        """Create an incident; suggestions become its first work note."""
        record = {**self._destination.create, **_content(told), **told.fields, "correlation_id": key}
        if told.notes:
            record["work_notes"] = remark(told)
        response = await self._client.post(f"{self._destination.url}{_TABLE}", json=record)
        response.raise_for_status()
        return str(response.json()["result"]["sys_id"])

    async def update(self, ref: str, told: Told, *, with_text: bool) -> None:
        """Set fields."""
        record = {**(_content(told) if with_text else {}), **told.fields}
        if record:
            await self._patch(ref, record)

    async def comment(self, ref: str, text: str) -> None:
        """Add a work note."""
        await self._patch(ref, {"work_notes": text})

    async def has_comment(self, ref: str, marked: str) -> bool:
        """Look through the journal of the record."""
        query = f"element_id={ref}^element=work_notes^valueLIKE{marked}"
        found = await self._get("/api/now/table/sys_journal_field", query, "sys_id")
        return bool(found)

    async def close(self) -> None:
        """Let connections go."""
        await self._client.aclose()

    async def _first(self, query: str) -> str:
        found = await self._get(_TABLE, f"{query}^ORDERBYsys_created_on", "sys_id")
        return str(found[0]["sys_id"]) if found else ""

    async def _get(self, path: str, query: str, fields: str) -> list[Mapping[str, object]]:
        parameters = {"sysparm_query": query, "sysparm_fields": fields, "sysparm_limit": "1"}
        response = await self._client.get(f"{self._destination.url}{path}", params=parameters)
        response.raise_for_status()
        return list(response.json()["result"])

    async def _patch(self, ref: str, record: Mapping[str, object]) -> None:
        response = await self._client.patch(f"{self._destination.url}{_TABLE}/{ref}", json=record)
        response.raise_for_status()


def _content(told: Told) -> dict[str, object]:
    return {"short_description": told.title[:_LONGEST_TITLE], "description": told.text or told.title}
