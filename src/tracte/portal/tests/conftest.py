import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_catalan():
    """A request leaves its language behind in its thread."""
    with translation.override("ca"):
        yield


@pytest.fixture
def account(administration):
    """The public form of Govern d'Exemple, which somebody attends."""
    from tracte.channels import actions
    from tracte.core import tenancy
    from tracte.core.clock import now
    from tracte.privacy.actions import install_purposes

    with tenancy.acting_for(administration):
        install_purposes()
        account = actions.open_account(key="formularis", kind="webform", name="Formularis del web")
        actions.attend(account, now())
        return account
