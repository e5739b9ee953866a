"""An administrator sets up working hours and targets, and a report is due by them."""

from browser import DESKTOP, PHONE, check_accessibility, person, picture, url
from suite import test


@test("an administrator makes a calendar, gives it to a category, and reads what that promises", seconds=120)
def calendar():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin"))
        page.get_by_role("link", name="Calendars").click()
        page.get_by_role("link", name="New calendar").click()
        page.get_by_label("Name").fill("Road works")
        page.get_by_label("Saturday").fill("22:00-06:00")
        page.get_by_label("Days off").fill("2026-11-26\n01-01")
        page.get_by_role("button", name="Save").click()
        # What is wrong is said above, and leads to its field; what was entered is still there.
        page.get_by_role("alert").get_by_role("link").first.click()
        assert page.evaluate("document.activeElement.id") == "field-monday"
        page.get_by_label("Saturday").fill("08:00-12:00")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("heading", level=1, name="Road works").wait_for()
        assert page.locator("#preview li").count() == 3
        check_accessibility(page, "a calendar")
        picture(page, "calendar")

        page.goto(url("/admin/categories/pothole"))
        page.get_by_label("Calendar").select_option(label="Road works")
        page.get_by_label("Urgent: hours until it is done").fill("8")
        page.get_by_label("Urgent: hours to an answer").fill("0.5")
        page.get_by_role("button", name="Save").click()
        page.locator("#done").wait_for()
        assert page.get_by_label("Urgent: hours to an answer").input_value() == "0.5"
        assert "no date" not in page.locator("#preview tbody tr").first.inner_text()
        check_accessibility(page, "a category with targets")
        picture(page, "category-targets")


@test("the report of targets kept is read on a phone, and its figures lead to the requests", seconds=60)
def compliance():
    with person(PHONE, role="manager") as page:
        page.goto(url("/staff/dashboard"))
        page.get_by_role("link", name="Targets kept").click()
        page.get_by_role("heading", level=1, name="Targets kept").wait_for()
        picture(page, "compliance-phone")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        page.locator("#figure-overdue a").click()
        page.wait_for_url("**/staff?**overdue=true**")
