"""What goes wrong with a service, by itself: the terminal knows it without loading what services need."""


class ServiceError(Exception):
    """A service could not be started or reached; the message is one sentence that says what to do."""
