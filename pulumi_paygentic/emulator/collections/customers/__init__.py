"""Customers, their subscriptions, authorization links and test clocks."""
