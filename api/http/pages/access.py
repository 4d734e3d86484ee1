"""Who looks at a page: a key in a cookie beyond this machine, a name for the decisions, a language."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

#: The key that opens the service to a browser (HttpOnly, SameSite=Strict: pages of other sites cannot use it).
KEY_COOKIE = "gouji_key"
LANGUAGE_COOKIE = "gouji_language"
WHO_COOKIE = "gouji_who"
LOGIN = "/login"
#: Where a language is chosen, on the page that asks for the key as well.
PREFERENCES = "/preferences"
STATIC = "/static/"
#: Scripts, styles and pictures of this service alone; no script or style within a page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def cookie(header: str, name: str) -> str | None:
    """A cookie of a request by its header, which may hold anything."""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return found.value if found else None


def is_open(path: str) -> bool:
    """Pages that are shown to whoever has no key yet."""
    return path in (LOGIN, PREFERENCES) or path.startswith(STATIC)
