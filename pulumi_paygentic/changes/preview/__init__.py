"""The reader of `pulumi preview --json`, and of `pulumi refresh --preview-only --json`: makes a changeset of either.

It reads the document step by step, so that memory grows with the catalog alone, and resolves what a preview leaves open
from resource to resource. It asks nobody: neither Pulumi nor the account.
"""

from pulumi_paygentic.changes.preview.errors import PreviewUnreadable
from pulumi_paygentic.changes.preview.reading import read_preview

__all__ = ["PreviewUnreadable", "read_preview"]
