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
