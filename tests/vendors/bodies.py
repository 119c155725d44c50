"""Bodies that are made up: JSON of every shape, forms, and text that is neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from vendor import Vendor

# How deep values nest, unless depth is what a body is about.
DEPTH = 4
DEEP = 500
LARGE = 1_000_000

FORM = "application/x-www-form-urlencoded"
JSON_TYPES = ("application/json", "application/json; charset=utf-8", "text/plain", None)

# What UTF-8 writes in one to four bytes: both directions, marks that join, invisible ones, pictures, the last of all.
SCRIPTS = (
    range(0x20, 0x7F), range(0xA0, 0x250), range(0x300, 0x370), range(0x400, 0x500), range(0x590, 0x700),
    range(0x900, 0x980), range(0x2000, 0x2070), range(0x3040, 0x3100), range(0x4E00, 0xA000), range(0xAC00, 0xD7A4),
    range(0xE000, 0xE010), range(0xFE00, 0x10000), range(0x1F300, 0x1FB00), range(0x20000, 0x20100),
    range(0x10FFF0, 0x110000),
)  # fmt: skip
CONTROLS = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
NUMBERS = ("0", "-0", "1.0", "-12.5e-3", "1E400", "9007199254740993", "123456789012345678901234567890", "0.1")


@dataclass(frozen=True)
class Body:
    kind: str
    text: str
    content_type: str | None
    is_usable: bool = True
    """Whether a job can be made of it. If not, an authentic call is answered 400 or 415."""


def kinds_of(vendor: Vendor) -> list[str]:
    """The kinds that the vendor sends."""
    kinds = [*MAKERS, *([vendor.forms] if vendor.forms else [])]
    without = (*vendor.without, *(NO_OBJECTS if vendor.stamp else ()))
    return [kind for kind in kinds if kind not in without and (not vendor.only or kind in vendor.only)]


def bodies(random: Random, count: int, kinds: list[str]) -> list[Body]:
    """So many, but at least one of each kind. No two are alike."""
    chosen = kinds + random.choices([kind for kind in kinds if kind not in ONCE], k=max(0, count - len(kinds)))
    return [_typed(random, kind, (MAKERS | FORMS)[kind](random)) for kind in chosen]


def stamped(text: str, member: str, time: int) -> str:
    """An object with one more member, which holds the time in milliseconds."""
    return f'{{"{member}":{time * 1000},{text[1:]}'


def _typed(random: Random, kind: str, text: str) -> Body:
    if kind in FORMS:
        return Body(kind, text, FORM)
    return Body(kind, text, random.choice(JSON_TYPES), is_usable=kind != "text")


def _object(random: Random) -> str:
    return _members(random, DEPTH, _word)


def _members(random: Random, depth: int, string: Callable[[Random], str]) -> str:
    names = [f"id{random.getrandbits(64):x}", *(string(random) for _ in range(random.randint(0, 6)))]
    space = random.choice(("", " ", "\t", "\n  ", "\r\n"))
    members = (f"{_quoted(random, name)}:{space}{_value(random, depth - 1, string)}" for name in names)
    return "{" + f",{space}".join(members) + random.choice(("", space)) + "}"


def _value(random: Random, depth: int, string: Callable[[Random], str]) -> str:
    kind = random.randrange(7 if depth > 0 else 5)
    if kind == 0:
        return random.choice(("true", "false", "null"))
    if kind == 1:
        return random.choice(NUMBERS)
    if kind < 5:
        return _quoted(random, string(random))
    if kind == 5:
        return "[" + ", ".join(_value(random, depth - 1, string) for _ in range(random.randint(0, 4))) + "]"
    return _members(random, depth, string)


def _quoted(random: Random, text: str) -> str:
    return json.dumps(text, ensure_ascii=random.random() < 0.5)


def _word(random: Random) -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz_.-/ ", k=random.randint(1, 20)))


def _letters(random: Random) -> str:
    return "".join(chr(random.choice(script)) for script in random.choices(SCRIPTS, k=random.randint(0, 30)))


def _control(random: Random) -> str:
    return "".join(random.choices([*CONTROLS, "a"], k=random.randint(0, 20)))


def _controls(random: Random) -> str:
    # Half of a surrogate pair is refused only where it is read, as every name is.
    return _members(random, DEPTH, _control)[:-1] + r', "half": "\ud83d"}'


def _deep(random: Random) -> str:
    depth = random.randint(100, DEEP)
    opened, closed = random.choice((("[", "]"), ('{"a":', "}")))
    return f'{{"id{random.getrandbits(64):x}":' + opened * depth + "1" + closed * depth + "}"


def _large(random: Random) -> str:
    text = _quoted(random, "".join(_letters(random) for _ in range(50)))
    return f'{{"id{random.getrandbits(64):x}":[' + ",".join([text] * (LARGE // len(text.encode()))) + "]}"


def _text(random: Random) -> str:
    return random.choice("<!-#x\0\x1f\ufeff") + _letters(random) + "".join(random.choices(CONTROLS, k=9))


def _fields(random: Random) -> str:
    fields = {_word(random): _letters(random) + _word(random) for _ in range(random.randint(1, 8))}
    return urlencode({f"id{random.getrandbits(64):x}": "", **fields})


MAKERS: dict[str, Callable[[Random], str]] = {
    "empty": lambda _: "",
    "large": _large,
    "object": _object,
    "array": lambda random: f"[{_object(random)}, {_value(random, DEPTH, _word)}]",
    "unicode": lambda random: _members(random, DEPTH, _letters),
    "control": _controls,
    "deep": _deep,
    "text": _text,
}
FORMS: dict[str, Callable[[Random], str]] = {
    "fields": _fields,
    "payload": lambda random: urlencode({"payload": _object(random)}),
}
ONCE = ("empty", "large")
# They have no place for a time in the body.
NO_OBJECTS = ("empty", "array", "text")
