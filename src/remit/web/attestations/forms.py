"""Forms of attestation campaigns."""

from __future__ import annotations

from typing import Any

from django import forms

from remit.web.forms import DayField

_STATEMENT = (
    "I answer for this model. What the record says is complete and right; it is used for this purpose and "
    "population only; its limits and conditions are kept; I know of nothing else that matters."
)


class NewCampaign(forms.Form):
    """What is attested, by whom, by when, and how often."""

    name = forms.CharField(max_length=120, help_text="Such as Yearly model attestation 2026.")
    statement = forms.CharField(
        initial=_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What each owner signs, about the record as it is then.",
    )
    population = forms.CharField(
        max_length=1000,
        required=False,
        label="Which models",
        help_text="The address of a filtered Models page, or what follows its question mark; empty for all.",
    )
    due = DayField(label="Due", help_text="Until the end of this day.")
    remind_days = forms.CharField(
        initial="14, 3", required=False, label="Remind", help_text="Days before it is due, parted by commas."
    )
    every_months = forms.TypedChoiceField(
        required=False,
        label="Repeat",
        coerce=int,
        empty_value=None,
        choices=[("", "Never"), (3, "Every 3 months"), (6, "Every 6 months"), (12, "Every year")],
    )

    def clean_population(self) -> str:
        """Take what follows the question mark."""
        return str(self.cleaned_data["population"]).rpartition("?")[2].strip()

    def clean_remind_days(self) -> tuple[int, ...]:
        """Read days parted by commas."""
        try:
            return tuple(int(part) for part in self.cleaned_data["remind_days"].split(",") if part.strip())
        except ValueError:
            raise forms.ValidationError("Whole days parted by commas, such as 14, 3.") from None


class Answer(forms.Form):
    """What an owner says about the record they read."""

    digest = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("sign", "Sign"), ("dispute", "Dispute")])
    comment = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you add; if you dispute the record, what is wrong in it and what it should say.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest"].widget.attrs["aria-hidden"] = "true"
