"""How much one address, or one key, may ask for: a bucket of tokens each, in memory."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

BURST = 120
"""Pages at once. Many phones share one address behind a mobile carrier."""
PAGES_A_SECOND = 2.0
MOST_ADDRESSES = 20_000
"""Addresses remembered; the one longest unseen is forgotten first."""
HOME_PREFIX = 64
"""Bits of an IPv6 address that name the home or phone; the rest it chooses itself."""


@dataclass(slots=True)
class Throttle:
    """Buckets by address; safe to share between threads."""

    burst: float = BURST
    pages_a_second: float = PAGES_A_SECOND
    most_addresses: int = MOST_ADDRESSES
    _buckets: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stricter(self, times: float) -> "Throttle":
        """Return another throttle with so many times fewer at once, and far fewer later on."""
        return Throttle(
            burst=max(1.0, self.burst / times),
            pages_a_second=self.pages_a_second / times**2,
            most_addresses=self.most_addresses,
        )

    def seconds_to_wait(self, address: str, *, now: float) -> float:
        """Take one token of ``address`` and return zero, or how long until there is one.

        Parameters
        ----------
        address
            Address of the client, as the server sees it.
        now
            A clock that never goes back. [s]
        """
        return self.take(address, now=now).wait_s

    def take(self, address: str, *, now: float) -> "Allowance":
        """Take one token of ``address``, an address or any other name; as `seconds_to_wait`."""
        key = sender_of(address)
        with self._lock:
            tokens, seen = self._buckets.pop(key, (self.burst, now))
            tokens = min(self.burst, tokens + (now - seen) * self.pages_a_second)
            allowed = tokens >= 1
            tokens -= allowed
            self._buckets[key] = (tokens, now)
            while len(self._buckets) > self.most_addresses:
                self._buckets.popitem(last=False)
        return Allowance(
            wait_s=0.0 if allowed else (1 - tokens) / self.pages_a_second,
            left=int(tokens),
            full_s=(self.burst - tokens) / self.pages_a_second,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left to somebody who asked."""

    wait_s: float
    """Until the next is answered; nought: this one is. [s]"""
    left: int
    full_s: float
    """Until everything may be asked for again. [s]"""


@lru_cache(maxsize=MOST_ADDRESSES)
def sender_of(address: str) -> str:
    """Return who is behind an address: of IPv6 the network, all of which is one sender's."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(int(parsed) >> (128 - HOME_PREFIX))
    return str(parsed)
