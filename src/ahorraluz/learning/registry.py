"""The one door to MLflow: runs and versions of models, in a database or on a tracking server.

A version carries the hash of each of its files; nothing that MLflow could unpickle is ever
written or read. MLflow is imported inside functions: who serves models never needs it.
"""

import json
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.shelved import KNOWN

CHAMPION, CHALLENGER = "champion", "challenger"
EXPERIMENT = "ahorraluz/"
"""Beginning of the name of each experiment; the name of the model follows."""
FOLDER = "model"
"""Folder of a run's artifacts that holds the files of the model."""
TAG = "ahorraluz."
VERSION, CONTENT, FILES, SHIPPED = (
    f"{TAG}{name}" for name in ("version", "content", "files", "shipped")
)
BATCH = 400
"""Figures of one call; a tracking server takes up to a thousand. Of parameters a quarter."""
ENVIRONMENT = {
    # Nothing about anybody's use goes out by itself.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A server that is away is said to be within a minute, not after an hour of trying.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    # Standard output is for the answer of a command.
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""What MLflow is told where nobody told it otherwise; it reads its environment alone."""
MOST_REASON = 160
_SECRET = re.compile(r"//[^/@\s]+@")


class RegistryError(AhorraLuzError):
    """A registry that cannot be asked, or that says what cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where runs and versions are kept."""

    uri: str
    """``sqlite:///FILE``, another database, or the address of a tracking server."""
    artifacts: Path | None
    """Folder of the files of models; ``None``: the tracking server keeps them."""

    @property
    def shown(self) -> str:
        """The URI without who asks and by which password."""
        return _SECRET.sub("//", self.uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model to register."""

    name: str
    version: str
    content: str
    """Hash of all hashes."""
    files: Mapping[str, Path]
    hashes: Mapping[str, str]
    """SHA-256 of each file."""
    inputs: Mapping[str, Sequence[int]]
    """Shape of each input, without the batch; all float32."""
    output: tuple[str, Sequence[int]]
    parameters: Mapping[str, str]
    figures: Mapping[str, float]
    texts: Mapping[str, str] = field(default_factory=dict)
    """Other artifacts of the run by their path."""
    tags: Mapping[str, str] = field(default_factory=dict)
    shipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A version as MLflow keeps it."""

    registered: int
    """Number that MLflow gave it, from 1."""
    run: str
    version: str
    content: str
    files: Mapping[str, str]
    """SHA-256 of each file."""
    shipped: bool
    tags: Mapping[str, str]
    """By their names without ``ahorraluz.``."""
    at_s: int
    """When it was registered. [s]"""


class Registry:
    """Models of one place; every method asks it anew."""

    def __init__(self, place: Place, client: Any) -> None:  # noqa: ANN401 - MlflowClient
        """Keep a client of MLflow."""
        self.place = place
        self._client = client

    def versions(self, name: str) -> tuple[Kept, ...]:
        """Return the versions that this program registered, by rising number."""
        with _asking(self.place):
            found = list(self._client.search_model_versions(f"name='{name}'", max_results=1000))
        ours = (_kept(one) for one in found)
        return tuple(sorted((one for one in ours if one is not None), key=lambda k: k.registered))

    def aliases(self, name: str) -> Mapping[str, int]:
        """Return which version, by MLflow's number, is the champion and which the challenger."""
        with _asking(self.place):
            for model in self._client.search_registered_models(f"name='{name}'"):
                return {alias: int(number) for alias, number in model.aliases.items()}
        return {}

    def set_alias(self, name: str, alias: str, registered: int | None) -> None:
        """Give an alias to a version, by MLflow's number; ``None``: to none."""
        with _asking(self.place):
            if registered is None:
                if alias in self.aliases(name):
                    self._client.delete_registered_model_alias(name, alias)
            else:
                self._client.set_registered_model_alias(name, alias, str(registered))

    def note(self, name: str, registered: int, key: str, value: str) -> None:
        """Write a tag of a version."""
        with _asking(self.place):
            self._client.set_model_version_tag(name, str(registered), f"{TAG}{key}", value)

    def add_figures(self, run: str, figures: Mapping[str, float], *, at: datetime) -> None:
        """Add figures to a run."""
        with _asking(self.place):
            self._log(run, {}, figures, at=at)

    def add(self, entry: Entry, *, at: datetime) -> Kept:
        """Keep a model: a run with its figures and files, and a version of it.

        The version is the last step and carries all hashes: what is killed before leaves a run
        and no version, and the next try ends that run.
        """
        with _asking(self.place):
            experiment = self._experiment(entry.name)
            self._end_cut_off(experiment, entry.content)
            at_ms = int(at.timestamp() * 1000)
            tags = {f"{TAG}{key}": value for key, value in entry.tags.items()}
            tags |= {
                VERSION: entry.version,
                CONTENT: entry.content,
                FILES: json.dumps(dict(sorted(entry.hashes.items()))),
                SHIPPED: "yes" if entry.shipped else "no",
            }
            run = self._client.create_run(
                experiment, start_time=at_ms, run_name=entry.version, tags=tags
            ).info
            self._log(run.run_id, entry.parameters, entry.figures, at=at)
            self._write(run.run_id, entry)
            self._client.set_terminated(run.run_id, end_time=at_ms)
            self._ensure_model(entry.name)
            made = self._client.create_model_version(
                entry.name,
                source=f"{run.artifact_uri}/{FOLDER}",
                run_id=run.run_id,
                tags=tags,
                description=entry.texts.get("about.txt"),
            )
        kept = _kept(made)
        assert kept is not None  # noqa: S101 - its tags were just given
        return kept

    def fetch(self, kept: Kept, into: Path) -> None:
        """Copy the files of a version into a folder.

        Raises
        ------
        RegistryError
            ``registry-file-differs``: a file is gone, or is not the one that was registered.
        """
        for file, expected in kept.files.items():
            said = _asking(self.place, missing=(file, kept.version))
            with tempfile.TemporaryDirectory() as aside, said:
                path = self._client.download_artifacts(kept.run, f"{FOLDER}/{file}", aside)
                content = Path(path).read_bytes()
            if sha256(content).hexdigest() != expected:
                raise RegistryError("registry-file-differs", file=file, version=kept.version)
            target = into / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def _experiment(self, name: str) -> str:
        title = f"{EXPERIMENT}{name}"
        found = self._client.get_experiment_by_name(title)
        if found is not None:
            return str(found.experiment_id)
        where = self.place.artifacts
        uri = None if where is None else (where / name).absolute().as_uri()
        return str(self._client.create_experiment(title, artifact_location=uri))

    def _ensure_model(self, name: str) -> None:
        if not self._client.search_registered_models(f"name='{name}'"):
            self._client.create_registered_model(name)

    def _end_cut_off(self, experiment: str, content: str) -> None:
        """End runs of the same model that were killed before they came to be a version."""
        query = f"attributes.status = 'RUNNING' and tags.`{CONTENT}` = '{content}'"
        for run in self._client.search_runs([experiment], filter_string=query):
            self._client.set_terminated(run.info.run_id, status="KILLED")

    def _log(
        self, run: str, parameters: Mapping[str, str], figures: Mapping[str, float], *, at: datetime
    ) -> None:
        from mlflow.entities import Metric, Param

        at_ms = int(at.timestamp() * 1000)
        params = [Param(key, value) for key, value in parameters.items()]
        metrics = [Metric(key, value, at_ms, 0) for key, value in figures.items()]
        for start in range(0, len(params), BATCH // 4):
            self._client.log_batch(run, params=params[start : start + BATCH // 4])
        for start in range(0, len(metrics), BATCH):
            self._client.log_batch(run, metrics=metrics[start : start + BATCH])

    def _write(self, run: str, entry: Entry) -> None:
        for file, path in entry.files.items():
            folder = "/".join([FOLDER, *file.split("/")[:-1]])
            self._client.log_artifact(run, str(path), folder)
        with tempfile.TemporaryDirectory() as aside:
            about = Path(aside) / "MLmodel"
            _described(entry, run).save(str(about))
            self._client.log_artifact(run, str(about), FOLDER)
        for name, text in entry.texts.items():
            self._client.log_text(run, text, name)


def open_registry(place: Place) -> Registry:
    """Return the registry of a place; a database that is not there is made.

    Raises
    ------
    RegistryError
        ``registry-extra-missing``: MLflow is not installed; ``registry-not-reached``.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with _asking(place):
        try:
            from mlflow import MlflowClient
            from mlflow.store.db import utils
        except ImportError:
            raise RegistryError("registry-extra-missing", extra="registry") from None
        # Ten tries, each twice as long after the one before, are for servers that start up.
        utils.MAX_RETRY_COUNT = 1
        for chatty in ("mlflow", "alembic"):
            logging.getLogger(chatty).setLevel(logging.ERROR)
        client = MlflowClient(tracking_uri=place.uri, registry_uri=place.uri)
        client.search_registered_models(max_results=1)
    return Registry(place, client)


@contextmanager
def _asking(place: Place, *, missing: tuple[str, str] | None = None) -> Iterator[None]:
    """Turn whatever a registry throws into what a person can do about it."""
    with warnings.catch_warnings():
        # MLflow uses what SQLAlchemy will drop one day; its releases follow.
        warnings.simplefilter("ignore")
        try:
            yield
        except (AhorraLuzError, AssertionError, NameError, TypeError):
            # What we got wrong ourselves is no fault of the registry.
            raise
        except Exception as error:
            # Databases and servers of every kind stand behind it, each with errors of its own.
            if missing is not None:
                raise RegistryError(
                    "registry-file-differs", file=missing[0], version=missing[1]
                ) from error
            words = _SECRET.sub("//", " ".join(str(error).split()))[:MOST_REASON]
            raise RegistryError(
                "registry-not-reached", where=place.shown, reason=words or type(error).__name__
            ) from error


def _kept(found: Any) -> Kept | None:  # noqa: ANN401 - ModelVersion
    """Return a version that this program registered, ``None`` of any other."""
    tags = {key: value for key, value in found.tags.items() if key.startswith(TAG)}
    try:
        files = json.loads(tags[FILES])
        if not set(files) <= set(KNOWN):
            return None
        return Kept(
            registered=int(found.version),
            run=str(found.run_id),
            version=tags[VERSION],
            content=tags[CONTENT],
            files={str(file): str(value) for file, value in files.items()},
            shipped=tags[SHIPPED] == "yes",
            tags={key.removeprefix(TAG): value for key, value in tags.items()},
            at_s=int(found.creation_timestamp) // 1000,
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


def _described(entry: Entry, run: str) -> Any:  # noqa: ANN401 - mlflow.models.Model
    """Return what MLflow calls a model: its signature, and that we alone open it."""
    import numpy as np
    from mlflow.models import Model, ModelSignature
    from mlflow.types import Schema, TensorSpec

    def spec(name: str, shape: Sequence[int]) -> Any:  # noqa: ANN401 - TensorSpec
        return TensorSpec(np.dtype("float32"), (-1, *shape), name)

    signature = ModelSignature(
        inputs=Schema([spec(name, shape) for name, shape in entry.inputs.items()]),
        outputs=Schema([spec(*entry.output)]),
    )
    model = Model(artifact_path=FOLDER, run_id=run, signature=signature)
    model.add_flavor("ahorraluz", model=entry.name, version=entry.version)
    return model
