"""Objects land in the account that is meant, and a stack never changes to another."""

from __future__ import annotations

import subprocess
import sys

from tests.engine.support.server import SECOND, Server
from tests.engine.support.stack import Result, Stack

TWO = """
second = paygentic.Provider("second", api_key="{key}", merchant_id="{merchant}", base_url="{url}",
                            requests_per_second=50)
for name, opts in {{"first": None, "second": pulumi.ResourceOptions(provider=second)}}.items():
    product = paygentic.Product(name, name="API", description=name, opts=opts)
    paygentic.BillableMetric(name, product_id=product.id, name="Calls", description="", unit="call",
                             aggregation="COUNT", event_type="call", opts=opts)
"""


def test_one_program_fills_two_accounts(stack: Stack, server: Server) -> None:
    stack.write(TWO.format(key=SECOND.api_key, merchant=SECOND.merchant_id, url=server.running.url)).up()
    for account, name in ((server.account, "first"), (server.second, "second")):
        assert account.counts() == {"Product": 1, "BillableMetric": 1}
        assert account.one("Product")["description"] == name
        assert account.one("Product")["merchantId"] == account.merchant_id
    assert stack.preview("--refresh").changes == {}
    assert SECOND.api_key not in str(stack.export())


COMPONENT = """
class Catalog(pulumi.ComponentResource):
    def __init__(self, name, opts=None, depth=0):
        super().__init__("my:billing:Catalog", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        if depth:
            Catalog(f"{{name}}-inner", below, depth - 1)
        else:
            product = paygentic.Product(name, name=name, description="", opts=below)
            paygentic.Feature(name, product_id=product.id, key="key", name=name, opts=below)

second = paygentic.Provider("second", api_key="{key}", merchant_id="{merchant}", base_url="{url}")
foreign = pulumi.ProviderResource("pulumi-python", "foreign")
forms = {{
    "single": dict(provider=second),
    "list": dict(providers=[second]),
    "dict": dict(providers={{"paygentic": second}}),
    "package": dict(providers={{"pulumi-python": second}}),
    "several": dict(providers={{"aws": foreign, "paygentic": second}}),
}}
for name, form in forms.items():
    for depth in (0, 2):
        Catalog(f"{{name}}-{{depth}}", pulumi.ResourceOptions(**form), depth)
    paygentic.Product(name, name=name, description="", opts=pulumi.ResourceOptions(**form))
"""


def test_no_form_of_a_provider_lands_in_the_default_account(stack: Stack, server: Server) -> None:
    """What is there can't be deleted again: an object in the wrong merchant stays for good."""
    program = COMPONENT.format(key=SECOND.api_key, merchant=SECOND.merchant_id, url=server.running.url)
    assert stack.write(program).up().warnings == []
    assert server.account.counts() == {}
    assert server.second.counts() == {"Product": 15, "Feature": 10}
    assert stack.preview("--refresh").changes == {}


def refusal(result: Result) -> str:
    """The one error of a program, without the engine's closing word."""
    (_, what), (_, closing) = result.errors
    assert "non-zero exit code" in closing
    return what


def test_two_providers_of_one_merchant_are_refused_before_anything_is_made(stack: Stack, server: Server) -> None:
    first = f'paygentic.Provider("again", merchant_id="{server.account.merchant_id}")'
    program = f"""
paygentic.Product("a", name="A", description="")
paygentic.Product("b", name="B", description="", opts=pulumi.ResourceOptions(provider={first}))
"""
    what = refusal(stack.write(program).preview(fails=True))
    assert "Product 'b': provider 'again' and the stack's own settings are both for merchant org_emulator" in what
    assert len(what.splitlines()) == 1


def test_a_refused_resource_of_a_component_ends_the_program_with_one_error(stack: Stack) -> None:
    program = """
class Catalog(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("my:billing:Catalog", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        first = paygentic.Product("first", name="A", description="", opts=below)
        other = paygentic.Provider("other", merchant_id="org_other")
        paygentic.Feature("second", product_id=first.id, key="a", name="A", opts=pulumi.ResourceOptions(
            parent=self, provider=other, depends_on=[first]))

one = paygentic.Provider("one", merchant_id="org_other")
catalog = Catalog("c", pulumi.ResourceOptions(providers={"paygentic": one}))
pulumi.ComponentResource("my:billing:After", "after", None, pulumi.ResourceOptions(depends_on=[catalog]))
"""
    what = refusal(stack.write(program).preview(fails=True))
    assert "Feature 'second': provider 'other' and provider 'one' are both for merchant org_other" in what
    assert len(what.splitlines()) == 1


def test_a_disabled_default_provider_is_refused_by_either_name(stack: Stack, server: Server) -> None:
    stack.write("paygentic.Product('a', name='A', description='')")
    for name in ("paygentic", "pulumi-python", "*"):
        stack.configure("pulumi:disable-default-providers", f'["{name}"]')
        errors = str(stack.up(fails=True).errors)
        assert "efault provider" in errors
        assert "disabled" in errors
        assert server.account.counts() == {}
    explicit = "paygentic.Product('a', name='A', description='', opts=pulumi.ResourceOptions(provider={}))"
    stack.write(explicit.format("paygentic.Provider('own')")).up()
    assert server.account.counts() == {"Product": 1}


INLINE = """
import sys, threading
from pulumi import automation

meet = threading.Barrier(2, timeout=120)
ended = {}

def program(name):
    opts = pulumi.ResourceOptions(provider=paygentic.Provider(name))
    paygentic.Product(f"{name}-first", name=f"{name} first", description="", opts=opts)
    meet.wait()
    paygentic.Product(f"{name}-second", name=f"{name} second", description="", opts=opts)

def run(name):
    stack = automation.create_stack(name, project_name="inline", program=lambda: program(name))
    ended[name] = stack.up().summary.result

threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert ended == {"one": "succeeded", "two": "succeeded"}, ended
"""


def test_inline_programs_of_one_process_do_not_meet(stack: Stack, server: Server) -> None:
    """Each is a run of its own, also while another one is half through with a provider of the same merchant."""
    stack.write(INLINE)
    command = [sys.executable, str(stack.program / "__main__.py")]
    done = subprocess.run(
        command, env=stack.environment, cwd=stack.folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert server.account.counts() == {"Product": 4}


def test_a_stack_that_is_pointed_at_another_merchant_is_refused_before_any_call(stack: Stack, server: Server) -> None:
    stack.write("paygentic.Product('a', name='A', description='')").up()
    before = stack.ids()
    server.gate.calls.clear()
    other = {"PAYGENTIC_API_KEY": SECOND.api_key, "PAYGENTIC_MERCHANT_ID": SECOND.merchant_id}
    for command in (["preview"], ["up"], ["refresh"], ["up", "--refresh"], ["destroy"]):
        flags = [] if command == ["preview"] else ["--yes", "--skip-preview"]
        ((where, what),) = stack.run(*command, *flags, fails=True, environment=other).errors
        assert where == "Product a"
        assert "org_emulator" in what
        assert SECOND.merchant_id in what
        assert stack.ids() == before
    assert server.gate.calls == []
    assert server.second.counts() == {}


def test_a_refresh_with_another_accounts_key_forgets_nothing(stack: Stack, server: Server) -> None:
    """The API's 403 for another merchant's object is no 404."""
    stack.write("paygentic.Product('a', name='A', description='')").up()
    before = stack.ids()
    result = stack.refresh(fails=True, environment={"PAYGENTIC_API_KEY": SECOND.api_key})
    assert "403" in str(result.errors)
    assert stack.ids() == before
    assert server.account.counts() == {"Product": 1}
