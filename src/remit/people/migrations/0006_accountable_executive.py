"""The role `executive` has the name that the reference gives it."""

from typing import Any

from django.db import migrations

from remit.ledger.capture import acting


def rename(apps: Any, schema_editor: Any) -> None:
    """Give assignments the role's present id, in the ledger's sight."""
    del schema_editor
    held = apps.get_model("people", "RoleAssignment").objects.filter(role="executive")
    with acting("system:upgrade", "people.rename_role", reason="The role has another name now"):
        held.update(role="accountable_executive")


class Migration(migrations.Migration):
    """Renames a role in what was given."""

    dependencies = (
        ("people", "0005_cache_of_every_process"),
        ("ledger", "0002_every_model"),
    )

    operations = (migrations.RunPython(rename, migrations.RunPython.noop),)
