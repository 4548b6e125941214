"""Ways to be told: which services there are, and what their addresses may say.

An address of a way is typed by whoever wants to be told, and this server calls it: so only services
of a list are called, with options of a list, encrypted, and never what lies in a private network
unless the operator named it. Where a name leads is checked when it is called (``sender``).
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from ahorraluz.core.issues import InvalidInputError

LONGEST_ADDRESS = 500
LONGEST_SCHEME = 20
_SCHEME = re.compile(r"([a-z][a-z0-9]{1,19})://(.+)", re.ASCII | re.IGNORECASE)
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that tells people, by Apprise."""

    name: str
    """What people call it."""
    module: str
    """Of ``apprise.plugins``."""
    plugin: str
    hosted: bool = False
    """Whether its address names a computer: of others it holds secrets there."""
    plain: str = ""
    """Its scheme without encryption; empty: there is none."""
    options: tuple[str, ...] = ()
    """What may stand behind the question mark."""


SERVICES: Mapping[str, Service] = {
    "tgram": Service(name="Telegram", module="telegram", plugin="NotifyTelegram"),
    "whatsapp": Service(name="WhatsApp", module="whatsapp", plugin="NotifyWhatsApp"),
    "twilio": Service(name="Twilio", module="twilio", plugin="NotifyTwilio"),
    "whapi": Service(name="Whapi", module="whapi", plugin="NotifyWhapi"),
    "evolutions": Service(
        name="Evolution", module="evolution", plugin="NotifyEvolution", hosted=True,
        plain="evolution",
    ),
    "signals": Service(
        name="Signal", module="signal_api", plugin="NotifySignalAPI", hosted=True, plain="signal"
    ),
    "ntfys": Service(
        name="ntfy", module="ntfy", plugin="NotifyNtfy", hosted=True, plain="ntfy",
        options=("auth", "token", "priority", "tags"),
    ),
    "mailtos": Service(
        name="E-mail", module="email", plugin="NotifyEmail", hosted=True, plain="mailto",
        options=("to", "from", "name", "user", "pass", "smtp", "mode"),
    ),
    "gotifys": Service(
        name="Gotify", module="gotify", plugin="NotifyGotify", hosted=True, plain="gotify",
        options=("priority",),
    ),
    "matrixs": Service(
        name="Matrix", module="matrix", plugin="NotifyMatrix", hosted=True, plain="matrix",
        options=("token",),
    ),
    "hassios": Service(
        name="Home Assistant", module="home_assistant", plugin="NotifyHomeAssistant", hosted=True,
        plain="hassio",
    ),
    "nctalks": Service(
        name="Nextcloud Talk", module="nextcloudtalk", plugin="NotifyNextcloudTalk", hosted=True,
        plain="nctalk",
    ),
    "mmosts": Service(
        name="Mattermost", module="mattermost", plugin="NotifyMattermost", hosted=True,
        plain="mmost",
    ),
    "rockets": Service(
        name="Rocket.Chat", module="rocketchat", plugin="NotifyRocketChat", hosted=True,
        plain="rocket",
    ),
    "barks": Service(
        name="Bark", module="bark", plugin="NotifyBark", hosted=True, plain="bark"
    ),
    "discord": Service(name="Discord", module="discord", plugin="NotifyDiscord"),
    "slack": Service(name="Slack", module="slack", plugin="NotifySlack"),
    "pover": Service(name="Pushover", module="pushover", plugin="NotifyPushover"),
    "pbul": Service(name="Pushbullet", module="pushbullet", plugin="NotifyPushBullet"),
    "zulip": Service(name="Zulip", module="zulip", plugin="NotifyZulip"),
    "gchat": Service(name="Google Chat", module="google_chat", plugin="NotifyGoogleChat"),
    "wxteams": Service(name="Webex", module="webexteams", plugin="NotifyWebexTeams"),
    "threema": Service(name="Threema", module="threema", plugin="NotifyThreema"),
    "line": Service(name="LINE", module="line", plugin="NotifyLine"),
}  # fmt: skip
"""Every service that may be called, by its scheme. All speak HTTP or SMTP and need no file and no
program of this computer; what Apprise knows beside them is not called."""
PLAIN: Mapping[str, str] = {made.plain: scheme for scheme, made in SERVICES.items() if made.plain}
"""Schemes without encryption, with those that have it."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Computers in private networks that the operator lets ways lead to."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = field(default=())

    def named(self, host: str) -> bool:
        """Tell whether a computer is one of them, by its name or address."""
        if host.casefold() in self.hosts:
            return True
        address = address_of(host)
        return address is not None and self.holds(address)

    def holds(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        """Tell whether an address is in one of their networks."""
        return any(address in network for network in self.networks)


def inside_of(text: str) -> Inside:
    """Return the computers of the setting: names, addresses and networks, with commas between.

    Examples
    --------
    >>> inside_of("ntfy.casa,192.168.1.0/24").named("192.168.1.7")
    True
    """
    hosts, networks = set[str](), []
    for part in filter(None, text.split(",")):
        try:
            networks.append(ipaddress.ip_network(part))
        except ValueError:
            hosts.add(part.casefold())
    return Inside(frozenset(hosts), tuple(networks))


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a text is, ``None`` for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether everybody reaches the same computer by an address.

    Addresses that hold another one are open if both are.

    Examples
    --------
    >>> [is_open(ipaddress.ip_address(text)) for text in ("1.1.1.1", "10.0.0.1", "::ffff:10.0.0.1")]
    [True, False, False]
    """
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return all(is_open(one) for one in _within(address))


def _within(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> tuple[ipaddress.IPv4Address, ...]:
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return tuple(one for one in found if one is not None)


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def check_address(text: str, *, inside: Inside) -> str:
    """Return the address of a way as it is kept.

    Raises
    ------
    InvalidInputError
        ``way-address-missing``, ``way-address-long``, ``way-address-wrong``,
        ``way-service-unknown``, ``way-not-encrypted``, ``way-option-unknown``,
        ``way-host-private``. None of them repeats the address: it holds secrets.
    """
    url = text.strip()
    if not url:
        raise InvalidInputError("way-address-missing")
    if len(url) > LONGEST_ADDRESS:
        raise InvalidInputError("way-address-long", most=LONGEST_ADDRESS)
    split = _SCHEME.fullmatch(url)
    if split is None or not _PRINTABLE.fullmatch(url) or _hides(url):
        raise InvalidInputError("way-address-wrong")
    scheme = split.group(1).casefold()
    service = service_of(scheme)
    if service is None:
        raise InvalidInputError(
            "way-service-unknown", value=scheme, allowed=[one.name for one in SERVICES.values()]
        )
    named = hosts_of(f"{scheme}://{split.group(2)}")
    if scheme in PLAIN and not (named and all(map(inside.named, named))):
        raise InvalidInputError("way-not-encrypted", value=scheme, better=PLAIN[scheme])
    for name, _ in _options(url):
        if name not in service.options:
            raise InvalidInputError(
                "way-option-unknown", value=name[:LONGEST_SCHEME], allowed=list(service.options)
            )
    if service.hosted and any(_is_private(host) and not inside.named(host) for host in named):
        raise InvalidInputError("way-host-private")
    return f"{scheme}://{split.group(2)}"


def service_of(scheme: str) -> Service | None:
    """Return the service of a scheme, ``None`` where none is called by it."""
    return SERVICES.get(PLAIN.get(scheme, scheme))


def hosts_of(url: str) -> tuple[str, ...]:
    """Return the computers that an address of a hosted service names; empty for others."""
    scheme = url.partition("://")[0]
    service = service_of(scheme)
    if service is None or not service.hosted:
        return ()
    options = dict(_options(url))
    if scheme.startswith("ntfy") and not urlsplit(url).path.strip("/"):
        # An address of a topic alone is one of ntfy.sh.
        return ("ntfy.sh",)
    if options.get("smtp"):
        return (options["smtp"].casefold(),)
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return (host,) if host else ()


def shown(url: str) -> str:
    """Return what may be shown of an address: its service, and the computer where it names one."""
    service = service_of(url.partition("://")[0])
    if service is None:
        return "?"
    return " · ".join((service.name, *hosts_of(url)))


def _options(url: str) -> list[tuple[str, str]]:
    # Apprise reads what is behind the first question mark, and names in small letters.
    behind = url.partition("?")[2].partition("#")[0]
    found = parse_qsl(behind.replace(";", "&"), keep_blank_values=True)
    return [(name.strip().casefold(), value) for name, value in found]


def _hides(url: str) -> bool:
    """Tell whether an address holds characters that are no text, however they are written."""
    plain = url
    for _ in range(3):
        plain = unquote(plain)
        if any(ord(letter) < ord(" ") or letter == "\x7f" for letter in plain):
            return True
    return False


def _is_private(host: str) -> bool:
    address = address_of(host)
    if address is not None:
        return not is_open(address)
    last = host.rstrip(".").rpartition(".")[2]
    # Numbers in other forms, such as 0x7f.1 and 2130706433, are addresses to some.
    if last.isdigit() or last.startswith("0x"):
        return True
    return "." not in host.rstrip(".") or last in _LOCAL


_LOCAL = ("localhost", "local", "internal", "intranet", "lan", "home", "arpa", "localdomain")
"""Ends of names that lead nowhere outside."""
