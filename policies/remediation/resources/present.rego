package remediation.resources

import data.remediation.lib

# R01: a container whose resources are changed ends up with a memory limit. One that never had any may go back to that.
r01(before, after, ctx) := {lib.unsafe("R01", path, "a memory limit must be set") |
	not ctx.restores
	names := touched(before, after)
	some entry in lib.containers(after)
	[entry.list, entry.name] in names
	lib.at(entry.container, ["resources", "limits", "memory"]) == null
	path := concat("/", [entry.pointer, "resources/limits/memory"])
}

r01_warnings(before, after) := {lib.warning("R01", path, "has no memory limit") |
	names := touched(before, after)
	some entry in lib.containers(after)
	not [entry.list, entry.name] in names
	lib.at(entry.container, ["resources", "limits", "memory"]) == null
	path := concat("/", [entry.pointer, "resources/limits/memory"])
}
