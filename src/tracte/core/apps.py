from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "tracte.core"
    label = "core"
