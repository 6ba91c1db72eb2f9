"""Staff sign in: with a password, with a second step, with a passkey; and whoever cannot is told what to do."""

import hashlib
import hmac
import struct
import time
from base64 import b32decode

import pytest
from allauth.mfa.adapter import get_adapter
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.urls import NoReverseMatch, reverse

from conftest import PASSWORD
from tracte.core import tenancy

SIGN_IN = "/desk/sign-in/"
JORDI = {"login": "jordi@exemple.cat", "password": PASSWORD}


def one_time_code(secret: str) -> str:
    key = b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def text(answer) -> str:
    return answer.content.decode()


def test_the_sign_in_page_is_where_bookmarks_say(client, administration):
    assert reverse("account_login") == SIGN_IN
    page = text(client.get(SIGN_IN))
    assert "Entra a la taula" in page
    assert 'autocomplete="current-password"' in page
    assert client.get("/desk/account/login/?next=/desk/people/").url == "/desk/sign-in/?next=/desk/people/"


def test_nobody_signs_up(client, administration):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/desk/account/signup/").status_code == 404


def test_jordi_signs_in_and_goes_where_he_was_going(client, agent):
    answer = client.post(SIGN_IN, JORDI | {"next": "/desk/people/"})
    assert (answer.status_code, answer.url) == (302, "/desk/people/")


def test_he_is_not_sent_to_another_site(client, agent):
    answer = client.post(SIGN_IN, JORDI | {"next": "https://elsewhere.example/"})
    assert answer.url == "/desk/"


def test_a_wrong_password_is_told_in_our_words(client, agent):
    page = text(client.post(SIGN_IN, JORDI | {"password": "no-és-aquesta"}))
    assert "El correu o la contrasenya no són aquests." in page
    assert 'role="alert"' in page
    assert 'value="jordi@exemple.cat"' in page


def test_an_empty_field_says_so_beside_its_control(client, administration):
    page = text(client.post(SIGN_IN, {"login": "", "password": "x"}))
    assert 'aria-describedby="id_login-error"' in page
    assert 'aria-invalid="true"' in page
    assert '<span class="error" id="id_login-error">Això no pot quedar buit.' in page


def test_jordi_of_another_administration_is_nobody_here(client, agent):
    page = text(client.post(SIGN_IN, JORDI, headers={"host": "vic.testserver"}))
    assert "El correu o la contrasenya no són aquests." in page


def test_signing_out_asks_first_and_says_goodbye(signed_in, agent):
    client = signed_in(agent)
    assert "Vols sortir?" in text(client.get("/desk/account/logout/"))
    page = text(client.post("/desk/account/logout/", follow=True))
    assert "Has sortit. Fins aviat." in page
    assert client.get("/desk/account/2fa/").url.startswith(SIGN_IN)


def test_a_forgotten_password_is_made_anew_by_mail(client, agent):
    client.post("/desk/account/password/reset/", {"email": "jordi@exemple.cat"})
    (letter,) = mail.outbox
    assert letter.subject == "Govern d’Exemple: fes la contrasenya nova"
    assert letter.body.startswith("Hola, Jordi Serra.")
    link = next(line for line in letter.body.splitlines() if line.startswith("http"))
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0]
    short = text(client.post(address, {"password1": "curta", "password2": "curta"}))
    assert "És massa curta: hi calen almenys 10 caràcters." in short
    new = "una-altra-de-prova"
    done = client.post(address, {"password1": new, "password2": new}, follow=True)
    assert "Ja tens contrasenya nova" in text(done)
    assert client.post(SIGN_IN, JORDI | {"password": new}).status_code == 302
    assert "Aquest enllaç ja no serveix" in text(client.get(link, follow=True))


def test_a_stranger_gets_no_letter_and_the_same_answer(client, agent):
    stranger = client.post("/desk/account/password/reset/", {"email": "ningu@exemple.cat"}, follow=True)
    assert mail.outbox == []
    assert stranger.redirect_chain[-1][0] == "/desk/account/password/reset/done/"


@pytest.mark.parametrize(
    "address", ["2fa/", "2fa/webauthn/", "2fa/totp/activate/", "2fa/recovery-codes/generate/", "password/change/"]
)
def test_pages_of_the_account_are_for_whoever_signed_in(client, administration, address):
    answer = client.get(f"/desk/account/{address}")
    assert answer.status_code == 302
    assert answer.url.startswith(SIGN_IN)


def test_secrets_of_the_second_step_are_sealed_for_their_administration(administration, other_administration):
    adapter = get_adapter()
    with tenancy.acting_for(administration):
        sealed = adapter.encrypt("JBSWY3DPEHPK3PXP")
        assert "JBSWY3DPEHPK3PXP" not in sealed
        assert adapter.decrypt(sealed) == "JBSWY3DPEHPK3PXP"
        assert adapter.get_totp_issuer() == "Govern d’Exemple"
    with tenancy.acting_for(other_administration), pytest.raises(Exception, match="does not open"):
        adapter.decrypt(sealed)


def test_errors_say_what_to_do_next(client, administration, settings):
    settings.ROOT_URLCONF = "tracte.config.tests.failing_urls"
    client.raise_request_exception = False
    expected = {
        "/nowhere/": (404, "Ves a l’inici"),
        "/forbidden/": (403, "Entra"),
        "/broken/": (500, "Torna-ho a provar"),
    }
    for address, (status, words) in expected.items():
        answer = client.get(address)
        assert (answer.status_code, words in text(answer)) == (status, True), address
        assert '<html lang="ca"' in text(answer)


def test_a_stale_form_is_explained(administration):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post(SIGN_IN, JORDI)
    assert answer.status_code == 403
    assert "La pàgina ha estat massa estona oberta" in text(answer)


def test_the_server_error_page_asks_nothing_of_the_database(django_assert_num_queries, administration):
    from django.template.loader import get_template

    with django_assert_num_queries(0):
        assert "Ens hem equivocat" in get_template("500.html").render()


@pytest.fixture
def jordi_at_the_door(page, agent):
    page.goto(SIGN_IN)
    page.fill("[name=login]", agent.email)
    page.fill("[name=password]", PASSWORD)
    return page


def confirm(page) -> None:
    """Sensitive pages ask for the password once more."""
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.button-main")


def assert_accessible(page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


@pytest.mark.browser
def test_a_passkey_is_added_used_and_removed_under_the_strict_policy(jordi_at_the_door, live):
    page, refused = jordi_at_the_door, []
    page.on("console", lambda line: refused.append(line.text) if "Content Security" in line.text else None)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    authenticator |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    page.click("main form button.button-main")
    page.goto("/desk/account/2fa/webauthn/add/")
    confirm(page)
    page.fill("[name=name]", "Mòbil de la feina")
    page.check("[name=passwordless]")
    assert_accessible(page)
    page.click("#mfa_webauthn_add")
    page.get_by_text("Ja tens la clau nova.").wait_for()
    page.context.clear_cookies()
    page.goto(SIGN_IN)
    page.click("#passkey_login")
    page.wait_for_url("**/desk/inbox/")
    page.goto("/desk/account/2fa/webauthn/")
    assert "avui" in page.inner_text("main li")
    assert_accessible(page)
    page.click("text=Treu-la")
    confirm(page)
    page.click("main form button.button-bad")
    page.get_by_text("Has tret la clau.").wait_for()
    assert refused == []


@pytest.mark.browser
def test_a_second_step_by_code_works_without_javascript(browser, live, administration, agent):
    context = browser.new_context(base_url=live, locale="ca-ES", java_script_enabled=False)
    page = context.new_page()
    page.goto(SIGN_IN)
    page.fill("[name=login]", agent.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.button-main")
    page.goto("/desk/account/2fa/totp/activate/")
    confirm(page)
    page.fill("[name=code]", one_time_code(page.inner_text("code")))
    page.click("main form button.button-main")
    backup = page.locator("ol.codes code").first.inner_text()
    page.goto("/desk/account/logout/")
    page.click("main form button.button-main")
    page.fill("[name=login]", agent.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.button-main")
    assert page.inner_text("h1") == "Un segon pas i ja hi ets"
    page.fill("[name=code]", backup)
    page.click("main form button.button-main")
    page.wait_for_url("**/desk/inbox/")
    context.close()


@pytest.mark.browser
def test_every_page_of_the_account_is_accessible(jordi_at_the_door):
    page = jordi_at_the_door
    assert_accessible(page)
    page.click("main form button.button-main")
    page.goto("/desk/account/2fa/totp/activate/")
    assert_accessible(page)
    confirm(page)
    for address in ("2fa/totp/activate/", "2fa/", "2fa/webauthn/", "2fa/webauthn/add/", "password/change/", "logout/"):
        page.goto(f"/desk/account/{address}")
        assert_accessible(page)
    page.goto("/desk/account/2fa/")
    page.click("button[popovertarget=compte]")
    assert page.locator("#compte").is_visible()
    assert_accessible(page)
