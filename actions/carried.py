"""What is not asked again after "it is not this problem"."""

from __future__ import annotations

from actions.case import Case


async def carry_over(case: Case) -> None:
    """What he said about the ticket that he just took back counts for the problem he chose instead."""
    message = case.message
    if message.payload != f"intent:{message.intent}":
        return
    taken_back = next(iter(await case.ports.withdrawn_tickets()), None)
    if taken_back is None or message.intent not in (taken_back.details.get("neighbours") or ()):
        return
    said = taken_back.details.get("said")
    case.memory.said = [said] if isinstance(said, str) else [str(words) for words in said or ()]
    case.memory.heard = list(taken_back.details.get("heard") or ())
    case.memory.attachments = [str(a) for a in taken_back.details.get("attachments") or ()]
