"""A merchant's whole month in minutes: the catalog, a checkout, submissions, the dashboard, invoices computed twice."""
