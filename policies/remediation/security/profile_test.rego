package remediation.security_test

import data.remediation.security
import data.remediation.testing

strict := {
	"allowPrivilegeEscalation": false,
	"runAsNonRoot": true,
	"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
	"seccompProfile": {"type": "RuntimeDefault"},
}

ids(violations) := {violation.id | some violation in violations}

test_profile_off_says_nothing if {
	security.profile(secure({"privileged": true}), "off") == set()
}

test_profile_restricted_allows_a_hardened_pod if {
	security.profile(secure(strict), "restricted") == set()
	security.profile(testing.workload("CronJob", {"containers": [object.union(testing.container, {"securityContext": strict})]}), "restricted") == set()
}

test_profile_baseline_allows_a_plain_pod_that_restricted_denies if {
	security.profile(plain, "baseline") == set()
	ids(security.profile(plain, "restricted")) == {"S01", "S04", "S05", "S06"}
}

test_profile_baseline_denies_each_of_its_controls if {
	controls := [
		["S01", secure({"privileged": true})],
		["S02", testing.with_pod({"hostNetwork": true})],
		["S02", testing.with_container({"ports": [{"containerPort": 80, "hostPort": 80}]})],
		["S03", testing.with_pod({"volumes": [{"name": "root", "hostPath": {"path": "/"}}]})],
		["S04", secure({"capabilities": {"add": ["SYS_ADMIN"]}})],
		["S06", secure({"seccompProfile": {"type": "Unconfined"}})],
	]
	every control in controls {
		ids(security.profile(control[1], "baseline")) == {control[0]}
	}
}

test_profile_restricted_denies_what_is_taken_away if {
	every field in object.keys(strict) {
		count(security.profile(secure(object.remove(strict, [field])), "restricted")) == 1
	}
	ids(security.profile(secure(object.union(strict, {"runAsUser": 0})), "restricted")) == {"S05"}
	nfs := object.union(secure(strict), {"spec": {"template": {"spec": {"volumes": [{"name": "share", "nfs": {"server": "nas", "path": "/"}}]}}}})
	ids(security.profile(nfs, "restricted")) == {"S03"}
}

test_profile_tolerates_nobody if {
	count(security.profile(secure({"privileged": true}), "baseline")) == 1 with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
}

test_profile_denies_a_level_that_nobody_knows if {
	ids(security.profile(plain, "Restricted")) == {"E01"}
}
