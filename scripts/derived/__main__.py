"""Write the derived documents; with `--check`, write nothing and fail if one is stale."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from pulumi_paygentic.catalog import all_kinds
from pulumi_paygentic.changes.render.json_types import schema
from pulumi_paygentic.snapshot.schema import json_schema
from pulumi_paygentic.snapshot.text import to_json
from scripts.derived.page import HEADER, page
from scripts.derived.tables import file_of, identities, resources, settings
from scripts.derived.verified import verified

ROOT = Path(__file__).parents[2]
REFERENCE = "docs/reference"
EXPORT_SCHEMA = "pulumi_paygentic/snapshot/paygentic-snapshot-1.schema.json"
SCHEMA = "pulumi_paygentic/changes/render/changeset.schema.json"
INDEX = f"""{HEADER}# Resources

{{resources}}
*Retained* means that the API has no delete: `destroy` succeeds, a warning names the object that stays, and the next
`up` adopts it again (a link expires instead). A price, fee or feature that is in use is retained as well.

The word under *Behaviour* on each page says how a change is carried out:

- **mutable**: `up` changes the object in place. The prices of a plan change by a new version of the plan, and the
  charge of a price changes as its `on_change` says.
- **create-only**: a change creates a new object.
- **local**: a decision of the program that is never sent to the API.

Names are the API's own in snake_case. Money is a decimal string in the plan's currency, a `Decimal` or an `int`, never
a `float`. Durations and times are ISO 8601. An argument that is left out is not managed and shows in no diff. An
argument that is removed from the program goes back to the API's default, or is refused with a reason where the API
can't clear it.
"""


def files() -> dict[str, str]:
    """Return the text of each derived file, by its path below the root."""
    readme = with_tables((ROOT / "README.md").read_text(encoding="utf-8"), f"{REFERENCE}/")
    identity = with_tables((ROOT / "docs/identity.md").read_text(encoding="utf-8"), "reference/")
    pages = {f"{REFERENCE}/{file_of(kind)}": page(kind) for kind in all_kinds()}
    index = INDEX.format(resources=resources(""))
    site = with_pages((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    known = with_tables((ROOT / "docs/verified.md").read_text(encoding="utf-8"), "reference/")
    by_hand = {"README.md": readme, "docs/identity.md": identity, "docs/verified.md": known, "mkdocs.yml": site}
    shape = {SCHEMA: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"}
    return {**by_hand, f"{REFERENCE}/index.md": index, EXPORT_SCHEMA: to_json(json_schema()), **pages, **shape}


def with_tables(document: str, folder: str) -> str:
    """Return the document with the tables below its markers derived anew; `folder` is where it finds the reference."""
    tables = {
        "identities": identities(folder),
        "resources": resources(folder),
        "settings": settings(),
        "verified": verified(ROOT),
    }

    def derived(match: re.Match[str]) -> str:
        return match[1] + tables[match[2]]

    return re.sub(r"(<!-- (\w+), written by scripts/reference -->\n\n)(?:\|[^\n]*\n)*", derived, document)


def with_pages(site: str) -> str:
    """Return the configuration of the site with a page for each resource below that of all resources."""
    pages = "".join(f"      - {kind.__name__}: reference/{file_of(kind)}\n" for kind in all_kinds())
    return re.sub(r"(: reference/index\.md\n)(?: +- \w+: reference/[^\n]*\n)*", lambda match: match[1] + pages, site)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="scripts/reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a derived file is stale, and write nothing")
    check = parser.parse_args().check
    derived = files()
    there = {str(path.relative_to(ROOT)) for path in (ROOT / REFERENCE).glob("*.md")}
    stale = [name for name, text in derived.items() if not _is(ROOT / name, text)] + sorted(there - derived.keys())
    if check and stale:
        sys.exit(f"reference: stale: {', '.join(stale)}. Run scripts/reference.")
    for name in stale:
        print(f"reference: {name}")
        if name in derived:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(derived[name], encoding="utf-8")
        else:
            (ROOT / name).unlink()


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    main()
