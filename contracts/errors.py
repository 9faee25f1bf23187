"""Errors that several rooms raise or handle."""

from __future__ import annotations


class YoubanError(Exception):
    """Base of all errors of this project; `str(error)` is safe to log."""


class ContractError(YoubanError):
    """Data does not have the shape that a contract of this package promises."""


class NotReady(YoubanError):
    """A part that is needed (model, index, assistant) is not there yet; trying again later is sensible."""


class AssistantUnavailable(NotReady):
    """The Rasa process does not answer, answers too late, or one of the turn's actions failed."""


class PlatformUnavailable(YoubanError):
    """The fuel platform does not answer; a flow says what it could not check and goes on."""


class NotFound(YoubanError):
    """What was asked for does not exist, or is not visible to who asks."""
