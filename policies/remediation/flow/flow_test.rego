package remediation.flow_test

import data.remediation.flow

facts := {
	"now": "2026-01-05T09:00:00Z",
	"frozen": [],
	"attempts": {"lastDay": 1, "limit": 2},
	"renderProof": {"renderer": "raw", "exact": true, "unapplied": false},
}

repair := {"kind": "Repair", "unapplied": false}

revert := {"kind": "Revert", "unapplied": false}

# object.union would merge maps that are to be replaced.
changed(fields) := object.union(object.remove(facts, object.keys(fields)), fields)

test_f03_allows_outside_windows if {
	flow.f03(facts) == set()
}

test_f03_defers_until_each_window_ends if {
	answer := flow.f03(changed({"frozen": [{"name": "weekend", "until": "2026-01-06T00:00:00Z"}, {"name": "fair", "until": "2026-01-09T00:00:00Z"}]}))
	{violation.notBefore | some violation in answer} == {"2026-01-06T00:00:00Z", "2026-01-09T00:00:00Z"}
	{violation.class | some violation in answer} == {"Deferred"}
}

test_f05_allows_an_attempt_that_is_left if {
	flow.f05(repair, facts) == set()
}

test_f05_defers_once_the_day_is_spent if {
	spent := changed({"attempts": {"lastDay": 2, "limit": 2, "notBefore": "2026-01-06T08:00:00Z"}})
	{violation.notBefore | some violation in flow.f05(repair, spent)} == {"2026-01-06T08:00:00Z"}
	{violation.notBefore | some violation in flow.f05(repair, changed({"attempts": {"lastDay": 3, "limit": 2}}))} == {null}
}

test_f05_defers_while_cooling_down if {
	count(flow.f05(repair, changed({"coolDownUntil": "2026-01-05T09:00:01Z"}))) == 1
	flow.f05(repair, changed({"coolDownUntil": "2026-01-05T09:00:00Z"})) == set()
}

test_f05_takes_a_time_of_another_form_as_not_past if {
	every time in ["2026-01-05T00:00:00+14:00", "yesterday", "", "0"] {
		count(flow.f05(repair, changed({"coolDownUntil": time}))) == 1
	}
}

test_f05_does_not_hold_a_revert_back if {
	flow.f05(revert, changed({"attempts": {"lastDay": 9, "limit": 2}, "coolDownUntil": "2026-01-05T10:00:00Z"})) == set()
}

test_f09_allows_an_exact_proof if {
	flow.f09(repair, facts) == set()
	flow.f09({"kind": "Repair", "unapplied": true}, changed({"renderProof": {"exact": true, "unapplied": true}})) == set()
}

test_f09_denies_without_an_exact_proof if {
	every proof in [null, true, [], {}, {"exact": false, "unapplied": false}, {"exact": "true", "unapplied": false}] {
		count(flow.f09(repair, changed({"renderProof": proof}))) > 0
	}
	count(flow.f09(repair, object.remove(facts, ["renderProof"]))) == 1
}

test_f09_denies_a_plan_that_hides_what_the_proof_could_not_see if {
	count(flow.f09(repair, changed({"renderProof": {"exact": true, "unapplied": true}}))) == 1
}

test_f05_has_nothing_to_say_without_a_rest if {
	flow.f05(repair, changed({"coolDownUntil": null})) == set()
}

test_f05_takes_a_clock_of_another_form_as_not_past if {
	count(flow.f05(repair, changed({"now": "2026-01-05T09:00:00+00:00", "coolDownUntil": "2026-01-05T08:00:00Z"}))) == 1
}
