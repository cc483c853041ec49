"""Runs the routes on one event loop, on one listening socket, until it is interrupted. Wires nothing itself."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

import structlog
import uvicorn

from triage.api.app import create_app
from triage.api.intake_rules import to_intake_rules
from triage.api.service import Limits, Service
from triage.api.wire import OneWriteProtocol
from triage.bootstrap.delivering import open_relay
from triage.bootstrap.leftovers import give_back
from triage.bootstrap.serving import Live, open_live
from triage.errors import UsageError
from triage.registry.live import LiveModels
from triage.settings import Settings

__all__ = ["deliver", "run"]

# Pending connections that the kernel keeps while the loop is busy; the usual ceiling of Linux is 4096.
_BACKLOG = 2048
# They tell of every step of a start, and of every call with its address, which may be a secret; what goes wrong is
# still heard.
_CHATTY = ("alembic", "httpcore", "httpx", "uvicorn")
# How long open requests may take to end after Ctrl-C, in seconds.
_GRACE_S = 10
# A usual start takes two seconds.
_SLOW_START_S = 5.0
_SLOW_START = (
    "Starting takes a while: the first start on a machine compiles for it, up to a minute; a later one reads what came "
    "since the watcher's state was kept.\n"
)


def run(settings: Settings, names: Sequence[str] = ()) -> None:
    """Serve until SIGINT or SIGTERM, then end cleanly: open requests are answered and what waits is committed.

    Parameters
    ----------
    settings : Settings
    names : sequence of str, default=()
        Models; every champion if empty, and those that come while it runs.

    Raises
    ------
    SettingsError
        An ``[intake.NAME]`` table cannot be used.
    NotFound
        A named model has no champion.
    Conflict
        Another process writes the same database.
    StoreUnavailable
        The database cannot be opened.
    UsageError
        The address cannot be listened on.
    """
    _configure_logs(settings.log_level)
    intake = to_intake_rules(settings)
    # uvicorn raises the signal again once it has ended; as an exception it passes through what must still be closed.
    signal.signal(signal.SIGTERM, _interrupt)
    with _listen(settings.host, settings.port) as listener, _patience() as ready, open_live(settings, names) as live:
        limits = Limits(max_body_bytes=settings.max_body_bytes, max_metrics_bytes=settings.max_metrics_bytes)
        service = Service(
            live.flow,
            live.metrics,
            live.models,
            live.outbox,
            live.keyed,
            limits,
            intake=intake,
            relay=live.relay if settings.relay else None,
            polls=live.polls,
        )
        app = create_app(service)
        # What is loaded by now stays: without it full collections walk the models again and again, at 200 ms of p99.
        gc.collect()
        gc.freeze()
        config = uvicorn.Config(
            app,
            http=OneWriteProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            # Nobody asks who the client is, and asking proxies' headers at every request takes 2 us.
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            with suppress(KeyboardInterrupt):
                runner.run(_serve(uvicorn.Server(config), listener, live, settings, ready))
            # A run of its own: Ctrl-C has cancelled the one above.
            runner.run(live.metrics.stop())
    sys.stderr.write("Stopped.\n")


def deliver(settings: Settings) -> None:
    """Deliver what waits in the outbox, and what others put there, until SIGINT or SIGTERM.

    Raises
    ------
    UsageError
        No destination is set.
    SettingsError
        A destination cannot be used.
    Conflict
        On SQLite: another process writes the same file.
    StoreUnavailable
        The database cannot be opened.
    """
    _configure_logs(settings.log_level)
    signal.signal(signal.SIGTERM, _interrupt)
    with open_relay(settings) as relay, suppress(KeyboardInterrupt):
        names = ", ".join(lane.destination.name for lane in relay.lanes)
        sys.stderr.write(f"Delivering to {names} (Ctrl-C stops it)\n")
        asyncio.run(relay.run())
    sys.stderr.write("Stopped.\n")


async def _serve(
    server: uvicorn.Server, listener: socket.socket, live: Live, settings: Settings, ready: Callable[[], None]
) -> None:
    # What the last run had not kept of the stream is watched again before anybody is let in.
    await live.metrics.start()
    # What was withdrawn before the process was started again stays so.
    await live.oversight.refresh()
    give_back()
    ready()
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"Serving at http://{shown}:{port} (its API is described at /docs; Ctrl-C stops it)\n")
    beside = [
        asyncio.create_task(_follow(live.models, settings.reload_interval_s)),
        asyncio.create_task(live.flow.late.run()),
        asyncio.create_task(live.polls.run()),
        asyncio.create_task(live.oversight.run()),
    ]
    if settings.relay:
        beside.append(asyncio.create_task(live.relay.run()))
    try:
        await server.serve(sockets=[listener])
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _follow(models: LiveModels, interval_s: float) -> None:
    """Put promoted models in force; loading happens beside the loop, so that no request waits for it."""
    while True:
        await asyncio.sleep(interval_s)
        if await asyncio.to_thread(models.refresh):
            await asyncio.to_thread(give_back)


@contextmanager
def _patience() -> Iterator[Callable[[], None]]:
    """Tell whoever waits for a start that takes long what it is about; what is yielded says that it has ended."""
    timer = threading.Timer(_SLOW_START_S, sys.stderr.write, [_SLOW_START])
    timer.daemon = True
    timer.start()
    try:
        yield timer.cancel
    finally:
        timer.cancel()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as err:
        # Python adds to the words of the system what is said here already.
        why = os.strerror(err.errno) if err.errno else str(err)
        raise UsageError(f"{host}:{port} cannot be listened on: {why}. Choose another --port.") from err


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _configure_logs(level: str) -> None:
    """Write JSON lines to stderr: ours, and what the libraries log."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    shared: list[structlog.typing.Processor] = [structlog.stdlib.add_log_level, stamp]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # What is below the level costs nothing.
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(max(root.level, logging.WARNING))
