"""Log-in through the site's identity provider (OpenID Connect), when OIDC_CLIENT_ID is set.

Lock-out and second factor are then the provider's: who comes through it has passed its rules.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from chunfeng.core import accounts, queries
from chunfeng.core.models import User
from chunfeng.web.accounts import entry


class ByUserName(OIDCAuthenticationBackend):
    """Matches `preferred_username` to an active user of ours. Accounts are never made here."""

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> User | None:
        """The user of a proven claim, noted in the trail; None for everything else."""
        user = super().authenticate(request, **kwargs)
        if user is not None and request is not None:
            accounts.record_access(
                "account.login",
                by=entry.actor_of_user(user, request),
                at=timezone.now(),
                detail={"through": "oidc"},
            )
        return user

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        """The provider must say the user name; an e-mail address proves nothing here."""
        return bool(claims.get("preferred_username"))

    def filter_users_by_claims(self, claims: dict[str, Any]) -> list[User]:
        """The one active user with this user name."""
        user = queries.user_by_name(str(claims.get("preferred_username", "")))
        return [user] if user else []

    def create_user(self, claims: dict[str, Any]) -> None:
        """Never: who may enter is decided by the system administrator."""
        return None

    def describe_user_by_claims(self, claims: dict[str, Any]) -> str:
        """For the log; no personal data."""
        return "an unknown user name"
