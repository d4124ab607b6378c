"""The worker process."""

from __future__ import annotations

import asyncio
import signal

from procrastinate.contrib.django import app

LANES = (("reactions", "clocks"), ("ledger", "store"), ("imports",), ("scans",))
"""Queues that run beside each other, one job at a time in each lane: nothing waits for what takes long."""


def run() -> None:
    """Run jobs until SIGTERM or SIGINT; what is running is finished first.

    What failed before is tried once more: a restart follows a repair.
    """
    from remit.jobs.tasks import again

    again(lost=True, failed=True)
    asyncio.run(_lanes())


async def _lanes() -> None:
    worker = app.with_connector(app.connector.get_worker_connector())
    async with worker.open_async(), asyncio.TaskGroup() as group:
        running = [
            group.create_task(
                worker.run_worker_async(
                    queues=list(lane),
                    concurrency=1,
                    delete_jobs="successful",
                    fetch_job_polling_interval=1.0,
                    install_signal_handlers=False,
                )
            )
            for lane in LANES
        ]

        def stop() -> None:
            for lane in running:
                lane.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)


def drain() -> None:
    """Run what is waiting now, and return; for tests and tools that have no worker beside them."""
    worker = app.with_connector(app.connector.get_worker_connector())
    worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
