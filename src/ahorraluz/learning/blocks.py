"""Building blocks of the networks: linear maps over time, normalisation, mixing, cycles.

Keras is imported inside the functions, so that this module costs nothing where no network is
trained. Every block is a registered layer of plain operations (matrix products, means, SiLU):
a ``.keras`` file loads without unsafe deserialisation once ``register_blocks`` has run, and
each block converts to LiteRT. Inputs are series by time, shape (batch, steps, features).
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

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


def _over_time(layer: Callable[[Tensor], Tensor], series: Tensor) -> Tensor:
    """Apply a layer of last axes across the steps of a series."""
    from keras import ops

    return ops.transpose(layer(ops.transpose(series, (0, 2, 1))), (0, 2, 1))


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

        def call(self, series: Tensor) -> Tensor:
            if self.trend is None:
                return _over_time(self.rest, series)
            smooth = self._smooth(series)
            return _over_time(self.rest, series - smooth) + _over_time(self.trend, smooth)

        def _smooth(self, series: Tensor) -> Tensor:
            before = (self.window - 1) // 2
            first = ops.repeat(series[:, :1], before, axis=1)
            last = ops.repeat(series[:, -1:], self.window - 1 - before, axis=1)
            longer = ops.concatenate([first, series, last], axis=1)
            return ops.average_pool(longer, self.window, strides=1, padding="valid")

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
    from keras import layers

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
            sizes = {"time_hidden": time_hidden, "feature_hidden": feature_hidden}
            self.options = {**sizes, "dropout": dropout, "activation": activation}
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
            series = series + _over_time(self._mix_steps, self.norms[0](series))
            return series + self._mix(1, self.norms[1](series))

        def _mix_steps(self, turned: Tensor) -> Tensor:
            return self._mix(0, turned)

        def _mix(self, axis: int, values: Tensor) -> Tensor:
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
