"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms

from remit.people import queries, rules
from remit.web.forms import DayField, PersonField

_EVERYWHERE = "The whole organisation"


def _units(form: forms.Form, name: str = "unit") -> None:
    form.fields[name].queryset = queries.units()


def _roles(form: forms.Form, name: str = "role", only: tuple[str, ...] | None = None) -> None:
    known = [(role.id, role.name) for role in rules.roles().values() if only is None or role.id in only]
    form.fields[name].choices = known if name == "roles" else [("", "Choose one"), *known]


class Invitation(forms.Form):
    """Who is invited, where they belong and what they answer for."""

    name = forms.CharField(max_length=120)
    title = forms.CharField(
        max_length=120, required=False, help_text="As others know it: Head of home lending."
    )
    email = forms.EmailField(label="Work e-mail")
    unit = forms.ModelChoiceField(queryset=None, required=False, empty_label=_EVERYWHERE)
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
        _units(self)
        _roles(self, "roles")


class PersonDetails(forms.Form):
    """A person's name, title, unit and address."""

    name = forms.CharField(max_length=120)
    title = forms.CharField(max_length=120, required=False)
    email = forms.EmailField(label="Work e-mail")
    unit = forms.ModelChoiceField(queryset=None, required=False, empty_label=_EVERYWHERE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _units(self)


class GiveRole(forms.Form):
    """A role, where it holds and until when."""

    role = forms.ChoiceField()
    unit = forms.ModelChoiceField(queryset=None, required=False, empty_label=_EVERYWHERE, label="Holds in")
    use_case = forms.CharField(
        required=False, label="Or for one use case only", help_text="Its key or reference, such as UC-0001."
    )
    until = DayField(required=False, help_text="It ends by itself at the end of this day.")
    reason = forms.CharField(required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _units(self)
        _roles(self)


class Away(forms.Form):
    """From when until when somebody is away, and who stands in."""

    first = DayField(label="First day away")
    last = DayField(label="Last day away")
    deputy = PersonField(required=False)
    note = forms.CharField(required=False, max_length=200)


class Leaving(forms.Form):
    """Why somebody's access ends."""

    reason = forms.CharField(max_length=300, help_text="It is kept with the change.")


class UnitDetails(forms.Form):
    """A line of business or a function: its name, its place in the tree, its head."""

    name = forms.CharField(label="Name", max_length=120)
    parent = forms.ModelChoiceField(
        queryset=None, required=False, label="Under", empty_label="Nothing: at the top"
    )
    head = PersonField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _units(self, "parent")


class NewUnit(forms.Form):
    """A unit to put an invited person in."""

    name = forms.CharField(label="Unit", max_length=120)


class Owner(forms.Form):
    """Who answers for a use case from now on, and why they."""

    owner = PersonField()
    reason = forms.CharField(max_length=300, help_text="It is kept with the change.")


class GroupName(forms.Form):
    """What a group is called."""

    name = forms.CharField(max_length=120)


class Member(forms.Form):
    """Who joins a group."""

    user = PersonField(label="Person")


class GroupDuty(forms.Form):
    """A role that every member holds."""

    role = forms.ChoiceField()
    unit = forms.ModelChoiceField(queryset=None, required=False, empty_label=_EVERYWHERE, label="Holds in")
    until = DayField(required=False, help_text="It ends by itself at the end of this day.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _units(self)
        _roles(self)


class Emergency(forms.Form):
    """A role that cannot wait, and why."""

    role = forms.ChoiceField()
    hours = forms.IntegerField(
        min_value=1, max_value=8, initial=2, help_text="It ends by itself after so many hours, at most 8."
    )
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What is wrong, and why it cannot wait for who holds the role. Everybody reads this.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _roles(self, only=rules.emergency_roles())


class Review(forms.Form):
    """What another person finds about an emergency."""

    review = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was done, whether it was right, and what follows.",
    )
