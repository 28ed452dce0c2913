"""Billing of subscriptions: prices fixed for each period, invoices, and the test money that pays them."""
