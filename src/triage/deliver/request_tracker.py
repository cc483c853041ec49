"""Request Tracker's REST 2: tickets, found again by our key in their subject."""

from __future__ import annotations

import re

import httpx

from triage.deliver.content import Told
from triage.deliver.destinations import Destination
from triage.deliver.tickets import marker, remark

__all__ = ["RequestTrackerApi"]

# What the ticket itself has; every other field is a custom field.
_OWN = frozenset(
    {"Queue", "Subject", "Requestor", "Cc", "AdminCc", "Owner", "Status", "Priority", "FinalPriority", "Due"}
)
_LONGEST_SUBJECT = 200


class RequestTrackerApi:
    """Tickets of one server; implements `triage.deliver.tickets.TicketApi`.

    Parameters
    ----------
    destination : Destination
        With a user: basic authentication; without one the secret is a token. Its ``create`` names the queue.
    client : httpx.AsyncClient
        Closed with this.
    """

    def __init__(self, destination: Destination, client: httpx.AsyncClient) -> None:
        self._destination = destination
        self._client = client
        self._api = f"{destination.url}/REST/2.0"

    async def find(self, key: str) -> str:
        """Return the number of the oldest ticket whose subject holds our key."""
        query = {"query": f"Subject LIKE '{marker(key)}'", "orderby": "id", "order": "ASC", "per_page": "1"}
        response = await self._client.get(f"{self._api}/tickets", params=query)
        response.raise_for_status()
        found = response.json()["items"]
        return str(found[0]["id"]) if found else ""

    async def find_own(self, incident_id: str) -> str:
        """Return a ticket's number if there is such a ticket."""
        if not incident_id.isdigit():
            return ""
        response = await self._client.get(f"{self._api}/ticket/{incident_id}", params={"fields": "id"})
        if response.status_code == httpx.codes.NOT_FOUND:
            return ""
        response.raise_for_status()
        return incident_id

    async def create(self, told: Told, key: str) -> str:
        """Create a ticket; suggestions stand below its text."""
        text = "\n\n".join(part for part in (told.text or told.title, remark(told)) if part)
        record = {**self._destination.create, "Content": text, "ContentType": "text/plain", **_fields(told)}
        record["Subject"] = f"{told.title[:_LONGEST_SUBJECT]} {marker(key)}"
        response = await self._client.post(f"{self._api}/ticket", json=record)
        response.raise_for_status()
        return str(response.json()["id"])

    async def update(self, ref: str, told: Told, *, with_text: bool) -> None:
        """Set fields; a new text is no field in Request Tracker, and the subject keeps our key."""
        del with_text
        record = _fields(told)
        if record:
            response = await self._client.put(f"{self._api}/ticket/{ref}", json=record)
            response.raise_for_status()

    async def comment(self, ref: str, text: str) -> None:
        """Add a comment, whose subject is the mark at its end."""
        marks = re.findall(r"\[triage:\w+\]", text)
        record = {"Subject": marks[-1] if marks else "triage", "Content": text, "ContentType": "text/plain"}
        response = await self._client.post(f"{self._api}/ticket/{ref}/comment", json=record)
        response.raise_for_status()

    async def has_comment(self, ref: str, marked: str) -> bool:
        """Look through the subjects of what was written to the ticket."""
        query = {"fields": "Subject", "per_page": "100"}
        response = await self._client.get(f"{self._api}/ticket/{ref}/attachments", params=query)
        response.raise_for_status()
        return any(marked in str(one.get("Subject", "")) for one in response.json()["items"])

    async def close(self) -> None:
        """Let connections go."""
        await self._client.aclose()


def _fields(told: Told) -> dict[str, object]:
    own: dict[str, object] = {name: value for name, value in told.fields.items() if name in _OWN}
    custom = {name: value for name, value in told.fields.items() if name not in _OWN}
    return {**own, **({"CustomFields": custom} if custom else {})}
