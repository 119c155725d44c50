"""The reference library of Standard Webhooks, and Svix's, which has other headers."""

from datetime import UTC, datetime
from typing import Any

import standardwebhooks
import svix
from vendor import Delivery, Draft, Headers, PypiVendor


def vendor(package: str, prefix: str, webhook: Any, **options: bool) -> PypiVendor:
    def sign(call: Draft) -> Headers:
        signature = webhook(call.secret).sign(call.id, datetime.fromtimestamp(call.time, UTC), call.body)
        return {f"{prefix}-id": call.id, f"{prefix}-timestamp": str(call.time), f"{prefix}-signature": signature}

    def verify(call: Delivery) -> object:
        return webhook(call.secret).verify(call.body, call.headers, **options)

    hook = {"secret_header_name": f"{prefix}-signature"}
    return PypiVendor(package=package, hook=hook, secret="whsec", timed=True, sign=sign, verify=verify)


STANDARD_WEBHOOKS = vendor("standardwebhooks", "webhook", standardwebhooks.Webhook, json_parse=False)
SVIX = vendor("svix", "svix", svix.Webhook)

VENDORS = [STANDARD_WEBHOOKS, SVIX]
