{{/* Names. */}}
{{- define "openclaw.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for "-canary-analysis" and what Jobs of a CronJob append. */}}
{{- define "openclaw.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "openclaw.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "openclaw.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "openclaw.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "openclaw.secretName" -}}
{{- default (include "openclaw.fullname" .) .Values.secret.existing -}}
{{- end -}}

{{/* Labels: of a part of the release, as (list $ "component"). */}}
{{- define "openclaw.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "openclaw.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "openclaw.labels" -}}
{{- $root := index . 0 -}}
{{ include "openclaw.selectorLabels" . }}
app.kubernetes.io/version: {{ $root.Values.image.tag | default $root.Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/part-of: openclaw
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* The Secret: whether it has a key, as (list $ "fleet"). */}}
{{- define "openclaw.hasSecret" -}}
{{- $values := (index . 0).Values.secret -}}
{{- $name := index . 1 -}}
{{- if and (index $values.keys $name) (or $values.existing (index $values $name)) -}}true{{- end -}}
{{- end -}}

{{/* A variable from the Secret, if it has that key, as (list $ "fleet" "VARIABLE"). */}}
{{- define "openclaw.secretEnv" -}}
{{- $root := index . 0 -}}
{{- if include "openclaw.hasSecret" (list $root (index . 1)) -}}
- name: {{ index . 2 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "openclaw.secretName" $root }}
      key: {{ index $root.Values.secret.keys (index . 1) }}
{{- end -}}
{{- end -}}

{{- define "openclaw.redisHost" -}}
{{- if eq .Values.redis.kind "statefulset" -}}
{{- printf "%s-redis" (include "openclaw.fullname" .) -}}
{{- else if eq .Values.redis.kind "external" -}}
{{- .Values.redis.external.host -}}
{{- end -}}
{{- end -}}

{{- define "openclaw.redisPort" -}}
{{- ternary 6379 .Values.redis.external.port (eq .Values.redis.kind "statefulset") -}}
{{- end -}}

{{/* Whether the endpoint of snapshots is there. */}}
{{- define "openclaw.snapshots" -}}
{{- if or .Values.snapshot.enabled .Values.restore.snapshot -}}true{{- end -}}
{{- end -}}

{{/* Pods of the canary, where its part is that of its pods: the fewest that are that part of all. */}}
{{- define "openclaw.canaryReplicas" -}}
{{- if eq .Values.canary.kind "httproute" -}}
{{- .Values.canary.replicas -}}
{{- else -}}
{{- $others := ternary .Values.replicaCount .Values.autoscaling.minReplicas (eq .Values.autoscaling.kind "none") -}}
{{- max 1 (ceil (divf (mulf $others .Values.canary.weight) (sub 100 (int .Values.canary.weight)))) -}}
{{- end -}}
{{- end -}}

{{/* Where an HTTPRoute has no weights, both stand behind one Service. */}}
{{- define "openclaw.serviceSelector" -}}
{{ include "openclaw.selectorLabels" (list . "gateway") }}
{{- if ne .Values.canary.kind "deployment" }}
openclaw.io/track: stable
{{- end }}
{{- end -}}

{{- define "openclaw.url" -}}
{{- printf "http://%s:%v" (include "openclaw.fullname" .) .Values.service.port -}}
{{- end -}}

{{- define "openclaw.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "openclaw.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
