"""What can be wrong with a file that should be a recibo."""

from ahorraluz.core.issues import AhorraLuzError


class ReciboFileError(AhorraLuzError):
    """A file that is no recibo, or one that cannot be read."""
