"""Step ``replay_metrics``: send a file of metrics to a running service, and draw the warnings it raised.

Unlike the other steps it is a client: it knows the service by its URL alone, and speaks HTTP with nothing but Python's
own library. What reads the file and what draws are the functions of the commands.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from triage.bootstrap.metric_reading import MetricReading, read_metrics
from triage.cli import main
from triage.cli.options import Encoding, StepLength, TimeZone
from triage.cli.output import say, show_json
from triage.domain import Cause, EarlyWarning
from triage.errors import StoreUnavailable, UsageError
from triage.training.metrics import MetricHistory

step = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

_TIMEOUT_S = 60.0
# The most that the service lists a page.
_PAGE = 200


@step.command()
def replay_metrics(
    metrics: Annotated[Path, typer.Option(help="Long, wide or NAB's; csv, zipped csv or parquet.")],
    url: Annotated[str, typer.Option(help="Where the service listens.")] = "http://127.0.0.1:8000",
    plots: Annotated[Path | None, typer.Option(help="Save a picture of each warning in this folder.")] = None,
    batch: Annotated[int, typer.Option(help="Values a request.", min=1, max=200_000)] = 5000,
    step_length: StepLength = None,
    tz: TimeZone = None,
    encoding: Encoding = None,
) -> None:
    """Send every value in the order of event time; then list and draw the warnings on the file's entities and times."""
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"--url must begin with http:// or https://. Got {url!r}.")
    _, history = read_metrics(metrics, MetricReading(step_length, tz, encoding), say)
    accepted, ignored = _send(history, f"{url.rstrip('/')}/v1/metrics", batch)
    warnings = _warnings(history, f"{url.rstrip('/')}/v1/warnings")
    saved: tuple[Path, ...] = ()
    if plots is not None:
        from triage.plots import save_warnings  # noqa: PLC0415  # start-up cost: matplotlib

        saved = save_warnings(history, warnings, plots)
    summary = {"values": len(history), "accepted": accepted, "ignored": ignored, "warnings": len(warnings)}
    show_json({**summary, "plots": [str(path) for path in saved]})


def _send(history: MetricHistory, url: str, batch: int) -> tuple[int, int]:
    order = history.in_time_order()
    order = order[np.isfinite(history.value[order])]  # JSON has no infinity
    entities, names = ([pair[at] for pair in history.series] for at in (0, 1))
    accepted = ignored = 0
    for begin in range(0, len(order), batch):
        points = order[begin : begin + batch]
        series = history.series_of_point[points].tolist()
        columns = {
            "entity": [entities[at] for at in series],
            "metric": [names[at] for at in series],
            "timestamp": (history.time_ns[points] / 1e9).tolist(),
            "value": history.value[points].tolist(),
        }
        answer = _ask(urllib.request.Request(url, json.dumps(columns).encode(), {"Content-Type": "application/json"}))  # noqa: S310  # the scheme was checked
        accepted, ignored = accepted + int(str(answer["accepted"])), ignored + int(str(answer["ignored"]))
    say(f"{accepted:,} values accepted")
    return accepted, ignored


def _warnings(history: MetricHistory, url: str) -> list[EarlyWarning]:
    """Return the warnings on the history's entities that were opened within its time, first to last."""
    first, last = history.time_ns_of_row.min() / 1e9, history.time_ns_of_row.max() / 1e9
    found: list[EarlyWarning] = []
    query = {"limit": str(_PAGE)}
    while True:
        page = _ask(urllib.request.Request(f"{url}?{urllib.parse.urlencode(query)}"))  # noqa: S310  # as above
        items = page["items"]
        found += [_to_warning(item) for item in items] if isinstance(items, list) else []
        if page["next"] is None:
            break
        query["cursor"] = str(page["next"])
    there = set(history.entities)
    kept = [each for each in found if each.entity in there and first <= each.opened_at.timestamp() <= last]
    return sorted(kept, key=lambda each: (each.opened_at, each.entity))


def _to_warning(item: Mapping[str, object]) -> EarlyWarning:
    causes = item["causes"]
    return EarlyWarning(
        id=str(item["id"]),
        entity=str(item["entity"]),
        opened_at=datetime.fromisoformat(str(item["opened_at"])),
        closed_at=None if item["closed_at"] is None else datetime.fromisoformat(str(item["closed_at"])),
        score=float(str(item["score"])),
        causes=tuple(Cause(each["metric"], each["contribution"]) for each in causes)
        if isinstance(causes, list)
        else (),
        why=str(item["why"]),
    )


def _ask(request: urllib.request.Request) -> Mapping[str, object]:
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310  # the scheme was checked
            document: Mapping[str, object] = json.load(answer)
            return document
    except urllib.error.HTTPError as err:
        said = err.read(2000).decode("utf-8", "replace")
        raise UsageError(f"{request.full_url} answered {err.code}: {said}") from err
    except (urllib.error.URLError, TimeoutError, ConnectionError) as err:
        raise StoreUnavailable(
            f"No service answers at {request.full_url}: {err}. Start one with `triage serve`."
        ) from err


if __name__ == "__main__":
    main(commands=step)
