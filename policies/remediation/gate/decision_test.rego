package remediation.gate_test

import data.remediation.gate
import data.remediation.testing

memory(limit) := testing.with_container(testing.resources({"memory": limit}, {}))

pointer := "/spec/template/spec/containers/0/resources/limits/memory"

change := {
	"cluster": "prod-1",
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"namespace": "shop",
	"name": "checkout",
	"op": "Update",
	"paths": [pointer],
	"before": memory("64Mi"),
	"after": memory("128Mi"),
}

harmless := {
	"schema": "remediation.gate/v1",
	"request": {"cluster": "prod-1", "target": {"namespace": "shop", "name": "checkout"}},
	"plan": {"action": "setResources", "kind": "Repair", "source": "Playbook", "confidence": 0.9, "unapplied": false, "restoresEarlierValue": false},
	"change": {
		"files": [{"path": "apps/shop/checkout.yaml", "added": 1, "removed": 1}],
		"objects": [change],
		"norm": [
			{"object": 0, "path": pointer, "before": 67108864, "after": 134217728, "unit": "bytes"},
			{"object": 0, "path": "/spec/template/spec/containers/0/resources/requests/memory", "before": 33554432, "after": 33554432, "unit": "bytes"},
		],
	},
	"facts": {
		"now": "2026-01-05T09:00:00Z",
		"frozen": [],
		"attempts": {"lastDay": 0, "limit": 2},
		"renderProof": {"renderer": "raw", "exact": true, "unapplied": false},
		"targetNamespaceIsCritical": false,
		"cost": {"monthlyDeltaUSD": 0, "limitUSD": null},
		"sloBudget": null,
		"openPullRequests": [],
		"blastRadius": {"objects": 1, "applications": 1, "clusters": 1, "pods": 2},
		"evidenceCount": 3,
	},
	"policy": {
		"criticalNamespaces": ["payments"],
		"priorApprovalTiers": ["T2"],
		"pathAllowed": {"apps/shop/checkout.yaml": true},
		"editBudget": {"files": 3, "lines": 20},
		"stage": "Enforce",
	},
}

# but is the harmless input with some fields laid over it.
but(fields) := object.union(harmless, fields)

with_objects(objects) := but({"change": {"objects": objects}})

test_a_harmless_plan_is_allowed_as_t0 if {
	gate.decision == {
		"allow": true,
		"tier": "T0",
		"violations": [],
		"warnings": [],
		"requires": {"approvals": 0, "priorApproval": false, "reviewers": [], "labels": ["fleetmend", "fleetmend/t0"]},
	} with input as harmless with data.remediation.custom as {}
}

test_an_unsafe_plan_is_a_ticket if {
	answer := gate.decision with input as with_objects([object.union(change, {"kind": "Secret"})])
	not answer.allow
	answer.tier == "T3"
}

test_a_violation_says_where if {
	after := testing.with_container(object.union(testing.resources({"memory": "128Mi"}, {}), {"securityContext": {"privileged": true}}))
	answer := gate.decision with input as with_objects([object.union(change, {"after": after})])
	some violation in answer.violations
	violation.id == "S01"
	violation.path == "Deployment/shop/checkout#/spec/template/spec/containers/0/securityContext/privileged"
}

test_a_deferred_plan_is_not_allowed_and_keeps_its_tier if {
	answer := gate.decision with input as but({"facts": {"frozen": [{"name": "weekend", "until": "2026-01-06T00:00:00Z"}]}})
	not answer.allow
	answer.tier == "T0"
	answer.violations == [{"id": "F03", "class": "Deferred", "path": "", "message": "frozen by weekend", "notBefore": "2026-01-06T00:00:00Z"}]
}

test_no_answer_is_a_no if {
	every odd in [{}, {"schema": "remediation.gate/v1"}, object.remove(harmless, ["facts"]), object.remove(harmless, ["request"])] {
		answer := gate.decision with input as odd
		not answer.allow
		some violation in answer.violations
		violation.id == "E01"
	}
}

test_an_object_without_an_answer_is_a_no if {
	answer := gate.decision with input as with_objects([change, "Deployment"])
	not answer.allow
	some violation in answer.violations
	violation.message == "a rule gave no answer for an object"
}

test_every_object_is_judged if {
	second := object.union(change, {"namespace": "payments"})
	answer := gate.decision with input as with_objects([change, second])
	some violation in answer.violations
	violation.id == "N01"
}

test_a_revert_may_take_back_what_no_repair_may if {
	halved := object.union(change, {"before": memory("128Mi"), "after": memory("32Mi")})
	norm := [{"object": 0, "path": pointer, "before": 134217728, "after": 33554432, "unit": "bytes"}, harmless.change.norm[1]]
	repair := but({"change": {"objects": [halved], "norm": norm}})
	revert := object.union(repair, {"plan": {"kind": "Revert", "restoresEarlierValue": true}, "facts": {"attempts": {"lastDay": 9}}})
	not gate.decision.allow with input as repair
	gate.decision.allow with input as revert
}

test_t1_where_a_person_has_to_look if {
	every fields in [
		{"facts": {"targetNamespaceIsCritical": true}},
		{"policy": {"criticalNamespaces": ["shop"]}},
		{"policy": {"stage": "Warn"}},
		{"plan": {"unapplied": true}, "facts": {"renderProof": {"unapplied": true}}},
	] {
		answer := gate.decision with input as but(fields)
		answer.allow
		answer.tier == "T1"
		answer.requires.approvals == 1
	}
}

test_t1_for_a_limit_that_falls if {
	lower := object.union(change, {"after": memory("48Mi")})
	norm := [{"object": 0, "path": pointer, "before": 67108864, "after": 50331648, "unit": "bytes"}, harmless.change.norm[1]]
	answer := gate.decision with input as but({"change": {"objects": [lower], "norm": norm}})
	answer.allow
	answer.tier == "T1"
	back := gate.decision with input as but({"change": {"objects": [lower], "norm": norm}, "plan": {"restoresEarlierValue": true}})
	back.tier == "T0"
}

test_t1_for_another_image if {
	after := object.union(change, {"after": testing.with_container(object.union(testing.resources({"memory": "64Mi"}, {}), {"image": "a:2"}))})
	answer := gate.decision with input as but({"change": {"objects": [after]}, "plan": {"action": "setImage", "restoresEarlierValue": true}})
	answer.allow
	answer.tier == "T1"
}

guard := {
	"cluster": "prod-1",
	"apiVersion": "policy/v1",
	"kind": "PodDisruptionBudget",
	"namespace": "shop",
	"name": "checkout",
	"op": "Update",
	"paths": ["/spec/minAvailable"],
	"before": {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": testing.metadata, "spec": {"minAvailable": 3}},
	"after": {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": testing.metadata, "spec": {"minAvailable": 2}},
}

test_t2_for_a_guard_that_goes_back if {
	answer := gate.decision with input as but({"change": {"objects": [guard]}, "plan": {"action": "restoreField", "restoresEarlierValue": true}})
	answer.allow
	answer.tier == "T2"
	answer.requires == {"approvals": 2, "priorApproval": true, "reviewers": ["owners"], "labels": ["fleetmend", "fleetmend/t2"]}
}

test_warnings_name_the_object_and_do_not_block if {
	old := testing.with_container(object.union(testing.resources({"memory": "64Mi"}, {}), {"image": "nginx:latest"}))
	new := testing.with_container(object.union(testing.resources({"memory": "128Mi"}, {}), {"image": "nginx:latest"}))
	answer := gate.decision with input as with_objects([object.union(change, {"before": old, "after": new})]) with data.remediation.custom as {}
	answer.allow
	answer.warnings == ["I02: Deployment/shop/checkout#/spec/template/spec/containers/0/image image nginx:latest has no fixed tag"]
}

test_t1_for_a_limit_that_nobody_had_set if {
	cpu := "/spec/template/spec/containers/0/resources/limits/cpu"
	after := testing.with_container(testing.resources({"cpu": "1"}, {}))
	set_now := {"object": 0, "path": cpu, "before": null, "after": 1000, "unit": "millicores"}
	request := {"object": 0, "path": "/spec/template/spec/containers/0/resources/requests/cpu", "before": 100, "after": 100, "unit": "millicores"}
	answer := gate.decision with input as but({"change": {"objects": [object.union(change, {"after": after})], "norm": [set_now, request]}})
	answer.allow
	answer.tier == "T1"
}

test_t0_for_a_limit_beside_no_request if {
	old := testing.workload("Deployment", {"containers": [{"name": "app", "image": "a:1", "resources": {"limits": {"memory": "64Mi"}}}]})
	new := testing.workload("Deployment", {"containers": [{"name": "app", "image": "a:1", "resources": {"limits": {"memory": "128Mi"}}}]})
	none := object.union(harmless.change.norm[1], {"before": null, "after": null})
	answer := gate.decision with input as but({"change": {"objects": [object.union(change, {"before": old, "after": new})], "norm": [harmless.change.norm[0], none]}})
	answer.tier == "T0"
}
