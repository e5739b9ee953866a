"""The stories that Lamppost exists for, each from the first press to the last."""

import re

from browser import DESKTOP, PHONE, check_accessibility, person, picture, url
from client import Client
from instance import instance
from playwright.sync_api import expect
from samples import EICAR, jpeg, with_position
from steps import HERE, following, photo, receipt, report
from suite import equal, test, until


@test("a lamp is reported by phone, found by drawing around it, talked about, mended, and its reporter sees it", seconds=240)
def broken_lamp():
    title = "The lamp at the corner is out"
    with person(location=HERE) as reporter:
        reporter.goto(url())
        picture(reporter, "1-start")
        report(reporter, title, files=[photo()], before_sending=lambda: picture(reporter, "2-report"))
        reference, address = receipt(reporter)
        expect(reporter.locator("main img[src*=thumbnail]")).to_be_visible(timeout=30_000)
        check_accessibility(reporter, "the reporter's page after sending")
        picture(reporter, "3-sent")
        with person(DESKTOP, role="crew.lighting") as crew:
            latitude, longitude = HERE
            crew.goto(url(f"/staff?bbox={longitude - .002},{latitude - .002},{longitude + .002},{latitude + .002}"))
            expect(crew.get_by_role("link", name=title)).to_be_visible()
            draw_around_the_middle(crew)
            expect(crew.locator(f"input[name=references][value='{reference}']")).to_be_checked()
            expect(crew.get_by_text(re.compile("[0-9]+ selected")).first).to_be_visible()
            check_accessibility(crew, "triage with a selection")
            picture(crew, "4-triage")
            crew.get_by_role("link", name=title).click()
            crew.wait_for_url(f"**/staff/requests/{reference}*")
            secret = "Second fuse this month. Ask for a new box."
            crew.get_by_label("Internal comment").fill(secret)
            crew.get_by_role("button", name="Save for staff only").click()
            expect(crew.get_by_text(secret).first).to_be_visible()
            change_status(crew, "Completed", "Fuse replaced, the lamp burns again.")
            check_accessibility(crew, "the request for staff")
            picture(crew, "5-request")
        reporter.goto(address)
        expect(reporter.get_by_text("Fuse replaced, the lamp burns again.").first).to_be_visible()
        assert secret not in reporter.content(), "an internal comment on the reporter's page"
        picture(reporter, "6-mended")
        reporter.get_by_role("button", name="Yes, it is mended").click()
        expect(reporter.locator("main .badge").first).to_have_text(re.compile("closed|done|mended", re.I))
    status = Client().get(f"/api/v1/requests/{reference}").expect(200).json()["status"]
    equal(status, "closed")


def draw_around_the_middle(page):
    """A polygon around the middle of the map, corner by corner."""
    page.get_by_role("button", name="Draw around requests").click()
    expect(page.locator(".leaflet-container.drawing")).to_be_visible()
    box = page.locator(".leaflet-container").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reach = min(box["width"], box["height"]) / 4
    for right, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        page.mouse.click(middle[0] + right * reach, middle[1] + down * reach)
    page.keyboard.press("Enter")


def change_status(page, status, note):
    page.get_by_text("Change status").first.click()
    form = page.locator("form").filter(has=page.get_by_label("New status"))
    form.get_by_label("New status").select_option(label=status)
    form.get_by_role("textbox", name="What was done").fill(note)
    form.get_by_role("button", name="Change status").click()
    expect(page.locator("main .badge").first).to_contain_text(status)


@test("an infected photo is thrown away, the reporter hears of it, and staff read the signature's name", seconds=120)
def infected():
    with person(location=HERE) as page:
        report(page, "A lamp, and what came with it", files=[photo("eicar.jpg", EICAR), photo()])
        reference, _ = receipt(page)
        files = page.locator("main")
        expect(files.get_by_text(re.compile("virus|malware|harmful", re.I)).first).to_be_visible()
        expect(page.locator("main img[src*=thumbnail]")).to_have_count(1)
        check_accessibility(page, "the reporter's page with an infected file")
        picture(page, "eicar-reporter")
    with person(DESKTOP, role="agent") as page:
        page.goto(url(f"/staff/requests/{reference}"))
        expect(page.get_by_text("Eicar-Test-Signature").first).to_be_visible()
        picture(page, "eicar-staff")
    answer = Client().get(f"/api/v1/requests/{reference}").expect(200)
    assert b"Eicar" not in answer.body, "the public hears of it"


@test("a report without any script: one page, mistakes told and entries kept, sent once however often", seconds=120)
def without_scripts():
    with person(scripts=False) as page:
        page.goto(url("/report"))
        page.get_by_label("Title").fill("Reported without a script")
        page.get_by_role("button", name="Send report").click()
        summary = page.get_by_role("alert").filter(has_text="There is a problem")
        expect(summary).to_be_visible()
        expect(page.get_by_label("Title")).to_have_value("Reported without a script")
        picture(page, "report-mistakes")
        page.get_by_label("I do not know the place").check()
        page.get_by_role("radio", name="Street light out").check()
        page.get_by_label("Without my name").check()
        page.get_by_label("Add photos").set_input_files(photo())
        form = {name: page.locator(f"[name={name}]").first.get_attribute("value") for name in ("idempotency_key",)}
        page.get_by_role("button", name="Send report").click()
        reference, address = receipt(page)
        # Sent again by an impatient finger: the same report, not a second one.
        form |= {"unknown_place": "true", "category": "street-light-out", "who": "anonymous", "title": "Reported without a script"}
        page.request.post(url("/report"), form=form)
        count = instance.sql("SELECT count(*) FROM requests WHERE title = 'Reported without a script'")
        equal(count, [["1"]], reference)


@test("the reporter corrects what they wrote, answers a question, and takes it back", seconds=120)
def afterthoughts():
    agent = Client().take_token("agent")
    with person(location=HERE) as page:
        report(page, "The lamp is broken")
        reference, address = receipt(page)
        page.get_by_role("link", name="Correct").click()
        page.get_by_label("Title").fill("The lamp is broken, and hangs")
        page.get_by_role("main").get_by_role("button").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("and hangs")
        agent.post(f"/api/v1/requests/{reference}/status", {"status": "on_hold", "reason": "Which pole is it?"}).expect(200)
        page.goto(address)
        expect(page.get_by_text("Which pole is it?").first).to_be_visible()
        page.get_by_label(re.compile("message|answer", re.I)).first.fill("The one with the blue ribbon.")
        page.get_by_role("button", name=re.compile("^Send", re.I)).first.click()
        expect(page.get_by_text("The one with the blue ribbon.").first).to_be_visible()
        check_accessibility(page, "the reporter's page on hold")
        picture(page, "track-on-hold")
        page.get_by_role("link", name="Withdraw").click()
        page.get_by_role("button", name="Withdraw the report").click()
        expect(page.locator("main")).to_contain_text(re.compile("withdrawn|taken back", re.I))


@test("two members of staff: what one does stands on the other's screen at once", seconds=120)
def live():
    with person(DESKTOP, role="manager") as manager, person(DESKTOP, role="agent") as agent:
        manager.goto(url("/staff"))
        expect(manager.get_by_text("Live", exact=True).first).to_be_visible()
        title = "A lamp that two people watch"
        reference = Client().report(title)["reference"]
        # A new report appears by itself.
        row = manager.get_by_role("link", name=title)
        expect(row).to_be_visible(timeout=10_000)
        manager.goto(url(f"/staff/requests/{reference}"))
        agent.goto(url(f"/staff/requests/{reference}"))
        expect(manager.locator("#presence")).to_contain_text("Alex Turner", timeout=10_000)
        picture(manager, "presence")
        agent.get_by_label("Internal comment").fill("Looks like a fuse.")
        agent.get_by_role("button", name="Save for staff only").click()
        expect(manager.get_by_text("Looks like a fuse.").first).to_be_visible(timeout=10_000)
        picture(manager, "live-update")


@test("a photo that knows where it was taken offers that place, and is published without it", seconds=120)
def photo_with_place():
    latitude, longitude = HERE[0] + .004, HERE[1] - .003
    for order in ("little", "big"):
        taken = with_position(jpeg(800, 600), latitude, longitude, order)
        with person(location=HERE) as page:
            report(page, f"A lamp down the road, {order}", files=[photo("lamp.jpg", taken)],
                   with_photos=lambda: take_the_place_of_the_photo(page))
            reference, _ = receipt(page)
            expect(page.locator("main img[src*=thumbnail]")).to_be_visible(timeout=30_000)
        found = Client().get(f"/api/v1/requests/{reference}").expect(200).json()
        place = found["location"]
        near = abs(place["latitude"] - latitude) < 1e-5 and abs(place["longitude"] - longitude) < 1e-5
        assert near, f"{place} for a photo of {latitude}, {longitude}"
        served = Client().get(f"/api/v1/attachments/{found['attachments'][0]['id']}/content").expect(200).body
        assert b"Exif" not in served, "the published photo still tells where it was taken"
    for broken in (taken[:60], with_position(jpeg(), 0, 0)[:40] + b"\xff" * 400):
        with person() as page:
            page.goto(url("/report"))
            page.get_by_label("I do not know the place").check()
            following(page, "What is it about?")
            page.get_by_label(re.compile("^Search")).fill("light")
            page.get_by_role("radio", name="Street light out").check(force=True)
            following(page, "Photos")
            page.locator("#field-files").set_input_files([photo("cut.jpg", broken)])
            expect(page.get_by_role("button", name="Remove")).to_have_count(1)
            expect(page.locator("#photo-place")).to_be_hidden()


def take_the_place_of_the_photo(page):
    page.get_by_role("button", name="Take the photo’s place").click()
    expect(page.get_by_text("The place is now:")).to_be_visible()
