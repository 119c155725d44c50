"""OpenAI's SDK, which reads Standard Webhooks in code of its own. It only verifies."""

from openai import OpenAI
from pypi.standardwebhooks import STANDARD_WEBHOOKS
from vendor import Delivery, PypiVendor

CLIENT = OpenAI(api_key="none")


def verify(call: Delivery) -> None:
    CLIENT.webhooks.verify_signature(call.body, call.headers, secret=call.secret)


VENDORS = [
    PypiVendor(
        package="openai",
        hook=STANDARD_WEBHOOKS.hook,
        secret="whsec",
        timed=True,
        sign=STANDARD_WEBHOOKS.sign,
        verify=verify,
    )
]
