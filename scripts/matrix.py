"""Runs the tests that a Python or a Pulumi SDK can break, on the oldest and the newest of both.

A Python is any of those that the metadata names, found on PATH or among pyenv's versions. The newest SDK is the one of
constraints.txt, the oldest is the least that pyproject.toml allows. What this machine does not have is named, and is no
failure. Each combination has a virtual environment in `.venvs`, made by `scripts/setup`. `--list` only names them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venvs"
TESTS = ("tests/unit", "tests/contract", "tests/engine/test_core.py")
INSTALLED = "import sys; from importlib.metadata import version; sys.exit(version('pulumi') != sys.argv[1])"
# A Python without the last two makes no virtual environment.
PROBE = "import sys, ensurepip, venv; print('%d.%d.%d' % sys.version_info[:3])"

Version = tuple[int, ...]


class Combination(NamedTuple):
    """A Python, a Pulumi SDK, and the pins that go with it."""

    version: Version
    python: Path
    sdk: str
    pins: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"Python {dotted(self.version)} with pulumi {self.sdk}"

    @property
    def folder(self) -> Path:
        return VENVS / f"{dotted(self.version[:2])}-{self.sdk}"


def dotted(version: Version) -> str:
    return ".".join(map(str, version))


def numbers(text: str) -> Version:
    return tuple(map(int, text.split(".")))


def named_pythons() -> list[Version]:
    """The minor versions that the metadata names, oldest first."""
    classifiers = re.findall(
        r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    return sorted(map(numbers, classifiers))


def sdks() -> tuple[str, str]:
    """The oldest SDK that is allowed, and the newest that is tested."""
    (oldest,) = re.findall(r'"pulumi>=([\d.]+),', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (newest,) = re.findall(r"^pulumi==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    return (oldest if oldest.count(".") == 2 else f"{oldest}.0"), newest


def candidates() -> Iterator[Path]:
    """Everything named like a Python. On PATH, it may be a shim that runs nothing."""
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in [*folders, *sorted(pyenv.glob("versions/*/bin"))]:
        yield from (path for path in sorted(folder.glob("python3*")) if re.fullmatch(r"python3(\.\d+)?", path.name))


def version_of(python: Path) -> Version | None:
    """Its version, if it runs and can make a virtual environment."""
    try:
        done = subprocess.run(
            [python, "-c", PROBE], capture_output=True, text=True, encoding="utf-8", check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return numbers(done.stdout.strip())


def found(paths: Iterable[Path]) -> list[tuple[Version, Path]]:
    """The latest Python of each minor version that the metadata names, oldest first."""
    latest: dict[Version, tuple[Version, Path]] = {}
    for path in {path.resolve(): path for path in paths}.values():  # by its own name, a virtual environment is lost
        version = version_of(path)
        if version is not None and version > latest.get(version[:2], ((), path))[0]:
            latest[version[:2]] = version, path
    return [latest[minor] for minor in named_pythons() if minor in latest]


def chosen(pythons: list[tuple[Version, Path]]) -> list[Combination]:
    """The oldest of both; then the oldest and the newest Python with the newest SDK."""
    oldest_sdk, newest_sdk = sdks()
    ends = [Combination(*python, newest_sdk) for python in (pythons[0], pythons[-1])]
    oldest = ends[0]._replace(sdk=oldest_sdk, pins=(f"pulumi=={oldest_sdk}",))
    return list(dict.fromkeys([oldest, *ends]))


def obtainable(combination: Combination) -> bool:
    """Whether the SDK is installed already, or pip can get it."""
    if (combination.folder / "setup-stamp").exists():
        return True
    with tempfile.TemporaryDirectory() as folder:
        command: list[str | Path] = [
            combination.python,
            "-m",
            "pip",
            "--quiet",
            "--disable-pip-version-check",
            "download",
            "--no-deps",
            "--dest",
            folder,
        ]
        return subprocess.run([*command, f"pulumi=={combination.sdk}"], check=False).returncode == 0


def run(combination: Combination) -> None:
    """Run the tests with it; the first that fails ends the program."""
    print(f"━━ matrix: {combination}", flush=True)
    setup: list[str | Path] = [ROOT / "scripts" / "setup", combination.folder, combination.python, *combination.pins]
    python = combination.folder / "bin" / "python"
    installed: list[str | Path] = [python, "-c", INSTALLED, combination.sdk]
    tests: list[str | Path] = [python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *TESTS]
    for command in (setup, installed, tests):
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            sys.exit(f"matrix: FAILED with {combination}. To run its tests alone: {' '.join(map(str, tests))}")


def main() -> None:
    pythons = found(candidates())
    combinations = chosen(pythons) if pythons else []
    if "--list" in sys.argv[1:]:
        print(*combinations, sep="\n")
        return
    VENVS.mkdir(exist_ok=True)
    here = {version[:2] for version, _ in pythons}
    missing = [f"Python {dotted(minor)}" for minor in named_pythons() if minor not in here]
    ran = []
    for combination in combinations:
        if combination.version == sys.version_info[:3] and not combination.pins:
            continue  # .venv, with which the other stages run
        if obtainable(combination):
            run(combination)
            ran.append(str(combination))
        else:
            missing.append(str(combination))
    rest = f"; the other stages run Python {dotted(sys.version_info[:3])} with pulumi {sdks()[1]}"
    absent = f"; not run, because this machine lacks it: {', '.join(missing)}" if missing else ""
    print(f"matrix: ran {', '.join(ran) or 'nothing'}{rest}{absent}")


if __name__ == "__main__":
    main()
