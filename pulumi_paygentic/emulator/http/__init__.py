"""The HTTP side of the API: paths, bodies, fields, queries, and the context of one request."""
