"""The rehearsal of a merchant's month: catalog, checkout, submissions, dashboard, and invoices computed twice."""
