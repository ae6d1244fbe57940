"""Sealed files made by a second implementation of the format: pycryptodome and the standard library, nothing of this project.

    python -m tests.crypto.make_vectors [FOLDER]      (default: fixtures/vectors)

Nothing here is random, so that running it again gives the same bytes; fixtures/vectors/README.md says what is in a file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from Crypto.Cipher import AES
from Crypto.Hash import SHA512
from Crypto.Protocol.KDF import HKDF

UID = "0193f2a0-1111-7abc-8def-0123456789ab"
OTHER_UID = "0193f2a0-2222-7abc-8def-0123456789ab"
DEK, DEK2, OTHER_DEK = (hashlib.sha256(f"data key {n}".encode()).digest() for n in (1, 2, 3))
CREATED = "2026-11-24T05:28:00Z"
SEEN = [["contribution/00#muffin", 2, base64.b64encode(bytes(range(16))).decode()], ["dialogue", 1, base64.b64encode(bytes(16)).decode()]]
BODY = "I think the cache is too large.\n\n[TENSION T01: Größe gegen Tempo]\nNobody measured it.\n"
ORDER = {
    "contribution": ["blue", "dialogue", "round", "expert", "created"],
    "ruling": ["blue", "dialogue", "round", "created"],
    "verdict": ["blue", "dialogue", "created"],
    "dialogue": ["blue", "uid", "created", "experts", "panels", "max_rounds", "closed"],
}


def lp(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def derive(dek: bytes, salt: bytes, label: bytes) -> bytes:
    return HKDF(dek, 32, salt, SHA512, context=label + lp(b"1"))


class Sealed:
    """One sealed file in the making. Every part can be made wrong on its own before `text` puts them together."""

    def __init__(self, address: str, fields: dict[str, Any], plain: bytes, **other: Any) -> None:
        self.address, self.fields, self.plain = address, fields, plain
        self.uid = other.get("uid", UID)
        self.dek, self.version, self.rev = other.get("dek", DEK), other.get("version", 1), other.get("rev", 1)
        self.seen = other.get("seen", SEEN)
        self.key = f"dek#{self.uid}#{self.version}"
        seed = hashlib.sha512(repr((address, plain, self.rev, self.version, other.get("seed"))).encode()).digest()
        self.salt, self.nonce = seed[:32], seed[32:44]
        self.commit = derive(self.dek, self.salt, b"blue/v1/commit")
        self.inside = lp(canonical(self.seen), plain)
        self.body = self.encrypt()
        self.seal_line = ""

    def bound(self) -> bytes:
        entity = "dialogue/meta" if self.address == "dialogue" else self.address
        where = hashlib.sha256(f"dialogue:{self.uid}/entity:{entity}".encode()).digest()
        kind = self.address.partition("/")[0]
        values = [self.fields.get(name) for name in ORDER[kind]]
        values += [1, self.key, self.rev, b64(self.salt), b64(self.nonce), b64(self.commit)]
        return lp(b"1", where, *[canonical(value) for value in values])

    def encrypt(self) -> bytes:
        cipher = AES.new(derive(self.dek, self.salt, b"blue/v1/enc"), AES.MODE_GCM, nonce=self.nonce)
        cipher.update(self.bound())
        ciphertext, tag = cipher.encrypt_and_digest(self.inside)
        return ciphertext + tag

    def front(self) -> str:
        lines = []
        for name, value in self.fields.items():
            if name == "experts":
                lines += ["experts:"] + ["- " + flow(expert) for expert in value]
            else:
                lines.append(f"{name}: {flow(value)}")
        return "\n".join(lines) + "\n"

    def sealed(self, suite: int = 1) -> str:
        return (
            f'sealed: {{suite: {suite}, key: "{self.key}", rev: {self.rev}, salt: "{b64(self.salt)}", '
            f'nonce: "{b64(self.nonce)}", commit: "{b64(self.commit)}"}}\n'
        )

    def armour(self, width: int = 76) -> str:
        text = b64(self.body)
        lines = [text[at : at + width] for at in range(0, len(text), width)]
        return "\n".join(["-----BEGIN BLUE SEALED ROUND-----", *lines, "-----END BLUE SEALED ROUND-----", ""])

    def text(self) -> str:
        return f"---\n{self.front()}{self.seal_line}{self.sealed()}---\n{self.armour()}"


def flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return str(value) or '""'


def contribution(**other: Any) -> Sealed:
    plain = f"---\nblue: 1\ndialogue: {UID}\nround: 0\nexpert: strudel\ncreated: {CREATED}\nids: {{T01: T0001}}\n---\n{BODY}"
    fields = {"blue": 1, "dialogue": other.get("uid", UID), "round": 0, "expert": "strudel", "created": CREATED}
    return Sealed("contribution/00#strudel", fields, plain.encode(), **other)


def ruling() -> Sealed:
    plain = f"---\nblue: 1\ndialogue: {UID}\nround: 3\ncreated: {CREATED}\n---\n[ACCEPTED T0003: we live with it]\n"
    fields = {"blue": 1, "dialogue": UID, "round": 3, "created": CREATED}
    return Sealed("ruling/03#MUFFIN-T0003", fields, plain.encode(), rev=4)


def score() -> Sealed:
    plain = f"---\nblue: 1\ndialogue: {UID}\nround: 12\nexpert: scone\ncreated: {CREATED}\nscores: {{W: 8, C: 6, T: 5, R: 5}}\n---\n"
    fields = {"blue": 1, "dialogue": UID, "round": 12, "created": CREATED}
    return Sealed("ruling/12#score-scone", fields, plain.encode(), seen=[])


def verdict() -> Sealed:
    plain = f"---\nblue: 1\ndialogue: {UID}\nkind: final\nround: 3\nauthor: judge\ncreated: {CREATED}\n---\nKeep it small.\n"
    return Sealed("verdict/final-2", {"blue": 1, "dialogue": UID, "created": CREATED}, plain.encode(), dek=DEK2, version=2)


def dialogue() -> Sealed:
    plain = (
        f"---\nblue: 1\nuid: {UID}\ntitle: Secret title\ncreated: {CREATED}\nexperts:\n"
        '- {slug: muffin, role: "Data, modeling", tier: core, reason: Secret}\n- {slug: scone, from_round: 1, to_round: 4}\n'
        f"panels: {{2: [muffin, scone]}}\nmax_rounds: 8\nclosed: {{at: {CREATED}, reason: Secret}}\n---\nBackground.\n"
    )
    fields = {
        "blue": 1,
        "uid": UID,
        "created": CREATED,
        "experts": [{"slug": "muffin", "tier": "core"}, {"slug": "scone", "from_round": 1, "to_round": 4}],
        "panels": {"2": ["muffin", "scone"]},
        "max_rounds": 8,
        "closed": {"at": CREATED},
    }
    return Sealed("dialogue", fields, plain.encode())


# --- good files ------------------------------------------------------------------------------------------------

Vector = tuple[str, str, Sealed, bytes]  # what it shows, what to expect, where it lies and which keys there are, its bytes


def good() -> dict[str, Vector]:
    bare = Sealed(
        "contribution/07#no", {"blue": 1, "dialogue": UID, "round": 7, "expert": "no", "created": ""}, b"\xff\x00 no front matter", seen=[]
    )
    empty = Sealed("verdict/minority-muffin", {"blue": 1, "dialogue": UID, "created": ""}, b"", seen=[])
    small = dialogue()
    small.fields = {"blue": 1, "uid": UID, "created": CREATED}
    small.plain = f"---\nblue: 1\nuid: {UID}\ntitle: Secret title\ncreated: {CREATED}\n---\n".encode()
    small.inside = lp(canonical(small.seen), small.plain)
    small.body = small.encrypt()
    quoted = bare.text().replace("expert: no\n", 'expert: "no"\n')  # a bare `no` would be false to YAML 1.1
    text = contribution().text()
    return {
        "contribution": ("a contribution", "ok", contribution(), text.encode()),
        "contribution-crlf": ("line ends CRLF", "ok", contribution(), text.replace("\n", "\r\n").encode()),
        "contribution-no-final-newline": ("the last line feed is missing", "ok", contribution(), text[:-1].encode()),
        "contribution-bare": ("no front matter inside, no text, a slug that needs quotes", "ok", bare, quoted.encode()),
        "ruling": ("a ruling, changed three times", "ok", ruling(), ruling().text().encode()),
        "score": ("a score, of a writer who saw nothing", "ok", score(), score().text().encode()),
        "verdict": ("a verdict, under version 2 of the data key", "ok", verdict(), verdict().text().encode()),
        "verdict-empty": ("an empty file", "ok", empty, empty.text().encode()),
        "dialogue": ("a dialogue.md with all its readable fields", "ok", dialogue(), dialogue().text().encode()),
        "dialogue-small": ("a dialogue.md with the fewest readable fields", "ok", small, small.text().encode()),
    }


# --- one fault a file --------------------------------------------------------------------------------------------


def faults() -> dict[str, Vector]:
    return {**wrong_bytes(), **wrong_fields(), **wrong_places(), **wrong_spelling(), **wrong_insides()}


def changed(what: str, expect: str, old: str, new: str) -> Vector:
    text = contribution().text()
    assert text.count(old) == 1, (what, old)
    return what, expect, contribution(), text.replace(old, new).encode()


def wrong_bytes() -> dict[str, Vector]:
    commit, tag, body = contribution(), contribution(), contribution()
    commit.commit = bytes([commit.commit[0] ^ 1]) + commit.commit[1:]
    commit.body = commit.encrypt()  # a tag that holds over the wrong commitment
    tag.body = tag.body[:-1] + bytes([tag.body[-1] ^ 1])
    body.body = bytes([body.body[0] ^ 128]) + body.body[1:]
    salt, nonce = contribution(), contribution()
    salt.salt = bytes(32)
    nonce.nonce = bytes(12)
    return {
        "commit": ("another commitment, the tag right", "moved", contribution(), commit.text().encode()),
        "tag": ("the last bit of the tag", "moved", contribution(), tag.text().encode()),
        "ciphertext": ("the first bit of the ciphertext", "moved", contribution(), body.text().encode()),
        "salt": ("another salt", "moved", contribution(), salt.text().encode()),
        "nonce": ("another nonce", "moved", contribution(), nonce.text().encode()),
        "two-keys": two_keys(contribution()),
    }


def wrong_fields() -> dict[str, Vector]:
    dialog = dialogue().text()
    return {
        "field-blue": changed("blue: 2", "moved", "blue: 1", "blue: 2"),
        "field-dialogue": changed("another uid in it", "moved", f"dialogue: {UID}", f"dialogue: {OTHER_UID}"),
        "field-round": changed("another round in it", "moved", "round: 0", "round: 1"),
        "field-expert": changed("another expert in it", "moved", "expert: strudel", "expert: muffin"),
        "field-created": changed("another time in it", "moved", CREATED, CREATED.replace("2026", "2025")),
        "field-rev": changed("another revision in it", "moved", "rev: 1", "rev: 2"),
        "field-key": changed("a version of the key that there is, but another one", "moved", f"{UID}#1", f"{UID}#2"),
        "field-key-uid": changed("the key of another dialogue", "moved", f"dek#{UID}", f"dek#{OTHER_UID}"),
        "field-tier": ("another tier", "moved", dialogue(), dialog.replace("tier: core", "tier: wildcard").encode()),
        "field-expert-gone": ("one expert less", "moved", dialogue(), dialog.replace("- {slug: muffin, tier: core}\n", "").encode()),
        "field-closed-gone": ("no longer closed", "moved", dialogue(), dialog.replace(f"closed: {{at: {CREATED}}}\n", "").encode()),
        "no-such-version": changed("a version of the key that there is not", "no-such-version", f"{UID}#1", f"{UID}#3"),
    }


def wrong_places() -> dict[str, Vector]:
    elsewhere, foreign, mine = contribution(), contribution(uid=OTHER_UID), contribution()
    elsewhere.address = "contribution/01#strudel"
    relabelled = contribution()
    relabelled.address, relabelled.fields = "contribution/00#muffin", {**relabelled.fields, "expert": "muffin"}
    as_score = ruling()
    as_score.address = "ruling/03#score-muffin"
    another_key = contribution(dek=OTHER_DEK)
    return {
        "moved": ("it lies in another round", "moved", elsewhere, mine.text().encode()),
        "relabelled": ("it lies as another expert's, and says so", "moved", relabelled, relabelled.text().encode()),
        "renamed-ruling": ("a ruling under another name, of which it says nothing", "moved", as_score, ruling().text().encode()),
        "foreign": ("of another dialogue", "moved", mine, foreign.text().encode()),
        "foreign-key": ("sealed with a key that is not the dialogue's", "moved", mine, another_key.text().encode()),
    }


def wrong_spelling() -> dict[str, Vector]:
    one = contribution()
    text, end = one.text(), "-----END BLUE SEALED ROUND-----\n"
    lines = text.split("\n")
    assert b64(one.body)[-1] == "=" and b64(one.salt)[-2] in "AEIMQUYcgkosw048"
    stray = text.replace(b64(one.salt), b64(one.salt)[:-2] + chr(ord(b64(one.salt)[-2]) + 1) + "=")
    tail = b64(one.body)[-8:]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = len(tail.rstrip("=")) - 1
    second = tail[:at] + alphabet[alphabet.index(tail[at]) + 1] + tail[at + 1 :]
    cases = {
        "truncated": ("the second half is gone", text[: len(text) // 2]),
        "truncated-end": ("the last line is gone", text[: -len(end)]),
        "trailing": ("a line behind the end", text + "more\n"),
        "trailing-newline": ("an empty line behind the end", text + "\n"),
        "leading": ("an empty line before it", "\n" + text),
        "bom": ("a byte order mark", "\ufeff" + text),
        "line-length": ("lines of 64 characters", text.replace(one.armour(), one.armour(64))),
        "line-blank": ("a blank at the end of a line", text.replace(lines[11], lines[11] + " ")),
        "base64-stray-bits": ("the same salt in a second spelling", stray),
        "base64-stray-body": ("the same body in a second spelling", text.replace(tail, second)),
        "base64-no-padding": ("no padding", text.replace(tail, tail.rstrip("="))),
        "missing-field": ("no `created`", text.replace(f"created: {CREATED}\n", "")),
        "missing-rev": ("no `rev`", text.replace("rev: 1, ", "")),
        "extra-field": ("a field more", text.replace("sealed:", "note: x\nsealed:")),
        "extra-sealed": ("a field more in `sealed`", text.replace("suite: 1", "suite: 1, zip: 1")),
        "order": ("two fields the other way round", text.replace("blue: 1\n", "").replace("round: 0\n", "blue: 1\nround: 0\n")),
        "quotes": ("a value in quotes that needs none", text.replace("expert: strudel", 'expert: "strudel"')),
        "number": ("a number with a zero before it", text.replace("round: 0", "round: 00")),
        "comment": ("a comment", text.replace("round: 0", "round: 0 # first")),
        "newline-mixed": ("one CRLF among line feeds", text.replace("round: 0\n", "round: 0\r\n")),
    }
    made: dict[str, Vector] = {name: (what, "malformed", contribution(), data.encode()) for name, (what, data) in cases.items()}
    cut = "\n".join([line for n, line in enumerate(lines) if n != 11])
    made["truncated-line"] = ("a line of base64 is gone, the end is there: well-formed", "moved", contribution(), cut.encode())
    made["suite"] = changed("suite 2", "unsupported", "suite: 1", "suite: 2")
    made["suite-fields"] = changed("suite 2 with other fields", "unsupported", "{suite: 1, ", "{suite: 2, mode: x, ")
    made["format"] = changed("blue: 2 with a field more", "unsupported", "blue: 1\n", "blue: 2\nnew: field\n")
    return made


def wrong_insides() -> dict[str, Vector]:
    """Made with the right key: only somebody who has it could, or a mistake in another program."""
    created, seen, order = contribution(), contribution(), contribution(seen=SEEN[::-1])
    created.fields = {**created.fields, "created": "2020-01-01T00:00:00Z"}
    created.body = created.encrypt()
    seen.inside = lp(b'[ ["dialogue",1,"x"] ]', seen.plain)
    seen.body = seen.encrypt()
    trailing = contribution()
    trailing.inside += b"x"
    trailing.body = trailing.encrypt()
    uid = dialogue()
    uid.plain = uid.plain.replace(UID.encode(), OTHER_UID.encode())
    uid.inside = lp(canonical(uid.seen), uid.plain)
    uid.body = uid.encrypt()
    return {
        "mislabelled": ("the readable time is another than inside", "mislabelled", created, created.text().encode()),
        "mislabelled-uid": ("a dialogue.md with another uid inside", "mislabelled", uid, uid.text().encode()),
        "inside-seen": ("a list of what was seen that is none", "malformed", seen, seen.text().encode()),
        "inside-order": ("a list of what was seen in another order", "malformed", order, order.text().encode()),
        "inside-trailing": ("a byte behind the inside", "malformed", trailing, trailing.text().encode()),
    }


# --- one ciphertext, two keys ----------------------------------------------------------------------------------

_R = 0xE1 << 120


def times(x: int, y: int) -> int:
    """In the field of GCM (NIST SP 800-38D, section 6.3), the first bit being the highest."""
    z = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            z ^= y
        y = y >> 1 ^ (_R if y & 1 else 0)
    return z


def power(x: int, n: int) -> int:
    result = 1 << 127
    for bit in bin(n)[2:]:
        result = times(result, result)
        if bit == "1":
            result = times(result, x)
    return result


def blocks(data: bytes) -> list[int]:
    padded = data + bytes(-len(data) % 16)
    return [int.from_bytes(padded[at : at + 16], "big") for at in range(0, len(padded), 16)]


def tag_of(key: bytes, nonce: bytes, bound: bytes, ciphertext: bytes) -> tuple[int, int]:
    """The tag, and the hash key."""
    cipher = AES.new(key, AES.MODE_ECB)
    h = int.from_bytes(cipher.encrypt(bytes(16)), "big")
    lengths = (len(bound) * 8).to_bytes(8, "big") + (len(ciphertext) * 8).to_bytes(8, "big")
    y = 0
    for block in [*blocks(bound), *blocks(ciphertext), *blocks(lengths)]:
        y = times(y ^ block, h)
    return y ^ int.from_bytes(cipher.encrypt(nonce + b"\0\0\0\1"), "big"), h


def two_keys(one: Sealed) -> Vector:
    """A ciphertext whose tag holds under version 1 and under version 2 of the data key.

    The last block is free: it solves the equation that both tags are one. It says version 2, whose commitment is not there.
    """
    one.version, one.key, one.fields = 2, f"dek#{UID}#2", {**one.fields, "created": ""}
    first, second = derive(DEK, one.salt, b"blue/v1/enc"), derive(DEK2, one.salt, b"blue/v1/enc")
    inside = lp(b"[]", b"x" * (12 * 16 - 10))
    cipher = AES.new(first, AES.MODE_GCM, nonce=one.nonce)
    start = cipher.encrypt(inside)[:-16]
    bound = one.bound()
    free = start + bytes(16)
    (tag1, h1), (tag2, h2) = tag_of(first, one.nonce, bound, free), tag_of(second, one.nonce, bound, free)
    factor = times(h1, h1) ^ times(h2, h2)  # the last block of text is multiplied twice
    block = times(tag1 ^ tag2, power(factor, 2**128 - 2))
    body = start + block.to_bytes(16, "big")
    tag = tag_of(first, one.nonce, bound, body)[0]
    assert tag == tag_of(second, one.nonce, bound, body)[0]
    one.body = body + tag.to_bytes(16, "big")
    for key in (first, second):  # AES-GCM itself takes both
        check = AES.new(key, AES.MODE_GCM, nonce=one.nonce)
        check.update(bound)
        check.decrypt_and_verify(body, one.body[-16:])
    return "one ciphertext whose tag holds under two data keys", "moved", one, one.text().encode()


# --- files -------------------------------------------------------------------------------------------------------


def header(what: str, expect: str, at: Sealed) -> str:
    lines = [f"what: {what}", f"expect: {expect}", f"uid: {at.uid}", f"address: {at.address}"]
    lines += [f"dek 1: {DEK.hex()}", f"dek 2: {DEK2.hex()}"]
    if expect == "ok":
        lines += [f"rev: {at.rev}", f"seen: {canonical(at.seen).decode()}", f"plain: {b64(at.plain)}"]
    return "\n".join(lines) + "\n\n"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (what, expect, at, data) in {**good(), **faults()}.items():
        prefix = "ok" if expect == "ok" else "bad"
        (folder / f"{prefix}-{name}.txt").write_bytes(header(what, expect, at).encode() + data)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "fixtures" / "vectors"))
