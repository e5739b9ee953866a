"""What strangers write shows as what it is: text."""

from browser import DESKTOP, person, settled, url
from client import Client, PLACE
from suite import equal, test

EVIL = "<script>window.wasRun=1</script><img src=x onerror=\"window.wasRun=1\">'\"&lt;"


@test("markup in any field shows as text on every page, to everybody", seconds=120)
def markup():
    reporter, agent = Client(), Client().take_token("agent")
    value = {
        "title": EVIL, "description": EVIL, "category": "street-light-out", "location": PLACE, "address": EVIL,
        "contact": {"name": EVIL, "email": "ann@example.test", "phone": EVIL[:50]},
    }
    receipt = reporter.post("/api/v1/requests", value).expect(201).json()
    reference, code = receipt["reference"], receipt["tracking_code"]
    path = f"/api/v1/requests/{reference}"
    for visibility in ("public", "internal", "private"):
        agent.post(f"{path}/comments", {"body": EVIL, "visibility": visibility}).expect(201)
    agent.post(f"{path}/status", {"status": "on_hold", "reason": EVIL}).expect(200)
    reporter.post(f"/api/v1/track/{code}/messages", {"body": EVIL}).expect(201)
    pages = {
        None: [f"/requests/{reference}", f"/track/{code}", "/map?q=wasRun", "/"],
        "manager": [f"/staff/requests/{reference}", "/staff?q=wasRun", "/staff", f"/requests/{reference}"],
    }
    for role, paths in pages.items():
        with person(DESKTOP, role=role) as page:
            for path in paths:
                page.goto(url(path))
                settled(page)
                equal(page.evaluate("window.wasRun"), None, path)
                equal(page.locator("img[src=x]").count(), 0, path)
                if reference in path or code in path:
                    assert "<script>window.wasRun=1</script>" in page.locator("main").inner_text(), path
