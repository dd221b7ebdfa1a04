package remediation.flow

import data.remediation.lib

# F02: once an error budget is spent, a team has no risk left to take: only what puts an earlier state back goes ahead.
f02(plan, facts) := {lib.unsafe("F02", "", message) |
	lib.has(facts, "sloBudget")
	not some_left(facts.sloBudget)
	not plan.kind == "Revert"
	not going_back(plan)
	message := sprintf("the error budget of %s is spent: only reverts", [lib.clip(lib.field(facts.sloBudget, "name"))])
}

some_left(budget) if {
	is_number(budget.left)
	budget.left > 0
}

going_back(plan) if {
	plan.action == "restoreField"
	plan.restoresEarlierValue == true
}
