"""What the hub tells browsers about its pages: what may be loaded, framed and sent, and cookies."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bluecloud_hub.settings import Settings


def headers(settings: Settings) -> dict[str, str]:
    """The headers of each of the hub's answers.

    JupyterHub's templates have scripts in the page, so that scripts in the page are allowed; what
    one that somebody smuggled in could do with what it sees is not: it reaches no other origin, by
    no request, picture, frame or form.

    Source: Content Security Policy Level 3, https://www.w3.org/TR/CSP3/.
    """
    # A form that starts a laboratory ends, by redirects, at the person's own name.
    public = urlsplit(settings.public_url)
    own_names = f" {public.scheme}://*.{public.netloc}" if settings.has_user_domains else ""
    policy = {
        "default-src": "'none'",
        "script-src": "'self' 'unsafe-inline'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": f"'self'{own_names}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {told}" for name, told in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


def configure(c: Any, settings: Settings) -> None:
    """Set headers and cookies of a deployment.

    A cookie goes with no request that another site makes, except when somebody follows a link. With
    TLS none is sent without it, be it the hub's or a laboratory's; JupyterHub itself leaves the one
    against forged requests to both. Its name begins with ``__Host-`` then, so that no laboratory,
    whose name is below the hub's, can set one of the hub's cookies (RFC 6265bis, section 4.1.3.2).
    """
    is_over_tls = settings.public_url.startswith("https://")
    kept = {"samesite": "Lax", **({"secure": True} if is_over_tls else {})}
    c.JupyterHub.tornado_settings = {
        "headers": headers(settings),
        "cookie_options": dict(kept),
        "xsrf_cookie_kwargs": dict(kept),
    }
    c.JupyterHub.cookie_host_prefix_enabled = is_over_tls and settings.has_user_domains


def of_servers(settings: Settings) -> list[str]:
    """What servers are called with, for the one cookie of theirs that JupyterHub leaves open."""
    if not settings.public_url.startswith("https://"):
        return []
    return ["--ServerApp.tornado_settings={'xsrf_cookie_kwargs': {'secure': True}}"]
