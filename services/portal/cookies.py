"""The portal's cookies: what they are called, and how far they travel."""

from typing import Literal

from flask import current_app, request
from werkzeug.wrappers import Response as AnyResponse

from services.portal.settings import PortalSettings


class Cookies:
    """Over https no other host of the same domain can set one (`__Host-`). Over http, on loopback, a browser sends the
    cookies of one port to all others: each portal's bear its own."""

    def __init__(self, settings: PortalSettings) -> None:
        self._is_secure = settings.cookies == "https"
        self._prefix = "__Host-linli" if self._is_secure else f"linli_{settings.http_address.port}"

    def name(self, what: str) -> str:
        return f"{self._prefix}_{what}"

    def get(self, what: str) -> str:
        """What this request brought; empty when nothing."""
        return request.cookies.get(self.name(what), "")

    def put(
        self, response: AnyResponse, what: str, value: str, *, max_age_s: int, samesite: Literal["Lax", "Strict"]
    ) -> None:
        """Out of the reach of scripts; of every address of the portal, as `__Host-` demands."""
        response.set_cookie(
            self.name(what), value, max_age=max_age_s, httponly=True, samesite=samesite, secure=self._is_secure
        )

    def drop(self, response: AnyResponse, what: str) -> None:
        """Have the browser forget it."""
        self.put(response, what, "", max_age_s=0, samesite="Strict")


def cookies() -> Cookies:
    """Those of the application that answers."""
    found: Cookies = current_app.extensions["linli_cookies"]
    return found
