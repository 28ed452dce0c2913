"""The checks of `pulumi-paygentic doctor`: installation, settings, account and stack."""
