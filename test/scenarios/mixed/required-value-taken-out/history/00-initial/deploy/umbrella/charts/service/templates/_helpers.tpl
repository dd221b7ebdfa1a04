{{- define "service.fullname" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "service.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "service.sa" -}}
{{- default (include "service.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}
{{- define "service.env" -}}
{{- $all := mergeOverwrite (dict) (.Values.global.env | default dict) (.Values.env | default dict) -}}
{{- range $k, $v := $all }}
- name: {{ $k }}
  value: {{ $v | quote }}
{{- end }}
{{- end -}}
