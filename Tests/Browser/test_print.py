"""On paper: what was said about a report, without what only a screen can do."""

import re

from browser import DESKTOP, SCREENSHOTS, drawn, person, settled, url
from client import Client
from playwright.sync_api import expect
from steps import HERE, photo, receipt, report
from suite import equal, test

# A4 between margins of one centimetre, in CSS pixels.
PAPER = {"width": 718, "height": 1046}

# What stands on the paper and should not: what is to be pressed, filled in or moved; what is wider than the paper or cut off
# by its own box; writing too pale for white, which printers leave the ground of.
FAULTS = """() => {
  const faults = [];
  const name = (element) => element.tagName.toLowerCase() + (element.id ? "#" + element.id : "")
    + (typeof element.className === "string" && element.className ? "." + element.className.split(" ").join(".") : "");
  const share = (value) => value <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [red, green, blue] = colour.match(/[0-9.]+/g).map((part) => share(Number(part) / 255));
    return .2126 * red + .7152 * green + .0722 * blue;
  };
  const white = (colour) => colour === "rgba(0, 0, 0, 0)" || colour === "rgb(255, 255, 255)";
  for (const element of [document.documentElement, document.body]) {
    const ground = getComputedStyle(element).backgroundColor;
    if (!white(ground)) faults.push(`${name(element)} has the ground ${ground}`);
  }
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.width <= 1 || box.height <= 1 || style.visibility !== "visible") continue;
    if (element.closest(".visually-hidden, svg")) continue;
    if (element.matches("header.site, footer.site, nav, button, .button, input, select, textarea, form:not(#queue-form), .leaflet-container,"
      + " .skip, .toast, dialog")) faults.push(`${name(element)} is on the paper`);
    if (box.right > innerWidth + 1 || box.left < -1) faults.push(`${name(element)} ends at ${Math.round(box.right)}`);
    if (style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1) faults.push(`${name(element)} is cut`);
    if (style.overflowY !== "visible" && element.scrollHeight > element.clientHeight + 2) faults.push(`${name(element)} is cut below`);
    if (style.position === "fixed") faults.push(`${name(element)} is fixed`);
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (says && 1.05 / (light(style.color) + .05) < 4.5) faults.push(`${name(element)} is pale: ${style.color}`);
  }
  return [...new Set(faults)];
}"""


def on_paper(page, name, *words, pages=2):
    """Prints it, looks at it for faults, and for the words that must be there."""
    page.pdf(path=SCREENSHOTS / f"print-{name}.pdf", format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "1cm"))
    sheets = len(re.findall(rb"/Type\s*/Page\b", (SCREENSHOTS / f"print-{name}.pdf").read_bytes()))
    before = page.viewport_size
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    drawn(page)
    faults = page.evaluate(FAULTS)
    said = page.locator("body").inner_text()
    page.emulate_media(media="null")
    page.set_viewport_size(before)
    equal(faults, [], name)
    for word in words:
        assert word in said, f"{name}: “{word}” is missing from {said[:2000]}"
    assert sheets <= pages, f"{name}: {sheets} pages"
    return said


@test("a report prints well: for its reporter with code and link, for everybody, and for staff with who may read what",
      seconds=180)
def requests():
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    title = "A lamp that somebody prints"
    with person(location=HERE, dark=True) as page:
        report(page, title, files=[photo()])
        reference, address = receipt(page)
        expect(page.locator("main img[src*=thumbnail]")).to_be_visible(timeout=30_000)
        # The link is written out and can be read by a camera: paper has no link to follow.
        on_paper(page, "sent", reference, address, title)
        page.emulate_media(media="print")
        expect(page.get_by_role("img", name=re.compile("code", re.I))).to_be_visible()
        page.emulate_media(media="null")
    secret, update = "Ask the electrician first.", "We come on Monday."
    agent = Client().take_token("agent")
    for visibility, body in (("internal", secret), ("public", update)):
        agent.post(f"/api/v1/requests/{reference}/comments", {"body": body, "visibility": visibility}).expect(201)
    with person(DESKTOP, dark=True) as page:
        page.goto(url(f"/requests/{reference}"))
        said = on_paper(page, "public", title, reference, update, url(f"/requests/{reference}"))
        assert secret not in said
    with person(DESKTOP, dark=True, role="agent") as page:
        page.goto(url(f"/staff/requests/{reference}"))
        expect(page.locator("#keys")).to_be_visible()
        on_paper(page, "staff", title, reference, update, secret, pages=3)
        page.emulate_media(media="print")
        note = page.locator(".voice-internal").filter(has_text=secret).last
        expect(note.locator(".voice-label")).to_be_visible()
        expect(note).to_contain_text(re.compile("internal", re.I))
        # Told apart without colour too: most printers have none.
        equal(note.locator("article").or_(note).last.evaluate("element => getComputedStyle(element).borderLeftStyle"), "dashed")


@test("lists and figures print well, whatever of map and list the screen shows", seconds=180)
def lists():
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, name in ((None, "list-phone"), (DESKTOP, "list")):
        with person(size, dark=True) as page:
            page.goto(url("/map?q=lamp"))
            # The list is the page's own at first, and that of what the map shows once there is a map.
            settled(page)
            first = page.locator("#results .result").first
            expect(first).to_be_attached()
            expect(page.locator(".leaflet-marker-icon").first).to_be_attached()
            on_paper(page, name, first.locator("a").first.text_content().strip(), pages=10)
    with person(DESKTOP, dark=True, role="manager") as page:
        page.goto(url("/staff"))
        expect(page.locator("#triage[data-ready]")).to_be_visible()
        on_paper(page, "triage", page.locator(".row-title").first.text_content().strip(), pages=15)
        page.goto(url("/staff/dashboard"))
        expect(page.locator("#trend-chart canvas")).to_be_visible()
        on_paper(page, "dashboard", "Overdue", "Reported and closed", pages=4)
