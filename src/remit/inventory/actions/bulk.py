"""One change of many models: each by the action that changes one, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from remit.inventory.actions.changes import request_change
from remit.inventory.actions.edits import edit_model, edit_use_case
from remit.inventory.models import Standing, UseCase
from remit.inventory.queries import watched
from remit.kernel.problems import Invalid, Problem
from remit.people.models import User

MOST = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one model, or of a use case that has none: done or not, and what there is to say."""

    reference: str
    title: str
    done: bool
    says: str


def tag(
    *, acting_user: User, rows: Iterable[Standing], add: Sequence[str] = (), remove: Sequence[str] = ()
) -> list[Outcome]:
    """Add tags to models and take tags off them.

    Raises:
        Invalid: no tag is given, or there are too many models.
    """
    if not add and not remove:
        raise Invalid("Nothing to do.", fields={"add": "Give a tag to add or to take off."})

    def change(row: Standing) -> str:
        if row.model is None:
            raise Invalid("It has no model yet, and tags belong to models.")
        model = row.model
        kept = [name for name in model.tags if name not in remove]
        tags = [*kept, *(name for name in add if name not in kept)]
        if tags == model.tags:
            return "Tagged so already"
        edit_model(acting_user=acting_user, model=model, changes={"tags": tags})
        return f"Tagged {', '.join(tags)}" if tags else "No tag left"

    return _each(rows, change)


def hand_over(*, acting_user: User, rows: Iterable[Standing], owner: UUID, reason: str) -> list[Outcome]:
    """Make somebody the owner of use cases: at once while they are at intake, else by asking for the change.

    Raises:
        Invalid: no reason is given, or there are too many models.
    """
    if not reason.strip():
        raise Invalid("Say why.", fields={"reason": "Say why; who reviews it reads this first."})
    done: dict[UUID, str] = {}

    def change(row: Standing) -> str:
        if row.use_case_id not in done:
            done[row.use_case_id] = _hand_over(acting_user, row.use_case, owner, reason)
        return done[row.use_case_id]

    return _each(rows, change)


def _hand_over(acting_user: User, use_case: UseCase, owner: UUID, reason: str) -> str:
    changes = {"owner": str(owner)}
    if "owner" in watched(use_case):
        asked = request_change(acting_user=acting_user, use_case=use_case, changes=changes, reason=reason)
        return f"Asked for as {asked[0].reference}; it waits for a reviewer"
    edit_use_case(acting_user=acting_user, use_case=use_case, changes=changes, reason=reason)
    return "Handed over"


def _each(rows: Iterable[Standing], change: Callable[[Standing], str]) -> list[Outcome]:
    chosen = list(rows)
    if not chosen or len(chosen) > MOST:
        raise Invalid(f"Choose 1 to {MOST} models.", fields={"id": f"{len(chosen)} are chosen."})
    found = []
    for row in chosen:
        try:
            done, says = True, change(row)
        except Problem as problem:
            done, says = False, problem.detail
        found.append(Outcome(row.reference, row.title, done, says))
    return found
