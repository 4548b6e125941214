"""The first steps of the five kinds of user, walked in a browser, with a picture of each step."""

import re

from playwright.sync_api import Page
from tests.browser.conftest import follow
from tests.browser.staged import PASSWORD, Stage, first_entry, invite

from ahorraluz.security.roles import Role
from ahorraluz.services.renewables.proposals import proposals, publish
from ahorraluz.web.page import this_moment

ADMINISTRATOR = "jefa@ahorraluz.example"
CONSULTANT = ("carmen@solyahorro.example", Role.CONSULTANT, "Sol y Ahorro SAC")
PROVIDER = ("ventas@solnorte.example", Role.PROVIDER, "Sol Norte SAC")
AGENCY = ("energia@region.example", Role.AGENCY, "Gobierno Regional de Puno")
ROSA, LUIS = "rosa@ejemplo.pe", "luis@ejemplo.pe"
CLIENTS = (
    "Cliente;Departamento;Distrito;Distribuidora;Sistema;kWh;Total;Personas;Aparatos\n"
    "Ana Quispe;Lima;Surquillo;Luz del Sur;lima-sur;352;300;4;ducha eléctrica\n"
    "Beto Mamani;Puno;Juliaca;Electro Puno;;60;40;3;\n"
    "Caro Flores;Lima;Surquillo;Luz del Sur;lima-sur;mucho;;;\n"
)
WATTS = (
    *(90, 95, 88, 120, 1450, 1390, 240, 210, 180, 175, 190, 170),
    *(165, 480, 450, 172, 168, 1980, 1905, 430, 335, 310, 325, 420),
)
"""What the meter of a home tells on the morning of the pictures, every ten minutes from six. [W]"""


def resident(stage: Stage) -> None:
    """From the first recibo to a kept home with a step that was done."""
    with stage.camera.page("phone") as page:
        stage.goes(page, "/")
        page.get_by_label("Distribuidora", exact=True).select_option("luz-del-sur")
        page.get_by_label("Consumo", exact=True).fill("152")
        page.get_by_label("Total a pagar").fill("130")
        stage.shoot(page, "residente-inicio", "form.card", margin=12)
        follow(page, page.get_by_role("button", name="Ver mi respuesta"))
        stage.shoot(page, "residente-respuesta")
        stage.shoot(page, "residente-salto", "#salto", margin=8)
        stage.shoot(page, "residente-paso", "#pasos .cards > li", margin=8)
        follow(page, page.get_by_role("link", name="Marcar mis aparatos").first)
        page.get_by_text("Agua caliente", exact=True).click()
        page.get_by_role("checkbox", name="Ducha eléctrica", exact=True).check()
        stage.shoot(page, "residente-aparatos", "details[open]", margin=8)
        follow(page, page.get_by_role("button", name="Ver mi respuesta"))
        follow(page, page.get_by_role("link", name=re.compile("Guardar mi respuesta")))
        page.fill("#nombre", ROSA)
        page.fill("#clave", PASSWORD)
        stage.shoot(page, "residente-cuenta")
        page.get_by_role("button", name="Crear mi cuenta").click()
        page.wait_for_url("**/hogares/h-*")
        stage.shoot(page, "residente-hogar")
        card = page.locator("#pasos .cards > li").first
        stage.shoot(page, "residente-hecho", "#pasos .cards > li:first-child", margin=8)
        card.get_by_text("Ya lo hice").click()
        follow(page, card.get_by_role("button", name="Marcar como hecho"))
        stage.shoot(page, "residente-logrado", "#logrado", margin=8)


def staff(stage: Stage) -> None:
    """Invite the three kinds of people who work with homes; each walks its own way."""
    cookies = stage.cookies(Role.ADMINISTRATOR, ADMINISTRATOR)
    with stage.camera.page("desk", cookies) as page:
        links = {}
        for name, role, organisation in (CONSULTANT, PROVIDER, AGENCY):
            links[name] = invite(stage, page, name, role, organisation)
    for (name, *_), walk in ((CONSULTANT, consultant), (PROVIDER, provider), (AGENCY, agency)):
        with stage.camera.page("desk") as page:
            first_entry(stage, page, links[name], name, shown=walk is consultant)
            follow(page, page.get_by_role("link", name="Ya los guardé"))
            follow(page, page.get_by_role("link", name="Mi trabajo"))
            walk(stage, page)


def consultant(stage: Stage, page: Page) -> None:
    """Bring clients, reckon, look at one and invite her."""
    file = stage.folder / "clientes.csv"
    file.write_text(CLIENTS, encoding="utf-8")
    follow(page, page.get_by_role("link", name="Traer clientes"))
    page.set_input_files("#archivo", file)
    stage.shoot(page, "consultor-archivo")
    page.get_by_role("button", name="Ver qué dice").click()
    page.wait_for_url("**/cartera/importar/*")
    stage.shoot(page, "consultor-revision")
    page.get_by_role("button", name="Guardar 2 hogares y dejar fuera 1").click()
    page.wait_for_url("**/cartera")
    follow(page, page.get_by_role("button", name="Calcular los que faltan"))
    stage.shoot(page, "consultor-cartera")
    follow(page, page.get_by_role("link", name="Ana Quispe"))
    stage.shoot(page, "consultor-cliente")
    follow(page, page.get_by_role("button", name="Hacer un código"))
    stage.shoot(page, "consultor-codigo")


def provider(stage: Stage, page: Page) -> None:
    """Propose an offer, see who would want it, and meet a home that asks."""
    follow(page, page.get_by_role("link", name="Proponer una oferta"))
    page.fill("#name", "Terma solar de 120 litros, instalada")
    page.check("input[value='solar-water-heater']")
    page.fill("#price", "2900")
    page.fill("#source", "Lista de precios de noviembre de 2026")
    page.fill("#source_date", "20/11/2026")
    stage.shoot(page, "proveedor-oferta")
    page.get_by_role("button", name="Enviar a revisión").click()
    page.wait_for_url("**/ofertas*")
    stage.shoot(page, "proveedor-espera")
    follow(page, page.get_by_role("link", name="Demanda"))
    stage.shoot(page, "proveedor-demanda")
    newest = proposals(tools=stage.tools)[-1].proposal.id
    publish(newest, actor=ADMINISTRATOR, tools=stage.tools, as_of=this_moment())
    home_that_asks(stage)
    follow(page, page.get_by_role("link", name="Hogares interesados"))
    stage.shoot(page, "proveedor-interesados")
    follow(page, page.get_by_role("button", name="Ver su contacto"))
    stage.shoot(page, "proveedor-contacto")


def home_that_asks(stage: Stage) -> None:
    """As the owner of a home, agree to be met about a solar heater."""
    with stage.camera.page("phone") as page:
        stage.goes(page, "/crear-cuenta?d=luz-del-sur&s=lima-sur&k=352&dep=lima&di=150141")
        page.fill("#nombre", LUIS)
        page.fill("#clave", PASSWORD)
        page.get_by_role("button", name="Crear mi cuenta").click()
        page.wait_for_url("**/hogares/h-*")
        follow(page, page.get_by_role("link", name="Ofertas para tu hogar"))
        card = page.locator("section[aria-labelledby='h-solar-water-heater']")
        card.locator("summary").click()
        card.locator("input[value='90']").check()
        stage.shoot(
            page, "residente-ofertas", "section[aria-labelledby='h-solar-water-heater']", margin=8
        )
        follow(page, card.locator("button[type=submit]"))


def agency(stage: Stage, page: Page) -> None:
    """See groups of homes and try a policy on them."""
    stage.shoot(page, "entidad-mapa")
    stage.shoot(page, "entidad-tabla", ".card:has(table)", margin=12)
    follow(page, page.get_by_role("link", name="Probar una política"))
    page.fill("#limite", "100")
    stage.shoot(page, "entidad-politica")
    follow(page, page.get_by_role("button", name="Probar", exact=True))
    stage.shoot(page, "entidad-resultado", "section[aria-labelledby='h-found']", margin=12)


def smart_home(stage: Stage) -> None:
    """Connect a meter, see it live, and ask for notices."""
    with stage.camera.page("phone") as page:
        stage.goes(page, "/crear-cuenta?d=luz-del-sur&s=lima-sur&k=152&t=130&dep=lima")
        page.fill("#nombre", "ines@ejemplo.pe")
        page.fill("#clave", PASSWORD)
        page.get_by_role("button", name="Crear mi cuenta").click()
        page.wait_for_url("**/hogares/h-*")
        home = page.url.partition("?")[0]
        follow(page, page.get_by_role("link", name="Aparatos conectados"))
        page.fill("#nombre", "Medidor de la casa")
        page.check("input[name=tipo][value=tasmota]")
        stage.shoot(page, "hogar-aparato", "#nuevo", margin=8)
        follow(page, page.get_by_role("button", name="Conectar y ver su llave"))
        key = re.search(r"ald_[A-Za-z0-9_-]{43}", page.content())
        assert key is not None
        stage.shoot(page, "hogar-clave")
        told = page.request.post(
            f"{stage.address}/api/v1/live/readings?topic=tele/SENSOR",
            headers={"Authorization": f"Bearer {key.group()}"},
            data=[
                {"Time": f"2026-11-24T{6 + n // 6:02}:{n % 6}0:00", "ENERGY": {"Power": watts}}
                for n, watts in enumerate(WATTS)
            ],
        )
        assert told.ok, told.text()
        page.goto(home)
        follow(page, page.get_by_role("link", name="En vivo"))
        stage.shoot(page, "hogar-en-vivo")
        follow(page, page.get_by_role("link", name="Todos los avisos, y cómo recibirlos"))
        stage.shoot(page, "hogar-avisos", "#formas", margin=8)
