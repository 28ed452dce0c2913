"""GitLab on this machine: a project with its repository, API and variables, and a runner of its pipelines."""
