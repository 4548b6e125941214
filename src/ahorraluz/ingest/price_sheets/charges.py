"""Names of charges, options and brackets in the words of price sheets, and what they mean here.

The ids are those of the tables in ``data/tariffs``; a test holds them together.
"""

import re
from dataclasses import dataclass

SUPPORTED_OPTIONS = ("BT5A", "BT5B", "BT5F", "BT5I", "BT7")
UNDIVIDED_OPTIONS = ("BT5A",)
"""Options whose sheet has no residential brackets: one price list for everybody."""
NON_RESIDENTIAL = "non-residential"
FIRST_BLOCK = 30
FOSE_LIMITS = (140, 100)

FIXED, FIXED_CODES, FIXED_CARDS = "fixed", "fixed-codes", "fixed-cards"
ENERGY, PEAK, OFF_PEAK, MEDIUM, BASE = (
    "energy",
    "energy-peak",
    "energy-off-peak",
    "energy-medium",
    "energy-base",
)
FIRST_PART, ABOVE_PART = "-first-30", "-above-30"
CHARGES = (
    FIXED,
    FIXED_CODES,
    FIXED_CARDS,
    *(
        band + part
        for band in (ENERGY, PEAK, OFF_PEAK, MEDIUM, BASE)
        for part in ("", FIRST_PART, ABOVE_PART)
    ),
)
SEGMENTS = (
    NON_RESIDENTIAL,
    f"residential-0-{FIRST_BLOCK}",
    *(f"residential-{FIRST_BLOCK + 1}-{limit}" for limit in FOSE_LIMITS),
    *(f"residential-over-{limit}" for limit in FOSE_LIMITS),
)

# Text copied from some PDFs has lost its accented letters: "energa", "cdigos".
_ENERGY = re.compile(r"\benergi?a\b")
_FIXED = re.compile(r"\bcargo fijo\b|\bcargo comercial\b")
_NO_ENERGY = re.compile(r"\breactiva\b|\bpotencia\b|\bcontratada\b")
_OFF_PEAK = re.compile(r"\bfuera (?:de )?(?:la )?punta\b|\bf\. ?punta\b|\bhfp\b|\bfuera de hp\b")
_PEAK = re.compile(r"\bpunta\b|\bhp\b")
_MEDIUM = re.compile(r"\bmedia\b")
_BASE = re.compile(r"\bbase\b")
_FIRST = re.compile(r"\bprimeros? (\d+) ?kwh\b")
_ABOVE = re.compile(r"\b(?:en )?exceso(?: de| sobre)?(?: los)? (\d+) ?kwh\b")
_FOR_WHOM = re.compile(r"\bpara (?:demandas|usuarios|clientes|suministros)\b")
_CHARGE = re.compile(r"\bcargo\b|\bprecio\b|\benergi?a activa\b|\benergy\b|\bfixed\b")


def is_charge(text: str) -> bool:
    """Tell whether a plain text names a charge of a home's bill: fixed or active energy.

    Some sheets print "primeros 30 kWh" and "exceso de 30 kWh" alone, under a line that
    says energy.
    """
    if _is_block(text):
        return True
    return bool(_CHARGE.search(text)) and bool(_FIXED.search(text) or _is_energy(text))


def _is_block(text: str) -> bool:
    return bool(_FIRST.match(text) or _ABOVE.match(text))


def _is_energy(text: str) -> bool:
    return bool(_ENERGY.search(text)) and not _NO_ENERGY.search(text)


def charge_start(text: str) -> int:
    """Return where the name of the charge begins in a plain text."""
    found = _CHARGE.search(text)
    return found.start() if found else 0


def charge_of(text: str) -> str | None:
    """Return the id of the charge that a plain text names, or ``None`` for any other.

    Examples
    --------
    >>> charge_of("cargo por energia activa fuera de punta en media - primeros 30 kwh")
    'energy-medium-first-30'
    >>> charge_of("cargo fijo mensual - codigos")
    'fixed-codes'
    >>> charge_of("cargo por energia reactiva que exceda el 30%") is None
    True
    """
    if _FIXED.search(text):
        if re.search(r"\bc[o]?digos?\b", text):
            return FIXED_CODES
        return FIXED_CARDS if re.search(r"\btarjetas?\b", text) else FIXED
    if not _is_energy(text) and not _is_block(text):
        return None
    name = _band(_FOR_WHOM.split(text)[0])
    first, above = _FIRST.search(text), _ABOVE.search(text)
    for found, part in ((first, FIRST_PART), (above, ABOVE_PART)):
        if found:
            return name + part if int(found[1]) == FIRST_BLOCK else None
    return name


def _band(text: str) -> str:
    off_peak = _OFF_PEAK.search(text)
    rest = text[off_peak.end() :] if off_peak else text
    if _MEDIUM.search(rest):
        return MEDIUM
    if _BASE.search(rest):
        return BASE
    if off_peak:
        return OFF_PEAK
    return PEAK if _PEAK.search(text) else ENERGY


def is_other_charge(text: str) -> bool:
    """Tell whether a plain text names a charge that a home's bill in these options lacks."""
    return bool(re.search(r"\bcargo\b|\bpresentes (?:en|fuera)\b|\bpotencia\b|\breactiva\b", text))


_CODE = re.compile(r"\b((?:mat|mt|bt|at)-?\d[a-i]?)\b")
HEADING_PLACE, HEADING_LENGTH = 40, 160


def option_codes(text: str) -> tuple[str, ...]:
    """Return the tariff options that a heading names; a sentence names none.

    Examples
    --------
    >>> option_codes("tarifa bt5b: tarifa con simple medicion de energia 1e")
    ('BT5B',)
    """
    codes = [match for match in _CODE.finditer(text) if match.start() <= HEADING_PLACE]
    if not codes or len(text) > HEADING_LENGTH:
        return ()
    every = [match[1].upper().replace("-", "") for match in _CODE.finditer(text)]
    return tuple(dict.fromkeys(every))


_NEW_PART = re.compile(r"\b(?:media|alta) tension\b|\balumbrado publico\b|\bpension fija\b")


def ends_option(text: str) -> bool:
    """Tell whether a heading without a code begins a part of other options."""
    return len(text) <= HEADING_LENGTH and bool(_NEW_PART.search(text))


def customer_of(text: str) -> str | None:
    """Return ``residential`` or ``non-residential`` where a plain text says it."""
    if re.search(r"\bno[ -]residencial(?:es)?\b|\bnon-residential\b", text):
        return NON_RESIDENTIAL
    return "residential" if re.search(r"\bresiden[ct]ial(?:es)?\b", text) else None


@dataclass(frozen=True, slots=True)
class BracketText:
    """Limits of a bracket as a sheet prints them. [kWh]"""

    low: int
    high: int | None

    @property
    def segment(self) -> str | None:
        """Id of the bracket's segment; ``None``: no bracket of the FOSE."""
        if (self.low, self.high) == (0, FIRST_BLOCK):
            return SEGMENTS[1]
        if self.low in (FIRST_BLOCK, FIRST_BLOCK + 1) and self.high in FOSE_LIMITS:
            return f"residential-{FIRST_BLOCK + 1}-{self.high}"
        if self.high is None and self.low in FOSE_LIMITS:
            return f"residential-over-{self.low}"
        return None

    @property
    def is_group(self) -> bool:
        """Whether it only groups the brackets under the FOSE limit."""
        return self.low == 0 and self.high in FOSE_LIMITS


_TO = (
    r"(?:-|a|y|hasta|(?:y|pero) hasta|,? ?(?:y|pero) (?:menor(?:es)?|no mayor(?:es)?)"
    r"(?: o igual(?:es)?)? (?:a|de|que))"
)
_RANGE = re.compile(
    rf"(?<![\d.,])(\d{{1,4}}) ?(?:kwh)?(?: (?:por|al) mes)? ?{_TO} ?(\d{{1,4}}) ?kwh"
)
_UP_TO = re.compile(
    r"(?:\bmenor(?:es)?(?: o igual(?:es)?)? (?:a|de|que)|\bno mayor(?:es)? (?:a|de|que)|\bhasta"
    r"|<=?|\bno excedan?(?: de| los)?) ?(?:los )?(\d{1,4}) ?kwh"
)
_OVER = re.compile(
    r"(?:(?<!no )\bmayor(?:es)?(?: o igual(?:es)?)? (?:a|de|que)|\bmas de|\bsuperior(?:es)? a"
    r"|(?<!no )\bexced[ae]n?(?: de| los)?|\bsobre|>=?) ?(?:los )?(\d{1,4}) ?kwh"
)


def bracket_of(text: str) -> BracketText | None:
    """Return the bracket that a plain text names, or ``None`` where it names none.

    Examples
    --------
    >>> bracket_of("para clientes con consumos mayores a 30 kwh hasta 140 kwh por mes").segment
    'residential-31-140'
    >>> bracket_of("b) consumos mayores a 140 kwh por mes").segment
    'residential-over-140'
    """
    rest = _ABOVE.sub(" ", _FIRST.sub(" ", text))
    if found := _RANGE.search(rest):
        return BracketText(int(found[1]), int(found[2]))
    if found := _UP_TO.search(rest):
        return BracketText(0, int(found[1]))
    if found := _OVER.search(rest):
        return BracketText(int(found[1]), None)
    return None
