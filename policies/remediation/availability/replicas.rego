package remediation.availability

import data.remediation.lib

# Fields that say how many run. An HPA's are the bounds within which it chooses.
counts := {
	"replicas": ["spec", "replicas"],
	"minReplicas": ["spec", "minReplicas"],
	"maxReplicas": ["spec", "maxReplicas"],
	"parallelism": ["spec", "parallelism"],
	"completions": ["spec", "completions"],
}

# Switches that stop a workload as surely as zero replicas do.
switches := {
	"suspend": ["spec", "suspend"],
	"paused": ["spec", "paused"],
}

# C01: how many run stays within bounds, is never 0, and falls only back to an earlier committed value.
c01(before, after, ctx) := (({lib.unsafe("C01", lib.pointer(path), message) |
	some name, path in counts
	value := lib.at(after, path)
	value != null
	value != lib.at(before, path)
	not count_in_bounds(value)
	message := sprintf("%s %s is not a number from 1 to %d", [name, lib.clip(value), data.remediation.limits.replicas.max])
} | {lib.unsafe("C01", lib.pointer(path), message) |
	some name, path in counts
	not ctx.restores
	lowered(lib.at(before, path), lib.at(after, path))
	message := sprintf("%s must not be lowered", [name])
}) | {lib.unsafe("C01", lib.pointer(path), message) |
	some name, path in switches
	lib.at(before, path) != lib.at(after, path)
	not lib.at(after, path) in {null, false}
	message := sprintf("%s must not be switched on", [name])
}) | {lib.unsafe("C01", "/spec/maxReplicas", "minReplicas must not be more than maxReplicas") |
	lib.at(after, ["spec", "minReplicas"]) > lib.at(after, ["spec", "maxReplicas"])
	lib.has(lib.field(after, "spec"), "maxReplicas")
}

count_in_bounds(value) if {
	lib.whole(value)
	value >= 1
	value <= data.remediation.limits.replicas.max
}

lowered(old, new) if {
	is_number(old)
	is_number(new)
	new < old
}

# Without a number Kubernetes takes 1.
lowered(old, null) if {
	is_number(old)
	old > 1
}
