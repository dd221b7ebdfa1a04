package remediation.availability_test

import data.remediation.availability
import data.remediation.testing

rolled(fields) := object.union(testing.with_pod({}), {"spec": fields})

test_c04_allows_the_same_strategy_and_the_way_back if {
	careful := rolled({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}}})
	availability.c04(careful, careful, testing.context) == set()
	availability.c04(rolled({"strategy": {"type": "Recreate"}}), careful, testing.restoring) == set()
}

test_c04_denies_another_one if {
	every fields in [{"strategy": {"type": "Recreate"}}, {"updateStrategy": {"type": "OnDelete"}}, {"minReadySeconds": 0}, {"podManagementPolicy": "Parallel"}] {
		count(availability.c04(testing.with_pod({}), rolled(fields), testing.context)) == 1
		count(availability.c04(rolled(fields), testing.with_pod({}), testing.context)) == 1
	}
}

test_c04_allows_the_action_about_it_unless_all_pods_may_go_at_once if {
	ctx := {"action": "setStrategy", "undoes": false, "restores": false}
	availability.c04(testing.with_pod({}), rolled({"strategy": {"rollingUpdate": {"maxUnavailable": 1}}}), ctx) == set()
	count(availability.c04(testing.with_pod({}), rolled({"strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}), ctx)) == 1
}

test_c04_allows_one_pod_at_a_time_for_a_volume if {
	ctx := {"action": "setVolume", "undoes": false, "restores": false}
	holding := testing.with_pod({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]})
	availability.c04(holding, object.union(holding, {"spec": {"strategy": {"type": "Recreate"}}}), ctx) == set()
	count(availability.c04(testing.with_pod({}), rolled({"strategy": {"type": "Recreate"}}), ctx)) == 1
	count(availability.c04(testing.with_pod({}), rolled({"strategy": {"type": "RollingUpdate"}}), ctx)) == 1
	count(availability.c04(testing.with_pod({}), rolled({"updateStrategy": {"type": "OnDelete"}}), ctx)) == 1
}

test_c04_denies_less_time_to_end_in_but_on_the_way_back if {
	every before, after in {20: 0, 30: 29} {
		count(availability.c04_grace(testing.with_pod({"terminationGracePeriodSeconds": before}), testing.with_pod({"terminationGracePeriodSeconds": after}), testing.context)) == 1
	}
	count(availability.c04_grace(testing.with_pod({}), testing.with_pod({"terminationGracePeriodSeconds": 5}), testing.context)) == 1
	count(availability.c04_grace(testing.with_pod({"terminationGracePeriodSeconds": 60}), testing.with_pod({}), testing.context)) == 1
	availability.c04_grace(testing.with_pod({}), testing.with_pod({"terminationGracePeriodSeconds": 60}), testing.context) == set()
	availability.c04_grace(testing.with_pod({"terminationGracePeriodSeconds": 60}), testing.with_pod({}), testing.restoring) == set()
}
