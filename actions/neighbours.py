"""Problems that touch one another: what "it is not this problem" may mean instead."""

from __future__ import annotations

from typing import Mapping, Sequence

from contracts.taxonomy import load_taxonomy
from contracts.taxonomy.loader import CHAT_GROUP

_MOST = 3
_TOUCHING: Mapping[str, tuple[str, ...]] = {
    "coupon_not_received": ("coupon_unusable", "points_missing", "refund_progress"),
    "coupon_unusable": ("discount_not_applied", "coupon_not_received", "location_discount_failed"),
    "discount_not_applied": ("coupon_unusable", "location_discount_failed", "amount_mismatch"),
    "location_discount_failed": ("discount_not_applied", "coupon_unusable", "wrong_selection"),
    "paid_not_fueled": ("payment_failed", "points_refuel_failed", "refund_request"),
    "payment_failed": ("paid_not_fueled", "duplicate_charge", "app_error"),
    "duplicate_charge": ("amount_mismatch", "payment_failed", "refund_request"),
    "amount_mismatch": ("discount_not_applied", "duplicate_charge", "station_complaint"),
    "wrong_selection": ("refund_request", "amount_mismatch", "oil_quality_complaint"),
    "refund_request": ("refund_progress", "wrong_selection", "paid_not_fueled"),
    "refund_progress": ("refund_request", "duplicate_charge", "ticket_progress"),
    "recharge_not_arrived": ("payment_failed", "duplicate_charge", "card_lost_or_frozen"),
    "points_refuel_failed": ("points_missing", "payment_failed", "paid_not_fueled"),
    "points_missing": ("points_explain", "points_stolen", "points_query"),
    "points_stolen": ("points_missing", "account_security", "points_query"),
    "points_explain": ("points_missing", "points_query", "discount_not_applied"),
    "redeem_failed": ("redeem_code_invalid", "redeem_logistics", "points_missing"),
    "redeem_code_invalid": ("redeem_failed", "redeem_logistics", "coupon_unusable"),
    "redeem_logistics": ("redeem_failed", "redeem_code_invalid", "points_missing"),
    "invoice_apply": ("invoice_problem", "order_query", "refund_request"),
    "invoice_problem": ("invoice_apply", "order_query", "amount_mismatch"),
    "card_bind_failed": ("card_lost_or_frozen", "login_problem", "recharge_not_arrived"),
    "card_lost_or_frozen": ("card_bind_failed", "account_security", "recharge_not_arrived"),
    "login_problem": ("account_change", "account_security", "app_error"),
    "account_change": ("login_problem", "privacy_request", "card_bind_failed"),
    "account_security": ("points_stolen", "login_problem", "card_lost_or_frozen"),
    "station_complaint": ("oil_quality_complaint", "amount_mismatch", "discount_not_applied"),
    "oil_quality_complaint": ("station_complaint", "wrong_selection", "amount_mismatch"),
    "safety_emergency": ("station_complaint", "oil_quality_complaint"),
    "app_error": ("payment_failed", "login_problem", "location_discount_failed"),
    "complaint_general": ("station_complaint", "refund_request", "callback_request"),
    "privacy_request": ("account_change", "account_security"),
}


def neighbours(intent: str, thought_of: Sequence[str] = ()) -> tuple[str, ...]:
    """Intents that may be meant instead of `intent`: first those the router thought of, then those that touch it."""
    intents = load_taxonomy().intents
    known = [i for i in (*thought_of, *_TOUCHING.get(intent, ())) if i in intents and intents[i].group != CHAT_GROUP]
    return tuple(dict.fromkeys(i for i in known if i != intent))[:_MOST]
