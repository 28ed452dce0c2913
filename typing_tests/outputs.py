"""An output of one resource is an input of the next; what may be None, or is no id, is not."""

import pulumi

import pulumi_paygentic as paygentic

api = paygentic.Product("api", name="API", description="", metadata={"team": pulumi.Output.from_input("runtime")})
runs = paygentic.BillableMetric(
    "runs",
    product_id=api.id,
    name=pulumi.Output.concat(api.name, " runs"),
    description=api.description,
    unit="run",
    aggregation="COUNT",
    event_type="run",
)
setup = paygentic.Fee("setup", product_id=api.id, name="Setup", description="")
link = paygentic.AuthorizationLink("ada", plan_id="plan_1", email=pulumi.Output.secret("ada@example.com"))

url: pulumi.Output[str] = link.url
item: pulumi.Output[str | None] = setup.item_id
pulumi.export("url", url.apply(str.upper))

paygentic.Fee("a", product_id=api, name="A", description="")  # error: type "Product" [arg-type]
paygentic.Fee("a", product_id=api.id, name=setup.item_id, description="")  # error: "Output[str | None]" [arg-type]
paygentic.Fee("a", product_id=api.id, name="A", description=5)  # error: "int" [arg-type]
paygentic.Fee("a", product_id=api.id, name="A", description=setup.apply(str))  # error: "apply" [attr-defined]
pulumi.export("name", api.nmae)  # error: "nmae" [attr-defined]
text: str = api.name  # error: "Output[str]" [assignment]
paygentic.Product("b", name="B", description="", metadata={"team": 1})  # error: "str": "int" [dict-item]
paygentic.Product("b", name="B", description="", metadata=["team"])  # error: "list[str]" [arg-type]

theirs = paygentic.Product.get("theirs", "prod_1")
paygentic.Fee("c", product_id=paygentic.Product.get("later", api.id).id, name=theirs.name, description="")
paygentic.Product.get("theirs")  # error: "id" [call-arg]
paygentic.Product.get("theirs", api)  # error: type "Product" [arg-type]
fee: paygentic.Fee = paygentic.Product.get("theirs", "prod_1")  # error: type "Product" [assignment]
