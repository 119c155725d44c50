"""Logins in the console, for `console.py`: one for each tab, an end that loses nothing, and nothing left behind."""

from __future__ import annotations

from console_page import Page, log_in
from selenium.webdriver.common.keys import Keys
from stack import Stack

# From now on the server refuses the access token once, and the answer to the refresh is lost on its way.
LOST = """
const real = window.fetch;
let refused = false;
window.refreshes = 0;
window.fetch = async (path, options) => {
  if (path === "/users/refresh-token") {
    window.refreshes++;
    await real(path, options);
    throw new TypeError("lost");
  }
  if (!refused && !path.startsWith("/users/")) {
    refused = true;
    return new Response("{}", { status: 401 });
  }
  return real(path, options);
};
"""


def refuses_guesses(page: Page, stack: Stack) -> None:
    """A wrong password is said to be one, and too many of them wait, which the page counts down."""
    user = stack.put_user(project_id=7)
    page.driver.get(f"{stack.url}/console#/calls")
    page.type("#email", user.email)
    for _ in range(5):
        page.type("#password", "a wrong password")
        page.press("Log in")
        page.says("The e-mail address or the password is wrong.")
        page.until(lambda: page.find("form.login .primary").is_enabled(), "another try")
    page.type("#password", user.password)
    page.press("Log in")
    page.says("Too many failed logins. Try again in 1")
    assert not page.find("form.login .primary").is_enabled(), "the page lets its user try on"
    left = page.find("#login-fault").text
    page.until(lambda: page.find("#login-fault").text != left, "the next second")


def keeps_what_was_typed(page: Page) -> None:
    """A login that is over while somebody types asks for another, over the page, and sends no refresh token twice."""
    page.go("#/hooks/new", "Who calls it")
    page.says("A call like this would run")
    page.type("#f-name", "Typed before")
    page.script(LOST)
    page.type("#f-resource_id", "4217")
    page.says("Your login is over")
    assert page.script("return document.querySelector('dialog').contains(document.activeElement)"), "focus"
    page.type("#email", page.user[0])
    page.type("#password", page.user[1])
    page.keys(Keys.ENTER)
    page.until(lambda: not page.all("dialog"), "the page again")
    page.says("deploy application 4217")
    assert page.find("#f-name").get_property("value") == "Typed before", "what was typed is lost"
    assert page.script("return window.refreshes") == 1, "a refresh token was sent twice"


def has_a_login_in_each_tab(page: Page) -> None:
    """A second tab asks for a login of its own, and its end is not the end of the first one's."""
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    log_in(page)
    page.go("#/hooks", "Hooks")
    log_out(page)
    page.driver.back()
    page.find("#password")
    assert not page.all(".row, .nav a, table"), "a page is shown after the logout"
    page.driver.close()
    page.driver.switch_to.window(first)
    page.go("#/access", "Your tokens")
    page.says("Colleagues are added by an administrator.")
    page.until(lambda: page.all("table"), "the people")


def log_out(page: Page) -> None:
    page.find(".face").click()
    page.press("Log out", "dialog")
    page.find("#password")


def keeps_nothing(page: Page) -> None:
    """After all that, the browser has kept nothing, and a reload asks for the login."""
    kept = page.driver.execute_async_script(
        "const done = arguments[0]; Promise.all([caches.keys(), indexedDB.databases(), "
        "navigator.serviceWorker.getRegistrations()]).then((found) => done([...found.map((one) => one.length), "
        "localStorage.length, sessionStorage.length, document.cookie]))"
    )
    assert kept == [0, 0, 0, 0, 0, ""], kept
    page.driver.refresh()
    page.find("#password")
