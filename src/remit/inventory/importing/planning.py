"""Comparing drafts with the inventory: what would be new, what would change, what is as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from remit.inventory import rules
from remit.inventory.importing import cells
from remit.inventory.importing.checking import Draft, Fault
from remit.inventory.importing.mapping import Field
from remit.inventory.importing.outcome import Edit, NewModel, NewUseCase, NewVersion, Plan, in_json, words
from remit.inventory.models import ChangeRequest, Model, UseCase, Vendor, Version
from remit.inventory.queries import change_requests as reads
from remit.inventory.rules import edits
from remit.kernel.problems import Invalid
from remit.people import queries as people
from remit.people.models import Unit, User

PERMISSION = "import.run"
_IN_BUSINESS = ("in_business", "under_review", "retired", "archived")
_BEGUN = ("ready", "validation", "approval", "deployment", *_IN_BUSINESS)
_ABOUT_ALL = ("kind", "stage")
_AS_MODEL = {"model": "name"}


def plan(
    who: User | str,
    drafts: Iterable[Draft],
    known: Mapping[str, Field],
    columns: Mapping[str, str],
    faulty: Iterable[Fault] = (),
    *,
    permission: str = PERMISSION,
) -> Plan:
    """Return what importing these drafts would do.

    Args:
        who: who imports; rows of units in which they may not are faults.
        drafts: what the rows say.
        known: the fields there are.
        columns: column by field, to name a fault's column.
        faulty: what reading the rows found wrong; these rows are checked further and not planned.
        permission: what it takes in each unit.
    """
    drafts = list(drafts)
    planning = _Planning(who, drafts, known, columns, permission)
    planning.plan.faults.extend(faulty)
    broken = {fault.row for fault in faulty}
    for draft in drafts:
        planning.take(draft, broken=draft.number in broken)
    planning.judge()
    planning.plan.rows = len(drafts)
    planning.plan.faults.sort()
    return planning.plan


class _Planning:
    """Takes one draft after the other; what a row adds is there for the next."""

    def __init__(
        self,
        who: User | str,
        drafts: list[Draft],
        known: Mapping[str, Field],
        columns: Mapping[str, str],
        permission: str,
    ) -> None:
        self.known, self.columns, self.permission = known, columns, permission
        self.plan = Plan()
        self._seen: dict[tuple[str, str], int] = {}
        self._named: dict[tuple[Any, str], Any] = {}
        self._new_cases: dict[str, NewUseCase] = {}
        self._said: dict[tuple[Any, str], int] = {}
        self._there = _There(drafts)
        self.may: Callable[[Unit, str], bool] = cache(
            lambda unit, permission: isinstance(who, str) or people.may(who, permission, unit=unit)
        )

    def judge(self) -> None:
        """Say what the record's own rules say of each edit, so that applying it cannot fail."""
        for subject, edit in self.plan.edits.items():
            wanted = {n: v for n, v in edit.changes.items() if not isinstance(v, Vendor)}
            try:
                edits.cleaned(reads.kind_of(subject), reads.plain(subject), wanted, kind=subject.kind)
            except Invalid as problem:
                for name, message in problem.fields.items():
                    field_name = "model" if name == "name" else name
                    column = self.columns.get(field_name, field_name)
                    fault = Fault(
                        edit.row, column, str(wanted.get(name, ""))[:80], message, "Correct the cell."
                    )
                    self.plan.faults.append(fault)

    def take(self, draft: Draft, *, broken: bool) -> None:
        """Plan one row, or say what is wrong with it."""
        before = len(self.plan.faults)
        found = self._identify(draft)
        if broken or len(self.plan.faults) > before:
            return
        if isinstance(found, UseCase):
            self._edit(draft, found, draft.of("use_case", self.known))
            self._nothing_of_a_model(draft)
        elif isinstance(found, Model):
            self._take_known(draft, found)
        else:
            self._take_new(draft)

    def _identify(self, draft: Draft) -> UseCase | Model | None:
        key, reference = draft.values.get("external_key"), draft.values.get("reference", "").upper()
        for name, value in (("external_key", key), ("reference", reference)):
            if value and (first := self._seen.setdefault((name, value), draft.number)) != draft.number:
                self._fault(draft, name, f"Row {first} is about {value}.", "Keep one of the two.")
                return None
        if not key and not reference:
            self._fault(draft, "external_key", "Nothing tells which model this is.", "Give an external key.")
            return None
        by_key = self._there.by_key.get(key) if key else None
        if not reference:
            return by_key
        found = self._there.by_reference.get(reference)
        if found is None:
            self._fault(draft, "reference", f"There is no {reference}.", "Leave it empty for a new model.")
        elif by_key is not None and by_key != found:
            self._fault(draft, "external_key", f"{key} is {by_key.reference}.", "Correct one.")
        elif key and isinstance(found, Model) and found.external_key not in {None, key}:
            says = f"{reference} has the external key {found.external_key}."
            self._fault(draft, "external_key", says, "An external key does not change; correct it.")
        return found

    def _take_known(self, draft: Draft, model: Model) -> None:
        use_case = model.use_case
        named = draft.values.get("use_case")
        same = {use_case.reference.casefold(), use_case.key, use_case.name.casefold()}
        if named and named.casefold() not in same:
            says = f"{model.reference} belongs to {use_case.name} ({use_case.reference})."
            self._fault(draft, "use_case", says, "A model stays with its use case; leave the cell empty.")
            return
        self._edit(draft, use_case, draft.of("use_case", self.known))
        edit = self._edit(draft, model, draft.of("model", self.known))
        key = draft.values.get("external_key")
        if edit is not None and key and model.external_key is None:
            edit.external_key = key
            self._note(draft, model, edit)
        self._version(draft, model, self._there.versions.get(model.pk, frozenset()))

    def _take_new(self, draft: Draft) -> None:
        values = draft.of("model", self.known)
        name = values.pop("model", "")
        if not name:
            self._fault(draft, "model", "A new model needs a name.", "Give its name.")
            return
        use_case = self._use_case(draft, name)
        if use_case is None:
            return
        taken = self._named.setdefault((use_case, name.casefold()), draft)
        there = isinstance(use_case, UseCase) and (use_case.pk, name.casefold()) in self._there.names
        if taken is not draft or there:
            says = f"{use_case.name} has a model named {name} already."
            self._fault(draft, "model", says, "Name it otherwise, or give that model's reference.")
            return
        unit = use_case.unit if isinstance(use_case, UseCase) else use_case.values["unit"]
        kind = values.get("kind", "ml")
        said = [n for n in draft.values if self.known[n].definition is not None]
        if [n for n in said if not self._applies(draft, n, kind, unit)]:
            return
        if draft.values.get("stage") in {"idea", "intake"}:
            says = "A model is past this stage."
            self._fault(draft, "stage", says, "Leave the stage empty, or file the use case alone.")
            return
        values |= {"name": name, "external_key": draft.values["external_key"]}
        model = NewModel(draft.number, use_case, values)
        self.plan.models.append(model)
        self.plan.created.add(draft.number)
        self._version(draft, model, frozenset())

    def _use_case(self, draft: Draft, model: str) -> NewUseCase | UseCase | None:
        """Find the use case of a new model, or plan it."""
        given = draft.of("use_case", self.known)
        named = given.pop("use_case", "")
        found = self._there.use_case(named) if named else None
        if found is not None:
            if not self._permitted(draft, found.unit):
                return None
            self._edit(draft, found, given)
            return found
        if named.upper().startswith("UC-"):
            self._fault(draft, "use_case", f"There is no {named} here.", "Name the use case instead.")
            return None
        known = self._new_cases.get(named.casefold()) if named else None
        if known is not None:
            return known if self._agrees(draft, known, given) else None
        lacking = [name for name in ("owner", "unit") if name not in given]
        for name in lacking:
            label = self.known[name].label.lower()
            self._fault(draft, name, f"A new model needs the {label}.", "Give it here or for all rows.")
        if lacking or not self._permitted(draft, given["unit"]):
            return None
        filed = NewUseCase(named or model, draft.number, given)
        filed.values["kind"] = draft.values.get("kind", "ml")
        self.plan.use_cases.append(filed)
        if named:
            self._new_cases[named.casefold()] = filed
        return filed

    def _agrees(self, draft: Draft, known: NewUseCase, given: Mapping[str, Any]) -> bool:
        for name, value in given.items():
            if known.values.setdefault(name, value) != value:
                says = f"Row {known.row} says otherwise of the same use case."
                self._fault(draft, name, says, "Let both say the same, or leave one empty.")
                return False
        return True

    def _edit(self, draft: Draft, subject: UseCase | Model, given: Mapping[str, Any]) -> Edit | None:
        """Plan what a row would change of an entry that is there; None if it may not be."""
        use_case = subject.use_case if isinstance(subject, Model) else subject
        if not self._permitted(draft, use_case.unit):
            return None
        edit = self.plan.edits.get(subject) or Edit(draft.number, subject)
        current = reads.plain(subject)
        for name, value in given.items():
            known = self.known[name]
            if known.once or name == "use_case":
                continue
            if known.definition is not None:
                if not self._applies(draft, name, subject.kind, use_case.unit):
                    continue
                key = known.definition.key
                kept, now, place = subject.custom.get(key), value, edit.custom
            else:
                key = _AS_MODEL.get(name, name)
                kept, now, place = current[key], in_json(value), edit.changes
            if _same(kept, now):
                continue
            if (waiting := self._there.waiting.get((subject.pk, key))) is not None and not known.definition:
                if waiting.changes[key]["after"] != now:
                    says = f"{waiting.reference} asks for another change of this."
                    self._fault(draft, name, says, "It is answered or withdrawn first.")
                continue
            first = self._said.setdefault((subject, name), draft.number)
            if first != draft.number and place.get(key) != now:
                says = f"Row {first} says otherwise of {subject.reference}."
                self._fault(draft, name, says, "Let both say the same, or leave one empty.")
                continue
            place[key] = now
            before = kept if known.definition is not None else getattr(subject, key)
            edit.said.append((known.label, words(before), words(value)))
        self._note(draft, subject, edit)
        return edit

    def _note(self, draft: Draft, subject: UseCase | Model, edit: Edit) -> None:
        noun = "model" if isinstance(subject, Model) else "use_case"
        unit = subject.use_case.unit if isinstance(subject, Model) else subject.unit
        if not edit:
            return
        if not self.may(unit, f"{noun}.edit"):
            says = f"You may not edit {noun.replace('_', ' ')}s of {unit.name}."
            self._fault(draft, "unit", says, "Leave the row out, or ask somebody who may.")
            return
        self.plan.edits[subject] = edit
        if draft.number not in self.plan.created:
            self.plan.updated.add(draft.number)

    def _version(self, draft: Draft, model: NewModel | Model, there: frozenset[str]) -> None:
        values = draft.of("version", self.known)
        number = values.get("version")
        if number is None and not there and ("in_business_since" in values or values.get("stage") in _BEGUN):
            # what is in business has a version, whether or not the source counts them
            number = values["version"] = "unversioned"
        if number is None or number in there:
            return
        if "in_business_since" in values:
            stage = values.setdefault("stage", "in_business")
            if stage not in _IN_BUSINESS:
                self._fault(
                    draft, "stage", "It is in business and not in this stage.", "Correct one of the two."
                )
                return
        self.plan.versions.append(NewVersion(draft.number, model, values))
        if draft.number not in self.plan.created:
            self.plan.updated.add(draft.number)

    def _applies(self, draft: Draft, name: str, kind: str, unit: Unit) -> bool:
        definition = self.known[name].definition
        if definition is None:
            return True
        if definition.kinds and kind not in definition.kinds:
            why = f"{definition.label} is not for the kind {kind}."
        elif definition.unit_id and definition.unit_id != unit.pk:
            why = f"{definition.label} is not for {unit.name}."
        else:
            return True
        self._fault(draft, name, why, "Leave the cell empty.")
        return False

    def _nothing_of_a_model(self, draft: Draft) -> None:
        about = draft.of("model", self.known) | draft.of("version", self.known)
        said = [name for name in about if name not in _ABOUT_ALL]
        if said:
            reference = draft.values["reference"].upper()
            says = f"{reference} is a use case, and this is about a model."
            self._fault(draft, said[0], says, "Leave the reference empty for a new model.")

    def _permitted(self, draft: Draft, unit: Unit) -> bool:
        if self.may(unit, self.permission):
            return True
        self._fault(draft, "unit", f"You may not import models of {unit.name}.", "Leave the row out.")
        return False

    def _fault(self, draft: Draft, name: str, what: str, remedy: str) -> None:
        value = draft.values.get(name, "")
        shown = value if isinstance(value, str) else getattr(value, "email", None) or cells.shown(value)
        self.plan.faults.append(Fault(draft.number, self.columns.get(name, name), shown[:80], what, remedy))


class _There:
    """The entries that drafts name, read at once."""

    def __init__(self, drafts: list[Draft]) -> None:
        keys = {draft.values.get("external_key") for draft in drafts} - {None}
        references = {draft.values.get("reference", "").upper() for draft in drafts} - {""}
        named = {draft.values.get("use_case", "") for draft in drafts} - {""}
        models = Model.objects.select_related("use_case__owner", "use_case__unit", "vendor")
        found = {m.pk: m for m in models.filter(external_key__in=keys)}
        found |= {m.pk: m for m in models.filter(reference__in=references)}
        self.by_key = {m.external_key: m for m in found.values() if m.external_key}
        cases = UseCase.objects.select_related("owner", "unit")
        by_reference = cases.filter(reference__in=references | {name.upper() for name in named})
        by_key = cases.filter(key__in=named | {rules.slug(name) for name in named})
        # one object an entry, so that what several rows say of it meets
        one = {m.use_case_id: m.use_case for m in found.values()}
        one |= {u.pk: one.get(u.pk, u) for u in (*by_reference, *by_key)}
        for model in found.values():
            model.use_case = one[model.use_case_id]
        self.by_reference: dict[str, UseCase | Model] = {u.reference: u for u in one.values()}
        self.by_reference |= {m.reference: m for m in found.values()}
        self._cases = {u.reference.casefold(): u for u in one.values()}
        self._cases |= {u.name.casefold(): u for u in one.values()}
        self._cases |= {u.key: u for u in one.values()}
        numbers = Version.objects.filter(model__in=found).values_list("model", "number")
        self.versions: dict[Any, frozenset[str]] = {}
        for pk, number in numbers:
            self.versions[pk] = self.versions.get(pk, frozenset()) | {number}
        waiting = ChangeRequest.objects.filter(state="waiting", use_case__in=one)
        self.waiting = {(w.model_id or w.use_case_id, name): w for w in waiting for name in w.changes}
        siblings = Model.objects.filter(use_case__in=one).values_list("use_case", "name")
        self.names = {(pk, name.casefold()) for pk, name in siblings}

    def use_case(self, named: str) -> UseCase | None:
        """Return the use case of a reference, a name or a key."""
        return self._cases.get(named.casefold())


def _same(kept: Any, now: Any) -> bool:
    return cells.plain(kept) == now if isinstance(kept, str) and isinstance(now, str) else kept == now
