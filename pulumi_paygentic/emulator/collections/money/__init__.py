"""Invoices, revenue, entitlements and grants."""
