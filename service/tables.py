"""All tables together, for migrations."""

from __future__ import annotations

from service.agents.models import agent_sessions, agents, shifts
from service.articles.models import article_drafts, article_versions, fact_versions, knowledge_changes, live_articles
from service.attachments.models import attachment_readings
from service.audit.models import audit_log
from service.callbacks.models import callback_attempts, callbacks
from service.channels.binding.models import binding_codes, channel_bindings
from service.channels.exchange.models import channel_addresses, channel_receipts, channel_sends
from service.channels.outgoing.models import hook_deliveries, hooks
from service.channels.wechat.models import channel_tokens
from service.conversations.models import attachments, channel_identities, contacts, conversations, dialogues, messages
from service.delivery.models import outbox
from service.feedback.models import article_feedback, customer_preferences, page_offers
from service.guests.models import phone_codes
from service.handoff.models import handoffs
from service.inbox.models import agent_notices
from service.notes.models import internal_notes
from service.policies.models import compensations, policy_versions
from service.ratings.models import ratings
from service.reading.models import read_marks
from service.remedies.models import remedies
from service.replies.models import canned_replies
from service.robots.models import robot_calls, robots
from service.search.models import search_entries
from service.tickets.models import (
    ticket_causes,
    ticket_events,
    ticket_incidents,
    ticket_links,
    ticket_notices,
    ticket_numbers,
    ticket_parties,
    ticket_proposals,
    ticket_rulings,
    ticket_timers,
    tickets,
)
from service.turns.models import turns
from service.watchers.models import platform_events, watches
from service.wrapups.models import wrap_ups

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
    ticket_numbers,
    ticket_timers,
    ticket_notices,
    ticket_causes,
    ticket_incidents,
    ticket_links,
    ticket_parties,
    ticket_rulings,
    ticket_proposals,
    handoffs,
    callbacks,
    callback_attempts,
    agents,
    agent_sessions,
    audit_log,
    shifts,
    internal_notes,
    canned_replies,
    ratings,
    search_entries,
    outbox,
    channel_addresses,
    channel_receipts,
    channel_sends,
    channel_tokens,
    channel_bindings,
    binding_codes,
    hooks,
    hook_deliveries,
    robots,
    robot_calls,
    policy_versions,
    compensations,
    remedies,
    platform_events,
    watches,
    article_drafts,
    article_versions,
    fact_versions,
    live_articles,
    knowledge_changes,
    phone_codes,
    page_offers,
    article_feedback,
    customer_preferences,
    attachment_readings,
    wrap_ups,
    read_marks,
    agent_notices,
)
