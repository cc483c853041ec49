"""The app put together: routes, errors, documentation. It opens and closes nothing."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.responses import RedirectResponse, Response

from triage import __version__
from triage.api.alertmanager import alertmanager_routes
from triage.api.changes import change_routes
from triage.api.dead_letters import dead_letter_routes
from triage.api.events import event_routes
from triage.api.groups import group_routes
from triage.api.health import health_routes
from triage.api.incidents import incident_routes, plain_post
from triage.api.jira import jira_routes
from triage.api.metrics import Metrics
from triage.api.models import model_routes
from triage.api.otlp import otlp_routes
from triage.api.outcomes import outcome_routes
from triage.api.pagerduty import pagerduty_routes
from triage.api.plain import PlainPosts
from triage.api.points import point_routes
from triage.api.problems import add_error_handlers
from triage.api.queries import check_query
from triage.api.recorder import Recorder, RequestRecorder
from triage.api.remote_write import remote_write_routes
from triage.api.service import Service
from triage.api.servicenow import servicenow_routes
from triage.api.verdicts import verdict_routes
from triage.api.warnings import warning_routes

__all__ = ["create_app"]


def create_app(service: Service) -> FastAPI:
    """Build the app over a service that is open; who opened it closes it after the app has stopped.

    Parameters
    ----------
    service : Service
    """
    metrics = Metrics(service)
    app: FastAPI = FastAPIOffline(
        title="triage",
        version=__version__,
        description=(
            "Labels incidents before the workflow core sees them, and warns of what is about to break. "
            "Errors are RFC 9457 problem documents."
        ),
        redoc_url=None,
        # Without this, Swagger UI has the document checked by a server elsewhere.
        swagger_ui_parameters={"validatorUrl": None},
        # A redirect would turn a POST to /v1/incidents/ into something that some senders drop.
        redirect_slashes=False,
        # Nothing here exports traces, and asking at every request whether somebody does takes 5 us.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in (
        incident_routes(service, metrics),
        group_routes(service),
        verdict_routes(service),
        outcome_routes(service),
        point_routes(service, metrics),
        warning_routes(service),
        model_routes(service),
        dead_letter_routes(service),
        alertmanager_routes(service, metrics),
        event_routes(service, metrics),
    ):
        app.include_router(router, dependencies=[Depends(check_query)])
    # Senders that are not ours to change may add keys of their own.
    for router in (
        pagerduty_routes(service, metrics),
        servicenow_routes(service, metrics),
        jira_routes(service, metrics),
        remote_write_routes(service, metrics),
        otlp_routes(service, metrics),
    ):
        app.include_router(router)
    app.include_router(change_routes(service), dependencies=[Depends(check_query)])
    # Probes and scrapers may send keys of their own.
    app.include_router(health_routes(service, metrics))
    app.add_api_route("/", _show_documentation, include_in_schema=False)
    add_error_handlers(app)
    recorder = Recorder(metrics)
    app.add_middleware(RequestRecorder, recorder=recorder)
    # From here on no middleware can be added, so none can be gone past unnoticed.
    app.middleware_stack = PlainPosts(app.build_middleware_stack(), plain_post(service, metrics), recorder)
    return app


async def _show_documentation() -> Response:
    """Lead whoever opens the address of the service in a browser to what it can do."""
    return RedirectResponse("/docs")
