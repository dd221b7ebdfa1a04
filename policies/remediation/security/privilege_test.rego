package remediation.security_test

import data.remediation.security
import data.remediation.testing

plain := testing.with_container({})

test_s01_allows_a_container_without_security_context if {
	security.s01(plain, plain, {}) == set()
}

test_s01_allows_what_is_switched_off if {
	every off in [false, null] {
		after := testing.with_container({"securityContext": {"privileged": off, "allowPrivilegeEscalation": off}})
		security.s01(plain, after, {}) == set()
	}
}

test_s01_denies_privileged_in_every_kind_and_list if {
	objects := testing.everywhere({"securityContext": {"privileged": true}})
	count(objects) == 21
	every object in objects {
		count(security.s01(object, object, {})) == 1
	}
}

test_s01_denies_escalation_and_host_process if {
	every context in [{"allowPrivilegeEscalation": true}, {"windowsOptions": {"hostProcess": true}}] {
		count(security.s01(plain, testing.with_container({"securityContext": context}), {})) == 1
	}
	count(security.s01(plain, testing.with_pod({"securityContext": {"windowsOptions": {"hostProcess": true}}}), {})) == 1
}

test_s01_denies_look_alikes_of_true if {
	every value in ["true", "yes", 1, {}] {
		count(security.s01(plain, testing.with_container({"securityContext": {"privileged": value}}), {})) == 1
	}
}

test_s01_denies_a_privilege_that_was_there_before if {
	privileged := testing.with_container({"securityContext": {"privileged": true}})
	count(security.s01(privileged, privileged, {})) == 1
}

test_s01_tolerates_a_named_workload_but_no_more_than_it_had if {
	privileged := testing.with_container({"securityContext": {"privileged": true}})
	more := testing.with_container({"securityContext": {"privileged": true, "allowPrivilegeEscalation": true}})
	security.s01(privileged, privileged, {}) == set() with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
	count(security.s01(privileged, more, {})) == 1 with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
	count(security.s01(plain, privileged, {})) == 1 with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
	count(security.s01(privileged, privileged, {})) == 1 with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/check"]
}

test_s01_denies_that_a_ban_on_escalation_goes if {
	before := testing.with_container({"securityContext": {"allowPrivilegeEscalation": false}})
	count(security.s01(before, plain, {})) == 1
	security.s01(before, before, {}) == set()
}
