"""How much one address, or one key, may ask for: a bucket of tokens each.

The buckets are in memory, of one process. Where it matters that several processes count together
a throttle asks a shared count as well, after its own: what a process refuses costs nothing there.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left to somebody who asked."""

    wait_s: float
    """Until the next is answered; nought: this one is. [s]"""
    left: int
    full_s: float
    """Until everything may be asked for again. [s]"""


Shared = Callable[[str, int], Allowance | None]
"""Takes so many tokens of a sender from a count that all processes share; ``None``: it cannot."""


@dataclass(slots=True)
class Throttle:
    """Buckets by address; safe to share between threads."""

    burst: float = BURST
    pages_a_second: float = PAGES_A_SECOND
    most_addresses: int = MOST_ADDRESSES
    shared: Shared | None = None
    lease: int = 1
    """Tokens taken from the shared count at once, so that not each request asks for one."""
    _stock: "OrderedDict[str, int]" = field(default_factory=OrderedDict)
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

    def take(self, address: str, *, now: float) -> Allowance:
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
        own = Allowance(
            wait_s=0.0 if allowed else (1 - tokens) / self.pages_a_second,
            left=int(tokens),
            full_s=(self.burst - tokens) / self.pages_a_second,
        )
        return self._together(key, own) if allowed and self.shared is not None else own

    def _together(self, key: str, own: Allowance) -> Allowance:
        """Take a token of the shared count, too: one in stock, or some for the next requests."""
        with self._lock:
            stock = self._stock.pop(key, 0)
            if stock > 1:
                self._stock[key] = stock - 1
        if stock or self.shared is None:
            return own
        count, told = self.lease, self.shared(key, self.lease)
        if told is not None and told.wait_s > 0 and count > 1:
            # Fewer than a lease may be left.
            count, told = 1, self.shared(key, 1)
        if told is None:
            return own
        if told.wait_s > 0:
            return told
        self._keep(key, count - 1)
        left = min(own.left, told.left + count - 1)
        return Allowance(wait_s=0.0, left=left, full_s=max(own.full_s, told.full_s))

    def _keep(self, key: str, count: int) -> None:
        with self._lock:
            if count:
                self._stock[key] = self._stock.pop(key, 0) + count
            while len(self._stock) > self.most_addresses:
                self._stock.popitem(last=False)


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
