"""The Pythons and SDKs that `scripts/test` runs besides its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import matrix


def program(folder: Path, name: str, script: str) -> Path:
    """A file that stands in for a Python."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_latest_of_each_python_that_the_metadata_names_is_found_and_oldest_first(tmp_path: Path) -> None:
    """A shim that runs nothing, one that is too old or too new, and what is not there are passed over."""
    newest, older, oldest = (
        program(tmp_path / folder, name, f"echo {version}")
        for folder, name, version in (
            ("a", "python3", "3.13.10"),
            ("b", "python3.13", "3.13.9"),
            ("c", "python3", "3.10.0"),
        )
    )
    useless = [
        program(tmp_path / "shims", "python3.12", "exit 127"),
        program(tmp_path / "old", "python3.9", "echo 3.9.1"),
        program(tmp_path / "new", "python3.99", "echo 3.99.0"),
        tmp_path / "missing",
    ]
    assert matrix.found([*useless, newest, older, oldest]) == [((3, 10, 0), oldest), ((3, 13, 10), newest)]
    assert matrix.found(useless) == []


def test_pythons_are_looked_for_on_the_path_and_among_pyenvs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [
        program(tmp_path / "bin", "python3", ""),
        program(tmp_path / "bin", "python3.11", ""),
        program(tmp_path / "pyenv" / "versions" / "3.10.1" / "bin", "python3.10", ""),
    ]
    program(tmp_path / "bin", "python3-config", "")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{tmp_path / 'none'}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert list(matrix.candidates()) == expected


def test_the_oldest_of_both_is_run_and_the_newest_sdk_on_both_ends() -> None:
    oldest_sdk, newest_sdk = matrix.sdks()
    one, middle, last = ((3, 10, 1), Path("a")), ((3, 11, 1), Path("b")), ((3, 13, 1), Path("c"))
    combinations = matrix.chosen([one, middle, last])
    assert [(c.version, c.sdk, c.pins) for c in combinations] == [
        ((3, 10, 1), oldest_sdk, (f"pulumi=={oldest_sdk}",)),
        ((3, 10, 1), newest_sdk, ()),
        ((3, 13, 1), newest_sdk, ()),
    ]
    assert len({c.folder for c in combinations}) == 3
    assert [c.sdk for c in matrix.chosen([one])] == [oldest_sdk, newest_sdk]


def test_every_python_of_the_metadata_is_one_that_the_matrix_knows() -> None:
    assert matrix.named_pythons()[0] == (3, 10)
    assert matrix.named_pythons() == sorted(matrix.named_pythons())
