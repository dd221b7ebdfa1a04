package remediation.availability_test

import data.remediation.availability
import data.remediation.testing

scaled(spec) := {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}

test_c01_allows_more_within_bounds if {
	availability.c01(scaled({"replicas": 2}), scaled({"replicas": 3}), testing.context) == set()
	availability.c01(scaled({}), scaled({"replicas": 3}), testing.context) == set()
	availability.c01(scaled({"replicas": 1}), scaled({}), testing.context) == set()
}

test_c01_allows_fewer_only_back_to_an_earlier_value if {
	count(availability.c01(scaled({"replicas": 3}), scaled({"replicas": 2}), testing.context)) == 1
	count(availability.c01(scaled({"replicas": 3}), scaled({}), testing.context)) == 1
	availability.c01(scaled({"replicas": 3}), scaled({"replicas": 2}), testing.restoring) == set()
}

test_c01_denies_zero_and_what_is_no_count_even_on_the_way_back if {
	every value in [0, -1, 1.5, 51, "3", true] {
		count(availability.c01(scaled({"replicas": 2}), scaled({"replicas": value}), testing.restoring)) == 1
	}
}

test_c01_denies_the_same_for_an_autoscaler_and_a_job if {
	every name in ["minReplicas", "maxReplicas", "parallelism", "completions"] {
		count(availability.c01(scaled({name: 2}), scaled({name: 0}), testing.restoring)) == 1
	}
	count(availability.c01(scaled({"minReplicas": 2, "maxReplicas": 4}), scaled({"minReplicas": 5, "maxReplicas": 4}), testing.context)) == 1
}

test_c01_denies_switching_a_workload_off if {
	every name in ["suspend", "paused"] {
		every value in [true, "true"] {
			count(availability.c01(scaled({}), scaled({name: value}), testing.restoring)) == 1
		}
		availability.c01(scaled({name: true}), scaled({name: false}), testing.context) == set()
	}
}

http := {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5}

probed(probe) := testing.with_container({"readinessProbe": probe})

test_c02_allows_another_port_and_timings_within_bounds if {
	availability.c02(probed(http), probed({"httpGet": {"path": "/health", "port": 9090}, "periodSeconds": 30}), testing.context) == set()
	availability.c02(testing.with_container({}), probed(http), testing.context) == set()
}

test_c02_denies_a_removal_of_each_probe_in_every_kind_and_list if {
	every name in availability.probes {
		every index, object in testing.everywhere({name: http}) {
			count(availability.c02(object, testing.everywhere({name: null})[index], testing.restoring)) == 1
		}
	}
}

test_c02_denies_timings_that_let_a_dead_container_live if {
	every name, value in {"periodSeconds": 3600, "failureThreshold": 100, "timeoutSeconds": 300, "initialDelaySeconds": 86400, "successThreshold": "1"} {
		count(availability.c02(probed(http), probed(object.union(http, {name: value})), testing.context)) == 1
	}
}

test_c02_denies_another_way_to_ask_but_on_the_way_back if {
	tcp := {"tcpSocket": {"port": 8080}, "periodSeconds": 5}
	count(availability.c02(probed(http), probed(tcp), testing.context)) == 1
	availability.c02(probed(http), probed(tcp), testing.restoring) == set()
}

test_c02_denies_no_way_to_ask_and_two if {
	count(availability.c02(testing.with_container({}), probed({"periodSeconds": 5}), testing.context)) == 1
	count(availability.c02(testing.with_container({}), probed(object.union(http, {"tcpSocket": {"port": 1}})), testing.context)) == 1
}

test_c02_denies_a_probe_of_somebody_else if {
	count(availability.c02(probed(http), probed({"httpGet": {"path": "/ready", "port": 8080, "host": "127.0.0.1"}, "periodSeconds": 5}), testing.context)) == 1
}

test_c03_allows_everything_but_guards if {
	availability.c03(testing.with_container({}), testing.with_container({"image": "a:2"}), testing.context) == set()
}

test_c03_denies_any_change_of_a_guard if {
	every kind in availability.guard_kinds {
		count(availability.c03({"kind": kind, "spec": {"a": 1}}, {"kind": kind, "spec": {"a": 2}}, testing.context)) == 1
	}
}

test_c03_lets_listed_guards_go_back if {
	availability.c03({"kind": "PodDisruptionBudget"}, {"kind": "PodDisruptionBudget"}, testing.restoring) == set()
	count(availability.c03({"kind": "ResourceQuota"}, {"kind": "ResourceQuota"}, testing.restoring)) == 1
}

test_c03_denies_a_restore_under_another_action if {
	sly := object.union(testing.context, {"restores": true})
	count(availability.c03({"kind": "PodDisruptionBudget"}, {"kind": "PodDisruptionBudget"}, sly)) == 1
}

test_c03_denies_a_guard_that_turns_into_something_else if {
	count(availability.c03({"kind": "NetworkPolicy"}, {"kind": "ConfigMap"}, testing.context)) == 1
}

test_c01_leaves_alone_what_does_not_change if {
	large := scaled({"replicas": 500, "paused": true, "suspend": true})
	availability.c01(large, large, testing.context) == set()
	availability.c01(scaled({"replicas": "3"}), scaled({}), testing.context) == set()
}

test_c02_leaves_alone_what_does_not_change if {
	odd := {"httpGet": {"path": "/ready", "port": 8080, "host": "10.0.0.1"}, "periodSeconds": 900}
	availability.c02(probed(odd), probed(object.union(odd, {"timeoutSeconds": 2})), testing.context) == set()
	availability.c02(probed(object.union(http, {"timeoutSeconds": 2})), probed(http), testing.context) == set()
}

test_c02_denies_what_is_no_whole_number_in_bounds if {
	every value in [0, -5, 2.5, 61, "10", true] {
		count(availability.c02(probed(http), probed(object.union(http, {"periodSeconds": value})), testing.context)) == 1
	}
}

test_c03_denies_a_new_value_under_a_restoring_action if {
	invented := object.union(testing.restoring, {"restores": false})
	count(availability.c03({"kind": "PodDisruptionBudget"}, {"kind": "PodDisruptionBudget"}, invented)) == 1
}
