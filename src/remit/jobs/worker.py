"""The worker process."""

from __future__ import annotations

from procrastinate.contrib.django import app


def run() -> None:
    """Run jobs until SIGTERM or SIGINT; what is running is finished first.

    What failed before is tried once more: a restart follows a repair.
    """
    from remit.jobs.tasks import again

    again(lost=True, failed=True)
    worker = app.with_connector(app.connector.get_worker_connector())
    worker.run_worker(concurrency=1, delete_jobs="successful", fetch_job_polling_interval=1.0)


def drain() -> None:
    """Run what is waiting now, and return; for tests and tools that have no worker beside them."""
    worker = app.with_connector(app.connector.get_worker_connector())
    worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
