import pytest
from tracte.core import tenancy
from tracte.core.models import Unit, User


def test_who(administration):
    from django.db import connection

    with connection.cursor() as c:
        c.execute("select current_user, current_database()")
        print(c.fetchone())
    assert Unit.objects.count() == 1


def test_agent(agent, supervisor, dpo, other_administration):
    assert User.objects.count() == 3
    with tenancy.acting_for(other_administration):
        assert User.objects.count() == 0
        assert Unit.objects.count() == 1
    assert User.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("n", range(5))
def test_commit(agent, administration, n):
    assert User.objects.count() == 0
    with tenancy.acting_for(administration):
        assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_found():
    from tracte.core.actions import found_administration

    a = found_administration(slug="x", name="X", host="x")
    with tenancy.acting_for(a):
        assert Unit.objects.count() == 1
    from tracte.core.models import Administration

    assert Administration.objects.using("owner").count() == 3


def test_signed(signed_in, agent):
    c = signed_in(agent)
    r = c.get("/desk/sign-in/login/")
    print(r.status_code)
    assert User.objects.count() == 1
