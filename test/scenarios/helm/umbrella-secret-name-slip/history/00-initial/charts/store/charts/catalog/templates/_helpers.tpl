{{- define "catalog.secretName" -}}
{{- default (printf "%s-catalog" .Release.Name) .Values.existingSecret -}}
{{- end -}}
