package remediation.shape_test

import data.remediation.shape
import data.remediation.testing

whole := {
	"schema": "remediation.gate/v1",
	"request": {"cluster": "prod-1", "target": {"namespace": "shop"}},
	"plan": {"action": "setResources", "kind": "Repair", "source": "Playbook", "confidence": 0.9, "unapplied": false, "restoresEarlierValue": false},
	"change": {"objects": [{}], "files": [{"path": "a.yaml", "added": 1, "removed": 0}], "norm": []},
	"facts": {
		"now": "2026-01-05T09:00:00Z",
		"frozen": [{"name": "weekend", "until": "2026-01-06T00:00:00Z"}],
		"attempts": {"lastDay": 0, "limit": 2},
		"targetNamespaceIsCritical": false,
		"cost": {},
		"openPullRequests": [],
		"blastRadius": {},
		"evidenceCount": 3,
	},
	"policy": {
		"criticalNamespaces": [],
		"priorApprovalTiers": [],
		"pathAllowed": {},
		"editBudget": {"files": 3, "lines": 20},
		"stage": "Enforce",
	},
}

# put replaces one value, which object.union would merge.
put(path, value) := json.patch(whole, [{"op": "replace", "path": path, "value": value}])

test_e01_allows_a_whole_input if {
	shape.e01_input(whole) == set()
}

test_e01_denies_another_schema if {
	every schema in ["remediation.gate/v2", "remediation.gate/v1 ", "", null, 1] {
		count(shape.e01_input(put("/schema", schema))) == 1
	}
	count(shape.e01_input(object.remove(whole, ["schema"]))) == 1
}

test_e01_denies_each_missing_or_odd_fact if {
	every entry in shape.types {
		[path, type] := entry
		absent := json.patch(whole, [{"op": "remove", "path": path}])
		count(shape.e01_input(absent)) == 1
		others := [odd | some odd in [null, [], {}, "true", -1, true]; type_name(odd) != type]
		count(others) == 5
		every odd in others {
			count(shape.e01_input(put(path, odd))) == 1
		}
	}
}

test_e01_denies_each_missing_part if {
	every name in ["request", "plan", "change", "facts", "policy"] {
		count(shape.e01_input(object.remove(whole, [name]))) > 0
	}
	count(shape.e01_input({})) > 0
}

test_e01_denies_nothing_to_judge if {
	count(shape.e01_input(put("/change/objects", []))) == 1
}

test_e01_denies_files_that_can_not_be_counted if {
	every file in ["a.yaml", {"path": "a.yaml"}, {"path": 1, "added": 1, "removed": 1}, {"path": "a", "added": -5, "removed": 1}, {"path": "a", "added": "1", "removed": 1}, {"path": "a", "added": 0.5, "removed": 1}] {
		count(shape.e01_input(put("/change/files", [file]))) == 1
	}
}

test_e01_denies_a_freeze_without_an_end if {
	every window in [{"name": "weekend"}, {"name": "weekend", "until": null}, {"until": "2026-01-06T00:00:00Z"}, "weekend"] {
		count(shape.e01_input(put("/facts/frozen", [window]))) == 1
	}
}

test_e01_allows_every_kind_of_workload if {
	every object in testing.everywhere({}) {
		shape.e01_object(object) == set()
	}
}

test_e01_denies_pods_that_rules_could_look_past if {
	every pod in [
		"a string",
		{"containers": {"app": testing.container}},
		{"containers": ["app"]},
		{"containers": [{"image": "a:1"}]},
		{"containers": [object.union(testing.container, {"securityContext": ["privileged"]})]},
		{"containers": [object.union(object.remove(testing.container, ["resources"]), {"resources": "none"})]},
		{"containers": [object.union(testing.container, {"ports": {"hostPort": 80}})]},
		{"containers": [testing.container], "initContainers": "none"},
		{"containers": [testing.container], "volumes": {"root": {"hostPath": "/"}}},
		{"containers": [testing.container], "securityContext": "none"},
	] {
		count(shape.e01_object(testing.workload("Deployment", pod))) > 0
	}
}

test_e01_allows_a_pod_with_every_part if {
	pod := {
		"securityContext": {"runAsNonRoot": true},
		"volumes": [{"name": "tmp", "emptyDir": {}}],
		"containers": [object.union(testing.container, {"ports": [{"containerPort": 80}], "securityContext": {"privileged": false}, "livenessProbe": {}, "lifecycle": {}})],
	}
	shape.e01_object(testing.workload("Deployment", pod)) == set()
}

test_e01_denies_a_variable_from_nowhere_or_from_two_places if {
	key := {"name": "settings", "key": "mode"}
	every variable in [{"name": "A", "valueFrom": {}}, {"name": "A", "valueFrom": {"configMapKeyRef": key, "secretKeyRef": key}}, {"name": "A", "value": "x", "valueFrom": {"configMapKeyRef": key}}] {
		count(shape.e01_object(testing.with_container({"env": [variable]}))) == 1
	}
	every variable in [{"name": "A"}, {"name": "A", "value": "x"}, {"name": "A", "valueFrom": {"configMapKeyRef": key}}, {"name": "A", "value": "", "valueFrom": {"secretKeyRef": key}}] {
		shape.e01_object(testing.with_container({"env": [variable]})) == set()
	}
}
