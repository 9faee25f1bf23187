"""The patterns behind `intent_router.entities`, one file for each family of entities.

Every finder takes a normalised text and yields `Found`; overlaps are settled in one place, by rank.
"""
