"""`python -m pulumi_paygentic.cli`."""

from . import main

main(prog_name="pulumi-paygentic")
