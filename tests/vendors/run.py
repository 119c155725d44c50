"""Lets the packages that vendors publish sign thousands of calls, and sends them to the real stack.

    bash .ci/run vendors

What a package has signed is accepted and makes a job. With another byte in the body or the signature, another key or
another time, it is answered 401 and makes none. A package that can verify has to come to the same verdicts. A package
that can only verify judges what is signed here as the vendor documents it. Each also judges the sample of its
provider, which is signed in Rust: see samples/. The same goes for the call that `pipehook send` sends to a hook.

Every run makes up other calls. `--seed` repeats those of a run that has printed it.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random

from cases import Case, cases_of
from keys import PAIRS, Keys
from packages import listed, vendors
from samples import sample_of
from sender import Answer, Sender
from sent import Recorder, delivery_of
from stack import Stack
from vendor import WHOLE, Vendor

# About how many calls are made in all, unless `--calls` says otherwise.
CALLS = 8000
# How many faults are shown.
SHOWN = 20

HOOK = {"action_type": "deploy", "resource_type": "application", "requires_secret": True}


@dataclass
class Count:
    """What has become of the calls of one package."""

    calls: int = 0
    accepted: int = 0
    refused: int = 0
    verdicts: int = 0
    queued: list[str] = field(default_factory=list)
    """The ids of the jobs that have to be on the queue."""
    faults: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description="The packages of vendors against the stack.")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--calls", type=int, default=CALLS)
    arguments = parser.parse_args()
    seed: int = arguments.seed
    print(f"seed {seed}", flush=True)
    counts: dict[str, Count] = {}
    families: Counter[str] = Counter()
    begun = time.monotonic()
    with Stack() as stack, vendors() as found, ExitStack() as running:
        sender = Sender(stack)
        recorder = running.enter_context(Recorder(stack.url, sender.token))
        for place, vendor in enumerate(found):
            count = counts.setdefault(vendor.name, Count())
            before = count.calls
            # Each has its own numbers, so that a change of one leaves the calls of the others as they were.
            random = Random(f"{seed} {vendor.name} {vendor.hook}")
            judge(count, stack, sender, vendor, random, place, arguments.calls // len(found))
            if vendor.is_sampled:
                judge_sample(count, stack, sender, vendor, len(found) + place)
                judge_sent(count, stack, sender, recorder, vendor, random, 2 * len(found) + place)
            families[vendor.family] += count.calls - before
    for family, calls in sorted(families.items()):
        print(f"{family:<48} {calls:>6} calls")
    return show(counts, seed, time.monotonic() - begun)


def judge(count: Count, stack: Stack, sender: Sender, vendor: Vendor, random: Random, place: int, calls: int) -> None:
    """Signs about so many calls of one vendor, judges them, sends them and looks for their jobs."""
    keys = Keys.of(vendor, random)
    path = sender.create_hook({"name": vendor.name, "resource_id": place + 1, **HOOK, **keys.hook(vendor)})
    cases = cases_of(vendor, random, keys, calls, int(time.time()))
    verdicts = vendor.verdicts([case.delivery for case in cases])
    answers = sender.send(path, [case.delivery for case in cases])
    expected = []
    for case, verdict, answer in zip(cases, verdicts, answers, strict=True):
        faults = list(faults_of(case, verdict, answer))
        count.faults += [f"{vendor.name}, {case.kind}, {case.body.kind}: {fault}" for fault in faults]
        count.calls += 1
        count.verdicts += case.is_judged
        count.accepted += case.is_genuine and not faults
        count.refused += not case.is_genuine and not faults
        expected += [answer.request_id] if case.makes_a_job else []
    jobs = [job["id"] for job in stack.receive_jobs(at_least=len(expected))]
    if sorted(jobs) != sorted(expected):
        count.faults.append(f"{vendor.name}: {len(jobs)} jobs were queued, and {len(expected)} calls were to make one")


def judge_sample(count: Count, stack: Stack, sender: Sender, vendor: Vendor, place: int) -> None:
    """Lets the package judge what the crate `samples` has signed, and sends it: an event makes a job, a test none."""
    sample = sample_of(vendor)
    if sample is None:
        count.faults.append(f"{vendor.name}: there is no sample for {vendor.hook}")
        return
    calls = [sample.event, *sample.tests]
    path = sender.create_hook({"name": vendor.name, "resource_id": place + 1, **HOOK, **sample.hook})
    verdicts = vendor.verdicts(calls)
    answers = sender.send(path, calls)
    for call, verdict, answer in zip(calls, verdicts, answers, strict=True):
        faults = [] if verdict else ["the package refuses it"]
        faults += [] if answer.status == 200 else [f"{answer.status} is not 200: {answer.body}"]
        count.faults += [f"{vendor.name}, its sample: {fault}: {call.body}" for fault in faults]
        count.calls += 1
        count.verdicts += 1
        count.accepted += not faults
    jobs = [job["id"] for job in stack.receive_jobs(at_least=1)]
    if jobs != [answers[0].request_id]:
        count.faults.append(f"{vendor.name}, its sample: {len(jobs)} jobs were queued in the place of one")


def judge_sent(
    count: Count, stack: Stack, sender: Sender, recorder: Recorder, vendor: Vendor, random: Random, place: int
) -> None:
    """Lets the package judge what `pipehook send` sends: the call, and one that was changed after it was signed."""
    sample = sample_of(vendor)
    if sample is None:
        return  # It is a fault already.
    hook, secret, known = sample.hook, sample.event.secret, sample.event.secret
    if vendor.secret in PAIRS:
        keys = Keys.of(vendor, random)
        secret, known = keys.of_sender, keys.of_receiver
        hook = {**hook, "provider_options": {**hook.get("provider_options", {}), "public_key": known}}
    path = sender.create_hook({"name": vendor.name, "resource_id": place + 1, **HOOK, **hook})
    for arguments, outcome in (([], "queued"), (["--tamper"], "rejected")):
        sent = recorder.send(path.split("/")[2], secret, *arguments)
        [verdict] = vendor.verdicts([delivery_of(sent, known, sample.event.url)])
        # Some packages prove values alone, which are as they were.
        is_judged = not arguments or (vendor.proves_body and vendor.proven == WHOLE)
        is_right = not is_judged or verdict == (outcome == "queued")
        faults = [] if is_right else [f"the package {'accepts' if verdict else 'refuses'} it"]
        # Of many refused calls, the log keeps a few.
        logged = sent.shown["request"] or ({"outcome": "rejected"} if sent.shown["answer"]["status"] == 401 else {})
        if (sent.status, logged.get("outcome")) != (0, outcome):
            faults.append(f"exit status {sent.status}: {sent.shown}")
        count.faults += [f"{vendor.name}, sent {' '.join(arguments)}: {fault}: {sent.body}" for fault in faults]
        count.calls += 1
        count.verdicts += 1
        count.accepted += outcome == "queued" and not faults
        count.refused += outcome == "rejected" and not faults
    jobs = stack.receive_jobs(at_least=1)
    if len(jobs) != 1:
        count.faults.append(f"{vendor.name}, sent: {len(jobs)} jobs were queued in the place of one")


def faults_of(case: Case, verdict: bool, answer: Answer) -> Iterator[str]:
    if answer.status not in case.statuses:
        yield f"{answer.status} is not {case.statuses}: {answer.body}"
    if case.is_judged and verdict != case.is_genuine:
        yield f"the package {'accepts' if verdict else 'refuses'} it"


def show(counts: dict[str, Count], seed: int, seconds: float) -> int:
    """Prints what came of it, and says how the program ends."""
    versions = listed()
    faults = [fault for count in counts.values() for fault in count.faults]
    faults += [f"{name} has made no call" for name in versions if name not in counts]
    faults += [f"{name} is not listed" for name in counts if name not in versions]
    print(f"\n{'package':<32} {'version':>15} {'calls':>6} {'accepted':>8} {'refused':>8} {'verdicts':>8} {'wrong':>6}")
    for name, count in counts.items():
        numbers = f"{count.calls:>6} {count.accepted:>8} {count.refused:>8} {count.verdicts:>8} {len(count.faults):>6}"
        print(f"{name:<32} {versions.get(name, '-'):>15} {numbers}")
    calls, accepted, refused, verdicts = (
        sum(getattr(count, name) for count in counts.values()) for name in ("calls", "accepted", "refused", "verdicts")
    )
    print(
        f"\n{len(counts)} packages of {len(versions)}, {calls} calls: {accepted} accepted, {refused} refused,"
        f" {verdicts} verdicts of packages, {len(faults)} wrong; seed {seed}, {seconds:.0f} s"
    )
    for fault in faults[:SHOWN]:
        print(f"  WRONG  {fault}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
