"""A bare repository on this machine that stands for the forge's, and a person's clone of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scripts.gitops.shell import git


@dataclass
class Repository:
    """A bare repository, and a person's clone of it."""

    origin: Path
    clone: Path

    @property
    def main(self) -> str:
        """The commit that main is at."""
        return self.tip("main")

    def tip(self, branch: str) -> str:
        """Return the commit that the branch is at."""
        return git(self.origin, "rev-parse", branch).strip()

    def commit(self, branch: str, message: str, edits: dict[str, tuple[str, str]]) -> str:
        """Commit edits of files (a passage and its replacement) on the branch, push it, and return the commit."""
        existing = git(self.clone, "branch", "--list", branch).strip()
        git(self.clone, "checkout", "-q", *([branch] if existing else ["-b", branch, "origin/main"]))
        for name, (before, after) in edits.items():
            file = self.clone / name
            text = file.read_text("utf-8")
            if text.count(before) != 1:
                raise ValueError(f"{name} has {before!r} {text.count(before)} times")
            file.write_text(text.replace(before, after), encoding="utf-8")
        git(self.clone, "commit", "-q", "-a", "-m", message)
        return self._push(branch)

    def revert(self, branch: str) -> str:
        """Revert the last merge on a branch of its own, push it, and return the commit."""
        git(self.clone, "checkout", "-q", "-b", branch, "origin/main")
        git(self.clone, "revert", "--no-edit", "-m", "1", "HEAD")
        return self._push(branch)

    def merge_commit(self, branch: str, message: str) -> str:
        """Merge the branch into main by a commit of its own, and return that."""
        git(self.clone, "fetch", "-q", "origin")
        git(self.clone, "checkout", "-q", "-B", "main", "origin/main")
        git(self.clone, "merge", "-q", "--no-ff", "-m", message, branch)
        return self._push("main")

    def _push(self, branch: str) -> str:
        git(self.clone, "push", "-q", "origin", branch)
        git(self.clone, "fetch", "-q", "origin")
        return git(self.clone, "rev-parse", "HEAD").strip()


def repository(folder: Path, source: Path) -> Repository:
    """Make a repository in the folder that has the files of `source` on main."""
    origin, clone = folder / "origin.git", folder / "clone"
    git(folder, "init", "-q", "--bare", "--initial-branch=main", str(origin))
    git(folder, "init", "-q", "--initial-branch=main", str(clone))
    git(clone, "remote", "add", "origin", str(origin))
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            target = clone / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            target.chmod(file.stat().st_mode)
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Declare the catalog")
    git(clone, "push", "-q", "origin", "main")
    git(clone, "fetch", "-q", "origin")
    return Repository(origin, clone)
