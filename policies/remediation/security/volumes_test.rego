package remediation.security_test

import data.remediation.security
import data.remediation.testing

test_s03_allows_types_of_the_list if {
	volumes := [{"name": "tmp", "emptyDir": {}}, {"name": "conf", "configMap": {"name": "conf"}}, {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
	security.s03(plain, testing.with_pod({"volumes": volumes}), {}) == set()
}

test_s03_denies_host_path_in_every_kind if {
	every kind in testing.kinds {
		object := testing.workload(kind, {"containers": [testing.container], "volumes": [{"name": "root", "hostPath": {"path": "/"}}]})
		count(security.s03(object, object, {})) == 1
	}
}

test_s03_denies_host_path_even_if_data_lists_it if {
	after := testing.with_pod({"volumes": [{"name": "root", "hostPath": {"path": "/"}}]})
	count(security.s03(plain, after, {})) == 1 with data.remediation.limits.volumeTypes as ["hostPath"]
}

test_s03_denies_other_types_and_a_second_source if {
	every volume in [{"name": "x", "nfs": {"server": "a"}}, {"name": "x", "hostpath": {}}, {"name": "x", "emptyDir": {}, "hostPath": {"path": "/"}}] {
		count(security.s03(plain, testing.with_pod({"volumes": [volume]}), {})) == 1
	}
}

test_s03_tolerates_the_same_volume_of_a_named_workload_only if {
	before := testing.with_pod({"volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}]})
	after := testing.with_pod({"volumes": [{"name": "logs", "hostPath": {"path": "/"}}]})
	security.s03(before, before, {}) == set() with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
	count(security.s03(before, after, {})) == 1 with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
}
