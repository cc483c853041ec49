"""Services that the serving benchmark compares with, each as somebody would first write it. Run by uvicorn."""

from __future__ import annotations

import os

import pandas as pd
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from starlette.types import Receive, Scope, Send

__all__ = ["bare_echo", "fastapi_echo", "naive"]

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
    tickets = pd.read_csv(os.environ["BENCH_TICKETS"], keep_default_na=False)
    text = tickets["short_description"] + " " + tickets["description"]
    models: dict[str, Pipeline] = {}
    for target in os.environ["BENCH_TARGETS"].split(","):
        pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=200))
        models[target] = pipeline.fit(text, tickets[target])
    app = FastAPI()

    @app.post("/")
    def predict(ticket: Ticket) -> dict[str, dict[str, float]]:
        words = [f"{ticket.short_description} {ticket.description}"]
        return {
            target: dict(zip(model.classes_, model.predict_proba(words)[0].tolist(), strict=True))
            for target, model in models.items()
        }

    return app
