"""The audit log as a manager reads it."""

from browser import DESKTOP, PHONE, check_accessibility, person, picture, url
from playwright.sync_api import expect
from suite import equal, test


def what_happened(page):
    return set(page.locator("#audit tbody tr td:nth-child(3)").all_inner_texts())


for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
    @test(f"a manager finds who signed in, without scripts too, {name}", seconds=60)
    def sign_ins(size=size, name=name):
        with person(size, scripts=size == DESKTOP, role="manager") as page:
            page.goto(url("/staff/dashboard"))
            page.get_by_role("main").get_by_role("link", name="Audit log").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Audit log")
            page.get_by_label("What happened").select_option("signed_in")
            page.get_by_role("button", name="Show", exact=True).click()
            expect(page.get_by_label("What happened")).to_have_value("signed_in")
            equal(what_happened(page), {"Signed in"})
            picture(page, f"audit-{name}")
            # A name leads to everything its person did.
            page.locator("#audit tbody a").first.click()
            assert "Signed in" in what_happened(page)
            page.get_by_label("About").fill("nothing of this name")
            page.get_by_role("button", name="Show", exact=True).click()
            expect(page.locator("#audit-empty")).to_contain_text("Nothing in the log fits")
            page.get_by_role("link", name="Show everything").click()
            expect(page.locator("#audit")).to_be_visible()


@test("a change of the settings stands in the log, from what to what; the download is one more row", seconds=60)
def changes():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin/settings"))
        number = page.get_by_label("Emergency number")
        before = number.input_value()
        number.fill("112")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#done")).to_be_visible()
        page.goto(url("/staff/audit?kind=changed&subject=settings"))
        row = page.locator("#audit tbody tr").first
        expect(row).to_contain_text("Township settings")
        expect(row.locator("del")).to_have_text(before)
        expect(row.locator("ins")).to_have_text("112")
        check_accessibility(page, "the filtered audit log")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download as a table (CSV)").click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert f"Emergency number: {before} → 112" in text, text
        page.goto(url("/staff/audit?kind=exported"))
        expect(page.locator("#audit tbody tr").first).to_contain_text("Data taken out")
        page.goto(url("/admin/settings"))
        page.get_by_label("Emergency number").fill(before)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#done")).to_be_visible()
