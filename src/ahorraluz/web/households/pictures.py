"""Which picture stands for an appliance, so that the list needs no reading."""

PICTURES = {
    "ducha-electrica": "shower",
    "terma-electrica": "tank",
    "terma-electrica-encendida-24h": "tank",
    "terma-electrica-instantanea": "shower",
    "terma-solar-respaldo": "tank",
    "hervidor": "kettle",
    "cafetera": "kettle",
    "cocina-electrica-4h": "hob",
    "hornilla-electrica": "hob",
    "cocina-induccion": "hob",
    "olla-arrocera": "pot",
    "freidora-aire": "pot",
    "microondas": "oven",
    "horno-electrico": "oven",
    "tostadora": "toaster",
    "sandwichera": "toaster",
    "licuadora": "blender",
    "campana": "fan",
    "refrigeradora-convencional": "fridge",
    "refrigeradora-mediana": "fridge",
    "refrigeradora-inverter": "fridge",
    "congeladora": "freezer",
    "exhibidora-bodega": "freezer",
    "lavadora": "washer",
    "lavadora-calentador": "washer",
    "secadora-ropa": "washer",
    "plancha": "iron",
    "alisadora": "iron",
    "decodificador": "box",
    "equipo-sonido": "sound",
    "radio": "sound",
    "consola": "pad",
    "computadora-escritorio": "screen",
    "laptop": "laptop",
    "impresora": "printer",
    "cargador-celular": "phone",
    "router": "box",
    "estabilizador": "box",
    "ventilador": "fan",
    "calefactor": "heater",
    "frazada-electrica": "bed",
    "electrobomba-05hp": "pump",
    "electrobomba-1hp": "pump",
    "moto-electrica": "bike",
    "camara-seguridad": "camera",
}
BEGINNINGS = (
    ("tv-", "screen"),
    ("foco-", "bulb"),
    ("fluorescente", "tube"),
    ("tubo-", "tube"),
    ("aire-", "cooler"),
)
ANY = "plug"
"""For what has no picture of its own."""


def picture_of(appliance: str) -> str:
    """Return the name of a picture in the sprite.

    Examples
    --------
    >>> picture_of("foco-led-10"), picture_of("secadora-cabello")
    ('bulb', 'plug')
    """
    found = PICTURES.get(appliance)
    if found is not None:
        return found
    return next((name for start, name in BEGINNINGS if appliance.startswith(start)), ANY)
