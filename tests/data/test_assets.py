import pytest

from remit.data import actions
from remit.data.models import DataAsset
from remit.kernel.problems import Denied, Invalid

pytestmark = pytest.mark.django_db
ASSET = {
    "name": "Boston HMDA",
    "location": "s3://bank/hmda",
    "sha256": "0" * 64,
    "rows": 2380,
    "columns": ["pirat", "afam"],
    "classification": "confidential",
    "licence": "GPL-2",
}


def register(world, who="wei", **changes):
    return actions.register_asset(
        acting_user=getattr(world.people, who), owner=world.people.wei, **(ASSET | changes)
    )


def test_an_asset_is_registered_with_its_protected_columns(world):
    asset = register(world, protected_columns=["afam"])
    assert (asset.reference, asset.protected_columns) == ("DS-0001", ["afam"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"rows": -1}, "rows"), ({"protected_columns": ["race"]}, "protected_columns")],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(world, changes, field):
    with pytest.raises(Invalid) as refused:
        register(world, **changes)
    assert set(refused.value.fields) == {field}
    assert not DataAsset.objects.exists()


def test_a_name_is_taken_once_and_the_role_is_asked_for(world):
    register(world)
    with pytest.raises(Invalid):
        register(world, name="boston hmda")
    with pytest.raises(Denied):
        register(world, who="tomasz", name="Other")
