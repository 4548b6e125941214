"""How much may be asked for, counted by all processes of a service together.

The count is a row of the database, or a key of Redis where the queue of jobs lies there; either is
read and written in one step. Who asked is known to it by a keyed hash alone. Where it cannot be
asked, or nothing was kept here yet, each process counts for itself.
"""

import hmac
import logging
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.throttle import Allowance, Throttle
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.allowances import Spending
from ahorraluz.store.connections import sqlite_path

if TYPE_CHECKING:
    from redis import Redis

PREFIX = "ahorraluz:allowance:"
PRUNE_ONE_IN = 256
"""Of so many counts one deletes what says nothing any more."""
MS = 1_000
REDIS_S = 0.5
"""How long Redis may take: a visitor waits for it. [s]"""
AWAY_S = 30.0
"""After a failure Redis is left alone for so long. [s]"""
_SPEND = """
local now, cost, room = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local til = tonumber(redis.call('GET', KEYS[1]) or '0')
if til < now or til > tonumber(ARGV[4]) then til = now end
if til + cost > now + room then return {0, til} end
til = til + cost
if til > now then
  redis.call('SET', KEYS[1], string.format('%.0f', til), 'PX', string.format('%.0f', til - now))
end
return {1, til}
"""
_LOG = logging.getLogger("ahorraluz.limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So much at once, and so much more as time goes on."""

    name: str
    burst: float
    a_second: float


@dataclass(slots=True)
class Counter:
    """The count that all processes share, wherever it lies."""

    tools: Toolbox
    wall: Callable[[], float] = time.time
    _redis: "Redis | None" = None
    _away_until: float = field(default=0.0)

    def spend(
        self, budget: Budget, who: str, count: int = 1, *, at: float | None = None
    ) -> Allowance | None:
        """Take from a budget of somebody; ``None``: it cannot be counted together now.

        Parameters
        ----------
        budget
            How much there is.
        who
            An address, a name or a token.
        count
            How many to take; nought only looks.
        at
            The moment, in seconds since 1970; ``None``: now. [s]
        """
        now_ms = int((self.wall() if at is None else at) * MS)
        each_ms = math.ceil(MS / budget.a_second)
        room_ms = math.ceil(budget.burst * each_ms)
        try:
            key = self._key(budget, who)
            if key is None:
                return None
            spending = Spending(key=key, count=count, each_ms=each_ms, room_ms=room_ms)
            spent, until = self._spend(spending, now_ms)
        except AhorraLuzError as error:
            _LOG.warning("limits not counted together: %s", error.issue.code)
            return None
        busy_ms = max(0, until - now_ms) if until <= spending.latest_ms(now_ms) else 0
        wait_ms = 0 if spent else busy_ms + count * each_ms - room_ms
        return Allowance(
            wait_s=wait_ms / MS,
            left=max(0, int((room_ms - busy_ms) / each_ms)),
            full_s=busy_ms / MS,
        )

    def _key(self, budget: Budget, who: str) -> str | None:
        file = sqlite_path(self.tools.settings.database)
        if not self.tools.settings.queue_url and file is not None and not file.exists():
            # Nobody was ever here: counting makes no database.
            return None
        secret = self.tools.keyring.derive("limits")
        said = f"{budget.name}:{who}".encode("utf-8", "surrogatepass")
        return hmac.digest(secret, said, "sha256").hex()

    def _spend(self, spending: Spending, now_ms: int) -> tuple[bool, int]:
        if self.tools.settings.queue_url:
            return self._spend_on_redis(spending, now_ms)
        book = self.tools.store.people.allowances
        if spending.count == 0:
            return True, book.until(spending.key)
        if secrets.randbelow(PRUNE_ONE_IN) == 0:
            book.tidy(now_ms=now_ms)
        return book.spend(spending, now_ms=now_ms)

    def _spend_on_redis(self, spending: Spending, now_ms: int) -> tuple[bool, int]:
        try:
            from redis import Redis, RedisError
        except ImportError:
            raise AhorraLuzError("extra-missing", extra="redis") from None
        if time.monotonic() < self._away_until:
            raise AhorraLuzError("queue-unreachable")
        if self._redis is None:
            url, limit = self.tools.settings.queue_url, REDIS_S
            self._redis = Redis.from_url(
                url, socket_connect_timeout=limit, socket_timeout=limit, protocol=2
            )
        cost = spending.count * spending.each_ms
        try:
            told = self._redis.eval(
                _SPEND,
                1,
                PREFIX + spending.key,
                now_ms,
                cost,
                spending.room_ms,
                spending.latest_ms(now_ms),
            )
        except RedisError:
            self._away_until = time.monotonic() + AWAY_S
            # Its words may hold the address: they are repeated nowhere.
            raise AhorraLuzError("queue-unreachable") from None
        spent, until = told
        return bool(spent), int(until)


def share(throttle: Throttle, *, name: str, tools: Toolbox, lease: int = 1) -> None:
    """Let a throttle count together with those of other processes."""
    budget = Budget(name=name, burst=throttle.burst, a_second=throttle.pages_a_second)
    counter = Counter(tools)
    throttle.lease = lease

    def shared(key: str, count: int) -> Allowance | None:
        return counter.spend(budget, key, count)

    throttle.shared = shared


def spend(budget: Budget, who: str, *, tools: Toolbox, as_of: datetime) -> bool:
    """Take one of a budget; ``False``: nothing of it is left."""
    told = Counter(tools).spend(budget, who, at=as_of.timestamp())
    return told is None or told.wait_s <= 0


def anything_left(budget: Budget, who: str, *, tools: Toolbox, as_of: datetime) -> bool:
    """Tell whether anything of a budget is left, without taking it."""
    told = Counter(tools).spend(budget, who, 0, at=as_of.timestamp())
    return told is None or told.left >= 1
