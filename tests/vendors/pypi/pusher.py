"""Pusher's library. It only verifies."""

import hmac

from pusher import Pusher  # type: ignore[import-untyped]
from vendor import Delivery, Draft, Headers, PypiVendor

HEADER, KEY = "x-pusher-signature", "none"


def sign(call: Draft) -> Headers:
    return {"x-pusher-key": KEY, HEADER: hmac.new(call.secret.encode(), call.body.encode(), "sha256").hexdigest()}


def verify(call: Delivery) -> bool:
    app = Pusher(app_id="1", key=KEY, secret=call.secret)
    return app.validate_webhook(KEY, call.headers[HEADER], call.body) is not None


VENDORS = [
    PypiVendor(
        package="pusher",
        hook={"provider": "pusher"},
        timed=True,
        stamp="time_ms",
        sign=sign,
        verify=verify,
    )
]
