"""The library that Python's own bots on GitHub are made with. It only verifies."""

import hmac

from gidgethub.sansio import validate_event
from vendor import Delivery, Draft, Headers, PypiVendor


def vendor(algorithm: str, header: str) -> PypiVendor:
    def sign(call: Draft) -> Headers:
        mac = hmac.new(call.secret.encode(), call.body.encode(), algorithm).hexdigest()
        return {header: f"{algorithm}={mac}", "x-github-delivery": call.id, "x-github-event": "push"}

    def verify(call: Delivery) -> None:
        validate_event(call.body.encode(), signature=call.headers[header], secret=call.secret)

    hook = {"secret_header_name": header, "secret_algorithm": algorithm}
    return PypiVendor(package="gidgethub", hook=hook, forms="payload", sign=sign, verify=verify)


VENDORS = [vendor("sha256", "x-hub-signature-256"), vendor("sha1", "x-hub-signature")]
