"""`pulumi-paygentic completion`: prints the script that lets a shell complete the commands and their options."""

from __future__ import annotations

import click

from pulumi_paygentic.cli.terminal import examples

PROGRAM = "pulumi-paygentic"
SHELLS = ("bash", "fish", "zsh")


@click.command(
    short_help="Print the completion script of a shell.",
    epilog=examples(
        'eval "$(pulumi-paygentic completion bash)"      # in ~/.bashrc',
        'eval "$(pulumi-paygentic completion zsh)"       # in ~/.zshrc',
        "pulumi-paygentic completion fish > ~/.config/fish/completions/pulumi-paygentic.fish",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes the commands and options of pulumi-paygentic in SHELL."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  click has a class for each of SHELLS
    click.echo(kind(ctx.find_root().command, {}, PROGRAM, f"_{PROGRAM}_COMPLETE".replace("-", "_").upper()).source())
