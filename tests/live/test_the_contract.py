"""The contract suite's own cases, as far as documented calls can set them up: see `conftest` for their `merchant`."""

import pytest

from tests.contract.test_adoption import (
    test_adopt_id_brings_this_very_object_to_the_declaration_and_says_what_changed,
    test_of_several_with_one_key_the_equal_one_is_adopted,
)
from tests.contract.test_deleted_objects import test_what_is_deleted_is_created_again
from tests.contract.test_every_kind import (
    test_adopt,
    test_an_argument_that_was_removed_is_given_back_to_the_default_or_refused,
    test_an_update_without_a_difference_writes_nothing,
    test_create_read,
    test_delete_read_and_delete_again,
    test_drift_is_read_field_by_field_and_mended,
    test_replace,
    test_update_read,
    test_what_is_not_declared_is_not_managed,
)
from tests.contract.test_lost_answers import test_one_object_although_the_answer_was_lost

pytestmark = pytest.mark.behaviour(
    "Every kind of object is created, read, changed, replaced, adopted, deleted and found again as on the emulator."
)
__all__ = [
    "test_adopt",
    "test_adopt_id_brings_this_very_object_to_the_declaration_and_says_what_changed",
    "test_an_argument_that_was_removed_is_given_back_to_the_default_or_refused",
    "test_an_update_without_a_difference_writes_nothing",
    "test_create_read",
    "test_delete_read_and_delete_again",
    "test_drift_is_read_field_by_field_and_mended",
    "test_of_several_with_one_key_the_equal_one_is_adopted",
    "test_one_object_although_the_answer_was_lost",
    "test_replace",
    "test_update_read",
    "test_what_is_deleted_is_created_again",
    "test_what_is_not_declared_is_not_managed",
]
