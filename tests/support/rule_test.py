# SPDX-License-Identifier: Apache-2.0
"""Alert rules tried by `promtool test rules` over series that a run left: what two scrapes showed goes
on for hours as it went between them."""
import re
import subprocess

import yaml

from metrics import PREFIX
from prometheus import RULES, rules


def minutes(duration):
    """Of "5m" or "6h"; None is 0."""
    if not duration:
        return 0
    number, unit = re.fullmatch(r"(\d+)([mh])", duration).groups()
    return int(number) * {"m": 1, "h": 60}[unit]


def _names():
    text = " ".join(rule["expr"] for file in ("recording.yaml", "alerts.yaml")
                    for rule in rules(file))
    return set(re.findall(r"\bnetskope_forwarder_\w+", text))


# What goes on as it went; other gauges stay as they were at last, like the state of a stream.
GOES_ON = ("_total", "_count", "_sum", "_bucket", "_lag_seconds", "_events_pending")


def series(job, first, second, length):
    """Input series for `length` minutes, in which time 0 is that of the second scrape."""
    (begun, before), (now, after) = first, second
    # Of a length that binary numbers hold exactly: sums of counts still come out.
    scrapes_a_minute = round(60 / max(now - begun, 1e-3) * 1024) / 1024
    earlier = {(name, tuple(sorted(labels.items()))): value
               for name, labels, value in before.samples}
    made = []
    for name, labels, value in after.samples:
        if name not in _names() or not name.startswith(PREFIX):
            continue
        was = earlier.get((name, tuple(sorted(labels.items()))), value)
        step = (value - was) * scrapes_a_minute if name.endswith(GOES_ON) else 0
        if name.endswith("_timestamp_seconds"):
            value -= now
        of = ",".join(f'{key}="{text}"' for key, text in
                      {"job": job, "instance": job, **labels}.items())
        made.append({"series": f"{name}{{{of}}}",
                     "values": f"{value:.10f}{step:+.10f}x{length}"})
    return made


def promtool(directory, name, inputs, expectations):
    """Fails unless each (minute, alert or None for any, fires) is as expected."""
    tests = [{"expr": f'(count(ALERTS{{alertstate="firing"{of(alert)}}}) or vector(0)) > bool 0',
              "eval_time": f"{minute}m",
              "exp_samples": [{"labels": "{}", "value": int(fires)}]}
             for minute, alert, fires in expectations]
    file = directory / f"{name}.yaml"
    file.write_text(yaml.safe_dump({
        "rule_files": [str(RULES / "recording.yaml"), str(RULES / "alerts.yaml")],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": inputs, "promql_expr_test": tests}]}))
    tried = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True,
                           timeout=120)
    assert tried.returncode == 0, tried.stdout + tried.stderr


def of(alert):
    return f',alertname="{alert}"' if alert else ""
