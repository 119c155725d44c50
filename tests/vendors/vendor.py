"""What there is to say about a package that signs or verifies calls."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

Headers = dict[str, str]

# All of a text, as a group.
WHOLE = r"(?s)\A(.*)\Z"

# Among the headers that a package signs: what it adds to the address, and the body that it makes of the given one.
QUERY, BODY = ":query", ":body"


@dataclass(frozen=True)
class Draft:
    """A call that is to be signed."""

    body: str
    secret: str
    """What it is signed with: if the vendor has a key pair, the private key as PEM."""
    url: str
    time: int
    """In Unix seconds."""
    id: str
    """Of the delivery, if the sender names it in a header."""


@dataclass(frozen=True)
class Delivery:
    """A call as it is sent, with what its receiver knows."""

    body: str
    headers: Headers
    secret: str
    """If the vendor has a key pair, the public key."""
    url: str
    query: str = ""
    """What the sender adds to the registered address."""


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One package and one scheme. The entries in npm/ have the same members."""

    registry: ClassVar[str]

    package: str
    """Its name in requirements.txt or package.json."""
    hook: dict[str, Any]
    """What the hook is created with. Without a provider, the algorithm is SHA-256 unless it says otherwise."""
    secret: str = "text"
    """Or `hex`: 64 digits; `whsec`: a key in base64 after `whsec_`; `ed25519-hex`, `ed25519-base64`, `p256`: a pair of
    keys."""
    url: str = ""
    """The registered address, if it is signed."""
    timed: bool = False
    """Whether the time is signed, and old calls are refused."""
    tolerance: int = 300
    """How old is too old, in seconds."""
    judges_time: bool = True
    """Whether the package minds old calls too."""
    stamp: str | None = None
    """The member of the body that holds the time, in milliseconds."""
    proves_body: bool = True
    """Whether a call with another body has to be refused."""
    content_type: str = ""
    """Of the bodies that it makes of those that are made up. A job can be made of each."""
    proven: str = WHOLE
    """Where in the body the text is that is proven: a regular expression with one group."""
    signature: str = ""
    """Where in the body the signature is, likewise, if it is there."""
    forms: str | None = None
    """The forms that it sends: `fields`, or the JSON in the one field `payload`."""
    without: Sequence[str] = ()
    """Kinds of bodies that the package cannot take."""
    only: Sequence[str] = ()
    """The kinds that it can take, if they are few."""
    is_sampled: bool = True
    """Whether the sample of its provider is of a kind that it can judge."""

    @property
    def name(self) -> str:
        return f"{self.registry} {self.package}"

    @property
    def family(self) -> str:
        """How its calls are proven, in words."""
        if self.secret not in ("text", "hex", "whsec"):
            return f"signatures with a private key ({self.secret})"
        signed = "a form or a digest" if self.package == "twilio" else "the body"
        signed = "values in the body" if self.signature else signed
        before = " the address," if self.url else ""
        return f"MACs of{before}{' a time,' if self.timed else ''} {signed}"

    def signed(self, drafts: list[Draft]) -> list[Headers]:
        """The headers with which each is sent."""
        raise NotImplementedError

    def verdicts(self, deliveries: list[Delivery]) -> list[bool]:
        """Whether the package accepts each."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class PypiVendor(Vendor):
    registry = "PyPI"

    sign: Callable[[Draft], Headers]
    """The package's own way to sign; if it has none, what the vendor's documentation says."""
    verify: Callable[[Delivery], object]
    """Refuses a call with `False` or by raising."""

    def signed(self, drafts: list[Draft]) -> list[Headers]:
        return [self.sign(draft) for draft in drafts]

    def verdicts(self, deliveries: list[Delivery]) -> list[bool]:
        return [self._accepts(delivery) for delivery in deliveries]

    def _accepts(self, delivery: Delivery) -> bool:
        try:
            return self.verify(delivery) is not False
        except Exception:  # noqa: BLE001 - each package raises errors of its own.
            return False


@dataclass(frozen=True, kw_only=True)
class NpmVendor(Vendor):
    registry = "npm"

    place: int
    """Among those that `judge.mjs` has found."""
    node: Node = field(repr=False)

    def signed(self, drafts: list[Draft]) -> list[Headers]:
        answer: list[Headers] = self.node.ask(self.place, "sign", drafts)
        return answer

    def verdicts(self, deliveries: list[Delivery]) -> list[bool]:
        answer: list[bool] = self.node.ask(self.place, "verify", deliveries)
        return answer


class Node:
    """The process of `judge.mjs`."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.vendors = [NpmVendor(node=self, place=place, **facts) for place, facts in enumerate(self._read())]

    def ask(self, place: int, action: str, calls: Sequence[Draft | Delivery]) -> Any:
        question = {"place": place, "action": action, "calls": [asdict(call) for call in calls]}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        self._process.communicate()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"judge.mjs ended with status {self._process.wait()}")
        return json.loads(line)
