"""Groups: several people who hold roles together."""

from __future__ import annotations

from datetime import datetime

from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries, rules
from remit.people.actions.roles import check_together
from remit.people.models import Group, GroupRole, Membership, Unit, User


@action("people.create_group")
def create_group(*, acting_user: User | str, name: str, external_id: str | None = None) -> Group:
    """Add a group; `external_id` is its id at an identity provider that keeps it.

    Raises:
        Denied: the acting person may not give roles everywhere.
        Invalid: the name is empty or taken.
    """
    queries.require_reach(acting_user, "people.assign", None)
    name = name.strip()
    if not name or Group.objects.filter(name__iexact=name).exists():
        message = f"There is already a group named {name}." if name else "Name the group."
        raise Invalid(message, fields={"name": message})
    group = Group.objects.create(name=name, external_id=external_id)
    emit("group.created", group, name=name)
    return group


@action("people.rename_group")
def rename_group(*, acting_user: User | str, group: Group, name: str) -> Group:
    """Give a group another name.

    Raises:
        Denied: the acting person may not give roles everywhere.
        Invalid: the name is empty or taken.
    """
    queries.require_reach(acting_user, "people.assign", None)
    name = name.strip()
    if not name or Group.objects.filter(name__iexact=name).exclude(pk=group.pk).exists():
        message = f"There is already a group named {name}." if name else "Name the group."
        raise Invalid(message, fields={"name": message})
    group.name = name
    group.save(update_fields=["name"])
    emit("group.changed", group, name=name)
    return group


@action("people.remove_group")
def remove_group(*, acting_user: User | str, group: Group, reason: str = "") -> Group:
    """End a group: its members and roles end with it, the rows stay.

    Raises:
        Denied: the acting person may not give roles everywhere.
        Conflict: it was removed already.
    """
    queries.require_reach(acting_user, "people.assign", None)
    if group.removed_at is not None:
        raise Conflict(f"{group.name} was removed already.")
    now = clock.now()
    # governed rows change one by one, so that each is an entry of the ledger under this action
    for row in (*group.memberships.filter(valid_to=None), *group.roles.filter(valid_to=None)):
        row.valid_to = max(now, row.valid_from)
        row.save(update_fields=["valid_to"])
    group.removed_at, group.external_id = now, None
    group.save(update_fields=["removed_at", "external_id"])
    queries.forget()
    emit("group.removed", group, reason=reason)
    return group


@action("people.add_member")
def add_member(*, acting_user: User | str, group: Group, user: User) -> Membership:
    """Put a person in a group; they hold its roles from now on.

    Raises:
        Denied: the acting person may not give roles everywhere, or the group's roles clash with theirs.
        Invalid: the person is not active, or the group was removed.
        Conflict: they are in it already.
    """
    queries.require_reach(acting_user, "people.assign", None)
    if not user.is_active or group.removed_at is not None:
        message = f"{user.name if group.removed_at is None else group.name} is not active."
        raise Invalid(message, fields={"user": message})
    if group.memberships.filter(user=user, valid_to=None).exists():
        raise Conflict(f"{user.name} is in {group.name} already.")
    check_together([user], *group.roles.filter(valid_to=None).values_list("role", flat=True))
    membership = Membership.objects.create(group=group, user=user, valid_from=clock.now())
    queries.forget()
    emit("group.joined", group, user=user.pk)
    return membership


@action("people.remove_member")
def remove_member(*, acting_user: User | str, group: Group, user: User, reason: str = "") -> Membership:
    """Take a person out of a group now.

    Raises:
        Denied: the acting person may not give roles everywhere.
        Conflict: they are not in it.
    """
    queries.require_reach(acting_user, "people.assign", None)
    membership = group.memberships.filter(user=user, valid_to=None).first()
    if membership is None:
        raise Conflict(f"{user.name} is not in {group.name}.")
    membership.valid_to = max(clock.now(), membership.valid_from)
    membership.save(update_fields=["valid_to"])
    queries.forget()
    emit("group.left", group, user=user.pk, reason=reason)
    return membership


@action("people.give_group_role")
def give_group_role(
    *,
    acting_user: User | str,
    group: Group,
    role: str,
    unit: Unit | None = None,
    valid_to: datetime | None = None,
) -> GroupRole:
    """Give every member of a group, now and later, a role: in a unit, or everywhere.

    Raises:
        Denied: the acting person may not give roles there, or it clashes with a member's other roles.
        Invalid: there is no such role, or it ends before it begins.
        Conflict: the group holds it already.
    """
    queries.require_reach(acting_user, "people.assign", unit)
    now = clock.now()
    if role not in rules.roles():
        raise Invalid(f"There is no role {role!r}.", fields={"role": "Choose one of the list."})
    if valid_to is not None and valid_to <= now:
        raise Invalid("It must end after it begins.", fields={"valid_to": "Choose a day to come."})
    if queries.lasting(group.roles.filter(role=role, unit=unit)).exists():
        raise Conflict(f"{group.name} holds the role {rules.roles()[role].name} already.")
    check_together(queries.members(group), role)
    given = GroupRole.objects.create(group=group, role=role, unit=unit, valid_from=now, valid_to=valid_to)
    queries.forget()
    emit("group.role_given", group, role=role, unit=given.unit_id)
    return given


@action("people.end_group_role")
def end_group_role(*, acting_user: User | str, given: GroupRole, reason: str = "") -> GroupRole:
    """End a group's role now.

    Raises:
        Denied: the acting person may not end roles there.
        Conflict: it has ended already.
    """
    queries.require_reach(acting_user, "people.assign", given.unit)
    now = clock.now()
    if given.valid_to is not None and given.valid_to <= now:
        raise Conflict("This role has ended already.")
    given.valid_to = max(now, given.valid_from)
    given.save(update_fields=["valid_to"])
    queries.forget()
    emit("group.role_ended", given.group, role=given.role, reason=reason)
    return given
