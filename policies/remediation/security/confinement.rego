package remediation.security

import data.remediation.lib

# Settings of the kernel that a pod may change without touching others on its node: those of the baseline profile.
# https://kubernetes.io/docs/concepts/security/pod-security-standards/
safe_sysctls := {
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
}

selinux_types := {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}

# S06: seccomp, AppArmor, SELinux, /proc and sysctls confine at least as the baseline profile says, and a profile that is set stays.
s06(before, after, _) := {lib.unsafe("S06", gap.path, message) |
	some gap in unconfined(after)
	not excused_gap(before, after, gap)
	message := sprintf("%s must not be weakened", [gap.name])
} | {lib.unsafe("S06", path, message) |
	some entry in lib.containers(after)
	lib.same_container(before, entry) != {}
	some name in ["seccompProfile", "appArmorProfile"]
	old := lib.setting(before, lib.same_container(before, entry), name)
	lib.field(old, "type") in {"RuntimeDefault", "Localhost"}
	lib.setting(after, entry.container, name) != old
	path := concat("/", [entry.pointer, "securityContext", name])
	message := sprintf("%s must stay as it is", [name])
}

# unconfined lists what opens a pod's confinement, with its owner by name, so that a change of order is no change.
unconfined(object) := (({gap |
	some entry in lib.containers(object)
	some name, fine in {"seccompProfile": {"RuntimeDefault", "Localhost"}, "appArmorProfile": {"RuntimeDefault", "Localhost"}}
	profile := lib.setting(object, entry.container, name)
	profile != null
	not lib.field(profile, "type") in fine
	gap := {"path": concat("/", [entry.pointer, "securityContext", name]), "name": name, "owner": [entry.list, entry.name, name]}
} | {gap |
	some entry in lib.containers(object)
	not lib.at(entry.container, ["securityContext", "procMount"]) in {null, "Default"}
	gap := {"path": concat("", [entry.pointer, "/securityContext/procMount"]), "name": "procMount", "owner": [entry.list, entry.name, "procMount"]}
}) | {gap |
	some entry in lib.containers(object)
	options := lib.setting(object, entry.container, "seLinuxOptions")
	options != null
	not plain_selinux(options)
	gap := {"path": concat("", [entry.pointer, "/securityContext/seLinuxOptions"]), "name": "seLinuxOptions", "owner": [entry.list, entry.name, "seLinuxOptions", options]}
}) | {gap |
	some index, sysctl in lib.at(lib.pod_spec(object), ["securityContext", "sysctls"])
	name := lib.field(sysctl, "name")
	not name in safe_sysctls
	gap := {"path": concat("", [lib.pointer(lib.pod_path(object)), lib.pointer(["securityContext", "sysctls", index])]), "name": "sysctl", "owner": ["pod", "sysctl", sysctl]}
}

plain_selinux(options) if {
	object.get(options, "type", "") in selinux_types
	object.get(options, "user", "") == ""
	object.get(options, "role", "") == ""
}

excused_gap(before, after, gap) if {
	tolerated(after)
	some known in unconfined(before)
	known.owner == gap.owner
}
