"""Rate limits per customer and per address: token buckets in this process; and how many connections it may hold."""

from __future__ import annotations

import resource
import time
from collections import OrderedDict

from service.errors import ApiError
from service.settings import ConfigurationError, Settings

KEPT_BUCKETS = 50_000
VIEW_SECONDS = 600.0
"""An agent who has a conversation open and is told what is new in it looks at it once."""


FILES_BESIDE = 200
"""Files that a process needs beside its connections: libraries, database, models, threads."""


def allow_connections(wanted: int) -> None:
    """Raise this process's soft limit of open files as far as `wanted` connections need; each is one file.

    Raises:
        ConfigurationError: the system allows fewer; one line that says what to do.
    """
    needed = wanted + FILES_BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise ConfigurationError(
            f"YOUBAN_CONNECTIONS: {wanted} need {needed} open files, this system allows {hard}; "
            f"raise its limit (ulimit -Hn, LimitNOFILE) or ask for fewer"
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


class Bucket:
    """Allows `per_minute` calls a minute for each key, with bursts up to that number."""

    def __init__(self, per_minute: int) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60.0
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """Take one; 0 when allowed, else the seconds to wait."""
        level, at = self._levels.pop(key, (self._capacity, now))
        level = min(self._capacity, level + (now - at) * self._per_second)
        allowed = level >= 1.0
        self._levels[key] = (level - 1.0 if allowed else level, now)
        while len(self._levels) > KEPT_BUCKETS:
            self._levels.popitem(last=False)
        return 0.0 if allowed else (1.0 - level) / self._per_second


class Once:
    """Says yes once for each key within `seconds`: what is worth a line in a log, but not one each time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._said: OrderedDict[str, float] = OrderedDict()

    def first(self, key: str, now: float) -> bool:
        """Whether nobody asked for `key` within the last `seconds` with the answer yes."""
        said = self._said.get(key)
        if said is not None and now - said < self._seconds:
            return False
        self._said[key] = now
        self._said.move_to_end(key)
        while len(self._said) > KEPT_BUCKETS:
            self._said.popitem(last=False)
        return True


class RateLimits:
    """The limits of the settings."""

    def __init__(self, settings: Settings) -> None:
        self.customer = Bucket(settings.customer_rate)
        self.address = Bucket(settings.address_rate)
        self.login = Bucket(settings.login_rate)
        self.code = Bucket(settings.code_rate)
        self.views = Once(VIEW_SECONDS)

    @staticmethod
    def require(bucket: Bucket, key: str) -> None:
        """Raise ApiError 429 with the time to wait when `key` is over its limit."""
        wait = bucket.take(key, time.monotonic())
        if wait > 0:
            seconds = max(1, round(wait))
            raise ApiError(429, "too_many", f"操作太频繁了，请 {seconds} 秒后再试", {"Retry-After": str(seconds)})
