"""The result of a run as an SVG: a panel of horizontal bars for each measure, certdrill in colour.

The same contenders in the same order in every panel, so that a row means the same everywhere. A
panel whose values lie far apart has a logarithmic axis, and says so; its bars begin at the left end
of the axis, half a decade or more below the smallest value.
"""

import dataclasses
import html
import math
import statistics

import measures

WIDTH = 830
MARGIN = 24
GUTTER = 30
COLUMNS = 2
PANEL = (WIDTH - 2 * MARGIN - GUTTER) / COLUMNS
LABELS = 134  # to the left of the bars
VALUES = 66  # to the right of the longest bar
ROW = 21
BAR = 13
ABOVE_ROWS = 42
BELOW_ROWS = 36
HEADER = 82
LINEAR_UP_TO = 40  # largest value through smallest; beyond, the axis is logarithmic

FONT = "-apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"
INK, SOFT, FAINT = "#1f2328", "#59636e", "#e4e7eb"
OURS, THEIRS, OURS_DARK, THEIRS_DARK = "#0f9488", "#b9c2cc", "#064b48", "#6b7682"
ALARM = "#b42318"


@dataclasses.dataclass(frozen=True)
class Panel:
    key: str
    title: str


PANELS = [
    Panel("start", "Start, to the first 200 of a PUT"),
    Panel("memory_load", "Memory after all of the load"),
    Panel("put_rate", "PUT update_cert, 16 connections"),
    Panel("put_p99", "PUT update_cert, p99 latency"),
    Panel("get_rate", "GET nodes, 16 connections"),
    Panel("new_rate", "GET nodes, a full TLS handshake for each"),
]


@dataclasses.dataclass(frozen=True)
class Axis:
    """Values to pixels right of the labels."""

    low: float
    high: float
    logarithmic: bool

    def at(self, value):
        if self.logarithmic:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = value / self.high
        return max(0.0, min(1.0, share)) * (PANEL - LABELS - VALUES)

    def ticks(self):
        if self.logarithmic:
            first, last = round(math.log10(self.low)), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(first, last + 1)]
        power = 10 ** math.floor(math.log10(self.high))
        steps = (power * share for share in (0.2, 0.5, 1, 2, 5))
        step = next(step for step in steps if self.high / step <= 4.5)
        return [step * count for count in range(int(self.high / step + 1e-9) + 1)]


def axis_for(values):
    """An axis in the unit that is shown, for medians and spreads alike."""
    smallest, largest = min(values), max(values)
    if largest <= LINEAR_UP_TO * smallest:
        return Axis(0.0, largest, False)
    low = 10.0 ** math.floor(math.log10(smallest) - 0.3)
    return Axis(low, largest, True)


def text(x, y, content, size=11, fill=INK, anchor="start", weight="normal"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{html.escape(content)}</text>'
    )


def halo(element):
    """Keeps the lines of the grid from running through a text."""
    return element.replace("<text ", '<text paint-order="stroke" stroke="#fff" stroke-width="4" ')


def line(x1, y1, x2, y2, stroke, width=1.0):
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" '
        f'stroke-width="{width}"/>'
    )


def rectangle(x, y, width, height, fill):
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" '
        f'fill="{fill}"/>'
    )


def tick_label(value, unit):
    number = f"{value / 1000:,.0f}k" if unit == "/s" and value >= 1000 else f"{value:,.6g}"
    return number


def subtitle(measure, axis):
    words = {"ms": "milliseconds", "/s": "per second", "MB": "MB resident"}[measure.unit]
    scale = ", logarithmic scale" if axis.logarithmic else ""
    return f"{words}{scale}; {measure.better} is better"


def panel(x, y, shape, contenders):
    measure = measures.BY_KEY[shape.key]
    factor = measures.FACTORS[measure.unit]
    rows = [
        (entry, [value * factor for value in entry["values"].get(shape.key, [])])
        for entry in contenders
    ]
    everything = [value for _, values in rows for value in values if value > 0]
    parts = [text(x, y + 12, shape.title, 13, weight="600")]
    if not everything:
        return [*parts, text(x, y + 28, "not measured", 11, SOFT)]
    axis = axis_for(everything)
    parts.append(text(x, y + 28, subtitle(measure, axis), 11, SOFT))
    left, top = x + LABELS, y + ABOVE_ROWS
    bottom = top + ROW * len(rows)
    for tick in axis.ticks():
        at = left + axis.at(tick)
        parts.append(line(at, top, at, bottom, FAINT))
        parts.append(text(at, bottom + 13, tick_label(tick, measure.unit), 10, SOFT, "middle"))
    for index, (entry, values) in enumerate(rows):
        parts += bar(left, top + ROW * index, entry, values, axis, measure)
    return parts


def bar(left, top, entry, values, axis, measure):
    ours = not entry["canned"]
    ink, weight = (OURS_DARK, "700") if ours else (INK, "normal")
    base = top + ROW / 2 + 4
    parts = [text(left - 8, base, entry["label"], 11, ink, "end", weight)]
    if not values:
        absent = "has no TLS" if measure.key == "new_rate" and not entry["tls"] else "not measured"
        return [*parts, halo(text(left + 6, base, absent, 11, SOFT))]
    middle = statistics.median(values)
    length = axis.at(middle)
    parts.append(rectangle(left, top + (ROW - BAR) / 2, length, BAR, OURS if ours else THEIRS))
    end = length
    if min(values) < max(values):
        low, high, center = axis.at(min(values)), axis.at(max(values)), top + ROW / 2
        stroke = OURS_DARK if ours else THEIRS_DARK
        parts.append(line(left + low, center, left + high, center, stroke, 1.2))
        parts += [
            line(left + at, center - 3, left + at, center + 3, stroke, 1.2) for at in (low, high)
        ]
        end = max(length, high)
    shown = measures.shown(middle / measures.FACTORS[measure.unit], measure.unit)
    return [*parts, halo(text(left + end + 6, base, shown, 11, ink, weight=weight))]


def wrapped(content, width):
    """Lines of at most so many characters."""
    lines = [""]
    for word in content.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def caption(result):
    machine, settings = result["machine"], result["options"]
    versions = ", ".join(
        dict.fromkeys(
            f"{entry['label'].split(',')[0]} {entry['version'].split(',')[0]}"
            for entry in result["contenders"].values()
        )
    )
    without_tls = [
        entry["label"].split(",")[0] for entry in result["contenders"].values() if not entry["tls"]
    ]
    plain = f" (not {', '.join(without_tls)}, which has no TLS)" if without_tls else ""
    tools = ", ".join(f"{name} {version}" for name, version in result["tools"].items())
    return wrapped(
        f"{result['date']}. {machine['processor']}, {machine['cores']} cores shared by client and "
        f"server, {machine['memory_gib']} GiB, {machine['system']}, {machine['kernel']}. "
        f"Bars: median of {settings['rounds']} interleaved rounds, {settings['seconds']} s each; "
        f"whiskers: smallest and largest round. HTTPS with one RSA 2048 key{plain}. "
        f"{versions}. Clients: {tools}.",
        140,
    )


def svg(result):
    contenders = list(result["contenders"].values())
    height_of_panel = ABOVE_ROWS + ROW * len(contenders) + BELOW_ROWS
    rows = math.ceil(len(PANELS) / COLUMNS)
    parts = header()
    for index, shape in enumerate(PANELS):
        x = MARGIN + (index % COLUMNS) * (PANEL + GUTTER)
        y = HEADER + (index // COLUMNS) * height_of_panel
        parts += panel(x, y, shape, contenders)
    y = HEADER + rows * height_of_panel + 4
    if result["busy"]:
        warning = (
            f"MACHINE BUSY: others used {result['others_cores']:.0%} of one core; no measurement"
        )
        parts.append(text(MARGIN, y, warning, 12, ALARM, weight="700"))
        y += 18
    for number, words in enumerate(caption(result)):
        parts.append(text(MARGIN, y + 15 * number, words, 10.5, SOFT))
    height = y + 15 * len(caption(result)) + 6
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="{html.escape(FONT)}" role="img" '
        'aria-label="certdrill beside nginx and mock servers">'
    )
    background = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>'
    return "\n".join([opening, background, *parts, "</svg>", ""])


def header():
    return [
        text(MARGIN, 34, "certdrill beside canned answers", 19, weight="700"),
        rectangle(MARGIN, 48, 11, 11, OURS),
        text(MARGIN + 17, 58, "the real work: certificates validated, fanned out, in the journal"),
        rectangle(MARGIN + 406, 48, 11, 11, THEIRS),
        text(MARGIN + 423, 58, "a canned 200 to every request, nothing looked at"),
    ]
