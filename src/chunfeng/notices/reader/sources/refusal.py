"""The refusal every source raises, and the limits all sources share."""

MAX_BYTES = 20 * 2**20
MAX_CHARACTERS = 5_000_000


class Unreadable(Exception):
    """A file that cannot be read; the message says what it is, where the trouble lies and what to do."""
