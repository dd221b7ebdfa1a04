package remediation.flow

import data.remediation.lib

# F07: what a language model proposed counts only from a listed model, and from a floor of confidence on (`limits.models`).
f07(plan) := {lib.unsafe("F07", "", message) |
	by_model(plan)
	not listed_model(lib.field(plan, "model"))
	message := sprintf("model %s is not on the allow-list", [lib.clip(lib.field(plan, "model"))])
} | {lib.unsafe("F07", "", message) |
	by_model(plan)
	not sure(lib.field(plan, "confidence"))
	message := sprintf("confidence %s is below %.2f", [lib.clip(lib.field(plan, "confidence")), data.remediation.limits.models.confidenceFloor])
}

# A revert takes back what was merged: whoever proposed that has no part in it.
by_model(plan) if {
	plan.source == "Model"
	plan.kind != "Revert"
}

listed_model(name) if {
	is_string(name)
	some pattern in data.remediation.limits.models.allowed
	glob.match(pattern, null, name)
}

sure(confidence) if {
	is_number(confidence)
	confidence >= data.remediation.limits.models.confidenceFloor
}
