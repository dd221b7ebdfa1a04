package remediation.security

import data.remediation.lib

# S05: who may not run as root still may not, and nobody begins to. Images that run as root by themselves are the
# restricted profile's affair (`limits.podSecurity`).
s05(before, after, _) := {lib.unsafe("S05", path, "runAsNonRoot: true must stay") |
	some entry in lib.containers(after)
	lib.setting(before, lib.same_container(before, entry), "runAsNonRoot") == true
	lib.same_container(before, entry) != {}
	lib.setting(after, entry.container, "runAsNonRoot") != true
	path := concat("", [entry.pointer, "/securityContext/runAsNonRoot"])
} | {lib.unsafe("S05", path, message) |
	some entry in lib.containers(after)
	some name in ["runAsUser", "runAsGroup"]
	old := lib.setting(before, lib.same_container(before, entry), name)
	new := lib.setting(after, entry.container, name)
	new != old
	root(name, old, new)
	lib.same_container(before, entry) != {}
	path := concat("/", [entry.pointer, "securityContext", name])
	message := sprintf("%s must not become root's", [name])
}

root(_, _, 0)

# Without a number the image decides, which may well be root.
root(_, old, null) if old != 0

root(_, _, new) if {
	new != null
	not is_number(new)
}
