"""What depends on itself, or refines itself, over others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from blue_cli.dialogue.model import Ref
from blue_cli.dialogue.places import Case, on
from blue_cli.errors import Finding


def cycles(case: Case) -> Iterator[Finding]:
    """What depends on itself, or refines itself, over others: each cycle once, at its first ref."""
    for verb in ("depend", "refine"):
        refs: dict[str, dict[str, Ref]] = {}
        for ref in case.graph.refs:
            if ref.type == verb and ref.target and ref.target != ref.source and ref.source in case.graph.entities:
                refs.setdefault(ref.source, {}).setdefault(ref.target, ref)
        for ring in _rings(refs):
            yield _cycle(case, verb, ring, refs)


def _cycle(case: Case, verb: str, ring: list[str], refs: Mapping[str, Mapping[str, Ref]]) -> Finding:
    steps = [refs[a][b] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
    path = " → ".join(case.graph.shown(name) for name in [*ring, ring[0]])
    first = steps[0]
    related = tuple(f"{step.path}:{step.line}" for step in steps[1:])
    more: dict[str, Any] = {
        "why": f"nothing can {verb} on itself" if verb == "depend" else "nothing can refine itself",
        "fix": "take one of these refs out",
    }
    at = case.mark_at(first.path, first.line, first.column)
    if at is None:
        return Finding("ref-cycle", f"a cycle: {path}", first.path, first.line, first.column, related=related, **more)
    return on("ref-cycle", f"a cycle: {path}", *at, first.written, related=related, **more)


def _rings(edges: Mapping[str, Mapping[str, object]]) -> Iterator[list[str]]:
    """One shortest cycle of every strongly connected part, in the order in which the parts are met."""
    for part in _parts(edges):
        if len(part) > 1:
            yield _shortest(min(part), part, edges)


def _shortest(start: str, part: frozenset[str], edges: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The shortest way from a node back to itself inside its part."""
    came: dict[str, str] = {}
    queue = [start]
    for node in queue:
        for target in edges.get(node, ()):
            if target == start:
                ring = [node]
                while ring[-1] != start:
                    ring.append(came[ring[-1]])
                return ring[::-1]
            if target in part and target not in came:
                came[target] = node
                queue.append(target)
    raise AssertionError("every node of a strongly connected part lies on a cycle")


def _parts(edges: Mapping[str, Mapping[str, object]]) -> Iterator[frozenset[str]]:
    """Strongly connected parts (Kosaraju). Without recursion: a chain of thousands of refs is a text like any other."""
    order = list(_depth_first(edges, edges))
    backward: dict[str, dict[str, object]] = {}
    for source, targets in edges.items():
        for target in targets:
            backward.setdefault(target, {})[source] = None
    seen: set[str] = set()
    for root in reversed(order):
        if root not in seen:
            part, queue = {root}, [root]
            for node in queue:
                fresh = [n for n in backward.get(node, ()) if n not in seen and n not in part]
                part.update(fresh)
                queue += fresh
            seen |= part
            yield frozenset(part)


def _depth_first(edges: Mapping[str, Mapping[str, object]], roots: Iterable[str]) -> Iterator[str]:
    """Every node once, after all that it leads to."""
    seen: set[str] = set()
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(edges.get(root, ())))]
        while stack:
            node, rest = stack[-1]
            following = next((n for n in rest if n not in seen), None)
            if following is None:
                stack.pop()
                yield node
            else:
                seen.add(following)
                stack.append((following, iter(edges.get(following, ()))))
