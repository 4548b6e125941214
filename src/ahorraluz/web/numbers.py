"""Numbers that an address names: no larger than any that a database gives out."""

from typing_extensions import override
from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**31 - 1
"""Of an integer column. A larger one names nothing, and would be an error of the database."""


class KnownNumber(IntegerConverter):
    """``<int:name>`` in a rule: any other number is not found."""

    @override
    def to_python(self, value: str) -> int:
        """Return the number; whatever has too many digits is not even read."""
        if len(value) > len(str(LARGEST)):
            raise ValidationError
        number: int = super().to_python(value)
        if number > LARGEST:
            raise ValidationError
        return number
