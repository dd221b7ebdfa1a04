# A rule of your own: some workloads are never repaired at night, and one is never repaired at all.
# It is compiled in by `buildBundle({ opa, custom: 'policies/examples/custom', out: … })`.
package remediation.custom.protected_workloads

import data.remediation.lib

untouchable := {"ledger"}

# Unless it is plainly something else, it is the one that we protect: a rule that is undefined refuses nothing.
violations contains lib.unsafe("ACME1", "", "the ledger is repaired by people only") if {
	some change in input.change.objects
	not plainly_other(change)
}

violations contains lib.deferred("ACME2", "", "the reporting run ends at six", six) if {
	some change in input.change.objects
	startswith(change.name, "reporting-")
	[day, time] := split(input.facts.now, "T")
	time < "06:00:00Z"
	six := concat("T", [day, "06:00:00Z"])
}

warnings contains {"message": "no owner label"} if {
	some change in input.change.objects
	not change.after.metadata.labels.owner
}

plainly_other(change) if {
	is_string(change.name)
	not change.name in untouchable
}
