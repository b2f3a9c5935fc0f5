"""``chunfeng serve`` and ``chunfeng pipeline``: the site, its background worker, and the steps between apps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Web processes.")] = 2,
    jobs: Annotated[
        bool, typer.Option(help="Run the background worker (reminders, outbox) beside the site.")
    ] = True,
    migrate: Annotated[
        bool, typer.Option(help="Start the database and bring its tables up to date first.")
    ] = True,
) -> None:
    """Serve the site and run background jobs, which give way to the pages, until Ctrl-C."""
    from chunfeng.cli.db import up

    if migrate:
        up()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "chunfeng.config.settings"}
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--host",
                host,
                "--port",
                str(port),
                "--workers",
                str(workers),
                "--blocking-threads",
                "2",
                "--respawn-failed-workers",
                "--no-ws",
                "--log-level",
                "warning",
                "chunfeng.config.wsgi:application",
            ],
            env=environment,
        )
    ]
    if jobs:
        worker = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "2"]
        started.append(subprocess.Popen(worker, env=environment, preexec_fn=lambda: os.nice(5)))
    typer.echo(f"http://{host}:{port}/  (Ctrl-C stops)")

    def leave(*_: object) -> None:
        for process in started:
            process.terminate()

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    code = started[0].wait()
    leave()
    for process in started[1:]:
        process.wait(timeout=20)
    raise typer.Exit(0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else code)


def pipeline() -> None:
    """Run every step between the apps once: each is idempotent and picks up what waits."""
    from chunfeng.cli.django import setup

    setup()
    from django.utils import timezone
    from rich.progress import Progress

    from chunfeng.config.pipeline import STEPS

    with Progress() as progress:
        for step in STEPS:
            line = progress.add_task(step.title, total=None)
            done = step.run(timezone.now())
            progress.update(line, total=1, completed=1, description=f"{step.title}: {done}")
