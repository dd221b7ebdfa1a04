package remediation.boundary

import data.remediation.lib

# B01: only kinds of the allow-list (`limits.allowedKinds`, "apiVersion/Kind"), and objects are changed, not made or deleted.
b01(_, _, ctx) := {lib.unsafe("B01", "/kind", message) |
	name := concat("/", [ctx.ref.apiVersion, ctx.ref.kind])
	not name in data.remediation.limits.allowedKinds
	message := sprintf("kind %s is not on the allow-list", [lib.clip(name)])
} | {lib.unsafe("B01", "", message) |
	ctx.ref.op != "Update"
	message := sprintf("%s of an object is not allowed", [lib.clip(ctx.ref.op)])
}
