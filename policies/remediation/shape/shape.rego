package remediation.shape

import data.remediation.lib

# E01: what can not be judged is refused. The other rules may rely on what is checked here.

schema := "remediation.gate/v1"

# What the rules read of the input. A missing fact must not pass for a harmless one.
types := [
	[["request", "cluster"], "string"],
	[["request", "target", "namespace"], "string"],
	[["plan", "action"], "string"],
	[["plan", "kind"], "string"],
	[["plan", "source"], "string"],
	[["plan", "confidence"], "number"],
	[["plan", "unapplied"], "boolean"],
	[["plan", "restoresEarlierValue"], "boolean"],
	[["change", "files"], "array"],
	[["change", "objects"], "array"],
	[["change", "norm"], "array"],
	[["facts", "now"], "string"],
	[["facts", "frozen"], "array"],
	[["facts", "attempts", "lastDay"], "number"],
	[["facts", "attempts", "limit"], "number"],
	[["facts", "cost"], "object"],
	[["facts", "openPullRequests"], "array"],
	[["facts", "blastRadius"], "object"],
	[["facts", "evidenceCount"], "number"],
	[["facts", "targetNamespaceIsCritical"], "boolean"],
	[["policy", "criticalNamespaces"], "array"],
	[["policy", "priorApprovalTiers"], "array"],
	[["policy", "pathAllowed"], "object"],
	[["policy", "editBudget", "files"], "number"],
	[["policy", "editBudget", "lines"], "number"],
	[["policy", "stage"], "string"],
]

e01_input(document) := ({lib.unsafe("E01", "/schema", message) |
	not lib.field(document, "schema") == schema
	message := sprintf("the input must follow %s", [schema])
} | {lib.unsafe("E01", lib.pointer(path), message) |
	some [path, type] in types
	type_name(lib.at(document, path)) != type
	message := sprintf("%s expected", [type])
}) | (({lib.unsafe("E01", "/change/objects", "no object to judge") |
	lib.at(document, ["change", "objects"]) == []
	not is_object(lib.at(document, ["change", "since"]))
} | {lib.unsafe("E01", lib.pointer(["change", "files", index]), "a path and counts of lines expected") |
	some index, file in lib.at(document, ["change", "files"])
	not counted(file)
}) | {lib.unsafe("E01", lib.pointer(["facts", "frozen", index]), "a name and a time expected") |
	some index, window in lib.at(document, ["facts", "frozen"])
	not timed(window)
})

counted(file) if {
	is_string(file.path)
	every side in [file.added, file.removed] {
		lib.whole(side)
		side >= 0
	}
}

timed(window) if {
	is_string(window.name)
	is_string(window.until)
}

# Kubernetes would refuse such an object, so whoever sends it wants the rules to look past it.
e01_object(object) := {lib.unsafe("E01", path, "not the shape of a pod") |
	some path in malformed(object)
} | {lib.unsafe("E01", path, "a variable has a value, or one place that it comes from") |
	some entry in lib.containers(object)
	some index, variable in lib.field(entry.container, "env")
	sourced_oddly(variable)
	path := concat("", [entry.pointer, lib.pointer(["env", index, "valueFrom"])])
}

sourced_oddly(variable) if {
	lib.has(variable, "valueFrom")
	count(variable.valueFrom) != 1
}

sourced_oddly(variable) if {
	lib.has(variable, "valueFrom")
	not lib.field(variable, "value") in {null, ""}
}

malformed(object) := ((({lib.pointer(lib.pod_path(object)) |
	raw := lib.at(object, lib.pod_path(object))
	raw != null
	not is_object(raw)
} | {path |
	some list in array.concat(lib.container_lists, ["volumes"])
	items := lib.field(lib.pod_spec(object), list)
	items != null
	not list_of_named(items)
	path := concat("/", [lib.pointer(lib.pod_path(object)), list])
}) | {path |
	not map_or_absent(lib.field(lib.pod_spec(object), "securityContext"))
	path := concat("/", [lib.pointer(lib.pod_path(object)), "securityContext"])
}) | {path |
	some entry in lib.containers(object)
	some part in container_maps
	not map_or_absent(lib.at(entry.container, part))
	path := concat("", [entry.pointer, lib.pointer(part)])
}) | {path |
	some entry in lib.containers(object)
	ports := lib.field(entry.container, "ports")
	ports != null
	not list_of_maps(ports)
	path := concat("/", [entry.pointer, "ports"])
}

container_maps := [
	["securityContext"],
	["securityContext", "windowsOptions"],
	["resources"],
	["resources", "limits"],
	["resources", "requests"],
	["lifecycle"],
	["livenessProbe"],
	["readinessProbe"],
	["startupProbe"],
]

map_or_absent(null)

map_or_absent(value) if is_object(value)

list_of_maps(items) if {
	is_array(items)
	every item in items {
		is_object(item)
	}
}

list_of_named(items) if {
	list_of_maps(items)
	every item in items {
		is_string(item.name)
	}
}
