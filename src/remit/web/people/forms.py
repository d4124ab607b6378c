"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms

from remit.people import queries, rules


class Invitation(forms.Form):
    """Who is invited, where they belong and what they answer for."""

    name = forms.CharField(max_length=120)
    title = forms.CharField(
        max_length=120, required=False, help_text="As others know it: Head of home lending."
    )
    email = forms.EmailField(label="Work e-mail")
    unit = forms.ModelChoiceField(queryset=None, required=False, empty_label="The whole organisation")
    roles = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, help_text="Duties in the unit chosen above; no duty, no rights."
    )
    password = forms.CharField(
        label="First password",
        help_text="At least 12 characters. Hand it over in person; they change it under Your account.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.units()
        self.fields["roles"].choices = [(role.id, role.name) for role in rules.roles().values()]


class NewUnit(forms.Form):
    """A line of business or a function."""

    name = forms.CharField(label="Unit", max_length=120)
