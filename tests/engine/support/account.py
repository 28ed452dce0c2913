"""What an account holds, read by plain HTTP: independent of the client that is tested."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final

import httpx
from typing_extensions import Self

Json = dict[str, Any]

#: Marks what a test asks for itself: no call of the program's.
PAST_THE_GATE: Final = "x-past-the-gate"
#: The collections that have a list, by the resource type that declares their objects.
COLLECTIONS: Final = {
    "Product": "/v0/products",
    "BillableMetric": "/v0/billableMetrics",
    "Fee": "/v0/fees",
    "Price": "/v0/prices",
    "Plan": "/v0/plans",
    "Feature": "/v0/features",
}


class AccountReader:
    """Reads one account, and changes it behind Pulumi's back."""

    def __init__(self, url: str, api_key: str, merchant_id: str) -> None:
        self.api_key = api_key
        self.merchant_id = merchant_id
        headers = {"Authorization": f"Bearer {api_key}", PAST_THE_GATE: "yes"}
        self._http = httpx.Client(base_url=url, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def call(self, method: str, path: str, body: Json | None = None, **params: str | int) -> Json:
        """One call, which must succeed."""
        response = self._http.request(method, path, json=body, params=params)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else {}

    def get(self, path: str, **params: str | int) -> Json:
        return self.call("GET", path, None, **params)

    def patch(self, path: str, **fields: Any) -> Json:
        return self.call("PATCH", path, fields)

    def post(self, path: str, **fields: Any) -> Json:
        return self.call("POST", path, fields)

    def delete(self, path: str) -> None:
        self.call("DELETE", path)

    def listed(self, path: str, **params: str | int) -> list[Json]:
        """Every object of a collection, page by page."""
        found: list[Json] = []
        while True:
            page = self.get(path, limit=100, offset=len(found), **params)
            found += page["data"]
            if len(found) >= page["pagination"]["total"] or not page["data"]:
                return found

    def all(self, kind: str) -> list[Json]:
        """Every object of a kind, such as `Product`."""
        if kind == "Feature":
            products = [product["id"] for product in self.all("Product")]
            return [feature for product in products for feature in self.listed(COLLECTIONS[kind], productId=product)]
        return self.listed(COLLECTIONS[kind], merchantId=self.merchant_id)

    def one(self, kind: str, **fields: Any) -> Json:
        """The only object of a kind whose fields are these."""
        (found,) = [item for item in self.all(kind) if all(item.get(name) == value for name, value in fields.items())]
        return found

    def ids(self) -> dict[str, set[str]]:
        """The ids of everything that is listed, by kind."""
        return {kind: {item["id"] for item in self.all(kind)} for kind in COLLECTIONS}

    def counts(self) -> dict[str, int]:
        """How many there are of each kind, of those that there are."""
        return {kind: len(ids) for kind, ids in self.ids().items() if ids}

    def versions(self, plan_id: str) -> list[Json]:
        """Every version of a plan with its prices, oldest first."""
        numbers = sorted(version["versionNumber"] for version in self.listed(f"/v0/plans/{plan_id}/versions"))
        return [self.get(f"/v0/plans/{plan_id}/versions/{number}") for number in numbers]

    def lines(self, plan_id: str) -> dict[str, str]:
        """The unit price under each line key of the version that a plan bills from."""
        (default,) = [version for version in self.versions(plan_id) if version["isDefault"]]
        return {price["key"]: price["properties"].get("unitPrice", "") for price in default["prices"]}
