package remediation.availability

import data.remediation.lib

rollout_fields := ["strategy", "updateStrategy", "minReadySeconds", "progressDeadlineSeconds", "podManagementPolicy"]

# C04: how a workload is replaced stays as it is, but for going back to an earlier committed value, for one pod at a time where a
# volume can have one only, and for the action about it, which two people have to agree to.
c04(before, after, ctx) := {lib.unsafe("C04", path, message) |
	not goes_back(ctx)
	some name in rollout_fields
	lib.at(before, ["spec", name]) != lib.at(after, ["spec", name])
	not about_strategy(name, after, ctx)
	path := lib.pointer(["spec", name])
	message := sprintf("%s must stay as it is", [name])
}

# Nor has a pod less time to end in than it had.
c04_grace(before, after, ctx) := {lib.unsafe("C04", path, "terminationGracePeriodSeconds must not be lowered") |
	not goes_back(ctx)
	grace(after) < grace(before)
	path := concat("/", [lib.pointer(lib.pod_path(after)), "terminationGracePeriodSeconds"])
}

# Without a number Kubernetes takes 30.
grace(object) := seconds if {
	seconds := lib.field(lib.pod_spec(object), "terminationGracePeriodSeconds")
	seconds != null
} else := 30

goes_back(ctx) if {
	ctx.undoes
	ctx.restores
}

about_strategy(_, after, ctx) if {
	ctx.action == "setStrategy"
	every path in unavailable {
		not all_at_once(lib.at(after, path))
	}
}

about_strategy("strategy", after, ctx) if {
	ctx.action == "setVolume"
	lib.at(after, ["spec", "strategy"]) == {"type": "Recreate"}
	some volume in lib.field(lib.pod_spec(after), "volumes")
	lib.has(volume, "persistentVolumeClaim")
}

unavailable := [["spec", "strategy", "rollingUpdate", "maxUnavailable"], ["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]]

all_at_once("100%")
