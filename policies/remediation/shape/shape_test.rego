package remediation.shape_test

import data.remediation.shape
import data.remediation.testing

whole := {
	"schema": "remediation.gate/v1",
	"request": {},
	"plan": {},
	"change": {"objects": [{}], "files": []},
	"facts": {},
	"policy": {},
}

test_e01_allows_a_whole_input if {
	shape.e01_input(whole) == set()
}

test_e01_denies_another_schema if {
	every schema in ["remediation.gate/v2", "remediation.gate/v1 ", "", null, 1] {
		count(shape.e01_input(object.union(whole, {"schema": schema}))) == 1
	}
	count(shape.e01_input(object.remove(whole, ["schema"]))) == 1
}

test_e01_denies_each_missing_part if {
	every name in shape.sections {
		count(shape.e01_input(object.remove(whole, [name]))) > 0
	}
}

test_e01_denies_nothing_to_judge if {
	count(shape.e01_input(object.union(object.remove(whole, ["change"]), {"change": {"objects": [], "files": []}}))) == 1
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
