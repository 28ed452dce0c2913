"""When a fault strikes: on which method and path template, and on which of the calls that match."""

from __future__ import annotations

from abc import abstractmethod
from random import Random
from typing import Annotated

from pydantic import Field, PrivateAttr, model_validator

from pulumi_paygentic.emulator.control.faults.exchange import Exchange
from pulumi_paygentic.emulator.http.schema import ClosedBody
from pulumi_paygentic.emulator.storage.store import Record


class Rule(ClosedBody):
    """Without `method` or `path` every one matches; without `first`, `nth` or `probability` every match is struck."""

    method: Annotated[str, Field(pattern=r"^[A-Z]+$")] | None = None
    path: str | None = None
    first: Annotated[int, Field(ge=1)] | None = None
    nth: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: int = 0
    _seen: int = PrivateAttr(default=0)
    _struck: int = PrivateAttr(default=0)
    _random: Random = PrivateAttr(default_factory=Random)

    @model_validator(mode="after")
    def _one_choice(self) -> Rule:
        if sum(choice is not None for choice in (self.first, self.nth, self.probability)) > 1:
            raise ValueError("give at most one of first, nth and probability")
        self._random.seed(self.seed)
        return self

    def strikes(self, method: str, template: str) -> bool:
        """Whether this call is struck; each call that matches is counted, so ask once."""
        if self.method not in {None, method} or self.path not in {None, template}:
            return False
        self._seen += 1
        struck = self._chosen()
        self._struck += struck
        return struck

    def _chosen(self) -> bool:
        if self.first is not None:
            return self._seen <= self.first
        if self.nth is not None:
            return self._seen == self.nth
        return self.probability is None or self._random.random() < self.probability

    def report(self) -> Record:
        return {**self.given(), "seen": self._seen, "struck": self._struck}

    def removed(self) -> None:
        """End what still lasts of it."""

    @abstractmethod
    async def disturb(self, exchange: Exchange) -> None:
        """Do it."""
