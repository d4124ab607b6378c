"""What people and groups look like to an identity provider, and what it says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from scim2_models import (
    ComplexAttribute,
    Meta,
    Mutability,
    Required,
    Resource,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Uniqueness,
)
from scim2_models.resources.group import GroupMember
from scim2_models.resources.user import GroupMembership
from scim2_models.urn import URN

from remit.kernel.problems import Invalid
from remit.people import queries

MOST = 200
_ONE_ADDRESS = re.compile(r"emails\[[^\]]*\]\.value", re.IGNORECASE)
ROOT = "/scim/v2"


class Email(ComplexAttribute):
    """An address; one a person is kept, and what kind it is is not."""

    value: Annotated[str | None, Required.true] = None
    type: Annotated[str | None, Mutability.read_only] = None
    primary: Annotated[bool | None, Mutability.read_only] = None


class Member(GroupMember):
    """Who is in a group; what they are called is said by themselves."""

    display: Annotated[str | None, Mutability.read_only] = None


class Group(Resource[Any]):
    """What is kept of a group."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[Member] | None = None


class User(Resource[Any]):
    """What is kept of a person; anything else that a provider sends is left aside."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    display_name: Annotated[str | None, Required.true] = None
    title: str | None = None
    active: Annotated[bool | None, Required.true] = None
    emails: Annotated[list[Email] | None, Required.true] = None
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None


# Microsoft Entra names what to remove in the value, and sends attributes that no schema here declares
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
PROVIDER = ScimProvider(
    models=[User, Group],
    config=ServiceProviderConfig(
        patch={"supported": True},
        bulk={"supported": False, "max_operations": 0, "max_payload_size": 0},
        filter={"supported": True, "max_results": MOST},
        change_password={"supported": False},
        sort={"supported": True},
        etag={"supported": False},
        authentication_schemes=[
            {
                "type": "oauthbearertoken",
                "name": "Token of a service account",
                "description": "Authorization: Bearer rmt_..., with the scope scim.manage",
                "primary": True,
            }
        ],
        meta=Meta(resource_type="ServiceProviderConfig", location=f"{ROOT}/ServiceProviderConfig"),
    ),
    policy=POLICY,
)
# a filter on one of these is answered by the database; any other by reading all
USER_COLUMNS = {
    "id": "pk",
    "username": "scim_name__iexact",
    "externalid": "external_id",
    "emails": "email__iexact",
    "emails.value": "email__iexact",
    "displayname": "name__iexact",
}
GROUP_COLUMNS = {"id": "pk", "displayname": "name__iexact", "externalid": "external_id"}


def shown_user(person: Any, base: str) -> User:
    """Write a person as the provider reads them; `groups_now` holds the groups they are in."""
    return User(
        id=str(person.pk),
        external_id=person.external_id,
        user_name=person.scim_name,
        display_name=person.name,
        title=person.title or None,
        active=person.is_active,
        emails=[Email(value=person.email)],
        groups=[
            GroupMembership(value=str(m.group_id), display=m.group.name, ref=f"{base}/Groups/{m.group_id}")
            for m in person.memberships_now
        ]
        or None,
        meta=Meta(resource_type="User", location=f"{base}/Users/{person.pk}"),
    )


def shown_group(group: Any, base: str) -> Group:
    """Write a group as the provider reads it; `memberships_now` holds who is in it."""
    own = group.external_id if group.external_id and not group.external_id.startswith("scim:") else None
    return Group(
        id=str(group.pk),
        external_id=own,
        display_name=group.name,
        members=[
            Member(value=str(m.user_id), type="User", ref=f"{base}/Users/{m.user_id}")
            for m in group.memberships_now
        ]
        or None,
        meta=Meta(resource_type="Group", location=f"{base}/Groups/{group.pk}"),
    )


def given_user(resource: User) -> dict[str, Any]:
    """Return what the people's actions take of a person.

    Raises:
        Invalid: no address can be read.
    """
    addresses = [email.value for email in resource.emails or [] if email.value]
    if not addresses:
        raise Invalid("A person needs an e-mail address.", fields={"emails": "Give one."})
    return {
        # one is kept, so that one added takes the place of the one before
        "email": addresses[-1],
        "name": resource.display_name or resource.user_name or "",
        "title": resource.title or "",
        "directory_name": resource.user_name,
        "external_id": resource.external_id,
        "active": resource.active is not False,
    }


def given_group(resource: Group) -> dict[str, Any]:
    """Return what the people's actions take of a group.

    Raises:
        Invalid: a member is nobody here.
    """
    return {
        "name": resource.display_name or "",
        "external_id": resource.external_id,
        "members": _members(resource),
    }


def completed(payload: Any) -> Any:
    """Fill in what many providers leave out: the address is often the user name, the name in its parts."""
    if not isinstance(payload, dict) or "userName" not in payload:
        return payload
    name = payload.get("name") if isinstance(payload.get("name"), dict) else {}
    parts = " ".join(str(name[part]) for part in ("givenName", "familyName") if name.get(part))
    usual: dict[str, Any] = {
        "active": True,
        "displayName": name.get("formatted") or parts or payload["userName"],
    }
    if "@" in str(payload["userName"]):
        usual["emails"] = [{"value": payload["userName"], "primary": True}]
    given = usual | {key: value for key, value in payload.items() if value not in (None, "", [])}
    emails = [email for email in given.get("emails", ()) if isinstance(email, dict)]
    # the last one counts
    return given | {"emails": sorted(emails, key=lambda email: email.get("primary") is True)}


def one_address(payload: Any) -> Any:
    """Write a change of one kind of address (`emails[type eq "work"].value`) as one of the address kept."""
    operations = payload.get("Operations") if isinstance(payload, dict) else None
    for operation in operations if isinstance(operations, list) else ():
        path = str(operation.get("path", "")) if isinstance(operation, dict) else ""
        if _ONE_ADDRESS.fullmatch(path) and "value" in operation:
            operation |= {"path": "emails", "value": [{"value": operation["value"]}]}
    return payload


def _members(resource: Group) -> list[Any]:
    asked = {str(member.value) for member in resource.members or [] if member.value}
    found = {str(person.pk): person for person in queries.directory_people().filter(pk__in=ids(asked))}
    if unknown := sorted(asked - found.keys()):
        message = f"There is no user with the id {unknown[0]}."
        raise Invalid(message, fields={"members": message})
    return list(found.values())


def ids(texts: Iterable[str]) -> list[UUID]:
    """Return those of some texts that are ids."""
    found = []
    for text in texts:
        with suppress(ValueError):
            found.append(UUID(text))
    return found
