"""Services that the serving benchmark compares with, each as somebody would first write it. Run by uvicorn."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import joblib
import pandas as pd
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from starlette.types import Receive, Scope, Send

__all__ = ["LEARNERS", "bare_echo", "fastapi_echo", "fit_peers", "naive"]

# Both are what people begin with, and about as accurate. What the second has learnt lies by label, which scipy copies
# into its own order at every single request; the first happens to lie by feature.
LEARNERS = {
    "logistic-regression": LogisticRegression(max_iter=200),
    "sgd-log-loss": SGDClassifier(loss="log_loss", random_state=0),
}
_PIPELINES = "pipelines.joblib"
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
    """Build a service of a scikit-learn pipeline a target, of those that :func:`fit_peers` left in BENCH_PEERS."""
    models: dict[str, Pipeline] = joblib.load(Path(os.environ["BENCH_PEERS"]) / _PIPELINES)
    app = FastAPI()

    @app.post("/")
    def predict(ticket: Ticket) -> dict[str, dict[str, float]]:
        words = [f"{ticket.short_description} {ticket.description}"]
        return {
            target: dict(zip(model.classes_, model.predict_proba(words)[0].tolist(), strict=True))
            for target, model in models.items()
        }

    return app


def fit_peers(tickets: str, targets: Sequence[str], folder: str) -> None:
    """Fit a pipeline for all targets by either learner, and save it as MLflow's own tools do, by the learner's name.

    The first is left as a pipeline a target for the naive service too. Nothing is tuned.
    """
    import mlflow.sklearn  # noqa: PLC0415  # the other peers need no MLflow, which takes seconds to load

    frame = pd.read_csv(tickets, keep_default_na=False)
    text = frame["short_description"] + " " + frame["description"]
    for name, learner in LEARNERS.items():
        # One vectoriser for all targets, and words of a single ticket left out, as in scikit-learn's own examples.
        pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), MultiOutputClassifier(learner))
        pipeline.fit(text, frame[list(targets)])
        mlflow.sklearn.save_model(
            pipeline,
            Path(folder) / name,
            pyfunc_predict_fn="predict_proba",
            serialization_format="cloudpickle",
            pip_requirements=[],
        )
        if not (Path(folder) / _PIPELINES).exists():
            heads = zip(targets, pipeline[-1].estimators_, strict=True)
            joblib.dump({target: make_pipeline(pipeline[0], head) for target, head in heads}, Path(folder) / _PIPELINES)
