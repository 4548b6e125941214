"""Live readings beside readings of files: files go first wherever they say anything."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.merging import supersede

SECONDS_OF_HOUR = 3_600


def beside_files(files: Sequence[Channel], live: Sequence[Channel]) -> tuple[Channel, ...]:
    """Return the channels of files with those of devices, each stretch of time counted once.

    One channel of intervals of a flow, and one of a device of the same flow, become one: where
    the file has a value it stands. Of more than one, or of a counter, the device counts before
    the files begin and after they end, for between them a file tells of every moment. Parts of
    a home, such as plugs, stand for themselves.

    Parameters
    ----------
    files
        Of the imports that count.
    live
        Energy of intervals, each once and in order.
    """
    found = list(files)
    for flow in Flow:
        filed = [channel for channel in files if channel.flow is flow and _says(channel)]
        lived = [channel for channel in live if channel.flow is flow]
        if not filed or flow is Flow.CIRCUIT:
            found += lived
        elif len(filed) == len(lived) == 1 and _of_intervals(filed[0]):
            found[found.index(filed[0])] = _merged(filed[0], lived[0])
        else:
            found += [part for channel in lived for part in _around(channel, filed)]
    return tuple(found)


def _says(channel: Channel) -> bool:
    return bool(np.any(np.isfinite(channel.value)))


def _of_intervals(channel: Channel) -> bool:
    """Tell whether every row is of a stretch of time."""
    return channel.measure is not Measure.REGISTER and bool(np.all(channel.end_s > channel.start_s))


def _merged(file: Channel, live: Channel) -> Channel:
    """Return both as one channel of the file's kind."""
    value = live.value
    if file.measure is Measure.POWER:
        value = value * (SECONDS_OF_HOUR / (live.end_s - live.start_s))
    alike = replace(live, id=file.id, measure=file.measure, value=value)
    # A row of the file without a value would stand where the device says nothing of its time.
    return supersede(alike, file)


def _around(live: Channel, filed: Sequence[Channel]) -> tuple[Channel, ...]:
    """Return the rows before the files begin, and those after they end, as channels."""
    said = [channel.rows(np.isfinite(channel.value)) for channel in filed]
    first_s = min(int(channel.start_s.min()) for channel in said)
    last_s = max(int(channel.end_s.max()) for channel in said)
    before: NDArray[np.bool_] = live.end_s <= first_s
    after: NDArray[np.bool_] = live.start_s >= last_s
    parts = (
        live.rows(before),
        replace(live.rows(after), id=f"{live.id} (2)" if bool(np.any(before)) else live.id),
    )
    return tuple(part for part in parts if len(part))
