"""Square's SDK. It only verifies."""

import base64
import hmac

from square.utils.webhooks_helper import verify_signature
from vendor import Delivery, Draft, Headers, PypiVendor

HEADER = "x-square-hmacsha256-signature"


def sign(call: Draft) -> Headers:
    mac = hmac.digest(call.secret.encode(), f"{call.url}{call.body}".encode(), "sha256")
    return {HEADER: base64.b64encode(mac).decode()}


def verify(call: Delivery) -> bool:
    return verify_signature(
        request_body=call.body,
        signature_header=call.headers[HEADER],
        signature_key=call.secret,
        notification_url=call.url,
    )


VENDORS = [
    PypiVendor(
        package="squareup",
        hook={"provider": "square"},
        url="https://hooks.example.com/square?foo=1",
        without=["empty"],  # It verifies none.
        sign=sign,
        verify=verify,
    )
]
