"""The worker as it runs: every lane at work, and a stop that ends all of them."""

import os
import signal
from threading import Timer

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from remit.jobs import worker


@pytest.mark.django_db(transaction=True)
def test_every_lane_runs_and_a_signal_ends_them_all(remit_home):
    queues = [queue for lane in worker.LANES for queue in lane]
    for queue in queues:
        # a task that is unknown fails at once, which shows that its queue was served
        worker.app.configure_task("test.unknown", queue=queue).defer()
    # without the worker's own handler the signal would end the tests: one that does nothing stands behind it
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    timer = Timer(6, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        worker.run()
    finally:
        timer.cancel()
        signal.signal(signal.SIGTERM, before)
    served = ProcrastinateJob.objects.filter(task_name="test.unknown", status="failed")
    assert sorted(served.values_list("queue_name", flat=True)) == sorted(queues)
