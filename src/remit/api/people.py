"""People, units, groups and the roles they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Given, Instant, Line, Person, Text, located
from remit.people import actions, queries, rules
from remit.people.policies import policy

router = Router()


class PersonOut(Schema):
    """Somebody who works here, or did."""

    id: UUID
    email: str
    name: str
    title: str
    unit: str | None
    active: bool = Field(alias="is_active")
    left_at: datetime | None

    @staticmethod
    def resolve_unit(row: Any) -> str | None:
        """Name the unit."""
        return row.unit.name if row.unit else None


class Held(Schema):
    """A role somebody holds now: where, until when, and by what (own, group, deputy, emergency)."""

    role: str
    unit: UUID | None
    use_case: UUID | None = Field(alias="subject")
    ends: datetime | None
    via: str
    of: str


class PersonInFull(PersonOut):
    """A person with the roles they hold now."""

    roles: list[Held]

    @staticmethod
    def resolve_roles(row: Any) -> list[Any]:
        """Return what they hold, by role."""
        return sorted(queries.grants_of(row), key=lambda grant: (grant.role, str(grant.unit)))


class People(Schema):
    """A page of people."""

    items: list[PersonOut]
    next: str | None


class PersonIn(Given):
    """A new person; the password is theirs to change."""

    email: str = Field(max_length=254)
    name: Line
    title: str = Field("", max_length=120)
    unit: Line | None = None
    password: str = Field(min_length=1, max_length=200, json_schema_extra={"format": "password"})
    roles: list[Line] = Field(default_factory=list, max_length=20)


class PersonEdit(Given):
    """What to correct."""

    email: str | None = Field(None, max_length=254)
    name: Line | None = None
    title: str | None = Field(None, max_length=120)
    unit: Line | None = Field(None, description="Name or id; null for none.")
    reason: Text = ""


class Why(Given):
    """Why it is done; it is kept in the ledger."""

    reason: Text = ""


class UnitOut(Schema):
    """A unit of the organisation."""

    id: UUID
    name: str
    parent: UUID | None = Field(alias="parent_id")
    head: Person | None


class Units(Schema):
    """A page of units."""

    items: list[UnitOut]
    next: str | None


class UnitIn(Given):
    """A unit: its name, the one above it, and who heads it, each by name, e-mail address or id."""

    name: Line
    parent: Line | None = None
    head: Line | None = None
    reason: Text = ""


class RoleOut(Schema):
    """A duty that somebody holds; `line` is the line of defence."""

    id: str
    name: str
    line: str
    duty: str


class Roles(Schema):
    """Every role there is; there are few, so they come whole."""

    roles: list[RoleOut]


class AssignmentOut(Schema):
    """A role that was given to a person: where, and from when until when."""

    id: UUID
    person: Person = Field(alias="user")
    role: str
    unit: str | None
    use_case: UUID | None = Field(alias="subject_id")
    valid_from: datetime
    valid_to: datetime | None

    @staticmethod
    def resolve_unit(row: Any) -> str | None:
        """Name the unit."""
        return row.unit.name if row.unit else None


class Assignments(Schema):
    """A page of roles that were given."""

    items: list[AssignmentOut]
    next: str | None


class AssignmentIn(Given):
    """A role to give: in a unit, for a use case, or everywhere."""

    role: Line
    unit: Line | None = None
    use_case: Line | None = Field(None, description="Key or reference.")
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    reason: Text = ""


class GroupOut(Schema):
    """Several people who hold roles together."""

    id: UUID
    name: str
    external_id: str | None


class GroupInFull(GroupOut):
    """A group with who is in it and what they hold."""

    members: list[Person]
    roles: list[str]

    @staticmethod
    def resolve_members(row: Any) -> list[Any]:
        """Return who is in it, by name."""
        return sorted(queries.members(row), key=lambda person: person.name)

    @staticmethod
    def resolve_roles(row: Any) -> list[str]:
        """Return the ids of its roles."""
        return sorted({given.role for given in queries.roles_of_group(row)})


class Groups(Schema):
    """A page of groups."""

    items: list[GroupOut]
    next: str | None


class GroupIn(Given):
    """A new group."""

    name: Line


class MemberIn(Given):
    """Who is put in a group, by e-mail address or id."""

    person: Line


class GroupRoleIn(Given):
    """A role that every member holds, in a unit or everywhere."""

    role: Line
    unit: Line | None = None
    valid_to: Instant | None = None


@router.get("/me", response=PersonInFull)
def get_me(request: HttpRequest) -> Any:
    """Show who you are and what you hold."""
    return request.user


@router.get("/people", response=People)
def list_people(
    request: HttpRequest,
    asked: Query[Page],
    q: str = Query("", max_length=120),
    unit: str = Query("", max_length=120),
    *,
    left: bool = False,
) -> Any:
    """List people by name: those who work here, or those who left."""
    found = queries.directory(q, unit=subjects.unit(unit) if unit else None, left=left)
    return page(policy("people").visible(request.user, found), asked, by=("name", "pk"))


@router.post("/people", response={201: PersonInFull})
def invite_person(request: HttpRequest, response: HttpResponse, given: PersonIn) -> Any:
    """Add a person with the roles they hold."""
    added = actions.invite(
        acting_user=request.user,
        **given.model_dump(exclude={"unit", "roles"}),
        unit=subjects.unit(given.unit) if given.unit else None,
        roles=tuple(given.roles),
    )
    located(response, f"people/{added.pk}")
    return Status(201, added)


@router.get("/people/{person}", response=PersonInFull)
def get_person(request: HttpRequest, person: str) -> Any:
    """Show a person, by e-mail address or id."""
    return _person(request, person)


@router.patch("/people/{person}", response=PersonInFull)
def edit_person(request: HttpRequest, person: str, given: PersonEdit) -> Any:
    """Correct a person's name, title, unit or address."""
    found = _person(request, person)
    changes = given.model_dump(exclude_unset=True)
    unit = changes.pop("unit", ...)
    kept = {"name": found.name, "title": found.title, "email": found.email, "reason": ""}
    return actions.edit_person(
        acting_user=request.user,
        user=found,
        **kept | {name: value for name, value in changes.items() if value is not None},
        unit=found.unit if unit is ... else unit and subjects.unit(unit),
    )


@router.post("/people/{person}/leave", response=PersonInFull)
def leave(request: HttpRequest, person: str, given: Why) -> Any:
    """Deactivate somebody who leaves: roles, tokens and sessions end now; what they did stays."""
    return actions.leave(acting_user=request.user, user=_person(request, person), reason=given.reason)


@router.get("/people/{person}/roles", response=Assignments)
def list_roles_of(request: HttpRequest, person: str, asked: Query[Page]) -> Any:
    """List the roles that were given to a person, the newest first."""
    rows = queries.assignments_of(_person(request, person)).select_related("user", "unit")
    return page(rows, asked, by=("-valid_from", "-pk"))


@router.post("/people/{person}/roles", response={201: AssignmentOut})
def assign_role(request: HttpRequest, person: str, given: AssignmentIn) -> Any:
    """Give a person a role."""
    about = given.model_dump(exclude={"unit", "use_case"})
    assigned = actions.assign_role(
        acting_user=request.user,
        user=_person(request, person),
        **about,
        unit=subjects.unit(given.unit) if given.unit else None,
        subject=subjects.use_case(request, given.use_case).pk if given.use_case else None,
    )
    return Status(201, assigned)


@router.post("/roles/{assignment_id}/end", response=AssignmentOut)
def end_role(request: HttpRequest, assignment_id: UUID, given: Why) -> Any:
    """End a role now."""
    policy("people").require(request.user, "read")
    assignment = queries.assignment(assignment_id)
    return actions.end_role(acting_user=request.user, assignment=assignment, reason=given.reason)


@router.get("/roles", response=Roles)
def list_roles(request: HttpRequest) -> Any:
    """List every role, its line of defence and its duty."""
    policy("people").require(request.user, "read")
    return {"roles": list(rules.roles().values())}


@router.get("/units", response=Units)
def list_units(request: HttpRequest, asked: Query[Page]) -> Any:
    """List the units, by name."""
    rows = queries.units().select_related("head")
    return page(policy("people").visible(request.user, rows), asked, by=("name", "pk"))


@router.post("/units", response={201: UnitOut})
def create_unit(request: HttpRequest, response: HttpResponse, given: UnitIn) -> Any:
    """Add a unit, under another one if given."""
    made = actions.create_unit(
        acting_user=request.user,
        name=given.name,
        parent=subjects.unit(given.parent) if given.parent else None,
        head=subjects.person(given.head) if given.head else None,
    )
    located(response, f"units/{made.pk}")
    return Status(201, made)


@router.get("/units/{unit}", response=UnitOut)
def get_unit(request: HttpRequest, unit: str) -> Any:
    """Show a unit, by name or id."""
    policy("people").require(request.user, "read")
    return subjects.unit(unit)


@router.put("/units/{unit}", response=UnitOut)
def change_unit(request: HttpRequest, unit: str, given: UnitIn) -> Any:
    """Say anew what a unit is called, under which one it stands and who heads it."""
    policy("people").require(request.user, "read")
    return actions.change_unit(
        acting_user=request.user,
        unit=subjects.unit(unit),
        name=given.name,
        parent=subjects.unit(given.parent) if given.parent else None,
        head=subjects.person(given.head) if given.head else None,
        reason=given.reason,
    )


@router.get("/groups", response=Groups)
def list_groups(request: HttpRequest, asked: Query[Page]) -> Any:
    """List the groups, by name."""
    return page(policy("people").visible(request.user, queries.groups()), asked, by=("name", "pk"))


@router.post("/groups", response={201: GroupInFull})
def create_group(request: HttpRequest, response: HttpResponse, given: GroupIn) -> Any:
    """Add a group."""
    made = actions.create_group(acting_user=request.user, name=given.name)
    located(response, f"groups/{made.pk}")
    return Status(201, made)


@router.get("/groups/{group_id}", response=GroupInFull)
def get_group(request: HttpRequest, group_id: UUID) -> Any:
    """Show a group with who is in it."""
    return _group(request, group_id)


@router.delete("/groups/{group_id}", response=GroupOut)
def remove_group(request: HttpRequest, group_id: UUID) -> Any:
    """End a group: its members and roles end with it."""
    return actions.remove_group(acting_user=request.user, group=_group(request, group_id))


@router.post("/groups/{group_id}/members", response={201: GroupInFull})
def add_member(request: HttpRequest, group_id: UUID, given: MemberIn) -> Any:
    """Put a person in a group; they hold its roles from now on."""
    group = _group(request, group_id)
    actions.add_member(acting_user=request.user, group=group, user=subjects.person(given.person))
    return Status(201, group)


@router.delete("/groups/{group_id}/members/{person}", response=GroupInFull)
def remove_member(request: HttpRequest, group_id: UUID, person: str) -> Any:
    """Take a person out of a group now."""
    group = _group(request, group_id)
    actions.remove_member(acting_user=request.user, group=group, user=subjects.person(person))
    return group


@router.post("/groups/{group_id}/roles", response={201: GroupInFull})
def give_group_role(request: HttpRequest, group_id: UUID, given: GroupRoleIn) -> Any:
    """Give every member of a group, now and later, a role."""
    group = _group(request, group_id)
    unit = subjects.unit(given.unit) if given.unit else None
    actions.give_group_role(
        acting_user=request.user, group=group, role=given.role, unit=unit, valid_to=given.valid_to
    )
    return Status(201, group)


def _person(request: HttpRequest, given: str) -> Any:
    policy("people").require(request.user, "read")
    return subjects.person(given)


def _group(request: HttpRequest, identifier: UUID) -> Any:
    policy("people").require(request.user, "read")
    return queries.group(identifier)
