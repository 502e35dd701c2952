"""Asking the node: virtual hosts, rabbitmqctl, Erlang."""

import pytest

from linli.embedded.errors import EmbeddedError
from linli.embedded.parts import Embedded


def test_a_vhost_of_any_name_comes_and_goes(embedded: Embedded) -> None:
    names = ["plain", "with/slash", "邻里", "quote'\"", "a b"]
    before = embedded.rabbitmq.ctl("list_vhosts").splitlines()

    for name in names * 2:
        embedded.rabbitmq.add_vhost(name)
    between = embedded.rabbitmq.ctl("list_vhosts").splitlines()
    for name in names:
        embedded.rabbitmq.delete_vhost(name)

    assert sorted(between) == sorted([*before, *names])
    assert embedded.rabbitmq.ctl("list_vhosts").splitlines() == before


def test_the_generated_user_is_the_only_one(embedded: Embedded) -> None:
    users = embedded.rabbitmq.ctl("list_users").splitlines()[1:]

    assert [user.split()[0] for user in users] == [embedded.secrets.rabbitmq_user]


def test_no_plugin_is_enabled(embedded: Embedded) -> None:
    running = embedded.rabbitmq.evaluate("rabbit_plugins:active().")

    assert running == "[]"


def test_a_failed_command_says_why(embedded: Embedded) -> None:
    with pytest.raises(EmbeddedError, match=r"`rabbitmqctl delete_vhost nowhere` failed: .*nowhere"):
        embedded.rabbitmq.ctl("delete_vhost", "nowhere")


def test_failed_erlang_says_why(embedded: Embedded) -> None:
    with pytest.raises(EmbeddedError, match="could not evaluate"):
        embedded.rabbitmq.evaluate("1 = 2.")
