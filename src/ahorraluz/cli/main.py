"""The command ``ahorraluz``: its commands, and what happens when something is wrong."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

import click
from typing_extensions import override

from ahorraluz.cli.session import Session
from ahorraluz.cli.words import TextGroup, TextOption
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.telemetry import start_logging

REFUSED, FAILED, INTERRUPTED = 2, 1, 130
"""Exit codes: what was asked for cannot be; the program is at fault; the person stopped it."""

COMMANDS = {
    "bill": "ahorraluz.cli.bill:bill",
    "audit": "ahorraluz.cli.audit:audit",
    "change": "ahorraluz.cli.change:change",
    "curve": "ahorraluz.cli.curve:curve",
    "plan": "ahorraluz.cli.plan:plan",
    "renewables": "ahorraluz.cli.renewables:renewables",
    "readings": "ahorraluz.cli.readings:readings",
    "promise": "ahorraluz.cli.verify:promise",
    "done": "ahorraluz.cli.verify:done",
    "verify": "ahorraluz.cli.verify:verify",
    "scoreboard": "ahorraluz.cli.scoreboard:scoreboard",
    "usage": "ahorraluz.cli.usage:usage",
    "forecast": "ahorraluz.cli.forecast:forecast",
    "prices": "ahorraluz.cli.prices:prices",
    "events": "ahorraluz.cli.events:events",
    "backtest": "ahorraluz.cli.backtest:backtest",
    "features": "ahorraluz.cli.features:features",
    "train": "ahorraluz.cli.train:train",
    "drift": "ahorraluz.cli.drift:drift",
    "models": "ahorraluz.cli.models:models",
    "recibo": "ahorraluz.cli.recibo:recibo",
    "tariffs": "ahorraluz.cli.tariffs:tariffs",
    "data": "ahorraluz.cli.data:data",
    "database": "ahorraluz.cli.database:database",
    "backup": "ahorraluz.cli.backup:backup",
    "accounts": "ahorraluz.cli.accounts:accounts",
    "aggregates": "ahorraluz.cli.aggregates:aggregates",
    "policy": "ahorraluz.cli.policy:policy",
    "serve": "ahorraluz.cli.serve:serve",
    "work": "ahorraluz.cli.work:work",
    "live": "ahorraluz.cli.live:live",
    "live-spark": "ahorraluz.cli.live_spark:live_spark",
    "simulate": "ahorraluz.cli.simulate:simulate",
    "devices": "ahorraluz.cli.devices:devices",
    "boards": "ahorraluz.cli.boards:boards",
    "fleet": "ahorraluz.cli.fleet:fleet",
}


class _Root(TextGroup):
    """The whole program; it turns whatever goes wrong into a sentence and an exit code."""

    @override
    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        obj: Session | None = None,
        **extra: object,
    ) -> NoReturn:
        words = list(sys.argv[1:] if args is None else args)
        session = obj or Session.of(words)
        _forgive_narrow_terminals()
        logger = start_logging(sys.stderr)
        try:
            code = super().main(
                words, prog_name=prog_name or "ahorraluz", standalone_mode=False, obj=session
            )
            sys.exit(code if isinstance(code, int) else 0)
        except AhorraLuzError as error:
            session.report(error.issues)
            sys.exit(REFUSED)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help(), err=True)
            sys.exit(REFUSED)
        except click.ClickException as error:
            session.report([_issue_of(error)])
            sys.exit(REFUSED)
        except click.Abort:
            sys.exit(INTERRUPTED)
        except Exception:
            # The last door: said and logged, never swallowed.
            logger.error("unexpected", exc_info=True)
            click.echo(session.any_texts.text("cli.unexpected"), err=True)
            sys.exit(FAILED)


def _issue_of(error: click.ClickException) -> Issue:
    """Return what click refused as an issue that both languages can say."""
    code, parameters = "usage-unclear", {"message": error.format_message()}
    match error:
        case click.exceptions.NoSuchOption():
            close = error.possibilities or []
            code = "option-unknown"
            parameters = {"option": error.option_name, "suggestion": ", ".join(close) or "--help"}
        case click.exceptions.BadOptionUsage():
            code, parameters = "option-without-value", {"option": error.option_name}
        case click.exceptions.MissingParameter() if error.param is not None:
            shown = error.param.opts[0] if isinstance(error.param, click.Option) else None
            code = "option-missing"
            parameters = {"option": shown or (error.param.name or "").upper()}
    return Issue(code=code, severity=Severity.ERROR, parameters=parameters)


def _forgive_narrow_terminals() -> None:
    """Show a question mark for a letter that a terminal cannot, rather than stop."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"ahorraluz {version('ahorraluz')}")
        ctx.exit()


cli = _Root(
    "ahorraluz",
    commands=COMMANDS,
    params=[
        TextOption(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
        )
    ],
)


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    cli.main()
