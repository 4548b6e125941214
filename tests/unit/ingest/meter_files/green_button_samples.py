"""Invented Green Button files, built from their resources."""

from collections.abc import Sequence

FEED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">\n'
)
UP = "/espi/1_1/resource/RetailCustomer/1/UsagePoint/"
HOUR = 3600
FIRST = 1_577_836_800
"""2020-01-01T00:00Z."""


def feed(*entries: str) -> bytes:
    return (FEED + "\n".join(entries) + "\n</feed>").encode()


def entry(content: str, *, own: str = "", up: str = "", related: Sequence[str] = ()) -> str:
    links = "".join(
        f'<link rel="{relation}" href="{address}"/>'
        for relation, address in [
            ("self", own),
            ("up", up),
            *(("related", address) for address in related),
        ]
        if address
    )
    return f"<entry>{links}<content>{content}</content></entry>"


def usage_point(number: str = "1", *, kind: str = "0") -> str:
    return entry(
        f"<espi:UsagePoint><espi:ServiceCategory><espi:kind>{kind}</espi:kind>"
        "</espi:ServiceCategory></espi:UsagePoint>",
        own=UP + number,
        up=UP.rstrip("/"),
        related=[UP + number + "/MeterReading"],
    )


def meter_reading(number: str, *, reading_type: str, point: str = "1") -> str:
    own = f"{UP}{point}/MeterReading/{number}"
    return entry(
        "<espi:MeterReading/>",
        own=own,
        up=f"{UP}{point}/MeterReading",
        related=[own + "/IntervalBlock", f"/espi/1_1/resource/ReadingType/{reading_type}"],
    )


def reading_type(number: str, **facts: str) -> str:
    said = {"uom": "72", "powerOfTenMultiplier": "0", "flowDirection": "1"} | facts
    inside = "".join(f"<espi:{name}>{text}</espi:{name}>" for name, text in said.items())
    return entry(
        f"<espi:ReadingType>{inside}</espi:ReadingType>",
        own=f"/espi/1_1/resource/ReadingType/{number}",
    )


def block(
    meter: str,
    values: Sequence[str],
    *,
    point: str = "1",
    first: int = FIRST,
    length: int = HOUR,
    quality: str = "",
) -> str:
    mark = (
        quality
        and f"<espi:ReadingQuality><espi:quality>{quality}</espi:quality></espi:ReadingQuality>"
    )
    readings = "".join(
        f"<espi:IntervalReading>{mark}<espi:timePeriod><espi:duration>{length}</espi:duration>"
        f"<espi:start>{first + at * length}</espi:start></espi:timePeriod>"
        f"<espi:value>{value}</espi:value></espi:IntervalReading>\n"
        for at, value in enumerate(values)
    )
    own = f"{UP}{point}/MeterReading/{meter}/IntervalBlock"
    return entry(
        f"<espi:IntervalBlock><espi:interval><espi:duration>{length * len(values)}"
        f"</espi:duration><espi:start>{first}</espi:start></espi:interval>\n{readings}"
        "</espi:IntervalBlock>",
        own=own + "/1",
        up=own,
    )


def bill(
    value: str, *, start: int = FIRST, days: int = 30, uom: str = "72", tens: str = "0"
) -> str:
    return entry(
        "<espi:UsageSummary><espi:billingPeriod>"
        f"<espi:duration>{days * 86_400}</espi:duration><espi:start>{start}</espi:start>"
        "</espi:billingPeriod><espi:overallConsumptionLastPeriod>"
        f"<espi:powerOfTenMultiplier>{tens}</espi:powerOfTenMultiplier><espi:uom>{uom}</espi:uom>"
        f"<espi:value>{value}</espi:value></espi:overallConsumptionLastPeriod></espi:UsageSummary>"
    )
