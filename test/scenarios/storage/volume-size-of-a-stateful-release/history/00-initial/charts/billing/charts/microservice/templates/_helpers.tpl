{{- define "ms.name" -}}{{ .Values.nameOverride | default .Release.Name | trunc 63 | trimSuffix "-" }}{{- end }}
{{- define "ms.labels" -}}
app.kubernetes.io/name: {{ include "ms.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "ms.env" -}}
{{- range $k, $v := .Values.upstreams }}
- name: {{ $k | upper }}_HOST
  value: {{ $v.host | quote }}
- name: {{ $k | upper }}_PORT
  value: {{ $v.port | quote }}
{{- end }}
{{- end }}
