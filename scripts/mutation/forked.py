"""A pytest plugin that runs mutants: each in a process forked off the one that collected the tests.

A mutant in the statements of a function is put into the function that was imported; one outside
(a constant, a default) needs modules that are imported again, in a process that has collected
nothing. What is run is what touches the lines of the mutant, the quickest first, up to the first
test that fails.
"""

import gc
import inspect
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.abc import Loader
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from typing_extensions import override

LEAST_S, TIMES = 4.0, 10.0
"""Processor time a mutant has: so many times what its tests take, and no less than this. [s]"""
WALL = 20
"""Times the processor time after which it is given up on the clock."""
MEMORY = 6 * 1024**3
ALREADY = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Hypothesis is imported before pytest is asked to begin."""
KILLED, SURVIVED, TIMED_OUT, UNTOUCHED = "killed", "survived", "timed-out", "untouched"
FAILED, PASSED = 1, 0


@dataclass(frozen=True, slots=True)
class Touched:
    """Lines of the modules that one test runs, and how long it takes. [s]"""

    lines: dict[str, set[int]]
    took_s: float


class Search:
    """Search the same examples each time, and tell of a failure without looking for a small one."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Load the profile after that of the tests themselves."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "mutants",
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            # A machine that is busy is no fault of a mutant.
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")


class Runner:
    """Run mutants instead of the tests that were collected."""

    def __init__(
        self, root: Path, mutants: Sequence[dict[str, Any]], *, workers: int, most_s: float
    ) -> None:
        self.results: dict[int, str] = {}
        self._root = root
        self._mutants = mutants
        self._workers = workers
        self._most_s = most_s
        self._files = {str(root / mutant["module"]): mutant["module"] for mutant in mutants}
        self._sources: dict[str, bytes] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Look at what each test touches, then run every mutant."""
        items = {item.nodeid: item for item in session.items}
        touched = in_child(lambda: self._look(session, list(items.values())))
        gc.collect()
        gc.freeze()
        self._run(session, items, touched)
        return True

    # --- what each test touches --------------------------------------------------------------

    def _look(self, session: pytest.Session, items: list[pytest.Item]) -> dict[str, Touched]:
        found = {}
        failures = Failures()
        session.config.pluginmanager.register(failures)
        for item in items:
            lines: dict[str, set[int]] = {}
            begun = time.process_time()
            sys.settrace(self._tracer(lines))
            run_item(item, None)
            sys.settrace(None)
            if failures.seen:
                raise RuntimeError(f"{item.nodeid} fails without any mutant")
            found[item.nodeid] = Touched(lines, time.process_time() - begun)
        return found

    def _tracer(self, lines: dict[str, set[int]]) -> Callable[..., Any]:
        files = self._files

        def of_line(frame: FrameType, event: str, _: object) -> Callable[..., Any]:
            if event == "line":
                lines[files[frame.f_code.co_filename]].add(frame.f_lineno)
            return of_line

        def of_call(frame: FrameType, _event: str, _: object) -> Callable[..., Any] | None:
            name = files.get(frame.f_code.co_filename)
            if name is None:
                return None
            lines.setdefault(name, set()).add(frame.f_lineno)
            return of_line

        return of_call

    def _tests_of(self, mutant: dict[str, Any], touched: dict[str, Touched]) -> list[str]:
        """Return the tests that run a line of a mutant: the quickest, of its own file first."""
        module, wanted = mutant["module"], set(range(mutant["line"], mutant["last_line"] + 1))
        own = f"/test_{Path(module).stem}"
        if mutant["in_body"]:
            tests = [n for n, seen in touched.items() if wanted & seen.lines.get(module, set())]
        else:
            # What is outside of all functions is run by nobody, and seen by whoever asks for it.
            tests = [n for n, seen in touched.items() if module in seen.lines or own in n]
        chosen: list[str] = []
        left = self._most_s
        for name in sorted(tests, key=lambda name: (own not in name, touched[name].took_s)):
            left -= touched[name].took_s
            if chosen and left < 0:
                break
            chosen.append(name)
        return chosen

    # --- the mutants -------------------------------------------------------------------------

    def _run(
        self, session: pytest.Session, items: dict[str, pytest.Item], touched: dict[str, Touched]
    ) -> None:
        """Let each worker take every so-manieth mutant, and hear what became of it."""
        reading, writing = os.pipe()
        for first in range(self._workers):
            if os.fork() == 0:
                os.close(reading)
                for number in range(first, len(self._mutants), self._workers):
                    result = self._result(session, self._mutants[number], items, touched)
                    os.write(writing, f"{number} {result}\n".encode())
                os._exit(PASSED)
        os.close(writing)
        with os.fdopen(reading) as told:
            for line in told:
                place, result = line.split()
                self.told(int(place), result)

    def told(self, number: int, result: str) -> None:
        """Keep the result of a mutant."""
        self.results[number] = result

    def _result(
        self,
        session: pytest.Session,
        mutant: dict[str, Any],
        items: dict[str, pytest.Item],
        touched: dict[str, Touched],
    ) -> str:
        tests = self._tests_of(mutant, touched)
        if not tests:
            return UNTOUCHED
        limit = max(LEAST_S, TIMES * sum(touched[name].took_s for name in tests))
        child = os.fork()
        if child == 0:
            self._be_mutant(session, mutant, [items[name] for name in tests], limit)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
            return TIMED_OUT
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
            # It waited, for the processor at least: nothing is known of it.
            return SURVIVED
        passed = os.WIFEXITED(status) and os.WEXITSTATUS(status) == PASSED
        return SURVIVED if passed else KILLED

    def _be_mutant(
        self,
        session: pytest.Session,
        mutant: dict[str, Any],
        tests: list[pytest.Item],
        limit: float,
    ) -> None:
        """Run the tests of a mutant in this process, which ends with them."""
        try:
            be_alone(session.config, limit)
            source = self._changed(mutant)
            again = not mutant["in_body"] or not put_in(self._root, mutant, source)
            code = (
                self._imported_again(mutant, source, tests) if again else run_until(session, tests)
            )
        except BaseException:  # noqa: BLE001 - whatever ends a mutant tells it from the program
            code = FAILED
        os._exit(code)

    def _changed(self, mutant: dict[str, Any]) -> bytes:
        module = mutant["module"]
        if module not in self._sources:
            self._sources[module] = (self._root / module).read_bytes()
        source = self._sources[module]
        after: str = mutant["after"]
        return source[: mutant["start"]] + after.encode() + source[mutant["end"] :]

    def _imported_again(
        self, mutant: dict[str, Any], source: bytes, tests: list[pytest.Item]
    ) -> int:
        """Run the tests with all modules of ours imported again, the changed one among them."""
        for name in [n for n in sys.modules if n.split(".")[0] in ("ahorraluz", "tests")]:
            del sys.modules[name]
        name = module_name(mutant["module"])
        sys.meta_path.insert(0, Changed(name, self._root / mutant["module"], source))
        nodes = list(dict.fromkeys(test.nodeid for test in tests))
        words = ["-q", "-x", "-p", "no:cacheprovider", "--rootdir", str(self._root), *ALREADY]
        return int(pytest.main([*words, *nodes], plugins=[Search(), LastOfAll()]) != 0)


class Changed(Loader):
    """An importer of one changed module."""

    def __init__(self, name: str, path: Path, source: bytes) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(self, name: str, *_: object) -> Any:  # noqa: ANN401 - no type is imported twice
        """Return the changed module where it is asked for."""
        from importlib.util import spec_from_loader

        return spec_from_loader(name, self, origin=str(self._path)) if name == self._name else None

    @override
    def exec_module(self, module: Any) -> None:
        """Run the changed text in the module."""
        module.__file__ = str(self._path)
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


class Failures:
    """Whether a test has failed."""

    seen = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure."""
        self.seen = self.seen or report.failed


class LastOfAll:
    """The end of a process with its first failure, of which nothing is told."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """End where a test, or what it needs, raises."""
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            os._exit(FAILED)


def run_item(item: pytest.Item, after: pytest.Item | None) -> None:
    """Run one test; the fixtures that the one after it has too are left standing."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


def run_until(session: pytest.Session, tests: Sequence[pytest.Item]) -> int:
    """Run tests up to the first that fails, and tell whether one did."""
    session.config.pluginmanager.register(LastOfAll())
    for test, after in zip(tests, [*tests[1:], None], strict=True):
        run_item(test, after)
    return PASSED


def be_alone(config: pytest.Config, limit: float) -> None:
    """Say nothing, keep to a folder of one's own, and end in time."""
    gc.disable()
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    base = Path(str(config.getoption("basetemp"))) / str(os.getpid())
    base.parent.mkdir(parents=True, exist_ok=True)
    config._tmp_path_factory._basetemp = None  # type: ignore[attr-defined]
    config._tmp_path_factory._given_basetemp = base  # type: ignore[attr-defined]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, limit)
    signal.setitimer(signal.ITIMER_REAL, limit * WALL)


def in_child(make: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return what a forked process makes, so that nothing it keeps is kept here."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            with os.fdopen(writing, "wb") as out:
                pickle.dump(make(), out)
        except BaseException as error:  # noqa: BLE001
            print(repr(error), file=sys.__stderr__, flush=True)
            os._exit(FAILED)
        os._exit(PASSED)
    os.close(writing)
    with os.fdopen(reading, "rb") as source:
        told = source.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != PASSED:
        raise RuntimeError("the tests do not pass without any mutant")
    return pickle.loads(told)


# --- a mutant in a function that was imported ------------------------------------------------


def module_name(path: str) -> str:
    """Return the name that a file of the program is imported by."""
    return path.removeprefix("src/").removesuffix(".py").replace("/", ".")


def put_in(root: Path, mutant: dict[str, Any], source: bytes) -> bool:
    """Put the changed code into the function that was imported; tell whether it could be."""
    path = str(root / mutant["module"])
    module = sys.modules.get(module_name(mutant["module"]))
    if module is None:
        return False
    target = find_function(module, mutant["function"].split("."))
    whole = compile(source, path, "exec")
    codes = [code for code in walk(whole) if code.co_qualname == mutant["function"]]
    if target is None or len(codes) != 1 or codes[0].co_freevars != target.__code__.co_freevars:
        return False
    target.__code__ = codes[0]
    return True


def walk(code: CodeType) -> Iterator[CodeType]:
    """Return a code and all inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from walk(inner)


def find_function(module: object, names: Sequence[str]) -> FunctionType | None:
    """Return the function behind a name, without what it is wrapped in."""
    found: Any = module
    for name in names:
        found = vars(found).get(name)
        if found is None:
            return None
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, staticmethod | classmethod):
        found = found.__func__
    elif isinstance(found, cached_property):
        found = found.func
    found = inspect.unwrap(found)
    return found if isinstance(found, FunctionType) else None
