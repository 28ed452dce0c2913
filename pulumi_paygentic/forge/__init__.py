"""The code forges: one comment that is kept up to date on GitHub and on GitLab."""
