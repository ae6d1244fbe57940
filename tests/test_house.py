"""The rules of the house (DESIGN.md), kept by machine: who may import whom, and what a module may look like."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from blue_cli.dialogue import acts, lifecycle, resolve
from blue_cli.dialogue.grammar import ACT, ENTITY, INTO, MARKERS, MOVE, REF, RULING, STANCE, STANCES, VERDICT, VIA

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "blue_cli").rglob("*.py"))
PURE = [p for p in MODULES if p.parts[-2] in ("dialogue", "views")]
GRAMMAR = ROOT / "blue_cli" / "dialogue" / "grammar.py"
RULEBOOK = ROOT / "blue_cli" / "dialogue" / "rulebook.py"  # its examples break the rules, and are run as tests


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(function: Function) -> int:
    """The lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    documented = function.body[0] if ast.get_docstring(function) else None
    return lines - ((documented.end_lineno or 0) - documented.lineno + 1 if documented else 0)


# --- imports ----------------------------------------------------------------------------------------------------------


def test_imports_go_downward(monkeypatch: pytest.MonkeyPatch) -> None:
    """import-linter, on the contracts of pyproject.toml; what is broken is printed."""
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == EXIT_STATUS_SUCCESS


# --- pure rooms -------------------------------------------------------------------------------------------------------

FORBIDDEN_CALLS = {"print", "open", "input", "exec", "eval", "breakpoint", "__import__"}
FORBIDDEN_NAMES = {"environ", "getenv", "now", "utcnow", "today", "urandom", "uuid1", "uuid4", "time_ns", "monotonic"}
FORBIDDEN_MODULES = {
    "os",
    "io",
    "sys",
    "pathlib",
    "subprocess",
    "time",
    "logging",
    "typer",
    "rich",
    "random",
    "secrets",
    "socket",
    "locale",
    "tempfile",
}


@pytest.mark.parametrize("path", PURE, ids=name)
def test_pure_rooms_have_no_clock_no_chance_and_no_machine(path: Path) -> None:
    for node in ast.walk(tree(path)):
        where = f"{name(path)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in FORBIDDEN_CALLS, where
        if isinstance(node, ast.Attribute):
            assert node.attr not in FORBIDDEN_NAMES, where
        if isinstance(node, ast.Import):
            assert not {alias.name.partition(".")[0] for alias in node.names} & FORBIDDEN_MODULES, where
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert (node.module or "").partition(".")[0] not in FORBIDDEN_MODULES, where


# --- size and names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_function_over_60_lines_and_no_file_over_300(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 300
    for function in functions(path):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= 60, f"{name(path)}:{function.lineno} {function.name} has {lines} lines"


def test_half_of_the_functions_have_at_most_10_lines() -> None:
    assert statistics.median(length(f) for path in MODULES for f in functions(path)) <= 10


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_names_say_what_is_inside(path: Path) -> None:
    assert not re.search(r"util|helper|common|manager|misc|stuff", name(path))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_is_public_says_what_it_is_for(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module), name(path)
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name(path)}:{node.lineno} {node.name}"


# --- one grammar ------------------------------------------------------------------------------------------------------

WORDS = {row.word for row in MARKERS}
IN_MARKER_FORM = re.compile(
    r"\[(?:" + "|".join(re.escape(word) for word in sorted(WORDS, key=len, reverse=True)) + r")(?![A-Za-z0-9])|\b(?:RE|MOVE):[A-Z]{2}"
)


def docstrings(module: ast.Module) -> set[int]:
    """The constants that are documentation: the grammar may be explained anywhere."""
    holders = (node for node in ast.walk(module) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)))
    return {id(node.body[0].value) for node in holders if node.body and isinstance(node.body[0], ast.Expr)}


@pytest.mark.parametrize("path", [p for p in MODULES if p not in (GRAMMAR, RULEBOOK)], ids=name)
def test_no_other_file_spells_a_marker_word(path: Path) -> None:
    module = tree(path)
    explained = docstrings(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            where = f"{name(path)}:{node.lineno} {node.value[:40]!r}"
            assert not IN_MARKER_FORM.search(node.value), where
            assert node.value not in WORDS | set(STANCES) | {VIA, INTO}, where


SHAPES_READ_HERE = {ENTITY, STANCE, REF, VERDICT}  # by `Acts.read` itself


def test_every_shape_has_a_reader_and_every_effect_a_handler() -> None:
    assert {row.shape for row in MARKERS} == SHAPES_READ_HERE | set(acts._READERS)
    assert set(acts._READERS) == {MOVE, RULING, ACT}
    changing = {effect for table in lifecycle.OTHERS.values() for effect in table} | set(lifecycle._JUDGED) | lifecycle._ON_TENSIONS
    rulings = {row.effect for row in MARKERS if row.shape == RULING}
    assert rulings - changing == {acts._MERGED}
    refs = {row.effect for row in MARKERS if row.shape == REF}
    assert refs - changing <= {"depend"}  # an edge of the graph that moves nothing
    assert changing <= {row.effect for row in MARKERS} | {row.expert for row in MARKERS}


def test_every_form_of_a_target_has_a_finder() -> None:
    assert set(resolve._FINDERS) == {"display", "canonical", "qualified", "bare", "odd", "expert", "other"}
