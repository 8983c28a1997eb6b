"""The list of stagings: each plays one row's fault, on a pod whose server it starts, or sees refused."""

STAGINGS = {}


def staging(function):
    """The row is the one that the function is called as, with hyphens."""
    STAGINGS[function.__name__.replace("_", "-")] = function
    return function
