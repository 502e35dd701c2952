"""Who asks, and what they may do where."""

from chassis.identity.actor import ANONYMOUS, RESERVED, ROLES, Actor, Grant
from chassis.identity.issuer import Issuer, new_signing_key, public_jwks
from chassis.identity.verifier import Verifier

__all__ = ["ANONYMOUS", "RESERVED", "ROLES", "Actor", "Grant", "Issuer", "Verifier", "new_signing_key", "public_jwks"]
