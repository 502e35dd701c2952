# ruff: noqa: RUF009 - `setting` makes a dataclass field
"""What the portal reads from the environment, in the manner of chassis.config."""

from dataclasses import dataclass
from typing import Any

from environs import Env

from chassis import areas
from chassis.config import ServingSettings
from chassis.errors import Misconfigured
from chassis.variables import Address, Shape, address, number, one_of, setting, text, url


def _district() -> Shape:
    def read(env: Env, name: str) -> str:
        code: Any = env.str(name)
        if areas.level(code) != "district":
            raise ValueError
        return str(code)

    return Shape("the 12-digit code of a district, for example 440305000000", read)


@dataclass(frozen=True, kw_only=True)
class PortalSettings(ServingSettings):
    """The web front. It holds no data and no rights: it asks the services with the token of the person who is there."""

    http_address: Address = setting("HTTP_ADDRESS", address("127.0.0.1:8800"), "Where the process answers HTTP")
    metrics_address: Address | None = setting(
        "PORTAL_METRICS_ADDRESS",
        address("127.0.0.1:8810"),
        "Where the portal answers /metrics, apart from the pages; without it nowhere",
        default=None,
    )
    statistics_url: str = setting(
        "PORTAL_STATISTICS_URL",
        url("http", "https", example="http://statistics:8803"),
        "Where the portal asks for figures",
    )
    members_url: str = setting(
        "PORTAL_MEMBERS_URL",
        url("http", "https", example="http://members:8801"),
        "Where the portal asks for notices and the names of divisions",
    )
    grievances_url: str = setting(
        "PORTAL_GRIEVANCES_URL",
        url("http", "https", example="http://grievances:8802"),
        "Where the portal asks for cases; what it is asked there without a token bears the asker's address in "
        "X-Forwarded-For, so TRUSTED_PROXIES of grievances lists the portal",
    )
    district: str | None = setting(
        "PORTAL_DISTRICT",
        _district(),
        "The district of the board; without it the one that the person's first role lies in",
        default=None,
    )
    poll_s: float = setting(
        "PORTAL_POLL_S", number(0.05, 60), "Seconds between two questions for figures of an area", default=0.25
    )
    notices_s: float = setting(
        "PORTAL_NOTICES_S", number(0.1, 600), "Seconds between two questions for a person's notices", default=1.0
    )
    heartbeat_s: float = setting(
        "PORTAL_HEARTBEAT_S",
        number(0.1, 60),
        "Seconds after which a stream without news says it is alive",
        default=10.0,
    )
    cookies: str = setting(
        "PORTAL_COOKIES",
        one_of("https", "http"),
        "https: cookies travel over https only, as every deployment must have it; http: the embedded mode on loopback",
        default="https",
    )
    portal_url: str | None = setting(
        "PORTAL_URL",
        url("https", "http", example="https://linli.example.gov.cn"),
        "How browsers reach the portal, where something stands in between; needed for OIDC",
        default=None,
    )
    oidc_issuer: str | None = setting(
        "OIDC_ISSUER",
        url("https", example="https://login.example.gov.cn/realms/linli"),
        "Who signs people in (OpenID Connect); without it they bring a token",
        default=None,
    )
    oidc_client_id: str | None = setting(
        "OIDC_CLIENT_ID", text("the client id that the provider knows the portal by"), "The portal's name", default=None
    )
    oidc_client_secret: str | None = setting(
        "OIDC_CLIENT_SECRET",
        text("the secret that the provider gave the portal"),
        "The portal's password at the provider",
        default=None,
        secret=True,
    )
    oidc_scope: str = setting(
        "OIDC_SCOPE",
        text("scopes separated by blanks"),
        "What the portal asks for; the access token must carry the claim `roles`",
        default="openid",
    )

    def __post_init__(self) -> None:
        given = [self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret]
        if any(given) and not (all(given) and self.portal_url):
            raise Misconfigured(
                "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are set together, and PORTAL_URL with them"
            )
