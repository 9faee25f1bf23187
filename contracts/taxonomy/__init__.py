"""The fixed ids and meanings: intents, FAQ questions, sentiment labels, ticket priorities."""

from contracts.taxonomy.loader import (
    Category,
    IntentSpec,
    PrioritySpec,
    Question,
    SentimentLabel,
    Taxonomy,
    load_taxonomy,
)

__all__ = [
    "Category",
    "IntentSpec",
    "PrioritySpec",
    "Question",
    "SentimentLabel",
    "Taxonomy",
    "load_taxonomy",
]
