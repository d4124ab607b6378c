"""Forms about custom fields."""

from __future__ import annotations

from typing import Any

from django import forms

from remit.inventory.rules import kinds
from remit.people import queries as people
from remit.web.model.fields import Names
from remit.web.templatetags.remit_ui import stage_label

_TYPES = (
    ("text", "Text"),
    ("number", "Number"),
    ("boolean", "Yes or no"),
    ("date", "Day"),
    ("choice", "One of several"),
    ("person", "Person"),
    ("address", "Web address"),
    ("computed", "Computed"),
)
_STAGES = ("intake", "development", "ready", "validation", "approval", "deployment", "in_business")
_OF_TYPE = {"minimum": {"number"}, "maximum": {"number"}, "choices": {"choice"}, "formula": {"computed"}}


class FieldForm(forms.Form):
    """How a custom field is laid out; what does not apply to its type is left out."""

    label = forms.CharField(max_length=80, help_text="What people read.")
    help = forms.CharField(max_length=300, required=False, help_text="A sentence under the field.")
    choices = Names(required=False, help_text="Separated by commas; for one of several.")
    minimum = forms.FloatField(required=False, label="At least", help_text="For a number.")
    maximum = forms.FloatField(required=False, label="At most", help_text="For a number.")
    formula = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "rm-mono"}),
        help_text="CEL over use_case, model, version and custom; for a computed field.",
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Of which kinds",
        help_text="All, if none is chosen.",
    )
    unit = forms.ModelChoiceField(
        queryset=None, required=False, label="Line of business", empty_label="The whole organisation"
    )
    required_from = forms.ChoiceField(
        required=False, label="Required from", help_text="Until it has a value, the record is incomplete."
    )
    restricted = forms.BooleanField(required=False, label="Read only by those who may read contracts")
    order = forms.IntegerField(min_value=0, max_value=9999, initial=100, help_text="Lower comes first.")

    def __init__(self, *args: Any, type_: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(kind, kinds.schema(kind)["title"]) for kind in kinds.names()]
        self.fields["unit"].queryset = people.units()
        stages = [(stage, stage_label(stage)) for stage in _STAGES]
        self.fields["required_from"].choices = [("", "Never"), *stages]
        for name, types in _OF_TYPE.items():
            if type_ and type_ not in types:
                del self.fields[name]

    @staticmethod
    def said_of(definition: Any) -> dict[str, Any]:
        """Return what the form says of a field that is there."""
        return {name: getattr(definition, name) for name in FieldForm.base_fields}

    def layout(self) -> dict[str, Any]:
        """Return the layout as actions read it."""
        return {name: self.cleaned_data[name] for name in FieldForm.base_fields if name in self.cleaned_data}


class NewFieldForm(FieldForm):
    """A custom field: of what, its key and its type, and how it is laid out."""

    of = forms.ChoiceField(choices=[("model", "Models"), ("use_case", "Use cases")], label="Of")
    key = forms.CharField(
        max_length=40,
        help_text="What imports, exports and the API call it: cost_centre.",
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    type = forms.ChoiceField(choices=_TYPES)

    field_order = ("label", "of", "key", "type", "help")

    def definition(self) -> dict[str, Any]:
        """Return the field as actions read it."""
        given = {name: self.cleaned_data[name] for name in ("of", "key")}
        return given | {"type_": self.cleaned_data["type"]} | self.layout()
