package remediation.lib_test

import data.remediation.lib
import data.remediation.testing

test_containers_are_found_in_every_kind_and_list if {
	every object in testing.everywhere({}) {
		count(lib.containers(object)) in {2, 3}
		some entry in lib.containers(object)
		entry.name == "second"
	}
}

test_containers_are_found_in_a_kind_that_nobody_named if {
	rollout := testing.workload("Rollout", {"containers": [testing.container]})
	[entry.pointer | some entry in lib.containers(rollout)] == ["/spec/template/spec/containers/0"]
}

test_what_runs_no_pod_has_no_containers if {
	every object in [{}, {"kind": "ConfigMap", "data": {"containers": "x"}}, {"kind": "Service", "spec": {"ports": []}}, {"kind": "Pod", "spec": null}] {
		lib.containers(object) == []
	}
}

test_differences_name_every_leaf_on_either_side if {
	lib.differences({"a": 1, "b": {"c": [1, 2]}, "same": [1]}, {"a": "1", "b": {"c": [1]}, "d": {}, "same": [1]}) == {"/a", "/b/c/1", "/d"}
}

test_differences_tell_an_empty_map_from_an_absent_one if {
	lib.differences({"a": {}}, {}) == {"/a", ""}
	lib.differences({"a": {}, "z": 1}, {"z": 1}) == {"/a"}
	lib.differences({"a": null, "z": 1}, {"z": 1}) == {"/a"}
}

test_differences_escape_names if {
	lib.differences({"a/b": 1, "c~d": 1, "z": 1}, {"z": 1}) == {"/a~1b", "/c~0d"}
}

test_the_tag_is_not_the_port_of_the_registry if {
	lib.tag("registry:5000/team/app") == ""
	lib.tag("registry:5000/team/app:2") == "2"
	lib.tag("app:2@sha256:abc") == "2"
	lib.tag("app@sha256:abc") == ""
}

test_a_malformed_pod_is_no_pod if {
	lib.pod_spec({"kind": "Pod", "spec": "none"}) == {}
	[entry.pointer | some entry in lib.containers({"kind": "Pod", "spec": {"containers": ["app", testing.container]}})] == ["/spec/containers/1"]
}
