"""Commands and options whose help is in the language of the run.

A command has the keys ``cli.<command>.help`` and ``cli.<command>.example``, an option
``cli.option.<name>``; the catalogue holds them in both languages.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import click
from typing_extensions import override

from ahorraluz.cli.session import Session
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

V = TypeVar("V")
METAVARS: Mapping[str, str] = {
    "[OPTIONS]": "cli.metavar-options",
    "COMMAND [ARGS]...": "cli.metavar-command",
}
"""What click writes in a usage line, with the keys of our words for it."""


class Given:
    """The options of one call, by name and of the kind that is asked for."""

    def __init__(self, values: Mapping[str, object]) -> None:
        """Keep what click has read."""
        self._values = values

    def _of(self, name: str, kind: type[V]) -> V | None:
        value = self._values.get(name)
        if value is None:
            return None
        assert isinstance(value, kind)  # noqa: S101 - the type of the option made it so
        return value

    def has(self, name: str) -> bool:
        """Tell whether an option was given."""
        return self._values.get(name) is not None

    def text(self, name: str) -> str | None:
        """Return a text or a choice."""
        return self._of(name, str)

    def number(self, name: str) -> Decimal | None:
        """Return a number."""
        return self._of(name, Decimal)

    def amount(self, name: str) -> Decimal:
        """Return a number that is zero where it was not given. [PEN]"""
        return self._of(name, Decimal) or Decimal(0)

    def day(self, name: str) -> date | None:
        """Return a day."""
        return self._of(name, date)

    def file(self, name: str) -> Path | None:
        """Return a path."""
        return self._of(name, Path)

    def flag(self, name: str) -> bool | None:
        """Return a switch; ``None``: neither it nor its opposite was given."""
        return self._of(name, bool)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of an option that may be repeated."""
        values = self._values.get(name)
        return tuple(str(value) for value in values) if isinstance(values, tuple) else ()

    def files(self, name: str) -> tuple[Path, ...]:
        """Return the paths of an option that may be repeated."""
        values = self._values.get(name)
        return tuple(value for value in values) if isinstance(values, tuple) else ()


def texts_of(ctx: click.Context) -> Texts:
    """Return the sentences of a context, Spanish where nobody asked for any."""
    session = ctx.find_object(Session) or Session()
    return session.any_texts


class TextOption(click.Option):
    """An option with a translated help."""

    @override
    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        texts = texts_of(ctx)
        self.help = texts.text(f"cli.option.{(self.name or '').replace('_', '-')}")
        record = super().get_help_record(ctx)
        if record is None:
            return None
        return record[0], record[1].replace("[required]", texts.text("cli.required"))


class _Translated(click.Command):
    """Help in the language of the run."""

    @property
    def key(self) -> str:
        """Beginning of the keys of this command."""
        return f"cli.{self.name}"

    @override
    def get_short_help_str(self, limit: int = 45) -> str:
        ctx = click.get_current_context(silent=True)
        texts = texts_of(ctx) if ctx else Session().any_texts
        return texts.text(f"{self.key}.help").partition("\n")[0]

    @override
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        standard = super().get_help_option(ctx)
        if standard is None:
            return None
        return TextOption(
            self.get_help_option_names(ctx),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=standard.callback,
        )

    @override
    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        texts = texts_of(ctx)
        pieces = " ".join(
            texts.text(METAVARS[piece]) if piece in METAVARS else piece
            for piece in self.collect_usage_pieces(ctx)
        )
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{texts.text('cli.usage')} ")

    @override
    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        texts = texts_of(ctx)
        formatter.write_paragraph()
        with formatter.indentation():
            for paragraph in texts.text(f"{self.key}.help").split("\n"):
                formatter.write_text(paragraph)
        if texts.has(f"{self.key}.example"):
            with formatter.section(texts.text("cli.example")):
                for line in texts.text(f"{self.key}.example").split("\n"):
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")

    @override
    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for param in self.get_params(ctx) if (record := _record(param, ctx))]
        if records:
            with formatter.section(texts_of(ctx).text("cli.options")):
                formatter.write_dl(records)


class TextCommand(_Translated):
    """A command that hands what was typed to one function."""

    def __init__(
        self,
        name: str,
        *,
        params: Sequence[click.Parameter],
        run: Callable[[Session, Given], None],
    ) -> None:
        """Keep the function; every command also takes ``--json``, ``--lang`` and ``--help``."""
        super().__init__(
            name,
            params=[*params, *everywhere()],
            context_settings={"allow_extra_args": True},
        )
        self._run = run

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if rest:
            raise InvalidInputError("argument-extra", value=rest[0][:60], command=ctx.command_path)
        return rest

    @override
    def invoke(self, ctx: click.Context) -> None:
        session = ctx.find_object(Session) or Session()
        # An unknown language is refused before anything is computed.
        _ = session.texts
        self._run(session, Given(ctx.params))


class TextGroup(_Translated, click.Group):
    """Commands by name, each imported when it is asked for."""

    def __init__(
        self,
        name: str,
        *,
        commands: Mapping[str, str],
        params: Sequence[click.Parameter] = (),
    ) -> None:
        """Keep where the commands are: ``module:attribute`` by name, in the order of the help."""
        super().__init__(name, params=[*params, *everywhere()])
        self._places = commands

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._places)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._places:
            return None
        module, _, attribute = self._places[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - our own table says so
        return command

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = difflib.get_close_matches(name, self._places, n=1)
            raise InvalidInputError(
                "command-unknown",
                value=name[:60],
                suggestion=close[0] if close else ", ".join(self._places),
            )
        return super().resolve_command(ctx, args)

    @override
    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(texts_of(ctx).text("cli.commands")):
            formatter.write_dl(list(self._rows(ctx)))

    def _rows(self, ctx: click.Context) -> Iterator[tuple[str, str]]:
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                yield name, command.get_short_help_str(200)


def everywhere() -> list[click.Parameter]:
    """Return the options every command takes; :meth:`.Session.of` has read them already."""
    return [
        TextOption(["--json"], is_flag=True, expose_value=False),
        TextOption(["--lang"], metavar="es|en", expose_value=False),
    ]


def _record(param: click.Parameter, ctx: click.Context) -> tuple[str, str] | None:
    if isinstance(param, click.Argument):
        name = param.make_metavar(ctx)
        return name, texts_of(ctx).text(f"cli.argument.{(param.name or '').replace('_', '-')}")
    return param.get_help_record(ctx)
