"""The merchant's dashboard: catalog, customers, usage and revenue as they are at this moment."""
