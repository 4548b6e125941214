"""Any table of readings to channels: what its columns mean is told by their names and cells."""

from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files.content import Content
from ahorraluz.ingest.meter_files.meaning import read_rows
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.table import text_table
from ahorraluz.ingest.meter_files.text import read_text


def parse_table(content: Content, options: ReadOptions) -> MeterFile:
    """Return what a file of delimited text says.

    Parameters
    ----------
    content
        Commas, semicolons, tabs, bars or spaces; with or without a header, under any banner.
    options
        What a person says about it; everything else is found in the content.

    Raises
    ------
    MeterFileError
        ``table-not-found``, ``table-not-text``, ``table-line-too-long``,
        ``table-too-many-columns``, ``table-no-time-column``, ``table-no-energy-column``,
        ``table-column-unknown``, ``table-series-unknown``, ``table-several-homes``,
        ``table-too-many-series``, ``table-mostly-broken`` or ``meter-file-not-electricity``.
    """
    table = text_table(read_text(content), name=content.name)
    return read_rows(table, options, form="table")
