package remediation.security

import data.remediation.lib

identity_fields := ["serviceAccountName", "serviceAccount", "automountServiceAccountToken"]

# S08: a pod goes on acting as who it is, with or without a token as before. Only where the cluster said that its ServiceAccount does
# not exist, the name may go back to an earlier committed one.
s08(before, after, ctx) := {lib.unsafe("S08", path, message) |
	some name in identity_fields
	lib.field(lib.pod_spec(before), name) != lib.field(lib.pod_spec(after), name)
	not renamed_back(name, ctx)
	path := concat("/", [lib.pointer(lib.pod_path(after)), name])
	message := sprintf("%s must stay as it is", [name])
}

renamed_back(name, ctx) if {
	name == "serviceAccountName"
	ctx.action == "setReference"
	ctx.failure == "ServiceAccountNotFound"
	ctx.restores
}
