"""What an agent most probably writes when he is done, so that a key press confirms it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Mapping

RESULTS: Mapping[str, str] = {"solved": "已解决", "ticket": "已建工单跟进", "unsolved": "未解决"}

TAGS: tuple[str, ...] = ("已道歉", "已补偿", "教会操作", "需回访", "投诉风险", "产品建议")
"""Offered beside what the conversation is about."""
MOST_TAGS = 8

EXPLAINED = "misunderstanding"
_CAUSES: Mapping[str, str] = {
    "coupon_not_received": "data_delay",
    "coupon_unusable": "unclear_wording",
    "discount_not_applied": "config_error",
    "location_discount_failed": "product_defect",
    "paid_not_fueled": "station_equipment",
    "payment_failed": "payment_channel",
    "duplicate_charge": "payment_channel",
    "amount_mismatch": "station_equipment",
    "wrong_selection": "operating_error",
    "refund_progress": "bank_delay",
    "recharge_not_arrived": "data_delay",
    "points_refuel_failed": "product_defect",
    "points_missing": "data_delay",
    "points_stolen": "fraud_external",
    "redeem_failed": "supplier_stock",
    "redeem_code_invalid": "partner_code",
    "redeem_logistics": "carrier_delay",
    "invoice_problem": "operating_error",
    "card_bind_failed": "customer_account",
    "card_lost_or_frozen": "customer_account",
    "login_problem": "customer_network",
    "account_security": "fraud_external",
    "station_complaint": "station_staff",
    "oil_quality_complaint": "oil_quality",
    "safety_emergency": "station_equipment",
    "app_error": "product_defect",
    "complaint_general": "late_handling",
}


def likely_result(has_open_ticket: bool, agent_spoke: bool) -> str:
    """`ticket` while a ticket is open; `unsolved` when nobody answered the customer."""
    if has_open_ticket:
        return "ticket"
    return "solved" if agent_spoke else "unsolved"


def likely_cause(label: str | None, known: Collection[str]) -> str | None:
    """The root cause of most conversations about `label` (`intent:…`, `faq:…`), if the table in force knows it."""
    name = label.removeprefix("intent:") if label else ""
    cause = _CAUSES.get(name, EXPLAINED)
    return cause if cause in known else None


def cleaned_tags(tags: Sequence[str]) -> list[str]:
    """Without blanks, repeats and leading number signs, at most `MOST_TAGS`."""
    kept = (tag.strip().lstrip("#＃").strip()[:20] for tag in tags)
    return list(dict.fromkeys(tag for tag in kept if tag))[:MOST_TAGS]
