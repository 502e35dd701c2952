"""What grievances reads from the environment beside what every service does."""

from dataclasses import dataclass

from chassis.config import PersonalDataServiceSettings
from chassis.variables import Settings, setting, text, url


@dataclass(frozen=True, kw_only=True)
class Open311Settings(Settings):
    """What the discovery document of Open311 tells of this deployment."""

    open311_url: str | None = setting(
        "OPEN311_URL",
        url("https", "http", example="https://linli.example.gov.cn/open311/v2"),
        "How clients of Open311 reach it from outside; without it, at the host they asked",
        default=None,
    )
    open311_contact: str = setting(
        "OPEN311_CONTACT",
        text("a line for people"),
        "Whom to ask about this deployment, as the discovery document of Open311 says it",
        default="请联系本区、街道或社区的工作人员 Ask the office of the district, street or community",
    )
    open311_key_service: str = setting(
        "OPEN311_KEY_SERVICE",
        text("a line for people"),
        "How to get an api_key, as the discovery document of Open311 says it",
        default="api_key 即访问令牌，请向区工作人员申请 It is an access token; ask the office of the district for one",
    )


@dataclass(frozen=True, kw_only=True)
class GrievancesSettings(Open311Settings, PersonalDataServiceSettings):
    """The service grievances."""
