package remediation.security_test

import data.remediation.security
import data.remediation.testing

test_s02_allows_a_pod_of_its_own if {
	security.s02(plain, plain, {}) == set()
	every value in [0, null] {
		security.s02(plain, testing.with_container({"ports": [{"containerPort": 80, "hostPort": value}]}), {}) == set()
	}
	security.s02(plain, testing.with_pod({"hostNetwork": false}), {}) == set()
}

test_s02_denies_each_host_namespace if {
	every name in ["hostNetwork", "hostPID", "hostIPC"] {
		every value in [true, "true"] {
			count(security.s02(plain, testing.with_pod({name: value}), {})) == 1
		}
	}
}

test_s02_denies_host_ports_in_every_kind_and_list if {
	every object in testing.everywhere({"ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 8081}]}) {
		count(security.s02(object, object, {})) == 1
	}
}

test_s02_tolerates_a_named_workload_but_no_other_port if {
	before := testing.with_container({"ports": [{"containerPort": 80, "hostPort": 80}]})
	after := testing.with_container({"ports": [{"containerPort": 80, "hostPort": 443}]})
	security.s02(before, before, {}) == set() with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
	count(security.s02(before, after, {})) == 1 with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
}

test_a_refusal_of_what_was_there_says_where_it_can_be_accepted if {
	before := testing.with_container({"ports": [{"containerPort": 80, "hostPort": 80}], "securityContext": {"privileged": true}})
	every violation in security.s01(before, before, {}) | security.s02(before, before, {}) {
		contains(violation.message, "limits.toleratedPrivilege")
	}
	every violation in security.s01(plain, before, {}) | security.s02(plain, before, {}) {
		not contains(violation.message, "limits.toleratedPrivilege")
	}
}
