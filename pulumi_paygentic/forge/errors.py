"""The errors of the forge floor, in one tree. Each `str()` is one line: what happened, where, what to do now.

ForgeError
├── SettingsError         an address, a repository or a token is missing or can't be used; nothing was sent
│   └── NoPullRequest     this run belongs to no pull request
├── NotPermitted          401, 403: the token does not give this permission
│   └── NotFound          404: it does not exist, or the token must not see it
├── Refused               other 4xx: the forge does not accept the request
├── UnexpectedResponse    the response is not the forge's own: HTML, a redirect
└── Passing               an error that passes by itself, raised once the attempts are used up
├── RateLimited       too many requests; `after` says when the next may be sent
├── Gone              an item was removed between the read and the write
└── Unavailable       5xx, no connection, a lost response
"""

from __future__ import annotations

_MOST = 500


def one_line(text: str, *secrets: str) -> str:
    """Return `text` on one printable line of at most 500 characters, without any of `secrets`."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "[redacted]")
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 20 * _MOST]).split())
    return line if len(line) <= _MOST else line[: _MOST - 1] + "…"


class ForgeError(Exception):
    """The root of the tree. `message` says what happened, `hint` what to do now; neither ever holds the token."""

    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message = message.rstrip(".") + "."
        if hint is not None:
            self.hint = hint
        super().__init__(" ".join(filter(None, (self.message, self.hint))))


class SettingsError(ForgeError):
    """An address, a repository or a token is missing or can't be used. Nothing was sent."""


class NoPullRequest(SettingsError):
    """The run belongs to no pull request or merge request."""


class NotPermitted(ForgeError):
    """The forge does not permit this with the token."""


class NotFound(NotPermitted):
    """The object does not exist, or the token must not see it: the forge says the same for both."""


class Refused(ForgeError):
    """The forge does not accept the request, and would not the next time."""


class UnexpectedResponse(ForgeError):
    """The response is not the forge's own, for example a proxy's page."""

    hint = "Check the address of the forge's API, and any proxy between here and it."


class Passing(ForgeError):
    """An error that passes by itself. `after` is the least number of seconds to wait, None if the forge names none."""

    #: True if it was waited for already, as often as it is worth.
    exhausted: bool = False

    def __init__(self, message: str, *, after: float | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.after = after


class RateLimited(Passing):
    """The token has used up its requests for now."""

    hint = "Run again later."


class Gone(Passing):
    """An item was removed by another run between the read and the write."""

    hint = "Run again."


class Unavailable(Passing):
    """The forge failed, could not be reached, or its response was lost. A write may have taken effect nevertheless."""

    hint = "Run again later."
