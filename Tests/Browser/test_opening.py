"""Opens the instance that all other tests look at."""

from browser import DESKTOP, check_accessibility, person, picture, url
from instance import instance
from playwright.sync_api import expect
from suite import Fatal, test


@test("the front door opens with the demo township", seconds=1200, always=True)
def opening():
    try:
        instance.start()
    except AssertionError as error:
        raise Fatal(str(error)) from None


@test("the start page leads everybody to where they may go")
def start_page():
    with person() as page:
        page.goto(url())
        expect(page.get_by_role("link", name="Report a problem").first).to_be_visible()
        check_accessibility(page, "the start page")
        picture(page, "start-phone")
        for link in page.get_by_role("banner").get_by_role("link").all() + page.get_by_role("contentinfo").get_by_role("link").all():
            path = link.get_attribute("href")
            assert page.request.get(url(path)).status == 200, path
    with person(DESKTOP, role="manager") as page:
        page.goto(url())
        for link in page.get_by_role("banner").get_by_role("link").all():
            path = link.get_attribute("href")
            assert page.request.get(url(path)).status == 200, path
        picture(page, "start-manager")


@test("the language is picked by the browser, and by the switcher")
def languages():
    with person(language="fr-FR") as page:
        page.goto(url())
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        page.get_by_role("button", name="Español").click()
        expect(page.locator("html")).to_have_attribute("lang", "es")
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", "es")
