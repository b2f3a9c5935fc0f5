"""Refusals written for the person who reads them."""


class Refused(Exception):
    """An action that may not be done. The message says what, where and what to do, and is shown to the user."""


class NotAllowed(Refused):
    """The actor's role or area does not permit the action."""
