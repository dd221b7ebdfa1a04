package remediation.flow

import data.remediation.lib

# F06: only so many pull requests are open at once, for each scope that the RemediationPolicy counts.
f06(plan, facts) := {lib.deferred("F06", "", message, null) |
	plan.kind != "Revert"
	some use in facts.openPullRequests
	not room(lib.field(use, "open"), lib.field(use, "limit"))
	message := sprintf("%s of %s open pull requests for this %s", [lib.clip(lib.field(use, "open")), lib.clip(lib.field(use, "limit")), lib.clip(lib.field(use, "scope"))])
}

room(open, limit) if {
	is_number(open)
	is_number(limit)
	open < limit
}
