import inspect

from pulumi_paygentic import api
from pulumi_paygentic.api import api_errors, errors


def test_what_is_public_is_named_in_all_and_sorted() -> None:
    public = {name for name, value in vars(api).items() if not name.startswith("_") and not inspect.ismodule(value)}
    assert set(api.__all__) == public
    assert len(set(api.__all__)) == len(api.__all__)


def test_every_error_of_the_tree_is_public() -> None:
    defined = {
        name
        for module in (errors, api_errors)
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert defined <= set(api.__all__)


def test_what_is_public_says_what_it_is() -> None:
    undocumented = [
        name for name in api.__all__ if (inspect.isclass(value := getattr(api, name)) and not inspect.getdoc(value))
    ]
    assert undocumented == []
