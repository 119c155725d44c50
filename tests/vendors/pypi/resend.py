"""Resend's SDK, which reads Svix's headers in code of its own. It only verifies."""

from pypi.standardwebhooks import SVIX
from resend import WebhookHeaders, Webhooks
from vendor import Delivery, PypiVendor


def verify(call: Delivery) -> None:
    headers = WebhookHeaders(
        id=call.headers["svix-id"],
        timestamp=call.headers["svix-timestamp"],
        signature=call.headers["svix-signature"],
    )
    try:
        Webhooks.verify({"payload": call.body, "headers": headers, "webhook_secret": call.secret})
    except ValueError as error:
        # It parses what it has verified.
        if "parse webhook payload" not in str(error):
            raise


VENDORS = [
    PypiVendor(
        package="resend",
        hook=SVIX.hook,
        secret="whsec",
        timed=True,
        without=["empty"],  # It takes none.
        sign=SVIX.sign,
        verify=verify,
    )
]
