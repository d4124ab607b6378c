from remit.gateway.strangers import Strangers
from remit.inventory.models import Sighting
from remit.kernel import paths
from remit.serving import strangers


def left(*names):
    kept = Strangers(paths.strangers())
    for name in names:
        kept.asked_about(name, "Branch system")
    kept.flush()


def test_what_a_gateway_left_becomes_a_sighting_once(world):
    left("card-limit")
    left("card-limit")
    assert strangers.report_strangers(acting_user="system:worker") == 2
    one = Sighting.objects.get()
    assert (one.source, one.external_key, one.name, one.times_seen) == (
        "gateway",
        "use_case:card-limit",
        "card-limit",
        2,
    )
    assert one.details == {"what": "use_case", "asked_by": "Branch system"}
    assert not list(paths.strangers().iterdir())


def test_a_use_case_that_is_filed_is_no_stranger(world):
    world.until("filed")
    left(world.use_case.key)
    assert strangers.report_strangers(acting_user="system:worker") == 0
    assert not Sighting.objects.exists()


def test_the_queue_is_not_flooded(world, monkeypatch):
    monkeypatch.setattr(strangers, "MOST_OPEN", 3)
    left(*(f"name-{i}" for i in range(10)))
    left("one-more")
    strangers.report_strangers(acting_user="system:worker")
    assert Sighting.objects.count() == 3
    assert not list(paths.strangers().iterdir())
