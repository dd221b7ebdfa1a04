package remediation.security

import data.remediation.lib

# S02: no pod shares a namespace or a port of its node.
s02(before, after, _) := {lib.unsafe("S02", use.path, message) |
	some use in host_uses(after)
	not excused_use(before, after, use)
	message := keeps(sprintf("%s must not be used", [use.name]), use.owner, host_uses(before))
}

host_uses(object) := {use |
	some name in ["hostNetwork", "hostPID", "hostIPC"]
	not off(lib.field(lib.pod_spec(object), name))
	use := {
		"path": concat("/", [lib.pointer(lib.pod_path(object)), name]),
		"name": name,
		"owner": [name],
	}
} | {use |
	some entry in lib.containers(object)
	some index, port in lib.field(entry.container, "ports")
	host_port := lib.field(port, "hostPort")
	not host_port in {null, 0}
	use := {
		"path": concat("", [entry.pointer, lib.pointer(["ports", index, "hostPort"])]),
		"name": "hostPort",
		"owner": [entry.list, entry.name, host_port],
	}
}

excused_use(before, after, use) if {
	tolerated(after)
	some known in host_uses(before)
	known.owner == use.owner
}
