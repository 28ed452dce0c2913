"""A billing catalog on Paygentic as Pulumi resources.

    import pulumi_paygentic as paygentic

    api = paygentic.Product("api", name="Code Execution API", description="Runs code, billed by the submission")

The resources are imported at their first use: the emulator and the command line share this package and need no Pulumi.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_paygentic.resources import *  # noqa: F403  type checkers read it; at run time see below
    from pulumi_paygentic.resources import __all__ as __all__
else:  # a type checker that saw this would let any name pass

    def __getattr__(name: str) -> Any:
        # Modules are lower-case: to look for one must not import Pulumi.
        if name == "__all__" or name[:1].isupper():
            resources = importlib.import_module(f"{__name__}.resources")
            if name == "__all__" or name in resources.__all__:
                return getattr(resources, name)
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
