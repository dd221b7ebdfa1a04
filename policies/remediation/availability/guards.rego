package remediation.availability

import data.remediation.lib

# Objects that exist to hold something back.
guard_kinds := {
	"PodDisruptionBudget",
	"NetworkPolicy",
	"LimitRange",
	"ResourceQuota",
	"PriorityClass",
}

default guard(_) := false

guard(object) if object.kind in guard_kinds

# C03: a guard is left alone, but for going back to an earlier committed value (`limits.restorableGuards`; then T2).
# What counts as loosening differs from guard to guard, so that every other change counts.
c03(before, after, ctx) := {lib.unsafe("C03", path, message) |
	some object in [before, after]
	guard(object)
	not restorable(object, ctx)
	path := "/kind"
	message := sprintf("a %s may only go back to an earlier committed value", [object.kind])
}

restorable(object, ctx) if {
	object.kind in data.remediation.limits.restorableGuards
	ctx.restores
	ctx.undoes
}
