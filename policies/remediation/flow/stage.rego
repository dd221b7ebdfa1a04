package remediation.flow

import data.remediation.lib

# F10: a bundle decides at a stage that this one knows. Below `Enforce` no change goes without a human (see the tier).
f10(policy) := {lib.unsafe("F10", "", message) |
	not lib.field(policy, "stage") in {"Shadow", "Warn", "Enforce"}
	message := sprintf("stage %s is unknown", [lib.clip(lib.field(policy, "stage"))])
}
