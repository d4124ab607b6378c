"""Reads of the ledger: events, entries, proofs and its state."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate

from remit.kernel import paths
from remit.kernel.problems import Broken, Conflict, Unknown
from remit.ledger import leaves
from remit.ledger.contract import Inclusion, State, Step
from remit.ledger.models import Checkpoint, Entry, Event, Leaf, Node, Pending, Verification
from remit.proof import merkle
from remit.proof.keys import KeyRing


def event(identifier: object) -> Event:
    """Return an event by id.

    Raises:
        Unknown: there is none.
    """
    found = Event.objects.filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no event with the id {identifier}.")
    return found


def events(*names: str, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Event]:
    """Return the events of these names in a window, in the order in which they happened."""
    found = Event.objects.filter(name__in=names).order_by("occurred_at", "pk")
    if since is not None:
        found = found.filter(occurred_at__gte=since)
    return found.filter(occurred_at__lt=until) if until is not None else found


def about(person: UUID, *, most: int = 40) -> list[Event]:
    """Return what happened to a person, or about what they hold (`user` of an event), the latest first."""
    mine = Q(subject_id=person) | Q(data__contains={"user": str(person)})
    return list(Event.objects.filter(mine).order_by("-occurred_at", "-pk")[:most])


def events_by(person: UUID, since: datetime, until: datetime, *, most: int = 200) -> list[Event]:
    """Return what a person did in a time, in the order in which it happened."""
    own = Event.objects.filter(actor=f"user:{person}", occurred_at__gte=since, occurred_at__lte=until)
    return list(own.order_by("occurred_at", "pk")[:most])


def entries(
    *,
    text: str = "",
    unread: Collection[str] = (),
    action: str = "",
    actor: str = "",
    table: str = "",
    object_id: object = None,
    day: date | None = None,
    before: int | None = None,
) -> QuerySet[Entry]:
    """Return entries, the latest first; `before` continues a list below an entry's id.

    `unread` names tables whose payloads hold what the reader may not see: text is not looked for in them.
    """
    found = Entry.objects.select_related("leaf").order_by("-pk")
    if text:
        found = found.filter(
            Q(action__icontains=text)
            | Q(reason__icontains=text)
            | Q(actor__icontains=text)
            | Q(payload__body__icontains=text) & ~Q(table_name__in=list(unread))
        )
    for name, value in (("action__startswith", action), ("actor", actor), ("table_name", table)):
        if value:
            found = found.filter(**{name: value})
    if object_id is not None:
        found = found.filter(object_id=object_id)
    if day is not None:
        start = datetime.combine(day, time(), UTC)
        found = found.filter(occurred_at__gte=start, occurred_at__lt=start + timedelta(days=1))
    return found.filter(pk__lt=before) if before is not None else found


def entry(identifier: object) -> Entry:
    """Return an entry by id, with its payload and its leaf.

    Raises:
        Unknown: there is none.
    """
    found = Entry.objects.select_related("payload", "leaf").filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no ledger entry {identifier}.")
    return found


def latest_entry_of(object_id: object) -> Entry | None:
    """Return the last entry about a governed row."""
    return Entry.objects.select_related("leaf").filter(object_id=object_id).order_by("-pk").first()


def rows_of(identifiers: Iterable[UUID | str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the table and the columns of governed rows, as their last entries keep them, by id."""
    statement = """
        select o.id::text, e.table_name, p.body
        from unnest(%s::uuid[]) o(id)
        cross join lateral (
            select id, table_name from ledger_entry where object_id = o.id order by id desc limit 1) e
        join ledger_payload p on p.entry_id = e.id"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(identifiers)])
        found = [(pk, table, json.loads(body)) for pk, table, body in cursor.fetchall()]
    return {pk: (table, body["after"] or body["before"]) for pk, table, body in found}


def per_day(found: QuerySet[Entry], since: datetime, until: datetime) -> dict[date, int]:
    """Return how many of these entries occurred on each day from `since` to `until`, both days whole."""
    start = datetime.combine(since.date(), time(), UTC)
    end = datetime.combine(until.date(), time(), UTC) + timedelta(days=1)
    within = found.filter(occurred_at__gte=start, occurred_at__lt=end).order_by()
    counted = within.annotate(day=TruncDate("occurred_at", tzinfo=UTC)).values("day").annotate(n=Count("pk"))
    return {row["day"]: row["n"] for row in counted}


def actions() -> list[str]:
    """Return every kind of action in the ledger, in alphabetical order."""
    return _distinct("action")


def actors() -> list[str]:
    """Return everybody and every part of the platform that ever acted, as entries name them."""
    return _distinct("actor")


def _distinct(column: Literal["action", "actor"]) -> list[str]:
    # hops from value to value along the index; `distinct` would read every entry
    hops = f"""
        with recursive hop(value) as (
            (select {column} from ledger_entry order by {column} limit 1)
            union all
            select (select {column} from ledger_entry where {column} > value order by {column} limit 1)
            from hop where value is not null)
        select value from hop where value is not null"""  # noqa: S608 - one of two names, never input
    with connection.cursor() as cursor:
        cursor.execute(hops)
        return [value for (value,) in cursor.fetchall()]


def public_keys() -> dict[str, str]:
    """Return the public keys of everything signed here, retired ones too, as PEM by key id.

    Raises:
        Broken: the keys folder is missing a key, unreadable or open to others.
    """
    return KeyRing(paths.keys()).public_keys()


def size() -> int:
    """Return the number of leaves."""
    last = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1


def hashes(places: Sequence[merkle.Place]) -> list[bytes]:
    """Return the hashes of complete subtrees, in the order asked for.

    Raises:
        Broken: one is not stored.
    """
    positions = [place.position for place in places if place.level == 0]
    found = {
        (0, index): bytes(value)
        for index, value in Leaf.objects.filter(index__in=positions).values_list("index", "leaf_hash")
    }
    wanted = Q(pk=None)
    for place in places:
        if place.level:
            wanted |= Q(level=place.level, position=place.position)
    for level, position, value in Node.objects.filter(wanted).values_list("level", "position", "hash"):
        found[level, position] = bytes(value)
    lost = [place for place in places if tuple(place) not in found]
    if lost:
        raise Broken(
            f"The ledger has lost {len(lost)} hashes of its tree, such as number {lost[0].position}"
            f" of level {lost[0].level}.",
            remedy="Run `remit ledger verify`, which names what was altered.",
        )
    return [found[place.level, place.position] for place in places]


def root(at: int) -> bytes:
    """Return the root of the tree of the first `at` leaves.

    Raises:
        Broken: the tree has lost hashes.
    """
    return _folded([merkle.Span(0, at)])[0] if at else merkle.EMPTY_ROOT


def _folded(spans: Sequence[merkle.Span]) -> list[bytes]:
    """The hash over each span, read in one go."""
    covers = [merkle.cover(span) for span in spans]
    read = iter(hashes([place for cover in covers for place in cover]))
    return [merkle.fold([next(read) for _ in cover]) for cover in covers]


def inclusion(found: Entry) -> Inclusion:
    """Return the proof that an entry is under the newest checkpoint.

    Raises:
        Conflict: it has no place in the tree yet, or no checkpoint covers it.
    """
    leaf = Leaf.objects.filter(entry=found).first()
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if leaf is None or checkpoint is None or checkpoint.size <= leaf.index:
        raise Conflict("This entry is not under a checkpoint yet.", remedy="Look again in a few seconds.")
    spans = merkle.inclusion_ranges(leaf.index, checkpoint.size)
    steps = [
        Step("left" if span.start < leaf.index else "right", value)
        for span, value in zip(spans, way(leaf.index, checkpoint.size), strict=True)
    ]
    return Inclusion(
        entry=found.pk,
        index=leaf.index,
        leaf=leaves.encoded(found).decode(),
        leaf_hash=bytes(leaf.leaf_hash).hex(),
        steps=tuple(steps),
        size=checkpoint.size,
        root=bytes(checkpoint.root).hex(),
        note=checkpoint.note,
    )


def way(index: int, size: int) -> list[str]:
    """Return the hashes from a leaf to the root over the first `size` leaves, in hex, the nearest first."""
    return [value.hex() for value in _folded(merkle.inclusion_ranges(index, size))]


def consistency(first: int, second: int) -> list[str]:
    """Return the proof that the tree of `first` leaves is the start of the one of `second`, in hex.

    Raises:
        Unknown: the tree is smaller.
    """
    if not 0 < first <= second <= size():
        raise Unknown(f"The tree has {size()} leaves; ask for 0 < first <= second <= that.")
    return [value.hex() for value in _folded(merkle.consistency_ranges(first, second))]


def checkpoints() -> QuerySet[Checkpoint]:
    """Return every checkpoint, the smallest first."""
    return Checkpoint.objects.order_by("size")


def state() -> State:
    """Return how the ledger stands now."""
    last = Checkpoint.objects.order_by("-size").first()
    verified = Verification.objects.order_by("-verified_at").first()
    return State(
        size=size(),
        waiting=Pending.objects.count(),
        root=bytes(last.root).hex() if last else "",
        signed_at=last.signed_at if last else None,
        key_id=last.key_id if last else "",
        verified_at=verified.verified_at if verified else None,
        verified_size=verified.size if verified else 0,
        faults=tuple(verified.faults) if verified else (),
    )


def payload(found: Entry) -> dict[str, Any]:
    """Return what the row was `before` and is `after`, and the `reason`; empty if it was erased."""
    body: dict[str, Any] = json.loads(found.payload.body) if hasattr(found, "payload") else {}
    return body


def rows_first(objects: Iterable[UUID], after: datetime) -> dict[UUID, dict[str, Any]]:
    """Return what governed rows said when they were first recorded, where that was after an instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct on (e.object_id) e.object_id, e.occurred_at, p.body from ledger_entry e"
            " left join ledger_payload p on p.entry_id = e.id"
            " where e.object_id = any(%s) order by e.object_id, e.id",
            [list(objects)],
        )
        found = {i: json.loads(body)["after"] for i, at, body in cursor.fetchall() if body and at > after}
    return {identifier: row for identifier, row in found.items() if row is not None}


def rows_at(objects: Iterable[UUID], at: datetime) -> dict[UUID, dict[str, Any]]:
    """Return what governed rows said at an instant, by id, column by column as JSON.

    A row that was not there yet, was gone, or whose payload is erased, is absent.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct on (e.object_id) e.object_id, p.body from ledger_entry e"
            " left join ledger_payload p on p.entry_id = e.id"
            " where e.object_id = any(%s) and e.occurred_at <= %s order by e.object_id, e.id desc",
            [list(objects), at],
        )
        found = {identifier: json.loads(body)["after"] for identifier, body in cursor.fetchall() if body}
    return {identifier: row for identifier, row in found.items() if row is not None}
