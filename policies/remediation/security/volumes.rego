package remediation.security

import data.remediation.lib

# S03: no hostPath, and only volume types from the allow-list (`limits.volumeTypes`).
s03(before, after, _) := {lib.unsafe("S03", volume.path, message) |
	some volume in foreign_volumes(after)
	not excused_volume(before, after, volume)
	message := keeps(sprintf("volume type %s is not allowed", [volume.type]), volume.owner, foreign_volumes(before))
}

# hostPath can not be allowed by data: who needs it names the workload in `limits.toleratedPrivilege`.
foreign_volumes(object) := {found |
	some index, volume in lib.field(lib.pod_spec(object), "volumes")
	some type, source in volume
	type != "name"
	not type in allowed_types
	found := {
		"path": concat("", [lib.pointer(lib.pod_path(object)), lib.pointer(["volumes", index, type])]),
		"type": type,
		"owner": [lib.field(volume, "name"), type, source],
	}
}

allowed_types := {type | some type in data.remediation.limits.volumeTypes} - {"hostPath"}

excused_volume(before, after, volume) if {
	tolerated(after)
	some known in foreign_volumes(before)
	known.owner == volume.owner
}
