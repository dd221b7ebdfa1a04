package remediation.shape

import data.remediation.lib

# E01: what can not be judged is refused. The other rules may rely on what is checked here.

schema := "remediation.gate/v1"

sections := ["request", "plan", "change", "facts", "policy"]

e01_input(document) := (({lib.unsafe("E01", "/schema", message) |
	not lib.field(document, "schema") == schema
	message := sprintf("the input must follow %s", [schema])
} | {lib.unsafe("E01", lib.pointer([name]), "this part of the input is missing") |
	some name in sections
	not is_object(lib.field(document, name))
}) | {lib.unsafe("E01", "/change/objects", "no object to judge") |
	not count(lib.at(document, ["change", "objects"])) > 0
}) | {lib.unsafe("E01", "/change/files", "no file to judge") |
	not is_array(lib.at(document, ["change", "files"]))
}

# Kubernetes would refuse such an object, so whoever sends it wants the rules to look past it.
e01_object(object) := {lib.unsafe("E01", path, "not the shape of a pod") |
	some path in malformed(object)
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
