package remediation.boundary

import data.remediation.lib

# B07, seen from the objects: every leaf that differs is one that the plan's action may touch (`remediation.catalogue`).
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
	some pattern in data.remediation.catalogue.open[ctx.action]
	glob.match(placed(pattern, object), ["/"], changed)
	not shut(changed, ctx)
}

# An action that goes back, with a value that was never there.
invents(ctx) if {
	ctx.undoes
	not ctx.restores
}

# Fields that few actions may touch. A ConfigMap's keys are names that people gave, whatever they sound like.
shut(changed, ctx) if {
	not startswith(changed, "/data/")
	some segment in split(changed, "/")
	actions := data.remediation.fields.closed.names[segment]
	not ctx.action in actions
}

shut(changed, ctx) if {
	some closed_pointer, actions in data.remediation.fields.closed.pointers
	startswith(concat("", [changed, "/"]), concat("", [closed_pointer, "/"]))
	not ctx.action in actions
}

# Patterns name the pod's place as `{pod}`, so that one of them serves every kind.
placed(pattern, object) := replace(replace(pattern, "{pod}", lib.pointer(pod)), "{template}", lib.pointer(template)) if {
	pod := lib.pod_path(object)
	template := array.slice(pod, 0, count(pod) - 1)
} else := pattern
