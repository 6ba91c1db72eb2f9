from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "tracte.privacy"
    label = "privacy"
