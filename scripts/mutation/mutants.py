"""Every mutant of some modules, by the operators of mutmut and one of our own for figures in text.

python -m scripts.mutation.mutants src/ahorraluz/core/money.py > mutants.json

Runs in an environment that has mutmut; whoever runs the mutants needs their list only.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

AS_TEXT = ("Decimal",)
"""Calls whose text is a figure."""
TYPES = ("TypeVar", "cast")
"""Calls whose words only type checkers read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one module."""

    module: str
    """File, from the root of the repository."""
    function: str
    """Outermost function with its class, such as ``Bill.line``; empty outside of all."""
    in_body: bool
    """Whether it lies in the statements of that function, not in its defaults."""
    line: int
    last_line: int
    start: int
    """First byte that is replaced, and the first that is not."""
    end: int
    before: str
    after: str


class Visitor(cst.CSTVisitor):  # type: ignore[misc]
    """Collect the mutants of one module."""

    METADATA_DEPENDENCIES = (PositionProvider, ByteSpanPositionProvider)

    def __init__(self, module: str, tree: cst.Module) -> None:
        super().__init__()
        self.found: list[Mutant] = []
        self._module = module
        self._tree = tree
        self._names: list[cst.CSTNode] = []
        self._bodies: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Collect the mutants of a node, and tell whether those of its parts are asked too."""
        if _is_only_read(node):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._names.append(node)
            self._bodies.append(node.body)
        for replaced, changed in _mutations(node):
            self._add(replaced, changed)
        return not _is_figure(node)

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Forget the function that is left."""
        if self._names and original_node is self._names[-1]:
            self._names.pop()
            self._bodies.pop()

    def _add(self, node: cst.CSTNode, changed: cst.CSTNode) -> None:
        span = self.get_metadata(ByteSpanPositionProvider, node)
        place = self.get_metadata(PositionProvider, node)
        before, after = self._tree.code_for_node(node), self._tree.code_for_node(changed)
        names, in_body = [], False
        for named in self._names:
            names.append(named.name.value)
            if isinstance(named, cst.FunctionDef):
                in_body = self._is_inside(node, named.body)
                break
        else:
            names = []
        if before != after:
            mutant = Mutant(
                module=self._module,
                function=".".join(names),
                in_body=in_body,
                line=place.start.line,
                last_line=place.end.line,
                start=span.start,
                end=span.start + span.length,
                before=before,
                after=after,
            )
            self.found.append(mutant)

    def _is_inside(self, node: cst.CSTNode, body: cst.CSTNode) -> bool:
        inner = self.get_metadata(ByteSpanPositionProvider, node)
        outer = self.get_metadata(ByteSpanPositionProvider, body)
        return bool(outer.start <= inner.start < outer.start + outer.length)


def mutants(root: Path, module: str) -> list[Mutant]:
    """Return every mutant of a module by the place where it is."""
    wrapper = MetadataWrapper(cst.parse_module((root / module).read_bytes()))
    visitor = Visitor(module, wrapper.module)
    wrapper.visit(visitor)
    return sorted(visitor.found, key=lambda mutant: (mutant.start, mutant.end, mutant.after))


def _mutations(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    if _is_figure(node):
        assert isinstance(node, cst.Call)
        text = node.args[0].value
        assert isinstance(text, cst.SimpleString)
        changed = text.with_changes(value=f'"{_next(text.raw_value)}"')
        yield text, changed
        return
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            for changed in operator(node):
                # An assignment that is mutated brings no line of its own along.
                if isinstance(changed, cst.CSTNode):
                    yield node, changed


def _next(figure: str) -> Decimal:
    """Return a figure one unit of its last place higher."""
    value = Decimal(figure)
    return value + Decimal((0, (1,), int(value.as_tuple().exponent)))


def _is_figure(node: cst.CSTNode) -> bool:
    """Tell whether a node is a call such as ``Decimal("0.01")``: a number and no text."""
    if not m.matches(node, m.Call(func=m.Name(), args=[m.Arg(value=m.SimpleString())])):
        return False
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Name)
    if node.func.value not in AS_TEXT:
        return False
    try:
        Decimal(cst.ensure_type(node.args[0].value, cst.SimpleString).raw_value)
    except InvalidOperation:
        return False
    return True


def _is_only_read(node: cst.CSTNode) -> bool:
    """Tell whether nothing of a node does anything: types, sentences, imports, decorators."""
    if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
        return True
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in TYPES:
        return True
    if m.matches(node, m.Expr(value=m.SimpleString() | m.ConcatenatedString())):
        return True
    # Aliases of types, and base classes.
    if m.matches(node, m.Assign(value=m.Subscript(value=m.Attribute(attr=m.Name("NDArray"))))):
        return True
    return isinstance(node, cst.Arg) and node.keyword is None and _names_a_type(node)


def _names_a_type(node: cst.Arg) -> bool:
    return bool(m.matches(node.value, m.Subscript(value=m.Name("Generic"))))


def main() -> None:
    """Print the mutants of the modules that are named."""
    found = [mutant for module in sys.argv[1:] for mutant in mutants(Path.cwd(), module)]
    json.dump([asdict(mutant) for mutant in found], sys.stdout, indent=0)


if __name__ == "__main__":
    main()
