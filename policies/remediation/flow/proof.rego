package remediation.flow

import data.remediation.lib

# F09: the change was proved by rendering base and edit: exactly the intended fields differ.
f09(plan, facts) := ({lib.unsafe("F09", "", "there is no render proof") |
	not is_object(lib.field(facts, "renderProof"))
} | {lib.unsafe("F09", "", "the render proof shows something else than the intended change") |
	is_object(lib.field(facts, "renderProof"))
	not facts.renderProof.exact == true
}) | {lib.unsafe("F09", "", "plan and proof disagree whether the base was ever applied") |
	is_object(lib.field(facts, "renderProof"))
	not facts.renderProof.unapplied == plan.unapplied
}
