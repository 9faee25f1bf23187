"""A circuit breaker: a platform that does not answer is left alone for a while. Time (seconds) is passed in."""

from __future__ import annotations

FAILURES = 5
FIRST_REST = 2.0
LONGEST_REST = 60.0


class Breaker:
    """Closed: every call may go. Open: none, until its rest is over. Then one call tries, and decides."""

    def __init__(self, failures: int = FAILURES, rest: float = FIRST_REST) -> None:
        self._allowed_failures = failures
        self._first_rest = rest
        self._rest = rest
        self._failures = 0
        self._open_until: float | None = None
        self._trying = False

    def may(self, now: float) -> bool:
        """Whether a call may go now; who was allowed must say how it went."""
        if self._open_until is None:
            return True
        if now < self._open_until or self._trying:
            return False
        self._trying = True
        return True

    def went_well(self) -> None:
        self._failures, self._open_until, self._trying, self._rest = 0, None, False, self._first_rest

    def went_wrong(self, now: float) -> None:
        self._failures += 1
        if self._trying:
            self._rest = min(self._rest * 2, LONGEST_REST)
        if self._trying or self._failures >= self._allowed_failures:
            self._open_until = now + self._rest
        self._trying = False

    def gave_up(self) -> None:
        """The call ended without an answer to learn from (it was cancelled)."""
        self._trying = False

    def is_open(self, now: float) -> bool:
        return self._open_until is not None and now < self._open_until
