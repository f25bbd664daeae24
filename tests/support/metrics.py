# SPDX-License-Identifier: Apache-2.0
"""A scrape of /metrics, by name and labels."""
import re

PREFIX = "netskope_forwarder_"
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    def __init__(self, text):
        self.text = text
        self.samples = []
        for line in text.splitlines():
            found = _SAMPLE.match(line)
            if found and not line.startswith("#"):
                name, labels, value = found.groups()
                self.samples.append((name, dict(_LABEL.findall(labels or "")), float(value)))

    def get(self, name, **labels):
        """The sum of the samples that carry these labels; None if there is none."""
        values = [value for sample, has, value in self.samples
                  if sample == PREFIX + name and labels.items() <= has.items()]
        return sum(values) if values else None

    def identity(self, **labels):
        """received − (out_of_window + deduplicated + filtered + delivered + dead_lettered + pending)
        of a stream and a sink: always 0."""
        stream = {key: labels[key] for key in ("tenant", "stream")}
        settled = sum(self.get(name, **stream) or 0 for name in (
            "events_out_of_window_total", "events_deduplicated_total", "events_filtered_total",
            "events_pending"))
        sunk = sum(self.get(name, **labels) or 0 for name in (
            "events_delivered_total", "events_dead_lettered_total"))
        return self.get("events_received_total", **stream) - settled - sunk
