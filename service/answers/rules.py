"""Pure decisions: which words answer a Decision. Nothing here reads the clock, the database or the network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Mapping, Sequence

from contracts.assistant import AssistantOutcome
from contracts.conversation import Button, Reply
from contracts.decision import Decision, Kind
from contracts.effects import AddToTicket, Effect, EndDialogue, FileTicket, HandOff
from contracts.knowledge import Article
from contracts.progress import ticket_card
from contracts.taxonomy import Taxonomy
from contracts.tickets import TicketStatus, TicketView
from knowledge_base.replies import Replies

HUMAN, CANCEL, NEXT, ASSISTANT = "human", "cancel", "next", "assistant"
_PREFIXED = {"anxious", "dissatisfied", "angry"}


@dataclass(frozen=True)
class DialogueChange:
    """What happens to the open dialogue. `ended` is its outcome; otherwise the step's state is kept."""

    ended: str | None = None
    problem: str | None = None
    step: AssistantOutcome | None = None
    question: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Plan:
    """What a turn will commit. `outcome` is for the escalation policy: ok, not_understood or no_progress."""

    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...] = ()
    outcome: str = "ok"
    dialogue: DialogueChange | None = None
    second_problem: str | None = None
    clear_second: bool = False
    leave_queue: bool = False
    # The words already answer the feeling (a flow's own do).
    voiced: bool = False


@dataclass(frozen=True)
class Voice:
    """The texts and titles that replies are made of."""

    replies: Replies
    taxonomy: Taxonomy
    variant: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        return self.replies.say(key, self.variant, **values)

    def knows(self, key: str) -> bool:
        return self.replies.knows(key)

    def title(self, label: str) -> str:
        """What a label is called."""
        kind, name = label.split(":", 1)
        if kind == "faq":
            # What editors published later is no question of the taxonomy: its own title names it.
            question = self.taxonomy.questions.get(name)
            return question.text if question is not None else self.titles.get(name, name)
        return self.taxonomy.intents[name].title

    def human_button(self) -> Button:
        return Button(self.say("button_human"), HUMAN)


def article_reply(article: Article, voice: Voice) -> Reply:
    """An article as a message: the answer and its steps in words, the whole as a card."""
    lines = [article.summary, *(f"{n}. {step}" for n, step in enumerate(article.steps, start=1))]
    buttons = tuple(Button(voice.title(f"intent:{i}"), f"intent:{i}") for i in article.intents[:2])
    card = {
        "type": "article",
        "id": article.id,
        "title": article.title,
        "summary": article.summary,
        "steps": list(article.steps),
        "body": article.body,
        "media": [dict(m) for m in article.media],
    }
    return Reply("\n".join(lines), source=f"faq:{article.id}", buttons=buttons, card=card)


def clarify_reply(decision: Decision, voice: Voice, choices: int = 3, *, again: bool = False) -> Reply:
    """One short question with a button for each close candidate, and a way to a person; `again`: second in a row."""
    labels = [c.label for c in decision.alternatives if not c.label.endswith(":out_of_scope")][:choices]
    buttons = [Button(voice.title(label), label) for label in labels]
    return Reply(
        voice.say("clarify_again" if again else "clarify"), source="clarify", buttons=(*buttons, voice.human_button())
    )


def ask_again(question: Mapping[str, Any], voice: Voice) -> Reply:
    """The form's open question once more, after something else was answered."""
    return Reply(
        voice.say("still_asking", question=question["text"]),
        source=question.get("source"),
        buttons=tuple(Button(b["title"], b["payload"]) for b in question.get("buttons", ())),
        card=question.get("card"),
    )


def question_of(reply: Reply) -> dict[str, Any]:
    """What is kept of a reply that ends with a question."""
    return {
        "text": reply.text,
        "source": reply.source,
        "buttons": [{"title": b.title, "payload": b.payload} for b in reply.buttons],
        "card": dict(reply.card) if reply.card is not None else None,
    }


def chat_reply(decision: Decision, voice: Voice) -> Reply:
    return Reply(voice.say(decision.name), source=decision.label)


def handoff_plan(reason: str, rule: str, voice: Voice, *, department: str | None = None, priority: str = "P2") -> Plan:
    """A person is asked for: the words that fit the reason; the queue's place is added at the commit."""
    key = {"dissatisfied": "dissatisfied_handoff"}.get(reason, reason)
    return Plan(
        replies=(Reply(voice.say(key), source="handoff"),),
        effects=(HandOff(reason=reason, rule=rule, department=department, priority=priority),),
        dialogue=DialogueChange(ended="handed_off"),
    )


def with_filed(plan: Plan, flow: Plan) -> Plan:
    """A hand-off that also files what the flow could file without asking; otherwise the hand-off alone."""
    if not any(isinstance(e, (FileTicket, AddToTicket)) for e in flow.effects):
        return plan
    filed = tuple(e for e in flow.effects if not isinstance(e, (EndDialogue, HandOff)))
    # Questions are left to the person.
    asks = flow.dialogue is not None and flow.dialogue.question is not None
    told = tuple(replace(r, buttons=()) for r in (flow.replies[:-1] if asks else flow.replies))
    return replace(plan, replies=(*plan.replies, *told), effects=(*filed, *plan.effects))


def step_plan(problem: str, step: AssistantOutcome, voice: Voice) -> Plan:
    """What a turn of a flow said and wants."""
    ended = next((e.outcome for e in step.effects if isinstance(e, EndDialogue)), None)
    if ended is None and step.active_loop is None:
        ended = "solved"
    if ended is not None:
        change = DialogueChange(ended=ended, problem=problem)
        return Plan(step.replies, step.effects, outcome=step.outcome or "ok", dialogue=change, voiced=True)
    question = question_of(step.replies[-1]) if step.requested_slot and step.replies else None
    change = DialogueChange(problem=problem, step=step, question=question)
    return Plan(step.replies, step.effects, outcome=step.outcome or "ok", dialogue=change, voiced=True)


def written_down(ticket: FileTicket, due_text: str, voice: Voice) -> Plan:
    """The assistant is down: the problem became a ticket, and a person is offered."""
    department = voice.taxonomy.departments[ticket.department]
    words = [voice.say("ticket_written_down", number=ticket.number, department=department, due=due_text)]
    if voice.knows(f"advice_{ticket.category}"):
        words.insert(0, voice.say(f"advice_{ticket.category}"))
    view = TicketView(
        number=ticket.number,
        category=ticket.category,
        department=ticket.department,
        priority=ticket.priority,
        status=TicketStatus.ACCEPTED,
        summary=ticket.summary,
        created_at=datetime.fromisoformat(ticket.created_at),
        due_at=datetime.fromisoformat(ticket.due_at),
    )
    reply = Reply(
        "\n".join(words),
        source=f"intent:{ticket.category}",
        buttons=(voice.human_button(),),
        card=ticket_card(voice.taxonomy, view),
    )
    return Plan((reply,), (ticket,), dialogue=DialogueChange(ended="filed", problem=ticket.category))


def written_to_open_ticket(category: str, addition: AddToTicket, due_text: str, voice: Voice) -> Plan:
    """The assistant is down, and the same problem has a ticket already."""
    text = voice.say("ticket_already_open", number=addition.number, due=due_text)
    reply = Reply(text, source=f"intent:{category}", buttons=(voice.human_button(),))
    return Plan((reply,), (addition,), dialogue=DialogueChange(ended="filed", problem=category))


def with_feeling(plan: Plan, sentiment: str, kind: Kind, voice: Voice) -> Plan:
    """Listen and empathise before the plan: one short sentence where the customer is not calm."""
    if (
        sentiment not in _PREFIXED
        or not plan.replies
        or plan.voiced
        or kind in (Kind.HANDOFF, Kind.OUT_OF_SCOPE, Kind.CHAT)
    ):
        return plan
    if any(isinstance(e, HandOff) and e.reason != "critical_intent" for e in plan.effects):
        return plan
    first = plan.replies[0]
    return replace(
        plan, replies=(replace(first, text=f"{voice.say(f'sentiment_{sentiment}')}{first.text}"), *plan.replies[1:])
    )


def with_button(plan: Plan, button: Button) -> Plan:
    """`plan` with a button under its last message, once."""
    if not plan.replies or any(b.payload == button.payload for r in plan.replies for b in r.buttons):
        return plan
    last = plan.replies[-1]
    return replace(plan, replies=(*plan.replies[:-1], replace(last, buttons=(*last.buttons, button))))


def with_second(plan: Plan, remembered: str | None, voice: Voice) -> Plan:
    """After the first problem is done, the remembered second one is offered."""
    if remembered is None or plan.dialogue is None or plan.dialogue.ended not in ("filed", "solved"):
        return plan
    offer = Reply(
        voice.say("second_problem", title=voice.title(remembered)),
        source="second",
        buttons=(Button(voice.say("button_next"), NEXT), Button(voice.say("button_no"), CANCEL)),
    )
    return replace(plan, replies=(*plan.replies, offer))


def queue_text(place: int, estimate_minutes: int | None, voice: Voice) -> str:
    if estimate_minutes is not None:
        return voice.say("queue_place_estimate", place=place, minutes=estimate_minutes)
    return voice.say("queue_next") if place == 1 else voice.say("queue_place", place=place, ahead=place - 1)


_UNSPECIFIC = frozenset({"human_agent", "callback_request", "complaint_general"})


def problem_of(labels: Sequence[str], taxonomy: Taxonomy) -> str | None:
    """The label of the newest business that a ticket could be about; None when none was told."""
    for label in reversed(labels):
        spec = taxonomy.intents.get(label.removeprefix("intent:")) if label.startswith("intent:") else None
        if spec is not None and spec.department is not None and spec.group != "ticket" and spec.id not in _UNSPECIFIC:
            return label
    return None


def repeats_article(article_id: str, recent_labels: Sequence[str]) -> bool:
    """Whether this article was the answer to the turn before already."""
    return f"faq:{article_id}" in recent_labels[-1:]
