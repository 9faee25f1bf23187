"""What is personal on a customer's card, plain and masked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from contracts.platform import Customer, Invoice, InvoiceTitle
from service.privacy import mask, mask_name

SHOWN = 4


@dataclass(frozen=True)
class Personal:
    """One piece of personal data. `field` is unique on the card: `phone`, `plate:0`, `email:<title>`, …"""

    field: str
    label: str
    plain: str
    masked: str


def personal(
    customer: Customer, titles: Sequence[InvoiceTitle] = (), invoices: Sequence[Invoice] = ()
) -> tuple[Personal, ...]:
    """What is masked on the card and may be looked at one by one."""
    found = [
        Personal("name", "姓名", customer.name, mask_name(customer.name)),
        Personal("phone", "手机", customer.phone, mask(customer.phone)),
    ]
    found += [Personal(f"plate:{i}", "车牌", plate, mask(plate)) for i, plate in enumerate(customer.plates)]
    found += [Personal(f"email:{t.id}", "发票邮箱", t.email, mask_email(t.email)) for t in titles if t.email]
    for invoice in invoices:
        if invoice.tax_number is None:
            found.append(Personal(f"invoice:{invoice.id}", "发票抬头", invoice.title, mask_name(invoice.title)))
        else:
            found.append(Personal(f"tax:{invoice.id}", "税号", invoice.tax_number, mask_middle(invoice.tax_number)))
    return tuple(found)


def mask_email(address: str) -> str:
    """`wang@example.com` → `w***@example.com`."""
    name, at, host = address.partition("@")
    return f"{name[:1]}***{at}{host}" if at else mask_middle(address)


def mask_middle(text: str) -> str:
    """The first and last characters of an id, `wx_o****3kQ9`; a short one shows less."""
    shown = min(SHOWN, len(text) // 4)
    return f"{text[:shown]}****{text[len(text) - shown :]}" if shown else "****"


def veiled(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of the platform as it may be shown: numbers in its words masked, codes of gifts left out."""
    shown = {
        name: mask(value) if isinstance(value, str) and name not in _IDS else value for name, value in record.items()
    }
    if shown.get("code"):
        shown["code"] = mask_middle(str(shown["code"]))
    if shown.get("email"):
        shown["email"] = mask_email(str(record["email"]))
    if "tax_number" in shown:
        if shown["tax_number"] is None:
            shown["title"] = mask_name(str(shown["title"]))
        else:
            shown["tax_number"] = mask_middle(str(record["tax_number"]))
    return shown


_IDS = frozenset({"id", "order_id", "used_order_id", "coupon_id", "station_id"})
"""Numbers of records are long, but nobody's."""
