"""Vendors: the companies that supply models."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from remit.inventory import standing
from remit.inventory.models import UseCase, Vendor
from remit.kernel.problems import Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people import rules
from remit.people.models import User
from remit.people.policies import policy


@action("vendor.add")
def add_vendor(*, acting_user: User | str, name: str, **facts: Any) -> Vendor:
    """Add a vendor.

    Args:
        acting_user: who adds it.
        name: what it is called; no two are called the same, whatever the case.
        facts: any of `country`, `website`, `contact`, `contract`, `contract_ends`, `diligence_at`,
            `diligence_result`, `diligence_note`.

    Raises:
        Denied: the person may not edit vendors, or may not read contracts and states one.
        Invalid: a fact is unknown or wrong, or the name is taken.
    """
    policy("vendor").require(acting_user, "edit")
    vendor = Vendor()
    _set(acting_user, vendor, {"name": name, **facts})
    vendor.save(force_insert=True)
    emit("vendor.added", vendor, name=vendor.name)
    return vendor


@action("vendor.edit")
def edit_vendor(
    *, acting_user: User | str, vendor: Vendor, changes: Mapping[str, Any], reason: str = ""
) -> Vendor:
    """Change facts about a vendor.

    Raises:
        Denied: the person may not edit vendors, or may not read contracts and changes one.
        Invalid: a fact is unknown or wrong, or the name is taken.
    """
    del reason  # the decorator writes it to the ledger
    policy("vendor").require(acting_user, "edit")
    found = Vendor.objects.select_for_update().get(pk=vendor.pk)
    changed = _set(acting_user, found, changes)
    if changed:
        found.save(update_fields=changed)
        if "name" in changed:
            standing.refresh(UseCase.objects.filter(models__vendor=found).values_list("pk", flat=True))
        emit("vendor.edited", found, fields=changed)
    return found


def _set(acting_user: User | str, vendor: Vendor, facts: Mapping[str, Any]) -> list[str]:
    """Set what differs and return its names."""
    fields: dict[str, str] = {}
    clean: dict[str, Any] = {}
    for name, given in facts.items():
        if name not in _READERS:
            fields[name] = f"Remit does not keep this; it keeps: {', '.join(_READERS)}."
            continue
        try:
            clean[name] = _READERS[name](given)
        except ValueError as error:
            fields[name] = str(error)
    taken = Vendor.objects.exclude(pk=vendor.pk).filter(name__iexact=clean.get("name", ""))
    if "name" in clean and taken.exists():
        fields["name"] = f"There is a vendor named {clean['name']} already."
    if clean.get("diligence_result") and not clean.get("diligence_at", vendor.diligence_at):
        fields["diligence_at"] = "Say when it was done."
    if fields:
        raise Invalid("The vendor cannot be kept so.", fields=fields)
    changed = [name for name, value in clean.items() if getattr(vendor, name) != value]
    kept_from = policy("vendor").hidden(acting_user).intersection(changed)
    if kept_from:
        who = rules.who_may("contract.read")
        raise Denied(
            f"You may not read or set: {', '.join(sorted(kept_from))}.", remedy=f"It takes the role {who}."
        )
    for name in changed:
        setattr(vendor, name, clean[name])
    return changed


def _name(given: Any) -> str:
    if not (text := _line(120)(given)):
        raise ValueError("Name the vendor.")
    return text


def _line(longest: int) -> Callable[[Any], str]:
    def read(given: Any) -> str:
        text = str(given or "").strip()
        if len(text) > longest:
            raise ValueError(f"At most {longest} characters.")
        return text

    return read


def _country(given: Any) -> str:
    code = str(given or "").strip().upper()
    if code and not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError("Two letters, such as US.")
    return code


def _website(given: Any) -> str:
    text = _line(200)(given)
    parts = urlsplit(text)
    if text and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ValueError("An address that starts with https://.")
    return text


def _day(given: Any) -> date | None:
    if isinstance(given, date) or given in {None, ""}:
        return given or None
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise ValueError("A day, such as 2027-03-31.") from None


def _result(given: Any) -> str:
    text = str(given or "")
    if text not in {"", "passed", "conditions", "failed"}:
        raise ValueError("Choose one of: passed, conditions, failed.")
    return text


_READERS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "country": _country,
    "website": _website,
    "contact": _line(200),
    "contract": _line(120),
    "contract_ends": _day,
    "diligence_at": _day,
    "diligence_result": _result,
    "diligence_note": _line(8000),
}
