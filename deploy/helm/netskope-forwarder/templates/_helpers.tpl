{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{/* Names, labels, and the configuration file. */}}

{{- define "forwarder.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "forwarder.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "forwarder.name" .) .Release.Name -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "forwarder.name" .) | trunc 52 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "forwarder.selector" -}}
app.kubernetes.io/name: {{ include "forwarder.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "forwarder.labels" -}}
{{ include "forwarder.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* What the values schema says too, in words: SQLite has one owner. */}}
{{- define "forwarder.refuseSecondOwner" -}}
{{- if and (eq .Values.state.type "sqlite") (gt (int .Values.replicas) 1) -}}
{{ fail "replicas > 1 needs state.type: kafka. The state in SQLite has one owner; several replicas would each deliver every event" }}
{{- end -}}
{{- end }}

{{- define "forwarder.config" -}}
{{- $state := dict "type" "sqlite" "path" "/var/lib/netskope-forwarder" -}}
{{- if eq .Values.state.type "kafka" -}}
{{- $state = dict "type" "kafka" "sink" .Values.state.kafka.sink "topic" .Values.state.kafka.topic -}}
{{- end -}}
{{- $server := dict "listen" (printf "0.0.0.0:%d" (int .Values.service.port)) -}}
{{ merge (dict "state" $state "server" $server) .Values.config (dict "log" (dict "format" "json")) | toYaml }}
{{- end }}
