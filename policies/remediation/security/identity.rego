package remediation.security

import data.remediation.lib

identity_fields := ["serviceAccountName", "serviceAccount", "automountServiceAccountToken"]

# S08: a pod goes on acting as who it is, with or without a token as before. No action of the catalogue changes that.
s08(before, after, _) := {lib.unsafe("S08", path, message) |
	some name in identity_fields
	lib.field(lib.pod_spec(before), name) != lib.field(lib.pod_spec(after), name)
	path := concat("/", [lib.pointer(lib.pod_path(after)), name])
	message := sprintf("%s must stay as it is", [name])
}
