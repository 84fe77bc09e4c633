"""What Google Benchmark's JSON says: medians by benchmark, judged by bench/goals.json, as one table."""

import re
import statistics

# What Google Benchmark appends to a name to say how it was measured, not what.
HOW_MEASURED = re.compile(r"/(real_time|manual_time|process_time|(iterations|min_time|repeats):[\d.]+)")
SECONDS_PER_UNIT = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def plain_name(benchmark):
    return HOW_MEASURED.sub("", benchmark["run_name"])


def medians(benchmarks):
    """{name: {measure: median of the repetitions}}, in base units; errors are under "error"."""
    repetitions = {}
    for benchmark in benchmarks:
        if benchmark["run_type"] == "iteration":
            repetitions.setdefault(plain_name(benchmark), []).append(benchmark)
    return {name: _median(runs) for name, runs in repetitions.items()}


def _median(runs):
    failed = [run["error_message"] for run in runs if run.get("error_occurred")]
    if failed:
        return {"error": failed[0]}
    return {measure: statistics.median(_in_base_units(run, measure) for run in runs)
            for measure in MEASURES if measure in runs[0]}


def _in_base_units(run, measure):
    return run[measure] * (SECONDS_PER_UNIT[run["time_unit"]] if measure in TIMES else 1)


def _scaled(value, steps):
    for size, unit in steps:
        if value >= size:
            return f"{value / size:.3g} {unit}" if value / size < 1000 else f"{value / size:.0f} {unit}"
    size, unit = steps[-1]
    return f"{value / size:.3g} {unit}"


def duration(seconds):
    return _scaled(seconds, [(1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")])


def size(count):
    return _scaled(count, [(1e6, "MB"), (1e3, "KB"), (1, "B")])


def rate(per_second):
    return f"{per_second:,.0f}/s"


# Of each measure: what it is called in the table, and how it is written.
MEASURES = {
    "real_time": ("time", duration),
    "cpu_time": ("CPU time", duration),
    "items_per_second": ("rate", rate),
    "per_node": ("per node", duration),
    "reads_per_second": ("reads", rate),
    "p50": ("p50", duration),
    "p99": ("p99", duration),
    "client_share": ("client's share", lambda share: f"{share:.0%}"),
    "cores_used": ("cores", lambda cores: f"{cores:.1f}"),
    "server_cpu": ("server's CPU", duration),
    "resident_bytes": ("resident", size),
    "bytes_per_node": ("per further node", size),
}
TIMES = ("real_time", "cpu_time")
# cpu_time is there for ratios: a neighbour that takes the processor away lengthens real_time alone.
NOT_UNDER_MORE = ("real_time", "cpu_time", "items_per_second")
OWN_COLUMNS = ("real_time", "items_per_second")


def judge(goal, results):
    """What was reached of a goal, in words; None when it was not measured."""
    measure = goal["measure"]
    here = results.get(goal["benchmark"], {}).get(measure)
    if here is None:
        return None
    label, text = MEASURES[measure]
    if "over" in goal:
        floor = results.get(goal["over"], {}).get(measure)
        if floor is None:
            return None
        here, text, label = here / floor, lambda ratio: f"{ratio:.2f}x", f"{label} of {goal['over']}"
    if "at_most" in goal:
        met, limit = here <= goal["at_most"], f"at most {text(goal['at_most'])}"
    else:
        met, limit = here >= goal["at_least"], f"at least {text(goal['at_least'])}"
    return f"{'met' if met else 'MISSED'}: {text(here)} {label} ({limit})"


def table(results, goals):
    rows = [("benchmark", "time", "rate", "more", "goal")]
    for name, found in results.items():
        if "error" in found:
            rows.append((name, "ERROR", "", found["error"], ""))
            continue
        own = [MEASURES[measure][1](found[measure]) if measure in found else "" for measure in OWN_COLUMNS]
        more = ", ".join(f"{label} {text(found[measure])}" for measure, (label, text) in MEASURES.items()
                         if measure in found and measure not in NOT_UNDER_MORE)
        reached = [judge(goal, results) for goal in goals if goal["benchmark"] == name]
        rows.append((name, *own, more, "; ".join(filter(None, reached))))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    aligned = ["  ".join(cell.rjust(width) if column in (1, 2) else cell.ljust(width)
                         for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
    aligned.insert(1, "-" * min(max(map(len, aligned)), 200))
    return "\n".join(aligned)
