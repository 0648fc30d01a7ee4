"""The one exception a user is meant to read."""


class InputError(Exception):
    """Something the user can mend: its message is one line saying what is wrong and what to do."""
