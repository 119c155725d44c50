"""Paddle's SDK. It only verifies."""

import hmac
import logging
from dataclasses import dataclass

from paddle_billing.Notifications import Secret, Verifier  # type: ignore[import-untyped]
from vendor import Delivery, Draft, Headers, PypiVendor

HEADER = "Paddle-Signature"

logging.getLogger("paddle_billing").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Request:
    body: bytes
    headers: Headers


def sign(call: Draft) -> Headers:
    mac = hmac.new(call.secret.encode(), f"{call.time}:{call.body}".encode(), "sha256").hexdigest()
    return {HEADER: f"ts={call.time};h1={mac}"}


def verify(call: Delivery) -> object:
    # It looks for the header in this case alone, as a framework hands it over; and its five seconds pass before a sample
    # is judged.
    headers = {HEADER if name == HEADER.lower() else name: value for name, value in call.headers.items()}
    return Verifier(300).verify(Request(call.body.encode(), headers), Secret(call.secret))


VENDORS = [
    PypiVendor(
        package="paddle-python-sdk",
        hook={"secret_header_name": HEADER.lower()},
        timed=True,
        sign=sign,
        verify=verify,
    )
]
