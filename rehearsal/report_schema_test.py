#!/usr/bin/env python3
"""report.json of real rehearsals follows report.schema.json: of one that survives, one that does not, one that cannot run.

usage: report_schema_test.py SCHEMA CERTDRILL_REHEARSE
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    sys.exit("python3-jsonschema (a Debian package) is needed")

EXAMPLES = pathlib.Path(__file__).resolve().parent / "examples"


def report_of(program, options, command):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, "--report-dir", folder, *options, "--", *map(str, command)],
                              capture_output=True, text=True)
        for other in ("report.html", "junit.xml", "summary.md"):
            assert pathlib.Path(folder, other).stat().st_size > 0, other
        return done.returncode, json.loads(pathlib.Path(folder, "report.json").read_text())


def must_be_refused(validator, report, spoil):
    spoilt = json.loads(json.dumps(report))
    spoil(spoilt)
    assert not validator.is_valid(spoilt), "the schema lets a spoilt report through"


def main():
    schema_file, program = sys.argv[1:]
    schema = json.loads(pathlib.Path(schema_file).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for expected, options, command in [(1, ["--drill", "says-200,slow-drip", "--again"], [EXAMPLES / "naive.sh"]),
                                       (0, ["--drill", "ack-lost", "--name", "cm"], [EXAMPLES / "rotate.py"]),
                                       (2, ["--drill", "ack-lost"], ["false"])]:
        code, report = report_of(program, options, command)
        assert code == expected == report["exit_code"], f"{command}: exit code {code}"
        validator.validate(report)
        must_be_refused(validator, report, lambda one: one.pop("survived"))
        must_be_refused(validator, report, lambda one: one["drills"][0].update(grade="fine"))


if __name__ == "__main__":
    main()
