"""How one group stands."""

from __future__ import annotations

from tests.alerting import alert_incident

from triage.decide.grouping import MOST_SHOWN, GroupingRules, Standing, to_alert


def test_group_shows_its_first_members_and_the_one_that_is_asked_for() -> None:
    alerts = [to_alert(alert_incident("slow", f"web-{at}", at), GroupingRules()) for at in range(40)]
    known = [one for one in alerts if one is not None]
    standing = Standing("g", known[0].key)
    for one in known:
        standing.add(one, None, 1.0, ())
    group = standing.to_group(known[30].key)
    assert (group.size, group.open, len(group.members)) == (40, 40, MOST_SHOWN + 1)
    assert group.members[-1].incident_id == known[30].key[1]
    assert len(standing.to_group(known[3].key).members) == MOST_SHOWN


def test_distance_in_time_is_to_the_nearer_end() -> None:
    standing = Standing("g", ("m", "1"))
    for minute in (0, 10):
        one = to_alert(alert_incident("slow", f"web-{minute}", minute), GroupingRules())
        assert one is not None
        standing.add(one, None, 1.0, ())
        begin_s = one.at_s - 60.0 * minute
    assert [standing.gap_s(begin_s + 60.0 * at) for at in (-1, 5, 12)] == [60.0, 0.0, 120.0]
