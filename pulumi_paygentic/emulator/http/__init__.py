"""The API's manner of speaking: paths, bodies, fields, queries, and the context of one request."""
