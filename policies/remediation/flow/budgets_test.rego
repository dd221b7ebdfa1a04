package remediation.flow_test

import data.remediation.flow

restoring_plan := {"kind": "Repair", "action": "restoreField", "restoresEarlierValue": true}

by_model(model, confidence) := {"kind": "Repair", "source": "Model", "model": model, "confidence": confidence}

cost(delta, limit) := {"cost": {"monthlyDeltaUSD": delta, "limitUSD": limit}}

test_f01_allows_what_the_budget_holds if {
	flow.f01(repair, cost(9.99, 10)) == set()
	flow.f01(repair, cost(10, 10)) == set()
	flow.f01(repair, cost(500, null)) == set()
	flow.f01(repair, cost(null, null)) == set()
	flow.f01(repair, cost(-3, 0)) == set()
}

test_f01_denies_more_and_what_nobody_knows if {
	every delta in [10.01, null, "1"] {
		count(flow.f01(repair, cost(delta, 10))) == 1
	}
	count(flow.f01(repair, cost(0.01, 0))) == 1
	flow.f01(revert, cost(500, 10)) == set()
}

test_f02_allows_while_something_is_left if {
	flow.f02(repair, {"sloBudget": null}) == set()
	flow.f02(repair, {}) == set()
	flow.f02(repair, {"sloBudget": {"name": "checkout", "left": 0.01}}) == set()
}

test_f02_lets_only_reverts_through_once_it_is_spent if {
	every left in [0, -0.2, "1", null] {
		spent := {"sloBudget": {"name": "checkout", "left": left}}
		count(flow.f02(repair, spent)) == 1
		flow.f02(revert, spent) == set()
		flow.f02(restoring_plan, spent) == set()
		count(flow.f02(object.union(restoring_plan, {"restoresEarlierValue": false}), spent)) == 1
	}
}

radius := {"objects": 1, "applications": 1, "clusters": 1, "pods": 2}

test_f04_allows_within_the_limits if {
	flow.f04({"blastRadius": radius}) == set()
	flow.f04({"blastRadius": object.union(radius, {"clusters": 20})}) == set()
}

test_f04_denies_more_and_what_nobody_counted if {
	every name in ["objects", "applications", "clusters", "pods"] {
		every value in [1001, null, "1"] {
			count(flow.f04({"blastRadius": object.union(radius, {name: value})})) == 1
		}
		count(flow.f04({"blastRadius": object.remove(radius, [name])})) == 1
	}
}

test_f06_allows_while_one_is_left if {
	flow.f06(repair, {"openPullRequests": [{"scope": "cluster", "open": 1, "limit": 2}]}) == set()
	flow.f06(revert, {"openPullRequests": [{"scope": "cluster", "open": 2, "limit": 2}]}) == set()
}

test_f06_defers_once_a_scope_is_full if {
	answer := flow.f06(repair, {"openPullRequests": [{"scope": "cluster", "open": 2, "limit": 2}, {"scope": "hub", "open": 1, "limit": 25}, {"scope": "odd"}]})
	count(answer) == 2
	{violation.class | some violation in answer} == {"Deferred"}
}

test_f07_allows_a_listed_model_that_is_sure_and_whoever_is_none if {
	flow.f07(by_model("gpt-5", 0.6)) == set()
	flow.f07(by_model("qwen3:8b", 0.9)) == set() with data.remediation.limits.models.allowed as ["qwen3:*"]
	flow.f07({"kind": "Repair", "source": "Playbook", "confidence": 0.1}) == set()
	flow.f07(object.union(by_model(null, 0), {"kind": "Revert"})) == set()
}

test_f07_denies_another_model_and_one_that_guesses if {
	count(flow.f07(by_model("gpt-5", 0.59))) == 1
	count(flow.f07(by_model("gpt-5", null))) == 1
	every name in ["gpt-5", "", null, "qwen30"] {
		count(flow.f07(by_model(name, 0.9))) == 1 with data.remediation.limits.models.allowed as ["qwen3:*"]
	}
	count(flow.f07({"kind": "Repair", "source": "Model", "confidence": 0.9})) == 1
}

test_f08_allows_cited_evidence_and_a_revert if {
	flow.f08(repair, {"evidenceCount": 1}) == set()
	flow.f08(revert, {"evidenceCount": 0}) == set()
}

test_f08_denies_without if {
	every number in [0, null, "3"] {
		count(flow.f08(repair, {"evidenceCount": number})) == 1
	}
}

test_f10_allows_the_three_stages if {
	every stage in ["Shadow", "Warn", "Enforce"] {
		flow.f10({"stage": stage}) == set()
	}
}

test_f10_denies_any_other if {
	every stage in ["", "enforce", "Off"] {
		count(flow.f10({"stage": stage})) == 1
	}
}
