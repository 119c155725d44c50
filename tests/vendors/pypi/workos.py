"""WorkOS's SDK. It only verifies."""

import hmac

from vendor import Delivery, Draft, Headers, PypiVendor
from workos.webhooks._verification import verify_header

HEADER = "workos-signature"


def sign(call: Draft) -> Headers:
    mac = hmac.new(call.secret.encode(), f"{call.time * 1000}.{call.body}".encode(), "sha256").hexdigest()
    return {HEADER: f"t={call.time * 1000}, v1={mac}"}


def verify(call: Delivery) -> None:
    verify_header(event_body=call.body.encode(), event_signature=call.headers[HEADER], secret=call.secret)


VENDORS = [
    PypiVendor(package="workos", hook={"provider": "workos"}, timed=True, tolerance=180, sign=sign, verify=verify)
]
