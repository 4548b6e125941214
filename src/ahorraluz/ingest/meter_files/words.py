"""Words of meter files in seven languages, and what they mean: the one table of the readers."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache

from ahorraluz.core.accents import without_accents
from ahorraluz.core.readings.channels import Flow


class Word(StrEnum):
    """What a word in the name of a column, or of a series, says."""

    TIME = "time"
    FROM = "from"
    TO = "to"
    UNIT = "unit"
    SERIES = "series"
    HOME = "home"
    QUALITY = "quality"
    ESTIMATED = "estimated"
    BILL = "bill"
    IMPORT = "import"
    EXPORT = "export"
    PRODUCTION = "production"
    LOAD = "load"
    CONSUMPTION = "consumption"
    CIRCUIT = "circuit"
    ENERGY = "energy"
    POWER = "power"
    REGISTER = "register"
    TOTAL = "total"
    NEUTRAL = "neutral"
    OTHER = "other"
    NOT_ELECTRIC = "not-electric"


VOCABULARY: Mapping[Word, str] = {
    Word.TIME: (
        "fecha hora fechahora momento instante dia time date datetime timestamp tstp ts epoch unix "
        "day hour month period interval data ora ore giorno mese datum tijd tijdstip uur dag zeit "
        "zeitstempel zeitpunkt uhrzeit stunde tag horodate horodatage heure jour mois mes periodo "
        "last_changed last_updated last changed updated bucket ano anio year annee jahr jaar anno"
    ),
    Word.FROM: (
        "desde inicio inicial comienzo from start begin beginning vanaf beginn anfang inizio "
        "depuis debut dal"
    ),
    Word.TO: "hasta fin final termino to end ending until tot einde bis ende fine ate fim",
    Word.UNIT: "unit units unidad unidades unidade eenheid einheit unita unite uom measurement",
    Word.SERIES: (
        "statistic_id entity_id statistic entity register registro series serie sensor channel "
        "canal kanal circuit circuito metric metrica name nombre nome variable magnitud magnitude "
        "flow richting direction direccion type tipo typ richtung sens label etiqueta item "
        "topic device dispositivo"
    ),
    Word.HOME: (
        "lclid household home_id house_id hogar vivienda cliente customer client suministro cups "
        "cpe ean nmi mpan pod prm pdl meter meter_id contador medidor zahler compteur contatore "
        "household_id house account cuenta zaehler dataid meterid"
    ),
    Word.QUALITY: (
        "estado status quality qualita calidad qualidade kwaliteit qualitat validatiestatus "
        "metodo obtencion flag origen stato zustand nature calidad_dato"
    ),
    Word.ESTIMATED: (
        "estimado estimada estimated estimate estimacion geschat stimato stimata geschatzt estime "
        "estimee filled_gap filled"
    ),
    Word.BILL: "bill billing recibo factura facturacion invoice rechnung facture bolletta fatura",
    Word.IMPORT: (
        "import imported importacion importada bezug netzbezug afname afgenomen prelievo prelievi "
        "prelevata prelevato purchased purchase comprada comprado compra bought grid red netz "
        "mains main aggregate global soutirage soutiree levering delivered geleverd rede "
        "rete site_meter whole_house whole principal general buy energieversorgung"
    ),
    Word.EXPORT: (
        "export exported exportacion exportada inyeccion inyectada injectie injection injectee "
        "injetada injecao einspeisung eingespeist immissione immissioni immessa teruglevering "
        "teruggeleverd retour return returned ret vertida vertido vertidos excedente surplus "
        "ceduta sold sell invoeding feedin reverso reverse reversed"
    ),
    Word.PRODUCTION: (
        "production produced produccion producida producao produzida produzione prodotta opwek "
        "opgewekt opbrengst erzeugung erzeugt ertrag produktion yield pv solar generation "
        "generated generacion generada geracao fotovoltaica zonnepanelen inverter inversor "
        "produit metering"
    ),
    Word.LOAD: "load home hogar casa haus huis maison",
    Word.CONSUMPTION: (
        "consumo consumos consumption consumed consumida consumido usage use used verbrauch "
        "verbruik consommation utilizzo uso demand demanda"
    ),
    Word.CIRCUIT: "submetering submeter appliance enchufe plug circuito circuit kreis circuits",
    Word.ENERGY: (
        "energy energia energie activa ativa attiva active actif active_energy kwh wh mwh strom "
        "stroom electricity electricidad electric electrico volume volumen act ea"
    ),
    Word.POWER: (
        "power potencia potenza potencia_activa leistung vermogen puissance watt watts w kw mw "
        "wattage"
    ),
    Word.REGISTER: (
        "lectura lecturas contador zahlerstand zaehlerstand meterstand meterstanden stand counter "
        "index totalizador cumulative acumulado acumulada lifetime sum standen lettura letture "
        "leitura reading"
    ),
    Word.TOTAL: "total totaal totale totales gesamt summe suma somma soma totals tot",
    Word.NEUTRAL: (
        "state value valor wert waarde valore valeur mean average avg media promedio delta first "
        "last per half hour hh kwhs reading readings medicion registado registrada gemessen "
        "tariff tarifa tarief laag hoog laagtarief hoogtarief dag nacht peak offpeak punta llano "
        "valle fase phase phases nominal real realenergy in of d e da de the el la por y und and "
        "fuera fp hfp resto horas bloque anterior actual registrado medida medido total nt ht hp "
        "hc day night interval hourly horaria diario daily fed direto directo directa "
        "direct system quotidien arrete eas ead journalier"
    ),
    Word.OTHER: (
        "voltage volt volts voltaje tension spannung spanning corriente current ampere amperes "
        "amps intensidad intensity intensite reactive reactiva reattiva reativa blind kvar kvarh "
        "var varh apparent aparente aprt kva kvah va factor pf cosphi frequency frecuencia hz temp "
        "temperature temperatura temperatur humidity humedad cost costo coste costos costs importe "
        "price precio prijs preis prix charge charges amount monto soles eur euro euros usd kosten "
        "pen co2 carbon emission battery bateria batterie accu soc fund lag lead max min maximum "
        "minimum rssi signal wifi percent porcentaje today yesterday hoy ayer heute gestern "
        "vandaag gisteren event events latitude longitude acorn autocons autoconsumo "
        "autoconsumida autoconsumption "
        "eigenverbrauch weather radiation wind irradiance m2 line row fila id index_col days dias "
        "duration duracion dauer er pct rh hum pressure revenue ingresos tax iva igv thd v "
        "leg1v leg2v table issues sqft"
    ),
    Word.NOT_ELECTRIC: (
        "gas gaz m3 water agua eau acqua wasser litre liter litros liters mj gj therm therms ccf "
        "heat warmte warme gasverbruik waterverbruik"
    ),
}
"""Words, folded to plain lower case, by meaning; a word may have several."""

PHRASES: Mapping[Word, tuple[str, ...]] = {
    Word.EXPORT: (
        "as kwh",
        "feed in",
        "to grid",
        "a la red",
        "fed in",
        "to the grid",
        "grid ms tot wh out",
    ),
    Word.IMPORT: (
        "ae kwh",
        "from grid",
        "from the grid",
        "de la red",
        "desde la red",
        "grid ms tot wh in",
    ),
    Word.CIRCUIT: ("sub metering", "sub meter"),
    Word.REGISTER: ("tot wh",),
    Word.ENERGY: ("kilowatt hours", "kilowatt hour", "watt hours", "watt hour", "kilovatio hora"),
    Word.OTHER: ("self consumption", "grid ms abs", "direct consumption"),
}
LONGEST_NAME = 300
"""Part of a name that is looked at: a cell of a broken file may be a megabyte. [characters]"""
SHORTEST_PART = 6
"""Words of at least so many letters are also found inside a longer one, as in German. [letters]"""

_LENGTH = re.compile(r"\d+\s*-?\s*(?:min|h|hr|hora|hour|stunde)\w*", re.IGNORECASE)
"""The length of the intervals in a name: its ``min`` is no minimum."""
_TOKEN = re.compile(
    r"[kKmM]?[wW](?:atts?|[hH]rs?)(?![a-z])|[kKmMgG]?Wh(?![a-z])|[kKmMgG]?(?:Wh|WH|wh)s?(?![A-Za-z])|[kKmMgG][Ww](?![A-Za-z])"
    r"|[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])"
)
_UNITS = {
    "wh": "Wh", "kwh": "kWh", "mwh": "MWh", "w": "W", "kw": "kW", "mw": "MW",
    "watt": "W", "kwatt": "kW", "mwatt": "MW", "wattage": "W", "kwhr": "kWh", "whr": "Wh",
}  # fmt: skip
_SPACED = (("kw h", "kWh"), ("w h", "Wh"), ("kw hr", "kWh"))
"""Units written with a space, a dot or a stroke inside."""
_UNIT_PHRASES = (
    ("kilowatt hour", "kWh"),
    ("kilovatio hora", "kWh"),
    ("watt hour", "Wh"),
    ("watt", "W"),
    ("kilowatt", "kW"),
)


def fold(text: str) -> str:
    """Return a text in lower case without accents and with single spaces."""
    return " ".join(without_accents(text.casefold()).split())


@cache
def _meanings() -> tuple[Mapping[str, frozenset[Word]], tuple[tuple[str, Word], ...]]:
    exact: dict[str, set[Word]] = {}
    for meaning, listed in VOCABULARY.items():
        for word in listed.split():
            exact.setdefault(word, set()).add(meaning)
    found = {
        Word.IMPORT, Word.EXPORT, Word.PRODUCTION, Word.CONSUMPTION, Word.ENERGY,
        Word.POWER, Word.REGISTER, Word.TIME, Word.OTHER,
    }  # fmt: skip
    parts = tuple(
        (word, meaning)
        for word, meanings in exact.items()
        for meaning in meanings
        if len(word) >= SHORTEST_PART and meaning in found
    )
    return {word: frozenset(meanings) for word, meanings in exact.items()}, parts


@lru_cache(maxsize=4096)
def tokens_of(name: str) -> tuple[str, ...]:
    """Return the words of a name, folded; ``TotWhOut`` is three of them.

    Examples
    --------
    >>> tokens_of("Metering.TotWhOut [Wh]")
    ('metering', 'tot', 'wh', 'out', 'wh')
    """
    plain = without_accents(name).replace("ß", "ss")
    return tuple(token.casefold() for token in _TOKEN.findall(plain))


def words_of(name: str) -> frozenset[Word]:
    """Return everything the name of a column says."""
    return _words_of(name[:LONGEST_NAME])


@lru_cache(maxsize=4096)
def _words_of(name: str) -> frozenset[Word]:
    exact, parts = _meanings()
    tokens = tokens_of(_LENGTH.sub(" ", name))
    found: set[Word] = set(exact.get(fold(name).replace(" ", "_"), ()))
    for token in tokens:
        meanings = exact.get(token) or exact.get(token.removesuffix("s"))
        if meanings is None:
            meanings = frozenset(meaning for word, meaning in parts if word in token)
        found |= meanings
    joined = f" {' '.join(tokens)} "
    for meaning, phrases in PHRASES.items():
        if any(f" {phrase} " in joined for phrase in phrases):
            found.add(meaning)
    return frozenset(found)


def parts_in(name: str) -> bool:
    """Tell whether a longer word of the table is a part of a name."""
    return any(word in token for token in tokens_of(name) for word, _ in _meanings()[1])


def unknown_tokens(name: str) -> tuple[str, ...]:
    """Return the words of a name that the table does not hold, such as that of a room."""
    exact, parts = _meanings()
    short = "".join(character for character in fold(name) if character.isalnum())
    known = unit_of(name) is not None or any(
        len(token) > 1 and token in exact for token in tokens_of(name)
    )
    if len(short) > 2 and sum(map(str.isalpha, short)) > 1 and not known and not parts_in(name):
        # The code of a circuit, such as B1E, has no word at all.
        return (short,)
    return tuple(
        token
        for token in tokens_of(name)
        if token not in exact
        and token.removesuffix("s") not in exact
        and len(token) > 1
        and (token.isalpha() or sum(map(str.isalpha, token)) > 1)
        and not any(word in token for word, _ in parts)
    )


_OF_A_PLACE = {"main", "home", "house", "casa", "haus", "red", "rede", "general", "whole"}
"""Words that stand for the whole home alone, and for a room with another word beside them."""


def flow_of(name: str) -> Flow | None:
    """Return the flow that a name says, or ``None``; consumption is settled with the others.

    Examples
    --------
    >>> [flow_of(name) for name in ("Feed-in(kWh)", "Mains_A", "Main bedroom", "Afname Dag")]
    [<Flow.EXPORT: 'export'>, <Flow.IMPORT: 'import'>, None, <Flow.IMPORT: 'import'>]
    """
    words = words_of(name)
    if re.search(r"(?<!\d)[12]\.8\.\d", name):
        # Codes of the registers of a meter (IEC 62056-61): 1.8 is taken, 2.8 is given.
        return Flow.IMPORT if re.search(r"(?<!\d)1\.8", name) else Flow.EXPORT
    if Word.EXPORT in words:
        return Flow.EXPORT
    if Word.CIRCUIT in words:
        return Flow.CIRCUIT
    tokens = set(tokens_of(name))
    if not tokens.isdisjoint(_OF_A_PLACE) and unknown_tokens(name):
        return None
    if Word.IMPORT in words:
        return Flow.IMPORT
    if Word.PRODUCTION in words and Word.CONSUMPTION not in words:
        return Flow.PRODUCTION
    return Flow.LOAD if Word.LOAD in words else None


@lru_cache(maxsize=4096)
def unit_of(name: str) -> str | None:
    """Return the unit a name says: ``Wh``, ``kWh``, ``MWh``, ``W``, ``kW``, ``MW`` or ``None``.

    Examples
    --------
    >>> unit_of("Active energy Wh (A)"), unit_of("Garage (kWhs)"), unit_of("Verbrauch")
    ('Wh', 'kWh', None)
    """
    tokens = [token.removesuffix("s") for token in tokens_of(name)]
    spaced = f" {' '.join(tokens)} "
    for written, unit in _SPACED:
        if f" {written} " in spaced:
            return unit
    for token in reversed(tokens):
        if token in _UNITS:
            return _UNITS[token]
    joined = " ".join(tokens)
    for phrase, unit in _UNIT_PHRASES:
        if re.search(rf"\b{phrase}\b", joined):
            return unit
    return None
