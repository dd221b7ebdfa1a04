package remediation.security

import data.remediation.lib

# What the baseline profile of the Pod Security Standards lets a container add.
# https://kubernetes.io/docs/concepts/security/pod-security-standards/
ordinary_capabilities := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
	"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

# S04: no capability beyond the ordinary ones, none that was not there before, and what is dropped stays dropped.
s04(before, after, _) := ({lib.unsafe("S04", extra.path, message) |
	some extra in foreign_capabilities(after)
	not excused_capability(before, after, extra)
	message := sprintf("capability %s must not be added", [lib.clip(extra.name)])
} | {lib.unsafe("S04", path, message) |
	some entry in lib.containers(after)
	old := lib.same_container(before, entry)
	old != {}
	added := capabilities(entry.container, "add") - capabilities(old, "add")
	some name in added
	path := concat("", [entry.pointer, "/securityContext/capabilities/add"])
	message := sprintf("capability %s was not there before", [lib.clip(name)])
}) | {lib.unsafe("S04", path, message) |
	some entry in lib.containers(after)
	lost := capabilities(lib.same_container(before, entry), "drop") - capabilities(entry.container, "drop")
	not "ALL" in capabilities(entry.container, "drop")
	some name in lost
	path := concat("", [entry.pointer, "/securityContext/capabilities/drop"])
	message := sprintf("capability %s must stay dropped", [lib.clip(name)])
}

capabilities(container, list) := {name |
	some given in lib.at(container, ["securityContext", "capabilities", list])
	name := capability(given)
}

# The kernel's names; some runtimes take them with their prefix, too.
capability(given) := trim_prefix(upper(given), "CAP_") if is_string(given)

capability(given) := lib.clip(given) if not is_string(given)

foreign_capabilities(object) := {extra |
	some entry in lib.containers(object)
	some name in (capabilities(entry.container, "add") - ordinary_capabilities)
	extra := {
		"path": concat("", [entry.pointer, "/securityContext/capabilities/add"]),
		"name": name,
		"owner": [entry.list, entry.name, name],
	}
}

excused_capability(before, after, extra) if {
	tolerated(after)
	some known in foreign_capabilities(before)
	known.owner == extra.owner
}
