#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Grafana boards of dashboards/grafana: `dashboards/build.py`.

A panel is one line here: what it asks, in which unit, and what a reader should know. All that boards
have in common (data source, variables, sizes) is added to it. A test compares what is written with
what is in the repository."""
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
PROCESS = 'job=~"$job",instance=~"$instance"'
TENANT = PROCESS + ',tenant=~"$tenant"'
STREAM = TENANT + ',stream=~"$stream"'
SINK = PROCESS + ',sink=~"$sink"'
STREAM_SINK = STREAM + ',sink=~"$sink"'


def metric(name, labels, over=""):
    return f"netskope_forwarder_{name}{{{labels}}}{over}"


def rate(name, labels):
    return f"rate({metric(name, labels)}[$__rate_interval])"


def quantile(share, name, labels, by):
    return f"histogram_quantile({share}, sum by (le, {by}) ({rate(name + '_bucket', labels)}))"


def panel(title, description, unit, *queries, kind="timeseries", width=8, height=8, most=None,
          thresholds=None):
    """`queries`: pairs of an expression and the legend of its series."""
    defaults = {"unit": unit, "custom": {}, "mappings": []}
    if unit in ("percentunit",) or most is not None:
        defaults["max"] = most if most is not None else 1
    defaults["min"] = 0
    if thresholds:
        colors = ["green", "orange", "red"]
        steps = [{"color": colors[0], "value": None}]
        steps += [{"color": color, "value": value}
                  for color, value in zip(colors[1:], thresholds)]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    instant = kind in ("stat", "table")
    options = {"timeseries": {"legend": {"displayMode": "table", "placement": "bottom",
                                         "calcs": ["lastNotNull", "max"]},
                              "tooltip": {"mode": "multi", "sort": "desc"}},
               "stat": {"colorMode": "value", "textMode": "value_and_name",
                        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}},
               "table": {"showHeader": True}}[kind]
    if kind == "timeseries":
        defaults["custom"] = {"fillOpacity": 8, "lineWidth": 1, "showPoints": "never",
                              "spanNulls": False}
    targets = [{"refId": chr(ord("A") + at), "datasource": DATASOURCE, "expr": expression,
                "legendFormat": legend, "instant": instant, "range": not instant,
                **({"format": "table"} if kind == "table" else {})}
               for at, (expression, legend) in enumerate(queries)]
    return {"type": kind, "title": title, "description": description, "datasource": DATASOURCE,
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options,
            "targets": targets, "gridPos": {"w": width, "h": height}}


def variable(name, label, query, many=True):
    return {"name": name, "label": label, "type": "query", "datasource": DATASOURCE,
            "query": {"query": query, "refId": name}, "definition": query, "refresh": 2, "sort": 1,
            "multi": many, "includeAll": many, "allValue": ".+" if many else None,
            "current": {"text": "All", "value": "$__all"} if many else {}}


def variables(one_tenant):
    info = "netskope_forwarder_build_info"
    stream = "netskope_forwarder_events_received_total"
    sink = "netskope_forwarder_sink_errors_total"
    return [
        {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus",
         "refresh": 1, "current": {}},
        variable("job", "Job", f"label_values({info}, job)"),
        variable("instance", "Instance", f'label_values({info}{{job=~"$job"}}, instance)'),
        variable("tenant", "Tenant", f"label_values({stream}{{{PROCESS}}}, tenant)",
                 many=not one_tenant),
        variable("stream", "Stream", f"label_values({stream}{{{TENANT}}}, stream)"),
        variable("sink", "Sink", f"label_values({sink}{{{PROCESS}}}, sink)"),
    ]


def fresh():
    return [
        panel("Streams by state", "How many streams are in each state. All but healthy and "
              "catching up want a look.", "short",
              (f"sum by (state) ({metric('stream_state', STREAM)})", "{{state}}"), kind="stat",
              width=12, height=4),
        panel("Lag of the furthest behind", "Now, by the tenant's clock, minus the time up to "
              "which every event that the tenant shows is delivered.", "s",
              (f"max({metric('lag_seconds', STREAM)})", "lag"), kind="stat", width=6, height=4,
              thresholds=[900, 3600]),
        panel("Since the last commit", "How long ago the state was last committed. A quiet stream "
              "commits too, when a window closes.", "s",
              (f"max(time() - {metric('checkpoint_timestamp_seconds', STREAM)})", "ago"),
              kind="stat", width=6, height=4),
        panel("Lag", "Grows as fast as the clock when a stream hangs.", "s",
              (f"max by (tenant, stream) ({metric('lag_seconds', STREAM)})",
               "{{tenant}}/{{stream}}"), width=12),
        panel("Delay of events, 95 %", "From the tenant's insertion (or event) time to the "
              "acknowledgement of the sinks; a backlog is left out.", "s",
              (quantile(0.95, "event_delay_seconds", TENANT, "tenant"), "{{tenant}}"), width=12),
    ]


def complete():
    return [
        panel("Not conserved", "Received less all that became of it: 0, always. Anything else is "
              "a fault of the program.", "short",
              ("max by (tenant, stream, sink) (tenant_stream_sink:netskope_forwarder_unconserved:"
               f"sum{{{STREAM_SINK}}})", "{{tenant}}/{{stream}} {{sink}}"), width=8),
        panel("Windows not proven", "Closed windows of which it is not proven that every row was "
              "seen; they are walked again until they are.", "short",
              (f"sum by (tenant, stream) ({metric('windows_incomplete', STREAM)})",
               "{{tenant}}/{{stream}}")),
        panel("Proven until, ago", "How far back the end of the last window lies that is proven "
              "complete.", "s",
              (f"max by (tenant, stream) ({metric('proven_lag_seconds', STREAM)})",
               "{{tenant}}/{{stream}}")),
        panel("Events", "Received, by what became of them.", "cps",
              (f"sum({rate('events_received_total', STREAM)})", "received"),
              (f"sum({rate('events_deduplicated_total', STREAM)})", "known before"),
              (f"sum by (reason) ({rate('events_filtered_total', STREAM)})", "filtered: {{reason}}"),
              (f"sum by (sink) ({rate('events_delivered_total', STREAM_SINK)})",
               "delivered: {{sink}}")),
        panel("Dead letters", "Events that a sink refused for what they are, kept in the dead "
              "letter.", "short",
              ("sum by (tenant, sink, reason) (increase("
               f"{metric('events_dead_lettered_total', STREAM_SINK)}[$__rate_interval]))",
               "{{tenant}} {{sink}}: {{reason}}")),
        panel("Another consumer of an iterator", "Signs that somebody else takes pages of an "
              "iterator's index; they are missing here.", "short",
              ("sum by (tenant, stream) (increase("
               f"{metric('iterator_conflicts_total', STREAM)}[$__rate_interval]))",
               "{{tenant}}/{{stream}}")),
        panel("Lateness of what revisits found, 95 %", "How late the events were that came into "
              "windows which had been walked before.", "s",
              (quantile(0.95, "event_lateness_seconds", TENANT, "tenant"), "{{tenant}}")),
    ]


def waiting():
    return [
        panel("Blocked", "Streams that wait for an operator, by reason; 0 when none does.",
              "short",
              (f"sum by (tenant, reason) ({metric('stream_blocked', STREAM)})",
               "{{tenant}}: {{reason}}")),
        panel("Answers of the tenant", "By status; error: none came.", "reqps",
              (f"sum by (code) ({rate('requests_total', STREAM)})", "{{code}}")),
        panel("Duration of requests, 95 %", "The tenant's own, with the network between.", "s",
              (quantile(0.95, "request_duration_seconds", TENANT, "tenant"), "{{tenant}}")),
        panel("Pending", "Events that were received and are not settled: on their way to a sink.",
              "short", (f"sum by (tenant, stream) ({metric('events_pending', STREAM)})",
                        "{{tenant}}/{{stream}}")),
        panel("Up", "Whether the last request was answered with rows.", "short",
              (f"min by (tenant, stream) ({metric('stream_up', STREAM)})",
               "{{tenant}}/{{stream}}"), most=1),
        panel("Since in this state", "How long each stream has been in its state.", "s",
              ("max by (tenant, stream) (time() - "
               f"{metric('stream_state_since_timestamp_seconds', STREAM)})",
               "{{tenant}}/{{stream}}")),
    ]


def budget():
    return [
        panel("Budget used", "Requests made, of those that are allowed now. At 100 % a stream "
              "waits for its budget: normal with a backlog.", "percentunit",
              (f"max by (tenant) (tenant:netskope_forwarder_budget_used:ratio_rate5m{{{TENANT}}})",
               "{{tenant}}")),
        panel("429", "Answers that say: too many requests. Delay, not loss.", "reqps",
              (f"sum by (tenant) ({rate('rate_limited_total', STREAM)})", "{{tenant}}")),
        panel("Waiting for the budget", "Share of time in which a stream of this token waited.",
              "percentunit",
              (f"max by (tenant) ({rate('throttled_seconds_total', TENANT)})", "{{tenant}}")),
        panel("Requests allowed", "A second, as now steered: halved by a 429, and growing back.",
              "reqps", (f"min by (tenant) ({metric('request_budget_per_second', TENANT)})",
                        "{{tenant}}")),
        panel("Left by the tenant", "As the tenant last stated.", "short",
              (f"min by (tenant) ({metric('rate_limit_remaining', TENANT)})", "{{tenant}}")),
        panel("Token expires in", "Of tenants with `token_expires`.", "s",
              (f"min by (tenant) ({metric('token_expiry_timestamp_seconds', TENANT)} - time())",
               "{{tenant}}"), kind="stat"),
    ]


def sinks():
    return [
        panel("Up", "The last publish succeeded, and none is known to be stuck.", "short",
              (f"min by (sink) ({metric('sink_up', SINK)})", "{{sink}}"), most=1),
        panel("Delivered", "Events that the sink acknowledged, and those sent again by a job.",
              "cps",
              (f"sum by (sink) ({rate('events_delivered_total', STREAM_SINK)})", "{{sink}}"),
              (f"sum by (sink) ({rate('events_replayed_total', STREAM_SINK)})",
               "{{sink}}, sent again")),
        panel("Errors", "Publishes that left records undecided, by reason; they are tried again.",
              "cps", (f"sum by (sink, reason) ({rate('sink_errors_total', SINK)})",
                      "{{sink}}: {{reason}}")),
        panel("Time to publish a batch, 95 %", "To the last acknowledgement.", "s",
              (quantile(0.95, "sink_publish_duration_seconds", SINK, "sink"), "{{sink}}")),
        panel("Shortened", "Events cut to what the receiver takes.", "cps",
              (f"sum by (sink) ({rate('events_truncated_total', SINK)})", "{{sink}}")),
        panel("Not classified", "Events that no rule knows: delivered as base events.", "cps",
              (f"sum by (tenant) ({rate('events_unclassified_total', STREAM)})", "{{tenant}}")),
    ]


def people():
    """Of tenants with `identities`."""
    return [
        panel("Actors of events", "By what was known of them when the event was formatted; no_user: "
              "the row names none.", "cps",
              (f"sum by (result) ({rate('events_identified_total', STREAM)})", "{{result}}")),
        panel("Age of the picture", "How long ago the users were listed that events show.", "s",
              ("max by (tenant) (time() - "
               f"{metric('identity_picture_timestamp_seconds', TENANT)})", "{{tenant}}")),
        panel("Fresh for", "Until the picture counts as stale; 0: it does.", "s",
              ("min by (tenant) (clamp_min("
               f"{metric('identity_fresh_until_timestamp_seconds', TENANT)} - time(), 0))",
               "{{tenant}}")),
        panel("Up", "Whether the last answer about users and groups was taken.", "short",
              (f"min by (tenant) ({metric('identities_up', TENANT)})", "{{tenant}}"), most=1),
        panel("Blocked", "Identities that wait for an operator, by reason; 0 when none does.",
              "short",
              (f"sum by (tenant, reason) ({metric('identities_blocked', TENANT)})",
               "{{tenant}}: {{reason}}")),
        panel("Answers about users and groups", "By status; error: none came.", "reqps",
              (f"sum by (code) ({rate('identity_requests_total', TENANT)})", "{{code}}")),
        panel("Walks", "Over all users and groups. moved: the list changed meanwhile; failed: it "
              "cannot be walked to its end.", "short",
              ("sum by (tenant, result) (increase("
               f"{metric('identity_walks_total', TENANT)}[$__rate_interval]))",
               "{{tenant}}: {{result}}")),
        panel("Users and groups", "In the picture.", "short",
              (f"max by (tenant) ({metric('identity_users', TENANT)})", "{{tenant}}: users"),
              (f"max by (tenant) ({metric('identity_groups', TENANT)})", "{{tenant}}: groups")),
        panel("Memory of the picture", "While the next one is being taken there are two.", "bytes",
              (f"max by (tenant) ({metric('identity_bytes', TENANT)})", "{{tenant}}")),
    ]


def process():
    return [
        panel("Memory", "Resident.", "bytes",
              (f"process_resident_memory_bytes{{{PROCESS}}} and on (job, instance) "
               f"{metric('build_info', PROCESS)}", "{{instance}}"), width=6),
        panel("CPU", "Cores in use.", "short",
              (f"rate(process_cpu_seconds_total{{{PROCESS}}}[$__rate_interval]) "
               f"and on (job, instance) {metric('build_info', PROCESS)}", "{{instance}}"), width=6),
        panel("State on the disk", "Size of the state.", "bytes",
              (metric("state_bytes", PROCESS), "{{instance}}"), width=6),
        panel("Time to commit the state, 95 %", "And commits that failed.", "s",
              (quantile(0.95, "state_commit_duration_seconds", PROCESS, "instance"),
               "{{instance}}"),
              (f"sum by (instance) ({rate('state_commit_errors_total', PROCESS)})",
               "{{instance}}: failed a second"), width=6),
        panel("Open files", "Of those that are allowed.", "percentunit",
              (f"process_open_fds{{{PROCESS}}} / process_max_fds{{{PROCESS}}} "
               f"and on (job, instance) {metric('build_info', PROCESS)}", "{{instance}}"), width=6),
        panel("Configuration", "1: the file, as it was last read, is what runs.", "short",
              (metric("config_last_reload_successful", PROCESS), "{{instance}}"), width=6, most=1),
        panel("Clock", "The tenant's time less this host's.", "s",
              (f"max by (tenant) (abs({metric('clock_skew_seconds', TENANT)}))", "{{tenant}}"),
              width=6),
        panel("Version", "One line an instance.", "short",
              (metric("build_info", PROCESS), "{{instance}}"), kind="table", width=6),
    ]


ROWS = [("Is it fresh?", fresh), ("Is it complete?", complete),
        ("What is it waiting for?", waiting), ("How much of the budget is used?", budget),
        ("How are the sinks?", sinks), ("Who are the users?", people),
        ("How is the process?", process)]


def board(uid, title, description, one_tenant, rows):
    panels, y, number = [], 0, 1
    for name, make in rows:
        panels.append({"id": number, "type": "row", "title": name, "collapsed": False,
                       "panels": [], "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}})
        number, y, x, tallest = number + 1, y + 1, 0, 0
        for made in make():
            place = made["gridPos"]
            if x + place["w"] > 24:
                x, y, tallest = 0, y + tallest, 0
            made["gridPos"] = {"x": x, "y": y, **place}
            made["id"] = number
            panels.append(made)
            number, x, tallest = number + 1, x + place["w"], max(tallest, place["h"])
        y += tallest
    return {"uid": uid, "title": title, "description": description, "schemaVersion": 38,
            "version": 1, "editable": False, "tags": ["netskope-forwarder"], "refresh": "30s",
            "time": {"from": "now-3h", "to": "now"}, "timezone": "browser", "graphTooltip": 1,
            "links": [{"type": "dashboards", "tags": ["netskope-forwarder"], "title": "Boards",
                       "asDropdown": False, "includeVars": True, "keepTime": True}],
            "annotations": {"list": []}, "templating": {"list": variables(one_tenant)},
            "panels": panels}


BOARDS = {
    "fleet.json": lambda: board(
        "netskope-forwarder-fleet", "Netskope forwarder: fleet",
        "All tenants of all instances, in the order in which one asks.", False, ROWS),
    "tenant.json": lambda: board(
        "netskope-forwarder-tenant", "Netskope forwarder: one tenant",
        "One tenant's streams: fresh, complete, waiting for what.", True, ROWS[:-1]),
}


def texts():
    return {name: json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
            for name, make in BOARDS.items()}


if __name__ == "__main__":
    for name, text in texts().items():
        (HERE / "grafana" / name).write_text(text)
