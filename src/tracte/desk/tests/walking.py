"""What every walk through the desk in a real browser begins with."""

from conftest import PASSWORD

MODES = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "compact": {},
    "mobile": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "forced-colours": {"forced_colors": "active"},
}


def sign_in(page, email: str = "jordi@exemple.cat") -> None:
    page.goto("/desk/people/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.button-main")
    page.wait_for_url("**/desk/people/")


def search(page, query: str) -> None:
    page.fill("main [name=q]", query)
    page.click("main .searchbox button")
    page.wait_for_load_state()


def say_why(page) -> None:
    page.get_by_role("button", name="contestar una consulta").click()
    page.wait_for_load_state()
