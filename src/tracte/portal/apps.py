from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tracte.portal"
    label = "portal"
