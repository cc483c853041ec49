from __future__ import annotations

from triage.simulate.layout import SERVICES
from triage.simulate.services import load_services

BOOK = load_services()


def test_every_service_of_the_layout_has_words_in_both_languages() -> None:
    assert set(BOOK.services) == set(SERVICES)
    for service in BOOK.services.values():
        assert all(len(service.things[language]) >= 2 for language in ("en", "de")), service.name


def test_every_symptom_has_words_for_people_and_monitors() -> None:
    for name, symptom in BOOK.symptoms.items():
        assert sum(symptom.impact) == sum(symptom.urgency) == 100, name
        for language in ("en", "de"):
            assert all(len(symptom.words[language][use]) >= 2 for use in ("faults", "details", "alarms")), name


def test_no_alarm_names_a_fault() -> None:
    alarms = " ".join(
        each for symptom in BOOK.symptoms.values() for words in symptom.words.values() for each in words["alarms"]
    )
    assert not any(fault in alarms.lower() for fault in BOOK.fixes)
