"""What goes back to the caller."""

from dataclasses import dataclass

JSON = "application/json"
HTML = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"

NO_STORE = ("Cache-Control", "no-store")
"""On every answer: it may hold what was opened for one person and one purpose."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and the whole body; made by `request.answer` and `request.page`."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of this header, whatever the case of its name."""
        return next((value for own, value in self.headers if own.lower() == name.lower()), None)
