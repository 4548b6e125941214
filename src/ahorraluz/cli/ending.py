"""How a command that goes on until it is told to end hears of it."""

import queue
import signal
import threading

SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""By which a process is told to end: of whoever looks after it, and of the keyboard."""


def until_told() -> threading.Event:
    """Return what is set once the process is told to end.

    A signal is handled between any two steps of the main thread, also while that, about to wait
    for this very event, holds its lock: whoever set the event there and then would wait for
    himself. So a signal only leaves a word in a queue, which takes no lock, and a thread of its
    own sets the event.
    """
    over = threading.Event()
    told = queue.SimpleQueue[int]()

    def listen() -> None:
        told.get()
        over.set()

    threading.Thread(target=listen, daemon=True, name="told-to-end").start()
    for number in SIGNALS:
        signal.signal(number, lambda heard, _: told.put(heard))
    return over
