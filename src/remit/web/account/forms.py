"""Forms about tokens, service accounts and the rules of signing in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import make_aware

from remit.kernel import clock
from remit.people import queries, rules

_USUAL = timedelta(days=90)


class NewToken(forms.Form):
    """What a token is for, what it may do and until when."""

    name = forms.CharField(max_length=80, help_text="What it is for: Nightly retraining.")
    holder = forms.ChoiceField(label="Acts as")
    scopes = forms.MultipleChoiceField(
        label="May",
        widget=forms.CheckboxSelectMultiple,
        help_text="It never does more than its holder may. Reading leaves out restricted fields.",
    )
    expires = forms.DateField(
        label="Ends on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="At most a year from now.",
    )

    def __init__(self, person: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holders = {
            str(h.pk): h
            for h in (person, *queries.service_accounts().filter(answered_by=person, is_active=True))
        }
        self.fields["holder"].choices = [(pk, h.name) for pk, h in self.holders.items()]
        held = dict.fromkeys(
            scope for h in self.holders.values() for scope in queries.scopes_of(h) if _worth_naming(scope)
        )
        self.fields["scopes"].choices = [(scope, rules.words(scope)) for scope in held]
        self.fields["expires"].initial = (clock.recorded_now() + _USUAL).date()

    def given(self) -> dict[str, Any]:
        """Return what the action takes."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "scopes": data["scopes"],
            "user": self.holders[data["holder"]],
            "expires_at": make_aware(datetime.combine(data["expires"], time.max)),
        }


def _worth_naming(scope: str) -> bool:
    """Tell whether a scope is more than a part of `read`."""
    return scope == "read" or not rules.within(frozenset({"read"}), scope)


class NewServiceAccount(forms.Form):
    """A program, who answers for it, and what it may do where."""

    name = forms.CharField(max_length=120, help_text="The program: Nightly retraining.")
    answered_by = forms.ModelChoiceField(queryset=None, label="Who answers for it", empty_label="Choose one")
    unit = forms.ModelChoiceField(queryset=None, required=False, empty_label="The whole organisation")
    roles = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, help_text="What its tokens may at most; each token says less."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answered_by"].queryset = queries.directory().filter(kind="person")
        self.fields["unit"].queryset = queries.units()
        self.fields["roles"].choices = [(role.id, role.name) for role in rules.roles().values()]


class SignInRules(forms.Form):
    """Which roles take a second factor."""

    mfa_roles = forms.MultipleChoiceField(
        label="Roles that take one",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Whoever holds one of these sets up an authenticator or a passkey before anything else. "
        "Single sign-on counts as one.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mfa_roles"].choices = [(role.id, role.name) for role in rules.roles().values()]
