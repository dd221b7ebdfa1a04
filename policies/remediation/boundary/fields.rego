package remediation.boundary

import data.remediation.lib

# B07, seen from the objects: every leaf that differs is one that the plan's action may touch (`remediation.fields`).
# The difference is taken here, of the two objects that are judged, not from what the plan says about itself.
b07(before, after, ctx) := {lib.unsafe("B07", changed, message) |
	some changed in lib.differences(before, after)
	not open_to(ctx, after, changed)
	message := sprintf("action %s may not change this field", [lib.clip(ctx.action)])
} | {lib.unsafe("B07", "", "the plan says that this object changes, but nothing differs") |
	before == after
}

open_to(ctx, object, changed) if {
	not invents(ctx)
	some pattern in data.remediation.fields.open[ctx.action]
	glob.match(placed(pattern, object), ["/"], changed)
	not shut(changed)
}

# An action that goes back, with a value that was never there.
invents(ctx) if {
	ctx.undoes
	not ctx.restores
}

# Fields that no action may touch. A ConfigMap's keys are names that people gave, whatever they sound like.
shut(changed) if {
	not startswith(changed, "/data/")
	some segment in split(changed, "/")
	segment in data.remediation.fields.closed.names
}

shut(changed) if {
	some closed_pointer in data.remediation.fields.closed.pointers
	startswith(concat("", [changed, "/"]), concat("", [closed_pointer, "/"]))
}

# Patterns name the pod's place as `{pod}`, so that one of them serves every kind.
placed(pattern, object) := replace(pattern, "{pod}", lib.pointer(lib.pod_path(object)))
