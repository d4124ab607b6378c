"""What the page of one decision knows: the record, its terms, its explanation, its place in the ledger."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from remit.gateway.decide import action_for
from remit.governance import queries as governance
from remit.inventory import queries as inventory
from remit.kernel.problems import Broken, Conflict, Problem, Unknown
from remit.ledger import queries as ledger
from remit.people import queries as people
from remit.proof import merkle
from remit.proof.remit_statement import DecisionRule
from remit.serving import queries as serving
from remit.serving.contract import Explained
from remit.web.decisions import path, scale, words


class DecisionPage:
    """A decision or refusal, read once a request."""

    def __init__(self, who: Any, identifier: UUID) -> None:
        self.who = who
        self.id = identifier
        self.use_case, found = serving.find_decision(who, identifier)
        self.row = found | {"shadow": json.loads(found["shadow"] or "{}")}
        self.refused = self.row["status"] == "refused"
        self.fault = ""

    @cached_property
    def version(self) -> Any:
        """The version that acted, or would have; None for a request that came to none."""
        return inventory.version_by_id(self.row["version_id"]) if self.row["version_id"] else None

    @cached_property
    def remit(self) -> Any:
        """The remit it was asked under, or None."""
        return governance.remit(self.row["remit"]) if self.row["remit"] else None

    @property
    def terms(self) -> dict[str, Any]:
        """The terms as signed; empty without a remit."""
        return self.remit.terms if self.remit else {}

    @property
    def rule(self) -> DecisionRule:
        """The rule from score to action that the remit holds."""
        return msgspec.convert(self.terms["decision_rule"], DecisionRule)

    @cached_property
    def told(self) -> Explained:
        """The explanation from the archived artifact; only inputs where it has no score or is broken."""
        row = {**self.row, "shadow": ""}
        bare = Explained(row, json.loads(row["features"]), json.loads(row["context"]))
        if self.version is None or row["score"] is None:
            return bare
        below = self.rule.decline_from if row["action"] == "decline" else self.rule.approve_below
        try:
            return serving.explained(self.version, row, below=below)
        except Broken as broken:
            self.fault = str(broken)
            return bare

    @cached_property
    def artifact(self) -> Any:
        """The file that scores."""
        return self.version.artifacts.filter(media_type="application/onnx").first() if self.version else None

    @cached_property
    def labels(self) -> dict[str, str]:
        """How people call the inputs."""
        fields = serving.inputs_of(self.version) if self.version else ()
        return {field.name: field.label or field.name for field in fields}

    @cached_property
    def changes(self) -> list[tuple[str, float, str]]:
        """Changes that would have been enough: in words, the score they give, the action it leads to.

        None where something else than the score decided: no input would have changed that.
        """
        if self.row["decided_by"] != "score":
            return []
        return [
            (words.change(change.changes, self.labels), change.score, action_for(self.rule, change.score))
            for change in self.told.changes
        ]

    @cached_property
    def inputs(self) -> list[dict[str, Any]]:
        """The inputs as the version declares them: value, typical value and contribution."""
        weights = {reason.feature: reason.contribution for reason in self.told.reasons}
        most = max((abs(weight) for weight in weights.values()), default=0.0)
        fields = serving.inputs_of(self.version) if self.version else ()
        found = [
            {
                "label": field.label or field.name,
                "value": words.value(self.told.features.get(field.name)),
                "typical": words.value(field.typical),
                "weight": weights.get(field.name),
                "picture": scale.waterfall(weights[field.name], most) if field.name in weights else "",
            }
            for field in fields
        ]
        return sorted(found, key=lambda row: -(row["weight"] if row["weight"] is not None else -1e9))

    @cached_property
    def reasons(self) -> list[Any]:
        """What raised the score of what was not approved, the heaviest first, in words a person reads."""
        if self.row["action"] == "approve":
            return []
        return [
            {
                "text": reason.text or reason.label,
                "note": f"{words.value(reason.value)}; typically {words.value(reason.typical)}",
                "weight": reason.contribution,
            }
            for reason in self.told.reasons
            if reason.contribution > words.HEAVY
        ][:4]

    @cached_property
    def others(self) -> list[dict[str, Any]]:
        """What the other versions make of it: shadows as recorded then, deployed ones scored now."""
        if self.row["score"] is None or self.fault:
            return []
        try:
            found = serving.scored_by_others(self.use_case, {**self.row, "shadow": ""})
        except Broken:
            return []
        return [
            {"by": f"{o.variant} {o.version}", "score": o.score, "action": words.OUTCOMES[o.action]}
            for o in found
        ]

    @property
    def not_given(self) -> str:
        """What the model never gets: the remit's prohibited inputs and the version's protected attributes."""
        columns = self.version.schema.get("columns", []) if self.version else []
        protected = [column["name"] for column in columns if column.get("role") == "protected"]
        return ", ".join(dict.fromkeys([*self.terms.get("prohibited_inputs", ()), *protected]))

    @cached_property
    def apart(self) -> dict[str, Any]:
        """The protected attributes held apart, for those who may read them."""
        if not people.may(self.who, "protected.read", unit=self.use_case.unit, subject=self.use_case.pk):
            return {}
        return serving.protected_of(self.who, self.use_case, self.id)

    @cached_property
    def sealed(self) -> dict[str, Any]:
        """Where the record is sealed: the file, its ledger entry, and whether its proof holds; or why not."""
        try:
            file = serving.sealed_file_of("decisions", self.id)
        except Problem as problem:
            return {"fault": isinstance(problem, Broken), "says": problem.detail, "file": None}
        entry = ledger.latest_entry_of(file.pk)
        if entry is None:
            return {"fault": True, "says": f"{file.path} has no ledger entry.", "file": file}
        try:
            proof = ledger.inclusion(entry)
        except Conflict as waiting:
            return {"fault": False, "says": waiting.detail, "file": file, "entry": entry}
        except Unknown as lost:
            return {"fault": True, "says": lost.detail, "file": file, "entry": entry}
        siblings = [bytes.fromhex(step.hash) for step in proof.steps]
        leaf, root = merkle.leaf_hash(proof.leaf.encode()), bytes.fromhex(proof.root)
        holds = merkle.verify_inclusion(leaf, proof.index, proof.size, siblings, root)
        says = "proof holds" if holds else "the proof fails"
        return {"fault": not holds, "says": says, "file": file, "entry": entry, "proof": proof}

    @property
    def context(self) -> dict[str, Any]:
        """Everything the template shows."""
        row = self.row
        fields = len(self.labels)
        scaled = row["score"] is not None and bool(self.terms)
        label, term = words.term(row["clause"], self.terms) if self.refused else ("", "")
        return {
            "page": self,
            "row": row,
            "told": self.told,
            "question": words.question(row),
            "answer": words.answer(row, self.terms, self.told.reasons, self.changes),
            "scale": scale.scale(row["score"], self.terms["decision_rule"]) if scaled else "",
            "clause": words.CLAUSES.get(row["clause"], row["clause"]),
            "term_label": label,
            "term": term,
            "changes": [(what, score, words.OUTCOMES[action]) for what, score, action in self.changes],
            "path": path.steps(row, self.terms, fields),
            "ms": row["total_us"] / 1000,
            "context": [(name, words.value(given)) for name, given in self.told.context.items()],
        }
