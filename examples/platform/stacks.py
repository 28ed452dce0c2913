"""Print the stacks of all merchants for the Pulumi Kubernetes Operator: `python stacks.py | kubectl apply -f -`.

Each merchant needs a secret first, with its key and its passphrase:
kubectl --namespace billing create secret generic resale-aurora --from-literal=passphrase=... --from-literal=api-key=...
The account `pulumi` and the image are those of the example `gitops`: its folder `operator` has both.
"""

from __future__ import annotations

import sys
from typing import Any

import yaml

from rollout import HERE, PROJECT, Merchant, read


def stack(merchant: Merchant) -> dict[str, Any]:
    """Return the operator's object for the merchant's stack."""
    name = f"{PROJECT}-{merchant.name}"
    secrets = {"PULUMI_CONFIG_PASSPHRASE": "passphrase", "PAYGENTIC_API_KEY": "api-key"}
    return {
        "apiVersion": "pulumi.com/v1",
        "kind": "Stack",
        "metadata": {"name": name, "namespace": "billing"},
        "spec": {
            "stack": merchant.name,
            "projectRepo": "https://github.com/acme/resale.git",
            "branch": "main",
            "shallow": True,
            "backend": "s3://acme-pulumi-state?region=eu-central-1",
            "serviceAccountName": "pulumi",
            "config": {setting: value.value for setting, value in merchant.settings().items()},
            "envRefs": {
                variable: {"type": "Secret", "secret": {"name": name, "key": key}} for variable, key in secrets.items()
            },
            "refresh": True,
            "resyncFrequencySeconds": 600,
            "workspaceReclaimPolicy": "Delete",  # twenty idle pods would hold their memory
            "workspaceTemplate": {
                "spec": {
                    "image": "acme/catalog:1",
                    "resources": {"requests": {"cpu": "500m", "memory": "384Mi"}, "limits": {"memory": "1Gi"}},
                }
            },
        },
    }


if __name__ == "__main__":
    yaml.safe_dump_all((stack(merchant) for merchant in read(HERE / "merchants.yaml")), sys.stdout, sort_keys=False)
