"""The command line of measure."""

import argparse
import os
import pathlib

import contenders

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")


def parse():
    names = ",".join(contender.name for contender in contenders.ALL)
    parser = argparse.ArgumentParser(
        description="Measures certdrill-sim and its peers beside each other on this machine.",
        epilog="Peers from npm: `measure --install` once; Debian's: apt-get install nginx-light "
        "wrk apache2-utils openjdk-17-jre-headless. What is missing is skipped.",
    )
    add = parser.add_argument
    add("--rounds", type=positive, default=5, metavar="N", help="default: 5")
    add(
        "--seconds",
        type=positive,
        default=3,
        metavar="S",
        help="how long each load lasts (default: 3)",
    )
    add(
        "--starts",
        type=positive,
        default=3,
        metavar="N",
        help="starts in each round, of which the median counts (default: 3)",
    )
    add("--only", default=names, metavar="NAMES", help=f"separated by commas, of {names}")
    add(
        "--distinct",
        type=positive,
        default=5000,
        metavar="N",
        help="different certificates, used in turn (default: 5000)",
    )
    add(
        "--puts",
        type=positive,
        default=100_000,
        metavar="N",
        help="PUTs after which certdrill's memory is measured (default: 100000)",
    )
    add(
        "--million",
        dest="puts",
        action="store_const",
        const=1_000_000,
        help="the same as --puts 1000000; takes minutes more",
    )
    add(
        "--programs",
        type=pathlib.Path,
        metavar="DIR",
        help="where certdrill's programs are (default: build/release/bin or build/run/bin)",
    )
    add(
        "--npm",
        type=pathlib.Path,
        metavar="DIR",
        default=CACHE / "certdrill/peers",
        help="where --install put the peers from npm (default: %(default)s)",
    )
    add(
        "--out",
        type=pathlib.Path,
        metavar="DIR",
        default=REPOSITORY / "build/bench",
        help="for peers.json, peers.md and peers.svg (default: build/bench)",
    )
    add(
        "--install",
        nargs="?",
        type=pathlib.Path,
        metavar="DIR",
        const=True,
        help="install the peers from npm into DIR (default: that of --npm), and leave",
    )
    add(
        "--from",
        dest="written",
        type=pathlib.Path,
        metavar="JSON",
        help="measure nothing: write table and plot of this peers.json anew",
    )
    return parser.parse_args()


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not above 0")
    return number
