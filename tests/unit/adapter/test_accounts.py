"""Under the SDK's own test runtime: the account that each resource of a program goes to, and the ones refused."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks

import pulumi_paygentic as paygentic

Program = Callable[[], object]
OPTS = pulumi.ResourceOptions


class Registered(Mocks):
    """The name of the provider of each product; empty for the default one."""

    def __init__(self) -> None:
        self.providers: dict[str, str] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        if args.typ.endswith(":Product"):
            self.providers[args.name] = (args.provider or "").rpartition("::")[0].rpartition("::")[2]
        return f"{args.name}-id", args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], None]:
        raise AssertionError(args)


def run(program: Program, config: Mapping[str, str] | None = None) -> dict[str, str]:
    """Run a program as Pulumi would, with settings of its own that no other run sees."""

    def begin() -> dict[str, str]:
        registered = Registered()
        set_mocks(registered)
        set_all_config(dict(config or {}))
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # it is the SDK's
        return registered.providers

    return contextvars.copy_context().run(begin)


def below(parent: pulumi.Resource, opts: OPTS) -> OPTS:
    opts.parent = parent
    return opts


class Component(pulumi.ComponentResource):
    """A user's component, `depth` times nested, with one product."""

    def __init__(self, name: str, opts: OPTS, depth: int = 0, inner: OPTS | None = None) -> None:
        super().__init__("my:billing:Catalog", name, None, opts)
        mine = below(self, inner or OPTS())
        if depth:
            Component(f"{name}-inner", mine, depth - 1)
        else:
            product(name, mine)


def product(name: str, opts: OPTS | None = None) -> paygentic.Product:
    return paygentic.Product(name, name=name, description="", opts=opts)


def provider(name: str = "other", merchant: pulumi.Input[str] = "org_other", **more: Any) -> paygentic.Provider:
    return paygentic.Provider(name, api_key="sk_test_1", merchant_id=merchant, **more)


def foreign() -> pulumi.ProviderResource:
    return pulumi.ProviderResource("aws", "foreign")


FORMS: dict[str, Callable[[pulumi.ProviderResource], OPTS]] = {
    "single": lambda p: OPTS(provider=p),
    "list": lambda p: OPTS(providers=[p]),
    "dict": lambda p: OPTS(providers={"paygentic": p}),
    "dict-of-the-package": lambda p: OPTS(providers={"pulumi-python": p}),
    "dict-of-any-name": lambda p: OPTS(providers={"billing": p}),
    "dict-of-several": lambda p: OPTS(providers={"aws": foreign(), "paygentic": p}),
    "list-of-several": lambda p: OPTS(providers=[foreign(), p]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_every_form_of_a_provider_on_a_component_reaches_its_resources(form: str, depth: int) -> None:
    registered = run(lambda: Component("c", FORMS[form](provider()), depth))
    assert list(registered.values()) == ["other"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_provider_on_the_resource_itself_counts(form: str) -> None:
    assert run(lambda: product("p", FORMS[form](provider()))) == {"p": "other"}


@pytest.mark.parametrize("form", FORMS)
def test_a_resource_goes_by_its_own_options_before_its_parents(form: str) -> None:
    def program() -> None:
        Component("c", OPTS(providers={"paygentic": provider("outer", "org_outer")}), inner=FORMS[form](provider()))

    assert run(program) == {"c": "other"}


@pytest.mark.parametrize("form", FORMS)
def test_a_resource_below_a_resource_has_its_provider(form: str) -> None:
    def program() -> None:
        outer = OPTS(providers={"paygentic": provider("outer", "org_outer")})
        component = Component("c", outer)
        above = product("above", below(component, FORMS[form](provider())))
        product("below", OPTS(parent=above))

    assert run(program) == {"c": "outer", "above": "other", "below": "other"}


def test_a_transformation_can_give_the_provider_as_well() -> None:
    def program() -> None:
        other = provider()

        def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
            args.opts.providers = {"paygentic": other}
            return pulumi.ResourceTransformationResult(args.props, args.opts)

        product("p", OPTS(transformations=[transform]))

    assert run(program) == {"p": "other"}


def test_providers_of_other_packages_leave_a_resource_in_the_default_account() -> None:
    def program() -> None:
        Component("c", OPTS(providers=[foreign()]))
        product("p", OPTS(provider=pulumi.ProviderResource("gcp", "gcp")))

    assert run(program) == {"c": "", "p": ""}


def test_a_plain_provider_of_dynamic_resources_counts_as_pulumi_has_it() -> None:
    def program() -> None:
        Component("c", OPTS(providers=[pulumi.ProviderResource("pulumi-python", "plain")]))

    assert run(program) == {"c": "plain"}


@pytest.mark.parametrize(
    ("opts", "reported"),
    [
        (
            lambda: OPTS(providers={"paygentic": provider("a"), "pulumi-python": provider("b", "org_b")}),
            "more than one provider is given for it (provider 'a', provider 'b'): name one with provider=",
        ),
        (lambda: OPTS(providers=[provider("a"), provider("b", "org_b")]), "more than one provider"),
        (
            lambda: OPTS(providers={"paygentic": foreign()}),
            "providers['paygentic'] is a provider of 'aws': give a paygentic.Provider",
        ),
    ],
)
def test_what_leaves_the_account_open_is_refused(opts: Callable[[], OPTS], reported: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        run(lambda: product("p", opts()))
    assert str(caught.value).startswith("Product 'p': ")
    assert reported in str(caught.value)


def test_two_providers_that_reach_a_component_by_different_names_are_refused() -> None:
    def program() -> None:
        outer = OPTS(providers={"paygentic": provider("a", "org_a")})
        Component("c", outer, depth=1, inner=OPTS(provider=provider("b", "org_b")))

    with pytest.raises(pulumi.RunError, match="more than one provider is given for it"):
        run(program)


MERCHANT = {"paygentic:merchantId": "org_stack"}


def test_two_providers_of_one_merchant_are_refused() -> None:
    def program() -> None:
        product("first", OPTS(provider=provider("a")))
        product("second", OPTS(provider=provider("b")))

    with pytest.raises(pulumi.RunError) as caught:
        run(program)
    assert str(caught.value).startswith("Product 'second': provider 'b' and provider 'a' are both for merchant org_oth")


@pytest.mark.parametrize("turned", [False, True])
def test_a_provider_of_the_stacks_own_merchant_beside_the_stacks_settings_is_refused(turned: bool) -> None:
    def program() -> None:
        given = [None, OPTS(provider=provider(merchant="org_stack"))]
        for name, opts in zip(("first", "second"), reversed(given) if turned else given, strict=True):
            product(name, opts)

    with pytest.raises(pulumi.RunError, match=r"Product 'second': .*the stack's own settings.* org_stack at https://"):
        run(program, MERCHANT)


def test_the_merchant_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYGENTIC_MERCHANT_ID", "org_env")

    def program() -> None:
        product("first")
        product("second", OPTS(provider=paygentic.Provider("p", api_key="sk_test_1")))

    with pytest.raises(pulumi.RunError, match="org_env"):
        run(program)


def test_one_provider_for_many_resources_and_one_for_each_merchant_pass() -> None:
    def program() -> None:
        first, second = OPTS(provider=provider("a")), OPTS(provider=provider("b", "org_b"))
        elsewhere = OPTS(provider=provider("c", base_url="http://localhost:1"))
        for index, opts in enumerate((first, second, first, elsewhere, None, None)):
            product(str(index), opts)

    assert run(program, MERCHANT) == dict(zip("012345", ["a", "b", "a", "c", "", ""], strict=True))


@pytest.mark.parametrize("unknown", ["merchant", "base_url", "environment"])
def test_an_account_that_is_not_known_yet_is_held_against_nobody(unknown: str) -> None:
    def program() -> None:
        given: dict[str, Any] = {"merchant": "org_stack", unknown: pulumi.Output.from_input("sandbox")}
        product("first", OPTS(provider=provider("a", **given)))
        product("second")

    assert run(program, MERCHANT) == {"first": "a", "second": ""}


def test_every_run_of_a_program_begins_with_no_account_claimed() -> None:
    for name in ("a", "b"):
        assert run(lambda: product("p", OPTS(provider=provider(name)))) == {"p": name}  # noqa: B023  it runs here


DISABLED = {"pulumi:disable-default-providers": '["aws", "paygentic"]'}


def test_a_disabled_default_provider_is_refused_under_the_name_that_users_know() -> None:
    with pytest.raises(pulumi.RunError, match="Product 'p': the default provider of paygentic is disabled"):
        run(lambda: product("p"), DISABLED)


def test_an_explicit_provider_passes_where_the_default_one_is_disabled() -> None:
    assert run(lambda: product("p", OPTS(provider=provider())), DISABLED) == {"p": "other"}
    assert run(lambda: product("p"), {"pulumi:disable-default-providers": '["aws"]'}) == {"p": ""}
