{{- define "cart.secretName" -}}
{{- default (printf "%s-cart" .Release.Name) .Values.existingSecret -}}
{{- end -}}
