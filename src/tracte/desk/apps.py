from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tracte.desk"
    label = "desk"
