"""Bills, audits, changes and claims as the doors call them, on the figures that ship."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Option, Supply
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import Origin
from ahorraluz.ingest.receipt import parse_receipt
from ahorraluz.services.audit_receipt import audit_receipt
from ahorraluz.services.compare_receipts import compare_receipts
from ahorraluz.services.explain_bill import BillRequest, explain_bill
from ahorraluz.services.receipts import supply_of
from ahorraluz.services.supplies import (
    SupplyFields,
    department_choices,
    distributor_choices,
    distributors_in,
    find_supply,
)
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.services.write_claim import write_claim
from ahorraluz.settings import Settings
from ahorraluz.texts import open_texts

D = Decimal
AS_OF = date(2026, 11, 24)
AUGUST = Period(date(2026, 8, 5), date(2026, 9, 3))
GOLDEN = Path(__file__).parents[2] / "golden" / "bills"


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path))


@pytest.fixture
def lima_sur() -> Supply:
    return find_supply(SupplyFields(distributor="Luz del Sur", system="Lima Sur"))


def _golden(name: str) -> Receipt:
    return parse_receipt((GOLDEN / f"{name}.json").read_bytes())


def _kwh(kwh: str, supply: Supply) -> BillRequest:
    return BillRequest(supply=supply, period=AUGUST, kwh=D(kwh))


def test_one_kwh_over_140_in_lima_sur_costs_9_78(tools: Toolbox, lima_sur: Supply) -> None:
    bills = [
        explain_bill(_kwh(kwh, lima_sur), tools=tools, as_of=AS_OF).bill for kwh in ("140", "141")
    ]

    energies = [bill.line(LineCode.ENERGY).with_tax for bill in bills]
    assert energies[1] - energies[0] == D("9.78")
    assert bills[0].origin is Origin.SHEET


def test_the_hourly_option_is_priced_from_another_sheet_and_says_so(
    tools: Toolbox, lima_sur: Supply
) -> None:
    request = replace(
        _kwh("200", replace(lima_sur, option=Option.BT5F)),
        bands_kwh={Band.PEAK: D(60), Band.OFF_PEAK: D(140)},
    )

    explained = explain_bill(request, tools=tools, as_of=AS_OF)

    # July 2025: 60 kWh at 1.1188 and 140 at 0.4680.
    assert explained.bill.line(LineCode.ENERGY).amount == D("132.65")
    assert explained.bill.origin is Origin.ASSUMED
    assert explained.bill.margin > 0


def test_a_prepaid_sheet_of_2015_prices_2015_and_not_today(
    tools: Toolbox, lima_sur: Supply
) -> None:
    prepaid = replace(lima_sur, option=Option.BT7)
    then = replace(_kwh("50", prepaid), period=Period(date(2015, 5, 4), date(2015, 6, 3)))

    bill = explain_bill(then, tools=tools, as_of=AS_OF).bill

    assert bill.origin is Origin.SHEET
    with pytest.raises(AhorraLuzError) as caught:
        explain_bill(_kwh("50", prepaid), tools=tools, as_of=AS_OF)
    assert caught.value.issue.code == "no-sheet-at-all"


def test_a_distributor_without_sheets_is_priced_from_its_own_recibo(tools: Toolbox) -> None:
    content = {
        "distributor": "SEAL",
        "reading_from": "2026-10-05",
        "reading_to": "2026-11-04",
        "kwh": 180,
        "unit_price_printed_s_per_kwh_without_igv": 0.65,
        "items": [
            {"name": "Energía", "amount": 117.00},
            {"name": "Cargo fijo", "amount": 3.10},
            {"name": "Alumbrado público", "amount": 9.40},
        ],
    }
    recibo = parse_receipt(json.dumps(content).encode())
    own = BillRequest(
        supply=supply_of(recibo),
        period=Period(date(2026, 10, 5), date(2026, 11, 4)),
        kwh=D(180),
        receipt=recibo,
    )

    explained = explain_bill(own, tools=tools, as_of=AS_OF)

    assert explained.bill.origin is Origin.RECEIPT
    assert explained.bill.line(LineCode.ENERGY).amount == D("117.00")
    assert explained.bill.line(LineCode.LIGHTING).amount == D("9.40")
    assert explained.curve is not None
    assert explained.curve.cliffs[0].at_kwh == 140


def test_periods_and_bands_that_cannot_be_are_refused(tools: Toolbox, lima_sur: Supply) -> None:
    long = replace(_kwh("100", lima_sur), period=Period(date(2026, 1, 1), date(2026, 12, 1)))
    banded = replace(_kwh("100", lima_sur), bands_kwh={Band.PEAK: D(100)})

    for request, code in ((long, "period-too-long"), (banded, "bands-not-of-option")):
        with pytest.raises(InvalidInputError) as caught:
            explain_bill(request, tools=tools, as_of=AS_OF)
        assert caught.value.issue.code == code


def test_every_distributor_can_be_chosen_and_found() -> None:
    choices = distributor_choices()

    assert len(choices) == 29
    assert all(find_supply(SupplyFields(distributor=c.id)).distributor == c.id for c in choices)
    assert {c.id for c in choices if c.has_sheets} == {"luz-del-sur", "pluz"}


def test_every_department_has_someone_to_serve_it() -> None:
    departments = department_choices()

    assert len(departments) >= 25
    assert all(distributors_in(department) for department in departments)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (SupplyFields(distributor="Luz de Marte"), "distributor-unknown"),
        (SupplyFields(distributor="luz-del-sur", system="Marte"), "system-unknown"),
        (SupplyFields(distributor="luz-del-sur", option="BT9"), "field-not-a-choice"),
        (SupplyFields(distributor="luz-del-sur", option="BT5D"), "option-not-priced"),
        (SupplyFields(distributor="luz-del-sur", fose="maybe"), "field-not-a-choice"),
        (SupplyFields(distributor="luz-del-sur", collective_homes=0), "field-too-small"),
    ],
)
def test_a_connection_that_is_none_is_refused(fields: SupplyFields, code: str) -> None:
    with pytest.raises(AhorraLuzError) as caught:
        find_supply(fields)

    assert caught.value.issue.code == code


def test_a_price_without_the_discount_is_found(tools: Toolbox) -> None:
    content = {
        "distributor": "Luz del Sur",
        "system": "Lima Sur",
        "reading_from": "2026-08-05",
        "reading_to": "2026-09-03",
        "kwh": 120,
        "unit_price_printed_s_per_kwh_without_igv": 0.6403,
        "items": [{"name": "Energía", "amount": 76.84}],
    }

    audit = audit_receipt(parse_receipt(json.dumps(content).encode()), tools=tools, as_of=AS_OF)

    (finding,) = [f for f in audit.findings if f.code == "fose-not-applied"]
    # 120 kWh at 0.6403 against 30 at 0.4381 and 90 at 0.6259, with IGV.
    assert finding.amount == D("8.69")
    assert audit.claimable


def test_a_sheet_price_holds_within_a_day(tools: Toolbox) -> None:
    content = {
        "distributor": "Luz del Sur",
        "system": "Lima Sur",
        "reading_from": "2026-08-05",
        "reading_to": "2026-09-03",
        "kwh": 200,
        "unit_price_printed_s_per_kwh_without_igv": 0.6403,
        "items": [{"name": "Energía", "amount": 128.06}],
    }

    audit = audit_receipt(parse_receipt(json.dumps(content).encode()), tools=tools, as_of=AS_OF)

    assert not [f for f in audit.findings if "price" in f.code or "fose" in f.code]


def test_earlier_recibos_tell_which_line_moved(tools: Toolbox) -> None:
    raw = json.loads((GOLDEN / "lds-2026-05.json").read_text())
    raw |= {"distributor": "Electro Puno", "system": None}
    before = parse_receipt(json.dumps(raw).encode())
    raw["items"][2]["amount"] += 0.5

    audit = audit_receipt(
        parse_receipt(json.dumps(raw).encode()), tools=tools, as_of=AS_OF, previous=[before]
    )

    assert [checked.code for checked in audit.recomputed.off] == ["connection"]


def test_a_change_adds_up_on_real_recibos(tools: Toolbox) -> None:
    change = compare_receipts(
        _golden("lds-2026-05"), _golden("lds-2026-08"), tools=tools, as_of=AS_OF
    )

    assert change.difference == D("86.70")
    assert sum(change.parts.values(), D(0)) == D("86.70")


def test_recibos_of_two_distributors_are_not_compared(tools: Toolbox) -> None:
    with pytest.raises(InvalidInputError) as caught:
        compare_receipts(
            _golden("electrocentro-2026-2kwh"), _golden("lds-2026-08"), tools=tools, as_of=AS_OF
        )

    assert caught.value.issue.code == "receipts-of-two-distributors"


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_claim_letter_names_lines_rules_and_deadlines(tools: Toolbox, language: str) -> None:
    raw = json.loads((GOLDEN / "lds-2026-08.json").read_text())
    raw["items"][0]["amount"] += 10
    raw["items"][0]["name"] = "Consumo de energía <script>"
    # The sums follow the line, so it was really charged.
    raw |= {
        "subtotal": 490.40,
        "igv_18": 88.27,
        "total_before_adjustments": 586.44,
        "total_to_pay": 586.50,
    }
    audit = audit_receipt(parse_receipt(json.dumps(raw).encode()), tools=tools, as_of=AS_OF)

    letter = write_claim(audit, tools=tools, as_of=AS_OF, texts=open_texts(language))

    text, page = letter.to_text(), letter.to_html()
    assert [row.line for row in letter.rows if row.is_off] == [
        open_texts(language).text(f"line.{code}")
        for code in ("energy", "igv", "subtotal", "total_before", "total")
    ]
    assert audit.overcharge == D("11.80")
    for part in ("450.62", "440.62", "11.80", "30", "28749", "0800-41800"):
        assert part in text
        assert part in page
    assert "<script" not in page


def _rural(kwh: float, price: float) -> Receipt:
    content = {
        "distributor": "Electrocentro",
        "segment": "residencial, rural",
        "reading_from": "2026-10-05",
        "reading_to": "2026-11-04",
        "kwh": kwh,
        "unit_price_printed_s_per_kwh_without_igv": price,
        "items": [{"name": "Cargo fijo", "amount": 3.55}],
    }
    return parse_receipt(json.dumps(content).encode())


def test_a_second_recibo_tells_the_discount_that_no_source_has(tools: Toolbox) -> None:
    low, high = _rural(25, 0.3462), _rural(160, 0.7083)
    request = BillRequest(
        supply=supply_of(low),
        period=Period(date(2026, 10, 5), date(2026, 11, 4)),
        kwh=D(100),
        receipt=low,
    )

    with pytest.raises(AhorraLuzError) as caught:
        explain_bill(request, tools=tools, as_of=AS_OF)
    told = explain_bill(replace(request, others=(high,)), tools=tools, as_of=AS_OF)

    assert caught.value.issue.code == "bracket-price-unknown"
    # 0.7083 / 1.023 = 0.6924, and 0.3462 is half of it: 30 x 0.3462 and 70 x 0.6924.
    assert told.bill.line(LineCode.ENERGY).amount == D("58.85")
    assert "second-receipt-confirms" in {issue.code for issue in told.issues}


def test_a_system_of_an_imported_sheet_is_known(tools: Toolbox, tmp_path: Path) -> None:
    (tmp_path / "tariffs").mkdir()
    header = "start,system,option,segment,charge,unit,value,igv_included,status,source"
    row = "2026-11-04,arequipa,BT5B,non-residential,energy,PEN/kWh,0.7000,no,in-force,own"
    (tmp_path / "tariffs" / "seal.csv").write_text(f"{header}\n{row}\n")
    fields = SupplyFields(distributor="seal", system="Arequipa")

    with pytest.raises(InvalidInputError):
        find_supply(fields)

    assert find_supply(fields, user_folder=tools.user_folder).system == "arequipa"


def test_a_recibo_of_another_distributor_prices_nothing(tools: Toolbox) -> None:
    seal = find_supply(SupplyFields(distributor="seal"))
    request = replace(_kwh("130", seal), receipt=_golden("lds-2026-08"))

    with pytest.raises(InvalidInputError) as caught:
        explain_bill(request, tools=tools, as_of=AS_OF)

    assert caught.value.issue.code == "receipts-of-two-distributors"


def test_a_printed_price_beside_a_sheet_and_another_months_lighting_are_told(
    tools: Toolbox, lima_sur: Supply
) -> None:
    request = replace(_kwh("130", lima_sur), receipt=_golden("lds-2026-08"))

    codes = {issue.code for issue in explain_bill(request, tools=tools, as_of=AS_OF).issues}

    assert {"sheet-preferred", "lighting-of-other-kwh"} <= codes


def test_a_borrowed_price_is_wider_than_an_own_one(tools: Toolbox, lima_sur: Supply) -> None:
    later = Period(date(2026, 10, 5), date(2026, 11, 4))
    own, borrowed = (
        explain_bill(
            replace(_kwh("100", supply), period=later), tools=tools, as_of=AS_OF
        ).bill.margin
        for supply in (lima_sur, find_supply(SupplyFields(distributor="electrocentro")))
    )

    # The recibos on file of such distributors lie 11 to 13% above the sheet of Lima.
    assert borrowed > 2 * own


def test_a_tax_in_doubt_is_inside_the_margin(tools: Toolbox) -> None:
    bill = explain_bill(
        _kwh("100", find_supply(SupplyFields(distributor="electro-oriente"))),
        tools=tools,
        as_of=AS_OF,
    ).bill

    assert bill.margin > bill.igv or bill.igv == 0
