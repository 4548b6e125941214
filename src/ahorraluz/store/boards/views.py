"""What boards read: one statement for each view, with the audiences that may.

A view gives the rows of its owner, who sees of homes only what the policies of row security let
the login of the session reach. ``OFFSET 0`` keeps what a reader asks outside of the view, so that
neither a condition nor the planner's guess of how many rows it leaves is about rows of others.
"""

# ruff: noqa: S608 - no statement here holds a word of anybody but this program

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

QUARTER_DAYS, HOUR_DAYS, FIGURE_DAYS = 35, 400, 800
"""How far back boards look. [day]"""


class Audience(StrEnum):
    """Who looks at a board."""

    HOME = "home"
    CONSULTANT = "consultant"
    AGENCY = "agency"
    SERVICE = "service"
    MODEL = "model"


PEOPLE = (Audience.HOME, Audience.CONSULTANT)
UNIT = (
    "CASE n.unit WHEN 'Wh' THEN 'kWh' WHEN 'cents' THEN 'PEN' WHEN 'PEN/1000' THEN 'PEN/kWh'"
    " ELSE n.unit END"
)
VALUE = (
    "CASE n.unit WHEN 'Wh' THEN n.value / 1000.0 WHEN 'cents' THEN n.value / 100.0"
    " WHEN 'PEN/1000' THEN n.value / 1000.0 ELSE n.value END::double precision"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view of the schema ``boards``."""

    name: str
    audiences: tuple[Audience, ...]
    query: str
    """With names of tables in braces: which schema they lie in is known where it is made."""
    says: str


def _sums(name: str, span: str, *, days: int, says: str) -> View:
    return View(
        name=name,
        audiences=PEOPLE,
        says=says,
        query=(
            "SELECT c.home, s.channel, c.name AS channel_name, c.flow, c.quantity,"
            " to_timestamp(s.start_s) AS at,"
            " s.energy_uj / 3.6e12 AS kwh,"
            " CASE WHEN s.measured_ms > 0"
            " THEN s.energy_uj / s.measured_ms / 1000.0 END::double precision AS watts"
            f" FROM {{{span}}} s JOIN {{live_channels}} c ON c.id = s.channel"
            " WHERE c.ignored = 0"
            f" AND s.start_s >= extract(epoch FROM now())::bigint - {days} * 86400"
        ),
    )


VIEWS: Sequence[View] = (
    View(
        name="home_now",
        audiences=PEOPLE,
        says="Latest figures of each home, in W, kWh and soles.",
        query=(
            f"SELECT n.home, n.name, to_timestamp(n.at_ms / 1000.0) AS at, {VALUE} AS value,"
            f" {UNIT} AS unit FROM {{live_now}} n"
        ),
    ),
    _sums(
        "home_quarters",
        "live_quarters",
        days=QUARTER_DAYS,
        says="Mean power and energy of quarter hours, by channel.",
    ),
    _sums("home_hours", "live_hours", days=HOUR_DAYS, says="Energy of hours, by channel."),
    View(
        name="home_days",
        audiences=PEOPLE,
        says="Energy of local days, by channel.",
        query=(
            "SELECT c.home, s.channel, c.name AS channel_name, c.flow, c.quantity,"
            " s.day::date AS day, to_timestamp(s.start_s) AS at, s.energy_uj / 3.6e12 AS kwh"
            " FROM {live_days} s JOIN {live_channels} c ON c.id = s.channel"
            " WHERE c.ignored = 0"
            f" AND s.start_s >= extract(epoch FROM now())::bigint - {FIGURE_DAYS} * 86400"
        ),
    ),
    View(
        name="home_events",
        audiences=PEOPLE,
        says="What the watch of each home found.",
        query=(
            "SELECT e.home, to_timestamp(e.at_ms / 1000.0) AS at, e.kind,"
            " (e.cents / 100.0)::double precision AS soles, e.told FROM {live_events} e"
        ),
    ),
    View(
        name="home_figures",
        audiences=PEOPLE,
        says="Figures of each home by day.",
        query=(
            "SELECT f.home, f.day::date AS day, f.name, f.label, f.low, f.middle, f.high, f.unit"
            " FROM {live_figures} f"
            f" WHERE f.day >= to_char(now() - interval '{FIGURE_DAYS} days', 'YYYY-MM-DD')"
        ),
    ),
    View(
        name="peru_places",
        audiences=(Audience.AGENCY,),
        says="What was published of groups of homes, as the page of aggregates tells it.",
        query=(
            "SELECT to_timestamp(p.at_s) AS at, p.id = max(p.id) OVER () AS newest,"
            " u.value ->> 'place' AS place,"
            " CASE length(u.value ->> 'place') WHEN 0 THEN 'country' WHEN 2 THEN 'department'"
            " WHEN 4 THEN 'province' ELSE 'district' END AS level,"
            " n.homes,"
            " round((u.value -> 'sums' ->> 'consumption')::numeric / n.homes / 10, 1)"
            "::double precision AS consumption_kwh,"
            " round((u.value -> 'sums' ->> 'forecast')::numeric / n.homes / 10, 1)"
            "::double precision AS forecast_kwh,"
            " (round((u.value -> 'sums' ->> 'fose')::numeric / n.homes * n.steps) / n.steps)"
            "::double precision AS fose_share,"
            " round((u.value -> 'sums' ->> 'potential')::numeric / n.homes / 100, 2)"
            "::double precision AS potential_pen,"
            " (v.value ->> 'homes')::integer AS verified_homes,"
            " round((v.value -> 'sums' ->> 'verified')::numeric"
            " / nullif((v.value ->> 'homes')::numeric, 0) / 10, 1)"
            "::double precision AS verified_kwh,"
            " u.value ->> 'oldest' AS oldest"
            " FROM {publications} p"
            " CROSS JOIN LATERAL jsonb_array_elements(p.content::jsonb -> 'use') u"
            " CROSS JOIN LATERAL (SELECT (u.value ->> 'homes')::integer AS homes,"
            " CASE WHEN (u.value ->> 'homes')::integer < 100 THEN 20 ELSE 100 END AS steps) n"
            " LEFT JOIN LATERAL (SELECT w.value"
            " FROM jsonb_array_elements(p.content::jsonb -> 'verified') w"
            " WHERE w.value ->> 'place' = u.value ->> 'place') v ON true"
        ),
    ),
    View(
        name="peru_demand",
        audiences=(Audience.AGENCY,),
        says="Homes that a technology would serve, as providers are told, newest publication.",
        query=(
            "SELECT to_timestamp(p.at_s) AS at, d.value ->> 'technology' AS technology,"
            " d.value ->> 'department' AS department, d.value ->> 'district' AS district,"
            " (d.value ->> 'homes')::integer AS homes"
            " FROM (SELECT q.at_s, q.content FROM {publications} q ORDER BY q.id DESC LIMIT 1) p"
            " CROSS JOIN LATERAL jsonb_array_elements(p.content::jsonb -> 'demand') d"
        ),
    ),
    View(
        name="service_jobs",
        audiences=(Audience.SERVICE,),
        says="Work that outlasts a request, counted by kind and state.",
        query=(
            "SELECT j.kind, j.state, count(*) AS jobs,"
            " to_timestamp(min(j.created_s)) AS oldest FROM {jobs} j GROUP BY j.kind, j.state"
        ),
    ),
    View(
        name="service_duties",
        audiences=(Audience.SERVICE,),
        says="What the service does by itself: when it did, and when it will.",
        query=(
            "SELECT d.name, to_timestamp(d.due_s) AS due, to_timestamp(d.began_s) AS began,"
            " to_timestamp(d.ended_s) AS ended,"
            " coalesce(nullif(d.outcome, '')::jsonb ->> 'failed', '') AS failure"
            " FROM {duties} d"
        ),
    ),
    View(
        name="service_tables",
        audiences=(Audience.SERVICE,),
        says="How large tables are, with their indexes; partitions count with their table.",
        query=(
            "SELECT coalesce(parent.relname, c.relname)::text AS table_name,"
            " sum(pg_total_relation_size(c.oid))::bigint AS bytes, count(*) AS parts"
            " FROM pg_catalog.pg_class c"
            " LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid"
            " LEFT JOIN pg_catalog.pg_class parent ON parent.oid = i.inhparent"
            " WHERE c.relkind = 'r' AND c.relnamespace = '{schema}'::regnamespace"
            " GROUP BY 1"
        ),
    ),
    View(
        name="service_live",
        audiences=(Audience.SERVICE,),
        says="How far live readings are summed up, and what waits for it.",
        query=(
            "SELECT to_timestamp(nullif(l.closed_s, 0)) AS closed,"
            " to_timestamp(nullif(l.kept_from_ms, 0) / 1000.0) AS kept_from,"
            " (SELECT count(*) FROM {live_dirty}) AS quarters_waiting,"
            " pg_database_size(current_database()) AS database_bytes"
            " FROM {live_closing} l"
        ),
    ),
    View(
        name="model_figures",
        audiences=(Audience.MODEL, Audience.SERVICE),
        says="Figures of forecast models, as their cards and later checks tell them.",
        query=(
            "SELECT to_timestamp(m.at_s) AS at, m.model, m.name, m.cohort, m.horizon_h,"
            " m.value, m.homes, m.unit FROM {live_model_figures} m"
        ),
    ),
)
"""Every view there is."""

OF_HOMES: Sequence[str] = ("live_channels", "live_now", "live_events", "live_figures")
"""Tables whose rows name a home."""
OF_CHANNELS: Sequence[str] = ("live_quarters", "live_hours", "live_days")
"""Tables whose rows name a channel of a home."""
COLUMNS = {
    "live_channels": ("id", "home", "name", "flow", "quantity", "ignored"),
    "live_now": ("home", "name", "at_ms", "value", "unit"),
    "live_events": ("home", "at_ms", "kind", "cents", "told"),
    "live_figures": ("home", "day", "name", "label", "low", "middle", "high", "unit"),
    "live_quarters": ("channel", "start_s", "energy_uj", "measured_ms"),
    "live_hours": ("channel", "start_s", "energy_uj", "measured_ms"),
    "live_days": ("channel", "start_s", "day", "energy_uj"),
    "publications": ("id", "at_s", "content"),
    "jobs": ("kind", "state", "created_s"),
    "duties": ("name", "due_s", "began_s", "ended_s", "outcome"),
    "live_closing": ("closed_s", "kept_from_ms"),
    "live_dirty": ("channel",),
    "live_model_figures": (
        "at_s",
        "model",
        "name",
        "cohort",
        "horizon_h",
        "value",
        "homes",
        "unit",
    ),
    "board_logins": ("role_name", "audience", "account", "home"),
    "accounts": ("id", "role", "suspended_s"),
    "reaches": ("home", "account", "reach"),
    "consents": ("account", "home", "purpose", "subject", "until_s", "withdrawn_s"),
}
"""What the owner of the views may read of each table, and nothing else."""
