"""Tables of value: costs as they arise, unit economics, and estimates from randomised outcomes."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from remit.ledger.models import Governed


class UnitEconomics(Governed):
    """What one decision is worth by action and outcome, stated by a finance partner; never guessed."""

    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="unit_economics")
    payoffs = models.JSONField(help_text="Rows of action, outcome, amount, and why.")
    currency = models.CharField(max_length=3)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    source = models.TextField()
    valid_from = models.DateTimeField()


class CostEntry(Governed):
    """Money spent on a model: compute, people, licences; dated, with its source."""

    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="costs")
    version = models.ForeignKey(
        "inventory.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="costs"
    )
    category = models.CharField(
        max_length=12, choices=[(c, c) for c in ("compute", "people", "licence", "data", "governance")]
    )
    phase = models.CharField(max_length=12, choices=[(p, p) for p in ("build", "run", "govern", "retire")])
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=20, help_text="hour, decision, GiB-month")
    source = models.CharField(max_length=200)
    incurred_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["use_case", "incurred_at"], name="value_cost_by_time"),)


class Estimate(Governed):
    """The measured difference of a variant against a control, over a window, with its interval."""

    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="estimates")
    version = models.ForeignKey("inventory.Version", on_delete=models.PROTECT, related_name="estimates")
    control = models.CharField(max_length=120)
    economics = models.ForeignKey(UnitEconomics, on_delete=models.PROTECT, related_name="estimates")
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    n_treated = models.IntegerField()
    n_control = models.IntegerField()
    per_decision = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    decisions = models.IntegerField(help_text="Decisions of the variant in the window, to which it applies.")
    status = models.CharField(max_length=20)
    estimated_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["use_case", "-window_to"], name="value_latest_estimate"),)
