"""Homes of a service that agreed to count in statistics, with figures beside each."""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.signed_people import Service

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.consents import PAGES, Asked, Purpose, give_consent
from ahorraluz.services.households.figures import BESIDE, HomeFigures, _written
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.publish_aggregates import latest_aggregates, publish_aggregates
from ahorraluz.texts import open_texts

PAIRS = (("d", "luz-del-sur"), ("s", "lima-sur"), ("dep", "lima"))
SPELLED = "es"


@dataclass
class Town:
    """Homes of a service, each with its own account, all of which agreed."""

    service: Service
    homes: list[str] = field(default_factory=list)

    def settle(
        self, count: int, *, kwh: int = 120, district: str = "150140", wants: tuple[str, ...] = ()
    ) -> list[str]:
        """Keep some homes; return their names."""
        new = [self._home(kwh + n, district, wants) for n in range(count)]
        self.homes += new
        return new

    def _home(self, kwh: int, district: str, wants: tuple[str, ...]) -> str:
        owner = self.service.account(Role.RESIDENT)
        tools, now = self.service.tools, self.service.clock.at
        pairs = (*PAIRS, ("k", str(kwh)), ("di", district))
        home = keep_home(pairs, account=owner.id, tools=tools, as_of=now).id
        figures = HomeFigures(
            day=now.date().isoformat(),
            kwh_month=Decimal(kwh + 3),
            saving_pen_year=Decimal(kwh * 2),
            renewables=wants,
        )
        client_book(tools).keep_beside(home, BESIDE, _written(figures), version=1)
        asked = Asked(account=owner.id, home=home, purpose=Purpose.AGGREGATES)
        give_consent(asked, texts=open_texts(SPELLED), channel=PAGES, tools=tools, as_of=now)
        return home

    def publish(self) -> list[tuple[str, int, Decimal]]:
        """Publish; return what is told of each place."""
        publish_aggregates(tools=self.service.tools, as_of=self.service.clock.at)
        found = latest_aggregates(tools=self.service.tools)
        assert found is not None
        return [(place.code, place.homes, place.consumption_kwh) for place in found.places]

    def bytes_of_store(self) -> bytes:
        """Return every byte of the store's files."""
        folder = self.service.tools.settings.data_dir
        return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
