"""The form that makes a sighting a model."""

from __future__ import annotations

from typing import Any

from django import forms

from remit.inventory import queries
from remit.inventory.rules import kinds
from remit.people import queries as people


class Registration(forms.Form):
    """A model as it is seen, in a use case that is there or a new one."""

    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=())
    use_case = forms.ModelChoiceField(
        queryset=None, required=False, empty_label="A new one, with the model's name", label="Use case"
    )
    unit = forms.ModelChoiceField(
        queryset=None, required=False, label="Line of business", help_text="Of a new use case."
    )
    owner = forms.EmailField(
        required=False, help_text="The e-mail address of who answers for a new use case."
    )

    def __init__(self, person: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, kind) for kind in kinds.names()]
        self.fields["unit"].queryset = people.units()
        self.fields["use_case"].queryset = queries.use_cases_of(people.visible_units(person))
