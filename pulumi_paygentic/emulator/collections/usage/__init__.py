"""Events, meters, and the older paths for usage and reservations."""
