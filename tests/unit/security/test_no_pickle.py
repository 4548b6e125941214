"""Nothing that is read runs code: no pickle and nothing like one is loaded anywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CODE = ("src", "scripts", "deploy", "benchmarks", "notebooks", "examples")
MODULES = frozenset(
    {"pickle", "_pickle", "cPickle", "pickletools", "cloudpickle", "dill", "joblib", "jsonpickle",
     "marshal", "shelve", "dbm", "code", "codeop"}
)  # fmt: skip
"""What reads bytes as code, or is there to run text as code."""
BUILTINS = frozenset({"eval", "exec", "compile", "__import__"})
METHODS = frozenset(
    {"read_pickle", "to_pickle", "pickleFile", "saveAsPickleFile", "unsafe_load", "full_load",
     "unsafe_load_all", "full_load_all", "load_pickle", "from_pickle", "PyExtensionType",
     "UnknownExtensionType", "register_extension_type", "enable_unsafe_deserialization"}
)  # fmt: skip
"""Names that mean it whatever they are called on."""
SETTINGS = (
    "xcom_pickling", "allow_pickle", "allowed_deserialization_classes", "PickleSerializer",
    "KryoSerializer.registrator", "MLFLOW_ALLOW_PICKLE", "MLFLOW_ALLOW_FILE_URI_AS_MODEL_VERSION",
)  # fmt: skip
"""What would let a program that is deployed beside do it."""
QUEUES = frozenset(
    {"Huey", "SqliteHuey", "RedisHuey", "MemoryHuey", "FileHuey", "PriorityRedisHuey"}
)


WORTH_A_LOOK = re.compile(
    "|".join(
        [
            *sorted(MODULES - {"code", "dbm"}),
            *sorted(METHODS),
            *sorted(QUEUES),
            r"\bimport (code|dbm)",
        ]
        + [rf"\b{name}\(" for name in sorted(BUILTINS)]
        + [r"\bimport (code|dbm)", r"\bload_model\b", "shell="]
        + [r"\b(yaml|torch|ruamel|np|numpy)\.(load|load_all|memmap)\b"]
    )
)
"""Text without any of it is not parsed."""
APART = ROOT / "scripts" / "mutation"
"""Runs changed copies of our own source in its own children: that is what it is for."""


def python_files() -> list[Path]:
    found = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if APART not in path.parents]


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return []


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def says(value: ast.expr | None, constant: object) -> bool:
    return isinstance(value, ast.Constant) and value.value is constant


def wrong_call(call: ast.Call) -> str | None:
    """Return what is wrong with a call, ``None`` where nothing is."""
    if isinstance(call.func, ast.Name):
        name, owner = call.func.id, ""
    elif isinstance(call.func, ast.Attribute):
        name, owner = call.func.attr, ast.unparse(call.func.value)
    else:
        return None
    if name in METHODS or (not owner and name in BUILTINS):
        return name
    if name in ("load", "load_all") and owner.split(".")[0] in ("yaml", "torch", "ruamel"):
        return f"{owner}.{name}"
    if name == "load_model" and not says(keyword(call, "safe_mode"), True):
        return "a model of Keras or MLflow opened without safe mode"
    if name == "load_model" and owner.startswith("mlflow"):
        return "mlflow runs what it loads"
    if name in QUEUES and keyword(call, "serializer") is None:
        return "a queue that pickles, as it does where it is told nothing"
    if name in ("load", "memmap") and owner in ("np", "numpy"):
        return None if not says(keyword(call, "allow_pickle"), True) else "numpy unpickles"
    if keyword(call, "shell") is not None and says(keyword(call, "shell"), True):
        return "a shell"
    return None


def wrong_in(text: str) -> Iterator[str]:
    if WORTH_A_LOOK.search(text) is None:
        return
    for node in ast.walk(ast.parse(text)):
        for name in imported(node):
            if name in MODULES:
                yield f"{getattr(node, 'lineno', 0)} imports {name}"
        if isinstance(node, ast.Call) and (wrong := wrong_call(node)) is not None:
            yield f"{node.lineno} {wrong}"
        if isinstance(node, ast.Constant) and node.value in MODULES - {"code"}:
            yield f"{node.lineno} names {node.value}"


def test_no_code_loads_a_pickle_or_runs_what_it_reads() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{wrong}"
        for path in python_files()
        for wrong in wrong_in(path.read_text("utf-8"))
    ]

    assert len(python_files()) > 500
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "x = eval(text)",
        "pd.read_pickle(path)",
        "yaml.load(text)",
        "torch.load(path)",
        "np.load(path, allow_pickle=True)",
        "keras.saving.load_model(path)",
        "keras.saving.load_model(path, safe_mode=False)",
        "mlflow.pyfunc.load_model(uri, safe_mode=True)",
        "RedisHuey(name)",
        "import_module('pickle')",
        "subprocess.run(line, shell=True)",
    ],
)
def test_what_would_be_wrong_is_seen(line: str) -> None:
    assert list(wrong_in(line)) != []


def test_nothing_that_is_deployed_beside_may_unpickle() -> None:
    found = [
        f"{path.relative_to(ROOT)} {word}"
        for path in (*(ROOT / "deploy").rglob("*"), ROOT / "compose.yaml", ROOT / "dvc.yaml")
        if path.is_file() and path.suffix not in (".png", ".pyc", ".parquet")
        for word in SETTINGS
        if word.casefold() in path.read_text("utf-8", "replace").casefold()
    ]

    assert found == []
