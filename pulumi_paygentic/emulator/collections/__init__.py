"""The collections of the API, a module each."""
