package remediation.boundary

import data.remediation.lib

# B01: only kinds of the allow-list (`limits.allowedKinds`, "apiVersion/Kind"), and objects are changed, not made or deleted. What commits
# of people brought while nothing could be rendered may be new.
# A GitOps engine's object may say again where it took things from.
b01(before, after, ctx) := {lib.unsafe("B01", "/kind", message) |
	name := concat("/", [ctx.ref.apiVersion, ctx.ref.kind])
	not name in data.remediation.limits.allowedKinds
	not steers_back(before, after, ctx)
	message := sprintf("kind %s is not on the allow-list", [lib.clip(name)])
} | {lib.unsafe("B01", "", message) |
	not op_allowed(ctx)
	message := sprintf("%s of an object is not allowed", [lib.clip(ctx.ref.op)])
}

op_allowed(ctx) if ctx.ref.op == "Update"

op_allowed(ctx) if {
	ctx.ref.op == "Create"
	lib.field(ctx, "mends") == true
}
