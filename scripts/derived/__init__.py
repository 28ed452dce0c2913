"""The documents that are derived from the declarations: the reference pages, and the tables of the README."""
