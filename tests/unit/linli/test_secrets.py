"""The passwords and keys of a data folder."""

import base64
import json
from pathlib import Path

from joserfc.jwk import ECKey

from linli.embedded.secrets import Secrets


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    secrets = Secrets.load_or_create(tmp_path)
    secrets.service_password("members")

    assert [(entry.name, oct(entry.stat().st_mode & 0o777)) for entry in tmp_path.iterdir()] == [
        ("secrets.json", "0o600")
    ]


def test_a_folder_keeps_its_secrets(tmp_path: Path) -> None:
    first = Secrets.load_or_create(tmp_path)
    password = first.service_password("members")

    again = Secrets.load_or_create(tmp_path)

    assert again.service_password("members") == password
    assert again.postgres_password == first.postgres_password
    assert again.jwt_key == first.jwt_key


def test_no_two_secrets_are_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    both = [Secrets.load_or_create(folder) for folder in folders]

    found = [
        value
        for secrets in both
        for value in (
            secrets.postgres_password,
            secrets.service_password("members"),
            secrets.service_password("grievances"),
            secrets.rabbitmq_password,
            secrets.erlang_cookie,
            secrets.sealing_key,
            secrets.blind_index_key,
            secrets.session_key,
        )
    ]
    assert len(set(found)) == len(found)


def test_keys_are_of_the_size_their_ciphers_want(tmp_path: Path) -> None:
    secrets = Secrets.load_or_create(tmp_path)

    assert len(base64.b64decode(secrets.sealing_key)) == 32
    assert len(base64.b64decode(secrets.blind_index_key)) == 32


def test_the_issuers_key_is_an_es256_key_that_names_itself(tmp_path: Path) -> None:
    key = json.loads(Secrets.load_or_create(tmp_path).jwt_key)

    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    assert key["kid"] == ECKey.import_key(key).thumbprint()
