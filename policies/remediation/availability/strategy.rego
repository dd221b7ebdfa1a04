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
}

unavailable := [["spec", "strategy", "rollingUpdate", "maxUnavailable"], ["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]]

all_at_once("100%")
