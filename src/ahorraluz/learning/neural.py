"""The day mixer: one network for all homes, a small correction of each home's own climatology.

Twenty-eight days of 24 hours are mixed as tokens; each day ahead looks for the days that it
will be like and takes their hours, and is shown those that the calendar calls alike. What is
learnt is only by how much the quantiles and the mean move from the climatology, and it begins
at nothing. Operations are those that LiteRT converts: no ``arcsinh``, ``log(1 + x)`` for
``log1p``, SiLU for GELU.
"""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, TypeAlias

from ahorraluz.core.forecast.forecaster import CONTEXT_DAYS, HORIZON_DAYS, HOURS_DAY, QUANTILES
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.blocks import PACKAGE, mixing_block, register_blocks
from ahorraluz.learning.day_tokens import HEADS, SHAPES, WEEK

Layer: TypeAlias = Any
Model: TypeAlias = Any
Tensor: TypeAlias = Any
"""Of Keras, which has no types and is not there when this is read."""

FAR = 1e4
"""Taken from the likeness of a day of which nothing is known, so that nobody looks at it."""
FREE_MARKS = slice(5, 8)
"""Of a day's features: Saturday, Sunday, holiday."""
UNKNOWN = -1.0
"""Hour ahead that was not measured, in the targets."""
SPREAD_OF_MEAN, SPREAD_FLOOR = 0.3, 0.1
"""A band of one day's readings is too thin to correct in its own units: parts of the hour's
mean and of the home's mean hour are added. [of a mean hour]"""


class ExtraMissingError(AhorraLuzError):
    """A part that is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the network."""

    width: int = 48
    """Features of a day."""
    blocks: int = 2
    heads: int = 4
    """Ways in which a day ahead looks back."""
    hour_code: int = 8
    """What the days tell each hour."""
    hour_hidden: int = 64
    dropout: float = 0.2


def require_tensorflow() -> None:
    """Refuse to go on without the extra (``train-extra-missing``)."""
    try:
        import keras  # noqa: F401
        import tensorflow  # noqa: F401
    except ImportError as error:
        raise ExtraMissingError("train-extra-missing", extra="train") from error


def register_layers() -> None:
    """Register every layer, so that a saved network can be loaded."""
    register_blocks()
    for layer in (_day_tokens, _look_back, _days_alike, _correction, _ordered):
        layer()


def build(shape: Shape | None = None, *, name: str = "day_mixer") -> Model:
    """Return one untrained network, which answers with the climatology.

    Parameters
    ----------
    shape
        Sizes; ``None``: those of the default model.
    name
        Name of the network; those that are joined must differ.

    Returns
    -------
    keras.Model
        From inputs of ``SHAPES`` by name to (batch, 7, 24, 10): the quantiles and the mean of
        each hour, scaled by the home's level, neither sorted nor kept above zero.
    """
    import keras
    from keras import layers

    shape = shape or Shape()
    inputs = {name: keras.Input(size, name=name) for name, size in SHAPES.items()}
    raw, seen = _day_tokens()()(
        [inputs["history"], inputs["known"], inputs["past"], inputs["home"]]
    )
    days = layers.Dense(shape.width)(raw)
    days = layers.Dropout(shape.dropout / 2)(days)
    for _ in range(shape.blocks):
        days = mixing_block(
            time_hidden=2 * CONTEXT_DAYS,
            feature_hidden=2 * shape.width,
            dropout=shape.dropout,
        )(days)
    days = layers.LayerNormalization()(days)
    look = _look_back()(width=shape.width, heads=shape.heads)
    ahead, profiles = look(
        [days, seen, inputs["ahead"], inputs["home"], inputs["history"], inputs["known"]]
    )
    hidden = layers.Dense(2 * shape.width, "silu")(ahead)
    hidden = layers.Dropout(shape.dropout)(hidden)
    code = layers.Dense(HOURS_DAY * shape.hour_code)(hidden)
    out = _correction()(code=shape.hour_code, hidden=shape.hour_hidden)(
        [
            code,
            profiles,
            _days_alike()()([inputs["history"], inputs["known"], inputs["past"], inputs["ahead"]]),
            inputs["recent"],
            inputs["base"],
        ]
    )
    return keras.Model(inputs, out, name=name)


def joined(members: list[Model]) -> Model:
    """Return the mean of several networks, with quantiles in order and nothing below zero."""
    import keras
    from keras import layers

    inputs = {name: keras.Input(size, name=name) for name, size in SHAPES.items()}
    outs = [member(inputs) for member in members]
    mean = layers.Average()(outs) if len(outs) > 1 else outs[0]
    return keras.Model(inputs, _ordered()()(mean), name="day_mixer_ensemble")


def loss_of(mean_weight: float) -> Any:  # noqa: ANN401 - a function of Keras tensors
    """Return the loss: pinball of the quantiles and squared error of the mean.

    Parameters
    ----------
    mean_weight
        Weight of the squared error against the pinball loss.
    """
    from keras import ops

    levels = ops.convert_to_tensor(QUANTILES, "float32")

    def loss(told: Tensor, answer: Tensor) -> Tensor:
        actual, weight, calm = told[..., 0], told[..., 1], told[..., 2]
        measured = ops.cast(actual > UNKNOWN / 2, "float32")
        count = ops.maximum(ops.sum(measured, axis=(1, 2)), 1.0)
        over = ops.expand_dims(actual, -1) - answer[..., :-1]
        pinball = 2.0 * ops.mean(ops.maximum(levels * over, (levels - 1.0) * over), axis=-1)
        squared = ops.square(actual - answer[..., -1])
        each = (weight * pinball + mean_weight * ops.square(weight * calm) * squared) * measured
        return ops.sum(each, axis=(1, 2)) / count

    return loss


@cache
def _day_tokens() -> type[Layer]:
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class DayTokens(keras.layers.Layer):  # type: ignore[misc]
        def call(self, given: list[Tensor]) -> tuple[Tensor, Tensor]:
            history, known, past, home = given
            seen = ops.max(known, axis=-1)
            each = ops.expand_dims(home, 1) + ops.zeros_like(past[..., :1])
            tokens = ops.concatenate([ops.log(1.0 + history), known, past, each], axis=-1)
            return tokens * ops.expand_dims(seen, -1), seen

    return DayTokens


def _by_head(values: Tensor, heads: int) -> Tensor:
    """Return values of days, shape (n, days, width), as (n, heads, days, width / heads)."""
    from keras import ops

    days, width = values.shape[1:]
    parts = ops.reshape(values, (-1, days, heads, width // heads))
    return ops.transpose(parts, (0, 2, 1, 3))


def _profiles(weights: Tensor, history: Tensor, known: Tensor) -> Tensor:
    """Return the days that heads looked at, hour by hour: their mean and how much is known."""
    from keras import ops

    sums = ops.matmul(weights, ops.expand_dims(history, 1))
    parts = ops.matmul(weights, ops.expand_dims(known, 1))
    profiles = ops.stack([sums / (parts + 1e-3), parts], axis=-1)
    profiles = ops.transpose(profiles, (0, 2, 3, 1, 4))
    return ops.reshape(profiles, (-1, HORIZON_DAYS, HOURS_DAY, 2 * weights.shape[1]))


@cache
def _look_back() -> type[Layer]:
    import keras
    from keras import layers, ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class LookBack(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, *, width: int, heads: int, **options: object) -> None:
            super().__init__(**options)
            self.width = width
            self.heads = heads
            self.asks = layers.Dense(width)
            self.wants = layers.Dense(width)
            self.offers = layers.Dense(width)
            self.tells = layers.Dense(width)

        def build(self, shapes: list[tuple[int | None, ...]]) -> None:
            days, _, ahead, home, _, _ = shapes
            self.asks.build((None, HORIZON_DAYS, (ahead[2] or 0) + (home[1] or 0) + self.width))
            self.wants.build((None, HORIZON_DAYS, self.width))
            self.offers.build(days)
            self.tells.build(days)
            self.place = self.add_weight(
                shape=(HORIZON_DAYS, self.width), initializer="glorot_uniform", name="place"
            )
            self.near = self.add_weight(
                shape=(self.heads, HORIZON_DAYS, CONTEXT_DAYS), initializer="zeros", name="near"
            )

        def call(self, given: list[Tensor]) -> tuple[Tensor, Tensor]:
            days, seen, ahead, home, history, known = given
            count = ops.maximum(ops.sum(seen, axis=1, keepdims=True), 1.0)
            whole = ops.sum(days * ops.expand_dims(seen, -1), axis=1) / count
            of_home = ops.expand_dims(ops.concatenate([home, whole], axis=-1), 1)
            each = of_home + ops.zeros_like(ahead[..., :1])
            asked = ops.silu(self.asks(ops.concatenate([ahead, each], axis=-1)) + self.place)
            wanted = _by_head(self.wants(asked), self.heads)
            offered = _by_head(self.offers(days), self.heads)
            alike = ops.matmul(wanted, ops.transpose(offered, (0, 1, 3, 2)))
            alike = alike / (self.width / self.heads) ** 0.5 + self.near
            weights = ops.softmax(alike - FAR * (1.0 - seen[:, None, None, :]), axis=-1)
            told = ops.matmul(weights, _by_head(self.tells(days), self.heads))
            told = ops.reshape(ops.transpose(told, (0, 2, 1, 3)), (-1, HORIZON_DAYS, self.width))
            return ops.concatenate([asked, told], axis=-1), _profiles(weights, history, known)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "width": self.width, "heads": self.heads}

    return LookBack


@cache
def _days_alike() -> type[Layer]:
    import keras
    from keras import ops

    def beside(days: Tensor) -> list[Tensor]:
        """Return days with their hours an hour later and an hour earlier; the clock is a circle."""
        later = ops.concatenate([days[..., -1:], days[..., :-1]], axis=-1)
        earlier = ops.concatenate([days[..., 1:], days[..., :1]], axis=-1)
        return [later, earlier]

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class DaysAlike(keras.layers.Layer):  # type: ignore[misc]
        def call(self, given: list[Tensor]) -> Tensor:
            history, known, past, ahead = given
            parts = []
            for alike in (_same_kind(ahead, past), _same_weekday(ahead, past)):
                count = ops.matmul(alike, known)
                parts += [ops.matmul(alike, history) / (count + 1e-3), count / CONTEXT_DAYS]
            each = ops.zeros_like(parts[0])
            week = history[:, -WEEK:]
            parts += [week, known[:, -WEEK:], *beside(week), history[:, -2 * WEEK : -WEEK]]
            last = [history[:, CONTEXT_DAYS - n : CONTEXT_DAYS - n + 1] for n in (1, 2, 3)]
            parts += [day + each for day in (*last, *beside(last[0]))]
            return ops.stack(parts, axis=-1)

    return DaysAlike


def _same_kind(ahead: Tensor, past: Tensor) -> Tensor:
    """Return which past days are free, or are not, as each day ahead, shape (n, 7, 28)."""
    from keras import ops

    both = []
    for days in (ahead, past):
        free = ops.max(days[..., FREE_MARKS], axis=-1, keepdims=True)
        both.append(ops.concatenate([free, 1.0 - free], axis=-1))
    return ops.matmul(both[0], ops.transpose(both[1], (0, 2, 1)))


def _same_weekday(ahead: Tensor, past: Tensor) -> Tensor:
    """Return which past days have the weekday of each day ahead, shape (n, 7, 28)."""
    from keras import ops

    return ops.matmul(ahead[..., :WEEK], ops.transpose(past[..., :WEEK], (0, 2, 1)))


@cache
def _correction() -> type[Layer]:
    import keras
    from keras import layers, ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class Correction(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, *, code: int, hidden: int, **options: object) -> None:
            super().__init__(**options)
            self.code = code
            self.units = hidden
            self.hidden = [layers.Dense(hidden, "silu") for _ in range(2)]
            self.moves = layers.Dense(2 * HEADS, kernel_initializer="zeros")

        def build(self, shapes: list[tuple[int | None, ...]]) -> None:
            features = self.code + sum(shape[-1] or 0 for shape in shapes[1:])
            self.hidden[0].build((None, HORIZON_DAYS, HOURS_DAY, features))
            self.hidden[1].build((None, HORIZON_DAYS, HOURS_DAY, self.units))
            self.moves.build((None, HORIZON_DAYS, HOURS_DAY, self.units))

        def call(self, given: list[Tensor]) -> Tensor:
            code, profiles, alike, recent, base = given
            code = ops.reshape(code, (-1, HORIZON_DAYS, HOURS_DAY, self.code))
            recent = ops.expand_dims(recent, 1) + ops.zeros_like(base[..., :1])
            features = [code, *(ops.log(1.0 + part) for part in (profiles, alike, recent, base))]
            values = ops.concatenate(features, axis=-1)
            for dense in self.hidden:
                values = dense(values)
            band = base[..., HEADS - 2 : HEADS - 1] - base[..., :1]
            spread = 0.5 * band + SPREAD_OF_MEAN * base[..., HEADS - 1 :] + SPREAD_FLOOR
            moves = self.moves(values)
            towards = recent[..., :HEADS] - base
            return base + spread * moves[..., :HEADS] + towards * moves[..., HEADS:]

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "code": self.code, "hidden": self.units}

    return Correction


@cache
def _ordered() -> type[Layer]:
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class Ordered(keras.layers.Layer):  # type: ignore[misc]
        def call(self, answer: Tensor) -> Tensor:
            answer = ops.maximum(answer, 0.0)
            rising = ops.sort(answer[..., :-1], axis=-1)
            return ops.concatenate([rising, answer[..., -1:]], axis=-1)

    return Ordered


def sizes(shape: Shape) -> dict[str, float]:
    """Return the sizes of a network by name, for its card."""
    return asdict(shape)
