{{- define "fleetmend.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Outside namespaces a name has to be one of its kind in the cluster. */ -}}
{{- define "fleetmend.clusterName" -}}
{{- $name := include "fleetmend.name" . -}}
{{- if eq .Release.Namespace "fleetmend-system" }}{{ $name }}{{ else }}{{ printf "%s-%s" .Release.Namespace $name }}{{ end -}}
{{- end -}}

{{- define "fleetmend.selectorLabels" -}}
app.kubernetes.io/name: {{ include "fleetmend.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "fleetmend.labels" -}}
{{ include "fleetmend.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: fleetmend
{{- end -}}

{{- define "fleetmend.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}{{ end -}}
{{- end -}}

{{- /* What Pod Security calls restricted. */ -}}
{{- define "fleetmend.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "fleetmend.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "fleetmend.secretEnv" -}}
{{- range $name, $ref := .Values.secrets.env }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef: {name: {{ $ref.secret | quote }}, key: {{ $ref.key | quote }}}
{{- end }}
{{- end -}}

{{- define "fleetmend.secretMounts" -}}
{{- range $index, $file := .Values.secrets.files }}
- {name: secret-{{ $index }}, mountPath: {{ $file.mountPath | quote }}, readOnly: true}
{{- end }}
{{- end -}}

{{- define "fleetmend.secretVolumes" -}}
{{- range $index, $file := .Values.secrets.files }}
- name: secret-{{ $index }}
  secret: {secretName: {{ $file.secret | quote }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{- define "fleetmend.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
