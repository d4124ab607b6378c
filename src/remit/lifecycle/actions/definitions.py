"""Publishing definitions."""

from __future__ import annotations

from pathlib import Path

from remit.kernel import clock
from remit.ledger.capture import action, emit
from remit.lifecycle import engine
from remit.lifecycle.models import ProcessDefinition
from remit.people import queries as people
from remit.people.models import User

_FOLDER = Path(__file__).parents[1] / "definitions"


@action("process.publish")
def publish(*, acting_user: User | str, xml: bytes) -> ProcessDefinition:
    """Publish a BPMN file as the next version of its process; the same text again changes nothing.

    Raises:
        Denied: the acting person does not administer this installation.
        Invalid: the file is not a process Remit runs; the detail names the element and its line.
    """
    people.require(acting_user, "installation.manage")
    read = engine.load(xml)
    published = ProcessDefinition.objects.filter(key=read.key)
    same = published.filter(digest=read.digest).first()
    if same is not None:
        return same
    latest = published.order_by("-version").first()
    definition = ProcessDefinition.objects.create(
        key=read.key,
        version=latest.version + 1 if latest else 1,
        name=read.name,
        xml=xml.decode(),
        digest=read.digest,
        published_at=clock.now(),
    )
    emit("process.published", definition, key=read.key, version=definition.version)
    return definition


def publish_definitions(*, acting_user: User | str) -> list[ProcessDefinition]:
    """Publish the processes that Remit comes with, where they are new or have changed."""
    files = sorted(_FOLDER.glob("*.bpmn"))
    return [publish(acting_user=acting_user, xml=file.read_bytes()) for file in files]
