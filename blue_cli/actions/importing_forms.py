"""What is handed in, told apart by what it says and not only by its name: bytes become a dialogue's files.

    markdown with a heading `## Round N`       an older single-file record → an older dialogue, read as it lies
    JSON with "schema": "blue/export@1"        an export → the dialogue it was made of, to the byte
    JSON with "rounds"                         plain rounds (`rounds@1`) → a native dialogue, checked as round add checks
    a folder with dialogue.md or round-N       a dialogue's folder → the same files

Nothing is filled in that is not said: no dates, no roles. Everything that is wrong is found in one go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.actions.load import fold, unread
from blue_cli.dialogue import binding, document, exported, frontmatter, jsontext, plain_rounds, record
from blue_cli.dialogue.edition import with_front
from blue_cli.dialogue.exported import Problem
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, address_of, contribution, is_name, path_of, slugify, uid_in
from blue_cli.dialogue.meta import FORMAT, expert_fields
from blue_cli.dialogue.plain_rounds import Rounds
from blue_cli.dialogue.rulebook import ADVICE, ERROR, WARNING
from blue_cli.dialogue.rules import ALONE, check
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding
from blue_cli.stores.base import Snapshot, Unread
from blue_cli.stores.limits import BLOB
from blue_cli.stores.sealed import holds_seal

RECORD, EXPORT, ROUNDS, COPY = FORMS = ("record", "export", "rounds", "folder")
NO_FORM = "no form of a dialogue that blue knows"
MAX_JSON = 64 << 20  # bytes
MAX_PROBLEMS = 200  # of one JSON, told one by one
_ENDINGS = re.compile(r"(?:\.dialogue)?(?:\.recorded)?\.(?:md|markdown|json)\Z|\.dialogue\Z", re.I)
_FORMS = (
    'blue reads an older record (markdown with headings `## Round 0` and `### Muffin \U0001f9c1`), what `blue export` wrote, '
    'a JSON of rounds ({"title": …, "rounds": […]}; blue schema rounds), and the folder of a dialogue'
)


class Arrival(NamedTuple):
    """A dialogue that came from outside. `minted`: its uid is new and stands for nothing yet."""

    name: str
    form: str
    id: str
    uid: str
    blobs: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()
    minted: bool = False

    @property
    def graph(self) -> Graph:
        """What it says."""
        return fold(self.snapshot)

    @property
    def sealed(self) -> bool:
        """Whether it is sealed, which only a folder can be: then nobody has read it."""
        return self.form == COPY and holds_seal(self.blobs)

    @property
    def snapshot(self) -> Snapshot:
        """As it would lie in a store."""
        return Snapshot(self.uid, self.id, self.blobs, "")


def read_file(name: str, data: bytes, id: str, mint: Callable[[], str]) -> Arrival:
    """The dialogue in a file. `id` is the one it is to have, empty: as it says, or after the file's name. Never raises
    for what the file holds: a finding with severity error keeps the dialogue out."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return _json(name, data, id, mint) if head in (b"{", b"[") else _record(name, data, id)


def read_folder(name: str, blobs: Mapping[str, bytes], left: Sequence[Unread], id: str) -> Arrival:
    """A dialogue's own folder. What in it could not be read keeps it out: half a dialogue is another dialogue."""
    id = id or _base(name)
    found = [Finding(u.rule, u.message, f"{name}/{u.path}", fix=u.fix, severity=ERROR) for u in unread(Snapshot("", id, {}, "", left))]
    return _named(Arrival(name, COPY, id, uid_in(blobs.get(DIALOGUE, b"")[:BLOB], id), blobs, tuple(found)))


def is_dialogue(paths: Sequence[str]) -> bool:
    """Whether a folder with these files and folders in it is a dialogue's own."""
    return any(path == "dialogue.md" or re.fullmatch(r"round-[0-9]{1,2}", path) for path in paths)


def _base(name: str) -> str:
    """An id from a file's name: as it is where it can be one."""
    base = _ENDINGS.sub("", name.replace("\\", "/").rstrip("/").rpartition("/")[2])
    return base if is_name(base) else slugify(base, "")


def _named(arrival: Arrival) -> Arrival:
    """With an error when nothing says by what id it should be known."""
    if is_name(arrival.id):
        return arrival
    finding = Finding("invalid-id", "its name gives no dialogue id", arrival.name, fix="--id ID", severity=ERROR)
    return arrival._replace(findings=(*arrival.findings, finding))


# --- records -------------------------------------------------------------------------------------------------------


def _record(name: str, data: bytes, id: str) -> Arrival:
    cut = record.read(data)
    id = id or _base(name)
    found = [f._replace(path=name, why=_FORMS if f.message == record.NO_ROUND else f.why) for f in cut.findings]
    for address, content in cut.blobs.items():
        if len(content) > BLOB:
            said = f"{path_of(address)} would be over {BLOB >> 20} MiB"
            found.append(Finding("limit", said, name, cut.line(address, 1), 1, fix="split it", severity=ERROR))
    arrival = _named(Arrival(name, RECORD, id, f"older:{id}", cut.blobs, tuple(found)))
    if not is_name(id) or not cut.blobs:
        return arrival
    told = [f for f in _said(arrival, cut) if f.rule in ALONE or not errors(arrival)]  # the others may follow from an error
    return arrival._replace(findings=tuple(sorted([*found, *told], key=_place)))


def _said(arrival: Arrival, cut: record.Record) -> list[Finding]:
    """What `check` finds in the files, at the lines of the record. An older dialogue's mistakes are warnings."""
    findings = []
    for finding in check(fold(arrival.snapshot, near=True), arrival.blobs):
        address = _address(arrival, finding)
        first, last = cut.line(address, finding.line), cut.line(address, finding.end_line)
        if finding.severity != ADVICE:
            findings.append(finding._replace(path=arrival.name, line=first, end_line=last, column=finding.column if first else 0))
    return findings


def _address(arrival: Arrival, finding: Finding) -> str:
    return address_of(finding.path.removeprefix(f"{FOLDER}{arrival.id}/"))


def _place(finding: Finding) -> tuple[int, int, str]:
    return finding.line, finding.column, finding.rule


def errors(arrival: Arrival) -> list[Finding]:
    """What keeps it out."""
    return [f for f in arrival.findings if f.severity == ERROR]


# --- JSON ----------------------------------------------------------------------------------------------------------


def _json(name: str, data: bytes, id: str, mint: Callable[[], str]) -> Arrival:
    value, problem = document.read_json(data, MAX_JSON)
    if problem:
        text = data.decode("utf-8-sig", "replace") if len(data) <= MAX_JSON else ""
        rule = "limit" if problem.startswith("over ") else "encoding" if problem.startswith("not UTF-8") else "front-matter"
        finding = Finding(rule, f"no JSON that can be read: {problem}", name, *jsontext.problem_place(text, problem), severity=ERROR)
        return Arrival(name, "", "", "", {}, (finding,))
    schema = value.get("schema") if isinstance(value, dict) else None
    if isinstance(value, dict) and schema == exported.SCHEMA:
        return _export(name, data, value, id)
    if isinstance(value, dict) and schema is None and ("rounds" in value or "$schema" in value) and "dialogue" not in value:
        return _rounds(name, data, value, id, mint)
    rule, said = "missing-field", NO_FORM
    if isinstance(schema, str) and schema.startswith(exported.SCHEMA.partition("@")[0] + "@"):
        rule, said = "newer-format", f"{schema[:60]!r}: this blue knows {exported.SCHEMA}"
    return Arrival(name, "", "", "", {}, (Finding(rule, said, name, 1, 1, why=_FORMS, severity=ERROR),))


def _pointed(name: str, data: bytes, problems: Sequence[Problem]) -> tuple[Finding, ...]:
    """Problems with the lines and columns of the JSON."""
    there = jsontext.places(data.decode("utf-8-sig"), [p.path for p in problems[:MAX_PROBLEMS]]) if problems else {}
    found = []
    for p in problems[:MAX_PROBLEMS]:
        line, column = jsontext.nearest(there, p.path)
        message = jsontext.shown(p.path) + p.message
        found.append(Finding(p.rule, message, name, line, column, fix=p.fix, severity=p.severity or ERROR))
    if len(problems) > MAX_PROBLEMS:
        found.append(Finding("limit", f"{len(problems) - MAX_PROBLEMS} more problems", name, severity=ERROR))
    return tuple(found)


def _export(name: str, data: bytes, value: dict[str, Any], id: str) -> Arrival:
    said, problems = exported.read(value)
    blobs = dict(sorted(said.blobs.items()))
    id = id or said.id
    uid = uid_in(blobs.get(DIALOGUE, b"")[:BLOB], id)
    if not problems and said.uid.partition(":")[0] not in ("older", "copy") and said.uid != uid:
        fix = "nothing, if somebody changed its dialogue.md on purpose"
        message = f"the export says {said.uid[:60]!r}, its dialogue.md {uid!r}: the file decides"
        problems.append(Problem("identity-mismatch", ("dialogue", "uid"), message, fix, WARNING))
    if holds_seal(blobs):  # an export holds plaintext: what is sealed in it, no key would open again
        message = "a sealed file: an export has none"
        problems.append(Problem("sealed-unreadable", ("contributions",), message, "blue export --plaintext, where a key opens it", ERROR))
    return Arrival(name, EXPORT, id, uid, blobs, _pointed(name, data, problems))


def _rounds(name: str, data: bytes, value: dict[str, Any], id: str, mint: Callable[[], str]) -> Arrival:
    said, problems = plain_rounds.read(value)
    findings = _pointed(name, data, problems)
    id = id or said.id or _dated(said)
    if findings:
        return Arrival(name, ROUNDS, id, "", {}, findings, True)
    uid = mint()
    arrival = _named(Arrival(name, ROUNDS, id, uid, registered(said, id, uid), (), True))
    if errors(arrival):
        return arrival
    return arrival._replace(findings=_judged(arrival, said, data))


def _dated(said: Rounds) -> str:
    """The id that `blue dialogue new` would have given, as far as it is said when that was."""
    minute = f"{said.created[:13]}{said.created[14:16]}Z-" if said.created else ""
    return minute + slugify(said.title)


def registered(said: Rounds, id: str, uid: str) -> dict[str, bytes]:
    """The files of a native dialogue, with every display id assigned and every reference bound."""
    about: dict[str, Any] = {
        "blue": FORMAT, "uid": uid, "title": said.title, "question": said.question or None, "created": said.created or None,
        "experts": [expert_fields(e) for e in said.experts] or None,
    }  # fmt: skip
    blobs = {DIALOGUE: document.join(False, frontmatter.write(about, "dialogue"), said.background)}
    for text in said.texts:
        fields = {"blue": FORMAT, "dialogue": uid, "round": text.round, "expert": text.author}
        front = frontmatter.write(fields, "contribution")
        blobs[contribution(text.round, text.author)] = document.join(False, front, text.text)
    for field, make in (("ids", binding.assign), ("refs", binding.bind)):
        graph = fold(Snapshot(uid, id, blobs, ""))
        for source in graph.sources.files:
            if made := make(graph, source):
                blobs[source.address] = with_front(source.path, blobs[source.address], {field: made}, "contribution")
    return dict(sorted(blobs.items()))


def _judged(arrival: Arrival, said: Rounds, data: bytes) -> tuple[Finding, ...]:
    """What `check` finds in the texts, at the places of the JSON where they stand."""
    found = [f for f in check(fold(arrival.snapshot, near=True), arrival.blobs) if f.severity != ADVICE]
    texts = {contribution(text.round, text.author): text for text in said.texts}
    there = jsontext.places(data.decode("utf-8-sig"), [text.place for text in said.texts]) if found else {}
    findings = []
    for finding in found:
        text = texts.get(_address(arrival, finding))
        place = jsontext.nearest(there, text.place if text else ())
        lines = finding.line - document.read(arrival.blobs[_address(arrival, finding)]).start_line + 1 if text else 0
        where = f"round {text.round}, {text.author or JUDGE}{f', line {lines}' if lines > 0 else ''}: " if text else ""
        found_at = finding._replace(path=arrival.name, line=place[0], column=place[1], end_line=0, end_column=0)
        findings.append(found_at._replace(message=where + finding.message))
    return tuple(findings)
