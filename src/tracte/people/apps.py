from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tracte.people"
    label = "people"
