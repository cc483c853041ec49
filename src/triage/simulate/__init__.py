"""A made-up company: its service desk, and a small estate with faults. Nothing real went into it."""

from triage.simulate.estate import ESTATE_START, Estate, simulate_estate
from triage.simulate.files import FILES, write_estate
from triage.simulate.history import SAMPLE_START, simulate_tickets

__all__ = ["ESTATE_START", "FILES", "SAMPLE_START", "Estate", "simulate_estate", "simulate_tickets", "write_estate"]
