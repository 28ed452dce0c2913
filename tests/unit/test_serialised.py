"""The serialised provider stands in every existing state: this text must never change."""

import base64
import pickle
import pickletools
from typing import Any

import dill  # type: ignore[import-untyped]
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_paygentic.adapter import Provider, provider_for, serialised
from pulumi_paygentic.catalog import CatalogObject, all_kinds, kind_named

KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]

# fmt: off
GOLDEN = {
    "AuthorizationLink": "gASVTgAAAAAAAACMIXB1bHVtaV9wYXlnZW50aWMuYWRhcHRlci5wcm92aWRlcpSMDHByb3ZpZGVyX2ZvcpSTlIwRQXV0aG9yaXphdGlvbkxpbmuUhZRSlC4=",  # noqa: E501
    "BillableMetric": "gASVSwAAAAAAAACMIXB1bHVtaV9wYXlnZW50aWMuYWRhcHRlci5wcm92aWRlcpSMDHByb3ZpZGVyX2ZvcpSTlIwOQmlsbGFibGVNZXRyaWOUhZRSlC4=",  # noqa: E501
    "Feature": "gASVRAAAAAAAAACMIXB1bHVtaV9wYXlnZW50aWMuYWRhcHRlci5wcm92aWRlcpSMDHByb3ZpZGVyX2ZvcpSTlIwHRmVhdHVyZZSFlFKULg==",  # noqa: E501
    "Fee": "gASVQAAAAAAAAACMIXB1bHVtaV9wYXlnZW50aWMuYWRhcHRlci5wcm92aWRlcpSMDHByb3ZpZGVyX2ZvcpSTlIwDRmVllIWUUpQu",
    "Plan": "gASVQQAAAAAAAACMIXB1bHVtaV9wYXlnZW50aWMuYWRhcHRlci5wcm92aWRlcpSMDHByb3ZpZGVyX2ZvcpSTlIwEUGxhbpSFlFKULg==",
    "Price": "gASVQgAAAAAAAACMIXB1bHVtaV9wYXlnZW50aWMuYWRhcHRlci5wcm92aWRlcpSMDHByb3ZpZGVyX2ZvcpSTlIwFUHJpY2WUhZRSlC4=",
    "Product": "gASVRAAAAAAAAACMIXB1bHVtaV9wYXlnZW50aWMuYWRhcHRlci5wcm92aWRlcpSMDHByb3ZpZGVyX2ZvcpSTlIwHUHJvZHVjdJSFlFKULg==",  # noqa: E501
}
# fmt: on


def golden(kind: type[CatalogObject]) -> str:
    """The text of a kind: that of `Product` with another name in it, and with the length of that."""
    name = kind.__name__.encode()
    body = base64.b64decode(GOLDEN["Product"])[11:].replace(b"\x07Product", bytes([len(name)]) + name)
    return base64.b64encode(b"\x80\x04\x95" + len(body).to_bytes(8, "little") + body).decode()


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_in_existing_states_is_the_text_of_today(kind: type[CatalogObject]) -> None:
    assert serialised(kind) == golden(kind)


def test_no_kind_is_ever_removed() -> None:
    """A kind that states know must stay importable, under the text that they hold."""
    assert {name: golden(kind_named(name)) for name in GOLDEN} == GOLDEN


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("loads", [pickle.loads, dill.loads])
def test_existing_states_load_the_provider_of_their_kind(name: str, loads: Any) -> None:
    provider = loads(base64.b64decode(GOLDEN[name]))
    assert type(provider) is Provider
    assert provider._kind is kind_named(name)


@pytest.mark.parametrize("kind", KINDS)
def test_what_pulumi_would_make_of_the_provider_loads_the_same(kind: type[CatalogObject]) -> None:
    assert dill.loads(base64.b64decode(serialize_provider(Provider(kind))))._kind is kind  # noqa: S301  our own


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_the_name_of_the_kind_is_pickled_whatever_the_provider_was_configured_with(
    kind: type[CatalogObject],
) -> None:
    configured = Provider(kind)
    configured.configure(ConfigureRequest(config=Config({"paygentic:apiKey": "sk_test_secret"}, "project")))
    pickled = pickle.dumps(configured, protocol=4)
    assert base64.b64encode(pickled).decode() == golden(kind)
    texts = [argument for _, argument, _ in pickletools.genops(pickled) if isinstance(argument, str)]
    assert texts == ["pulumi_paygentic.adapter.provider", "provider_for", kind.__name__]


def test_the_provider_is_no_secret() -> None:
    """A secret would be encrypted anew each time, and so be a change each time."""
    assert Provider.serialize_as_secret_always is False


def test_a_kind_that_is_not_known_is_an_error() -> None:
    with pytest.raises((LookupError, ImportError, AttributeError)):
        provider_for("Nothing")
