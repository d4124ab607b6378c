"""The intake form: what should be decided, and the questions that give the tier."""

from __future__ import annotations

from typing import Any

from django import forms

from remit.governance.rules import tiering
from remit.inventory.contract import Intake
from remit.people import queries as people
from remit.web import words


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


class IntakeForm(forms.Form):
    """What a use case's owner says about it."""

    name = forms.CharField(max_length=120, help_text="In a few words: Mortgage approval.")
    unit = forms.ModelChoiceField(queryset=None, label="Line of business", empty_label="Choose one")
    decision = forms.CharField(
        widget=forms.Textarea, help_text="The decision that is made or supported, in a sentence."
    )
    purpose = forms.CharField(
        max_length=60,
        help_text="What a caller must state, in lower case with hyphens: home-loan-origination.",
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    population = forms.CharField(widget=forms.Textarea, help_text="For whom it is made, in a sentence.")
    alternative = forms.CharField(
        label="Without a model", widget=forms.Textarea, help_text="How the decision is made today."
    )
    value_hypothesis = forms.CharField(
        label="What it should be worth",
        widget=forms.Textarea,
        help_text="And how that will be measured.",
    )
    planned_value_a_year = forms.CharField(
        label="Planned value a year", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    currency = forms.CharField(max_length=3, initial="USD")
    kind = forms.ChoiceField(choices=list(words.KINDS.items()), label="Kind of model")
    jurisdictions = forms.CharField(required=False, help_text="Separated by commas: US, Massachusetts.")
    regulations = forms.CharField(required=False, help_text="Separated by commas: Regulation B, SR 26-2.")
    affects_people = forms.BooleanField(
        required=False, initial=True, label="It affects people's access, rights or money"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = people.units()
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 2

    def intake(self) -> Intake:
        """Return the form as the inventory reads it."""
        given = {name: self.cleaned_data[name] for name in self.cleaned_data if name != "unit"}
        for name in ("jurisdictions", "regulations"):
            given[name] = _lines(given[name])
        return Intake(**given)


class TieringForm(forms.Form):
    """One question a row of the tiering scheme; a question may stay open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in tiering.questions():
            levels = [(str(score), level) for score, level in enumerate(question["levels"])]
            self.fields[question["id"]] = forms.ChoiceField(
                label=question["title"],
                help_text=question["question"],
                choices=[("", "Not answered yet"), *levels],
                required=False,
            )

    def answers(self) -> dict[str, int | None]:
        """Return a score by question, None where it is not answered."""
        return {name: int(given) if given else None for name, given in self.cleaned_data.items()}
