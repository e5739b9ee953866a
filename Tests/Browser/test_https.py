"""The same pages over HTTPS, trusting Caddy's own certificate authority as a person does who imported it."""

import os
import subprocess

from browser import ARGUMENTS, driver, sign_in
from instance import instance
from playwright.sync_api import expect
from suite import equal, test


@test("over HTTPS with Caddy's authority imported: pages, signing in, and the service worker")
def https():
    home = instance.data / "browser-home"
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    authority = instance.data / "caddy/caddy/pki/authorities/local/root.crt"
    for arguments in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "caddy", "-i", str(authority)]):
        subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True)
    base = f"https://localhost:{instance.https_port}"
    # A profile of its own: its folder of trusted certificates is found by HOME.
    browser = driver().chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS,
        env={**os.environ, "HOME": str(home)})
    try:
        page = browser.new_context(base_url=base).new_page()
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto("/sign-in")
        sign_in(page, "citizen", base)
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        cookie = cookies["__Host-lamppost"]
        equal((cookie["secure"], cookie["httpOnly"], cookie["path"], cookie["sameSite"]), (True, True, "/", "Lax"))
        state = page.evaluate("navigator.serviceWorker.ready.then(registration => registration.active.state)")
        assert state in ("activating", "activated"), state
    finally:
        browser.close()
