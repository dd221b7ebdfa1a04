package remediation.security

import data.remediation.lib

# S07: a root file system that is read-only stays so.
s07(before, after, _) := {lib.unsafe("S07", path, "readOnlyRootFilesystem: true must stay") |
	some entry in lib.containers(after)
	read_only(lib.same_container(before, entry)) == true
	read_only(entry.container) != true
	path := concat("", [entry.pointer, "/securityContext/readOnlyRootFilesystem"])
}

read_only(container) := lib.at(container, ["securityContext", "readOnlyRootFilesystem"])
