from __future__ import annotations

import pytest

from triage.parts import JSON
from triage.watch.forecasts import forecast_document, to_forecast


def test_no_forecast_stays_none() -> None:
    assert forecast_document(None) is None
    assert to_forecast(None) is None


@pytest.mark.parametrize("document", [[], {"within": 3}, {"within": [{"seconds": "long", "probability": 1.0}]}])
def test_what_is_no_forecast_is_refused(document: JSON) -> None:
    with pytest.raises((TypeError, KeyError)):
        to_forecast(document)
