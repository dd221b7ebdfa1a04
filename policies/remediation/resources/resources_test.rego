package remediation.resources_test

import data.remediation.resources
import data.remediation.testing

before := testing.with_container({})

with_resources(limits, requests) := testing.with_container(testing.resources(limits, requests))

memory(limit) := with_resources({"memory": limit}, {})

mebibytes(amount) := amount * 1048576

step(old, new) := testing.norm({"limits/memory": [mebibytes(old), mebibytes(new)], "requests/memory": [mebibytes(32), mebibytes(32)]})

test_r01_allows_what_has_a_limit_or_is_not_touched if {
	unlimited := testing.workload("Deployment", {"containers": [{"name": "app", "image": "a:1"}]})
	resources.r01(before, memory("128Mi"), testing.context) == set()
	resources.r01(unlimited, unlimited, testing.context) == set()
	count(resources.r01_warnings(unlimited, unlimited)) == 1
}

test_r01_denies_changed_resources_without_a_memory_limit if {
	unlimited := testing.workload("Deployment", {"containers": [{"name": "app", "image": "a:1"}]})
	after := testing.workload("Deployment", {"containers": [{"name": "app", "image": "a:1", "resources": {"limits": {"cpu": "1"}}}]})
	count(resources.r01(unlimited, after, testing.context)) == 1
	resources.r01(unlimited, after, testing.restoring) == set()
}

test_r02_allows_a_limit_near_its_request if {
	resources.r02(before, memory("128Mi"), step(64, 128)) == set()
}

test_r02_allows_equal_values_and_a_limit_alone if {
	same := with_resources({"memory": "48Mi"}, {"memory": "48Mi"})
	resources.r02(before, same, testing.context) == set()
	alone := testing.workload("Deployment", {"containers": [{"name": "app", "resources": {"limits": {"memory": "1Gi"}}}]})
	resources.r02({}, alone, testing.context) == set()
}

test_r02_denies_a_limit_below_its_request if {
	count(resources.r02(before, memory("16Mi"), step(64, 16))) == 1
}

test_r02_denies_a_ratio_past_the_largest if {
	count(resources.r02(before, memory("2049Mi"), step(64, 2049))) == 1
	resources.r02(before, memory("2048Mi"), step(64, 2048)) == set()
}

test_r02_allows_a_wide_ratio_to_get_no_worse if {
	wide := with_resources({"memory": "6400Mi"}, {"memory": "32Mi"})
	narrower := with_resources({"memory": "6400Mi"}, {"memory": "40Mi"})
	wider := with_resources({"memory": "7000Mi"}, {"memory": "32Mi"})
	resources.r02(wide, narrower, testing.norm({"limits/memory": [6400, 6400], "requests/memory": [32, 40]})) == set()
	growth := testing.norm({"limits/memory": [6400, 7000], "requests/memory": [32, 32]})
	count(resources.r02(wide, wider, growth)) == 1
	resources.r02(wide, wider, object.union(growth, {"restores": true})) == set()
}

test_r02_denies_what_it_has_no_numbers_for if {
	count(resources.r02(before, memory("128Mi"), testing.context)) == 1
	count(resources.r02(before, memory("128Mi"), testing.norm({"limits/memory": [64, 128]}))) == 1
}

test_r03_allows_a_doubling if {
	resources.r03(before, memory("128Mi"), step(64, 128)) == set()
}

test_r03_denies_more_than_a_doubling if {
	count(resources.r03(before, memory("129Mi"), step(64, 129))) == 1
}

test_r03_allows_any_step_back_to_an_earlier_value if {
	back := object.union(step(64, 1024), {"restores": true})
	resources.r03(before, memory("1Gi"), back) == set()
}

test_r03_denies_past_the_cap_even_on_the_way_back if {
	back := object.union(step(64, 65536), {"restores": true})
	count(resources.r03(before, memory("64Gi"), back)) == 1
}

test_r03_denies_a_limit_that_falls_to_less_than_half if {
	count(resources.r03(before, memory("31Mi"), step(64, 31))) == 1
	resources.r03(before, memory("32Mi"), step(64, 32)) == set()
}

test_r03_lets_a_request_fall_as_far_as_it_must if {
	large := with_resources({"memory": "64Mi"}, {"cpu": "64"})
	small := with_resources({"memory": "64Mi"}, {"cpu": "2"})
	resources.r03(large, small, testing.norm({"requests/cpu": [64000, 2000]})) == set()
}

test_r03_denies_numbers_that_can_not_be_trusted if {
	path := "/spec/template/spec/containers/0/resources/limits/memory"
	every entry in [
		{"path": path, "before": 64, "after": null, "unit": "bytes"},
		{"path": path, "before": 64, "after": 0, "unit": "bytes"},
		{"path": path, "before": 64, "after": -128, "unit": "bytes"},
		{"path": path, "before": 64, "after": "128", "unit": "bytes"},
		{"path": path, "before": 64, "after": 128, "unit": "millicores"},
	] {
		count(resources.r03(before, memory("128Mi"), object.union(testing.context, {"norm": {path: entry}}))) == 1
	}
	count(resources.r03(before, memory("128Mi"), testing.norm({"limits/memory": [null, 128]}))) == 1
}

test_r03_denies_other_resources_than_cpu_and_memory if {
	gpu := with_resources({"nvidia.com/gpu": "2"}, {})
	count(resources.r03(before, gpu, testing.norm({"limits/nvidia.com~1gpu": [1, 2]}))) == 1
}

test_r05_allows_other_values if {
	resources.r05(before, memory("128Mi"), testing.context) == set()
}

test_r05_denies_a_removal_in_every_kind_and_list if {
	objects := testing.everywhere({})
	every index, object in objects {
		bare := testing.everywhere({"resources": {"limits": {"memory": null}}})[index]
		count(resources.r05(object, bare, testing.context)) == 1
	}
}

test_r05_denies_a_removal_also_on_the_way_back if {
	bare := testing.workload("Deployment", {"containers": [{"name": "app", "resources": {"requests": testing.container.resources.requests}}]})
	count(resources.r05(before, bare, testing.restoring)) == 1
}

test_r01_warns_of_what_is_untouched_only if {
	unlimited := testing.workload("Deployment", {"containers": [{"name": "app", "image": "a:1", "resources": {"limits": {"cpu": "1"}}}]})
	touched := testing.workload("Deployment", {"containers": [{"name": "app", "image": "a:1", "resources": {"limits": {"cpu": "2"}}}]})
	count(resources.r01_warnings(unlimited, unlimited)) == 1
	resources.r01_warnings(unlimited, touched) == set()
	resources.r01_warnings(before, before) == set()
}

test_r02_leaves_pairs_alone_that_do_not_change if {
	wide := {"limits": {"cpu": "100", "memory": "64Mi"}, "requests": {"cpu": "10m", "memory": "32Mi"}}
	old := testing.with_container({"resources": wide})
	new := testing.with_container({"resources": object.union(wide, {"limits": {"memory": "128Mi"}})})
	resources.r02(old, new, step(64, 128)) == set()
}

test_r02_compares_within_one_container if {
	other := {"name": "sidecar", "resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "2Gi"}}}
	old := testing.workload("Deployment", {"containers": [testing.container, other]})
	new := testing.workload("Deployment", {"containers": [object.union(testing.container, testing.resources({"memory": "128Mi"}, {})), other]})
	resources.r02(old, new, step(64, 128)) == set()
}

test_r02_compares_limits_with_requests if {
	raised := with_resources({"memory": "128Mi"}, {"memory": "64Mi"})
	resources.r02(before, raised, testing.norm({"limits/memory": [64, 128], "requests/memory": [32, 64]})) == set()
}

test_r03_denies_a_step_from_what_is_no_number if {
	path := "/spec/template/spec/containers/0/resources/limits/memory"
	every old in ["64", 0, -1] {
		entry := {"path": path, "before": old, "after": 1, "unit": "bytes"}
		count(resources.r03(before, memory("1"), object.union(testing.context, {"norm": {path: entry}}))) == 1
	}
}

test_r03_lets_what_is_past_the_cap_shrink if {
	huge := memory("64Gi")
	entry := testing.norm({"limits/memory": [mebibytes(65536), mebibytes(49152)]})
	resources.r03(huge, memory("48Gi"), entry) == set()
	more := testing.norm({"limits/memory": [mebibytes(49152), mebibytes(65536)]})
	count(resources.r03(memory("48Gi"), huge, more)) == 1
}

test_r05_takes_null_for_a_removal if {
	count(resources.r05(before, testing.with_container(testing.resources({"memory": null}, {})), testing.context)) == 1
	resources.r05(testing.with_container(testing.resources({"cpu": null}, {})), before, testing.context) == set()
}

test_r03_denies_odd_numbers_also_on_the_way_back if {
	path := "/spec/template/spec/containers/0/resources/limits/memory"
	back := object.union(testing.context, {"restores": true})
	every entry in [
		{"path": path, "before": "a text is more than any number", "after": mebibytes(65536), "unit": "bytes"},
		{"path": path, "before": 64, "after": 0, "unit": "bytes"},
		{"path": path, "before": 64, "after": -1, "unit": "bytes"},
	] {
		count(resources.r03(before, memory("64Gi"), object.union(back, {"norm": {path: entry}}))) == 1
	}
}

test_r02_denies_a_limit_below_its_request_also_on_the_way_back if {
	count(resources.r02(before, memory("16Mi"), object.union(step(64, 16), {"restores": true}))) == 1
}

devices(amount) := testing.workload("Deployment", {"containers": [{"name": "app", "resources": {"limits": {"memory": "64Mi", "example.org/gpu": amount}}}]})

test_r03_allows_fewer_devices_only_on_the_way_back if {
	resources.r03(devices("8"), devices("1"), testing.restoring) == set()
	count(resources.r03(devices("1"), devices("8"), testing.restoring)) == 1
	count(resources.r03(devices("8"), devices("1"), testing.context)) == 1
}
