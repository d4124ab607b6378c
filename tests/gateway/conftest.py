"""Fixtures of the gateway's tests."""

import pytest
from gateway_world import Running, World, start_gateway


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path / "home")


@pytest.fixture
def gateway(world):
    """Start a gateway over `world`, as often as the test asks; all are gone afterwards."""
    started = []

    def start(**environment) -> Running:
        started.append(start_gateway(world.home, **environment))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait(10)
        running.client.close()
