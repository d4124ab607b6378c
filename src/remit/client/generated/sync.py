"""The API's operations as methods. Written from the OpenAPI document by `make docs`."""

# fmt: off
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, cast

from remit.client.generated import record, shapes
from remit.client.wire import OMITTED, File, Maybe, Page, path


class Operations(ABC):
    """The operations; `_send` is what a client makes of them."""

    @abstractmethod
    def _send(self, method: str, address: str, **how: Any) -> Any:
        """Send a request and return what was answered."""

    def add_evidence(self, reference: str, number: str, *, kind: str, title: str, source: Literal["test",
        "person", "connector"], values: Maybe[dict[str, Any]] = OMITTED, rows: Maybe[list[dict[str,
        Any]]] = OMITTED, produced_at: Maybe[str | None] = OMITTED, expires_at: Maybe[str | None] = OMITTED,
        if_match: str | None = None, idempotency_key: str | None = None) -> shapes.EvidenceOut:
        """Add evidence about exactly this version."""
        return cast("shapes.EvidenceOut", self._send("POST", path("models", reference, "versions", number,
            "evidence"), body={"kind": kind, "title": title, "source": source, "values": values,
            "rows": rows, "produced_at": produced_at, "expires_at": expires_at}, if_match=if_match,
            idempotency_key=idempotency_key))

    def add_member(self, group_id: str, *, person: str, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.GroupInFull:
        """Put a person in a group; they hold its roles from now on."""
        return cast("shapes.GroupInFull", self._send("POST", path("groups", group_id, "members"),
            body={"person": person}, if_match=if_match, idempotency_key=idempotency_key))

    def add_vendor(self, *, name: str, country: Maybe[str] = OMITTED, website: Maybe[str] = OMITTED,
        contact: Maybe[str] = OMITTED, contract: Maybe[str] = OMITTED,
        contract_ends: Maybe[str | None] = OMITTED, diligence_at: Maybe[str | None] = OMITTED,
        diligence_result: Maybe[Literal["", "passed", "conditions", "failed"]] = OMITTED,
        diligence_note: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.VendorOut:
        """Add a vendor."""
        return cast("shapes.VendorOut", self._send("POST", path("vendors"), body={"name": name,
            "country": country, "website": website, "contact": contact, "contract": contract,
            "contract_ends": contract_ends, "diligence_at": diligence_at,
            "diligence_result": diligence_result, "diligence_note": diligence_note}, if_match=if_match,
            idempotency_key=idempotency_key))

    def answer_attestation(self, reference: str, identifier: str, *, answer: Literal["attest", "dispute"],
        digest: str, comment: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.AttestationOut:
        """Attest what the record says now, or say that it is wrong."""
        return cast("shapes.AttestationOut", self._send("POST", path("attestation-campaigns", reference,
            "attestations", identifier), body={"answer": answer, "digest": digest, "comment": comment},
            if_match=if_match, idempotency_key=idempotency_key))

    def answer_change(self, reference: str, *, answer: Literal["approve", "reject", "withdraw"],
        content_digest: Maybe[str] = OMITTED, reason: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.ChangeOut:
        """Approve, reject or withdraw a change request."""
        return cast("shapes.ChangeOut", self._send("POST", path("changes", reference, "answer"),
            body={"answer": answer, "content_digest": content_digest, "reason": reason}, if_match=if_match,
            idempotency_key=idempotency_key))

    def answer_sighting(self, sighting_id: str, *, answer: Literal["dismiss", "link", "register", "reopen"],
        model: Maybe[str | None] = OMITTED, name: Maybe[str | None] = OMITTED, kind: Maybe[Literal["ml",
        "statistical", "rules", "spreadsheet", "vendor", "llm", "agent", "composite"] | None] = OMITTED,
        use_case: Maybe[str | None] = OMITTED, owner: Maybe[str | None] = OMITTED,
        unit: Maybe[str | None] = OMITTED, reason: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.SightingOut:
        """Say what a sighting is."""
        return cast("shapes.SightingOut", self._send("POST", path("sightings", sighting_id, "answer"),
            body={"answer": answer, "model": model, "name": name, "kind": kind, "use_case": use_case,
            "owner": owner, "unit": unit, "reason": reason}, if_match=if_match,
            idempotency_key=idempotency_key))

    def assign_role(self, person: str, *, role: str, unit: Maybe[str | None] = OMITTED,
        use_case: Maybe[str | None] = OMITTED, valid_from: Maybe[str | None] = OMITTED,
        valid_to: Maybe[str | None] = OMITTED, reason: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.AssignmentOut:
        """Give a person a role."""
        return cast("shapes.AssignmentOut", self._send("POST", path("people", person, "roles"),
            body={"role": role, "unit": unit, "use_case": use_case, "valid_from": valid_from,
            "valid_to": valid_to, "reason": reason}, if_match=if_match, idempotency_key=idempotency_key))

    def change_unit(self, unit: str, *, name: str, parent: Maybe[str | None] = OMITTED,
        head: Maybe[str | None] = OMITTED, reason: Maybe[str] = OMITTED,
        if_match: str | None = None) -> shapes.UnitOut:
        """Say anew what a unit is called, under which one it stands and who heads it."""
        return cast("shapes.UnitOut", self._send("PUT", path("units", unit), body={"name": name,
            "parent": parent, "head": head, "reason": reason}, if_match=if_match))

    def close_service_account(self, account_id: str, *, if_match: str | None = None) -> shapes.AccountOut:
        """Close a service account: its tokens open nothing from now on."""
        return cast("shapes.AccountOut", self._send("DELETE", path("service-accounts", account_id),
            if_match=if_match))

    def compare_versions(self, reference: str, number: str, *,
        since: Maybe[str] = OMITTED) -> shapes.Compared:
        """Say what differs since another version of the model, and whether that is material."""
        return cast("shapes.Compared", self._send("GET", path("models", reference, "versions", number,
            "difference"), query={"since": since}))

    def count_models(self, *, as_of: Maybe[str | None] = OMITTED, q: Maybe[str] = OMITTED,
        view: Maybe[Literal["", "business", "way", "attention", "ending", "suspended", "without",
        "language", "ownerless", "incomplete", "retired"]] = OMITTED, tier: Maybe[list[str]] = OMITTED,
        stage: Maybe[list[str]] = OMITTED, health: Maybe[list[str]] = OMITTED,
        unit: Maybe[list[str]] = OMITTED, remit: Maybe[list[str]] = OMITTED,
        owner: Maybe[list[str]] = OMITTED, kind: Maybe[list[str]] = OMITTED,
        built: Maybe[list[str]] = OMITTED, regulation: Maybe[list[str]] = OMITTED,
        tag: Maybe[list[str]] = OMITTED, all_tags: Maybe[list[str]] = OMITTED,
        missing: Maybe[list[str]] = OMITTED, known_at: Maybe[str | None] = OMITTED) -> shapes.Facets:
        """Count models that you may see, for every value of every facet."""
        return cast("shapes.Facets", self._send("GET", path("models", "facets"), query={"as_of": as_of,
            "q": q, "view": view, "tier": tier, "stage": stage, "health": health, "unit": unit,
            "remit": remit, "owner": owner, "kind": kind, "built": built, "regulation": regulation,
            "tag": tag, "all_tags": all_tags, "missing": missing, "known_at": known_at}))

    def create_group(self, *, name: str, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.GroupInFull:
        """Add a group."""
        return cast("shapes.GroupInFull", self._send("POST", path("groups"), body={"name": name},
            if_match=if_match, idempotency_key=idempotency_key))

    def create_service_account(self, *, name: str, answered_by: str, unit: Maybe[str | None] = OMITTED,
        roles: Maybe[list[str]] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.AccountOut:
        """Add an account that signs in with tokens only."""
        return cast("shapes.AccountOut", self._send("POST", path("service-accounts"), body={"name": name,
            "answered_by": answered_by, "unit": unit, "roles": roles}, if_match=if_match,
            idempotency_key=idempotency_key))

    def create_token(self, *, name: str, scopes: list[str], expires_at: str,
        service_account: Maybe[str | None] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.TokenMade:
        """Make a token; a token itself makes none, so this takes a session."""
        return cast("shapes.TokenMade", self._send("POST", path("tokens"), body={"name": name,
            "scopes": scopes, "expires_at": expires_at, "service_account": service_account},
            if_match=if_match, idempotency_key=idempotency_key))

    def create_unit(self, *, name: str, parent: Maybe[str | None] = OMITTED,
        head: Maybe[str | None] = OMITTED, reason: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.UnitOut:
        """Add a unit, under another one if given."""
        return cast("shapes.UnitOut", self._send("POST", path("units"), body={"name": name,
            "parent": parent, "head": head, "reason": reason}, if_match=if_match,
            idempotency_key=idempotency_key))

    def declare_ready(self, reference: str, number: str, *, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.VersionInFull:
        """Declare a version model-ready: from here its content may not change."""
        return cast("shapes.VersionInFull", self._send("POST", path("models", reference, "versions", number,
            "ready"), if_match=if_match, idempotency_key=idempotency_key))

    def define_field(self, *, label: str, key: str, of: Literal["use_case", "model"], type_: Literal["text",
        "number", "boolean", "date", "choice", "person", "address", "computed"],
        help_: Maybe[str | None] = OMITTED, choices: Maybe[list[str] | None] = OMITTED,
        minimum: Maybe[float | None] = OMITTED, maximum: Maybe[float | None] = OMITTED,
        formula: Maybe[str | None] = OMITTED, kinds: Maybe[list[Literal["ml", "statistical", "rules",
        "spreadsheet", "vendor", "llm", "agent", "composite"]] | None] = OMITTED,
        unit: Maybe[str | None] = OMITTED, required_from: Maybe[str | None] = OMITTED,
        restricted: Maybe[bool | None] = OMITTED, order: Maybe[int | None] = OMITTED,
        if_match: str | None = None, idempotency_key: str | None = None) -> shapes.FieldOut:
        """Add a field to every use case or model, or to those of some kinds or of a unit."""
        return cast("shapes.FieldOut", self._send("POST", path("fields"), body={"label": label,
            "help": help_, "choices": choices, "minimum": minimum, "maximum": maximum, "formula": formula,
            "kinds": kinds, "unit": unit, "required_from": required_from, "restricted": restricted,
            "order": order, "key": key, "of": of, "type": type_}, if_match=if_match,
            idempotency_key=idempotency_key))

    def edit_field(self, of: str, key: str, *, label: Maybe[str | None] = OMITTED,
        help_: Maybe[str | None] = OMITTED, choices: Maybe[list[str] | None] = OMITTED,
        minimum: Maybe[float | None] = OMITTED, maximum: Maybe[float | None] = OMITTED,
        formula: Maybe[str | None] = OMITTED, kinds: Maybe[list[Literal["ml", "statistical", "rules",
        "spreadsheet", "vendor", "llm", "agent", "composite"]] | None] = OMITTED,
        unit: Maybe[str | None] = OMITTED, required_from: Maybe[str | None] = OMITTED,
        restricted: Maybe[bool | None] = OMITTED, order: Maybe[int | None] = OMITTED,
        if_match: str | None = None) -> shapes.FieldOut:
        """Change how a field is laid out."""
        return cast("shapes.FieldOut", self._send("PATCH", path("fields", of, key), body={"label": label,
            "help": help_, "choices": choices, "minimum": minimum, "maximum": maximum, "formula": formula,
            "kinds": kinds, "unit": unit, "required_from": required_from, "restricted": restricted,
            "order": order}, if_match=if_match))

    def edit_model(self, reference: str, *, name: Maybe[str | None] = OMITTED,
        description: Maybe[str | None] = OMITTED, built_in: Maybe[str | None] = OMITTED,
        vendor: Maybe[str | None] = OMITTED, tags: Maybe[list[str] | None] = OMITTED,
        details: Maybe[dict[str, Any] | None] = OMITTED, custom: Maybe[dict[str, Any] | None] = OMITTED,
        reason: Maybe[str] = OMITTED, if_match: str | None = None) -> record.ModelRecord:
        """Change fields that nobody has to review; for watched ones ask with a change request (409)."""
        return cast("record.ModelRecord", self._send("PATCH", path("models", reference), body={"name": name,
            "description": description, "built_in": built_in, "vendor": vendor, "tags": tags,
            "details": details, "custom": custom, "reason": reason}, if_match=if_match))

    def edit_person(self, person: str, *, email: Maybe[str | None] = OMITTED,
        name: Maybe[str | None] = OMITTED, title: Maybe[str | None] = OMITTED,
        unit: Maybe[str | None] = OMITTED, reason: Maybe[str] = OMITTED,
        if_match: str | None = None) -> shapes.PersonInFull:
        """Correct a person's name, title, unit or address."""
        return cast("shapes.PersonInFull", self._send("PATCH", path("people", person), body={"email": email,
            "name": name, "title": title, "unit": unit, "reason": reason}, if_match=if_match))

    def edit_use_case(self, key: str, *, name: Maybe[str | None] = OMITTED,
        owner: Maybe[str | None] = OMITTED, unit: Maybe[str | None] = OMITTED,
        decision: Maybe[str | None] = OMITTED, purpose: Maybe[str | None] = OMITTED,
        population: Maybe[str | None] = OMITTED, value_hypothesis: Maybe[str | None] = OMITTED,
        planned_value_a_year: Maybe[float | str | None] = OMITTED, alternative: Maybe[str | None] = OMITTED,
        currency: Maybe[str | None] = OMITTED, jurisdictions: Maybe[list[str] | None] = OMITTED,
        regulations: Maybe[list[str] | None] = OMITTED, affects_people: Maybe[bool | None] = OMITTED,
        custom: Maybe[dict[str, Any] | None] = OMITTED, reason: Maybe[str] = OMITTED,
        if_match: str | None = None) -> shapes.UseCaseInFull:
        """Change fields that nobody has to review; for watched ones ask with a change request (409)."""
        return cast("shapes.UseCaseInFull", self._send("PATCH", path("use-cases", key), body={"name": name,
            "owner": owner, "unit": unit, "decision": decision, "purpose": purpose,
            "population": population, "value_hypothesis": value_hypothesis,
            "planned_value_a_year": planned_value_a_year, "alternative": alternative, "currency": currency,
            "jurisdictions": jurisdictions, "regulations": regulations, "affects_people": affects_people,
            "custom": custom, "reason": reason}, if_match=if_match))

    def edit_vendor(self, vendor_id: str, *, name: Maybe[str | None] = OMITTED,
        country: Maybe[str | None] = OMITTED, website: Maybe[str | None] = OMITTED,
        contact: Maybe[str | None] = OMITTED, contract: Maybe[str | None] = OMITTED,
        contract_ends: Maybe[str | None] = OMITTED, diligence_at: Maybe[str | None] = OMITTED,
        diligence_result: Maybe[Literal["", "passed", "conditions", "failed"] | None] = OMITTED,
        diligence_note: Maybe[str | None] = OMITTED, if_match: str | None = None) -> shapes.VendorOut:
        """Change facts about a vendor."""
        return cast("shapes.VendorOut", self._send("PATCH", path("vendors", vendor_id), body={"name": name,
            "country": country, "website": website, "contact": contact, "contract": contract,
            "contract_ends": contract_ends, "diligence_at": diligence_at,
            "diligence_result": diligence_result, "diligence_note": diligence_note}, if_match=if_match))

    def edit_version(self, reference: str, number: str, *, data_schema: Maybe[dict[str,
        Any] | None] = OMITTED, intended_terms: Maybe[dict[str, Any] | None] = OMITTED,
        if_match: str | None = None) -> shapes.VersionInFull:
        """Mend the schema or the proposed terms of a version that is not ready yet."""
        return cast("shapes.VersionInFull", self._send("PATCH", path("models", reference, "versions",
            number), body={"data_schema": data_schema, "intended_terms": intended_terms},
            if_match=if_match))

    def end_relation(self, relation_id: str, *, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.RelationOut:
        """Say that a relation is over from now on."""
        return cast("shapes.RelationOut", self._send("POST", path("relations", relation_id, "end"),
            if_match=if_match, idempotency_key=idempotency_key))

    def end_role(self, assignment_id: str, *, reason: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.AssignmentOut:
        """End a role now."""
        return cast("shapes.AssignmentOut", self._send("POST", path("roles", assignment_id, "end"),
            body={"reason": reason}, if_match=if_match, idempotency_key=idempotency_key))

    def evaluate_gate(self, reference: str, number: str, gate: str, *, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.GateOut:
        """Evaluate a gate over the facts of today. What fails opens a finding; nothing is closed by
        passing."""
        return cast("shapes.GateOut", self._send("POST", path("models", reference, "versions", number,
            "gates", gate), if_match=if_match, idempotency_key=idempotency_key))

    def export_models(self, *, as_of: Maybe[str | None] = OMITTED, q: Maybe[str] = OMITTED,
        view: Maybe[Literal["", "business", "way", "attention", "ending", "suspended", "without",
        "language", "ownerless", "incomplete", "retired"]] = OMITTED, tier: Maybe[list[str]] = OMITTED,
        stage: Maybe[list[str]] = OMITTED, health: Maybe[list[str]] = OMITTED,
        unit: Maybe[list[str]] = OMITTED, remit: Maybe[list[str]] = OMITTED,
        owner: Maybe[list[str]] = OMITTED, kind: Maybe[list[str]] = OMITTED,
        built: Maybe[list[str]] = OMITTED, regulation: Maybe[list[str]] = OMITTED,
        tag: Maybe[list[str]] = OMITTED, all_tags: Maybe[list[str]] = OMITTED,
        missing: Maybe[list[str]] = OMITTED, known_at: Maybe[str | None] = OMITTED,
        format_: Maybe[Literal["csv", "xlsx", "json"]] = OMITTED) -> Any:
        """Give the models that you may see as a file, now or as they stood on a day."""
        return cast("Any", self._send("GET", path("exports", "models"), query={"as_of": as_of, "q": q,
            "view": view, "tier": tier, "stage": stage, "health": health, "unit": unit, "remit": remit,
            "owner": owner, "kind": kind, "built": built, "regulation": regulation, "tag": tag,
            "all_tags": all_tags, "missing": missing, "known_at": known_at, "format": format_}))

    def file_use_case(self, *, name: str, unit: str, decision: str, purpose: str, population: str,
        value_hypothesis: str, planned_value_a_year: float | str, alternative: str,
        kind: Maybe[Literal["ml", "statistical", "rules", "spreadsheet", "vendor", "llm", "agent",
        "composite"]] = OMITTED, currency: Maybe[str] = OMITTED, jurisdictions: Maybe[list[str]] = OMITTED,
        regulations: Maybe[list[str]] = OMITTED, affects_people: Maybe[bool] = OMITTED,
        if_match: str | None = None, idempotency_key: str | None = None) -> shapes.UseCaseInFull:
        """File an intake form: an idea becomes a use case."""
        return cast("shapes.UseCaseInFull", self._send("POST", path("use-cases"), body={"name": name,
            "unit": unit, "decision": decision, "purpose": purpose, "population": population,
            "value_hypothesis": value_hypothesis, "planned_value_a_year": planned_value_a_year,
            "alternative": alternative, "kind": kind, "currency": currency, "jurisdictions": jurisdictions,
            "regulations": regulations, "affects_people": affects_people}, if_match=if_match,
            idempotency_key=idempotency_key))

    def get_attestation(self, reference: str, identifier: str) -> shapes.AttestationInFull:
        """Show what one owner is asked, with the record as it is now."""
        return cast("shapes.AttestationInFull", self._send("GET", path("attestation-campaigns", reference,
            "attestations", identifier)))

    def get_campaign(self, reference: str) -> shapes.CampaignOut:
        """Show a campaign and how far it has come."""
        return cast("shapes.CampaignOut", self._send("GET", path("attestation-campaigns", reference)))

    def get_change(self, reference: str) -> shapes.ChangeOut:
        """Show a change request with its difference."""
        return cast("shapes.ChangeOut", self._send("GET", path("changes", reference)))

    def get_checkpoint(self) -> shapes.CheckpointOut:
        """Show the newest checkpoint."""
        return cast("shapes.CheckpointOut", self._send("GET", path("ledger", "checkpoint")))

    def get_decision(self, decision_id: str) -> shapes.DecisionInFull:
        """Show a decision with its inputs."""
        return cast("shapes.DecisionInFull", self._send("GET", path("decisions", decision_id)))

    def get_entry(self, entry: str) -> shapes.EntryInFull:
        """Show an entry with its payload."""
        return cast("shapes.EntryInFull", self._send("GET", path("ledger", "entries", entry)))

    def get_field(self, of: str, key: str) -> shapes.FieldOut:
        """Show a custom field."""
        return cast("shapes.FieldOut", self._send("GET", path("fields", of, key)))

    def get_gate(self, reference: str, number: str, gate: str) -> shapes.GateOut:
        """Show what a gate said last."""
        return cast("shapes.GateOut", self._send("GET", path("models", reference, "versions", number,
            "gates", gate)))

    def get_group(self, group_id: str) -> shapes.GroupInFull:
        """Show a group with who is in it."""
        return cast("shapes.GroupInFull", self._send("GET", path("groups", group_id)))

    def get_impact(self, reference: str, *, as_of: Maybe[str | None] = OMITTED) -> shapes.Impact:
        """Say what depends on a model, as far as you may see it."""
        return cast("shapes.Impact", self._send("GET", path("models", reference, "impact"),
            query={"as_of": as_of}))

    def get_import(self, reference: str) -> shapes.ImportInFull:
        """Show an import, what it would change or changed, and what is wrong with the file."""
        return cast("shapes.ImportInFull", self._send("GET", path("imports", reference)))

    def get_ledger(self) -> shapes.StateOut:
        """Show how the ledger stands."""
        return cast("shapes.StateOut", self._send("GET", path("ledger")))

    def get_me(self) -> shapes.PersonInFull:
        """Show who you are and what you hold."""
        return cast("shapes.PersonInFull", self._send("GET", path("me")))

    def get_model(self, reference: str, *, as_of: Maybe[str | None] = OMITTED) -> record.ModelRecord:
        """Show the whole record of a model, or of a use case that has none, as the definition has it."""
        return cast("record.ModelRecord", self._send("GET", path("models", reference),
            query={"as_of": as_of}))

    def get_person(self, person: str) -> shapes.PersonInFull:
        """Show a person, by e-mail address or id."""
        return cast("shapes.PersonInFull", self._send("GET", path("people", person)))

    def get_relation(self, relation_id: str) -> shapes.RelationOut:
        """Show a relation."""
        return cast("shapes.RelationOut", self._send("GET", path("relations", relation_id)))

    def get_remit(self, reference: str) -> shapes.RemitInFull:
        """Show a remit with its terms."""
        return cast("shapes.RemitInFull", self._send("GET", path("remits", reference)))

    def get_service_account(self, account_id: str) -> shapes.AccountOut:
        """Show a service account."""
        return cast("shapes.AccountOut", self._send("GET", path("service-accounts", account_id)))

    def get_sighting(self, sighting_id: str) -> shapes.SightingOut:
        """Show a sighting."""
        return cast("shapes.SightingOut", self._send("GET", path("sightings", sighting_id)))

    def get_signed_remit(self, reference: str) -> shapes.Verifiable:
        """Give what it takes to verify a remit without trusting this server, save for the keys."""
        return cast("shapes.Verifiable", self._send("GET", path("remits", reference, "signed")))

    def get_unit(self, unit: str) -> shapes.UnitOut:
        """Show a unit, by name or id."""
        return cast("shapes.UnitOut", self._send("GET", path("units", unit)))

    def get_use_case(self, key: str) -> shapes.UseCaseInFull:
        """Show a use case, by key or by reference."""
        return cast("shapes.UseCaseInFull", self._send("GET", path("use-cases", key)))

    def get_vendor(self, vendor_id: str) -> shapes.VendorOut:
        """Show a vendor."""
        return cast("shapes.VendorOut", self._send("GET", path("vendors", vendor_id)))

    def get_version(self, reference: str, number: str) -> shapes.VersionInFull:
        """Show a version with its schema, decision rule and files."""
        return cast("shapes.VersionInFull", self._send("GET", path("models", reference, "versions",
            number)))

    def get_view(self, view_id: str) -> shapes.ViewOut:
        """Show a view."""
        return cast("shapes.ViewOut", self._send("GET", path("views", view_id)))

    def give_group_role(self, group_id: str, *, role: str, unit: Maybe[str | None] = OMITTED,
        valid_to: Maybe[str | None] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.GroupInFull:
        """Give every member of a group, now and later, a role."""
        return cast("shapes.GroupInFull", self._send("POST", path("groups", group_id, "roles"),
            body={"role": role, "unit": unit, "valid_to": valid_to}, if_match=if_match,
            idempotency_key=idempotency_key))

    def invite_person(self, *, email: str, name: str, password: str, title: Maybe[str] = OMITTED,
        unit: Maybe[str | None] = OMITTED, roles: Maybe[list[str]] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.PersonInFull:
        """Add a person with the roles they hold."""
        return cast("shapes.PersonInFull", self._send("POST", path("people"), body={"email": email,
            "name": name, "title": title, "unit": unit, "password": password, "roles": roles},
            if_match=if_match, idempotency_key=idempotency_key))

    def leave(self, person: str, *, reason: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.PersonInFull:
        """Deactivate somebody who leaves: roles, tokens and sessions end now; what they did stays."""
        return cast("shapes.PersonInFull", self._send("POST", path("people", person, "leave"),
            body={"reason": reason}, if_match=if_match, idempotency_key=idempotency_key))

    def list_attestations(self, reference: str, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.AttestationOut]:
        """List what a campaign asks, as far as you may see it."""
        return cast("Page[shapes.AttestationOut]", self._send("GET", path("attestation-campaigns",
            reference, "attestations"), query={"limit": limit, "cursor": cursor}))

    def list_campaigns(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.CampaignOut]:
        """List campaigns, the latest first."""
        return cast("Page[shapes.CampaignOut]", self._send("GET", path("attestation-campaigns"),
            query={"limit": limit, "cursor": cursor}))

    def list_changes(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        state: Maybe[Literal["", "waiting", "approved", "rejected", "withdrawn",
        "outdated"]] = OMITTED) -> Page[shapes.ChangeOut]:
        """List change requests, the newest first; those in one state when it is given."""
        return cast("Page[shapes.ChangeOut]", self._send("GET", path("changes"), query={"limit": limit,
            "cursor": cursor, "state": state}))

    def list_decisions(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        use_case: Maybe[str] = OMITTED, text: Maybe[str] = OMITTED, outcome: Maybe[Literal["", "approve",
        "refer", "decline", "refused"]] = OMITTED, variant: Maybe[Literal["", "champion", "challenger",
        "control"]] = OMITTED, day: Maybe[str | None] = OMITTED) -> Page[shapes.DecisionOut]:
        """List decisions and refusals that you may read, the newest first."""
        return cast("Page[shapes.DecisionOut]", self._send("GET", path("decisions"), query={"limit": limit,
            "cursor": cursor, "use_case": use_case, "text": text, "outcome": outcome, "variant": variant,
            "day": day}))

    def list_entries(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        text: Maybe[str] = OMITTED, action: Maybe[str] = OMITTED, actor: Maybe[str] = OMITTED,
        table: Maybe[str] = OMITTED, object_id: Maybe[str | None] = OMITTED,
        day: Maybe[str | None] = OMITTED) -> Page[shapes.EntryOut]:
        """List entries, the latest first."""
        return cast("Page[shapes.EntryOut]", self._send("GET", path("ledger", "entries"),
            query={"limit": limit, "cursor": cursor, "text": text, "action": action, "actor": actor,
            "table": table, "object_id": object_id, "day": day}))

    def list_evidence(self, reference: str, number: str, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.EvidenceOut]:
        """List what is known of a version, the newest first."""
        return cast("Page[shapes.EvidenceOut]", self._send("GET", path("models", reference, "versions",
            number, "evidence"), query={"limit": limit, "cursor": cursor}))

    def list_fields(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        retired: Maybe[bool] = OMITTED) -> Page[shapes.FieldOut]:
        """List the custom fields; the retired ones instead if asked for."""
        return cast("Page[shapes.FieldOut]", self._send("GET", path("fields"), query={"limit": limit,
            "cursor": cursor, "retired": retired}))

    def list_gate_evaluations(self, reference: str, number: str, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.GateOut]:
        """List every evaluation of every gate for a version, the newest first."""
        return cast("Page[shapes.GateOut]", self._send("GET", path("models", reference, "versions", number,
            "gates"), query={"limit": limit, "cursor": cursor}))

    def list_groups(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.GroupOut]:
        """List the groups, by name."""
        return cast("Page[shapes.GroupOut]", self._send("GET", path("groups"), query={"limit": limit,
            "cursor": cursor}))

    def list_imports(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.ImportOut]:
        """List imports, the newest first."""
        return cast("Page[shapes.ImportOut]", self._send("GET", path("imports"), query={"limit": limit,
            "cursor": cursor}))

    def list_models(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        as_of: Maybe[str | None] = OMITTED, q: Maybe[str] = OMITTED, view: Maybe[Literal["", "business",
        "way", "attention", "ending", "suspended", "without", "language", "ownerless", "incomplete",
        "retired"]] = OMITTED, tier: Maybe[list[str]] = OMITTED, stage: Maybe[list[str]] = OMITTED,
        health: Maybe[list[str]] = OMITTED, unit: Maybe[list[str]] = OMITTED,
        remit: Maybe[list[str]] = OMITTED, owner: Maybe[list[str]] = OMITTED,
        kind: Maybe[list[str]] = OMITTED, built: Maybe[list[str]] = OMITTED,
        regulation: Maybe[list[str]] = OMITTED, tag: Maybe[list[str]] = OMITTED,
        all_tags: Maybe[list[str]] = OMITTED, missing: Maybe[list[str]] = OMITTED,
        known_at: Maybe[str | None] = OMITTED, fields: Maybe[str] = OMITTED) -> Page[shapes.ModelRow]:
        """List models that you may see, now or as they stood on a day."""
        return cast("Page[shapes.ModelRow]", self._send("GET", path("models"), query={"limit": limit,
            "cursor": cursor, "as_of": as_of, "q": q, "view": view, "tier": tier, "stage": stage,
            "health": health, "unit": unit, "remit": remit, "owner": owner, "kind": kind, "built": built,
            "regulation": regulation, "tag": tag, "all_tags": all_tags, "missing": missing,
            "known_at": known_at, "fields": fields}))

    def list_people(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        q: Maybe[str] = OMITTED, unit: Maybe[str] = OMITTED,
        left: Maybe[bool] = OMITTED) -> Page[shapes.PersonOut]:
        """List people by name: those who work here, or those who left."""
        return cast("Page[shapes.PersonOut]", self._send("GET", path("people"), query={"limit": limit,
            "cursor": cursor, "q": q, "unit": unit, "left": left}))

    def list_relations(self, reference: str, *, as_of: Maybe[str | None] = OMITTED) -> shapes.Relations:
        """List the relations of a model, its own before those of others to it."""
        return cast("shapes.Relations", self._send("GET", path("models", reference, "relations"),
            query={"as_of": as_of}))

    def list_remits(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        state: Maybe[Literal["", "draft", "in_force", "suspended", "revoked",
        "expired"]] = OMITTED) -> Page[shapes.RemitOut]:
        """List remits, the newest first; those in one state when it is given."""
        return cast("Page[shapes.RemitOut]", self._send("GET", path("remits"), query={"limit": limit,
            "cursor": cursor, "state": state}))

    def list_roles(self) -> shapes.Roles:
        """List every role, its line of defence and its duty."""
        return cast("shapes.Roles", self._send("GET", path("roles")))

    def list_roles_of(self, person: str, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.AssignmentOut]:
        """List the roles that were given to a person, the newest first."""
        return cast("Page[shapes.AssignmentOut]", self._send("GET", path("people", person, "roles"),
            query={"limit": limit, "cursor": cursor}))

    def list_service_accounts(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.AccountOut]:
        """List the service accounts, by name."""
        return cast("Page[shapes.AccountOut]", self._send("GET", path("service-accounts"),
            query={"limit": limit, "cursor": cursor}))

    def list_sightings(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        state: Maybe[Literal["open", "matched", "registered",
        "dismissed"]] = OMITTED) -> Page[shapes.SightingOut]:
        """List sightings, those first seen last before."""
        return cast("Page[shapes.SightingOut]", self._send("GET", path("sightings"), query={"limit": limit,
            "cursor": cursor, "state": state}))

    def list_tokens(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.TokenOut]:
        """List your tokens and those of the service accounts you answer for, the newest first."""
        return cast("Page[shapes.TokenOut]", self._send("GET", path("tokens"), query={"limit": limit,
            "cursor": cursor}))

    def list_units(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.UnitOut]:
        """List the units, by name."""
        return cast("Page[shapes.UnitOut]", self._send("GET", path("units"), query={"limit": limit,
            "cursor": cursor}))

    def list_use_cases(self, *, limit: Maybe[int] = OMITTED, cursor: Maybe[str] = OMITTED,
        tier: Maybe[Literal["", "T1", "T2", "T3", "T4"]] = OMITTED) -> Page[shapes.UseCaseOut]:
        """List use cases, by reference."""
        return cast("Page[shapes.UseCaseOut]", self._send("GET", path("use-cases"), query={"limit": limit,
            "cursor": cursor, "tier": tier}))

    def list_vendors(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.VendorOut]:
        """List vendors, by name."""
        return cast("Page[shapes.VendorOut]", self._send("GET", path("vendors"), query={"limit": limit,
            "cursor": cursor}))

    def list_versions(self, reference: str, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.VersionOut]:
        """List the versions of a model, the newest first."""
        return cast("Page[shapes.VersionOut]", self._send("GET", path("models", reference, "versions"),
            query={"limit": limit, "cursor": cursor}))

    def list_views(self, *, limit: Maybe[int] = OMITTED,
        cursor: Maybe[str] = OMITTED) -> Page[shapes.ViewOut]:
        """List your views and those that are shared, by name."""
        return cast("Page[shapes.ViewOut]", self._send("GET", path("views"), query={"limit": limit,
            "cursor": cursor}))

    def map_import(self, reference: str, *, mapping: dict[str, str], defaults: Maybe[dict[str,
        str]] = OMITTED, if_match: str | None = None) -> shapes.ImportInFull:
        """Say which column is which field."""
        return cast("shapes.ImportInFull", self._send("PUT", path("imports", reference),
            body={"mapping": mapping, "defaults": defaults}, if_match=if_match))

    def open_campaign(self, *, name: str, statement: str, due_at: str, population: Maybe[str] = OMITTED,
        remind_days: Maybe[list[int]] = OMITTED, every_months: Maybe[int | None] = OMITTED,
        if_match: str | None = None, idempotency_key: str | None = None) -> shapes.CampaignOut:
        """Ask the owner of every use case of a population to attest its record by a day."""
        return cast("shapes.CampaignOut", self._send("POST", path("attestation-campaigns"),
            body={"name": name, "statement": statement, "due_at": due_at, "population": population,
            "remind_days": remind_days, "every_months": every_months}, if_match=if_match,
            idempotency_key=idempotency_key))

    def prove_consistency(self, *, first: int, second: int) -> shapes.ConsistencyOut:
        """Prove that nothing in the tree of `first` leaves was changed on the way to the one of
        `second`."""
        return cast("shapes.ConsistencyOut", self._send("GET", path("ledger", "consistency"),
            query={"first": first, "second": second}))

    def prove_entry(self, entry: str) -> shapes.ProofOut:
        """Prove that an entry is under the newest signed checkpoint."""
        return cast("shapes.ProofOut", self._send("GET", path("ledger", "entries", entry, "proof")))

    def receive_import(self, *, file: File, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.ImportInFull:
        """Bring a CSV, Excel or JSON file; its columns are mapped by their names."""
        return cast("shapes.ImportInFull", self._send("POST", path("imports"), form={},
            files={"file": [file]}, if_match=if_match, idempotency_key=idempotency_key))

    def record_outcomes(self, key: str, given: list[shapes.OutcomeIn], *, if_match: str | None = None,
        idempotency_key: str | None = None) -> record.Recorded:
        """Record what became of decisions; a later outcome of the same decision replaces an earlier one."""
        return cast("record.Recorded", self._send("POST", path("use-cases", key, "outcomes"), body=given,
            if_match=if_match, idempotency_key=idempotency_key))

    def register_model(self, *, use_case: str, name: str, kind: Literal["ml", "statistical", "rules",
        "spreadsheet", "vendor", "llm", "agent", "composite"], description: Maybe[str] = OMITTED,
        built_in: Maybe[str] = OMITTED, vendor: Maybe[str] = OMITTED, external_key: Maybe[str] = OMITTED,
        tags: Maybe[list[str]] = OMITTED, details: Maybe[dict[str, Any]] = OMITTED,
        if_match: str | None = None, idempotency_key: str | None = None) -> shapes.ModelOut:
        """Register a way of making the decision of a use case."""
        return cast("shapes.ModelOut", self._send("POST", path("models"), body={"use_case": use_case,
            "name": name, "kind": kind, "description": description, "built_in": built_in, "vendor": vendor,
            "external_key": external_key, "tags": tags, "details": details}, if_match=if_match,
            idempotency_key=idempotency_key))

    def register_models(self, *, models: list[shapes.ModelIn], if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.ModelsOut:
        """Register up to 500 models in one transaction; a fault names its item, and then none is."""
        return cast("shapes.ModelsOut", self._send("POST", path("models", "batch"), body={"models": models},
            if_match=if_match, idempotency_key=idempotency_key))

    def register_version(self, reference: str, *, version: shapes.VersionIn, files: Sequence[File] = (),
        if_match: str | None = None, idempotency_key: str | None = None) -> shapes.VersionInFull:
        """Register an immutable version; `version` is a JSON document, `files` are sent along."""
        return cast("shapes.VersionInFull", self._send("POST", path("models", reference, "versions"),
            form={"version": version}, files={"files": files}, if_match=if_match,
            idempotency_key=idempotency_key))

    def relate(self, reference: str, *, kind: Literal["uses", "feeds", "derived_from", "replaces",
        "part_of", "challenger_of"], target: str, note: Maybe[str] = OMITTED,
        valid_from: Maybe[str | None] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.RelationOut:
        """Say what a model is to another one."""
        return cast("shapes.RelationOut", self._send("POST", path("models", reference, "relations"),
            body={"kind": kind, "target": target, "note": note, "valid_from": valid_from},
            if_match=if_match, idempotency_key=idempotency_key))

    def remove_group(self, group_id: str, *, if_match: str | None = None) -> shapes.GroupOut:
        """End a group: its members and roles end with it."""
        return cast("shapes.GroupOut", self._send("DELETE", path("groups", group_id), if_match=if_match))

    def remove_member(self, group_id: str, person: str, *,
        if_match: str | None = None) -> shapes.GroupInFull:
        """Take a person out of a group now."""
        return cast("shapes.GroupInFull", self._send("DELETE", path("groups", group_id, "members", person),
            if_match=if_match))

    def remove_view(self, view_id: str, *, if_match: str | None = None) -> shapes.ViewOut:
        """Remove a view of your own, for everybody who used it."""
        return cast("shapes.ViewOut", self._send("DELETE", path("views", view_id), if_match=if_match))

    def report_sighting(self, *, source: str, external_key: str, name: str, kind: Maybe[Literal["", "ml",
        "statistical", "rules", "spreadsheet", "vendor", "llm", "agent", "composite"]] = OMITTED,
        details: Maybe[dict[str, Any]] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.Reported:
        """Report that something is at work."""
        return cast("shapes.Reported", self._send("POST", path("sightings"), body={"source": source,
            "external_key": external_key, "name": name, "kind": kind, "details": details},
            if_match=if_match, idempotency_key=idempotency_key))

    def request_change(self, *, changes: dict[str, Any], reason: str, use_case: Maybe[str | None] = OMITTED,
        model: Maybe[str | None] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.Requested:
        """Ask for changes of watched fields."""
        return cast("shapes.Requested", self._send("POST", path("changes"), body={"use_case": use_case,
            "model": model, "changes": changes, "reason": reason}, if_match=if_match,
            idempotency_key=idempotency_key))

    def retire_field(self, of: str, key: str, *, if_match: str | None = None) -> shapes.FieldOut:
        """Take a field out of use; what was said in it stays in the ledger."""
        return cast("shapes.FieldOut", self._send("DELETE", path("fields", of, key), if_match=if_match))

    def revoke_token(self, prefix: str, *, reason: Maybe[str] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.TokenOut:
        """End a token now."""
        return cast("shapes.TokenOut", self._send("POST", path("tokens", prefix, "revoke"),
            body={"reason": reason}, if_match=if_match, idempotency_key=idempotency_key))

    def run_import(self, reference: str, *, do: Literal["check", "apply"], skip: Maybe[bool] = OMITTED,
        if_match: str | None = None, idempotency_key: str | None = None) -> shapes.ImportInFull:
        """Try a file out, or import it, in one transaction and before this answers."""
        return cast("shapes.ImportInFull", self._send("POST", path("imports", reference, "run"),
            body={"do": do, "skip": skip}, if_match=if_match, idempotency_key=idempotency_key))

    def save_view(self, *, name: str, query: str, columns: Maybe[list[str]] = OMITTED,
        shared: Maybe[bool] = OMITTED, if_match: str | None = None,
        idempotency_key: str | None = None) -> shapes.ViewOut:
        """Keep a filter under a name."""
        return cast("shapes.ViewOut", self._send("POST", path("views"), body={"name": name, "query": query,
            "columns": columns, "shared": shared}, if_match=if_match, idempotency_key=idempotency_key))
