"""How az prints a result."""

import json

from .stand_ins import Answer


def printed(result, output):
    if output == "none" or result is None:
        return Answer()
    if output == "tsv":
        # Rows of a list, each in its line.
        rows = result if isinstance(result, list) else [result]
        return Answer("".join(f"{str(row).lower() if isinstance(row, bool) else row}\n" for row in rows))
    if output == "table":
        return Answer(f"Result\n--------\n{result}\n")
    return Answer(f"{json.dumps(result, indent=2)}\n")
