package remediation.boundary

import data.remediation.lib

# B04: a pod reads no Secret that it did not read before, nor another key of one.
b04(before, after, _) := {lib.unsafe("B04", reference.path, message) |
	known := {entry.reads | some entry in secret_references(before)}
	some reference in secret_references(after)
	not reference.reads in known
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
