from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "tracte.config"
    label = "config"

    def ready(self) -> None:
        from tracte.config import wiring

        wiring.connect()
