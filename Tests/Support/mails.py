"""Mails as a mail program reads them: a local instance keeps them as files."""

import email
import email.policy
import re

from instance import instance
from suite import equal, until


def mails(address):
    """What was sent there, oldest first."""
    found = []
    for path in sorted((instance.data / "mail").glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        equal(list(mail.defects), [])
        if mail["To"] == address:
            found.append(mail)
    return found


def wait_for_mails(address, count):
    """So many mails and no more."""
    found = until(f"{count} mails", lambda: len(mails(address)) >= count and mails(address))
    equal(len(found), count)
    return found


def link(mail, path):
    """The path of the link within a mail that begins so, e.g. `/reset-password/`."""
    found = re.search(rf"http://localhost:{instance.http_port}({re.escape(path)}\S+)", mail.get_content())
    assert found, mail.get_content()
    return found.group(1)
