"""Types of the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect
from sqlalchemy.engine.default import DefaultDialect

from triage.store.tables import UtcDateTime

ANY: Dialect = DefaultDialect()
# Kept clear of the ends, where a moment has no counterpart in another zone.
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(timezone(timedelta(hours=5))))  # noqa: DTZ001


@given(MOMENTS)
def test_moment_comes_back_in_utc_whether_the_database_knows_zones_or_not(moment: datetime) -> None:
    kind = UtcDateTime()
    bound = kind.process_bind_param(moment, ANY)
    assert bound is not None
    assert kind.process_result_value(bound.replace(tzinfo=None), ANY) == moment
    back = kind.process_result_value(moment, ANY)
    assert back is not None
    assert (back, back.tzinfo) == (moment, UTC)


def test_no_moment_stays_none() -> None:
    kind = UtcDateTime()
    assert kind.process_bind_param(None, ANY) is None
    assert kind.process_result_value(None, ANY) is None
