from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "tracte.knowledge"
    label = "knowledge"
