"""A URL with several hosts is one URL for each of them, in their order."""

import pytest

from chassis.addresses import one_by_one


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://linli:a@broker:5672/x", ["amqp://linli:a@broker:5672/x"]),
        ("amqp://linli:a,b@one:1,two:2/x", ["amqp://linli:a,b@one:1/x", "amqp://linli:a,b@two:2/x"]),
        ("amqps://one,two,three", ["amqps://one", "amqps://two", "amqps://three"]),
        ("amqp://a@[::1]:1,[::2]/x", ["amqp://a@[::1]:1/x", "amqp://a@[::2]/x"]),
        ("postgresql://a@one,two:2/x?b=c,d", ["postgresql://a@one/x?b=c,d", "postgresql://a@two:2/x?b=c,d"]),
        ("postgresql:///x?host=/run", ["postgresql:///x?host=/run"]),
    ],
)
def test_each_host_has_the_rest_of_the_url(url: str, expected: list[str]) -> None:
    assert one_by_one(url) == expected


def test_what_has_no_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="scheme"):
        one_by_one("broker:5672,broker:5673")
