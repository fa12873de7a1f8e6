"""Origins of a platform's pages: who may frame ours, and who may keep our login's secret."""

from urllib.parse import urlsplit

from lti_tool.platforms.models import Registration


def embedders_of(registration: Registration, return_url: str | None = None) -> list[str]:
    """Where the platform's pages come from. A hosted LMS often has another origin than its issuer."""
    known = (registration.issuer, registration.auth_login_url, return_url)
    return sorted({origin for address in known if address and (origin := origin_of(address))})


def origin_of(address: str) -> str | None:
    """Scheme, host and port of an http(s) address, as a policy and a postMessage name them."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    host = parts.hostname or ""
    plain = host.isascii() and host.replace("-", "").replace(".", "").isalnum()
    return f"{parts.scheme}://{host}{port}" if parts.scheme in {"http", "https"} and plain else None
