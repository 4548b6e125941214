"""Building blocks of the networks: linear maps over time, normalisation, mixing, cycles.

Keras is imported inside the functions, so that this module costs nothing where no network is
trained. Every block is a registered layer of plain operations (matrix products, means, SiLU):
a ``.keras`` file loads without unsafe deserialisation once ``register_blocks`` has run, and
each block converts to LiteRT. Inputs are series by time, shape (batch, steps, features).
"""

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Layer: TypeAlias = Any
"""A Keras layer: Keras has no types, and is not there to name them when this is read."""
Tensor: TypeAlias = Any
Shape = tuple[int | None, ...]
PACKAGE = "ahorraluz"
"""Name under which Keras registers the layers."""
SCALE_FLOOR = 1e-5
"""Added to the variance of a window, so that a constant window is divided by something."""


def register_blocks() -> None:
    """Register every layer, so that a saved network that uses them can be loaded."""
    for layer in (_decomposed_linear, _normalised, _mixing_block, _cyclic):
        layer()


def decomposed_linear(horizon: int, *, window: int = 25) -> Layer:
    """Return a layer that maps trend and remainder of the past to the future, each linearly.

    Parameters
    ----------
    horizon
        Steps ahead.
    window
        Steps of the moving average that is the trend; the ends are repeated. 1: no trend, a
        single linear map.

    Returns
    -------
    keras.layers.Layer
        From (batch, steps, features) to (batch, horizon, features); features share weights.

    References
    ----------
    Zeng, Chen, Zhang, Xu (2023), *Are Transformers Effective for Time Series Forecasting?*,
    doi:10.1609/aaai.v37i9.26317.
    """
    return _decomposed_linear()(horizon, window=window)


def normalised(inner: Layer, *, centre: str = "mean", scaled: bool = True) -> Layer:
    """Return a layer that normalises each window, applies another and undoes it.

    Parameters
    ----------
    inner
        Layer from (batch, steps, features) to (batch, horizon, features).
    centre
        What each window and feature is moved by: its ``mean``, or its ``last`` value.
    scaled
        Whether it is also divided by its standard deviation.

    References
    ----------
    Kim, Kim, Tae, Park, Choi, Choo (2022), *Reversible Instance Normalization for Accurate
    Time-Series Forecasting against Distribution Shift*, ICLR.
    """
    return _normalised()(inner, centre=centre, scaled=scaled)


def mixing_block(
    *, time_hidden: int, feature_hidden: int, dropout: float = 0.0, activation: str = "silu"
) -> Layer:
    """Return a layer that mixes steps, then features, each by a small network with a shortcut.

    Parameters
    ----------
    time_hidden
        Hidden units across steps.
    feature_hidden
        Hidden units across features.
    dropout
        Share of hidden units and outputs that are left out in training. [0 to 1]
    activation
        Of the hidden units; the exact GELU does not convert.

    Returns
    -------
    keras.layers.Layer
        From (batch, steps, features) to the same shape; the number of steps is fixed.

    References
    ----------
    Chen, Li, Yoder, Arik, Pfister (2023), *TSMixer: An All-MLP Architecture for Time Series
    Forecasting*, arXiv:2303.06053.
    """
    return _mixing_block()(
        time_hidden=time_hidden,
        feature_hidden=feature_hidden,
        dropout=dropout,
        activation=activation,
    )


def cyclic(inner: Layer, *, period: int) -> Layer:
    """Return a layer that takes a learned cycle out of the past and puts it back ahead.

    Called with the pair (series, phase): phase is the place in the cycle of the first step of
    each window, int32, shape (batch,), 0 to ``period`` - 1.

    Parameters
    ----------
    inner
        Layer from (batch, steps, features) to (batch, horizon, features).
    period
        Steps after which the cycle repeats.

    References
    ----------
    Lin, Lin, Hu, Wu, Zhao (2024), *CycleNet: Enhancing Time Series Forecasting through
    Modeling Periodic Patterns*, arXiv:2409.18479.
    """
    return _cyclic()(inner, period=period)


def moving_average(steps: int, window: int) -> NDArray[np.float32]:
    """Return the matrix that smooths a series of some steps when multiplied from the right.

    Parameters
    ----------
    steps
        Steps of the series.
    window
        Steps of the average, centred; beyond its ends the series repeats its end values.

    Examples
    --------
    >>> (np.array([3.0, 6.0, 12.0]) @ moving_average(3, 3)).round(3).tolist()
    [4.0, 7.0, 10.0]
    """
    offsets = np.arange(window) - (window - 1) // 2
    places = np.clip(np.arange(steps)[:, None] + offsets, 0, steps - 1)
    matrix = np.zeros((steps, steps), dtype=np.float32)
    np.add.at(matrix, (places, np.arange(steps)[:, None]), np.float32(1 / window))
    return matrix


@cache
def _decomposed_linear() -> type[Layer]:
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class DecomposedLinear(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, horizon: int, *, window: int, **options: object) -> None:
            super().__init__(**options)
            self.horizon = horizon
            self.window = window
            self.rest = keras.layers.Dense(horizon)
            self.trend = keras.layers.Dense(horizon) if window > 1 else None

        def build(self, shape: Shape) -> None:
            by_feature = (shape[0], shape[2], shape[1])
            for dense in (self.rest, self.trend):
                if dense is not None:
                    dense.build(by_feature)
            self.averaging = moving_average(shape[1] or 0, self.window)

        def call(self, series: Tensor) -> Tensor:
            series = ops.transpose(series, (0, 2, 1))
            if self.trend is None:
                ahead = self.rest(series)
            else:
                averaging = ops.cast(self.averaging, series.dtype)
                smooth = ops.matmul(series, averaging)
                ahead = self.rest(series - smooth) + self.trend(smooth)
            return ops.transpose(ahead, (0, 2, 1))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "horizon": self.horizon, "window": self.window}

    return DecomposedLinear


@cache
def _normalised() -> type[Layer]:
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class Normalised(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, inner: Layer, *, centre: str, scaled: bool, **options: object) -> None:
            super().__init__(**options)
            self.inner = inner
            self.centre = centre
            self.scaled = scaled

        def build(self, shape: Shape) -> None:
            if not self.inner.built:  # a loaded layer comes with its inner one built
                self.inner.build(shape)

        def call(self, series: Tensor) -> Tensor:
            mean = ops.mean(series, axis=1, keepdims=True)
            middle = series[:, -1:] if self.centre == "last" else mean
            if not self.scaled:
                return self.inner(series - middle) + middle
            variance = ops.mean(ops.square(series - mean), axis=1, keepdims=True)
            scale = ops.sqrt(variance + SCALE_FLOOR)
            return self.inner((series - middle) / scale) * scale + middle

        def get_config(self) -> dict[str, Any]:
            inner = keras.saving.serialize_keras_object(self.inner)
            own = {"inner": inner, "centre": self.centre, "scaled": self.scaled}
            return {**super().get_config(), **own}

        @classmethod
        def from_config(cls, config: dict[str, Any]) -> Layer:
            inner = keras.saving.deserialize_keras_object(config["inner"])
            return cls(**{**config, "inner": inner})

    return Normalised


@cache
def _mixing_block() -> type[Layer]:
    import keras
    from keras import layers, ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class MixingBlock(keras.layers.Layer):  # type: ignore[misc]
        def __init__(
            self,
            *,
            time_hidden: int,
            feature_hidden: int,
            dropout: float,
            activation: str,
            **options: object,
        ) -> None:
            super().__init__(**options)
            self.options = {
                "time_hidden": time_hidden,
                "feature_hidden": feature_hidden,
                "dropout": dropout,
                "activation": activation,
            }
            self.norms = [layers.LayerNormalization(epsilon=SCALE_FLOOR) for _ in range(2)]
            self.hidden = [layers.Dense(n, activation) for n in (time_hidden, feature_hidden)]
            self.drops = [layers.Dropout(dropout) for _ in range(4)]

        def build(self, shape: Shape) -> None:
            batch, steps, features = shape
            self.outs = [layers.Dense(steps), layers.Dense(features)]
            for norm in self.norms:
                norm.build(shape)
            for hidden, out, of in zip(
                self.hidden, self.outs, ((batch, features, steps), shape), strict=True
            ):
                hidden.build(of)
                out.build((*of[:-1], hidden.units))

        def call(self, series: Tensor) -> Tensor:
            turned = ops.transpose(self.norms[0](series), (0, 2, 1))
            series = series + ops.transpose(self._mixed(0, turned), (0, 2, 1))
            return series + self._mixed(1, self.norms[1](series))

        def _mixed(self, axis: int, values: Tensor) -> Tensor:
            before, after = self.drops[2 * axis : 2 * axis + 2]
            return after(self.outs[axis](before(self.hidden[axis](values))))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), **self.options}

    return MixingBlock


@cache
def _cyclic() -> type[Layer]:
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class Cyclic(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, inner: Layer, *, period: int, **options: object) -> None:
            super().__init__(**options)
            self.inner = inner
            self.period = period

        def build(self, shapes: list[Shape]) -> None:
            shape = shapes[0]
            if not self.inner.built:  # a loaded layer comes with its inner one built
                self.inner.build(shape)
            self.cycle = self.add_weight(
                shape=(self.period, shape[2]), initializer="zeros", name="cycle"
            )

        def call(self, inputs: list[Tensor]) -> Tensor:
            series, phase = inputs
            steps = series.shape[1]
            ahead = self.inner(series - self._at(phase, steps))
            return ahead + self._at(phase + steps, ahead.shape[1])

        def _at(self, phase: Tensor, steps: int) -> Tensor:
            places = ops.expand_dims(phase, 1) + ops.arange(steps, dtype="int32")
            return ops.take(self.cycle, ops.mod(places, self.period), axis=0)

        def get_config(self) -> dict[str, Any]:
            inner = keras.saving.serialize_keras_object(self.inner)
            return {**super().get_config(), "inner": inner, "period": self.period}

        @classmethod
        def from_config(cls, config: dict[str, Any]) -> Layer:
            inner = keras.saving.deserialize_keras_object(config["inner"])
            return cls(**{**config, "inner": inner})

    return Cyclic
