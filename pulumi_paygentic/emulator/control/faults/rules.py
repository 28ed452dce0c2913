"""The choice of calls that a fault applies to: by method and path template, then by count or probability."""

from __future__ import annotations

from abc import abstractmethod
from random import Random
from typing import Annotated

from pydantic import Field, PrivateAttr, model_validator

from pulumi_paygentic.emulator.control.faults.exchange import Exchange
from pulumi_paygentic.emulator.http.schema import ClosedBody
from pulumi_paygentic.emulator.storage.store import Record


class Rule(ClosedBody):
    """A fault's choice of calls. Everything left out matches every call."""

    method: Annotated[str, Field(pattern=r"^[A-Z]+$")] | None = None
    path: str | None = None
    first: Annotated[int, Field(ge=1)] | None = None
    nth: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: int = 0
    _seen: int = PrivateAttr(default=0)
    _hits: int = PrivateAttr(default=0)
    _random: Random = PrivateAttr(default_factory=Random)

    @model_validator(mode="after")
    def _one_choice(self) -> Rule:
        if sum(choice is not None for choice in (self.first, self.nth, self.probability)) > 1:
            raise ValueError("give at most one of first, nth and probability")
        self._random.seed(self.seed)
        return self

    def matches(self, method: str, template: str) -> bool:
        """Decide whether the fault applies to this call. Each call of its path is counted, so ask once a call."""
        if self.method not in {None, method} or self.path not in {None, template}:
            return False
        self._seen += 1
        struck = self._chosen()
        self._hits += struck
        return struck

    def _chosen(self) -> bool:
        if self.first is not None:
            return self._seen <= self.first
        if self.nth is not None:
            return self._seen == self.nth
        return self.probability is None or self._random.random() < self.probability

    def report(self) -> Record:
        return {**self.given(), "seen": self._seen, "struck": self._hits}

    def removed(self) -> None:
        """End any effect that still lasts."""

    @abstractmethod
    async def apply(self, exchange: Exchange) -> None:
        """Apply the fault to an exchange."""
