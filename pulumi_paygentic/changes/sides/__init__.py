"""Two sides of one catalog, told apart by their names: the reports of `compare` and `drift`, which only read values."""
