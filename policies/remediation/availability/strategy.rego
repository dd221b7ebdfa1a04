package remediation.availability

import data.remediation.lib

rollout_fields := ["strategy", "updateStrategy", "minReadySeconds", "progressDeadlineSeconds", "podManagementPolicy"]

# C04: how a workload is replaced stays as it is, but for going back to an earlier committed value.
c04(before, after, ctx) := {lib.unsafe("C04", path, message) |
	not goes_back(ctx)
	some name in rollout_fields
	lib.at(before, ["spec", name]) != lib.at(after, ["spec", name])
	path := lib.pointer(["spec", name])
	message := sprintf("%s must stay as it is", [name])
}

goes_back(ctx) if {
	ctx.undoes
	ctx.restores
}
