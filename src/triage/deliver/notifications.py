"""Plain notifications for people: Slack and Teams webhooks, and mail. Repeated only after a failure."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

from triage.deliver.attempts import Attempt, Verdict
from triage.deliver.content import member_lines, to_told
from triage.deliver.destinations import Destination, Kind
from triage.deliver.http_core import HttpCore
from triage.flow import Message, MessageKind

__all__ = ["ChatCore", "MailCore", "to_mail"]

_SMTP_PORT = 587
_SMTPS_PORT = 465


class ChatCore(HttpCore):
    """Posts a few lines to an incoming webhook of Slack or Teams.

    Parameters
    ----------
    destination : Destination
        Its secret, if it has one, is appended to the address: those addresses are secrets themselves.
    client : httpx.AsyncClient
        Closed with the core.
    clock : callable returning datetime
    """

    async def _send(self, message: Message) -> str:
        lines = _lines(message, self._destination)
        body = {"text": "\n".join(lines)} if self._destination.kind is Kind.SLACK else _card(lines)
        secret = self._destination.secret
        address = f"{self._destination.url}/{secret.lstrip('/')}" if secret else self._destination.url
        response = await self._client.post(address, json=body)
        response.raise_for_status()
        return ""


class MailCore:
    """Sends a mail through one server.

    Parameters
    ----------
    destination : Destination
        ``smtp://host`` speaks STARTTLS where the server offers it, ``smtps://host`` TLS from the start. Its user is the
        sender's address, and with a secret also the login.
    """

    def __init__(self, destination: Destination) -> None:
        self._destination = destination

    async def deliver(self, message: Message) -> Attempt:
        """Send it; a temporary refusal is tried again, a permanent one is not."""
        try:
            await asyncio.to_thread(self._send, to_mail(message, self._destination))
        except smtplib.SMTPRecipientsRefused as err:
            return Attempt(Verdict.REFUSED, f"All recipients were refused: {sorted(err.recipients)}")
        except (OSError, smtplib.SMTPException) as err:
            return Attempt(Verdict.RETRY, f"{type(err).__name__}: {err}")
        return Attempt(Verdict.DELIVERED)

    async def close(self) -> None:
        """Nothing is kept open."""

    def _send(self, mail: EmailMessage) -> None:
        parts = urlsplit(self._destination.url)
        is_secure = parts.scheme == "smtps"
        kind = smtplib.SMTP_SSL if is_secure else smtplib.SMTP
        port = parts.port or (_SMTPS_PORT if is_secure else _SMTP_PORT)
        with kind(str(parts.hostname), port, timeout=self._destination.timeout_s) as server:
            if not is_secure and server.has_extn("starttls"):
                server.starttls()
            if self._destination.secret:
                server.login(self._destination.user, self._destination.secret)
            server.send_message(mail)


def to_mail(message: Message, destination: Destination) -> EmailMessage:
    """Render a message as a mail; the same message always has the same Message-ID."""
    title, *lines = _lines(message, destination)
    mail = EmailMessage()
    mail["Subject"] = title
    mail["From"] = destination.user
    mail["To"] = ", ".join(destination.to)
    mail["Message-ID"] = f"<{message.key}@triage>"
    mail.set_content("\n".join(lines) + "\n")
    return mail


def _lines(message: Message, destination: Destination) -> list[str]:
    told = to_told(message, destination)
    filled = [f"{name}: {value}" for name, value in told.fields.items()]
    where = f"{message.content.triage.source} {message.content.triage.incident_id}"
    if message.kind is MessageKind.MEMBER:
        return [told.title, *member_lines(message)]
    return [told.title, *([told.text] if told.text else []), *filled, *told.notes, f"({where})"]


def _card(lines: list[str]) -> dict[str, object]:
    blocks = [{"type": "TextBlock", "text": line, "wrap": True} for line in lines]
    blocks[0]["weight"] = "bolder"
    card = {"type": "AdaptiveCard", "version": "1.4", "body": blocks}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}
