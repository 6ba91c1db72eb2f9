from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "tracte.channels"
    label = "channels"
