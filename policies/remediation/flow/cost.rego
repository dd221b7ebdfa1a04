package remediation.flow

import data.remediation.lib

# F01: what the change costs more in a month stays within the RemediationPolicy's budget. Going back to before costs what it costs.
f01(plan, facts) := {lib.unsafe("F01", "", "nobody knows what the change costs, and there is a budget") |
	plan.kind != "Revert"
	limited(facts.cost)
	not is_number(lib.field(facts.cost, "monthlyDeltaUSD"))
} | {lib.unsafe("F01", "", message) |
	plan.kind != "Revert"
	limited(facts.cost)
	is_number(facts.cost.monthlyDeltaUSD)
	facts.cost.monthlyDeltaUSD > facts.cost.limitUSD
	message := sprintf("%.2f USD more a month, the budget is %.2f", [facts.cost.monthlyDeltaUSD, facts.cost.limitUSD])
}

limited(cost) if lib.has(cost, "limitUSD")
