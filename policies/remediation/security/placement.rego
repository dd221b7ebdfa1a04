package remediation.security

import data.remediation.lib

# Taints that keep everything but the cluster's own parts away.
control_plane := {"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}

# S09: no pod comes onto nodes that are kept for the cluster itself, or before the cluster's own pods. What runs on every node may
# go back to that.
s09(before, after, ctx) := {lib.unsafe("S09", path, "nodes of the control plane must not be tolerated") |
	not on_every_node_again(after, ctx)
	known := lib.field(lib.pod_spec(before), "tolerations")
	some index, toleration in lib.field(lib.pod_spec(after), "tolerations")
	reaches_control_plane(toleration)
	not toleration in array_of(known)
	path := concat("", [lib.pointer(lib.pod_path(after)), lib.pointer(["tolerations", index])])
} | {lib.unsafe("S09", path, "a priority of the cluster's own pods must not be taken") |
	not on_every_node_again(after, ctx)
	name := lib.field(lib.pod_spec(after), "priorityClassName")
	name != lib.field(lib.pod_spec(before), "priorityClassName")
	startswith(name, "system-")
	path := concat("/", [lib.pointer(lib.pod_path(after)), "priorityClassName"])
}

on_every_node_again(object, ctx) if {
	lib.field(object, "kind") == "DaemonSet"
	ctx.restores
	ctx.undoes
}

# Without a key it fits every taint.
reaches_control_plane(toleration) if lib.field(toleration, "key") in {null, ""}

reaches_control_plane(toleration) if lib.field(toleration, "key") in control_plane

default array_of(_) := []

array_of(value) := value if is_array(value)
