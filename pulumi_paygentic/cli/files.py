"""Files that are written whole or not at all: an interrupted command leaves nothing half-written."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write the text to a temporary file beside `path`, then rename it; `mode` is the file's, less the umask."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if mode != PRIVATE:  # which a temporary file has
            Path(temporary).chmod(mode & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
