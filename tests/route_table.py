"""Who gets to which route: a table by hand, for the test that walks every route as everybody.

A new route is written down here with who may use it, before its test is green.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ahorraluz.security.scopes import Scope

IN, NOT_FOUND, REFUSED, SIGN_IN, SECOND = "in", "not found", "refused", "sign in", "second factor"

OWNER = "owner"
HALF = "owner before the second factor"
SUSPENDED = "viewer who is suspended"
OTHER = "resident of another home"
VIEWER = "resident who may view"
CONSULTANT = "consultant of the home"
BARE = "consultant of the home without a second factor"
COLLEAGUE = "consultant of other homes"
WITHDRAWN = "consultant who may no more"
PROVIDER, AGENCY, ADMINISTRATOR, STRANGER = "provider", "agency", "administrator", "stranger"
RESIDENTS = frozenset({OWNER, OTHER, VIEWER})
CONSULTANTS = frozenset({CONSULTANT, COLLEAGUE, WITHDRAWN})
SIGNED = RESIDENTS | CONSULTANTS | {PROVIDER, AGENCY, ADMINISTRATOR}
UNFINISHED = frozenset({HALF, BARE})
VISITORS = (*sorted(SIGNED), HALF, BARE, SUSPENDED, STRANGER)


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who gets in, and what the others are told; whoever is in neither is refused."""

    lets_in: frozenset[str]
    not_found: frozenset[str] = frozenset()
    """Who is told that there is no such home."""
    unfinished: bool = False
    """Whether a session without its second factor gets in, too."""
    open: bool = False
    """Whether nobody is sent away to sign in."""

    def answer(self, visitor: str) -> str:
        """Return what a visitor of the pages gets."""
        if visitor in self.lets_in:
            return IN
        if visitor in self.not_found:
            return NOT_FOUND
        if self.open:
            return REFUSED
        if visitor in UNFINISHED:
            return IN if self.unfinished else SECOND
        return SIGN_IN if visitor in (STRANGER, SUSPENDED) else REFUSED


EVERYBODY = frozenset(VISITORS)
STRANGE = frozenset({OTHER, COLLEAGUE, WITHDRAWN})
"""Who may keep homes, and not reach this one."""
ALL = Line(lets_in=EVERYBODY, open=True)
ACCOUNT = Line(lets_in=SIGNED)
BEGUN = Line(lets_in=SIGNED, unfinished=True)
KEEPERS = Line(lets_in=RESIDENTS | CONSULTANTS)
READ = Line(lets_in=frozenset({OWNER, VIEWER, CONSULTANT}), not_found=STRANGE)
EDIT = Line(lets_in=frozenset({OWNER, CONSULTANT}), not_found=STRANGE)
OWN = Line(lets_in=frozenset({OWNER}), not_found=STRANGE)
PORTFOLIO = Line(lets_in=CONSULTANTS)
CLIENT = Line(lets_in=frozenset({CONSULTANT}), not_found=frozenset({COLLEAGUE, WITHDRAWN}))
QUICK_READ = Line(lets_in=READ.lets_in, not_found=EVERYBODY - READ.lets_in, open=True)
QUICK_OWN = Line(lets_in=OWN.lets_in, not_found=EVERYBODY - READ.lets_in, open=True)
DEVICES = Line(lets_in=frozenset())
"""With the key of a device alone."""
OFFERS = Line(lets_in=frozenset({PROVIDER}))
GROUPS = Line(lets_in=frozenset({PROVIDER, AGENCY}))
POLICIES = Line(lets_in=frozenset({AGENCY}))
OPERATIONS = Line(lets_in=frozenset({ADMINISTRATOR}))

PAGES: Mapping[Line, str] = {
    ALL: """
        GET /                           GET /acerca
        GET /c/<token>                  GET /crear-cuenta
        POST /crear-cuenta              GET /ejemplos
        GET /ejemplos/<example>         GET /energias
        GET /energias/<name>            GET /entrar
        POST /entrar                    GET /hogar
        GET /invitacion                 POST /invitacion
        GET /manifest.webmanifest       GET /medidor
        POST /medidor                   GET /medidor/<token>
        POST /medidor/<token>/descartar POST /medidor/<token>/guardar
        GET /privacidad                 GET /recibo
        GET /reclamo                    GET /recuperar
        POST /recuperar                 GET /recuperar/<token>
        POST /recuperar/<token>         POST /recuperar/codigo
        GET /respuesta                  GET /resultados
        GET /resultados-huellas.txt     GET /resultados.csv
        GET /resultados.json            GET /revision
        GET /salud                      GET /sin-conexion
        GET /static/<name>              GET /sw.js
        GET /metrics                    GET /listo
        GET /sin-luz
    """,
    BEGUN: """
        GET /cuenta/codigo              POST /cuenta/codigo
        GET /cuenta/llaves/nueva        POST /cuenta/llaves/nueva
        GET /cuenta/segundo-paso        POST /cuenta/segundo-paso
        POST /cuenta/segundo-paso/llave POST /salir
    """,
    ACCOUNT: """
        GET /cuenta                     GET /cuenta/borrar
        POST /cuenta/borrar             POST /cuenta/clave
        POST /cuenta/codigo/quitar      POST /cuenta/equipos
        POST /cuenta/equipos/<handle>   POST /cuenta/idioma
        POST /cuenta/mis-datos          POST /cuenta/nombre
        GET /cuenta/registro            POST /cuenta/rescate
        GET /hogares                    POST /cuenta/llaves/<credential>/quitar
        GET /cuenta/programas           POST /cuenta/programas
        POST /cuenta/programas/<int:key>/quitar
        POST /cuenta/enlace/anular      GET /trabajos
        POST /trabajos
        GET /trabajos/<job>/archivo     POST /trabajos/<job>/repetir
        POST /trabajos/<job>/borrar
    """,
    KEEPERS: """
        POST /consumo/<home>/guardar    GET /cuenta/permisos
        POST /cuenta/permisos           POST /cuenta/permisos/<int:consent>/quitar
        POST /hogares                   POST /invitacion/aceptar
    """,
    READ: """
        GET /hogares/<home>                     GET /hogares/<home>/consumo
        GET /hogares/<home>/consumo/datos.csv   GET /hogares/<home>/consumo/tabla.csv
        GET /hogares/<home>/avisos              POST /hogares/<home>/avisos
        POST /hogares/<home>/avisos/formas
        POST /hogares/<home>/avisos/formas/<way>/probar
        POST /hogares/<home>/avisos/formas/<way>/quitar
        GET /hogares/<home>/informe             GET /hogares/<home>/informe.pdf
        GET /hogares/<home>/consumo/serie.json
        GET /hogares/<home>/en-vivo             GET /hogares/<home>/en-vivo/ahora.json
        GET /hogares/<home>/pasos/siguiente     GET /hogares/<home>/reclamo
        GET /hogares/<home>/reclamo.pdf         GET /hogares/<home>/revision
    """,
    EDIT: """
        GET /hogares/<home>/medidor             POST /hogares/<home>/medidor
        GET /hogares/<home>/medidor/<token>     POST /hogares/<home>/medidor/<token>/descartar
        GET /hogares/<home>/pasos/<step>        POST /hogares/<home>/medidor/<token>/guardar
        POST /hogares/<home>/pasos/<step>       POST /hogares/<home>/pasos/cifras
        POST /hogares/<home>/plan/<step>        POST /hogares/<home>/pasos/recibos/archivo
        POST /hogares/<home>/plan/<step>/quitar
    """,
    OWN: """
        GET /hogares/<home>/acceso              POST /hogares/<home>/acceso/quitar
        GET /hogares/<home>/ofertas             POST /hogares/<home>/ofertas
        POST /hogares/<home>/ofertas/quitar     POST /hogares/<home>/compartir
        POST /hogares/<home>/compartir/<int:link>/quitar
        GET /hogares/<home>/aparatos            POST /hogares/<home>/aparatos
        GET /hogares/<home>/aparatos/<device>   POST /hogares/<home>/aparatos/<device>
        POST /hogares/<home>/aparatos/<device>/probar
        POST /hogares/<home>/aparatos/<device>/llave
        POST /hogares/<home>/aparatos/<device>/cerrar
        POST /hogares/<home>/aparatos/<device>/medidas
        GET /hogares/<home>/aparatos/<device>/quitar
        POST /hogares/<home>/aparatos/<device>/quitar
        GET /cuenta/hogares/<home>/borrar       POST /cuenta/hogares/<home>/borrar
    """,
    QUICK_READ: """
        GET /consumo/<home>         GET /consumo/<home>/datos.csv
        GET /consumo/<home>/informe
    """,
    QUICK_OWN: "POST /consumo/<home>/borrar",
    PORTFOLIO: """
        GET /cartera                    POST /cartera/calcular
        GET /cartera/cuadros            POST /cartera/exportar
        GET /cartera/importar           POST /cartera/importar
        GET /cartera/importar/<token>   POST /cartera/importar/<token>/descartar
        POST /cartera/informes          POST /cartera/importar/<token>/guardar
        GET /cartera/invitaciones       POST /cartera/invitaciones
        POST /cartera/invitaciones/anular
    """,
    CLIENT: """
        GET /cartera/<home>             POST /cartera/<home>/invitar
        POST /cartera/<home>/notas      POST /cartera/<home>/quitar
    """,
    OFFERS: """
        GET /ofertas                    GET /ofertas/demanda
        GET /ofertas/nueva              POST /ofertas/nueva
        GET /ofertas/interesados        POST /ofertas/interesados/<int:lead>
    """,
    GROUPS: """
        GET /agregados                  GET /agregados.csv
        GET /agregados.json
    """,
    POLICIES: "GET /politicas POST /politicas",
    OPERATIONS: """
        GET /administracion                     GET /administracion/personas
        POST /administracion/personas           POST /administracion/personas/<account>/rol
        POST /administracion/personas/<account>/suspender
        POST /administracion/personas/<account>/reanudar
        POST /administracion/personas/<account>/enlace
        POST /administracion/personas/<account>/enlace/aprobar
        POST /administracion/personas/<account>/enlace/anular
        GET /administracion/pliegos             POST /administracion/pliegos
        GET /administracion/pliegos/<token>     GET /administracion/catalogo
        POST /administracion/pliegos/<token>/guardar
        POST /administracion/pliegos/<token>/descartar
        GET /administracion/propuestas          POST /administracion/propuestas/<int:number>
        GET /administracion/modelos             GET /administracion/registro
        GET /administracion/tareas
    """,
}
"""Who gets to which page."""

ENDPOINTS: Mapping[tuple[Line, Scope | None], str] = {
    (ALL, None): """
        POST /api/v1/audit              POST /api/v1/bill
        GET /api/v1/distributors        GET /api/v1/docs
        GET /api/v1/docs.css            POST /api/v1/forecast
        GET /api/v1/openapi.json        POST /api/v1/plan
        GET /api/v1/renewables          GET /api/v1/renewables/<entry>
        GET /api/v1/scoreboard          GET /api/v1/forecasts
    """,
    (DEVICES, None): """
        POST /api/v1/live/readings
        GET /api/v1/input/post          POST /api/v1/input/post
        GET /api/v1/input/bulk          POST /api/v1/input/bulk
    """,
    (ACCOUNT, Scope.ACCOUNT_READ): "GET /api/v1/account",
    (KEEPERS, Scope.HOMES_READ): "GET /api/v1/homes",
    (KEEPERS, Scope.HOMES_WRITE): "POST /api/v1/homes",
    (KEEPERS, Scope.PLAN_READ): "POST /api/v1/forecasts",
    (READ, Scope.HOMES_READ): """
        GET /api/v1/homes/<home>        GET /api/v1/homes/<home>/audit
        GET /api/v1/homes/<home>/bill   GET /api/v1/homes/<home>/notices
    """,
    (READ, Scope.HOMES_WRITE): """
        PUT /api/v1/homes/<home>/notices    POST /api/v1/homes/<home>/notices/ways
        DELETE /api/v1/homes/<home>/notices/ways/<way>
        POST /api/v1/homes/<home>/notices/ways/<way>/trial
    """,
    (READ, Scope.PLAN_READ): """
        GET /api/v1/homes/<home>/forecast   GET /api/v1/homes/<home>/plan
        POST /api/v1/homes/<home>/plan      GET /api/v1/homes/<home>/steps
    """,
    (READ, Scope.READINGS_READ): """
        GET /api/v1/homes/<home>/imports    GET /api/v1/homes/<home>/readings
        GET /api/v1/homes/<home>/tariffs    GET /api/v1/homes/<home>/usage
        GET /api/v1/homes/<home>/prices     GET /api/v1/homes/<home>/events
        GET /api/v1/homes/<home>/live       GET /api/v1/homes/<home>/live/series
        GET /api/v1/homes/<home>/verification
    """,
    (EDIT, Scope.HOMES_WRITE): "PUT /api/v1/homes/<home>",
    (KEEPERS, Scope.READINGS_WRITE): "GET /api/v1/jobs/<job>",
    (EDIT, Scope.READINGS_WRITE): """
        DELETE /api/v1/homes/<home>/imports/<int:number>
        POST /api/v1/homes/<home>/readings
    """,
    (EDIT, Scope.PLAN_WRITE): """
        POST /api/v1/homes/<home>/promises  POST /api/v1/homes/<home>/steps
        DELETE /api/v1/homes/<home>/promises/<step>
        DELETE /api/v1/homes/<home>/steps/<step>
    """,
    (OWN, Scope.HOMES_WRITE): "DELETE /api/v1/homes/<home>",
    (GROUPS, Scope.AGGREGATES_READ): "GET /api/v1/aggregates",
}
"""Which program gets to what of the API, and by which scope of its key."""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    words = text.split()
    return zip(words[::2], words[1::2], strict=True)


OF_PAGES = {pair: line for line, text in PAGES.items() for pair in _pairs(text)}
OF_API = {pair: said for said, text in ENDPOINTS.items() for pair in _pairs(text)}
