package remediation.custom.protected_workloads_test

import data.remediation.custom.protected_workloads

plan(name, now) := {
	"change": {"objects": [{"name": name, "after": {"metadata": {"labels": {"owner": "shop"}}}}]},
	"facts": {"now": now},
}

test_the_ledger_is_left_alone if {
	count(protected_workloads.violations) == 1 with input as plan("ledger", "2026-01-05T09:00:00Z")
	count(protected_workloads.violations) == 0 with input as plan("checkout", "2026-01-05T09:00:00Z")
}

test_reporting_waits_for_six if {
	waiting := protected_workloads.violations with input as plan("reporting-daily", "2026-01-05T03:00:00Z")
	{violation.notBefore | some violation in waiting} == {"2026-01-05T06:00:00Z"}
	count(protected_workloads.violations) == 0 with input as plan("reporting-daily", "2026-01-05T09:00:00Z")
}

test_a_missing_owner_is_said if {
	count(protected_workloads.warnings) == 1 with input as {"change": {"objects": [{"name": "a", "after": {}}]}, "facts": {"now": ""}}
}
