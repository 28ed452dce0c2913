"""`pulumi-paygentic emulator`: serves the emulator until it is interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pulumi_paygentic.emulator import Running


@click.command(short_help="Serve a local Paygentic for rehearsals and tests.")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address; no other is served.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--data", type=click.Path(dir_okay=False), help="A file to store everything in. Without it, all is lost at the end."
)
@click.option("--latency-ms", default=0, show_default=True, type=click.IntRange(0), help="Delay of every call.")
@click.option("--api-key", default="sk_test_emulator", show_default=True, help="The key that is accepted.")
@click.option("--strict", is_flag=True, help="Refuse the older calls that a plan of today refuses.")
@click.option("--merchant-id", default="org_emulator", show_default=True, help="The merchant that the key speaks for.")
def emulator(
    *, host: str, port: int, data: str | None, latency_ms: int, api_key: str, merchant_id: str, strict: bool
) -> None:
    """Serve a local Paygentic for rehearsals and tests.

    Prints one line with its address, key and merchant once it accepts connections, and runs until it is interrupted.
    """
    try:
        from pulumi_paygentic.emulator import ServeError, StoreError, serve
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from error
    try:
        serve(
            host=host,
            port=port,
            data=data,
            latency_ms=latency_ms,
            api_key=api_key,
            merchant_id=merchant_id,
            strict=strict,
            announce=_announce,
        )
    except (ServeError, StoreError) as error:
        raise click.ClickException(str(error)) from error


def _announce(running: Running) -> None:
    click.echo(f"Paygentic emulator at {running.url}  key {running.api_key}  merchant {running.merchant_id}")
