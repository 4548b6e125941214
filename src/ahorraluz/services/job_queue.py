"""The queue of bare ids of jobs: a file in the data folder, or a Redis server.

It may be lost at any time: what waits is called up again from the table of jobs.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.toolbox import Toolbox

if TYPE_CHECKING:
    from huey.api import Huey

FILE = "queue.db"
NAME, TASK = "ahorraluz", "run"
TASK_NAME = f"ahorraluz.services.job_worker.{TASK}"
"""As the library calls the task of the worker."""
EXTRA = "redis"
OWNER_ONLY = 0o600
CONNECT_S, ANSWER_S = 5.0, 10.0
"""How long a Redis server may take; longer than the second that a worker waits for an id."""


class QueueError(AhorraLuzError):
    """A queue that cannot be used now."""


def open_queue(tools: Toolbox) -> "Huey":
    """Return the queue of ids; its file is made when it is first used.

    Raises
    ------
    QueueError
        ``extra-missing``: no client for Redis is installed.
    """
    if tools.settings.queue_url:
        return _redis(tools.settings.queue_url)
    from huey import SqliteHuey

    path = tools.settings.data_dir / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Before the library makes it for everybody to read; SQLite's other files copy that.
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    if path.stat().st_mode & ~OWNER_ONLY & 0o777:
        path.chmod(OWNER_ONLY)
    return SqliteHuey(NAME, filename=str(path), results=False, serializer=_Json())


def _redis(url: str) -> "Huey":
    try:
        from redis import ConnectionPool
    except ImportError:
        raise QueueError("extra-missing", extra=EXTRA) from None
    from huey import RedisHuey

    pool = ConnectionPool.from_url(
        url, socket_connect_timeout=CONNECT_S, socket_timeout=ANSWER_S, protocol=2
    )
    return RedisHuey(NAME, connection_pool=pool, results=False, serializer=_Json())


@contextmanager
def opened_queue(tools: Toolbox) -> Iterator["Huey"]:
    """Open the queue for a moment.

    Raises
    ------
    QueueError
        ``extra-missing``, or ``queue-unreachable``: Redis does not answer or refuses.
    """
    queue = open_queue(tools)
    if not tools.settings.queue_url:
        try:
            yield queue
        finally:
            queue.storage.close()
        return
    from redis import RedisError

    try:
        yield queue
    except RedisError:
        # Its words may hold the address: they are repeated nowhere.
        raise QueueError("queue-unreachable") from None
    finally:
        queue.storage.pool.disconnect()


def call_up(job: str, tools: Toolbox) -> None:
    """Put the id of a job into the queue."""
    from huey.registry import Message

    with opened_queue(tools) as queue:
        queue.storage.enqueue(_Json().serialize(Message(id=job, name=TASK_NAME, args=(job,))))


def waiting_ids(queue: "Huey") -> set[str]:
    """Return the ids that are in the queue."""
    return {_id_in(message) for message in queue.storage.enqueued_items()}


def keep_calls(left: set[str], *, tools: Toolbox) -> None:
    """Take every id out of the queue that is none of some, and overwrite the bytes in the file."""
    if tools.settings.queue_url:
        with opened_queue(tools) as queue:
            for message in queue.storage.enqueued_items():
                if _id_in(message) not in left:
                    queue.storage.conn.lrem(queue.storage.queue_key, 0, message)
        return
    if not (tools.settings.data_dir / FILE).exists():
        return
    with opened_queue(tools) as queue:
        storage = queue.storage
        storage.sql("pragma secure_delete=on")
        waiting = storage.enqueued_items()
        # A worker may take one in between, and the next look calls up again what is lost.
        storage.flush_queue()
        for message in waiting:
            if _id_in(message) in left:
                storage.enqueue(message)
        storage.sql("pragma wal_checkpoint(truncate)")


class _Json:
    """Messages of the queue as JSON: what is read from it must not run code."""

    def serialize(self, message: Any) -> bytes:  # noqa: ANN401 - the library has no types
        return json.dumps([message.id, message.name, list(message.args)]).encode()

    def deserialize(self, data: bytes) -> Any:  # noqa: ANN401
        from huey.registry import Message

        id_, name, arguments = json.loads(bytes(data))
        return Message(id=id_, name=name, args=tuple(map(str, arguments)), kwargs={}, retries=0)


def _id_in(message: bytes) -> str:
    """Return the id that a message holds, or nothing: it is none of ours."""
    try:
        return str(json.loads(bytes(message))[0])
    except (ValueError, TypeError, LookupError):
        return ""
