"""Change requests: edits of watched fields, which a second person approves as they saw them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import edits, subjects
from remit.api.lists import Page, page
from remit.api.shapes import Given, Line, Person
from remit.inventory import actions, queries
from remit.people.policies import policy

router = Router()
State = Literal["", "waiting", "approved", "rejected", "withdrawn", "outdated"]


class ChangeOut(Schema):
    """A change of watched fields; an answer binds to `content_digest`, the difference as it was asked for."""

    reference: str
    use_case: str
    model: str | None
    changes: dict[str, Any] = Field(description="`before` and `after`, by field.")
    content_digest: str
    reason: str
    requested_by: Person
    requested_at: datetime
    state: str
    decided_by: Person | None
    decided_at: datetime | None
    decision_reason: str

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        """Name the use case by its key."""
        return str(row.use_case.key)

    @staticmethod
    def resolve_model(row: Any) -> str | None:
        """Name the model by its reference, if it is about one."""
        return row.model.reference if row.model else None


class Changes(Schema):
    """A page of change requests."""

    items: list[ChangeOut]
    next: str | None


class Requested(Schema):
    """The requests that were filed: fields that different people review become one each."""

    changes: list[ChangeOut]


class ChangeIn(Given):
    """What is to change, by field, in a use case, or in one of its models; and why."""

    use_case: Line | None = Field(None, description="Key or reference; of the model if omitted.")
    model: Line | None = Field(None, description="Reference.")
    changes: dict[str, Any] = Field(min_length=1)
    reason: str = Field(min_length=1, max_length=4000)


class Answer(Given):
    """What becomes of a change request, and why; approving it takes the digest of what was seen."""

    answer: Literal["approve", "reject", "withdraw"]
    content_digest: str = Field("", max_length=64)
    reason: str = Field("", max_length=4000)


@router.get("/changes", response=Changes)
def list_changes(request: HttpRequest, asked: Query[Page], state: State = "") -> Any:
    """List change requests, the newest first; those in one state when it is given."""
    visible = policy("change").visible(request.user, queries.changes(state))
    return page(visible, asked, by=("-requested_at", "-pk"))


@router.post("/changes", response={201: Requested})
def request_change(request: HttpRequest, given: ChangeIn) -> Any:
    """Ask for changes of watched fields."""
    model = subjects.model(request, given.model) if given.model else None
    use_case = model.use_case if model else subjects.use_case(request, given.use_case or "")
    filed = actions.request_change(
        acting_user=request.user,
        use_case=use_case,
        model=model,
        changes=edits.named(given.changes),
        reason=given.reason,
    )
    return Status(201, {"changes": filed})


@router.get("/changes/{reference}", response=ChangeOut)
def get_change(request: HttpRequest, reference: str) -> Any:
    """Show a change request with its difference."""
    return _change(request, reference)


@router.post("/changes/{reference}/answer", response=ChangeOut)
def answer_change(request: HttpRequest, reference: str, given: Answer) -> Any:
    """Approve, reject or withdraw a change request."""
    change = _change(request, reference)
    how: dict[str, Any] = {"acting_user": request.user, "change": change, "reason": given.reason}
    if given.answer == "approve":
        return actions.approve_change(**how, content_digest=given.content_digest)
    return (actions.reject_change if given.answer == "reject" else actions.withdraw_change)(**how)


def _change(request: HttpRequest, reference: str) -> Any:
    found = queries.change(reference)
    policy("change").seen(request.user, found)
    return found
