"""Texts are looked up within a request, in its language."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask("services.portal.app")
    Babel(app, default_timezone="Asia/Shanghai", locale_selector=lambda: request.param)
    with app.test_request_context():
        yield request.param
