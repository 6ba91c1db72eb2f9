from django.apps import AppConfig


class VocabulariesConfig(AppConfig):
    name = "tracte.vocabularies"
    label = "vocabularies"
