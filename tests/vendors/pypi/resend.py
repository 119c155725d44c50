"""Resend's SDK, which reads Svix's headers in code of its own. It only verifies."""

from resend import Webhooks
from vendor import Delivery, PypiVendor

from pypi.standardwebhooks import SVIX


def verify(call: Delivery) -> None:
    headers = {name: call.headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")}
    options = {"payload": call.body, "headers": headers, "webhook_secret": call.secret}
    try:
        Webhooks.verify(options)
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
