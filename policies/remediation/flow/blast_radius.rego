package remediation.flow

import data.remediation.lib

# F04: one change reaches no more than `limits.blastRadius` says.
f04(facts) := {lib.unsafe("F04", "", message) |
	some name, limit in data.remediation.limits.blastRadius
	not reached(lib.field(facts.blastRadius, name), limit)
	message := sprintf("%s %s are more than %d", [lib.clip(lib.field(facts.blastRadius, name)), name, limit])
}

reached(value, limit) if {
	is_number(value)
	value <= limit
}
