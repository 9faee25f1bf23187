"""One text and its context → one Decision: the tiers, feelings, calibration, escalation policy, evaluation."""

from __future__ import annotations

from intent_router import escalation
from intent_router.router import Router, Routing

__all__ = ["Router", "Routing", "escalation"]
