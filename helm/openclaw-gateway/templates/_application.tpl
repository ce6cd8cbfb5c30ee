{{/*
The Spring configuration. Lists replace those that the image brings, so the routes that Kubernetes and Prometheus ask are
written here.
*/}}
{{- define "openclaw.application" -}}
{{- $routes := concat .Values.config.routes (include "openclaw.ownRoutes" . | fromYamlArray) -}}
{{- $openclaw := dict "revision" .Values.config.revision "buckets" .Values.config.buckets -}}
{{- $_ := set $openclaw "crdt" (dict "namespace" (default (printf "%s-%s" .Release.Namespace .Release.Name) .Values.config.namespace)) -}}
{{- if ne .Values.redis.kind "none" -}}
{{- $_ := set $openclaw.crdt "required" true -}}
{{- end -}}
{{- if .Values.redis.buses -}}
{{- $_ := set $openclaw.crdt "buses" .Values.redis.buses -}}
{{- end -}}
{{- if .Values.config.region -}}
{{- $_ := set $openclaw "node" (dict "region" .Values.config.region) -}}
{{- end -}}
{{- if .Values.config.trustedProxies -}}
{{- $_ := set $openclaw "proxies" (dict "trusted" .Values.config.trustedProxies) -}}
{{- end -}}
{{- $spring := dict "application" (dict "name" (include "openclaw.fullname" .)) "lifecycle" (dict "timeout-per-shutdown-phase" (printf "%ds" (int .Values.drain.requestSeconds))) -}}
{{- $_ := set $spring "cloud" (dict "gateway" (dict "server" (dict "webflux" (dict "routes" $routes)))) -}}
{{- if ne .Values.redis.kind "none" -}}
{{- $redis := dict "host" (include "openclaw.redisHost" .) "port" (include "openclaw.redisPort" . | int) -}}
{{- if eq .Values.redis.kind "external" -}}
{{- with .Values.redis.external.username -}}{{- $_ := set $redis "username" . -}}{{- end -}}
{{- if .Values.redis.external.tls -}}{{- $_ := set $redis "ssl" (dict "enabled" true) -}}{{- end -}}
{{- end -}}
{{- $_ := set $redis "repositories" (dict "enabled" false) -}}
{{- $_ := set $spring "data" (dict "redis" $redis) -}}
{{- end -}}
{{- $exposed := list "health" "prometheus" "tokenbuckets" "replication" -}}
{{- /* 503 while others spend more than they may: what ends an experiment */ -}}
{{- $budget := dict "include" "tokenBucketDrift" "status" (dict "order" (list "degraded" "up") "http-mapping" (dict "degraded" 503)) -}}
{{- $endpoints := dict "health" (dict "show-components" "always" "probes" (dict "enabled" true) "group" (dict "budget" $budget)) -}}
{{- if include "openclaw.hasSecret" (list . "apiKey") -}}
{{- $_ := set $endpoints "tokenbuckets" (dict "access" "unrestricted") -}}
{{- end -}}
{{- if include "openclaw.snapshots" . -}}
{{- $exposed = append $exposed "tokenbucketsnapshot" -}}
{{- end -}}
{{- if .Values.restore.snapshot -}}
{{- $_ := set $endpoints "tokenbucketsnapshot" (dict "access" "unrestricted") -}}
{{- end -}}
{{- $management := dict "endpoints" (dict "web" (dict "exposure" (dict "include" $exposed))) "endpoint" $endpoints -}}
{{- $_ := set $management "metrics" (dict "distribution" (dict "percentiles-histogram" (dict "spring.cloud.gateway.requests" true))) -}}
{{- $server := dict "port" 8080 "shutdown" "graceful" -}}
{{- $logging := dict "level" (dict "io.openclaw" "info" "org.springframework.cloud.gateway.route" "warn" "org.hibernate.validator.internal" "error") -}}
{{- $all := dict "logging" $logging "openclaw" $openclaw "spring" $spring "management" $management "server" $server -}}
{{- mergeOverwrite $all (deepCopy .Values.config.extra) | toYaml -}}
{{- end -}}

{{- define "openclaw.ownRoutes" -}}
- id: metrics
  uri: forward:/actuator/prometheus
  predicates: [Path=/metrics]
- id: live
  uri: forward:/actuator/health/liveness
  predicates: [Path=/healthz]
- id: ready
  uri: forward:/actuator/health/readiness
  predicates: [Path=/ready]
{{- end -}}
