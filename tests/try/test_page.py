import pytest


@pytest.mark.browser
def test_page(page, agent):
    from tracte.core.models import User
    from tracte.core import tenancy

    r = page.goto("/desk/sign-in/login/")
    print(r.status, page.content()[:600])
    assert r.status in (200, 404)
