"""What is wrong with files: where they lie, what their front matter says, and text that should not be there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from blue_cli.dialogue import blocks, document, frontmatter, nearmiss
from blue_cli.dialogue.ids import JUDGE, ROUND, path_of, split_address
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.places import Case, on_key
from blue_cli.dialogue.sources import FOLDER, Source
from blue_cli.errors import Finding

# Not among them: the joiners U+200C and U+200D, which Persian and emoji need, and tag characters inside a flag.
_BIDI = pattern(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|(?<!\U0001f3f4)(?<![\U000e0000-\U000e007f])[\U000e0000-\U000e007f]"
)
_OURS, _THEIRS = b"<<<<<<< ", b">>>>>>> "
_END = ">>>>>>> "
_UNREAD = ("front-matter", "limit", "encoding")
MOST = 100  # findings of one kind in one file, where more would say nothing new
_CONFLICT = pattern(r"^(?:<<<<<<<|>>>>>>>) ", re.M)
_ROUNDISH = pattern(r"rounds?[-_ ]?\d+", re.I)


def read(case: Case) -> Iterator[Finding]:
    """What reading found; of `dialogue.md` on the line of the field that it names."""
    for finding in case.graph.sources.findings:
        about = finding.path == case.about and finding.line == finding.column == 1
        yield _on_field(case, finding) if about else finding


def _on_field(case: Case, finding: Finding) -> Finding:
    parts = document.read(case.blobs.get("dialogue", b""))
    key = finding.message.split(":")[0].split(" ")[0]
    match = re.compile(rf"^(?:{re.escape(key)}|{re.escape(key)}s)(?=[ \t]*:)", re.M).search(parts.text, 0, parts.start)
    if match is None:
        return finding
    line = parts.text.count("\n", 0, match.start()) + 1
    return finding._replace(line=line, column=1, end_line=line, end_column=1 + len(match[0]))


def others(case: Case) -> Iterator[Finding]:
    """Markdown that no marker is read from: verdicts, summaries and the like must still be text."""
    known = {source.address for source in case.read} | {"dialogue"}
    for address, data in case.blobs.items():
        if address in known:
            continue
        path = path_of(address)
        if not path.endswith(".md"):
            continue
        parts = document.read(data)
        path = f"{FOLDER}{case.graph.meta.id}/{path}"
        if parts.problem:
            yield Finding(parts.problem, parts.message, path, parts.line, parts.column)
        if parts.front is not None and address.startswith("verdict/"):
            for line, column, message in frontmatter.read(parts.front)[1]:
                yield Finding("front-matter", message, path, parts.front_line + line - 1, column)


def texts(case: Case) -> Iterator[Finding]:
    """Conflict markers and characters that hide, in every file. Almost all are passed over by two tests in C."""
    for address, data in case.blobs.items():
        conflict = _OURS in data and _THEIRS in data
        if not conflict and data.isascii():
            continue
        path = f"{FOLDER}{case.graph.meta.id}/{path_of(address)}"
        parts = document.read(data)
        text = parts.text.replace("\r\n", "\n").replace("\r", "\n")
        if conflict:
            yield from _conflicts(path, text, parts)
        if not data.isascii() and path.endswith(".md") and parts.problem not in ("encoding", "limit"):
            yield from _hidden(path, text)


def _conflicts(path: str, text: str, parts: document.Document) -> Iterator[Finding]:
    """The first lines of conflicts, at most `MOST`: `<<<<<<<` with a `>>>>>>>` further down, outside of code."""
    shown = _fenced(text.split("\n", parts.start_line - 1)[-1])
    open: tuple[int, re.Match[str]] | None = None
    found = 0
    for line, match in _numbered(_CONFLICT.finditer(text), text):
        if match[0] != _END:
            open = open or (line, match)
            continue
        if open and open[0] - parts.start_line not in shown:
            found += 1
            width = text.find("\n", open[1].start()) - open[1].start()
            why = "git could not merge two versions of this file, and both stand in it"
            yield Finding("conflict-marker", "an unresolved merge conflict", path, open[0], 1, open[0], 1 + width, why=why)
        open = None
        if found >= MOST:
            return


def _fenced(body: str) -> set[int]:
    """The lines of a body that are code for certain; after a conflict a fence may be open that was none."""
    read = blocks.read(body)
    ends = [end for end in (read.unclosed, read.beyond) if end >= 0]
    return {i for i, kind in enumerate(read.kinds[: min(ends, default=None)]) if kind == blocks.CODE}


def _hidden(path: str, text: str) -> Iterator[Finding]:
    """The first hidden character of each line, at most `MOST`."""
    last = found = 0
    for line, match in _numbered(_BIDI.finditer(text), text):
        if line != last and found < MOST:
            last = line
            found += 1
            column = match.start() - text.rfind("\n", 0, match.start())
            message = f"U+{ord(match[0]):04X} is invisible and makes the text read differently from what it is"
            yield Finding("bidi-text", message, path, line, column, line, column + 1, why="people and programs see different text")


def _numbered(matches: Iterable[re.Match[str]], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Each match with its line, from 1. Counts on, since counting anew takes minutes for a file made of nothing else."""
    line, at = 1, 0
    for match in matches:
        line += text.count("\n", at, match.start())
        at = match.start()
        yield line, match


def near_misses(case: Case) -> Iterator[Finding]:
    """Markers that are none by a hair, and text too deep to be read."""
    for source in case.read:
        nears = nearmiss.find(source)
        for near, line, column in nearmiss.lines_of(nears, source.text):
            yield Finding(
                near.rule, near.message, source.path, line, column, line, column + near.end - near.pos,
                why=near.why, fix=near.fix, fixable=bool(near.replacement), suggestions=(near.replacement,) if near.replacement else (),
            )  # fmt: skip
        deep = nearmiss.beyond(source)
        if deep is not None:
            why = "lists and quotes in lists, or very many lines and cells, take too long to read"
            yield Finding(
                "limit",
                "from here on the text is nested too deeply, or too long, to be read",
                source.path,
                deep,
                1,
                why=why,
                fix="flatten it, or split the file",
            )


# --- paths ---------------------------------------------------------------------------------------------------


def paths(case: Case) -> Iterator[Finding]:
    """Files that look like contributions, rulings or verdicts and are none, since their path is not one."""
    for address in case.blobs:
        if address.startswith("file/") and address.endswith(".md") and not address.endswith((".prompt.md", ".summary.md")):
            path = address[5:]
            found = _misplaced(path.split("/"))
            if found:
                rule, message, fix = found
                yield Finding(rule, message, f"{FOLDER}{case.graph.meta.id}/{path}", 1, 1, why="it is not read", fix=fix)


def _misplaced(parts: list[str]) -> tuple[str, str, str] | None:
    folder, name = parts[0], parts[-1]
    if len(parts) < 2 or name.startswith("."):
        return None
    if ROUND.fullmatch(folder):
        inside = len(parts) == 2 or (len(parts) == 3 and parts[1] == "rulings")
        return ("invalid-id", f"{name[:-3]}: no name for a file of a round", "use letters, digits and hyphens") if inside else None
    if folder == "verdicts" and len(parts) == 2:
        return "invalid-id", f"{name[:-3]}: no name for a verdict", "use letters, digits and hyphens"
    if not _ROUNDISH.fullmatch(folder):
        return None
    digits = re.sub(r"\D", "", folder).lstrip("0") or "0"
    if len(digits) > 2:
        return "limit", f"{folder}: rounds go from 0 to 99", "start another dialogue"
    return "invalid-id", f"{folder}: no name for a round", f"rename it to round-{digits}"


def twins(case: Case) -> Iterator[Finding]:
    """Names that some file systems take for one."""
    seen: dict[str, str] = {}
    for address in sorted(case.blobs):
        if not address.startswith("file/"):
            first = seen.setdefault(address.casefold(), address)
            if first != address:
                message = f"{path_of(address)} and {path_of(first)} are one name on some machines"
                path = f"{FOLDER}{case.graph.meta.id}/{path_of(address)}"
                yield Finding(
                    "duplicate-id", message, path, 1, 1, why="names are compared without regard to case", fix="rename one of them"
                )


def gaps(case: Case) -> Iterator[Finding]:
    """Rounds that nobody wrote in, before one that somebody did."""
    expected = 0
    for source in case.graph.sources.files:
        if source.round > expected:
            missing = f"round {expected}" if source.round == expected + 1 else f"rounds {expected} to {source.round - 1}"
            yield Finding(
                "round-gap",
                f"round {source.round} without {missing}",
                source.path,
                1,
                1,
                why="rounds are counted without gaps",
                fix="rename the folder, or bring back what is missing",
            )
        expected = max(expected, source.round + 1)


# --- who and where, as the front matter says -----------------------------------------------------------------


def strangers(case: Case) -> Iterator[Finding]:
    """Authors that `dialogue.md` does not name, each once, and names of its panels that are no expert's."""
    unread = any(f.path == case.about and f.rule in _UNREAD for f in case.graph.sources.findings)
    if not case.native or unread:  # one broken line there would make strangers of all
        return
    known = {expert.slug for expert in case.graph.meta.experts} | {JUDGE}
    for source in case.graph.sources.files:
        if source.author not in known:
            known.add(source.author)
            yield _stranger(source.path, source.author)
    for slug in sorted({slug for panel in case.graph.meta.panels.values() for slug in panel} - known):
        yield _stranger(case.about, slug)


def _stranger(path: str, slug: str) -> Finding:
    return Finding(
        "unknown-expert",
        f"{slug}: no expert of this dialogue",
        path,
        1,
        1,
        why="dialogue.md does not name them",
        fix=f"blue expert add {slug}:ROLE",
    )


def versions(case: Case) -> Iterator[Finding]:
    """Files of a newer format than this program knows."""
    if case.graph.meta.blue > FORMAT:
        yield Finding(
            "newer-format",
            f"blue: {case.graph.meta.blue}",
            case.about,
            1,
            1,
            why=f"this program knows format {FORMAT}; it is read as far as that goes, and never written",
            fix="use a newer blue",
        )
    for source in case.read:
        blue = source.front.get("blue", FORMAT)
        if blue == FORMAT and blue is not True:
            continue
        if isinstance(blue, int) and not isinstance(blue, bool) and blue > FORMAT:
            yield on_key("newer-format", f"blue: {blue}", source, "blue", why=f"this program knows format {FORMAT}", fix="use a newer blue")
        else:
            yield on_key("front-matter", "blue: not the number of a format", source, "blue", fix=f"write `blue: {FORMAT}`")


def identities(case: Case) -> Iterator[Finding]:
    """Front matter that says another round, expert or dialogue than the path."""
    uid = case.graph.meta.uid if case.native else None
    for source in case.read:
        front = source.front
        if front:
            if front.get("round", source.round) != source.round:
                yield _mismatch(source, "round", source.round)
            expert = front.get("expert", source.author)
            if source.address.startswith("contribution/") and (not isinstance(expert, str) or expert.lower() != source.author):
                yield _mismatch(source, "expert", source.author)
            if uid and front.get("dialogue", uid) != uid:
                yield _mismatch(source, "dialogue", uid)


def _mismatch(source: Source, key: str, wanted: object) -> Finding:
    kind, round, name = split_address(source.address)
    why = f"the path decides: {kind} of {name} in round {round}"
    return on_key(
        "identity-mismatch",
        f"{key}: {source.front[key]} is not what the path says",
        source,
        key,
        str(source.front[key]),
        why=why,
        fix=f"write `{key}: {wanted}`",
    )
