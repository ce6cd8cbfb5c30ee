{{/* A gateway's pod, as (list $ "stable" "image:tag"). */}}
{{- define "openclaw.pod" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $labels := include "openclaw.selectorLabels" (list $root "gateway") -}}
metadata:
  labels:
    {{- $labels | nindent 4 }}
    openclaw.io/track: {{ index . 1 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- if eq $values.rollout.onConfigChange "restart" }}
    checksum/config: {{ include "openclaw.application" $root | sha256sum }}
    {{- end }}
    checksum/secret: {{ toYaml $values.secret | sha256sum }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "openclaw.serviceAccountName" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "openclaw.podSecurityContext" $root | nindent 4 }}
  terminationGracePeriodSeconds: {{ $values.drain.terminationGracePeriodSeconds }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: {{ $values.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- $labels | nindent 10 }}
    {{- end }}
  containers:
    - name: gateway
      image: {{ index . 2 | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      securityContext:
        {{- include "openclaw.securityContext" $root | nindent 8 }}
      env:
        - name: OPENCLAW_NODE_ID
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: {{ ternary "SPRING_CONFIG_LOCATION" "SPRING_CONFIG_ADDITIONAL_LOCATION" $values.config.replacesImages }}
          value: file:/etc/openclaw/config/
        - name: JAVA_TOOL_OPTIONS
          value: {{ join " " $values.jvm.flags | quote }}
        {{- if eq $values.rollout.onConfigChange "follow" }}
        - name: SAMPLE_FOLLOW_CONFIGURATION
          value: /etc/openclaw/config/application.yml
        {{- end }}
        {{- with include "openclaw.secretEnv" (list $root "fleet" "OPENCLAW_CRDT_SECRET") }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- if ne $values.redis.kind "none" }}
        {{- with include "openclaw.secretEnv" (list $root "redisPassword" "SPRING_DATA_REDIS_PASSWORD") }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- end }}
        {{- with include "openclaw.secretEnv" (list $root "apiKey" "OPENCLAW_API_KEY") }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: 8080
      startupProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: {{ $values.probes.startup.periodSeconds }}
        failureThreshold: {{ $values.probes.startup.failureThreshold }}
        timeoutSeconds: 5
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        {{- toYaml $values.probes.liveness | nindent 8 }}
      readinessProbe:
        httpGet: {path: /ready, port: http}
        {{- toYaml $values.probes.readiness | nindent 8 }}
      {{- if $values.drain.seconds }}
      lifecycle:
        preStop:
          {{- if semverCompare ">=1.30-0" $root.Capabilities.KubeVersion.Version }}
          sleep:
            seconds: {{ $values.drain.seconds }}
          {{- else }}
          exec:
            command: [sleep, {{ $values.drain.seconds | quote }}]
          {{- end }}
      {{- end }}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/openclaw/config
          readOnly: true
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: config
      configMap:
        name: {{ include "openclaw.fullname" $root }}
    - name: tmp
      emptyDir: {}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
{{- end -}}

{{/* What Jobs and tests have in common, as (list $ "component"). */}}
{{- define "openclaw.jobPod" -}}
serviceAccountName: {{ include "openclaw.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "openclaw.podSecurityContext" . | nindent 2 }}
{{- end -}}

{{- define "openclaw.jobContainer" -}}
image: {{ .Values.jobs.image | quote }}
securityContext:
  {{- include "openclaw.securityContext" . | nindent 2 }}
resources:
  {{- toYaml .Values.jobs.resources | nindent 2 }}
{{- end -}}
