"""The form with which a person answers a task."""

from __future__ import annotations

from typing import Any

from django import forms

_OUTCOMES = {
    "approve": ("Approve", "Fit for the use in the proposed remit"),
    "approve_with_conditions": ("Approve with conditions", "Conditions become part of the remit"),
    "return": ("Return for work", "Your clock stops; the builder's starts"),
    "reject": ("Reject", "This version may not be asked for again"),
    "confirm": ("Confirm", "The tier fixes the controls and the path"),
    "submit": ("Submit", "Its content is fixed from here on, and the automated checks run"),
    "issue": ("Issue", "Gate G5 is evaluated now, and the platform's key signs the terms"),
    "deployed": ("Deploy", "It serves as soon as the gateway has the new bundle"),
    "request": ("Retire", "Consumers are told, and the second line confirms"),
    "withdraw": ("Withdraw", "It stays as it is"),
    "reviewed": ("Review done", "What was learned is kept"),
}
_OF_KIND = {
    ("accept", "approve"): ("Accept", "You answer for its use, its results and its findings"),
    ("accept", "return"): ("Return for work", "You do not answer for it as it is"),
    ("sign", "approve"): ("Approve and sign", "The remit is issued with the proposed terms"),
    ("submit_evidence", "approve"): ("Attest", "You tested it yourself; its content is fixed from here on"),
    ("confirm_retirement", "approve"): ("Confirm", "The remit is revoked and the version archived"),
    ("confirm_retirement", "return"): ("Return", "The owner is asked again"),
}
VARIANTS = (
    ("champion", "Champion: it decides"),
    ("challenger", "Challenger: it decides for a part, drawn at random"),
    ("shadow", "Shadow: it scores and decides nothing"),
)


class Answer(forms.Form):
    """The outcome, and as far as the task asks for them: conditions, a reason, and how it is deployed."""

    outcome = forms.ChoiceField(widget=forms.RadioSelect, label="Your decision")
    conditions = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only with conditions; they are written into the remit.",
    )
    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="At least a sentence; kept with your answer.",
    )

    def __init__(self, *args: Any, kind: str, outcomes: tuple[str, ...], judged: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(o, label(kind, o)[0]) for o in outcomes]
        self.hints = {o: label(kind, o)[1] for o in outcomes}
        if len(outcomes) == 1:
            self.fields["outcome"].initial = outcomes[0]
        if "approve_with_conditions" not in outcomes:
            del self.fields["conditions"]
        self.fields["reason"].required = judged
        if kind == "deploy":
            self._ask_how_to_deploy()

    def options(self) -> list[tuple[Any, str]]:
        """Return each radio button with what choosing it means."""
        return [(radio, self.hints[radio.data["value"]]) for radio in self["outcome"]]

    def _ask_how_to_deploy(self) -> None:
        self.fields["variant"] = forms.ChoiceField(choices=VARIANTS, label="As", initial="champion")
        self.fields["share"] = forms.FloatField(
            label="Share of the traffic, in percent",
            initial=100,
            min_value=0,
            max_value=100,
            help_text="What the others serve is divided in the same proportions as now.",
        )
        self.order_fields(["outcome", "variant", "share", "reason"])


def label(kind: str, outcome: str) -> tuple[str, str]:
    """Return how an outcome is called in a kind of task, and what it means."""
    named = _OF_KIND.get((kind, outcome)) or _OUTCOMES.get(outcome)
    return named or (outcome.replace("_", " ").capitalize(), "")
