"""The routes of incidents: parse, call the flow, render."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.examples import ANSWER, INCIDENT, INCIDENTS, LIST_ANSWER, PAGE
from triage.api.keys import answer_once, ids_of
from triage.api.metrics import Metrics
from triage.api.plain import PlainAnswer, PlainPost
from triage.api.problems import problem_of
from triage.api.render import answer_body, json_response, suspects_body, to_json
from triage.api.schemas import IncidentAnswer, IncidentList, IncidentPage, IncidentRequest
from triage.api.service import Service
from triage.api.suspects import suspects_if_possible
from triage.decide.suspects import Suspect
from triage.domain import Incident, PrecedentQuery
from triage.errors import DataError
from triage.flow import Answer, AnswerStatus, Received
from triage.intake import read_json, shown, to_incident, to_items, to_received

__all__ = ["incident_routes", "plain_post"]

# The status, and the body before it is JSON.
_Rendered: TypeAlias = tuple[int, dict[str, object]]

_SCHEMA = IncidentRequest.model_json_schema()
_STATUS = {
    AnswerStatus.CREATED: 201,
    AnswerStatus.UPDATED: 200,
    AnswerStatus.SUPERSEDED: 200,
    AnswerStatus.REPEATED: 200,
    AnswerStatus.PREVIEW: 200,
}
# As they are usually written; the documented route reads every other spelling.
_MOST_PRECEDENTS = 20
_PLAIN_QUERIES = {
    b"&".join(filter(None, (of_run, of_precedents))): (dry_run, precedents)
    for of_run, dry_run in ((b"", False), (b"dry_run=false", False), (b"dry_run=true", True))
    for of_precedents, precedents in (
        (b"", None),
        *((b"precedents=%d" % number, PrecedentQuery(number)) for number in range(_MOST_PRECEDENTS + 1)),
    )
}


def incident_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build the routes under ``/v1/incidents``."""
    router = APIRouter(tags=["incidents"])

    @router.post(
        "/v1/incidents",
        summary="Label an incident, or a list of them, and keep it",
        status_code=201,
        responses=responses(
            {
                201: answer(IncidentAnswer, "A new incident is labelled and stored.", ANSWER),
                200: {"model": IncidentAnswer, "description": "Stored before, updated by another body, or a dry run."},
                207: answer(IncidentList, "A list, answered item by item.", LIST_ANSWER),
            }
        ),
        openapi_extra=json_request(
            {"anyOf": [_SCHEMA, {"type": "array", "items": _SCHEMA, "minItems": 1, "maxItems": 1000}]},
            {"one": INCIDENT, "list": INCIDENTS},
        ),
    )
    async def post_incidents(
        request: Request,
        dry_run: Annotated[bool, Query(description="Answer, and keep nothing.")] = False,
        precedents: Annotated[
            int, Query(ge=0, le=_MOST_PRECEDENTS, description="How many past incidents like it are wanted.")
        ] = 3,
        same: Annotated[str, Query(description="Fields in which they must agree with it, with commas between.")] = "",
        resolved: Annotated[bool, Query(description="Only those that are resolved.")] = False,
    ) -> Response:
        """Answer with labels, probabilities, decisions and reasons once they are on disk.

        The same source and id with the same body again gives the stored answer; with another body it is an update.
        A list is answered item by item; what is wrong with one item does not hold up the others. With an
        `Idempotency-Key` the same body again gives the same answer, another body 422, and 409 while it is answered.
        """
        body = await read_body(request, service.limits.max_body_bytes)
        wanted = PrecedentQuery(precedents, tuple(filter(None, same.split(","))), resolved)
        post = _Post(service, metrics, dry_run, ids_of(service, request), wanted)

        async def respond() -> Response:
            status, content = await post.answer(body)
            return json_response(content, status)

        return await respond() if dry_run else await answer_once(service, request, body, respond)

    @router.get(
        "/v1/incidents",
        summary="List stored answers, newest incident first",
        responses=responses({200: answer(IncidentPage, "A page of answers.", PAGE)}),
    )
    async def list_incidents(
        limit: Annotated[int, Query(ge=1, le=200, description="Answers a page.", examples=[1])] = 50,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
        source: Annotated[str | None, Query(description="Only incidents of this source.")] = None,
    ) -> Response:
        """Incidents that come in while you page do not move the pages."""
        page = await service.flow.page(limit, cursor, source)
        return json_response({"items": [answer_body(one) for one in page.answers], "next": page.next_cursor})

    @router.get(
        "/v1/incidents/{incident_id:path}",
        summary="Return the stored answer on one incident",
        responses=responses({200: answer(IncidentAnswer, "As it was answered when it came in.", ANSWER)}),
    )
    async def get_incident(
        incident_id: Annotated[str, Path(examples=[INCIDENT["id"]])],
        source: Annotated[str | None, Query(description="Needed where several sources have the id.")] = None,
    ) -> Response:
        """Return the answer on the latest body of the incident, with the changes shortly before it at what it names."""
        found = await service.flow.find(incident_id, source)
        incident = await service.flow.latest(incident_id, found.triage.source)
        suspects = await service.metrics.suspects.of_incidents([] if incident is None else [incident])
        return json_response(_body(found, suspects.get(0, ())))

    return router


def plain_post(service: Service, metrics: Metrics) -> PlainPost:
    """Build the short way to the same answers for requests that are nothing but a body."""
    answers = {
        query: _Post(service, metrics, dry_run, service.new_id, precedents).answer_in_json
        for query, (dry_run, precedents) in _PLAIN_QUERIES.items()
    }
    return PlainPost("/v1/incidents", answers, service.limits.max_body_bytes)


@dataclass(frozen=True, slots=True)
class _Post:
    """A POST of incidents with one query."""

    service: Service
    metrics: Metrics
    dry_run: bool
    new_id: Callable[[], str]
    wanted: PrecedentQuery | None = None

    async def answer(self, body: bytes) -> _Rendered:
        payload = read_json(body)
        if isinstance(payload, list):
            return await self._answer_list(to_items(payload))
        if not isinstance(payload, dict):
            raise DataError(f"The body must be an object or a list of objects. Got {shown(payload)}.")
        return await self._answer_one(payload, body)

    async def answer_in_json(self, body: bytes) -> PlainAnswer:
        status, content = await self.answer(body)
        return status, to_json(content)

    async def _answer_one(self, payload: Mapping[str, object], body: bytes) -> _Rendered:
        [rendered] = await self._answers([self._read(payload, body)])
        return rendered

    async def _answer_list(self, items: Sequence[Mapping[str, object]]) -> _Rendered:
        read = [self._read_item(item) for item in items]
        answers = iter(await self._answers([one for one in read if not isinstance(one, DataError)]))
        rendered = [_problem_item(one) if isinstance(one, DataError) else _answer_item(*next(answers)) for one in read]
        return 207, {"items": rendered}

    def _read(self, payload: Mapping[str, object], body: bytes | None = None) -> Incident | Received:
        # What is not kept need not be told apart from what was sent before.
        if self.dry_run:
            return to_incident(payload, self.service.clock(), self.new_id)
        return to_received(payload, self.service.clock(), self.new_id, body)

    def _read_item(self, item: Mapping[str, object]) -> Incident | Received | DataError:
        try:
            return self._read(item)
        except DataError as err:
            return err

    async def _answers(self, read: Sequence[Incident | Received]) -> list[_Rendered]:
        incidents = [one if isinstance(one, Incident) else one.incident for one in read]
        if self.dry_run or not read:
            answers = await self.service.flow.preview(incidents, self.wanted)
        else:
            answers = await self.service.flow.accept([one for one in read if isinstance(one, Received)], self.wanted)
            self.metrics.count_answers(answers)
        found = await suspects_if_possible(self.service.metrics.suspects.of_incidents(incidents))
        return [(_STATUS[each.status], _body(each, found.get(at, ()))) for at, each in enumerate(answers)]


def _body(answered: Answer, suspects: Sequence[Suspect]) -> dict[str, object]:
    body = answer_body(answered)
    if suspects:
        body["suspects"] = suspects_body(suspects)
    return body


def _answer_item(status: int, body: Mapping[str, object]) -> dict[str, object]:
    return {"status": status, "answer": body}


def _problem_item(error: DataError) -> dict[str, object]:
    return {"status": error.http_status, "problem": problem_of(error)}
