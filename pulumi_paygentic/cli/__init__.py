"""The command line: `pulumi-paygentic COMMAND`. Thin; a command's module is imported only when it runs.

All commands are one family. They read the account's settings as the provider does (`account`), print results on
standard output and everything else on standard error (`terminal`), and write files whole or not at all (`files`).
Exit codes: 0 success; 1 an error, in one line on standard error; 2 a difference, of commands that compare; 3 a gate
says no, of `diff`; 130 interrupted.
"""

from __future__ import annotations

try:
    import click
except ModuleNotFoundError as error:
    raise SystemExit("The command line needs one more package: pip install 'pulumi-paygentic[cli]'") from error

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

_ERROR = 1
_INTERRUPTED = 130


class Lazy(NamedTuple):
    """The import path of a command, and its line in the overview, which does not import it."""

    target: str
    short_help: str


class LazyGroup(click.Group):
    """A group whose overview imports none of its commands: `--help` answers at once."""

    lazy: ClassVar[dict[str, Lazy]] = {
        "compare": Lazy("pulumi_paygentic.cli.compare:compare", "Show what two accounts, states or exports differ in."),
        "comment": Lazy("pulumi_paygentic.cli.comment:comment", "Post a comment that an earlier job wrote to a file."),
        "completion": Lazy("pulumi_paygentic.cli.completion:completion", "Print the completion script of a shell."),
        "diff": Lazy("pulumi_paygentic.cli.diff:diff", "Show what a preview changes, in money and in customers."),
        "doctor": Lazy(
            "pulumi_paygentic.cli.doctor:doctor", "Check the installation, the settings, the account and the stack."
        ),
        "drift": Lazy("pulumi_paygentic.cli.drift:drift", "Show what has drifted from the state of a stack."),
        "emulator": Lazy("pulumi_paygentic.cli.emulator:emulator", "Serve a local Paygentic for rehearsals and tests."),
        "export": Lazy("pulumi_paygentic.cli.export:export", "Write an account as YAML or JSON, without ids."),
        "import": Lazy("pulumi_paygentic.cli.importing:import_", "Write the account as a program, with its state."),
        "sandbox": Lazy("pulumi_paygentic.cli.sandbox:sandbox", "Empty a sandbox account."),
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

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _one_line_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _one_line_errors():
            return super().invoke(ctx)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn every error of ours, and every one about a file, into one line and exit code 1."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        raise click.exceptions.Exit(_INTERRUPTED) from None
    except click.UsageError as error:
        error.exit_code = _ERROR  # type: ignore[misc]  # click's own is 2, which here means a difference
        raise
    except BrokenPipeError:
        raise
    except OSError as error:
        name = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        raise click.ClickException(f"{name}{error.strerror or error}") from error
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:
        from pulumi_paygentic.api import PaygenticError

        if isinstance(error, PaygenticError):
            raise click.ClickException(str(error)) from error
        raise


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Tools around a Paygentic billing catalog that is declared with Pulumi."""
