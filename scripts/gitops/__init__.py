"""The example of a repository, played from a pull request to production on this machine."""
