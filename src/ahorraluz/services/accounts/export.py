"""Everything that is kept of an account and its homes, as one ZIP of JSON and CSV."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.export_live import live_tables
from ahorraluz.services.accounts.trail import TrailLine, note, trail_of_account, trail_of_home
from ahorraluz.services.manage_readings import csv_of_channels, csv_of_readings
from ahorraluz.services.outlets import PERU_TIME
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.texts import Texts

SCHEMA = "ahorraluz.export.1"
Row = Sequence[object]
Files = Iterator[tuple[str, bytes]]


def export_all(account: Account, *, texts: Texts, tools: Toolbox, as_of: datetime) -> bytes:
    """Return a ZIP of everything that is kept of an account and of the homes it owns.

    Passwords, tokens and codes are kept as hashes and are not in it; the secret of an
    authenticator is not either, since whoever found the file could sign in with it.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "LEEME.txt", texts.text("export.readme", day=as_of.astimezone(PERU_TIME).date())
        )
        for name, content in _files(account, tools=tools, as_of=as_of):
            archive.writestr(name, content)
    note("exported", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    return packed.getvalue()


def _files(account: Account, *, tools: Toolbox, as_of: datetime) -> Files:
    people = tools.store.people
    yield "cuenta.json", _json(_account(account, tools=tools, as_of=as_of))
    yield "permisos.csv", _consents(account, tools=tools)
    yield "registro.csv", _trail(trail_of_account(account.id, tools=tools), account)
    yield from _of_programs(account, tools=tools)
    for number, reached in enumerate(people.households.homes_of(account.id), start=1):
        if reached.reach is Reach.OWNER:
            folder = f"hogares/{number}"
            for name, content in _home(reached.home, account, tools=tools, as_of=as_of):
                yield f"{folder}/{name}", content


def _account(account: Account, *, tools: Toolbox, as_of: datetime) -> Mapping[str, object]:
    people = tools.store.people
    return {
        "schema": SCHEMA,
        "exported_at": as_of.isoformat(),
        "id": account.id,
        "name": account.name,
        "organisation": account.organisation,
        "role": account.role.value,
        "language": account.language,
        "created_at": account.created_at.isoformat(),
        "second_factor": account.has_second_factor,
        "recovery_codes_left": people.accounts.recovery_codes_left(account.id),
        "passkeys": [
            {
                "label": key.label,
                "created_at": key.created_at.isoformat(),
                "used_at": None if key.used_at is None else key.used_at.isoformat(),
            }
            for key in people.passkeys.of_account(account.id)
        ],
        "sessions": [
            {
                "device": session.device,
                "created_at": session.created_at.isoformat(),
                "seen_at": session.seen_at.isoformat(),
                "expires_at": session.expires_at.isoformat(),
            }
            for session in people.sessions.of_account(account.id, at=as_of)
        ],
        "homes": [
            {"home": r.home, "reach": r.reach.value, "granted_at": r.granted_at.isoformat()}
            for r in people.households.homes_of(account.id)
        ],
        "board_logins": [
            {
                "name": login.name,
                "board": login.reader.audience.value,
                "home": login.reader.home,
                "made_at": login.made_at.isoformat(),
            }
            for login in tools.store.boards.logins()
            if login.reader.account == account.id
        ],
    }


def _consents(account: Account, *, tools: Toolbox) -> bytes:
    titles = ("home", "purpose", "subject", "text_sha256", "language", "channel")
    rows = [
        (
            *(getattr(consent, title) for title in titles),
            consent.given_at,
            consent.until,
            consent.withdrawn_at,
        )
        for consent in tools.store.people.consents.of_account(account.id)
    ]
    return _csv((*titles, "given_at", "until", "withdrawn_at"), rows)


def _of_programs(account: Account, *, tools: Toolbox) -> Files:
    tokens = tools.store.people.tokens.of_account(account.id)
    rows = [
        (t.label, " ".join(sorted(t.scopes)), t.created_at, t.expires_at, t.used_at) for t in tokens
    ]
    yield (
        "llaves-de-programas.csv",
        _csv(("label", "scopes", "created_at", "expires_at", "used_at"), rows),
    )


def _home(home: str, account: Account, *, tools: Toolbox, as_of: datetime) -> Files:
    yield "hogar.json", _json(_said(home, tools=tools))
    yield "registro.csv", _trail(trail_of_home(home, tools=tools), account)
    yield from _readings(home, tools=tools)
    yield from _promises(home, tools=tools)
    for name, titles, rows in live_tables(home, account.id, tools=tools):
        yield name, _csv(titles, rows)
    households = tools.store.people.households
    notes = [(note_.created_at, note_.text) for note_ in households.notes(home)]
    yield "notas.csv", _csv(("at", "text"), notes)
    shares = [(share.created_at, share.expires_at) for share in households.shares(home, at=as_of)]
    yield "enlaces.csv", _csv(("created_at", "expires_at"), shares)
    reached = [(r.reach.value, r.granted_at) for r in households.reached_by(home)]
    yield "accesos.csv", _csv(("reach", "granted_at"), reached)


def _said(home: str, *, tools: Toolbox) -> Mapping[str, object]:
    answers = tools.store.people.households.answers(home)
    compared = tools.store.descriptions().get(home)
    return {
        "schema": SCHEMA,
        "home": home,
        "changed_at": answers.changed_at.isoformat(),
        "version": answers.version,
        "said": answers.said,
        "compared_by": None
        if compared is None
        else {
            "department": compared.department,
            "people": compared.people,
            "altitude_m": compared.altitude_m,
            "end_uses": sorted(compared.end_uses),
            "kwh_month": compared.kwh_month,
        },
    }


def _readings(home: str, *, tools: Toolbox) -> Files:
    store = tools.store
    titles = ("file_name", "format", "rows", "kwh", "sha256", "created_at", "undone_at")
    imports = [tuple(getattr(one, title) for title in titles) for one in store.imports(home)]
    yield "importaciones.csv", _csv(titles, imports)
    aside = ("channel", "start_s", "end_s", "reason", "created_at", "released_at")
    put = [tuple(getattr(one, title) for title in aside) for one in store.quarantined(home)]
    yield "apartadas.csv", _csv(aside, put)
    for one in store.imports(home):
        said = store.channels_of_import(home, one.id)
        if said:
            yield f"lecturas-del-medidor-{one.id}.csv", csv_of_channels(said)
    try:
        _, cleaned = readings_of(home, tools=tools)
    except AhorraLuzError:
        # What the meter said is there all the same; no clean series can be made of it.
        return
    yield "lecturas.csv", csv_of_readings(cleaned.readings)


def _promises(home: str, *, tools: Toolbox) -> Files:
    book = tools.store.promises
    own = [promise for promise, of in book.everything() if of == home]
    terms = [(p.terms.step, p.made_on, p.terms.wh_month, p.terms.cents_month, p.hash) for p in own]
    yield "promesas.csv", _csv(("step", "made_on", "wh_month", "cents_month", "hash"), terms)
    # A note without a day takes the step back.
    noted = [(n.step, n.day, datetime.fromtimestamp(n.created_s, tz=UTC)) for n in book.notes(home)]
    yield "pasos.csv", _csv(("step", "day", "noted_at"), noted)
    results = book.results()
    measured = [
        (
            promise.terms.step,
            r.month,
            r.days,
            r.kwh,
            r.error_kwh,
            r.cents,
            r.cents_low,
            r.cents_high,
        )
        for promise in own
        for r in results.get(promise.id, ())
    ]
    titles = ("step", "month", "days", "kwh", "error_kwh", "cents", "cents_low", "cents_high")
    yield "resultados.csv", _csv(titles, measured)


def _trail(lines: Iterable[TrailLine], account: Account) -> bytes:
    def who(line: TrailLine) -> str:
        if line.actor is None:
            return ""
        return "self" if line.actor == account.id else "other"

    rows = [(line.at, line.act, line.detail, who(line)) for line in lines]
    return _csv(("at", "act", "detail", "by"), rows)


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def _csv(titles: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    # What begins like a formula would be run by a spreadsheet.
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value
