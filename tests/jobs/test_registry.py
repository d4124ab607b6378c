import pytest

from remit.jobs import reactions, services  # noqa: F401 - importing them registers them
from remit.jobs.registry import names, reactions_to, service_named
from remit.kernel.problems import Unknown
from remit.lifecycle import engine
from remit.lifecycle.actions.definitions import _FOLDER


def test_every_service_a_shipped_process_names_is_offered():
    wanted = set()
    for file in _FOLDER.glob("*.bpmn"):
        definition = engine.load(file.read_bytes())
        wanted |= {element.service for element in definition.elements.values() if element.service}
    assert wanted
    for name in wanted:
        assert callable(service_named(name))


def test_a_service_nobody_offers_is_named_with_those_there_are():
    with pytest.raises(Unknown) as refused:
        service_named("launch_rocket")
    assert "evaluate_gate" in refused.value.remedy


def test_whatever_changes_a_route_or_a_remit_is_published():
    for name in (
        "remit.issued",
        "remit.suspended",
        "remit.revoked",
        "deployment.changed",
        "deployment.mode_set",
    ):
        assert reactions.publish in reactions_to(name)


def test_nothing_reacts_to_an_unknown_event():
    assert reactions_to("weather.changed") == ()
    assert "service.requested" in names()[0]
