"""The stack: its backend, a lock that a dead process left, its copy of the settings, and what a killed run left."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pulumi_paygentic.api import SETTINGS, Client, PaygenticError, Settings
from pulumi_paygentic.catalog import Mark, Product
from pulumi_paygentic.cli.checkup.finding import Finding
from pulumi_paygentic.cli.pulumi_program import pulumi_result

AREA: Final = "stack"
_OURS: Final = "pulumi-python:dynamic/paygentic:"
_PROVIDER: Final = "pulumi:providers:pulumi-python"


def stack_state(
    stack: str | None, cwd: Path, configuration: Mapping[str, str], settings: Settings | None
) -> Iterator[Finding]:
    """Yield the findings about a stack; without one, say how to name it."""
    if stack is None:
        yield Finding(AREA, "note", "No stack was checked", "Name one with --stack, and its folder with --cwd")
        return
    backend = _json("whoami", "--json", cwd=cwd)
    if backend is None:
        yield Finding(AREA, "problem", "Pulumi is not logged in to a backend", "Run `pulumi login`")
        return
    yield Finding(AREA, "ok", f"The backend is {_without_user(str(backend.get('url', '')))}")
    exported = pulumi_result("stack", "export", "--stack", stack, cwd=cwd)
    if exported.returncode != 0:
        reason = (exported.stderr.strip().splitlines() or ["it printed nothing"])[-1].removeprefix("error: ")
        yield Finding(
            AREA, "problem", f"The stack {stack} can't be read: {reason}", "Check its name, --cwd and the login"
        )
        return
    deployment = json.loads(exported.stdout).get("deployment") or {}
    resources = [one for one in deployment.get("resources", ()) if str(one.get("type", "")).startswith(_OURS)]
    yield Finding(AREA, "ok", f"The stack {stack} holds {len(resources)} objects")
    yield from _locks(str(backend.get("url", "")), stack, cwd)
    yield from _pending(deployment)
    yield from _older_copy(deployment, configuration)
    if settings is not None:
        yield from _left_behind(resources, deployment, settings)


def lock_findings(folder: Path, *, host: str) -> Iterator[Finding]:
    """Yield a finding for each lock file in a folder of the file backend."""
    for file in sorted(folder.glob("*.json")):
        try:
            lock = json.loads(file.read_text(encoding="utf-8"))
            pid, where = int(lock["pid"]), str(lock["hostname"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if where != host:
            yield Finding(
                AREA, "warning", f"The stack is locked by process {pid} on {where}", "Wait until it has ended"
            )
        elif _is_alive(pid):
            yield Finding(
                AREA, "warning", f"The stack is locked by process {pid}, which runs", "Wait until it has ended"
            )
        else:
            yield Finding(
                AREA,
                "problem",
                f"The stack is locked by process {pid}, which is dead",
                "Run `pulumi cancel`, then `pulumi up --refresh`",
            )


def _locks(url: str, stack: str, cwd: Path) -> Iterator[Finding]:
    """The locks of the file backend; no other one says who holds them."""
    if not url.startswith("file://"):
        return
    about = _json("stack", "ls", "--json", "--all", cwd=cwd)
    names = [str(one.get("name", "")) for one in about] if isinstance(about, list) else []
    name = next((one for one in names if one == stack or one.endswith(f"/{stack}")), stack)
    parts = name.split("/")
    project = parts[1] if len(parts) == 3 else _project(cwd)
    root = Path(unquote(urlsplit(url).path)).expanduser() / ".pulumi" / "locks" / "organization" / project / parts[-1]
    yield from lock_findings(root, host=platform.node())


def _project(cwd: Path) -> str:
    file = cwd / "Pulumi.yaml"
    if not file.exists():
        return ""
    import yaml

    return str((yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("name", ""))


def _pending(deployment: Mapping[str, Any]) -> Iterator[Finding]:
    operations = deployment.get("pending_operations") or ()
    for one in operations:
        resource = one.get("resource", {})
        if str(resource.get("type", "")).startswith(_OURS):
            kind, name = str(resource["type"]).removeprefix(_OURS), str(resource["urn"]).rpartition("::")[2]
            yield Finding(
                AREA,
                "warning",
                f"A killed run was {one.get('type')} {kind} {name!r}, and may have done it",
                "Run `pulumi up`: it adopts the object if it is there",
            )


def _older_copy(deployment: Mapping[str, Any], configuration: Mapping[str, str]) -> Iterator[Finding]:
    """Compare the copy of the settings that `refresh` and `destroy` use with the configuration of now."""
    for provider in deployment.get("resources", ()):
        if provider.get("type") != _PROVIDER or not str(provider.get("urn", "")).rpartition("::")[2].startswith(
            "default"
        ):
            continue
        inputs = provider.get("inputs") or {}
        for setting in SETTINGS:
            copied, now = inputs.get(f"paygentic:{setting.name}"), configuration.get(setting.name)
            hidden = setting.secret or isinstance(copied, Mapping)
            differs = (copied is None) != (now is None) if hidden else copied != now
            if differs:
                yield Finding(
                    AREA,
                    "warning",
                    f"The stack's copy of paygentic:{setting.name} is older than the configuration",
                    "Run `pulumi up`: `refresh` and `destroy` use the copy until then",
                )


def _left_behind(
    resources: list[dict[str, Any]], deployment: Mapping[str, Any], settings: Settings
) -> Iterator[Finding]:
    """Name the products that this stack has created, by their mark, and that its state does not hold."""
    urns = [str(one.get("urn", "")) for one in deployment.get("resources", ())]
    if not urns:
        return
    mine = Mark.for_urn(urns[0])
    held = {one.get("id") for one in resources}
    try:
        with Client(settings) as client:
            for product in client.list(Product.path, {"merchantId": settings.merchant_id}):
                mark = Mark.of(product.get("metadata") or {})
                if mark and mine and mark[:2] == mine[:2] and product["id"] not in held:
                    yield Finding(
                        AREA,
                        "warning",
                        f"Product {product['id']} was created by this stack, which does not hold it",
                        "Run `pulumi up`: it adopts the product if it is declared; else it stays in the account",
                    )
    except PaygenticError:
        return  # said where the account is checked


def _is_alive(pid: int) -> bool:
    """Return whether it runs; one that is dead, and whose parent has not asked how it ended, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has gone meanwhile, or this system has no such file
        return not Path("/proc/self/stat").exists()
    return stat.rpartition(")")[2].split()[0] != "Z"


def _json(*command: str, cwd: Path) -> Any:
    done = pulumi_result(*command, cwd=cwd)
    try:
        return json.loads(done.stdout) if done.returncode == 0 else None
    except ValueError:
        return None


def _without_user(url: str) -> str:
    """The address without a user and a password, which a backend in a database has."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if rest else url
