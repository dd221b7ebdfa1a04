package remediation.resources

import data.remediation.lib

# R03: one step at most doubles (`limits.resources.maxGrowth`), nothing grows past `limits.resources.max`, and no limit falls
# to less than the inverse of one step. Going back to an earlier committed value may be any step, under the same cap.
r03(before, after, ctx) := {lib.unsafe("R03", quantity.pointer, message) |
	some quantity in quantities(after)
	changed(before, quantity)
	some message in growth_faults(before, quantity, ctx)
}

growth_faults(before, quantity, ctx) := {message} if {
	not norm_after(ctx, quantity)
	not devices_given_back(before, quantity, ctx)
	message := sprintf("%s %s has no value in base units to judge", [quantity.name, lib.clip(quantity.value)])
}

growth_faults(before, quantity, ctx) := {message |
	not under_cap(ctx, quantity, value)
	message := sprintf("%s %s is more than the largest that is allowed", [quantity.name, lib.clip(quantity.value)])
} | {message |
	not ctx.restores
	old := value_of(before, quantity)
	not one_step(ctx, quantity, value)
	message := sprintf("%s may not go from %s to %s in one step", [quantity.name, lib.clip(old), lib.clip(quantity.value)])
} if {
	value := norm_after(ctx, quantity)
}

# Devices and other extended resources (`example.org/gpu`) are whole numbers without a unit: fewer of them, as Git had it, are safe.
devices_given_back(before, quantity, ctx) if {
	ctx.restores
	contains(quantity.name, "/")
	to_number(quantity.value) < to_number(value_of(before, quantity))
}

norm_before(ctx, quantity) := value if {
	value := ctx.norm[quantity.pointer].before
	is_number(value)
	value > 0
}

under_cap(_, quantity, value) if value <= data.remediation.limits.resources.max[quantity.name]

# What is past the cap already may at least shrink.
under_cap(ctx, quantity, value) if value <= norm_before(ctx, quantity)

one_step(ctx, quantity, value) if {
	old := norm_before(ctx, quantity)
	value <= old * data.remediation.limits.resources.maxGrowth
	not falls_too_far(quantity, old, value)
}

falls_too_far(quantity, old, value) if {
	quantity.section == "limits"
	value * data.remediation.limits.resources.maxGrowth < old
}
