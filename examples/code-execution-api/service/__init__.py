"""The runtime of the code execution service: takes submissions, runs them, and bills them by the catalog beside it."""
