package remediation.gate

import data.remediation.availability
import data.remediation.flow
import data.remediation.lib

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

# That a value is an earlier one is no reason to run less because a model says so.
upwards_or_back if {
	input.plan.restoresEarlierValue == true
	not flow.by_model(input.plan)
}

upwards_or_back if {
	input.plan.action == "setReplicas"
	not fewer
}

upwards_or_back if {
	input.plan.action == "setResources"
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

fewer if {
	some change in input.change.objects
	some path in availability.counts
	availability.lowered(lib.at(change.before, path), lib.at(change.after, path))
}
