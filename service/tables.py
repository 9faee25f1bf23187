"""All tables together, for migrations."""

from __future__ import annotations

from service.agents.models import agent_sessions, agents, audit_log
from service.articles.models import article_drafts, article_versions, fact_versions, knowledge_changes, live_articles
from service.conversations.models import attachments, channel_identities, contacts, conversations, dialogues, messages
from service.delivery.models import outbox
from service.handoff.models import handoffs
from service.policies.models import compensations, policy_versions
from service.tickets.models import ticket_events, tickets
from service.turns.models import turns

ALL = (
    contacts,
    channel_identities,
    conversations,
    messages,
    dialogues,
    attachments,
    turns,
    tickets,
    ticket_events,
    handoffs,
    agents,
    agent_sessions,
    audit_log,
    outbox,
    policy_versions,
    compensations,
    article_drafts,
    article_versions,
    fact_versions,
    live_articles,
    knowledge_changes,
)
