package remediation.resources

import data.remediation.lib

# R05: a limit or request that is set stays set, also where it was added by what is now undone.
r05(before, after, _) := {lib.unsafe("R05", quantity.pointer, message) |
	some quantity in quantities(before)
	not value_of(after, quantity)
	message := sprintf("%s of %s must not be removed", [quantity.section, lib.clip(quantity.name)])
}
