{{- define "thumbs.name" -}}{{ .Release.Name | trunc 53 }}{{- end }}
{{- define "thumbs.labels" -}}
app.kubernetes.io/name: thumbs
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
