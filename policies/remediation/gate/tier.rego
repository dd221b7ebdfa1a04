package remediation.gate

import data.remediation.availability

# The tier says how many people a change needs: T0 none, T1 one, T2 two of whom one is an owner; T3 is no change but a ticket.

default tier := "T1"

tier := "T3" if {
	refused
} else := "T2" if {
	by_two
} else := "T0" if {
	by_machine
}

approvals := {"T0": 0, "T1": 1, "T2": 2, "T3": 0}

refused if {
	some violation in violations
	violation.class == "Unsafe"
}

by_two if input.plan.action == "setStrategy"

by_two if {
	some change in input.change.objects
	availability.guard(change)
}

by_two if {
	some judged in judged_objects
	judged.steers
}

by_machine if {
	input.plan.action in {"setResources", "setReplicas"}
	upwards_or_back
	input.plan.unapplied == false
	input.policy.stage == "Enforce"
	input.facts.targetNamespaceIsCritical == false
	every change in input.change.objects {
		not change.namespace in input.policy.criticalNamespaces
	}
}

upwards_or_back if input.plan.restoresEarlierValue == true

# C01 has refused every replica count that falls.
upwards_or_back if input.plan.action == "setReplicas"

upwards_or_back if {
	every quantity in input.change.norm {
		not_lower(quantity)
	}
}

# A limit may stand beside a request that nobody set, and the other way round.
not_lower(quantity) if {
	quantity.before == null
	quantity.after == null
}

not_lower(quantity) if {
	is_number(quantity.before)
	is_number(quantity.after)
	quantity.after >= quantity.before
}
