"""How people and monitors write about the services of the estate, read from `services.toml`. It draws nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from triage.simulate.phrases import Words

__all__ = ["Service", "ServiceBook", "Symptom", "load_services"]

_LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its team, what requesters pick for it, and by language the things that people call it by."""

    name: str
    group: str
    service: str
    things: Words


@dataclass(frozen=True, slots=True)
class Symptom:
    """What is seen of a fault.

    Parameters
    ----------
    impact, urgency : tuple of float
        Weights of 1 - High, 2 - Medium and 3 - Low.
    words : mapping of str to Words
        By language (en, de): ``faults`` and ``details`` for people, ``alarms`` for monitors.
    """

    impact: tuple[float, ...]
    urgency: tuple[float, ...]
    words: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class ServiceBook:
    """Services by name, symptoms by name, and by kind of fault and language what mended it."""

    services: Mapping[str, Service]
    symptoms: Mapping[str, Symptom]
    fixes: Mapping[str, Words]


def load_services() -> ServiceBook:
    """Read the words that come with the package."""
    document = tomllib.loads(files("triage.simulate").joinpath("services.toml").read_text(encoding="utf-8"))
    services = [
        Service(each["name"], each["group"], each["service"], {at: tuple(each[at]["things"]) for at in _LANGUAGES})
        for each in document["services"]
    ]
    symptoms = {
        name: Symptom(
            tuple(each["impact"]),
            tuple(each["urgency"]),
            {at: {use: tuple(phrases) for use, phrases in each[at].items()} for at in _LANGUAGES},
        )
        for name, each in document["symptoms"].items()
    }
    fixes = {kind: {at: tuple(each[at]) for at in _LANGUAGES} for kind, each in document["faults"].items()}
    return ServiceBook({service.name: service for service in services}, symptoms, fixes)
