"""What subscriptions owe: terms fixed period by period, invoices, and the test money they are paid with."""
