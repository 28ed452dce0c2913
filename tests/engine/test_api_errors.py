"""A refusal of the API is one line that says what to do; a response that is not the API's changes nothing."""

from __future__ import annotations

from tests.engine.support.server import Action, Call, Server, answer
from tests.engine.support.stack import Stack

BLOCKERS = {"blockers": [{"type": "planVersions", "count": 1, "items": [{"id": "pver_1"}]}]}
#: By the name of the product that is to be made: what the API answers, and what the error must say.
ANSWERS: dict[str, tuple[Action, list[str]]] = {
    "unauthorized": (answer(401, {"message": "no", "error": "unauthorized"}), ["401", "paygentic:apiKey"]),
    "forbidden": (
        answer(403, {"message": "no", "reason": "read-only key", "requiredPermissions": ["products:write"]}),
        ["403", "Reason: read-only key", "products:write"],
    ),
    "missing": (answer(404, {"message": "No merchant.", "error": "not_found"}), ["404", "No merchant"]),
    "conflict": (answer(409, {"message": "In use.", "details": BLOCKERS}), ["409", "plan versions pver_1"]),
    "invalid": (
        answer(422, {"message": "no", "errors": [{"field": "name", "message": "is taken"}]}),
        ["422", "name: is taken"],
    ),
    "page": (
        answer(200, "<html><title>Log in</title></html>", "text/html"),
        ["text/html instead of JSON", "paygentic:baseUrl"],
    ),
    "redirect": (answer(302, "", "text/plain"), ["302"]),
    "not-there": (answer(404, "<html>Not Found</html>", "text/html"), ["404"]),
}


def test_each_refusal_of_the_api_is_one_line_under_its_resource(stack: Stack, server: Server) -> None:
    def script(call: Call) -> Action | None:
        return ANSWERS[call.body["name"]][0] if call.method == "POST" else None

    server.gate.script = script
    lines = [f"paygentic.Product('{name}', name='{name}', description='')" for name in ANSWERS]
    stack.environment["PAYGENTIC_MAX_RETRIES"] = "0"
    result = stack.write("\n".join(lines)).up("--continue-on-error", fails=True)

    assert result.tracebacks == []
    reported = {where.removeprefix("Product "): what for where, what in result.errors}
    assert reported.keys() == ANSWERS.keys()
    for name, (_, expected) in ANSWERS.items():
        assert [text for text in expected if text not in reported[name]] == [], reported[name]
        assert len(reported[name].splitlines()) == 1, reported[name]
    assert server.account.counts() == {}


def test_a_drift_check_tells_drift_from_an_error_by_its_exit_code(stack: Stack, server: Server) -> None:
    stack.write("paygentic.Product('a', name='A', description='')").up()
    check = ("preview", "--refresh", "--expect-no-changes")
    assert stack.run(*check).code == 0
    server.account.patch(f"/v0/products/{server.account.one('Product')['id']}", description="By hand")
    assert stack.run(*check, fails=True).code == 7
    assert stack.run(*check, fails=True, environment={"PAYGENTIC_API_KEY": "sk_test_wrong"}).code == 1


def test_only_the_apis_own_not_found_is_gone(stack: Stack, server: Server) -> None:
    """A gateway's 404, an empty success, a 403 and a 503 leave the state as it is; what is gone is made again."""
    stack.environment["PAYGENTIC_MAX_RETRIES"] = "0"
    stack.write("paygentic.Product('a', name='A', description='')").up()
    before = stack.ids()
    gateway = answer(404, {"message": "no Route matched with those values"})
    for wrong in (
        gateway,
        answer(204, ""),
        answer(404, "<html>", "text/html"),
        answer(403, {"message": "no"}),
        answer(503, {"message": "no"}),
    ):
        server.gate.script = lambda _, wrong=wrong: wrong  # type: ignore[misc]
        ((where, what),) = stack.refresh(fails=True).errors
        assert where == "Product a"
        assert len(what.splitlines()) == 1, what
        assert stack.ids() == before

    server.gate.script = lambda _: None
    server.account.post("/v0/merchants/org_emulator/reset", scope="merchant", keepCatalog=False)
    assert stack.up("--refresh").changes == {"create": 1}
    assert stack.ids()["Product"] == server.account.ids()["Product"]
    assert stack.ids() != before


def test_a_replaced_key_is_one_piece_of_advice_that_helps(stack: Stack, server: Server) -> None:
    """The engine refreshes by its copy of the settings of the last up, which holds the old key."""
    names = ("a", "b", "c")
    stack.write("".join(f"paygentic.Product('{name}', name='{name}', description='')\n" for name in names))
    stack.configure("paygentic:apiKey", server.account.api_key, secret=True)
    stack.up()
    stack.configure("paygentic:apiKey", "sk_test_old", secret=True)
    stack.up()  # which makes no calls
    stack.configure("paygentic:apiKey", server.account.api_key, secret=True)

    errors = {where: what for where, what in stack.preview("--refresh", fails=True).errors if where}
    assert set(errors) == {f"Product {name}" for name in names}
    assert all("401" in what for what in errors.values())
    (advice,) = [what for what in errors.values() if "the settings of the last `up`" in what]
    assert "run `pulumi up` (without --refresh) or `pulumi refresh --run-program`" in advice
    stack.refresh("--run-program")
    stack.up()
    assert stack.preview("--refresh").changes == {}


def test_an_error_names_its_resource_in_a_diff_as_well(stack: Stack, server: Server) -> None:
    """There the engine prints messages without the resource that they are about."""
    server.gate.script = lambda call: answer(400, {"message": "not so"}) if call.method == "POST" else None
    result = stack.write("paygentic.Product('api', name='API', description='')").up("--diff", fails=True)
    assert "error: paygentic: Product 'api': POST /v0/products: 400 Bad Request: not so." in result.shown
