"""Slack's SDK."""

from slack_sdk.signature import SignatureVerifier
from vendor import Delivery, Draft, Headers, PypiVendor

TIME, HEADER = "x-slack-request-timestamp", "x-slack-signature"


def sign(call: Draft) -> Headers:
    signature = SignatureVerifier(call.secret).generate_signature(timestamp=str(call.time), body=call.body)
    assert signature is not None
    return {TIME: str(call.time), HEADER: signature}


def verify(call: Delivery) -> object:
    return SignatureVerifier(call.secret).is_valid_request(call.body, call.headers)


VENDORS = [
    PypiVendor(
        package="slack_sdk",
        hook={"secret_header_name": HEADER},
        timed=True,
        forms="fields",
        sign=sign,
        verify=verify,
    )
]
