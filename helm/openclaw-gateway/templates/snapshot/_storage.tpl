{{/* Where Jobs find snapshots: variables, mounts and volumes. */}}
{{- define "openclaw.snapshotEnv" -}}
- {name: GATEWAY, value: {{ include "openclaw.url" . | quote }}}
- {name: KEEP, value: {{ .Values.snapshot.keep | quote }}}
{{- if eq .Values.snapshot.target "s3" }}
- {name: S3_URL, value: {{ printf "%s/%s" (trimSuffix "/" .Values.snapshot.s3.endpoint) (trimAll "/" .Values.snapshot.s3.bucket) | quote }}}
- {name: S3_REGION, value: {{ .Values.snapshot.s3.region | quote }}}
- name: S3_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ .Values.snapshot.s3.credentialsSecret | quote }}, key: access-key}
- name: S3_SECRET_KEY
  valueFrom:
    secretKeyRef: {name: {{ .Values.snapshot.s3.credentialsSecret | quote }}, key: secret-key}
{{- end }}
{{- end -}}

{{- define "openclaw.snapshotMounts" -}}
- name: jobs
  mountPath: /jobs
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if eq .Values.snapshot.target "volume" }}
- name: snapshots
  mountPath: /snapshots
{{- end }}
{{- end -}}

{{- define "openclaw.snapshotVolumes" -}}
- name: jobs
  configMap:
    name: {{ include "openclaw.fullname" . }}-jobs
- name: tmp
  emptyDir: {}
{{- if eq .Values.snapshot.target "volume" }}
- name: snapshots
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-snapshots" (include "openclaw.fullname" .)) .Values.snapshot.volume.existingClaim }}
{{- end }}
{{- end -}}
