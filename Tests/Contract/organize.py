"""What only administrators and operators may do, done once and well over the API, each call as somebody who may."""

import requests

RING = [[-71.1, 42.3], [-71.0, 42.3], [-71.0, 42.4], [-71.1, 42.4], [-71.1, 42.3]]
LAYER = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"name": "Ward 2"}, "geometry": {"type": "Polygon", "coordinates": [RING]}}]}


class Organizer:
    """Calls as one member of staff; what is refused ends the arranging."""

    def __init__(self, base, headers):
        self.base, self.headers = base, headers

    def __call__(self, method, path, value=None, **options):
        answer = requests.request(
            method, f"{self.base}/api/v1/{path}", json=value, headers={**self.headers, **options.pop("headers", {})}, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text and "json" in answer.headers.get("Content-Type", "") else None


def organize(call, reference):
    """Returns the dictionaries of what there is then, for the calls that are made up.

    call: an Organizer who is an operator, and so may do whatever an administrator may.
    reference: of a request that nothing was blackened in.
    """
    people(call)
    townships(call)
    template = call("GET", "templates")["items"][0]["id"]
    call("DELETE", f"templates/{template}")
    call("POST", f"templates/{template}/restore")

    call("POST", "categories", {"name": "Fallen tree"})
    call("GET", "categories/fallen-tree")
    slugs = [category["slug"] for category in call("GET", "category-order")["items"]]
    call("POST", "category-order", {"categories": slugs[::-1]})
    configuration = call("GET", "configuration")
    call("POST", "configuration", configuration)

    rule, other = (call("POST", "rules", {"name": name})["id"] for name in ("Trees", "Lamps"))
    call("GET", f"rules/{rule}")
    call("PATCH", f"rules/{rule}", {"then": {"department": "roads"}})
    call("POST", "rules/order", {"rules": [other, rule]})
    call("POST", "rules/dry-run", {"rule": {"name": "Tried"}})
    call("DELETE", f"rules/{other}")
    call("POST", f"rules/{other}/restore")
    call("GET", "rules")

    call("POST", "areas?layer=wards", LAYER, headers={"Content-Type": "application/geo+json"})
    call("PATCH", "areas/wards:ward-2", {"name": "Second ward"})
    call("POST", "areas?layer=passing", LAYER, headers={"Content-Type": "application/geo+json"})
    call("DELETE", "areas/passing:ward-2")

    call("PATCH", "workflow", {"closes_after_days": 14})
    call("GET", "audit")
    call("GET", "audit/state")
    call("GET", "retention")
    call("POST", "retention")
    call("GET", f"requests/{reference}/sealed")
    call("DELETE", f"requests/{reference}/sealed")
    call("POST", "data-requests", {"subject": "nobody@example.test", "action": "export"})
    return {"rules": [rule, other], "departments": ["roads", "parks"], "townships": ["boston", "quincy"],
            "areas": ["wards:ward-1", "wards:ward-2"]}


def people(call):
    sent = call("POST", "invitations", {"email": "invited@example.test", "name": "Invited", "role": "crew"})
    call("GET", "invitations")
    call("DELETE", f"invitations/{sent['id']}")
    call("POST", "departments", {"name": "Parks"})
    call("PATCH", "departments/parks", {"name": "Parks and trees"})
    worker = next(person for person in call("GET", "users?staff=true")["items"] if person["role"] == "agent")["id"]
    call("GET", f"users/{worker}")
    call("PATCH", f"users/{worker}", {"name": "An agent"})
    call("POST", "departments/parks/members", {"person": worker})
    call("DELETE", f"departments/parks/members/{worker}")


def townships(call):
    new = {"slug": "quincy", "name": "Quincy", "hosts": ["quincy.localhost"], "time_zone": "UTC", "language": "en"}
    made = call("POST", "tenants", {**new, "administrator": {"email": "first@example.test", "name": "First"}})
    assert made["invitation"]["link"].startswith("http://quincy.localhost:"), made
    call("GET", "tenants")
    call("GET", "tenants/quincy")
    call("PATCH", "tenants/quincy", {"name": "City of Quincy"})
    call("POST", "tenants/quincy/administrators", {"email": "second@example.test", "name": "Second"})
