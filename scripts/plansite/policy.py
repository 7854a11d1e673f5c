"""How the Content-Security-Policy of a page, overrides/partials/policy.html, names what may run within it."""

import hashlib
from base64 import b64encode


def digest(text: str) -> str:
    """Return the source that stands for a script or style of this text (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
