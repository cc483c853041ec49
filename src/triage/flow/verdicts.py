"""What people and trackers say of incidents that were answered: verdicts, and how they ended. Labels nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from triage.domain import Decision, Feedback, Incident, IncidentEnd, Outcome, OutcomeValue
from triage.errors import DataError, Problem
from triage.flow.asking import remember_ends
from triage.flow.oversight import Oversight
from triage.flow.ports import Journal, Labeller

__all__ = ["Verdicts"]

# Nobody is named, or we are.
_OURSELVES = ("", "triage")


class Verdicts:
    """Commits what is said of incidents, then has precedents and oversight hear of it.

    Parameters
    ----------
    labeller_source : callable returning Labeller
        Asked at every verdict.
    journal : Journal
    oversight : Oversight or None
        Hears what is said of labels; nobody does if None.
    """

    def __init__(self, labeller_source: Callable[[], Labeller], journal: Journal, oversight: Oversight | None) -> None:
        self._labeller_source = labeller_source
        self._journal = journal
        self._oversight = oversight

    async def feedback(self, feedback: Feedback) -> Feedback:
        """Commit a person's verdict.

        Parameters
        ----------
        feedback : Feedback
            With an empty source, the only source that has the incident is meant.

        Returns
        -------
        Feedback
            As it was kept.

        Raises
        ------
        NotFound
            No such incident.
        Conflict
            The source is empty and several have the incident.
        DataError
            The stored answer has no such target.
        StoreUnavailable
            Nothing was kept.
        """
        found = await self._journal.find(feedback.incident_id, feedback.source or None)
        targets = [prediction.target for prediction in found.triage.predictions]
        # What was answered without a model has no targets; what a person says of it is kept all the same.
        if targets and feedback.target not in targets:
            problem = Problem(f"must be one of {', '.join(targets)}", where="target", got=feedback.target)
            raise DataError("The answer on this incident has no such target.", [problem])
        feedback = replace(feedback, source=found.triage.source)
        incident = await self._journal.latest(feedback.incident_id, feedback.source)
        await self._journal.add_feedback(feedback)
        await self._remember(incident, (OutcomeValue(feedback.target, feedback.label, feedback.given_at),))
        if self._oversight is not None:
            await self._oversight.hear(found.triage, {feedback.target: feedback.label}, feedback.given_at)
        return feedback

    async def outcome(self, outcome: Outcome) -> Outcome:
        """Commit how an incident ended.

        A label that we filled in ourselves comes back to us from the core; as long as nobody is named for it, it
        says nothing about whether it was right, and is marked as ours.

        Parameters
        ----------
        outcome : Outcome
            With an empty source, the only source that has the incident is meant.

        Returns
        -------
        Outcome
            As it was kept.

        Raises
        ------
        NotFound
            No such incident.
        Conflict
            The source is empty and several have the incident.
        StoreUnavailable
            Nothing was kept.
        """
        found = await self._journal.find(outcome.incident_id, outcome.source or None)
        filled_in = {
            (one.target, one.ranked[0].label)
            for one in found.triage.predictions
            if one.decision is Decision.AUTO and one.ranked
        }
        is_unsigned = outcome.given_by in _OURSELVES
        values = tuple(
            replace(each, is_ours=is_unsigned and (each.name, each.value) in filled_in) for each in outcome.values
        )
        kept = replace(outcome, source=found.triage.source, values=values)
        incident = await self._journal.latest(kept.incident_id, kept.source)
        await self._journal.add_outcome(kept)
        await self._remember(incident, values)
        said = {each.name: each for each in values if not each.is_ours}
        if self._oversight is not None and said:
            known_at = max(each.known_at for each in said.values())
            await self._oversight.hear(found.triage, {name: each.value for name, each in said.items()}, known_at)
        return kept

    async def _remember(self, incident: Incident | None, values: Sequence[OutcomeValue]) -> None:
        """Have precedents show what was committed of an incident's end."""
        if incident is not None:
            await remember_ends(self._labeller_source, [IncidentEnd(incident, tuple(values))])
