"""Small tables and lists for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ahorraluz.core.issues import Issue
from ahorraluz.core.periods import Period
from ahorraluz.texts import Texts

GAP = "  "


def table(rows: Sequence[Sequence[str]], *, right: Iterable[int] = ()) -> Iterator[str]:
    """Yield rows with aligned columns, those of ``right`` to the right."""
    rights = set(right)
    count = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(count)
    ]
    for row in rows:
        cells = [
            cell.rjust(widths[at]) if at in rights else cell.ljust(widths[at])
            for at, cell in enumerate(row)
        ]
        yield GAP.join(cells).rstrip()


def heading(text: str) -> Iterator[str]:
    """Yield a heading with its rule, after an empty line."""
    yield ""
    yield text
    yield "-" * len(text)


def issue_lines(issues: Iterable[Issue], texts: Texts) -> Iterator[str]:
    """Yield what the reader must know of a result, each sentence once."""
    sentences = dict.fromkeys(texts.issue(issue) for issue in issues)
    if sentences:
        yield from heading(texts.text("cli.to-know"))
    for sentence in sentences:
        yield f"- {sentence}"


def period_text(period: Period, texts: Texts) -> str:
    """Return a period with its days."""
    return texts.text("cli.period", start=period.start, end=period.end, days=period.days)


def kwh_text(kwh: Decimal, texts: Texts) -> str:
    """Return an energy without needless zeros."""
    bare = kwh.normalize()
    exponent = bare.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return f"{texts.number(bare, places=places)} kWh"
