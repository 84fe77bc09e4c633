"""The result of a run as Markdown. A result is the dictionary that measure writes as JSON."""

import statistics

import measures


def median(result, contender, key):
    """The median over the rounds, or None if it was not measured."""
    values = result["contenders"].get(contender, {}).get("values", {}).get(key)
    return statistics.median(values) if values else None


def worst(result, goal):
    values = result["contenders"].get("certdrill", {}).get("values", {}).get(goal.key)
    return (max if goal.at_most else min)(values) if values else None


def judge(result, goal):
    """What was seen for the goal, and whether it was reached; None if it was not measured."""
    if goal.key == "memory_puts" and result.get("puts", 0) < measures.PUTS_OF_GOAL:
        return None
    seen = worst(result, goal) if goal.every_round else median(result, "certdrill", goal.key)
    base = median(result, goal.against, goal.key) if goal.against else 1
    if seen is None or not base:
        return None
    seen /= base
    return seen, (seen <= goal.limit if goal.at_most else seen >= goal.limit)


def cell(values, unit):
    if not values:
        return "-"
    middle = measures.shown(statistics.median(values), unit)
    if min(values) == max(values):
        return f"**{middle}**"
    spread = f"{measures.shown(min(values), unit)} to {measures.shown(max(values), unit)}"
    return f"**{middle}**<br><sub>{spread}</sub>"


def row(cells):
    return "| " + " | ".join(cells) + " |"


def main_table(result):
    shown = result["contenders"]
    lines = [
        row(["", *(entry["label"] for entry in shown.values())]),
        row(["---"] + ["---:"] * len(shown)),
    ]
    for measure in measures.MEASURES:
        cells = [cell(entry["values"].get(measure.key), measure.unit) for entry in shown.values()]
        if any(text != "-" for text in cells):
            indent = measure.title.replace("  ", "&nbsp;&nbsp;", 1)
            lines.append(row([indent, *cells]))
    return lines


def goal_table(result):
    lines = [row(["certdrill's goal", "seen", "reached"]), row(["---", "---:", "---"])]
    for goal in measures.GOALS:
        verdict = judge(result, goal)
        if verdict is None:
            lines.append(row([goal.sentence, unjudged(result, goal), "-"]))
            continue
        seen = measures.shown(verdict[0], goal.unit)
        if goal.key == "memory_puts":
            seen += f" after {result['puts']:,} PUTs"
        lines.append(row([goal.sentence, seen, "yes" if verdict[1] else "**no**"]))
    return lines


def unjudged(result, goal):
    memory = median(result, "certdrill", goal.key)
    if goal.key != "memory_puts" or memory is None:
        return "not measured"
    return f"{measures.shown(memory, goal.unit)} after {result['puts']:,}; run with --million"


def memory_of_nodes(result):
    nodes = result.get("memory_of_nodes")
    if not nodes:
        return []
    seen = ", ".join(
        f"{measures.shown(statistics.median(values), 'MB')} with {int(count):,} nodes"
        for count, values in nodes.items()
    )
    return ["", f"certdrill's memory after start: {seen}, with all their listeners."]


def troubles(result):
    lines = []
    for entry in result["contenders"].values():
        lines += [f"- {entry['label']}: {trouble}" for trouble in entry["troubles"]]
    lines += [f"- not measured: {label}; {hint}" for label, hint in result["missing"].items()]
    return ["", *lines] if lines else []


def conditions(result):
    machine, options = result["machine"], result["options"]
    load = ", ".join(f"{value:.2f}" for value in result["load_average"])
    return (
        f"{result['date']} - {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['system']}, {machine['kernel']}. "
        f"Client and server share the machine; load average before: {load}. "
        f"{options['rounds']} interleaved rounds, {options['seconds']} s each measure; "
        "the median, below it the smallest and the largest round."
    )


def busy_sentence(result):
    cores = result["others_cores"]
    if not result["busy"]:
        return f"Other processes used {cores:.0%} of one core meanwhile."
    return (
        f"**Machine busy:** other processes used {cores:.0%} of one core meanwhile, so these "
        "numbers are no measurement."
    )


def markdown(result):
    notes = [
        f"- {entry['label']} ({entry['version']}): {entry['note']}"
        for entry in result["contenders"].values()
    ]
    tools = ", ".join(f"{name} {version}" for name, version in result["tools"].items())
    return "\n".join(
        [
            "# certdrill beside its peers",
            "",
            conditions(result),
            "",
            busy_sentence(result),
            "",
            *main_table(result),
            "",
            *goal_table(result),
            *memory_of_nodes(result),
            *troubles(result),
            "",
            "All but certdrill send canned answers and look at nothing. Same RSA 2048 key for all; "
            "HTTPS, unless it says otherwise.",
            "",
            *notes,
            f"- clients: {tools}.",
            "",
        ]
    )
