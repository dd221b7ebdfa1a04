package remediation.boundary

import data.remediation.lib

# B05: what a container executes stays: its command, arguments, hooks, exec probes, and which containers there are.
# Going back to an earlier committed value is allowed, but never for an ephemeral container; a host or port inside one word of a
# command line may be replaced.
b05(before, after, ctx) := (({lib.unsafe("B05", change.path, message) |
	some change in executed_changes(before, after)
	not brought_back(ctx)
	not host_replaced(change, ctx)
	message := sprintf("%s must stay as it is", [change.name])
} | {lib.unsafe("B05", path, "the containers must stay the same ones") |
	container_names(before) != container_names(after)
	not brought_back(ctx)
	path := lib.pointer(lib.pod_path(after))
}) | {lib.unsafe("B05", path, "two containers have the same name") |
	some list in lib.container_lists
	names := [entry.name | some entry in lib.containers(after); entry.list == list]
	count(names) != count({name | some name in names})
	path := concat("", [lib.pointer(lib.pod_path(after)), lib.pointer([list])])
}) | {lib.unsafe("B05", path, "ephemeral containers do not belong in Git") |
	ephemeral := lib.field(lib.pod_spec(after), "ephemeralContainers")
	ephemeral != lib.field(lib.pod_spec(before), "ephemeralContainers")
	path := concat("", [lib.pointer(lib.pod_path(after)), "/ephemeralContainers"])
}

# Where a container says what is executed in it.
executed := {
	"command": ["command"],
	"args": ["args"],
	"lifecycle": ["lifecycle"],
	"livenessProbe.exec": ["livenessProbe", "exec"],
	"readinessProbe.exec": ["readinessProbe", "exec"],
	"startupProbe.exec": ["startupProbe", "exec"],
}

executed_changes(before, after) := [change |
	some entry in lib.containers(after)
	old := lib.same_container(before, entry)
	old != {}
	some name, path in executed
	lib.at(entry.container, path) != lib.at(old, path)
	change := {"path": concat("", [entry.pointer, lib.pointer(path)]), "name": name, "before": lib.at(old, path), "after": lib.at(entry.container, path)}
]

host_replaced(change, ctx) if {
	ctx.action == "setHost"
	change.name in {"command", "args"}
	is_array(change.before)
	is_array(change.after)
	count(change.before) == count(change.after)
	count([index | some index, word in change.after; word != change.before[index]]) == 1
}

container_names(object) := {[entry.list, entry.name] | some entry in lib.containers(object)}

brought_back(ctx) if {
	ctx.undoes
	ctx.restores
}
