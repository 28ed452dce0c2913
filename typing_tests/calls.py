"""A resource takes its name first and all else by keyword; a missing, unknown or misplaced argument is an error."""

import pulumi

import pulumi_paygentic as paygentic

paygentic.Product("api", name="API", description="")
paygentic.Product(resource_name="api", name="API", description="", opts=pulumi.ResourceOptions(protect=True))
paygentic.Product("api", name="API", description="", adopt_id=None, opts=None)

paygentic.Product("api", name="API")  # error: "description" [call-arg]
paygentic.Product(name="API", description="")  # error: "resource_name" [call-arg]
paygentic.Product("api", "API", description="")  # error: Too many positional arguments [call-arg]
paygentic.Product("api", name="API", description="", colour="red")  # error: "colour" [call-arg]
paygentic.Product("api", name="API", description="", allowReplace=True)  # error: "allow_replace" [call-arg]
paygentic.Product("api", name=None, description="")  # error: "name" [arg-type]
paygentic.Product("api", name="API", description="", opts={"protect": True})  # error: "opts" [arg-type]
paygentic.Product("api", name="API", description="", opts=pulumi.ResourceOptions(protekt=True))  # error: [call-arg]
paygentic.Product("api", name="API", description="", protect=True)  # error: "protect" [call-arg]
paygentic.Product("api", name="API", description="", allow_replace="yes")  # error: "allow_replace" [arg-type]
paygentic.Produkt("api", name="API", description="")  # error: "Produkt" [attr-defined]

provider = paygentic.Provider("eu", api_key=pulumi.Output.secret("sk_test_1"), merchant_id="org_1", max_retries=3)
paygentic.Product("api", name="API", description="", opts=pulumi.ResourceOptions(provider=provider))
paygentic.Provider("eu", apiKey="sk_test_1")  # error: did you mean "api_key"? [call-arg]
paygentic.Provider("eu", max_retries="3")  # error: "max_retries" [arg-type]
