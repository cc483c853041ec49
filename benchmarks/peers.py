"""Services that the serving benchmark compares with, each as somebody would first write it. Run by uvicorn."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pandas as pd
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from starlette.types import Receive, Scope, Send

__all__ = ["bare_echo", "fastapi_echo", "naive", "save_for_mlflow"]

_JSON = [(b"content-type", b"application/json")]


class Ticket(BaseModel):
    """What the naive service reads."""

    short_description: str
    description: str = ""


async def bare_echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Send the body back, without any framework: what a server of Python can do at most."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [*_JSON, (b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


def fastapi_echo() -> FastAPI:
    """Build the same in FastAPI."""
    app = FastAPI()

    @app.post("/")
    async def echo(request: Request) -> Response:
        return Response(await request.body(), media_type="application/json")

    return app


def naive() -> FastAPI:
    """Build a service of a scikit-learn pipeline a target, fitted on the file that BENCH_TICKETS names."""
    models = _pipelines(os.environ["BENCH_TARGETS"].split(","))
    app = FastAPI()

    @app.post("/")
    def predict(ticket: Ticket) -> dict[str, dict[str, float]]:
        words = [f"{ticket.short_description} {ticket.description}"]
        return {
            target: dict(zip(model.classes_, model.predict_proba(words)[0].tolist(), strict=True))
            for target, model in models.items()
        }

    return app


def save_for_mlflow(folder: str) -> None:
    """Save the first target's pipeline as a model of MLflow's, which answers with probabilities."""
    import mlflow.sklearn  # noqa: PLC0415  # the other peers need no MLflow, which takes seconds to load

    [pipeline] = _pipelines(os.environ["BENCH_TARGETS"].split(",")[:1]).values()
    mlflow.sklearn.save_model(
        pipeline, folder, pyfunc_predict_fn="predict_proba", serialization_format="cloudpickle", pip_requirements=[]
    )


def _pipelines(targets: Sequence[str]) -> dict[str, Pipeline]:
    tickets = pd.read_csv(os.environ["BENCH_TICKETS"], keep_default_na=False)
    text = tickets["short_description"] + " " + tickets["description"]
    return {
        target: make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=200)).fit(
            text, tickets[target]
        )
        for target in targets
    }
