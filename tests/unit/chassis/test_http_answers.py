"""Files under names in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.answer import disposition


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("ledger.csv", 'attachment; filename="ledger.csv"'),
        ("台账.csv", "attachment; filename=\"__.csv\"; filename*=UTF-8''%E5%8F%B0%E8%B4%A6.csv"),
        ("../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'),
        ('a"b\r\nSet-Cookie: x', 'attachment; filename="a_b__Set-Cookie_ x"'),
        ("", 'attachment; filename="_"'),
    ],
)
def test_a_name_stays_a_name(filename: str, header: str) -> None:
    assert disposition(filename) == header


@given(st.text(max_size=300))
def test_any_name_is_one_ascii_header_line(filename: str) -> None:
    header = disposition(filename)

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
