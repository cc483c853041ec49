"""What grouping looks at in an incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.alerting import alert_incident
from tests.fakes import NOON

from triage.decide.grouping import GroupingRules, to_alert

RULES = GroupingRules()


def test_ticket_that_names_no_entity_is_no_alert() -> None:
    incident = alert_incident("slow", "web-1")
    assert to_alert(replace(incident, labels={"title": "VPN down", "service": "vpn"}), RULES) is None


def test_the_first_label_that_is_there_names_the_entity_without_its_port() -> None:
    incident = alert_incident("slow", "web-1", instance="DB-1.example:9100")
    found = to_alert(incident, RULES)
    assert found is not None
    assert found.entity == "db-1.example"


def test_address_of_ipv6_is_kept_whole() -> None:
    found = to_alert(alert_incident("slow", "fe80::1:9"), RULES)
    assert found is not None
    assert found.entity == "fe80::1:9"


def test_alert_does_not_begin_after_it_came_in() -> None:
    early = replace(alert_incident("slow", "web-1"), opened_at=NOON + timedelta(hours=1))
    found = to_alert(early, RULES)
    assert found is not None
    assert found.at_s == NOON.timestamp()


def test_numbers_do_not_tell_two_alerts_of_a_kind_apart() -> None:
    one, other = (
        to_alert(alert_incident("x", "web-1", title=title), RULES)
        for title in ("CPU of web-1 at 97%", "CPU of web-1 at 99%")
    )
    assert one is not None
    assert other is not None
    assert one.fingerprint == other.fingerprint


def test_names_from_outside_hold_nothing_that_a_database_refuses() -> None:
    found = to_alert(alert_incident("x\0y", "web\0-1" + "z" * 1000), RULES)
    assert found is not None
    assert "\0" not in found.entity + found.template
    assert len(found.entity) <= 255
