"""Renderers of a changeset, which only read it: Markdown for a pull request, text for a terminal, JSON for programs."""
