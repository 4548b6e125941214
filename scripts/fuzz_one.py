"""Fuzz one target, guided by coverage, in a process of its own: what ``scripts.fuzz`` starts.

It is told the target, folders of inputs, and options of libFuzzer.
"""

import contextlib
import logging
import shlex
import sys
import warnings

import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]
from tests.fuzz.targets import corpus, target


def main() -> None:
    """Instrument the package, run what is kept once, then look for more; does not return."""
    name, *options = sys.argv[1:]
    # As in the tests: whatever warns is wrong.
    warnings.simplefilter("error")
    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=["ahorraluz"], enable_loader_override=False):
        run = target(name)
        for seed in corpus(name):
            # Modules that are imported late are instrumented now; a finding comes again below.
            with contextlib.suppress(Exception):
                run(seed.read_bytes())
    # libFuzzer starts this again by a shell, with other options, where it merges.
    again = shlex.join([sys.executable, "-m", "scripts.fuzz_one", name])
    atheris.Setup([again, *options], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
