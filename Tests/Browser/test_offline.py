"""A report in a cellar, on a mountain, or behind a wall: without a connection."""

import re

from browser import PHONE, check_accessibility, person, picture, settled, url
from instance import instance
from playwright.sync_api import expect
from steps import HERE, photo, report
from suite import equal, test, until

# How many reports still wait in the browser's own database.
WAITING = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("lamppost");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const counting = opening.result.transaction("waiting").objectStore("waiting").count();
    counting.onsuccess = () => resolve(counting.result);
  };
})"""


def count(title):
    return int(instance.sql(f"SELECT count(*) FROM requests WHERE title = '{title}'")[0][0])


@test("a report written without a connection is kept with its photo, and sends itself once there is one", seconds=120)
def offline():
    title = "Written in the cellar"
    with person(location=HERE) as page:
        page.goto(url("/report"))
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.context.set_offline(True)
        # The page itself opens without a connection, from what the service worker has kept.
        report(page, title, files=[photo()], location=False)
        kept = page.locator("#outbox")
        expect(kept).to_contain_text("kept on this device")
        check_accessibility(page, "the report page without a connection")
        picture(page, "offline-kept")
        equal(count(title), 0)
        page.goto(url("/map"))
        expect(page.get_by_role("heading", name="No connection")).to_be_visible()
        expect(page.locator("#outbox")).to_contain_text(title)
        page.context.set_offline(False)
        expect(page.locator("#outbox")).to_contain_text("was sent", timeout=30_000)
        picture(page, "offline-sent")
        page.get_by_role("link", name="Open the report and keep its link").click()
        page.wait_for_url(re.compile("/track/"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        # A second page that opens now finds nothing left to send.
        other = page.context.new_page()
        other.goto(url("/"))
        settled(other)
        equal(other.evaluate(WAITING), 0)
        equal(count(title), 1)
        files = instance.sql(
            "SELECT count(*) FROM attachments a JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id "
            f"WHERE r.title = '{title}'")
        equal(files, [["1"]])
