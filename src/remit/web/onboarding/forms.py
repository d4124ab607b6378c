"""The form that opens an empty installation."""

from __future__ import annotations

from django import forms
from django.utils.crypto import constant_time_compare

from remit.people import queries


class Opening(forms.Form):
    """Who the organisation is and who administers Remit first."""

    code = forms.CharField(
        label="Set-up code",
        help_text="The server wrote it to its log when this page opened: it shows that you run this server.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    organisation = forms.CharField(
        label="Organisation",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    title = forms.CharField(label="Your title", max_length=120, required=False)
    email = forms.EmailField(label="Work e-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="Password",
        help_text="At least 12 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_code(self) -> str:
        """Accept the server's own code, whatever its case or dashes."""
        given = self.cleaned_data["code"].upper().replace("-", "").strip()
        if not constant_time_compare(given, (queries.setup_code() or "").replace("-", "")):
            raise forms.ValidationError("This is not the code in the server's log.")
        return str(given)
