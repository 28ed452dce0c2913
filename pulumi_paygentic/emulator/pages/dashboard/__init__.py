"""The merchant's dashboard: what is sold, to whom, how it is used and what it earns, as it is at this moment."""
