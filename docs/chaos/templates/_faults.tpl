{{- define "chaos.faults" -}}
delay,loss,partition,kill,cpu,memory
{{- end -}}

{{/* The kind of a fault. */}}
{{- define "chaos.kind" -}}
{{- if has . (list "delay" "loss" "partition") -}}NetworkChaos
{{- else if eq . "kill" -}}PodChaos
{{- else -}}StressChaos
{{- end -}}
{{- end -}}

{{/* Whom it may hit. */}}
{{- define "chaos.blastRadius" -}}
{{- $radius := .Values.blastRadius -}}
mode: {{ $radius.mode }}
{{- with $radius.value }}
value: {{ . | quote }}
{{- end }}
selector:
  namespaces: [{{ .Values.gateways.namespace }}]
  {{- if eq $radius.kind "node" }}
  nodes: [{{ required "blastRadius.kind=node needs the name of the node: set blastRadius.node." $radius.node | quote }}]
  {{- end }}
  labelSelectors:
    app.kubernetes.io/instance: {{ .Values.gateways.release }}
    app.kubernetes.io/component: gateway
    {{- if eq $radius.kind "canary" }}
    openclaw.io/track: canary
    {{- end }}
{{- end -}}

{{/* Between gateways and Redis. */}}
{{- define "chaos.redis" -}}
{{- if .Values.redis.external -}}
direction: to
externalTargets:
  {{- toYaml .Values.redis.external | nindent 2 }}
{{- else -}}
direction: both
target:
  mode: all
  selector:
    namespaces: [{{ .Values.gateways.namespace }}]
    labelSelectors:
      app.kubernetes.io/instance: {{ .Values.gateways.release }}
      {{- toYaml .Values.redis.labels | nindent 6 }}
{{- end -}}
{{- end -}}

{{/* A fault, as (list $ "delay"). */}}
{{- define "chaos.spec" -}}
{{- $root := index . 0 -}}
{{- $fault := index . 1 -}}
{{ include "chaos.blastRadius" $root }}
{{- if eq $fault "delay" }}
action: delay
delay: {latency: 50ms, jitter: 10ms, correlation: "50"}
{{ include "chaos.redis" $root }}
{{- else if eq $fault "loss" }}
action: loss
loss: {loss: "20", correlation: "25"}
{{ include "chaos.redis" $root }}
{{- else if eq $fault "partition" }}
action: partition
{{ include "chaos.redis" $root }}
{{- else if eq $fault "kill" }}
action: pod-kill
gracePeriod: 0
{{- else if eq $fault "cpu" }}
stressors:
  cpu: {workers: 2, load: 100}
{{- else if eq $fault "memory" }}
stressors:
  memory: {workers: 1, size: 96MB, oomScoreAdj: 1000}
{{- end }}
{{- end -}}
