"""One connection of a browser: the chassis's framing and deadlines, and the portal's headers on what is refused."""

from chassis.http import connection, problems
from services.portal.headers import HEADERS

_HEADERS = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()).encode("ascii")


class Protocol(connection.Protocol):
    """Sends the security headers also where no request could be read."""

    def _refuse(self, kind: problems.Kind, detail: str) -> None:
        self.conn_state.within(connection.ANSWER_S)
        status, end, rest = problems.as_response(kind, detail).partition(b"\r\n")
        self.wfile.write(status + end + _HEADERS + rest)
        self.close_connection = True
        self.unread = True
