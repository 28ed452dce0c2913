"""Events and the totals that metrics measure of them."""
