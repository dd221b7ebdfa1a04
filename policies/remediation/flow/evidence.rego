package remediation.flow

import data.remediation.lib

# F08: a repair rests on evidence that its diagnosis cites. A revert rests on what the hub itself saw.
f08(plan, facts) := {lib.unsafe("F08", "", "the diagnosis cites no evidence") |
	plan.kind != "Revert"
	not cited(lib.field(facts, "evidenceCount"))
}

cited(number) if {
	is_number(number)
	number >= data.remediation.limits.evidence.atLeast
}
