"""Write a network for serving: Keras file, SavedModel and LiteRT, which must agree."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.day_tokens import SHAPES, Inputs
from ahorraluz.learning.litert import BATCH, MODEL_FILE, SIGNATURE, Network
from ahorraluz.learning.neural import Model, register_layers

KERAS_FILE = "model.keras"
SAVED_FOLDER = "saved-model/1"
"""TensorFlow Serving serves the highest number in the folder of a model."""
ANSWER = "answer"
"""Name of the only output."""
AGREEMENT = 1e-5
"""Largest difference between the three forms, in mean hours of the home."""


class ExportError(AhorraLuzError):
    """Forms of one network that do not say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Largest differences from Keras. [of a mean hour]"""

    saved_model: float
    litert: float


def export(model: Model, folder: Path, *, sample: Inputs) -> Agreement:
    """Write a network as ``model.keras``, ``saved-model/1`` and ``model.tflite``.

    The SavedModel has the signatures ``forecast`` and ``serving_default``, both from the
    inputs of ``SHAPES`` by name to ``answer``.

    Parameters
    ----------
    model
        What ``neural.joined`` returns.
    folder
        Where the files go; it is made.
    sample
        Inputs that the three forms are compared on.

    Raises
    ------
    ExportError
        ``export-differs``: a form is off by more than 1e-5.
    """
    import tensorflow as tf

    register_layers()
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / KERAS_FILE)
    saved = folder / SAVED_FOLDER
    _save(model, saved)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved), signature_keys=[SIGNATURE])
    content = converter.convert()
    (folder / MODEL_FILE).write_bytes(content)
    found = compared(model, folder, sample=sample)
    for form, off in (("SavedModel", found.saved_model), ("LiteRT", found.litert)):
        if not off <= AGREEMENT:
            raise ExportError("export-differs", form=form, off=off, limit=AGREEMENT)
    return found


def compared(model: Model, folder: Path, *, sample: Inputs) -> Agreement:
    """Return by how much the forms of a folder differ from a network in memory."""
    import keras
    import tensorflow as tf

    expected = model.predict(sample, batch_size=BATCH, verbose=0)
    again = keras.saving.load_model(folder / KERAS_FILE, safe_mode=True)
    loaded = tf.saved_model.load(str(folder / SAVED_FOLDER))
    call = loaded.signatures[SIGNATURE]
    served = call(**{name: tf.constant(value) for name, value in sample.items()})[ANSWER].numpy()
    lite = Network((folder / MODEL_FILE).read_bytes(), batch=BATCH)(sample)
    kept = again.predict(sample, batch_size=BATCH, verbose=0)
    return Agreement(
        saved_model=max(_apart(served, expected), _apart(kept, expected)),
        litert=_apart(lite, expected),
    )


def _save(model: Model, folder: Path) -> None:
    import keras
    import tensorflow as tf

    specs = {
        name: tf.TensorSpec((None, *size), tf.float32, name=name) for name, size in SHAPES.items()
    }

    def forecast(inputs: dict[str, Any]) -> dict[str, Any]:
        return {ANSWER: model(inputs, training=False)}

    archive = keras.export.ExportArchive()
    archive.track(model)
    for name in (SIGNATURE, "serving_default"):
        archive.add_endpoint(name, forecast, input_signature=[specs])
    archive.write_out(str(folder), verbose=False)


def _apart(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.max(np.abs(found - expected), initial=0.0))
