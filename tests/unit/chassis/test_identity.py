"""Tokens that hold, tokens that do not, and what grants reach."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from chassis.database import SYSTEM
from chassis.errors import Misconfigured, NotAllowed, NotAuthenticated, Unavailable
from chassis.identity import ANONYMOUS, RESERVED, Actor, Grant, Issuer, Verifier, new_signing_key, public_jwks
from chassis.identity.actor import grants_from_claim
from chassis.identity.keys import MAX_AGE_S, REFRESH_S, KeyRing
from chassis.identity.verifier import MAX_TOKEN_BYTES

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
ISSUER, AUDIENCE = "https://issuer.test", "linli"
HERE, STREET, ELSEWHERE = "440305001012", "440305001000", "440305006011"
KEY = new_signing_key()
OTHER_KEY = new_signing_key()
VERIFIER_KEYS = public_jwks(KEY)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def verifier(clock: Callable[[], datetime] = lambda: NOW, **changes: Any) -> Verifier:
    given = {"jwks": VERIFIER_KEYS, "issuer": ISSUER, "audience": AUDIENCE, **changes}
    return Verifier(**given, clock=clock)


def token(claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: Any = KEY) -> str:
    """A token that holds, but for what is changed; a claim of None is left out."""
    merged = {"iss": ISSUER, "aud": AUDIENCE, "sub": "m-1", "exp": NOW.timestamp() + 60, "roles": [], **(claims or {})}
    kept = {name: value for name, value in merged.items() if value is not None}
    key = ECKey.import_key(key) if isinstance(key, dict) else key
    head = {"alg": "ES256", "kid": KEY["kid"], **(header or {})}
    return sealed(head, kept, lambda text: jwt_signature(text, key))


def sealed(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    parts = b".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return (parts + b"." + b64(sign(parts))).decode()


def jwt_signature(signing_input: bytes, key: ECKey) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(key.private_key.sign(signing_input, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def test_an_issued_token_tells_who_asks_and_what_they_may() -> None:
    grants = (Grant("mediator", HERE), Grant("grid_leader", HERE, "/a/b"))

    actor = verifier().actor(Issuer(KEY, ISSUER, AUDIENCE, clock=lambda: NOW).issue("m-1", grants, 60))

    assert actor == Actor("m-1", grants)


def test_a_hand_made_token_of_the_right_form_holds() -> None:
    assert verifier().actor(token()).actor_id == "m-1"


def test_leeway_is_thirty_seconds() -> None:
    assert verifier().actor(token({"exp": NOW.timestamp() - 29, "nbf": NOW.timestamp() + 29})).actor_id == "m-1"


PUBLIC_PEM = ECKey.import_key(KEY).as_pem(private=False)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(lambda: token({"exp": NOW.timestamp() - 31}), id="expired"),
        pytest.param(lambda: token({"exp": None}), id="without end"),
        pytest.param(lambda: token({"exp": "2030"}), id="end is a text"),
        pytest.param(lambda: token({"exp": 10**400}), id="end beyond numbers"),
        pytest.param(lambda: token({"nbf": NOW.timestamp() + 31}), id="not yet"),
        pytest.param(lambda: token({"iat": NOW.timestamp() + 31}), id="issued in the future"),
        pytest.param(lambda: token({"iss": "https://other.test"}), id="wrong issuer"),
        pytest.param(lambda: token({"iss": None}), id="no issuer"),
        pytest.param(lambda: token({"aud": "other"}), id="wrong audience"),
        pytest.param(lambda: token({"aud": ["other", "more"]}), id="other audiences"),
        pytest.param(lambda: token({"aud": None}), id="no audience"),
        pytest.param(lambda: token({"sub": None}), id="no subject"),
        pytest.param(lambda: token({"sub": ""}), id="empty subject"),
        pytest.param(lambda: token({"sub": "a\nb"}), id="subject with a line break"),
        pytest.param(lambda: token({"sub": "x" * 129}), id="long subject"),
        *(pytest.param(lambda of=one: token({"sub": of}), id=f"of nobody: {one}") for one in sorted(RESERVED)),
        pytest.param(lambda: token({"roles": "mediator"}), id="roles are a text"),
        pytest.param(lambda: token({"roles": [{"role": "mediator", "area": "44"}]}), id="role without division"),
        pytest.param(lambda: token({"roles": [{"role": "mediator", "area": HERE, "grid_path": "/a"}]}), id="misspelt"),
        pytest.param(lambda: token(key=OTHER_KEY), id="another key"),
        pytest.param(lambda: token(key=OTHER_KEY, header={"kid": OTHER_KEY["kid"]}), id="unknown key id"),
        pytest.param(lambda: token(header={"kid": 7}), id="key id is a number"),
        pytest.param(lambda: token(header={"crit": ["exp"]}), id="crit"),
        pytest.param(lambda: token(header={"crit": ["b64"], "b64": False}), id="b64"),
        pytest.param(lambda: token(header={"typ": "logout+jwt"}), id="another type of token"),
        pytest.param(lambda: token(key=OTHER_KEY, header={"jwk": OTHER_KEY, "kid": "x"}), id="brings its key"),
        pytest.param(lambda: token(header={"jwk": public_jwks(KEY)["keys"][0]}), id="brings even the right key"),
        pytest.param(lambda: token(header={"jku": "https://evil.test/jwks"}), id="says where its key is"),
        pytest.param(lambda: token(header={"x5u": "https://evil.test/cert"}), id="says where its certificate is"),
        pytest.param(lambda: token(header={"alg": "none"}), id="alg none"),
        pytest.param(lambda: sealed({"alg": "none", "kid": KEY["kid"]}, CLAIMS, lambda _: b""), id="unsigned"),
        pytest.param(lambda: sealed({"alg": "nOnE", "kid": KEY["kid"]}, CLAIMS, lambda _: b""), id="nOnE"),
        pytest.param(lambda: sealed({"alg": "HS256", "kid": KEY["kid"]}, CLAIMS, hs256), id="public key as a secret"),
        pytest.param(lambda: sealed({"alg": ["ES256"], "kid": KEY["kid"]}, CLAIMS, hs256), id="a list of algorithms"),
        pytest.param(lambda: token(header={"alg": "RS256"}), id="algorithm of another key type"),
        pytest.param(lambda: token(header={"alg": "ES384"}), id="algorithm not accepted"),
        pytest.param(lambda: token()[:-4], id="signature cut"),
        pytest.param(lambda: token().rsplit(".", 1)[0] + ".", id="signature left out"),
        pytest.param(lambda: token() + ".x.y", id="five parts (JWE)"),
        pytest.param(lambda: "é.é.é", id="no ASCII"),
        pytest.param(lambda: "\ud800", id="half a surrogate"),
        pytest.param(lambda: "..", id="empty parts"),
        pytest.param(lambda: "", id="empty"),
        pytest.param(lambda: (b64(b"[" * 4000) + b".e30.x").decode(), id="deeply nested header"),
        pytest.param(lambda: "A" * 2**20, id="a megabyte"),
    ],
)
def test_a_token_that_does_not_hold_is_refused(bad: Callable[[], str]) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        verifier().actor(bad())

    assert refused.value.detail in {
        "the bearer token has expired; sign in again",
        "the bearer token is not valid here; sign in again",
        f"the bearer token is longer than {MAX_TOKEN_BYTES} bytes",
    }


def test_no_person_has_the_id_of_our_own_timers_or_of_who_asks_without_a_token() -> None:
    assert {SYSTEM.actor, ANONYMOUS.actor_id} == RESERVED


CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "m-1", "exp": NOW.timestamp() + 60}


def hs256(signing_input: bytes) -> bytes:
    return hmac.new(PUBLIC_PEM, signing_input, hashlib.sha256).digest()


@pytest.mark.parametrize("algorithm", ["HS256", "none", "RSA-OAEP", "es256"])
def test_only_asymmetric_signatures_can_be_configured(algorithm: str) -> None:
    with pytest.raises(Misconfigured, match=algorithm):
        verifier(algorithms=("ES256", algorithm))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True), "RS256"),
        (OKPKey.generate_key("Ed25519", auto_kid=True), "EdDSA"),
        (OKPKey.generate_key("Ed25519", auto_kid=True), "Ed25519"),
    ],
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # joserfc, when it signs
def test_other_accepted_signatures_hold(key: Any, algorithm: str) -> None:
    signed = jwt.encode({"alg": algorithm, "kid": key.kid}, dict(CLAIMS), key, algorithms=[algorithm])

    assert verifier(jwks={"keys": [key.as_dict(private=False)]}).actor(signed).actor_id == "m-1"


def test_a_remembered_token_ends_when_it_expires() -> None:
    clock = Clock()
    checking, made = verifier(clock), token({"exp": NOW.timestamp() + 60})
    checking.actor(made)

    clock.now = NOW + timedelta(seconds=91)

    with pytest.raises(NotAuthenticated, match="expired"):
        checking.actor(made)


def test_a_withdrawn_key_ends_remembered_tokens(tmp_path: Path) -> None:
    path, seconds = tmp_path / "jwks.json", [0.0]
    path.write_text(json.dumps(VERIFIER_KEYS))
    checking = verifier(jwks=path)
    checking.keys = KeyRing(path, elapsed_s=lambda: seconds[0])
    made = token()
    checking.actor(made)

    path.write_text(json.dumps(public_jwks(OTHER_KEY)))
    seconds[0] = MAX_AGE_S + 1

    with pytest.raises(NotAuthenticated):
        checking.actor(made)


def test_an_unknown_key_id_reads_the_keys_anew_but_rarely(tmp_path: Path) -> None:
    path, seconds = tmp_path / "jwks.json", [0.0]
    path.write_text(json.dumps(VERIFIER_KEYS))
    keys = KeyRing(path, elapsed_s=lambda: seconds[0])
    assert keys.find(OTHER_KEY["kid"]) is None
    path.write_text(json.dumps({"keys": VERIFIER_KEYS["keys"] + public_jwks(OTHER_KEY)["keys"]}))

    soon, seconds[0] = keys.find(OTHER_KEY["kid"]), REFRESH_S
    later = keys.find(OTHER_KEY["kid"])

    assert soon is None
    assert later is not None


def test_keys_stay_when_the_issuer_answers_nonsense(tmp_path: Path) -> None:
    path, seconds = tmp_path / "jwks.json", [0.0]
    path.write_text(json.dumps(VERIFIER_KEYS))
    keys = KeyRing(path, elapsed_s=lambda: seconds[0])
    keys.find(KEY["kid"])

    path.write_text('{"keys": []}')
    seconds[0] = MAX_AGE_S + 1

    assert keys.find(KEY["kid"]) is not None


def test_without_any_keys_nobody_is_told_to_sign_in_again(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        verifier(jwks=tmp_path / "none.json").actor(token())


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_symmetric_encryption_and_short_keys_are_never_used() -> None:
    weak = RSAKey.generate_key(1024, auto_kid=True).as_dict(private=False)
    secret = OctKey.generate_key(256, auto_kid=True).as_dict(private=True)
    sealing = {**new_signing_key(), "use": "enc"}

    with pytest.raises(Misconfigured, match="no public signature key"):
        KeyRing({"keys": [weak, secret, sealing]})


def test_an_issuer_needs_a_private_key_with_an_id() -> None:
    with pytest.raises(Misconfigured):
        Issuer(public_jwks(KEY)["keys"][0], ISSUER, AUDIENCE)


def test_what_is_given_to_others_holds_nothing_private() -> None:
    assert "d" not in public_jwks(KEY)["keys"][0]


@pytest.mark.parametrize(
    ("grant", "area", "grid_path", "reaches"),
    [
        (Grant("mediator", HERE), HERE, "", True),
        (Grant("mediator", HERE), HERE, "/a/b", True),
        (Grant("mediator", STREET), HERE, "", True),
        (Grant("mediator", "440305000000"), HERE, "", True),
        (Grant("mediator", HERE), ELSEWHERE, "", False),
        (Grant("mediator", HERE), STREET, "", False),
        (Grant("mediator", HERE, "/a/b"), HERE, "/a/b", True),
        (Grant("mediator", HERE, "/a/b/"), HERE, "/a/b", True),
        (Grant("mediator", HERE, "/a/b"), HERE, "/a/b/c", True),
        (Grant("mediator", HERE, "/a/b"), HERE, "/a/bc", False),
        (Grant("mediator", HERE, "/a/b"), HERE, "/a", False),
        (Grant("mediator", HERE, "/a/b"), HERE, "", False),
        (Grant("mediator", HERE, "/a/b"), ELSEWHERE, "/a/b", False),
        (Grant("mediator", HERE), "", "", False),
        (Grant("mediator", HERE), "44030500101", "", False),
    ],
)
def test_a_grant_reaches_its_division_and_its_part_of_the_grid(
    grant: Grant, area: str, grid_path: str, reaches: bool
) -> None:
    actor = Actor("a", (grant,))

    if reaches:
        actor.require({"mediator"}, area=area, grid_path=grid_path)
    else:
        with pytest.raises(NotAllowed, match="mediator"):
            actor.require({"mediator"}, area=area, grid_path=grid_path)


def test_without_grants_everything_is_denied() -> None:
    actor = Actor("a", ())

    assert not actor.has("mediator", "resident")
    assert actor.areas({"mediator"}) == ()
    with pytest.raises(NotAllowed):
        actor.require({"mediator"}, area=HERE)


def test_areas_are_prefixes_of_the_matching_grants_only() -> None:
    actor = Actor("a", (Grant("mediator", STREET), Grant("mediator", STREET), Grant("resident", ELSEWHERE)))

    assert actor.areas({"mediator", "auditor"}) == ("440305001",)


@pytest.mark.parametrize(
    "claim",
    [
        {},
        "mediator",
        [None],
        [{}],
        [{"role": "mediator"}],
        [{"area": HERE}],
        [{"role": 1, "area": HERE}],
        [{"role": "Mediator", "area": HERE}],
        [{"role": "mediator", "area": None}],
        [{"role": "mediator", "area": "*"}],
        [{"role": "mediator", "area": "040305001012"}],
        [{"role": "mediator", "area": HERE, "grid": None}],
        [{"role": "mediator", "area": HERE, "grid": "a/b"}],
        [{"role": "mediator", "area": HERE, "grid": "/a/../b"}],
        [{"role": "mediator", "area": HERE, "grid": "/"}],
        [{"role": "mediator", "area": HERE, "more": 1}],
        [{"role": "mediator", "area": HERE}] * 201,
    ],
)
def test_a_claim_of_another_shape_is_no_grant(claim: Any) -> None:
    with pytest.raises(ValueError):
        grants_from_claim(claim)
