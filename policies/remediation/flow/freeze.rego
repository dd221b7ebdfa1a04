package remediation.flow

import data.remediation.lib

# F03: a freeze holds everything back until it ends.
f03(facts) := {lib.deferred("F03", "", message, window.until) |
	some window in facts.frozen
	message := sprintf("frozen by %s", [lib.clip(window.name)])
}
