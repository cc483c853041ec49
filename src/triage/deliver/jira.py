"""Jira's REST API v3: issues, found again by a label that is our key."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from triage.deliver.content import Told
from triage.deliver.destinations import Destination
from triage.deliver.tickets import remark

__all__ = ["JiraApi"]

_LONGEST_SUMMARY = 255
# Fields whose values are objects with a name; priority the best known of them.
_NAMED = frozenset({"priority", "issuetype", "resolution", "security"})


class JiraApi:
    """Issues of one site; implements `triage.deliver.tickets.TicketApi`.

    Parameters
    ----------
    destination : Destination
        With a user (its mail address) and an API token. Its ``create`` names project and issue type.
    client : httpx.AsyncClient
        Closed with this.

    Notes
    -----
    Jira's search lags behind its writes by seconds; the ladder's first rung is 5 s.
    """

    def __init__(self, destination: Destination, client: httpx.AsyncClient) -> None:
        self._destination = destination
        self._client = client
        self._api = f"{destination.url}/rest/api/3"

    async def find(self, key: str) -> str:
        """Return the key of the oldest issue with our label."""
        query = {"jql": f'labels = "triage-{key}" ORDER BY created ASC', "fields": "key", "maxResults": "1"}
        response = await self._client.get(f"{self._api}/search/jql", params=query)
        response.raise_for_status()
        found = response.json()["issues"]
        return str(found[0]["key"]) if found else ""

    async def find_own(self, incident_id: str) -> str:
        """Return an issue's key if there is such an issue."""
        response = await self._client.get(f"{self._api}/issue/{_quoted(incident_id)}", params={"fields": "key"})
        if response.status_code == httpx.codes.NOT_FOUND:
            return ""
        response.raise_for_status()
        return str(response.json()["key"])

    async def create(self, told: Told, key: str) -> str:
        """Create an issue; suggestions stand below its text."""
        text = "\n\n".join(part for part in (told.text, remark(told)) if part)
        fixed = dict(self._destination.create)
        extra = fixed.pop("labels", [])
        labels = [f"triage-{key}", *(extra if isinstance(extra, list) else [])]
        fields = {**fixed, "summary": told.title[:_LONGEST_SUMMARY], "description": _document(text), "labels": labels}
        response = await self._client.post(f"{self._api}/issue", json={"fields": fields | _values(told.fields)})
        response.raise_for_status()
        return str(response.json()["key"])

    async def update(self, ref: str, told: Told, *, with_text: bool) -> None:
        """Set fields."""
        fields = _values(told.fields)
        if with_text:
            fields |= {"summary": told.title[:_LONGEST_SUMMARY], "description": _document(told.text)}
        if fields:
            response = await self._client.put(f"{self._api}/issue/{_quoted(ref)}", json={"fields": fields})
            response.raise_for_status()

    async def comment(self, ref: str, text: str) -> None:
        """Add a comment."""
        response = await self._client.post(f"{self._api}/issue/{_quoted(ref)}/comment", json={"body": _document(text)})
        response.raise_for_status()

    async def has_comment(self, ref: str, marked: str) -> bool:
        """Look through the latest comments."""
        query = {"orderBy": "-created", "maxResults": "100"}
        response = await self._client.get(f"{self._api}/issue/{_quoted(ref)}/comment", params=query)
        response.raise_for_status()
        return marked in response.text

    async def close(self) -> None:
        """Let connections go."""
        await self._client.aclose()


def _quoted(ref: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else f"%{ord(letter):02X}" for letter in ref)


def _values(fields: Mapping[str, str]) -> dict[str, object]:
    return {name: {"name": value} if name in _NAMED else value for name, value in fields.items()}


def _document(text: str) -> dict[str, object]:
    """Render a text in the Atlassian Document Format, a paragraph a line."""
    lines = [line for line in text.splitlines() if line.strip()]
    content = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
    return {"type": "doc", "version": 1, "content": content}
