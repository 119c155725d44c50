"""Stripe's library."""

from stripe import WebhookSignature
from vendor import Delivery, Draft, Headers, PypiVendor

HEADER = "stripe-signature"


def sign(call: Draft) -> Headers:
    return {HEADER: WebhookSignature.generate_signature_header(call.body, call.secret, call.time)}


def verify(call: Delivery) -> object:
    return WebhookSignature.verify_header(call.body, call.headers[HEADER], call.secret, tolerance=300)


VENDORS = [PypiVendor(package="stripe", hook={"secret_header_name": HEADER}, timed=True, sign=sign, verify=verify)]
