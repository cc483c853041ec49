"""Entity and metric of a series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.intake import ENTITY_LABELS, SeriesNames
from triage.settings import Settings


@pytest.mark.parametrize("at", range(len(ENTITY_LABELS)))
def test_the_first_label_of_the_order_names_the_entity(at: int) -> None:
    labels = {name: name.upper() for name in ENTITY_LABELS[at:]}
    entity, metric = SeriesNames().of("m", labels)
    assert entity == ENTITY_LABELS[at].upper()
    assert all(f'{name}="' in metric for name in ENTITY_LABELS[at + 1 :])


def test_the_default_of_the_settings_is_that_order() -> None:
    assert tuple(Settings.model_fields["entity_labels"].default.split(",")) == ENTITY_LABELS


def test_blank_labels_name_nobody() -> None:
    assert SeriesNames().of("m", {"instance": " ", "host": "h"})[0] == "h"
    assert SeriesNames().of("m", {})[0] == "unknown"
    assert SeriesNames().with_fallback("batch").of("m", {"a": "1"}) == ("batch", 'm{a="1"}')


def test_the_order_can_be_chosen() -> None:
    assert SeriesNames(["pod"]).of("m", {"instance": "i", "pod": "p"}) == ("p", 'm{instance="i"}')


@given(st.dictionaries(st.text(min_size=1, max_size=300), st.text(max_size=300), max_size=5))
def test_the_order_of_labels_does_not_matter_and_names_fit(labels: dict[str, str]) -> None:
    turned = dict(reversed(labels.items()))
    names = SeriesNames()
    assert names.of("m", labels) == names.of("m", turned)
    assert all(0 < len(name) <= 255 and "\0" not in name for name in names.of("m", labels))


def test_long_names_stay_apart() -> None:
    one, other = (SeriesNames().of("m", {"a": "x" * 400 + end}) for end in "yz")
    assert one != other


def test_a_series_is_named_once() -> None:
    names = SeriesNames()
    assert names.remembered("key", lambda: ("e", "m")) == ("e", "m")
    assert names.remembered("key", lambda: ("other", "other")) == ("e", "m")
