"""How Django finds the application."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "bench.peers.monolith.disputes"
    label = "disputes"
