"""A made-up company: its service desk, and a small estate with faults. Nothing real went into it."""

from triage.simulate.estate import ESTATE_START, Estate, simulate_estate
from triage.simulate.files import ALERT_FILES, FILES, write_estate, write_storms
from triage.simulate.history import SAMPLE_START, simulate_tickets
from triage.simulate.storms import Storms, simulate_storms

__all__ = [
    "ALERT_FILES",
    "ESTATE_START",
    "FILES",
    "SAMPLE_START",
    "Estate",
    "Storms",
    "simulate_estate",
    "simulate_storms",
    "simulate_tickets",
    "write_estate",
    "write_storms",
]
