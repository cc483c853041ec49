"""A made-up service desk: ticket histories for the sample and for tests. No real ticket went into it."""

from triage.simulate.history import SAMPLE_START, simulate_tickets, write_sample

__all__ = ["SAMPLE_START", "simulate_tickets", "write_sample"]
