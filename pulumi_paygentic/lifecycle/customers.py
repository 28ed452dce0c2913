"""The customers of one run by email address: each is asked for once, however many links it has."""

from __future__ import annotations

import threading
from collections import defaultdict

from pulumi_paygentic.api import Client


class Customers:
    """Finds or creates customers; one call at a time for one email address."""

    def __init__(self, client: Client, merchant_id: str) -> None:
        self._client = client
        self._merchant_id = merchant_id
        self._ids: dict[str, str] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def id_of(self, email: str) -> str:
        """The customer with this email address.

        The API answers a POST for an email address that the merchant has a customer for with that customer. So it is
        repeated after an answer that was lost, and never makes a second one.
        """
        with self._locks[email]:
            if email not in self._ids:
                consumer = {"name": email, "email": email, "address": {}}
                body = {"merchantId": self._merchant_id, "consumer": consumer}
                answer = self._client.post("/v0/customers", body, recover=lambda: None, id_field="customerId")
                self._ids[email] = answer["customerId"]
            return self._ids[email]
