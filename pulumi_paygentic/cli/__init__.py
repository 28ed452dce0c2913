"""The command line: `pulumi-paygentic COMMAND`. Thin; a command's module is imported only when it runs."""

from __future__ import annotations

try:
    import click
except ModuleNotFoundError as error:
    raise SystemExit("The command line needs one more package: pip install 'pulumi-paygentic[cli]'") from error

import importlib
from typing import ClassVar, NamedTuple


class Lazy(NamedTuple):
    """The import path of a command, and its line in the overview, which does not import it."""

    target: str
    short_help: str


class LazyGroup(click.Group):
    """A group whose overview imports none of its commands: `--help` answers at once."""

    lazy: ClassVar[dict[str, Lazy]] = {
        "emulator": Lazy("pulumi_paygentic.cli.emulator:emulator", "Serve a local Paygentic for rehearsals and tests."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.lazy and cmd_name not in self.commands:
            module, _, name = self.lazy[cmd_name].target.partition(":")
            self.add_command(getattr(importlib.import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.lazy[name].short_help) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Tools around a Paygentic billing catalog that is declared with Pulumi."""
