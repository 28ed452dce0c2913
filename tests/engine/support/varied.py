"""A varied account, made by plain HTTP: scripts, twins, versions, kept prices, tiers, allowances, a rate table."""

from __future__ import annotations

from typing import Any

from tests.engine.support.account import AccountReader

COUNTRIES = ("at", "be", "ch", "cz", "de", "dk", "es", "fr", "it", "nl", "pl", "pt")


class Maker:
    """Makes objects in an account, with what the API requires filled in; every method returns the id."""

    def __init__(self, account: AccountReader) -> None:
        self._account = account

    def _made(self, path: str, **fields: Any) -> str:
        return str(self._account.post(path, merchantId=self._account.merchant_id, **fields)["id"])

    def product(self, name: str, **fields: Any) -> str:
        return self._made("/v0/products", name=name, description="Sold", **fields)

    def metric(self, product: str, name: str, **fields: Any) -> str:
        given = {"description": "", "unit": "unit", "aggregation": "COUNT", "eventType": name, **fields}
        return self._made("/v0/billableMetrics", productId=product, name=name, **given)

    def fee(self, product: str, name: str) -> str:
        return self._made("/v0/fees", productId=product, name=name, description="")

    def feature(self, product: str, key: str, **fields: Any) -> str:
        return self._made("/v0/features", productId=product, key=key, name=key.title(), **fields)

    def price(self, name: str, rate: str = "1", **fields: Any) -> str:
        given = {"model": "standard", "properties": {"unitPrice": rate}, "paymentTerm": "in_arrears", **fields}
        return self._made("/v0/prices", invoiceDisplayName=name, **given)

    def monthly(self, fee: str, name: str, rate: str) -> str:
        return self.price(name, rate, feeId=fee, billingCadence="P1M", paymentTerm="in_advance")

    def plan(self, product: str, name: str, prices: list[Any], **fields: Any) -> str:
        given = {"currency": "USD", "stablePriceIds": False, **fields}
        return self._made("/v0/plans", productId=product, name=name, prices=prices, **given)

    def version(self, plan: str, **lines: str) -> None:
        prices = [{"priceId": price, "key": key} for key, price in lines.items()]
        self._account.post(f"/v0/plans/{plan}/versions", prices=prices)


def fill(account: AccountReader, *, twins: bool = True) -> None:
    """Make the account; with twins, two metrics that share one name, and a price of one of them."""
    make = Maker(account)
    speech, cafe, video = make.product("Speech API"), make.product("Größe & Café"), make.product("视频")

    minutes = make.metric(speech, "Minutes", aggregation="SUM", valueProperty="$.minutes")
    calls = make.metric(speech, "Calls", groupBy={"region": "$.region"})
    base = make.fee(speech, "Base")
    make.feature(speech, "sso")
    quota = make.feature(speech, "quota", type="metered", metadata={"team": "billing"})
    allowance = {"type": "metered", "issueAfterReset": 1000, "usagePeriod": {"interval": "P1M"}, "isSoftLimit": True}
    metered = make.price("Minutes", "0.0120", billableMetricId=minutes)
    included = make.price(
        "Calls",
        "0.5",
        billableMetricId=calls,
        grantDiscountEnabled=True,
        feature={"featureId": quota, "entitlementTemplate": allowance},
    )
    make.price("Old minutes", "0.02", billableMetricId=minutes)
    pro_base, growth_base = make.monthly(base, "Pro base", "49"), make.monthly(base, "Growth base", "99")
    make.plan(
        speech,
        "Pro",
        [{"priceId": pro_base, "key": "base"}, {"priceId": metered, "key": "minutes"}],
        description='For "pros": it\'s all in',
        renewalReminderDays=7,
        stablePriceIds=True,
    )
    growth = make.plan(speech, "Growth", [growth_base, metered, included])
    make.version(growth, base=growth_base, minutes=metered, calls=included)

    watched = make.metric(cafe, "Minutes", aggregation="MAX", valueProperty="$.n")
    tiers = [{"upTo": "1000", "unitPrice": "0.02"}, {"upTo": None, "unitPrice": "0.01"}]
    volume = make.price("Video", billableMetricId=watched, model="volume", properties={"tiers": tiers})
    make.plan(cafe, "Pro", [{"priceId": volume, "key": "video"}], currency="EUR", billingCadence="P1Y")
    make.plan(cafe, "class", [{"priceId": volume, "key": "video"}])
    if twins:
        one, _ = make.metric(cafe, "Twin"), make.metric(cafe, "Twin")
        make.plan(cafe, "Twins", [make.price("Twin", "3", billableMetricId=one)])

    rates = {
        code: make.price(
            f"SMS to {code.upper()}",
            f"0.0{number}",
            billableMetricId=make.metric(video, f"SMS {code.upper()}", eventType=f"sms.{code}"),
        )
        for number, code in enumerate(COUNTRIES, start=1)
    }
    make.plan(video, "短信", [{"priceId": price, "key": f"sms-{code}"} for code, price in rates.items()])
    make.plan(video, "Liste", list(rates.values()))
