package remediation.security

import data.remediation.lib

# The compliance pack: `limits.podSecurity` is `off`, `baseline` or `restricted`. It judges what will be, under the ids of the
# rules that it makes absolute, and knows neither a tolerated workload nor what was before.
# https://kubernetes.io/docs/concepts/security/pod-security-standards/
profile(after, level) := baseline(after) if level == "baseline"

profile(after, level) := baseline(after) | restricted(after) if level == "restricted"

profile(_, level) := set() if level == "off"

profile(_, level) := {lib.unsafe("E01", "", "limits.podSecurity must be off, baseline or restricted")} if {
	not level in {"off", "baseline", "restricted"}
}

baseline(after) := ((({required("baseline", "S01", flag.path, flag.name) |
	some flag in raised(after)

	# Escalation is the restricted profile's affair.
	flag.name != "allowPrivilegeEscalation"
} | {required("baseline", "S02", use.path, use.name) |
	some use in host_uses(after)
}) | {required("baseline", "S03", volume.path, "hostPath") |
	some volume in foreign_volumes(after)
	volume.type == "hostPath"
}) | {required("baseline", "S04", extra.path, extra.name) |
	some extra in foreign_capabilities(after)
}) | {required("baseline", "S06", gap.path, gap.name) |
	some gap in unconfined(after)
}

restricted(after) := (((({required("restricted", "S01", path, "allowPrivilegeEscalation other than false") |
	some entry in lib.containers(after)
	escalation(entry.container) != false
	path := concat("", [entry.pointer, "/securityContext/allowPrivilegeEscalation"])
} | {required("restricted", "S03", volume.path, volume.type) |
	some volume in foreign_volumes(after)
}) | {required("restricted", "S04", path, "any capability that is not dropped, but NET_BIND_SERVICE") |
	some entry in lib.containers(after)
	not minimal(entry.container)
	path := concat("", [entry.pointer, "/securityContext/capabilities"])
}) | {required("restricted", "S05", path, "runAsNonRoot other than true") |
	some entry in lib.containers(after)
	lib.setting(after, entry.container, "runAsNonRoot") != true
	path := concat("", [entry.pointer, "/securityContext/runAsNonRoot"])
}) | {required("restricted", "S05", path, "root's user id") |
	some entry in lib.containers(after)
	lib.setting(after, entry.container, "runAsUser") == 0
	path := concat("", [entry.pointer, "/securityContext/runAsUser"])
}) | {required("restricted", "S06", path, "an absent seccompProfile") |
	some entry in lib.containers(after)
	lib.setting(after, entry.container, "seccompProfile") == null
	path := concat("", [entry.pointer, "/securityContext/seccompProfile"])
}

minimal(container) if {
	"ALL" in capabilities(container, "drop")
	count(capabilities(container, "add") - {"NET_BIND_SERVICE"}) == 0
}

required(level, id, path, what) := lib.unsafe(id, path, sprintf("Pod Security %s forbids %s", [level, lib.clip(what)]))
