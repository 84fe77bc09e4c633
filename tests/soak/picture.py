"""The picture of a soak: four strips over the same time. Without matplotlib there is none, and the soak says so."""


def draw(samples, judgement, path):
    """`samples`: one dictionary a second, as the soak takes them. False: matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.fonttype"] = "none"
    at = [sample["at"] / 60 for sample in samples]
    figure, (memory, counts, rates, latencies) = pyplot.subplots(4, 1, sharex=True, figsize=(9, 10))
    memory.plot(at, [sample["resident"] / 2**20 for sample in samples], color="black", linewidth=1, label="resident")
    memory.plot([x / 60 for x in judgement["fit_at"]], [y / 2**20 for y in judgement["fit"]], color="red", linewidth=1.5,
                label=f"fit once settled: {judgement['growth'] / 2**20:+.2f} MB")
    memory.set_ylabel("memory, MB")
    memory.set_ylim(bottom=0)
    counts.plot(at, [sample["descriptors"] for sample in samples], linewidth=1, label="descriptors")
    counts.plot(at, [sample["threads"] for sample in samples], linewidth=1, label="threads")
    counts.set_ylabel("open, alive")
    counts.set_yscale("symlog", linthresh=10)
    for kind in judgement["kinds"]:
        rates.plot(at, [sample["calls"].get(kind, {}).get("count", 0) for sample in samples], linewidth=0.8, label=kind)
        lines = [(sample["at"] / 60, sample["calls"][kind]) for sample in samples if kind in sample["calls"]]
        line, = latencies.plot([x for x, _ in lines], [one["p50"] * 1000 for _, one in lines], linewidth=0.8,
                               label=f"{kind}, p50 and p99")
        latencies.plot([x for x, _ in lines], [one["p99"] * 1000 for _, one in lines], linewidth=0.5, alpha=0.6,
                       color=line.get_color(), linestyle=":")
    rates.set_ylabel("calls a second")
    latencies.set_ylabel("milliseconds")
    latencies.set_yscale("log")
    latencies.set_xlabel("minutes")
    for strip in (memory, counts, rates, latencies):
        strip.grid(alpha=0.3)
        strip.legend(loc="lower right" if strip is memory else "upper right", fontsize=8)
    figure.suptitle(judgement["title"])
    figure.tight_layout()
    figure.savefig(path)
    return True
