"""The environment of every test: constructed, so that no test passes or fails by the shell that it was started from."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

#: Variables that say where things are on this machine, or how much is to be tested. Everything else is cleared.
KEPT: Final = frozenset(
    {
        "CURL_CA_BUNDLE",
        "DISTRIBUTIONS",
        "HOME",
        "HYPOTHESIS_PROFILE",
        "LD_LIBRARY_PATH",
        "PATH",
        "REQUESTS_CA_BUNDLE",
        "THOROUGH",
        "TMPDIR",
        "XDG_CACHE_HOME",
    }
)
KEPT_PREFIXES: Final = ("COV", "GO", "PAYGENTIC_LIVE_", "PIP_", "PYTEST_", "SSL_CERT_")
#: A time zone that no rounding to hours hides; written so that the machine needs no table of zones.
FIXED: Final = {"LANG": "C.UTF-8", "TZ": "NPT-5:45"}
UMASK: Final = 0o022


def enter() -> None:
    """Make this process's environment the constructed one; whatever it starts inherits that."""
    proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    for name in os.environ.keys() - KEPT:
        if not name.startswith(KEPT_PREFIXES):
            del os.environ[name]
    os.environ.update(FIXED)
    if proxy:
        os.environ.setdefault("PIP_PROXY", proxy)  # packages come through it; what is on loopback must not
    time.tzset()
    os.umask(UMASK)


def of_program(home: Path, *folders: Path | str) -> dict[str, str]:
    """The whole environment for a program under test, which inherits nothing; `folders` come first on its PATH."""
    temporary = {"TMPDIR": os.environ["TMPDIR"]} if "TMPDIR" in os.environ else {}
    return {
        **FIXED,
        **temporary,
        "HOME": str(home),
        "PATH": os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)]),
        # Bytecode is found by whole seconds: a program that is edited twice in one would run as it was.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
