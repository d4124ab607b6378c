"""Rules in CEL behind one small interface; a rule that cannot be evaluated never passes."""

from remit.policy.rule import Environment, Rule, Verdict

__all__ = ["Environment", "Rule", "Verdict"]
