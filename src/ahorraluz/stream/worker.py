"""Who takes live readings in: messages kept as they come, sums made, homes watched."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.live.devices import ROOT
from ahorraluz.services.live.taking_in import Intake
from ahorraluz.services.live.watching import Watching
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.stream.broker import Broker, Version
from ahorraluz.stream.subscriber import Subscriber
from ahorraluz.telemetry import LiveMeters

if TYPE_CHECKING:
    from ahorraluz.stream.bulk_client import Received

GROUP = "ahorraluz"
"""Name under which workers share what comes."""
SETTLE_EVERY_S = 5.0
AGE_EVERY_S = 3_600.0
TICK_EVERY_S = 60.0
FOLLOW_EVERY_S = 5.0

log = logging.getLogger("ahorraluz.stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to do again and again."""

    name: str
    every_s: float
    do: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A broker, and as whom a worker takes messages from it."""

    broker: Broker
    name: str = "ahorraluz-live"
    """Of the worker, the same after every start: the broker keeps its messages under it."""
    shared: bool = False
    """Whether other workers take in the same messages beside this one."""

    @property
    def topic(self) -> str:
        """What to subscribe to; a broker of MQTT 3.1.1 shares nothing."""
        everything = f"{ROOT}/+/#"
        if self.shared and self.broker.version is Version.V5:
            return f"$share/{GROUP}/{everything}"
        return everything


class Worker:
    """Takes readings of one broker in until it is stopped.

    Parameters
    ----------
    tools
        Where readings are kept.
    source
        Where they come from.
    clock
        What is taken for now.
    watcher
        Who looks at readings as they come; of several workers that share one source it is to be
        given to one.
    duties
        What else is done meanwhile, by one thread, one after the other.
    """

    def __init__(
        self,
        tools: Toolbox,
        source: Source,
        *,
        clock: Callable[[], datetime],
        watcher: Watching | None = None,
        duties: Sequence[Duty] = (),
    ) -> None:
        self._tools, self._clock, self._watcher = tools, clock, watcher
        # A watch is of one thread at a time: whoever keeps readings, or tells it the time.
        self._watching = threading.Lock()
        # Beside others, what they keep is followed, too: a watch steps what is in the store.
        self._follows = follows = watcher is not None and source.shared
        self._intake = Intake(tools, clock=clock, watcher=None if follows else watcher)
        self.meters = LiveMeters()
        self.subscriber = Subscriber(source.broker, source.name, [source.topic], self._keep)
        own = (
            Duty(name="settle", every_s=SETTLE_EVERY_S, do=self._settle),
            Duty(name="age", every_s=AGE_EVERY_S, do=self._age),
            Duty(name="tick", every_s=TICK_EVERY_S, do=self._tick),
            *([Duty(name="follow", every_s=FOLLOW_EVERY_S, do=self._follow)] if follows else []),
        )
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(each,), daemon=True, name=name)
            for name, each in (("live-sums", own), ("live-duties", tuple(duties)))
        ]

    def start(self) -> None:
        """Begin to take in, once watches know what was kept before."""
        if self._watcher is not None:
            self._watcher.catch_up(self._clock())
        self.subscriber.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End: what waits is kept if it can be, and else comes again."""
        self._over.set()
        self.subscriber.stop()
        for thread in self._threads:
            thread.join()

    # --- taking in ---------------------------------------------------------------------------

    def _keep(self, batch: "Sequence[Received]") -> bool:
        try:
            with self._watching:
                result = self._intake.take(batch)
        except AhorraLuzError as error:
            # Nothing is acknowledged: it stays at the broker until it can be kept.
            log.warning("readings wait: %s", error.issue.code)
            self.meters.waits()
            return False
        now_ms = self._clock().timestamp() * 1000
        appended = result.appended
        self.meters.took(
            messages=len(batch),
            refused=len(result.refused),
            unknown=result.unknown,
            readings={
                "new": appended.new,
                "same": appended.same,
                "corrected": appended.corrected,
                "outside": appended.outside + appended.gone,
            },
            lag_s=max(0.0, (now_ms - min(one.arrived_ms for one in batch)) / 1000),
        )
        return True

    # --- what is done again and again ----------------------------------------------------------

    def _repeat(self, duties: Sequence[Duty]) -> None:
        due = dict.fromkeys(range(len(duties)), 0.0)
        passed = 0.0
        while duties and not self._over.is_set():
            for place, duty in enumerate(duties):
                if passed >= due[place] and not self._over.is_set():
                    due[place] = passed + duty.every_s
                    self._do(duty)
            wait = max(0.05, min(due.values()) - passed)
            self._over.wait(wait)
            passed += wait

    def _do(self, duty: Duty) -> None:
        try:
            duty.do()
        except AhorraLuzError as error:
            log.warning("%s could not be done: %s", duty.name, error.issue.code)

    def _settle(self) -> None:
        now = self._clock()
        summed = self._tools.store.live.settle(now)
        self.meters.settled(
            connected=self.subscriber.connected.is_set(),
            waiting=self.subscriber.waiting,
            summed_s=summed.closed_s,
        )

    def _follow(self) -> None:
        assert self._watcher is not None  # noqa: S101  a duty of who watches
        with self._watching:
            self._watcher.follow(self._clock())

    def _tick(self) -> None:
        if self._watcher is not None:
            with self._watching:
                now = self._clock()
                if not self._follows:
                    # What devices push by HTTP is kept by others, also where MQTT is not shared.
                    self._watcher.follow(now, heard=self._intake.heard)
                self._watcher.tick(now)

    def _age(self) -> None:
        now = self._clock()
        live, settings = self._tools.store.live, self._tools.settings
        live.drop_readings(before=now - timedelta(days=settings.live_raw_days))
        # Months of about 30.4 days: what is kept is never less than what was promised.
        live.drop_quarters(before=now - timedelta(days=31 * settings.keep_readings_months))
