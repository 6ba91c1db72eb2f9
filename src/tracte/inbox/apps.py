from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "tracte.inbox"
    label = "inbox"
