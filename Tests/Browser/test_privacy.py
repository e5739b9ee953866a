"""What should not stand on public pages: pointed out before it is written, reported by anybody, hidden by staff."""

import re

from browser import DESKTOP, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from steps import HERE, photo, receipt, report
from suite import test, until


@test("a telephone number is pointed out while the report is written, and keeps nobody from sending", seconds=300)
def pointed_out():
    with person(location=HERE) as page:
        def look():
            page.get_by_label("Description").fill("Call me at 617-555-0199, I saw ABC 1234 do it.")
            found = page.locator("#pointed-out")
            expect(found).to_contain_text("617-555-0199")
            expect(found).to_contain_text("ABC 1234")
            expect(found).to_contain_text("Looks like a number plate")
            check_accessibility(page, "the report form with what was pointed out")
            picture(page, "pointed-out")
            page.get_by_label("Description").fill("I saw it happen at 12-14 Main Street on 2026-11-21.")
            expect(found).to_be_empty()
            page.get_by_label("Description").fill("Call me at 617-555-0199.")
            expect(found).to_contain_text("617-555-0199")
        report(page, "A number in the description", before_sending=look)
        receipt(page)


@test("without a script the form comes back once with what was found, and is sent by a second press", seconds=300)
def pointed_out_without_scripts():
    with person(scripts=False) as page:
        page.goto(url("/report"))
        page.get_by_label("I do not know the place").check()
        page.get_by_role("radio", name="Street light out").check()
        page.get_by_label("Title").fill("Write to lamp@example.com")
        page.get_by_label("Without my name").check()
        page.get_by_role("button", name="Send report").click()
        expect(page.locator("#asked-back")).to_contain_text("not sent yet")
        expect(page.locator("#pointed-out")).to_contain_text("lamp@example.com")
        expect(page.get_by_label("Title")).to_have_value("Write to lamp@example.com")
        picture(page, "asked-back")
        page.get_by_role("button", name="Send report").click()
        receipt(page)


@test("a stranger reports a photo as abuse, staff hide it, and show it again", seconds=300)
def abuse():
    title = "A photo with a face on it"
    with person(location=HERE) as page:
        report(page, title, files=[photo()])
        reference, _ = receipt(page)
        expect(page.locator("main img[src*=thumbnail]")).to_be_visible(timeout=30_000)
    with person() as stranger:
        stranger.goto(url(f"/requests/{reference}"))
        stranger.get_by_role("link", name="Report this photo as abuse").click()
        stranger.get_by_role("button", name="Send to staff").click()
        expect(stranger.get_by_role("alert")).to_contain_text("There is a problem")
        stranger.get_by_label("It tells who somebody is").check()
        stranger.get_by_label(re.compile("In your own words")).fill("That is my face.")
        check_accessibility(stranger, "pointing out abuse")
        picture(stranger, "abuse-form")
        stranger.get_by_role("button", name="Send to staff").click()
        expect(stranger.get_by_role("status").first).to_contain_text("Staff will look at it")
        check_accessibility(stranger, "a request with links to point out abuse")
        with person(DESKTOP, role="agent") as agent:
            agent.goto(url("/staff"))
            agent.get_by_role("banner").get_by_role("link", name=re.compile("Moderation")).click()
            item = agent.get_by_role("listitem").filter(has_text="That is my face.")
            item.get_by_role("button", name="Hide it").click()
            expect(agent.get_by_role("alert")).to_contain_text("Why is missing")
            item = agent.get_by_role("listitem").filter(has_text="That is my face.")
            item.get_by_label("Why").fill("A face")
            check_accessibility(agent, "the moderators' page")
            picture(agent, "moderation")
            item.get_by_role("button", name="Hide it").click()
            expect(agent.get_by_role("status").first).to_contain_text("Decided")
            stranger.reload()
            expect(stranger.locator("main img[src*=thumbnail]")).to_have_count(0)
            assert not Client().get(f"/api/v1/requests/{reference}").expect(200).json()["attachments"]
            item = agent.get_by_role("listitem").filter(has_text="That is my face.")
            item.get_by_role("button", name="Show it again").click()
            expect(agent.get_by_role("status").first).to_contain_text("Whoever saw it before can see it again")
            stranger.reload()
            expect(stranger.locator("main img[src*=thumbnail]")).to_have_count(1)
    with person(role="agent") as agent:
        agent.goto(url("/staff/moderation"))
        check_accessibility(agent, "the moderators' page on a phone")
        picture(agent, "moderation-phone")


@test("a face is drawn over with the mouse, and by numbers alone; what the public sees is black there", seconds=300)
def blackened():
    with person(location=HERE) as page:
        report(page, "A photo with two faces", files=[photo()])
        reference, _ = receipt(page)
        expect(page.locator("main img[src*=thumbnail]")).to_be_visible(timeout=30_000)
    with person(DESKTOP, role="manager") as manager:
        manager.goto(url(f"/staff/requests/{reference}"))
        manager.get_by_role("link", name=re.compile("Blacken parts")).click()
        layer = manager.locator("#picture .layer")
        expect(layer).to_be_visible()
        box = layer.bounding_box()
        manager.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
        manager.mouse.down()
        manager.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        manager.mouse.up()
        expect(manager.locator("#picture .box")).to_have_count(1)
        first = manager.get_by_role("group", name="Box 1")
        assert abs(int(first.get_by_label("Left").input_value()) - 200) < 12
        assert abs(int(first.get_by_label("Height").input_value()) - 150) < 12
        # The second without a mouse.
        second = manager.get_by_role("group", name="Box 2")
        for name, value in (("Left", "600"), ("Top", "400"), ("Width", "100"), ("Height", "100")):
            second.get_by_label(name).fill(value)
        expect(manager.locator("#picture .box")).to_have_count(2)
        manager.get_by_role("button", name="Blacken").click()
        expect(manager.get_by_role("alert")).to_contain_text("Why is missing")
        expect(manager.locator("#picture .box")).to_have_count(2)
        manager.get_by_label("Why").fill("Two faces")
        check_accessibility(manager, "blackening a photo")
        picture(manager, "redact")
        manager.get_by_role("button", name="Blacken").click()
        manager.wait_for_url(f"**/staff/requests/{reference}*")
        expect(manager.get_by_text("Sealed original").first).to_be_visible()
        files = until(
            "the new photo", lambda: Client().get(f"/api/v1/requests/{reference}").expect(200).json()["attachments"])
        with person() as stranger:
            stranger.goto(url(f"/requests/{reference}"))
            dark = stranger.evaluate("""async (path) => {
                const image = new Image();
                image.src = path;
                await image.decode();
                const canvas = document.createElement("canvas");
                canvas.width = image.naturalWidth;
                canvas.height = image.naturalHeight;
                const pen = canvas.getContext("2d");
                pen.drawImage(image, 0, 0);
                return [[300, 225], [650, 450], [60, 60]].map(([x, y]) => Math.max(...[...pen.getImageData(x, y, 8, 8).data].filter((_, index) => index % 4 < 3)));
            }""", f"/api/v1/attachments/{files[0]['id']}/content")
            assert dark[0] < 12 and dark[1] < 12, dark
            assert dark[2] > 30, dark
    with person(role="manager") as manager:
        manager.goto(url(f"/staff/requests/{reference}/redact"))
        expect(manager.get_by_role("heading", name="Sealed originals")).to_be_visible()
        check_accessibility(manager, "blackening words, on a phone")
        picture(manager, "redact-words-phone")
        manager.get_by_label("Words to blacken").fill("two faces")
        manager.get_by_label("Why").fill("A name")
        manager.get_by_role("button", name="Blacken").click()
        expect(manager.get_by_role("status").first).to_contain_text("The words are gone")
        expect(manager.get_by_text("A photo with [redacted]").first).to_be_visible()
