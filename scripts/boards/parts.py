"""What boards are put together from: queries, panels and the units that they are told in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from grafana_foundation_sdk.builders.bargauge import Panel as BarGauge
from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig as Thresholds
from grafana_foundation_sdk.builders.prometheus import Dataquery as PromQuery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Lines
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
)
from typing_extensions import override

from ahorraluz.texts import open_texts

Panel = TypeVar("Panel")
SQL_PLUGIN, PROMETHEUS_PLUGIN = "postgres", "prometheus"
"""Names of the plugins: newer ones of Grafana answer to them as well."""
KWH, WATTS, SHARE, BYTES, SECONDS = "kwatth", "watt", "percentunit", "bytes", "s"
"""Units of Grafana."""
SOLES = "prefix:S/ "
"""It has no unit of soles: this is written before the number."""
TIME_SERIES, AS_TABLE = "time_series", "table"
ZONE = "America/Lima"
TEXTS = open_texts("es")


class SqlQuery(Dataquery):
    """A query of Grafana's plugin for PostgreSQL, which the library has no class for."""

    def __init__(self, sql: str, *, uid: str, form: str, ref: str) -> None:
        self._sql, self._uid, self._form, self._ref = sql, uid, form, ref

    def to_json(self) -> Mapping[str, object]:
        """Return it as a panel holds it."""
        return {
            "datasource": {"type": SQL_PLUGIN, "uid": self._uid},
            "editorMode": "code",
            "format": self._form,
            "rawQuery": True,
            "rawSql": self._sql,
            "refId": self._ref,
        }


@dataclass(frozen=True, slots=True)
class _Built(Builder[Dataquery]):
    query: Dataquery

    @override
    def build(self) -> Dataquery:
        """Return the query itself."""
        return self.query


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data source that a Grafana knows by its uid."""

    uid: str
    plugin: str = SQL_PLUGIN

    @property
    def ref(self) -> DataSourceRef:
        """How a panel names it."""
        return DataSourceRef(type_val=self.plugin, uid=self.uid)


PROMETHEUS = Source(uid="ahorraluz-prometheus", plugin=PROMETHEUS_PLUGIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a panel is, and in what it is told."""

    unit: str = ""
    width: int = 12
    height: int = 8
    decimals: int | None = None
    says: str = ""
    """What is to be known of it; empty: its title says it all."""


def sql(text: str, *, source: Source, form: str = TIME_SERIES, ref: str = "A") -> _Built:
    """Return a query in SQL, its blanks set to one."""
    return _Built(SqlQuery(" ".join(text.split()), uid=source.uid, form=form, ref=ref))


def prom(expression: str, legend: str = "", *, ref: str = "A", instant: bool = False) -> PromQuery:
    """Return a query to Prometheus."""
    asked = PromQuery().expr(expression).legend_format(legend).ref_id(ref)
    return asked.instant() if instant else asked.range()


def stat(title: str, queries: Iterable[Builder[Dataquery]], shape: Shape, source: Source) -> Stat:
    """Return one or a few large numbers, the last of each series."""
    panel = Stat().reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    return _dressed(panel, title, queries, shape, source)


def lines(
    title: str,
    queries: Iterable[Builder[Dataquery]],
    shape: Shape,
    source: Source,
    *,
    bars: bool = False,
) -> Lines:
    """Return a course over time."""
    legend = (
        VizLegendOptions()
        .show_legend(True)
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
    )
    # Every line at the moment that is pointed at, largest first.
    tooltip = VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
    panel = Lines().span_nulls(True).legend(legend).tooltip(tooltip)
    if bars:
        panel = panel.draw_style(GraphDrawStyle.BARS).fill_opacity(70)
    return _dressed(panel, title, queries, shape, source)


def bars(title: str, query: Builder[Dataquery], shape: Shape, source: Source) -> BarGauge:
    """Return a bar for each row of a table of names and numbers."""
    panel = BarGauge().reduce_options(ReduceDataOptions().values(True).calcs(["lastNotNull"]))
    return _dressed(panel.orientation(VizOrientation.HORIZONTAL), title, [query], shape, source)


def table(
    title: str,
    query: Builder[Dataquery],
    shape: Shape,
    source: Source,
    *,
    units: Mapping[str, str] | None = None,
) -> Table:
    """Return a table; ``units`` tell that of a column by its name."""
    panel = _dressed(Table().show_header(True), title, [query], shape, source)
    for column, unit in (units or {}).items():
        panel = panel.override_by_name(column, [DynamicConfigValue(id_val="unit", value=unit)])
    return panel


def steps(*limits: tuple[float | None, str]) -> Thresholds:
    """Return colours from limits on."""
    return (
        Thresholds()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(value=value, color=color) for value, color in limits])
    )


def board(uid: str, title: str, *, says: str, tags: Sequence[str], refresh: str) -> Dashboard:
    """Return a board without panels."""
    return (
        Dashboard(title)
        .uid(uid)
        .description(says)
        .tags(["ahorraluz", *tags])
        .timezone(ZONE)
        .refresh(refresh)
        .readonly()
    )


def choice(name: str, label: str, query: str, source: Source) -> QueryVariable:
    """Return a list to choose from, of what a query finds."""
    return QueryVariable(name).label(label).query(query).datasource(source.ref)


def named(column: str, prefix: str, ids: Iterable[str], *, suffix: str = "") -> str:
    """Return SQL that gives a value the Spanish name that the pages give it."""
    whens = " ".join(
        f"WHEN {quoted(each)} THEN {quoted(TEXTS.text(f'{prefix}{each}{suffix}'))}" for each in ids
    )
    return f"CASE {column} {whens} ELSE {column} END"


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _dressed(
    bare: Panel,
    title: str,
    queries: Iterable[Builder[Dataquery]],
    shape: Shape,
    source: Source,
) -> Panel:
    # Builders share methods, and no class that has them.
    panel: Any = bare
    panel = panel.title(title).datasource(source.ref).span(shape.width).height(shape.height)
    if shape.unit:
        panel = panel.unit(shape.unit)
    if shape.decimals is not None:
        panel = panel.decimals(shape.decimals)
    if shape.says:
        panel = panel.description(shape.says)
    for query in queries:
        panel = panel.with_target(query)
    return cast(Panel, panel)
