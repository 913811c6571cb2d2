"""What `ckreg doctor` finds: one small rule a check, from facts to a finding."""

from ckreg.core.health.finding import Finding, State, ok, warn, worst, wrong

__all__ = ["Finding", "State", "ok", "warn", "worst", "wrong"]
