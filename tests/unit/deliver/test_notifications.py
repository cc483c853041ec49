"""Notifications for people."""

from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.delivery import message
from tests.fakes import fixed_clock
from tests.web import FakeServer

from triage.deliver import Attempt, Destination, Kind, Verdict, make_core
from triage.deliver.notifications import to_mail


def test_slack_gets_lines_of_text_at_an_address_that_ends_in_the_secret() -> None:
    server = FakeServer()
    slack = Destination("chat", Kind.SLACK, "http://hooks/services", "T0/B0/xyz")
    asyncio.run(make_core(slack, fixed_clock, server.transport).deliver(message()))
    assert server.calls == ["POST /services/T0/B0/xyz"]
    assert server.bodies == [{"text": "VPN down\nteam: network (97%)\n(mail INC7)"}]


def test_teams_gets_a_card() -> None:
    server = FakeServer()
    asyncio.run(
        make_core(Destination("chat", Kind.TEAMS, "http://teams/x"), fixed_clock, server.transport).deliver(message())
    )
    card = server.bodies[0]["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert card["body"][0] == {"type": "TextBlock", "text": "VPN down", "wrap": True, "weight": "bolder"}


class _Smtp(socketserver.StreamRequestHandler):
    """Says yes to everything, or no to every recipient."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _SmtpServer)
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            server.said.append(line.decode().strip())
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                    server.said.append(part.decode().strip())
                self.wfile.write(b"250 taken\r\n")
            elif verb == b"RCPT" and server.refuses:
                self.wfile.write(b"550 nobody\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 yes\r\n")


class _SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, *, refuses: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.refuses = refuses
        self.said: list[str] = []


@contextmanager
def smtp(*, refuses: bool = False) -> Iterator[_SmtpServer]:
    with _SmtpServer(refuses=refuses) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def send(port: int) -> Attempt:
    mail = Destination("mail", Kind.MAIL, f"smtp://127.0.0.1:{port}", user="triage@x.example", to=("ada@x.example",))
    return asyncio.run(make_core(mail, fixed_clock).deliver(message()))


def test_mail_is_sent() -> None:
    with smtp() as server:
        assert send(server.server_address[1]).verdict is Verdict.DELIVERED
    assert "Subject: VPN down" in server.said
    assert "team: network (97%)" in server.said


def test_mail_whose_recipients_are_refused_is_not_tried_again_and_without_a_server_it_is() -> None:
    with smtp(refuses=True) as server:
        port = server.server_address[1]
        assert send(port).verdict is Verdict.REFUSED
    assert send(port).verdict is Verdict.RETRY


def test_same_message_is_the_same_mail() -> None:
    mail = Destination("mail", Kind.MAIL, "smtp://x", user="triage@x.example", to=("ada@x.example", "bo@x.example"))
    first, second = to_mail(message(), mail), to_mail(message(was_tried=True), mail)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["To"] == "ada@x.example, bo@x.example"
