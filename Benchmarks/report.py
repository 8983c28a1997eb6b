"""The Markdown table of one scenario."""

import statistics


def median(rounds, key):
    values = [seen[key] for seen in rounds]
    return None if None in values else statistics.median(values)


def total(seen):
    return seen["user"] + seen["kernel"]


def milliseconds(value):
    return "" if value is None else f"{value:.2f}"


def table(servers, rounds, unit="request", reference="keyward"):
    """Medians of the rounds by server, and everybody's CPU time divided by the reference's."""
    lines = [
        f"| | {unit}s/s | p50 ms | p99 ms | user µs | kernel µs | CPU µs a {unit} (least to most) | memory MiB "
        "| client busy |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    costs = {}
    for server in servers:
        seen = rounds[server.name]
        totals = [total(one) for one in seen]
        costs[server.name] = statistics.median(totals)
        lines.append(
            f"| {server.name} | {median(seen, 'rate'):,.0f} | {milliseconds(median(seen, 'p50'))} "
            f"| {milliseconds(median(seen, 'p99'))} | {median(seen, 'user'):.1f} | {median(seen, 'kernel'):.1f} "
            f"| **{costs[server.name]:.1f}** ({min(totals):.1f} to {max(totals):.1f}) | {server.memory:.1f} "
            f"| {median(seen, 'busy'):.0f} % |")
    own = costs.get(reference)
    ratios = [f"{name} {one / own:.2f}" for name, one in costs.items() if own and name != reference]
    if ratios:
        lines += ["", f"CPU µs a {unit}, divided by that of {reference}: " + ", ".join(ratios) + "."]
    return "\n".join(lines)
