package remediation.flow

import data.remediation.lib

# F05: so many attempts a day, and a rest between two. A revert takes back what we did, and waits for neither.
f05(plan, facts) := {lib.deferred("F05", "", message, lib.field(facts.attempts, "notBefore")) |
	plan.kind != "Revert"
	not facts.attempts.lastDay < facts.attempts.limit
	message := sprintf("%d attempts within a day, the limit is %d", [facts.attempts.lastDay, facts.attempts.limit])
} | {lib.deferred("F05", "", "cooling down after the last attempt", facts.coolDownUntil) |
	plan.kind != "Revert"
	lib.has(facts, "coolDownUntil")
	not past(facts.coolDownUntil, facts.now)
}

# Times of one zone and one form sort as text. Any other form counts as not past yet.
past(time, now) if {
	canonical(time)
	canonical(now)
	time <= now
}

canonical(time) if regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`, time)
