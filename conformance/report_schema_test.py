"""report.json of real runs follows report.schema.json: of one that conforms, one that does not, one that only looks.

usage: report_schema_test.py SCHEMA CERTDRILL_SIM CERTDRILL_CONFORM
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    sys.exit("python3-jsonschema (a Debian package) is needed")


def report_of(simulator, conform, bug, options):
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([simulator, "--port", "0", "--control-port", "0", "--log-level", "off", *bug],
                                   stdout=subprocess.PIPE)
        try:
            ready = json.loads(process.stdout.readline())
            environment = dict(os.environ, CERTDRILL_PASSWORD=ready["password"])
            done = subprocess.run([conform, "--sim-control", ready["control"], "--username", ready["username"],
                                   "--insecure", "--state-dir", folder + "/state", "--report-dir", folder, *options],
                                  env=environment, stdout=subprocess.PIPE, text=True)
        finally:
            process.kill()
            process.wait()
        return done.returncode, json.loads(pathlib.Path(folder, "report.json").read_text())


def must_be_refused(validator, report, spoil):
    spoilt = json.loads(json.dumps(report))
    spoil(spoilt)
    assert not validator.is_valid(spoilt), "the schema lets a spoilt report through"


def main():
    schema_file, simulator, conform = sys.argv[1:]
    schema = json.loads(pathlib.Path(schema_file).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for bug, options, expected in [([], ["--allow-changes"], 0),
                                   (["--bug", "expired-accepted"], ["--allow-changes", "--filter", "*/406/*"], 1),
                                   ([], [], 0)]:
        code, report = report_of(simulator, conform, bug, options)
        assert code == expected == report["exit_code"], f"{bug} {options}: exit code {code}"
        validator.validate(report)
        must_be_refused(validator, report, lambda one: one.pop("verdict"))
        must_be_refused(validator, report, lambda one: one["cases"][0].update(outcome="fine"))


if __name__ == "__main__":
    main()
