package remediation.availability

import data.remediation.lib

probes := ["livenessProbe", "readinessProbe", "startupProbe"]

handlers := ["exec", "grpc", "httpGet", "tcpSocket"]

# C02: a probe is neither removed nor weakened: it asks the same container in the same way, within `limits.probes`.
c02(before, after, ctx) := {lib.unsafe("C02", change.path, message) |
	some change in probe_changes(before, after)
	some message in faults(change.before, change.after, ctx)
}

faults(_, null, _) := {"the probe must not be removed"}

faults(before, after, ctx) := ({message |
	some name, bounds in data.remediation.limits.probes
	value := lib.field(after, name)
	value != null
	value != lib.field(before, name)
	not within(value, bounds)
	message := sprintf("%s %s is not a number from %d to %d", [name, lib.clip(value), bounds.min, bounds.max])
} | {"the probe must go on asking in the same way" |
	before != null
	not ctx.restores
	handler(before) != handler(after)
}) | ({"a probe has exactly one of exec, grpc, httpGet, tcpSocket" |
	count(handler(after)) != 1
} | {"the probe must ask its own container" |
	some name in ["httpGet", "tcpSocket"]
	host := lib.at(after, [name, "host"])
	host != null
	host != lib.at(before, [name, "host"])
}) if {
	after != null
}

probe_changes(before, after) := [change |
	some old in lib.containers(before)
	some name in probes
	new := lib.same_container(after, old)
	change := {
		"path": concat("/", [old.pointer, name]),
		"before": lib.field(old.container, name),
		"after": lib.field(new, name),
	}
	change.before != change.after
]

handler(probe) := {name | some name in handlers; lib.has(probe, name)}

within(value, bounds) if {
	lib.whole(value)
	value >= bounds.min
	value <= bounds.max
}
