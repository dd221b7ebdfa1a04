package remediation.security

import data.remediation.lib

# S01: no container runs privileged or may gain privileges. Judged on what will be, and never weaker than what is.
s01(before, after, _) := {lib.unsafe("S01", flag.path, message) |
	some flag in raised(after)
	not excused(before, after, flag)
	message := keeps(sprintf("%s must not be set to anything but false", [flag.name]), flag.owner, raised(before))
} | {lib.unsafe("S01", path, "allowPrivilegeEscalation: false must stay") |
	some entry in lib.containers(after)
	escalation(lib.same_container(before, entry)) == false
	escalation(entry.container) != false
	path := concat("", [entry.pointer, "/securityContext/allowPrivilegeEscalation"])
}

escalation(container) := lib.at(container, ["securityContext", "allowPrivilegeEscalation"])

# raised lists every privilege that an object asks for, in any of its containers or for the whole pod.
raised(object) := {flag |
	some entry in lib.containers(object)
	some path in [["privileged"], ["allowPrivilegeEscalation"], ["windowsOptions", "hostProcess"]]
	not off(lib.at(entry.container, array.concat(["securityContext"], path)))
	flag := {
		"path": concat("", [entry.pointer, "/securityContext", lib.pointer(path)]),
		"name": path[count(path) - 1],
		"owner": [entry.list, entry.name, path],
	}
} | {flag |
	not off(lib.at(lib.pod_spec(object), ["securityContext", "windowsOptions", "hostProcess"]))
	flag := {
		"path": concat("", [lib.pointer(lib.pod_path(object)), "/securityContext/windowsOptions/hostProcess"]),
		"name": "hostProcess",
		"owner": ["pod"],
	}
}

off(null)

off(false)

excused(before, after, flag) if {
	tolerated(after)
	some known in raised(before)
	known.owner == flag.owner
}
