"""The calls of a vendor: those that its package signed, and forgeries of them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from bodies import Body, bodies, kinds_of, stamped
from keys import Keys
from vendor import BODY, QUERY, WHOLE, Delivery, Draft, Headers, Vendor

# How far from now the time of a call may be, in seconds.
LONGEST = 48 * 3600


@dataclass(frozen=True)
class Case:
    """A call, and what has to become of it."""

    kind: str
    body: Body
    delivery: Delivery
    is_genuine: bool
    is_judged: bool
    """Whether the package has to come to the same verdict. Most do not mind a time to come, and some no time."""

    @property
    def makes_a_job(self) -> bool:
        return self.is_genuine and self.body.is_usable

    @property
    def statuses(self) -> tuple[int, ...]:
        if not self.is_genuine:
            return (401,)
        return (200,) if self.body.is_usable else (400, 415)


def cases_of(vendor: Vendor, random: Random, keys: Keys, count: int, now: int) -> list[Case]:
    """About so many calls: bodies as the package signs them, and each of them forged in every way."""
    kinds = kinds_of(vendor)
    found = bodies(random, count // (6 if vendor.timed else 4), kinds)
    if vendor.content_type:
        found = [replace(body, content_type=vendor.content_type, is_usable=True) for body in found]
    plans = [plan for body in found for plan in _plans(vendor, random, body)]
    drafts = [_draft(vendor, random, keys, now, plan) for plan in plans]
    headers = vendor.signed(drafts)
    return [_case(vendor, random, keys, *parts) for parts in zip(plans, drafts, headers, strict=True)]


@dataclass(frozen=True)
class _Plan:
    kind: str
    body: Body
    offset: int = 0
    """How far from now the time is that is signed, in seconds."""


def _plans(vendor: Vendor, random: Random, body: Body) -> Iterator[_Plan]:
    yield _Plan("genuine", body)
    if vendor.proves_body:
        yield _Plan("another body", body)
    if body.kind == "large":
        return  # The others take as long as a hundred small ones.
    yield _Plan("another signature", body)
    yield _Plan("another key", body)
    if vendor.url:
        yield _Plan("another URL", body)
    if vendor.timed:
        yield _Plan("stale", body, -random.randint(vendor.tolerance + 1, LONGEST))
        # Some time passes before the call arrives.
        yield _Plan("ahead of time", body, random.randint(vendor.tolerance + 120, LONGEST))


def _draft(vendor: Vendor, random: Random, keys: Keys, now: int, plan: _Plan) -> Draft:
    time = now + plan.offset
    key = Keys.of(vendor, random) if plan.kind == "another key" else keys
    url = _with_another_path(random, vendor.url) if plan.kind == "another URL" else vendor.url
    body = stamped(plan.body.text, vendor.stamp, time) if vendor.stamp else plan.body.text
    return Draft(body, key.of_sender, url, time, f"msg_{random.getrandbits(128):x}")


def _case(vendor: Vendor, random: Random, keys: Keys, plan: _Plan, draft: Draft, headers: Headers) -> Case:
    query, body = headers.pop(QUERY, ""), headers.pop(BODY, draft.body)
    delivery = Delivery(body, headers, keys.of_receiver, vendor.url, query)
    if plan.kind == "another body":
        delivery = replace(delivery, body=_changed(random, body, vendor.proven))
    if plan.kind == "another signature":
        delivery = _with_another_signature(random, vendor, delivery)
    if plan.body.content_type:
        delivery = replace(delivery, headers={**delivery.headers, "content-type": plan.body.content_type})
    is_judged = plan.kind != "ahead of time" and (plan.kind != "stale" or vendor.judges_time)
    return Case(plan.kind, plan.body, delivery, plan.kind == "genuine", is_judged)


def _changed(random: Random, text: str, where: str = WHOLE) -> str:
    """The text with one byte of a group changed. An empty group gets one byte."""
    start, end = random.choice([found.span(1) for found in re.finditer(where, text)])
    places = [start + place for place, c in enumerate(text[start:end]) if c.isascii() and c.isprintable()]
    if not places:
        return f"{text[:start]}0{text[start:]}"
    place = random.choice(places)
    # The digits of an escape in a form mean the same in capitals.
    other = random.choice([c for c in string.ascii_letters + string.digits if c.lower() != text[place].lower()])
    return text[:place] + other + text[place + 1 :]


def _with_another_path(random: Random, url: str) -> str:
    """Another address of the same host: some vendors sign no more of it than its path."""
    begin = url.index("/", len("https://")) + 1
    return url[:begin] + _changed(random, url[begin:])


def _with_another_signature(random: Random, vendor: Vendor, call: Delivery) -> Delivery:
    if vendor.signature:
        start, _ = random.choice([found.span(1) for found in re.finditer(vendor.signature, call.body)])
        return replace(call, body=_with_another_digit(random, call.body, start))
    found = [name for name in call.headers if re.search("signature|hmac|authorization", name, re.I)]
    name = next(name for name in found if "timestamp" not in name)
    value = call.headers[name]
    # Base64 may say the same in another last character, and hexadecimal in capitals.
    start = max(value.rfind(c) for c in "=,.") + 1 if not value.endswith("=") else value.rfind(",") + 1
    return replace(call, headers={**call.headers, name: _with_another_digit(random, value, start)})


def _with_another_digit(random: Random, text: str, start: int) -> str:
    """With another digit of the signature that begins there."""
    # Some do not mind how long ASN.1 says that a signature is, in its first bytes.
    place = random.randrange(start + 8, start + 24)
    other = random.choice([digit for digit in string.digits if digit != text[place]])
    return text[:place] + other + text[place + 1 :]
