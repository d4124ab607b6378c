"""What an identity provider says of people and groups: by SCIM, and by OpenID Connect at sign-in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people.actions.groups import add_member, create_group, remove_group, remove_member, rename_group
from remit.people.actions.leavers import come_back, leave
from remit.people.actions.persons import create, edit_person
from remit.people.models import Group, Membership, User


@action("directory.recognise")
def recognise(*, acting_user: str, email: str, name: str, add: bool) -> User:
    """Return the person with an address that the provider has verified; add them if that is wanted.

    Raises:
        Denied: there is no verified address, or nobody has it and nobody is to be added.
    """
    if not email:
        raise Denied(
            "The identity provider has not verified your e-mail address.",
            remedy="Ask who runs it to verify it, or sign in here with your password.",
        )
    found = User.objects.filter(email__iexact=email).first()
    if found is not None:
        return found
    if not add:
        raise Denied(f"Nobody here has the address {email}.", remedy="Ask an administrator to invite you.")
    person = create(email=email, name=name or email, title="", password=None, unit=None)
    emit("person.provisioned", person, by=acting_user)
    return person


@action("directory.place")
def place_in_groups(*, acting_user: str, user: User, names: Collection[str]) -> None:
    """Have a person be in exactly those of the provider's groups that it names, by name or id.

    Groups without an id at the provider are kept here, by hand, and stay as they are.
    """
    wanted = set(names)
    for group in Group.objects.filter(removed_at=None).exclude(external_id=None).order_by("name"):
        inside = group.memberships.filter(user=user, valid_to=None).exists()
        if {group.name, group.external_id} & wanted and not inside:
            add_member(acting_user=acting_user, group=group, user=user)
        elif inside and not {group.name, group.external_id} & wanted:
            remove_member(acting_user=acting_user, group=group, user=user, reason="The provider says so")


@action("directory.add_person")
def add_directory_person(*, acting_user: str, given: dict[str, Any]) -> User:
    """Add a person, or take one back that the provider had removed.

    Args:
        acting_user: the platform's part that speaks for the provider.
        given: email, name, title, directory_name, external_id and active.

    Raises:
        Conflict: the user name, the id or the address is somebody's.
        Invalid: a field is wrong.
    """
    found = User.objects.filter(email__iexact=given["email"]).first()
    if found is not None and found.removed_at is None:
        raise Conflict("Somebody has this e-mail address already.")
    if found is None:
        found = create(
            email=given["email"], name=given["name"], title=given["title"], password=None, unit=None
        )
        emit("person.provisioned", found, by=acting_user)
    else:
        found.removed_at = None
        found.save(update_fields=["removed_at"])
    return change_directory_person(acting_user=acting_user, user=found, given=given)


@action("directory.change_person")
def change_directory_person(*, acting_user: str, user: User, given: dict[str, Any]) -> User:
    """Have a person be what the provider says; who is not active any more leaves.

    Raises:
        Conflict: the user name or the id is somebody else's.
        Invalid: a field is wrong, or the last administrator would leave.
    """
    others = User.objects.exclude(pk=user.pk)
    for field in ("directory_name", "external_id"):
        if given[field] and others.filter(**{field: given[field]}).exists():
            raise Conflict(f"Somebody else has the {field.replace('_', ' ')} {given[field]}.")
    if user.is_active != given["active"]:
        change = come_back if given["active"] else leave
        change(acting_user=acting_user, user=user, reason="The identity provider says so")
    edit_person(
        acting_user=acting_user,
        user=user,
        name=given["name"],
        title=given["title"],
        unit=user.unit,
        email=given["email"],
        reason="The identity provider says so",
    )
    ids = (given["directory_name"], given["external_id"])
    if (user.directory_name, user.external_id) != ids:
        user.directory_name, user.external_id = ids
        user.save(update_fields=["directory_name", "external_id"])
    return user


@action("directory.remove_person")
def remove_directory_person(*, acting_user: str, user: User) -> User:
    """Have a person leave, and not be there for the provider any more.

    Raises:
        Invalid: it is the last administrator.
    """
    if user.is_active:
        leave(acting_user=acting_user, user=user, reason="The identity provider removed them")
    user.removed_at, user.directory_name, user.external_id = clock.now(), None, None
    user.save(update_fields=["removed_at", "directory_name", "external_id"])
    return user


@action("directory.add_group")
def add_directory_group(
    *, acting_user: str, name: str, external_id: str | None, members: Sequence[User]
) -> Group:
    """Add a group that the provider keeps.

    Raises:
        Invalid: the name is empty or taken.
        Conflict: another group has this id.
        Denied: its members may not hold its roles together with theirs.
    """
    if external_id and Group.objects.filter(external_id=external_id).exists():
        raise Conflict(f"Another group has the id {external_id}.")
    if Group.objects.filter(name__iexact=name.strip(), removed_at=None).exists():
        raise Conflict(f"There is already a group named {name}.")
    group = Group.objects.filter(name__iexact=name.strip()).first()
    if group is None:
        group = create_group(acting_user=acting_user, name=name)
    else:
        group.removed_at = None
        group.save(update_fields=["removed_at"])
    return change_directory_group(
        acting_user=acting_user, group=group, name=name, external_id=external_id, members=members
    )


@action("directory.change_group")
def change_directory_group(
    *, acting_user: str, group: Group, name: str, external_id: str | None, members: Sequence[User]
) -> Group:
    """Have a group have exactly these members, this name and this id.

    Raises:
        Invalid: the name is empty or taken, or a member is not active.
        Conflict: another group has this id.
        Denied: its members may not hold its roles together with theirs.
    """
    kept = external_id or f"scim:{group.pk}"
    if Group.objects.exclude(pk=group.pk).filter(external_id=kept).exists():
        raise Conflict(f"Another group has the id {kept}.")
    if group.external_id != kept:
        group.external_id = kept
        group.save(update_fields=["external_id"])
    if group.name != name.strip():
        rename_group(acting_user=acting_user, group=group, name=name)
    wanted = {person.pk: person for person in members}
    inside = {
        held.user_id: held.user for held in group.memberships.filter(valid_to=None).select_related("user")
    }
    for pk in inside.keys() - wanted.keys():
        remove_member(
            acting_user=acting_user, group=group, user=inside[pk], reason="The identity provider says so"
        )
    for pk in wanted.keys() - inside.keys():
        _join(acting_user, group, wanted[pk])
    return group


@action("directory.remove_group")
def remove_directory_group(*, acting_user: str, group: Group) -> Group:
    """End a group that the provider removed.

    Raises:
        Invalid: it was removed already.
    """
    if group.removed_at is not None:
        raise Invalid(f"{group.name} was removed already.")
    return remove_group(acting_user=acting_user, group=group, reason="The identity provider removed it")


def _join(acting_user: str, group: Group, user: User) -> None:
    """Put somebody in a group; who is not active holds nothing by it until they come back."""
    if user.is_active:
        add_member(acting_user=acting_user, group=group, user=user)
        return
    Membership.objects.create(group=group, user=user, valid_from=clock.now())
    emit("group.joined", group, user=user.pk)
