package remediation.resources

import data.remediation.lib

# R02: a limit is no smaller than its request, and not more than `limits.resources.maxRatio` times as large, unless it
# was so before and gets no worse, or goes back to an earlier committed value. A request that is not set counts as equal to the limit, as in Kubernetes.
r02(before, after, ctx) := {lib.unsafe("R02", limit.pointer, message) |
	all := quantities(after)
	some limit in all
	limit.section == "limits"
	some request in all
	request.section == "requests"
	request.container == limit.container
	request.name == limit.name
	limit.value != request.value
	pair_changed(before, limit, request)
	not fitting(limit, request, ctx)
	message := sprintf("%s limit %s does not fit request %s (at most %s times the request)", [
		limit.name,
		lib.clip(limit.value),
		lib.clip(request.value),
		lib.clip(max_ratio(limit.name)),
	])
}

pair_changed(before, limit, _) if changed(before, limit)

pair_changed(before, _, request) if changed(before, request)

max_ratio(name) := data.remediation.limits.resources.maxRatio[name]

fitting(limit, request, ctx) if {
	larger := norm_after(ctx, limit)
	smaller := norm_after(ctx, request)
	larger >= smaller
	larger <= smaller * max_ratio(limit.name)
}

fitting(limit, request, ctx) if {
	ctx.restores
	norm_after(ctx, limit) >= norm_after(ctx, request)
}

# A ratio that was there before may stay or shrink.
fitting(limit, request, ctx) if {
	larger := norm_after(ctx, limit)
	smaller := norm_after(ctx, request)
	larger >= smaller
	larger * norm_before(ctx, request) <= smaller * norm_before(ctx, limit)
}
