import pytest


@pytest.fixture
def account(administration):
    """The door of the web forms of Govern d'Exemple."""
    from tracte.channels import actions
    from tracte.core import tenancy

    with tenancy.acting_for(administration):
        return actions.open_account(key="formularis", kind="webform", name="Formularis del web")
