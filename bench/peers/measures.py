"""The table of measures and of goals. Values are seconds, bytes, and answers per second.

To add one more: a line in MEASURES, and its value in rounds.py.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Measure:
    key: str
    title: str
    unit: str  # as it is shown: ms, /s, MB, KB, or nothing for a count
    better: str  # "less", "more", or "" where neither is


MEASURES = [
    Measure("start", "Start: exec to the first 200 of a PUT", "ms", "less"),
    Measure("put_rate", "PUT update_cert, same 4 KB body, 16 connections", "/s", "more"),
    Measure("put_p50", "  p50 of it", "ms", "less"),
    Measure("put_p99", "  p99 of it", "ms", "less"),
    Measure("distinct_rate", "PUT update_cert, a different certificate each time", "/s", "more"),
    Measure("distinct_p99", "  p99 of it", "ms", "less"),
    Measure("get_rate", "GET nodes, 16 connections", "/s", "more"),
    Measure("get_p99", "  p99 of it", "ms", "less"),
    Measure("new_rate", "GET nodes, new connection and full handshake each time", "/s", "more"),
    Measure("many_rate", "GET nodes, 1,000 connections", "/s", "more"),
    Measure("many_p99", "  p99 of it", "ms", "less"),
    Measure("many_alive", "  connections that all got their answers, of 1,000", "", "more"),
    Measure("memory_start", "Memory after start", "MB", "less"),
    Measure("memory_load", "Memory after all of this load", "MB", "less"),
    Measure("answers", "  requests answered by then", "", ""),
]
BY_KEY = {measure.key: measure for measure in MEASURES}

FACTORS = {"ms": 1e3, "MB": 1e-6, "KB": 1e-3, "/s": 1, "x": 1, "": 1}


def shown(value, unit):
    """Three digits that count, thousands with commas, and the unit: 0.31 ms, 41.2 MB, 8,000/s."""
    scaled = value * FACTORS[unit]
    if unit == "" or scaled >= 1000:
        number = f"{scaled:,.0f}"
    elif scaled >= 100:
        number = f"{scaled:.0f}"
    elif scaled >= 10:
        number = f"{scaled:.1f}"
    else:
        number = f"{scaled:.2f}"
    return number + (unit if unit in ("/s", "x") else f" {unit}" if unit else "")


@dataclasses.dataclass(frozen=True)
class Goal:
    """certdrill's median, divided by that of `against` if there is one, must keep the limit."""

    sentence: str
    key: str
    against: str
    limit: float
    at_most: bool
    unit: str = "x"
    every_round: bool = False  # the worst round counts, not the median


PUTS_OF_GOAL = 1_000_000  # fewer prove nothing about a million

GOALS = [
    Goal("start within 3x of nginx", "start", "nginx", 3, True),
    Goal("PUT, same body: as many as WireMock tuned", "put_rate", "wiremock-tuned", 1, False),
    Goal("p99 of it: at most half of WireMock tuned", "put_p99", "wiremock-tuned", 0.5, True),
    Goal("PUT, different certificates: 8,000/s", "distinct_rate", "", 8000, False, "/s"),
    Goal("GET nodes: half of nginx", "get_rate", "nginx", 0.5, False),
    Goal("new connections: within 10% of nginx", "new_rate", "nginx", 0.9, False),
    Goal("1,000 connections: p99 below 100 ms", "many_p99", "", 0.1, True, "ms"),
    Goal("1,000 connections: all make progress", "many_alive", "", 1000, False, "", True),
    Goal("memory after start: at most 25 MB", "memory_start", "", 25e6, True, "MB"),
    Goal("memory after a million PUTs: at most 64 MB", "memory_puts", "", 64e6, True, "MB"),
    Goal("memory per further node: at most 100 KB", "memory_per_node", "", 100e3, True, "KB"),
]
