package remediation.boundary

import data.remediation.lib

# B04: a pod reads no Secret that it did not read before, nor another key of one, unless the cluster said that the present one does
# not exist, and its reference is set to a name or key that Git knows in that namespace.
b04(before, after, ctx) := {lib.unsafe("B04", reference.path, message) |
	known := {entry.reads | some entry in secret_references(before)}
	some reference in secret_references(after)
	not reference.reads in known
	not known_to_git(reference.reads, ctx)
	message := sprintf("Secret %s was not read here before", [lib.clip(reference.reads)])
}

# Every place in a pod that names a Secret, and what is read there. Volume types name it `secret`, `secretName`, `secretRef`,
# `nodePublishSecretRef`, …: whatever sounds like one counts.
secret_references(object) := {reference |
	walk(lib.pod_spec(object), [path, value])
	some name in path
	is_string(name)
	contains(lower(name), "secret")
	lib.leaf(value)
	reference := {
		"path": concat("", [lib.pointer(lib.pod_path(object)), lib.pointer(path)]),
		"reads": {"field": [part | some part in path; is_string(part)], "value": value},
	}
}

known_to_git(reads, ctx) if {
	ctx.action == "setReference"
	ctx.failure in {"CreateContainerConfigError", "FailedMount", "ImagePullBackOff"}
	reads.value in ctx.secrets_in_git
}
