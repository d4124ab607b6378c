"""What the worker has done, so that nothing is done twice."""

from __future__ import annotations

from django.db import models


class Reaction(models.Model):
    """A reaction to an event that has run; written in the reaction's own transaction."""

    event = models.ForeignKey("ledger.Event", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    done_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event", "name"], name="jobs_reaction_once"),)
