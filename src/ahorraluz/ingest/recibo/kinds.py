"""Is it a recibo de luz at all: papers that are not are refused by their name."""

import re

from ahorraluz.ingest.recibo.labels import Label
from ahorraluz.ingest.recibo.places import Sheet
from ahorraluz.ingest.recibo.problems import ReciboFileError

ELECTRIC = (
    Label.ENERGY,
    Label.CONNECTION,
    Label.LIGHTING,
    Label.INTEREST,
    Label.RURAL,
    Label.FOSE,
    Label.KWH,
)
ENOUGH = 2
"""Words that only a recibo de luz prints; two different ones make it one."""

WATER = re.compile(r"sedapal|aguapotable|alcantarillado|sedapar|sedalib|epsgrau")
GAS = re.compile(r"calidda|gasnatural|contugas|quavii|sm3")
BANK = re.compile(r"estadodecuenta|saldocontable|cuentadeahorros|tarjetadecredito|movimientos")
PHONE = re.compile(r"movistar|claroperu|entelperu|bitel|planpostpago|internethogar|lineamovil")


def check_kind(sheet: Sheet, *, name: str) -> None:
    """Refuse what is no recibo de luz.

    Raises
    ------
    ReciboFileError
        ``recibo-is-water``, ``recibo-is-gas``, ``recibo-is-bank``, ``recibo-is-phone`` or
        ``recibo-not-recognised``.
    """
    text = "\n".join(row.squeezed for row in sheet.rows)
    electric = {label for label in ELECTRIC if sheet.has(label)}
    if len(electric) + ("kwh" in text) >= ENOUGH:
        return
    if WATER.search(text):
        raise ReciboFileError("recibo-is-water", file=name)
    if GAS.search(text):
        raise ReciboFileError("recibo-is-gas", file=name)
    if BANK.search(text):
        raise ReciboFileError("recibo-is-bank", file=name)
    if PHONE.search(text):
        raise ReciboFileError("recibo-is-phone", file=name)
    raise ReciboFileError("recibo-not-recognised", file=name)
